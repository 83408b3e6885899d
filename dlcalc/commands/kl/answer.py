"""The divergence of two distributions, as a Python function and as an answer."""

from __future__ import annotations

import math
import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from dlcalc.errors import At, InputError, LimitError, ShapeError
from dlcalc.input.arrays import one_array
from dlcalc.input.fields import check_fields, record_of
from dlcalc.input.sources import read_source
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import KL, check_kl, finite_floats
from dlcalc.numbers.gaussians import kl as divergence
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

working = lazily("dlcalc.commands.kl.working")

DISTRIBUTION = ("mean", "covariance", "log_variance", "probabilities")


def kl(q: Any, p: Any = None) -> KL | DiscreteKL:
    """KL(q‖p) of two Gaussians or two discrete distributions, or of a record of both, in nats.

    A Gaussian is a pair (μ, σ) in one dimension, or an object of `mean`, D numbers, and
    `covariance`, D × D or D variances or one for all, or `log_variance`, ln σ² for each;
    probabilities are three or more in a list, or an object of `probabilities`; a text is as
    the command reads it. `kl` is the divergence, `gradients` has those of both means, D, and
    covariances, D × D, or of the probabilities. Raises InputError, ShapeError and
    LimitError for what is no distribution or has no finite divergence, and FileError for a text
    that is neither numbers nor a file.

    >>> kl((1, 1), (0, 1)).kl, kl("1,1", "0,1").kl
    (0.5, 0.5)
    >>> round(kl([0.25, 0.25, 0.5], "0.5,0.25,0.25").kl, 6)
    0.173287
    """
    if p is None:
        if not isinstance(q, Mapping) or set(q) != {"q", "p"}:
            raise InputError("a divergence is between two: give q and p")
        q, p = q["q"], q["p"]
    q, p = _distribution(q, "q"), _distribution(p, "p")
    if _is_discrete(q) or _is_discrete(p):
        return discrete_kl(q, p)
    return divergence(q, p)


def _is_discrete(value: Any) -> bool:
    """Whether a value stands for probabilities: three or more, or an object of them."""
    if isinstance(value, Mapping):
        return "probabilities" in value
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and len(value) > 2
    return isinstance(value, list | tuple) and len(value) > 2


def _may_be_discrete(value: Any) -> bool:
    """Whether what stands for MEAN,SIGMA may be meant as the probabilities of two outcomes."""
    pair = not isinstance(value, Mapping) and np.shape(value) == (2,)
    return pair and 0 < min(value) <= max(value) < 1 and abs(math.fsum(value) - 1) <= SUM_TOLERANCE


def _distribution(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    with At(name):
        return read_distribution(value)


def read_distribution(value: str, allow_nonfinite: bool = False) -> Any:
    """The pair or the record behind a file name, `-` or a literal.

    >>> read_distribution("1,0.5"), read_distribution('{"mean": [0, 0], "covariance": [1, 2]}')
    ([1, 0.5], {'mean': [0, 0], 'covariance': [1, 2]})
    """
    if re.match(r"\s*(N|Normal|𝒩)\s*\(", value):
        raise InputError(
            f"{value!r}: write MEAN,SIGMA, 0,2 for N(0, 4): the second is the standard deviation"
        )
    source = read_source(value)
    if source.data.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        return record_of(source, DISTRIBUTION, (), allow_nonfinite)
    return one_array(source, allow_nonfinite)


SUM_TOLERANCE = 1e-6
"""How far the sum of probabilities may be from 1, as they are rounded."""


@dataclass(frozen=True, eq=False, repr=False)
class DiscreteKL(Result):
    """KL(q‖p) = Σᵢ qᵢ ln(qᵢ/pᵢ) of two distributions over the same outcomes, in nats."""

    fields: ClassVar = ("entropy", "cross_entropy", "kl")

    kl: float
    """The divergence; never below 0, and 0 where q = p."""
    entropy: float
    """H(q) = −Σ q ln q."""
    cross_entropy: float
    """−Σ q ln p, which is H(q) + KL(q‖p)."""
    terms: Array
    """q ln(q/p), outcome by outcome; 0 where q is 0."""
    q: Array
    """The probabilities that the expectation is under, (outcomes,)."""
    p: Array
    """Those that q is held against, (outcomes,)."""

    @property
    def gradients(self) -> dict[str, Array]:
        """ln(q/p) + 1 and −q/p, every probability taken by itself; LimitError where one is 0."""
        if not (self.q.all() and self.p.all()):
            raise LimitError("the gradients of KL(q‖p) are infinite where a probability is 0")
        return {"q": np.log(self.q / self.p) + 1, "p": -self.q / self.p}


def discrete_kl(q: Any, p: Any) -> DiscreteKL:
    """KL(q‖p) of two discrete distributions, in nats (Kullback and Leibler 1951).

    Each is a list of probabilities, or an object of `probabilities`. InputError for what is no
    distribution, ShapeError for other numbers of outcomes, LimitError for an infinite one.

    >>> round(discrete_kl([0.1, 0.4, 0.5], [0.3, 0.3, 0.4]).kl, 6)
    0.116783
    """
    q, p = _probabilities(q, "q"), _probabilities(p, "p")
    if q.size != p.size:
        raise ShapeError(f"q has {q.size} outcomes, p has {p.size}; they must agree")
    taken = q > 0
    if (taken & (p == 0)).any():
        place = int(np.argmax(taken & (p == 0)))
        raise LimitError(
            f"KL(q‖p) is infinite: p gives 0 to outcome {place}, to which q gives {q[place]:g}"
        )
    some, other = q[taken], p[taken]
    terms = np.zeros_like(q)
    terms[taken] = some * np.log(some / other)
    entropy, crossed = (float(-(some @ np.log(each))) for each in (some, other))
    return DiscreteKL(max(0.0, math.fsum(terms)), entropy + 0.0, crossed + 0.0, terms, q, p)


def _probabilities(value: Any, name: str) -> Array:
    if isinstance(value, Mapping):
        with At(name):
            check_fields(value, ("probabilities",))
        value = value["probabilities"]
    found = finite_floats(value, name)
    if found.ndim != 1 or not found.size:
        raise ShapeError(f"{name}: expected one row of probabilities")
    if (found < 0).any():
        raise InputError(f"{name}: a probability is not below 0, as {found.min():g} is")
    if abs(math.fsum(found) - 1) > SUM_TOLERANCE:
        raise InputError(f"{name}: probabilities add up to 1, not {math.fsum(found):.9g}")
    return found


FIELDS = ("q", "p")
"""What records may hold."""
GRADIENTS = ("mean_q", "covariance_q", "mean_p", "covariance_p", "q", "p")
TERMS = ("trace", "mahalanobis", "log_determinant", "kl")


class KlRun(Run["KL | DiscreteKL"]):
    """Read both distributions; their divergence, and its gradients if asked."""

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        if not {"q", "p"} <= self.options.keys() and self.out.piped:
            from dlcalc.shell.records import record_names, run_records

            given = {"q", "p"} & self.options.keys()
            if not given or {"q", "p"} & set(record_names(FIELDS)):
                if self.check or self.options.get("gradients"):
                    raise InputError("--gradients and --check are for one divergence, and "
                                     "standard input holds records")
                run_records(self.out, self.options, FIELDS, TERMS, _record)
                return
        super().run()

    def read(self) -> dict[str, Any]:
        """Both distributions."""
        given = {name: self.options.pop(name, None) for name in ("q", "p")}
        if given == {"q": None, "p": None}:
            return self.example()
        for name, value in given.items():
            if value is None:
                raise InputError(f"no {name}: a divergence is between two; give it with --{name}")
            with At(f"--{name}"):
                given[name] = read_distribution(value, self.out.allow_nonfinite)
        if all(map(_may_be_discrete, given.values())):
            q = ", ".join(f"{each:g}" for each in given["q"])
            self.notes.append("q and p are read as MEAN,SIGMA; probabilities of two outcomes "
                              f'are written \'{{"probabilities": [{q}]}}\'')
        return given

    def calculate(self, **given: Any) -> KL | DiscreteKL:
        """The divergence."""
        return kl(**given)

    def checked(self, result: KL | DiscreteKL) -> Sequence[GradientCheck]:
        """Each gradient against its differences."""
        if isinstance(result, KL):
            return check_kl(result.q, result.p)
        return check_gradients(
            lambda moved: (moved["q"] * np.log(moved["q"] / moved["p"])).sum(),
            {"q": result.q, "p": result.p}, result.gradients,
        )

    def answer(self, result: KL | DiscreteKL) -> Answer:
        """The three terms and their half sum, or entropy, cross-entropy and divergence with the
        term of each outcome; gradients if asked for, checked or expected."""
        expected = self.out.expected
        asked = self.out.at[0].removeprefix("gradients.") if self.out.at else ""
        wanted = self.options.get("gradients") or self.checks or asked in GRADIENTS or (
            isinstance(expected, dict) and "gradients" in expected
        )
        slopes = result.gradients if wanted else {}
        gaussian = isinstance(result, KL)
        names: Sequence[str] = TERMS if isinstance(result, KL) else result.fields
        record: dict[str, Any] = {name: getattr(result, name) for name in names}
        blocks: list[Block] = [Table(names, [list(record.values())])]
        if not isinstance(result, KL):
            record["terms"] = result.terms
            blocks.append(Values(result.terms, "terms"))
        if slopes:
            record["gradients"] = dict(slopes)
            blocks += [Values(value, name if gaussian else f"by {name}")
                       for name, value in slopes.items()]
        add_checks(record, blocks, self.checks)
        return Answer(
            record, blocks, main="kl", working=partial(working.kl_steps, result, slopes),
            element=partial(working.element_step, result), advice=partial(working.advice, result),
        )


def _record(q: Any = None, p: Any = None, **given: Any) -> dict[str, Any]:
    """The terms of one record; of discrete distributions the divergence alone."""
    pair = {"q": q, "p": p}
    for name, each in pair.items():
        if each is None:
            raise InputError(f"no {name}: a divergence is between two")
    found = kl(**pair)
    return {name: getattr(found, name) for name in TERMS if hasattr(found, name)}

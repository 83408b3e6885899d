"""A divergence of Gaussians as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.kl.kl import kl, read_gaussian
from dlcalc.errors import DlcalcError, InputError
from dlcalc.numbers.gaussians import KL, check_kl
from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.commands.kl import working
    from dlcalc.numbers.differences import GradientCheck
else:
    working = lazily("dlcalc.commands.kl.working")


FIELDS = ("q", "p")
"""What records may hold."""
GRADIENTS = ("mean_q", "covariance_q", "mean_p", "covariance_p")
TERMS = ("trace", "mahalanobis", "log_determinant", "kl")


class KlRun(Run[KL]):
    """Read both Gaussians; their divergence, and its gradients if asked."""

    command = "kl"
    function = staticmethod(kl)

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        if self.out.piped and not {"q", "p"} <= self.options.keys():
            from dlcalc.shell.records import record_names, run_records

            if {"q", "p"} & set(record_names(FIELDS)):
                if self.check or self.options.get("gradients"):
                    raise InputError("--gradients and --check are for one divergence, and "
                                     "standard input holds records")
                run_records(self.out, self.options, FIELDS, TERMS, _record)
                return
        super().run()

    def read(self) -> dict[str, Any]:
        """Both Gaussians."""
        given = {name: self.options.pop(name, None) for name in ("q", "p")}
        if given == {"q": None, "p": None}:
            return self.example()
        for name, value in given.items():
            if value is None:
                raise InputError(f"no {name}: a divergence is between two; give it with --{name}")
            try:
                given[name] = read_gaussian(value, self.out.allow_nonfinite)
            except DlcalcError as error:
                raise error.at(f"--{name}") from None
        return given

    def calculate(self, **given: Any) -> KL:
        """The divergence."""
        return kl(**given)

    def checked(self, result: KL) -> Sequence[GradientCheck]:
        """Each gradient against its differences."""
        return check_kl(result.q, result.p)

    def answer(self, result: KL, checks: Sequence[GradientCheck] | None) -> Answer:
        """The three terms and their half sum; gradients if asked for, checked or expected."""
        expected = self.out.expected
        asked = self.out.at[0].removeprefix("gradients.") if self.out.at else ""
        wanted = self.options.get("gradients") or checks or asked in GRADIENTS or (
            isinstance(expected, dict) and "gradients" in expected
        )
        slopes = result.gradients if wanted else {}
        record: dict[str, Any] = {name: getattr(result, name) for name in TERMS}
        blocks: list[Block] = [Table(TERMS, [list(record.values())])]
        if slopes:
            record["gradients"] = dict(slopes)
            blocks += [Values(value, name) for name, value in slopes.items()]
        add_checks(record, blocks, checks)
        return Answer(
            record, blocks, main="kl", working=partial(working.kl_steps, result, slopes),
            element=partial(working.element_step, result), advice=partial(working.advice, result),
        )


def _record(q: Any = None, p: Any = None, **given: Any) -> dict[str, Any]:
    """The terms of one record."""
    pair = {"q": q, "p": p}
    for name, each in pair.items():
        if each is None:
            raise InputError(f"no {name}: a divergence is between two")
    found = kl(**pair)
    return {name: getattr(found, name) for name in TERMS}

"""Lines of a working typed back: what dlcalc's own equation language makes of their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

import dlcalc
from dlcalc.derive.elements import NAMES
from dlcalc.formulas.expressions import Column, Expr, Step, parts_of
from dlcalc.formulas.text import formula_text

Known = Mapping[str, Any]
MATRICES: dict[str, Callable[[Any], Any]] = {
    "Cholesky": np.linalg.cholesky, "det": np.linalg.det, "tr": np.trace,
}


def untrue(steps: Iterable[Step], given: Mapping[Expr, Any] | None = None) -> list[str]:
    """The formulas that do not give the value beside them.

    Names stand for what was given, or came out of a line above, or is put in for them in the
    same line; a formula whose numbers are put in has no names.
    """
    known = {formula_text(name): value for name, value in (given or {}).items()}
    wrong = []
    for step in steps:
        formulas = [each for each in (step.formula, *step.numbers) if isinstance(each, Expr)]
        # A chain of partial derivatives, before its factors, is one of names alone.
        names = {formula_text(each) for each in parts_of(step.formula)}
        if len(step.numbers) > 1 and any(each.startswith("∂") for each in names - known.keys()):
            formulas = formulas[1:]
        put = dict(_put_in(*(*formulas, step.value)[:2])) if formulas else {}
        for formula in formulas if step.value is not None else ():
            text = formula_text(formula, None)
            if "…" in text:  # some of many terms
                continue
            found = _typed(text, {**known, **put})
            same = not isinstance(found, str) and np.allclose(
                np.asarray(found, float), np.asarray(_plain(step.value), float),
                rtol=1e-9, atol=1e-12)
            if not same:
                wrong.append(f"{formula_text(step.name)} = {text}: {found}")
        if step.value is not None and isinstance(step.name, Expr):
            known[formula_text(step.name)] = _plain(step.value)
    return wrong


def untrue_numbers(steps: Iterable[Step]) -> list[str]:
    """The same where names are none that can be typed: of the formulas with numbers alone.

    A sum that is cut short says how many more terms it has.
    """
    return untrue((replace(each, name=formula_text(each.name), formula=None) for each in steps), {})


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, Column) else value


def _put_in(formula: Any, numbers: Any) -> Iterator[tuple[str, Any]]:
    """The names of a formula with what stands for them where the numbers are put in."""
    if not isinstance(formula, Expr) or formula == numbers:
        return
    if formula.kind in NAMES:
        yield formula_text(formula), _plain(numbers)
    elif isinstance(numbers, Expr) and formula.kind == numbers.kind:
        for each, number in zip(formula.args, numbers.args, strict=False):
            yield from _put_in(each, number)


def _typed(text: str, known: Known) -> Any:
    known = {**known, **dict(_of_matrices(text, known))}
    text = _written_out(text, known)
    values: dict[str, Any] = {}
    for n, name in enumerate(sorted(known, key=len, reverse=True)):
        text, found = re.subn(_alone(name), f"v{n}", text)
        if found:
            values[f"v{n}"] = np.asarray(_plain(known[name])).tolist()
    try:
        return dlcalc.grad(f"r = {text}", values, of=[]).values["r"]
    except dlcalc.DlcalcError as error:
        return str(error)


def _of_matrices(text: str, known: Known) -> Iterator[tuple[str, Any]]:
    """The functions of matrices that the language has not."""
    for name, value in known.items():
        if f"{name}⁻¹" in text and np.ndim(value) == 2:
            yield f"{name}⁻¹", np.linalg.inv(value)
    for whole, function, inner in re.findall(r"((Cholesky|det|tr)\(([^()]*)\))", text):
        yield whole, MATRICES[function](_typed(inner, known))


def _written_out(text: str, known: Known) -> str:
    """A sum over all steps, ∑_t a_t, with its terms: a_1 + a_2 and so on."""
    summed = re.fullmatch(r"∑_([a-z]) (.*)", text)
    if summed is None:
        return text
    letter, body = summed.groups()
    name = rf"([^\s@()·]+[_,])(?:{letter}|(\({letter}-1\)))(?![A-Za-z0-9_])"
    terms: list[str] = []
    for n in count(1):
        names = [f"{each[1]}{n - bool(each[2])}" for each in re.finditer(name, body)]
        if not names or not known.keys() >= set(names):
            return " + ".join(terms) or text
        given = iter(names)
        terms.append(f"({re.sub(name, lambda _: next(given), body)})")  # noqa: B023
    raise AssertionError


def _alone(name: str) -> str:
    return rf"(?<![A-Za-z0-9_∂]){re.escape(name)}(?![A-Za-z0-9_⁺])"

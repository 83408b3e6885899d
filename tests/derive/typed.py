"""Lines of a working typed back: what dlcalc's own equation language makes of their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import count, product
from typing import Any

import numpy as np

import dlcalc
from dlcalc.derive.derivation import NAMES, value_of
from dlcalc.derive.rules import AvgPool, Graph
from dlcalc.formulas.expressions import Column, Expr, Step, parts_of, symbol
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
    return untrue((each._replace(name=formula_text(each.name), formula=None) for each in steps), {})


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


def untrue_letters(graph: Graph) -> list[str]:
    """The formulas of a network's elements that do not give these when their letters run; what
    lies outside an array adds nothing to a sum."""
    arrays: dict[str, list[Any]] = {}
    for node in graph.nodes:
        shown = graph.shown(node, range(1, node.value.ndim + 1))  # the axes that are written
        axes = tuple(n for n in range(node.value.ndim) if n + 1 not in shown)
        for name, array in ((node.name, node.value), (f"∂{node.name}", graph.gradient(node))):
            arrays.setdefault(name, []).append(np.asarray(array).squeeze(axes))
    wrong = []
    for node in graph.nodes:
        windows = node.options["axes"] if isinstance(node.rule, AvgPool) else ()
        run = _Letters(arrays, dict(zip("klm", (each.kernel for each in windows), strict=False)))
        for index in np.ndindex(node.value.shape):
            steps = [graph.step(node, index)] if node.rule else []
            if node.wants and node.name not in ("", "L"):
                steps.append(graph.slope_step(node, index))
            for step in steps:
                named = f"{formula_text(step.name)} = {formula_text(step.formula, None)}"
                moved = hasattr(node.rule, "source") or node.name == "L"  # or upstream, summed
                if step.formula is None and step.value and not moved:
                    wrong.append(f"{named}, not {step.value}")
                for formula in (step.formula, *step.numbers):
                    found = run.value(formula, {})
                    if found is not None and not np.isclose(
                            found, step.value, rtol=1e-9, atol=1e-12):
                        wrong.append(f"{named}: {found}, not {step.value}")
    return wrong


class _Letters:
    """The values of formulas of elements, x(0,2i+k), by the arrays of each name."""

    def __init__(self, arrays: Mapping[str, list[Any]], sizes: Mapping[str, int]) -> None:
        self.arrays, self.sizes = arrays, sizes
        self.most = max(size for each in arrays.values() for a in each for size in (*a.shape, 1))

    def value(self, formula: Any, at: Mapping[str, int]) -> Any:
        """None where a part is said in words; IndexError for what lies outside."""
        if not isinstance(formula, Expr):
            return formula
        if formula == symbol("e"):
            return np.e
        if str(formula.args[-1]).startswith("Expr('symbol', ('…"):  # some of many terms
            return None
        if formula.kind in ("element", "symbol"):
            return self._entry("", formula, at)
        if formula.kind == "partial":
            return self._entry("∂", formula.args[1], at)
        if formula.kind == "total":
            return self._total(formula.args[0], formula.args[1], at)
        function = formula.args[: formula.kind == "call"]
        parts = [self.value(each, at) for each in formula.args[len(function) :]]
        if None in parts or (function and "′" in function[0]):
            return None
        return value_of(Expr(formula.kind, (*function, *parts)), {})

    def _entry(self, sign: str, leaf: Expr, at: Mapping[str, int]) -> Any:
        name, index = leaf.args if leaf.kind == "element" else (formula_text(leaf), ())
        places = [each if isinstance(each, int) else _place(each, at) for each in index]
        array = next(each for each in self.arrays[sign + name] if each.ndim == len(places))
        if any(not 0 <= n < size for n, size in zip(places, array.shape, strict=True)):
            raise IndexError
        return array[tuple(places)]

    def _total(self, body: Any, index: str, at: Mapping[str, int]) -> Any:
        letters = index.split(",")
        if any(len(each) > 1 for each in letters):
            return None
        found = 0.0
        sizes = [range(self.sizes.get(each, self.most)) for each in letters]
        for places in product(*sizes):
            with suppress(IndexError):
                term = self.value(body, {**at, **dict(zip(letters, places, strict=True))})
                if term is None:
                    return None
                found += term
        return found


def _place(text: str, at: Mapping[str, int]) -> int:
    """An index by letters, 2i+k−1, as a number."""
    terms = re.findall(r"([+−-]?)(\d*)([a-z]?)", text)
    return sum((-1 if sign in ("−", "-") else 1) * int(factor or 1) * (at[letter] if letter else 1)
               for sign, factor, letter in terms if factor or letter)

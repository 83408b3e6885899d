"""Lines of a working typed back: what dlcalc's own equation language makes of their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import dlcalc
from dlcalc.formulas.expressions import Expr, Step
from dlcalc.formulas.text import formula_text


def untrue(steps: Iterable[Step], given: Mapping[Expr, Any]) -> list[str]:
    """The formulas that do not give the value beside them.

    Names stand for what was given or came out of a line above; a formula whose numbers are
    put in has no names.
    """
    known = {formula_text(name): value for name, value in given.items()}
    wrong = []
    for step in steps:
        # A chain of partial derivatives, before its factors, is one of names alone.
        chained = len(step.numbers) > 1
        for formula in (*(() if chained else (step.formula,)), *step.numbers):
            if step.value is not None and isinstance(formula, Expr):
                text = formula_text(formula, None)
                if "…" in text:  # some of many terms
                    continue
                found = _typed(text, known)
                same = not isinstance(found, str) and np.allclose(
                    found, step.value, rtol=1e-9, atol=1e-12)
                if not same:
                    wrong.append(f"{formula_text(step.name)} = {text}: {found}")
        if step.value is not None and isinstance(step.name, Expr):
            known[formula_text(step.name)] = step.value
    return wrong


def untrue_numbers(steps: Iterable[Step]) -> list[str]:
    """The same where names are none that can be typed: of the formulas with numbers alone.

    A sum that is cut short says how many more terms it has.
    """
    return untrue((replace(each, name=formula_text(each.name), formula=None) for each in steps), {})


def _typed(text: str, known: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for n, name in enumerate(sorted(known, key=len, reverse=True)):
        alone = rf"(?<![A-Za-z0-9_∂]){re.escape(name)}(?![A-Za-z0-9_⁺])"
        text, count = re.subn(alone, f"v{n}", text)
        if count:
            values[f"v{n}"] = np.asarray(known[name]).tolist()
    try:
        return dlcalc.grad(f"r = {text}", values, of=[]).values["r"]
    except dlcalc.DlcalcError as error:
        return str(error)

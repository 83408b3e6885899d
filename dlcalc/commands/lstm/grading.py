"""A student's numbers held against the derivation: which slip gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcalc.commands.lstm.derivation import BACKWARD, FORWARD, Formula, Place, derive, place_at
from dlcalc.commands.lstm.lstm import LstmResult
from dlcalc.commands.lstm.suspects import suspects
from dlcalc.derive.slips import (
    EVIDENCE,
    FOUR_DIGITS,
    differing_of,
    explains,
    written_error,
)

Array = np.ndarray[Any, np.dtype[Any]]

MOST_WHOLE = 24
"""Steps up to which a slip is followed through the whole derivation; of more, through its
own step and both neighbours."""
MOST_FOLLOWED = 100_000
"""Products of a run up to which a slip is looked for at every single step."""

_ONCE = (
    "dW", "db", "dx", "dh0", "dc0", "h", "c_last", "d_weight_ih_l0", "d_weight_hh_l0",
    "d_bias_ih_l0", "d_bias_hh_l0", "d_bias",
)
_STEP = re.compile(r"steps\[(\d+)\]\.(\w+)")


def derivation_order(steps: int) -> list[str]:
    """Every field of the result in the order in which it is derived.

    Forward through the steps, and back; what the step after the last sends back comes
    between.

    >>> derivation_order(2)[11:16]
    ['steps[1].h', 'next.dz', 'next.dh', 'next.dx', 'next.dc']
    """
    forward = [f"steps[{t}].{name}" for t in range(steps) for name in FORWARD]
    later = [f"next.{name}" for name in ("dz", "dh", "dx", "dc")]
    back = [
        f"steps[{t}].{name}" for t in reversed(range(steps)) for name in (*BACKWARD, "dz")
    ]
    return [*forward, *later, *back]


def recognise(result: LstmResult, field: str, expected: Any, tolerance: float) -> str:
    """The slip that gives the expected values of a field, in words; "" where none does.

    Each slip is made in the whole derivation, and the field read off, so that it is found
    in what follows from it too: first at every step and at the field's own, then at any
    other step alone and several at once, which takes more digits to tell from chance.
    `field` is `steps[1].dc`, `next.dz`, `dW` and so on.

    >>> from dlcalc.commands.lstm.lstm import lstm
    >>> result = lstm(W=[[0.5, 1]] * 4, x=[[1], [2]], h0=[0.1], c0=[1], dh=[0.3], dc=[0.2])
    >>> recognise(result, "steps[1].di", result.dh[1] * result.gates["g"][1], 1e-6)
    'δh in place of δc'
    """
    step = _STEP.fullmatch(field)
    near = step or field.startswith("next.")
    whole = result.problem.steps <= MOST_WHOLE
    if not near and (field not in _ONCE or not whole):
        return ""
    try:
        student = np.asarray(expected, float).ravel()
    except (ValueError, TypeError):  # words, or rows of different lengths
        return ""
    right = _value(result, field).ravel()
    if student.size != right.size:
        return ""
    differing = differing_of(student, right, tolerance)
    asked, wanted = student[differing], right[differing]
    written = written_error(asked)
    telling = len(differing) * -math.log10(written) >= EVIDENCE
    t, problem = int(step[1]) if step else None, result.problem
    everywhere = whole and problem.steps * problem.batch * problem.W.size <= MOST_FOLLOWED
    for suspect in suspects(field.rpartition(".")[2], t, problem.steps, everywhere):
        if suspect.likely or telling:
            with np.errstate(all="ignore"):
                given = _value(result, field, suspect.wrong, suspect.only).ravel()[differing]
            close = max(tolerance, FOUR_DIGITS) if suspect.likely else written
            if explains(given, asked, wanted, close):
                return suspect.words
    return ""


def _value(
    result: LstmResult, field: str, wrong: Mapping[str, Formula] | None = None,
    only: int | None = None,
) -> Array:
    """The field's values; with wrong formulas at every step, or at one."""
    problem = result.problem
    step = _STEP.fullmatch(field)
    if problem.steps > MOST_WHOLE:
        t = int(step[1]) if step else problem.steps - 1
        place = place_at(result, t, wrong, only)
        return _of_place(place, step[2]) if step else _of_next(place, field.removeprefix("next."))
    later_dc = result.later.dc if result.later else None
    places = derive(problem, later_dc, wrong, only)
    if step:
        return _of_place(places[int(step[1])], step[2])
    if field.startswith("next."):
        return _of_next(places[-1], field.removeprefix("next."))
    return _of_all(places, field)


def _of_all(places: list[Place], field: str) -> Array:
    """A field that the steps have in common, also by PyTorch's names."""
    H = places[0].problem.hidden
    if field.startswith("d_bias"):
        return places[0]["db"]
    if field.startswith("d_weight"):
        return places[0]["dW"][:, H:] if "_ih" in field else places[0]["dW"][:, :H]
    if field == "h":
        return np.stack([place["h"] for place in places])
    return places[-1]["c"] if field == "c_last" else np.asarray(places[0][field])


def _of_place(place: Place, name: str) -> Array:
    return place.dz if name == "dz" else np.asarray(place[name])


def _of_next(last: Place, name: str) -> Array:
    """What the step after the last sends back."""
    if name == "dh":
        return np.asarray(last.recurrent())
    later = last.after
    assert later is not None
    return {"dz": later.dz, "dx": later.dx}[name] if name != "dc" else later["dc"]

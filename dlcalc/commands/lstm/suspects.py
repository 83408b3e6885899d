"""Which slips may be behind a wrong number: at every step, at one step, or several at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from dlcalc.commands.lstm.derivation import DZ, Formula
from dlcalc.commands.lstm.slips import Slip, slips

MOST_SEARCHED = 6
"""Steps up to which a slip is looked for at every single one of them."""
_OF_SEVERAL = ("δh in place of δc",)
"""Slips of one wording that stand in several quantities, which are then named."""


@dataclass(frozen=True)
class Suspect:
    """Wrong formulas, and where they stand."""

    words: str
    """What they are, to stand before `gives that`."""
    wrong: Mapping[str, Formula]
    """The wrong formula of each quantity."""
    only: int | None
    """The one step they are made at, from 0; None for all."""
    likely: bool
    """Whether it is near at hand: one slip, at every step or in the work of the step itself."""


def suspects(name: str, t: int | None, steps: int, everywhere: bool) -> Iterator[Suspect]:
    """What may have gone wrong with the field `name` (of step `t`), the likeliest first.

    A slip in the field's own formula comes before those in what it follows from, one slip
    before several. `everywhere` asks for slips at steps far from the field's too.
    """
    ordered = _ordered(name)
    for slip in ordered:
        for only in _near(slip, t):
            words = slip.words if slip.field == name else _together((slip,))
            yield Suspect(words, {slip.field: slip.formula}, only, likely=True)
    elsewhere = range(steps + 1) if everywhere and steps <= MOST_SEARCHED else range(0)
    for slip in ordered:
        for only in set(elsewhere).difference(_near(slip, t)):
            yield _far((slip,), only)
    circulated = [slip for slip in ordered if slip.circulated]
    several = [
        each for count in range(2, len(circulated) + 1) for each in combinations(circulated, count)
    ]
    yield from (_far(each, None) for each in several)
    yield from (_far(each, only) for each in several if len(each) <= 3 for only in elsewhere)


def _ordered(name: str) -> list[Slip]:
    own = DZ if name == "dz" else (name,)
    return sorted(slips(), key=lambda slip: slip.field not in own)


def _near(slip: Slip, t: int | None) -> tuple[int | None, ...]:
    """Every step, and the field's own; to its work belongs δẑ of the step after it."""
    if t is None:
        return (None,)
    return (None, t, t + 1) if slip.field in DZ else (None, t)


def _far(slips: tuple[Slip, ...], only: int | None) -> Suspect:
    where = "" if only is None else f", at step {only + 1} alone,"
    wrong = {slip.field: slip.formula for slip in slips}
    return Suspect(_together(slips) + where, wrong, only, likely=False)


def _together(several: tuple[Slip, ...]) -> str:
    """δh in place of δc in δi and δf together with f_t in place of f_(t+1)."""
    fields: dict[str, list[str]] = {}
    for slip in several:
        fields.setdefault(slip.words, []).append("δ" + slip.field[1:])
    parts = []
    for words, names in fields.items():
        *most, last = names
        listed = f"{', '.join(most)} and {last}" if most else last
        parts.append(f"{words} in {listed}" if words in _OF_SEVERAL else words)
    return " together with ".join(parts)

"""Measure two sides in turn and print the ratio of their medians."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

Side = Callable[[], object]

SECONDS = 3.0
"""Time that the two sides of one row take together, about."""
LEAST_ROUNDS, MOST_ROUNDS = 5, 200
PATIENCE = 12.0
"""Seconds for which even the fewest rounds are cut short, to two at the least."""
TURN = 0.2
"""Seconds of one turn, about, in which a side is called again and again: threads of the other
side wait by spinning for some milliseconds, and would slow a single call down."""


def in_turn(ours: Side, theirs: Side) -> tuple[float, float]:
    """Median seconds of a call of both sides, that take turns after one call of each."""
    once = seconds(ours) + seconds(theirs)
    rounds = max(LEAST_ROUNDS, min(MOST_ROUNDS, int(SECONDS / once)))
    rounds = max(2, min(rounds, int(PATIENCE / once)))
    calls = max(1, min(rounds // LEAST_ROUNDS, int(2 * TURN / once)))
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds // calls):
        for side, times in zip((ours, theirs), taken, strict=True):
            times += (seconds(side) for _ in range(calls))
    return median(taken[0]), median(taken[1])


def seconds(side: Side) -> float:
    """How long one call takes."""
    start = perf_counter()
    side()
    return perf_counter() - start


def heading(title: str, *columns: str) -> None:
    """Print the head of a table."""
    print(f"\n{title}\n{'':44}{''.join(f'{column:>12}' for column in columns)}", flush=True)


def row(name: str, ours: float, theirs: float, reach: float | None) -> None:
    """Print milliseconds of both sides, their ratio, and the ratio to reach."""
    ratio = ours / theirs
    verdict = "" if reach is None else f"{reach:>12.2f}" + ("" if ratio <= reach else "  missed")
    print(f"{name:44}{ours * 1e3:>12.3f}{theirs * 1e3:>12.3f}{ratio:>12.2f}{verdict}", flush=True)


def left_out(peer: str) -> None:
    """Say which peer is not there to be measured."""
    print(f"{peer} is not installed: its rows are left out", flush=True)

"""Two counts side by side: of one model before and after a change, or of two models."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dlcalc.models.rows import Count, Row, spans
from dlcalc.numbers.results import Result


class Pair(NamedTuple):
    """One layer in both counts."""

    name: str
    """Its name."""
    before: Row | None
    """The layer in the first, None where it has none of that name in that place."""
    after: Row | None
    """The layer in the second."""

    @property
    def differs(self) -> bool:
        """Whether shapes or counts differ."""
        a, b = self.before, self.after
        if a is None or b is None:
            return True
        return (a.output, a.params, a.macs, a.activations) != (
            b.output, b.params, b.macs, b.activations
        )


class _Comparison(NamedTuple):

    before: Count
    """The first."""
    after: Count
    """The second."""
    pairs: Sequence[Pair]
    """Layers in order, matched by name."""


class Comparison(Result, _Comparison):
    """Two counts, layer by layer."""

    __slots__ = ()
    command = "params"

    def spans(self) -> Iterator[tuple[Pair, Pair, int]]:
        """Pairs that count alike as one: the first, the last, and how many there are."""
        if not isinstance(self.pairs, Twins):
            yield from ((pair, pair, 1) for pair in self.pairs)
            return
        both = zip(spans(self.before.rows), spans(self.after.rows), strict=True)
        for (a, last_a, times), (b, last_b, _) in both:
            yield Pair(a.name, a, b), Pair(last_a.name, last_a, last_b), times


class Twins(Sequence[Pair]):
    """The layers of two counts with the same names in the same order, made when wanted."""

    def __init__(self, before: Count, after: Count) -> None:
        self.rows = before.rows, after.rows

    def __iter__(self) -> Iterator[Pair]:
        return (Pair(a.name, a, b) for a, b in zip(*self.rows, strict=True))

    def __len__(self) -> int:
        return len(self.rows[0])

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]


def compare(before: Count, after: Count) -> Comparison:
    """Match the layers of two counts by name, as many as keep the order of both.

    Layers with a name of their own come first, and those named by type and number between.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> small = params(Model([Layer("linear", (10,), name="A")], input=(20,)))
    >>> large = params(Model([Layer("linear", (30,), name="A")], input=(20,)))
    >>> compare(small, large).pairs[0].differs
    True
    """
    ends = (
        [(first.name, last.name, times) for first, last, times in spans(count.rows)]
        for count in (before, after)
    )
    if next(ends) == next(ends):
        return Comparison(before, after, Twins(before, after))
    later = {row.name: at for at, row in enumerate(after.rows)}
    both = [(at, later[row.name]) for at, row in enumerate(before.rows) if row.name in later]
    named = _ascending([
        (a, b) for a, b in both if before.rows[a].node.name and after.rows[b].node.name
    ])
    firsts, seconds = [a for a, _ in named], [b for _, b in named]
    between = [(a, b) for a, b in both if bisect_left(firsts, a) == bisect_left(seconds, b)]
    pairs: list[Pair] = []
    i = j = 0
    for a, b in [*_ascending(between), (len(before.rows), len(after.rows))]:
        pairs += [Pair(row.name, row, None) for row in before.rows[i:a]]
        pairs += [Pair(row.name, None, row) for row in after.rows[j:b]]
        if a < len(before.rows):
            pairs.append(Pair(before.rows[a].name, before.rows[a], after.rows[b]))
        i, j = a + 1, b + 1
    return Comparison(before, after, tuple(pairs))


def _ascending(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of the places, the first of each ascending, whose second ascend as well.

    By the least end that a chain of each length can have (Fredman 1975).
    """
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for at, (_, later) in enumerate(places):
        length = bisect_left(ends, later)
        ends[length : length + 1] = [later]
        chain[length : length + 1] = [at]
        before.append(chain[length - 1] if length else -1)
    found = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(places[at])
        at = before[at]
    return found[::-1]

"""Two counts side by side: of one model before and after a change, or of two models."""

from __future__ import annotations

from typing import NamedTuple

from dlcalc.calc.models.rows import Count, Row


class Pair(NamedTuple):
    """One layer in both counts."""

    name: str
    """Its name."""
    before: Row | None
    """The layer in the first, None where it has none of that name."""
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


class Comparison(NamedTuple):
    """Two counts, layer by layer."""

    before: Count
    """The first."""
    after: Count
    """The second."""
    pairs: tuple[Pair, ...]
    """Layers in order, matched by name."""


def compare(before: Count, after: Count) -> Comparison:
    """Match the layers of two counts by name, keeping the order of both where they agree.

    >>> from dlcalc.calc.models.tree import Layer, Model
    >>> from dlcalc.calc.models.count import params
    >>> small = params(Model([Layer("linear", (10,), name="A")], input=(20,)))
    >>> large = params(Model([Layer("linear", (30,), name="A")], input=(20,)))
    >>> compare(small, large).pairs[0].differs
    True
    """
    later = {row.name: row for row in after.rows}
    earlier = {row.name for row in before.rows}
    waiting = iter(after.rows)
    pairs = []
    for row in before.rows:
        other = later.get(row.name)
        if other is not None:
            for new in waiting:
                if new.name not in earlier:
                    pairs.append(Pair(new.name, None, new))
                elif new is other:
                    break
        pairs.append(Pair(row.name, row, other))
    shown = {pair.name for pair in pairs}
    pairs += [Pair(row.name, None, row) for row in after.rows if row.name not in shown]
    return Comparison(before, after, tuple(pairs))

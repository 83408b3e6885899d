"""A model in the figures of other counters, as an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.commands.params.count_answer import fold, span, times_table, turns_alike
from dlcalc.errors import InputError
from dlcalc.models.count import spans
from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.conventions.models import Figure, Item
    from dlcalc.models.count import Count

POWERS = {"": 0, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12, "P": 15}
_FIGURE = re.compile(r"(\d[\d,_]*)(?:\.(\d+))? ?([KMGBTP]?)(?:MACs|FLOPs|params)?", re.ASCII)
NEAREST = 3
"""How many near figures are shown where none fits."""


def as_answer(plain: Answer, count: Count, found: Sequence[Figure], listed: bool) -> Answer:
    """The answer of `params` with the figures of one counter, or of all in a list."""
    records = [each.record for each in found]
    made = plain.made or (lambda: plain.record)
    table = _all(found) if listed else _one(count, found[0])
    return plain._replace(
        blocks=[table], main="as" if listed else ("as", "figure"),
        made=lambda: {**made(), "as": records if listed else records[0]},
    )


def _all(found: Sequence[Figure]) -> Table:
    headers = ["counter", "version", "unit", "figure", "params", "difference", "also"]
    rows = [
        [
            each.counter, each.version, each.unit, each.figure, each.params,
            f"no figure: it stops at {each.refused}" if each.refused else written(each.items),
            ", ".join(f"{name} {number:,}" for name, number in each.also.items()),
        ]
        for each in found
    ]
    return Table(headers, rows, footnotes=["", DIFFERENCE])


DIFFERENCE = "difference: what its figure has beside dlcalc's macs (or params) of one example"


def _one(count: Count, found: Figure) -> Table:
    base = "params" if found.unit == "parameters" else "macs"
    headers = ["name", "type", base, found.counter, "difference"]
    parts = {part.name: part for part in found.layers}

    def cells(row: Any) -> list[Any]:
        part = parts.get(row.name)
        return [
            row.name, row.type, getattr(row, base), part and part.figure,
            written(part.items) if part else "",
        ]

    def drawn() -> Table:
        folded = fold(spans(count.rows), turns_alike)
        rows = [
            [span(first.name, last.name, times) if times > 1 else first.name, *cells(first)[1:]]
            for first, last, times in folded
        ]
        rows.append(["total", None, getattr(count, base), found.figure, written(found.items)])
        printed, more = f"no figure: it stops at {found.refused}", list[str]()
        if not found.refused:
            params = "no parameters" if found.params is None else f"{found.params:,} parameters"
            also = ", ".join(f"{name} {number:,}" for name, number in found.also.items())
            printed = f"{found.figure:,} {found.unit} and {params}"
            more = [*[f"also: {also}"] * bool(also), DIFFERENCE]
        notes = ["", f"{found.counter} {found.version} prints {printed}", *more]
        return times_table(folded, headers, rows, ())._replace(footnotes=notes)

    return Table(headers, [cells(row) for row in count.rows], drawn=drawn)


def written(items: Sequence[Item]) -> str:
    """Items for people.

    >>> from dlcalc.conventions.models import Item
    >>> written([Item("biases", 1200), Item("attention", -64)])
    '+1,200 biases, −64 attention'
    """
    return ", ".join(
        f"{'−' if item.number < 0 else '+'}{abs(item.number):,} {item.what}" for item in items
    )


class Candidate(NamedTuple):
    """A figure that somebody prints."""

    counter: str
    version: str
    what: str
    """What it counts: MACs, `2·MACs`, `flops`, params."""
    figure: int
    difference: str
    """What it has beside dlcalc's."""


def read_figure(text: str) -> tuple[Fraction, Fraction]:
    """A figure as it is written, and the unit of its last digit.

    >>> read_figure("4.134G"), read_figure("25,557,032")
    ((Fraction(4134000000, 1), Fraction(1000000, 1)), (Fraction(25557032, 1), Fraction(1, 1)))
    """
    match = _FIGURE.fullmatch(text.strip()) if len(text) < 100 else None
    if match is None:
        raise InputError(f"{text[:40]!r} is no figure: write 4134000000 or 4.134G")
    whole, decimals, suffix = match[1].replace(",", "").replace("_", ""), match[2] or "", match[3]
    unit = Fraction(10 ** POWERS[suffix], 10 ** len(decimals))
    return int(whole + decimals) * unit, unit


def whose_answer(text: str, count: Count, found: Sequence[Figure]) -> tuple[Answer, str]:
    """Whose figure that is, and a remark where it is nobody's."""
    wanted, unit = read_figure(text)
    known = list(_candidates(count, found))
    matches = [each for each in known if abs(each.figure - wanted) * 2 <= unit]
    near = sorted(known, key=lambda each: abs(each.figure - wanted))[:NEAREST]
    shown = matches or near
    table = Table(list(Candidate._fields), [list(each) for each in shown])
    record: Mapping[str, Any] = {
        "model": count.model, "figure": int(wanted) if wanted.denominator == 1 else float(wanted),
        "matches": [each._asdict() for each in matches],
        "nearest": [each._asdict() for each in near],
    }
    remark = "" if matches else f"no counter prints {text} for {count.model or 'this model'}; near:"
    return Answer(dict(record), [table], main="matches", whole=True), remark


def _candidates(count: Count, found: Sequence[Figure]) -> Iterator[Candidate]:
    yield Candidate("dlcalc", "", "MACs", count.macs, "")
    yield Candidate("dlcalc", "", "2·MACs", 2 * count.macs, "")
    yield Candidate("dlcalc", "", "params", count.params, "")
    for each in found:
        of = each.counter, each.version
        difference = written(each.items)
        if each.figure is not None:
            yield Candidate(*of, each.unit, each.figure, difference)
        if each.unit == "MACs" and each.figure is not None:
            yield Candidate(*of, "2·MACs", 2 * each.figure, difference)
        for name, number in each.also.items():
            yield Candidate(*of, name, number, "")
        if each.params is not None and each.unit != "parameters":
            yield Candidate(*of, "params", each.params, "")

"""The models of the zoo as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.commands.models.listing import Entry


def models_answer(entries: Sequence[Entry]) -> Answer:
    """Name, input, published figures, and what and whose each model is."""
    record = {
        "models": [
            {
                "name": each.name, "title": each.title, "input": each.input,
                "published": dict(each.published), "source": each.source,
            }
            for each in entries
        ]
    }
    table = Table(
        ["name", "input", "params", "macs", "title", "source"],
        [
            [each.name, each.input, each.published.get("params"), each.published.get("macs"),
             each.title, each.source]
            for each in entries
        ],
        drawn=lambda: _drawn(entries),
    )
    return Answer(record, [table], main="models")


def _drawn(entries: Sequence[Entry]) -> Table:
    """The same without the sources, which would not fit a line."""
    rows = [
        [each.name, each.input, *(_shown(each.published.get(key)) for key in ("params", "macs")),
         each.title]
        for each in entries
    ]
    return Table(
        ["name", "input", "params", "macs", "title"], rows,
        footnotes=["", "figures as published; -f json gives their sources"],
    )


def _shown(figure: str | None) -> str:
    return f"{int(figure):,}" if figure is not None and figure.isdigit() else figure or ""

"""An answer as a page that stands by itself: tables and working, no script, nothing to load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from dlcalc.formulas.numerals import format_number, plain_value
from dlcalc.formulas.text import formula_html
from dlcalc.output.answer import Answer, Block, Prose, Table, Text
from dlcalc.output.markdown import prose_html
from dlcalc.output.tables import drawn_table, shape_of, slices
from dlcalc.output.working import chain_of

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #222; background: #fff }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto;
  font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: bold; padding: .3rem 0 }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ddd; vertical-align: top;
  white-space: pre-line }
th { text-align: left }
.array { border-left: 2px solid #555; border-right: 2px solid #555; border-radius: 6px;
  display: inline-block; vertical-align: middle; margin: .2rem }
.array td { border: 0; padding: 0 .5rem; text-align: right }
.step { margin: .4rem 0 .4rem 2rem; text-indent: -2rem; overflow-wrap: anywhere }
.step i { font-family: Cambria Math, STIX Two Math, serif }
.note { color: #666 }
pre { line-height: 1.2; overflow-x: auto }
"""


def page(answer: Answer, precision: int | None, steps: Iterable[Any] | None) -> Iterator[str]:
    """The whole page."""
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>dlcalc</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    yield from fragment(answer, precision, steps)
    yield "</body>\n</html>\n"


def fragment(
    answer: Answer, precision: int | None, steps: Iterable[Any] | None = None
) -> Iterator[str]:
    """What stands in the page, or in a notebook."""
    for step in steps or ():
        yield _step(step, precision)
    for block in answer.blocks:
        yield from _block(block, precision)


def _step(step: Any, precision: int | None) -> str:
    chain = [
        "".join(f"{escape(label)} {_grid(grid, precision)}" for label, grid in slices(term))
        if len(shape_of(term)) > 1 else formula_html(term, precision)
        for term in chain_of(step)
    ]
    name, note = formula_html(step.name, precision), escape(step.note)
    if not chain:
        return f"<p><b>{name}</b>{': ' if note else ''}{note}</p>\n"
    note = f' <span class="note">({note})</span>' if note else ""
    return f'<div class="step">{" = ".join([name, *chain])}{note}</div>\n'


def _block(block: Block, precision: int | None) -> Iterator[str]:
    if isinstance(block, Text):
        lines = "\n".join(map(escape, block.lines))
        yield f"<pre>{lines}</pre>\n"
    elif isinstance(block, Prose):
        yield from prose_html(block.source)
    elif isinstance(block, Table):
        block = block.for_people
        caption = f"<table>\n<caption>{escape(block.title)}</caption>"
        drawn = drawn_table(block, "html", precision)
        yield (drawn.replace("<table>", caption, 1) if block.title else drawn) + "\n"
        yield from (f'<p class="note">{escape(line)}</p>\n' for line in block.footnotes if line)
    else:
        for label, grid in slices(plain_value(block.array)):
            heading = " ".join(each for each in (block.title, label) if each)
            yield f"<p><b>{escape(heading)}</b></p>\n" if heading else ""
            yield _grid(grid, precision) + "\n"


def _grid(grid: Sequence[Sequence[Any]], precision: int | None) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td>{format_number(each, precision)}</td>" for each in row) + "</tr>"
        for row in grid
    )
    return f'<table class="array">{rows}</table>'

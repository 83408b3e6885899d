"""Markdown: blocks written in it, and the topics' text in it read for a terminal and as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby

from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Block, Prose, Table, Text
from dlcalc.output.tables import drawn_table, slices

LEAST = 16
"""Characters of a column at least."""


def prose_lines(source: str) -> Iterator[str]:
    """The text as a person reads it on a terminal: no fences, no backticks, code indented."""
    code = False
    lines = source.rstrip("\n").splitlines()
    for in_table, group in groupby(lines, lambda line: line.startswith("|")):
        if in_table and not code:
            yield from _table_lines(group)
            continue
        for line in group:
            if line.startswith("```"):
                code = not code
            elif code:
                yield f"    {line}"
            else:
                yield _plain(line.lstrip("#").strip() if line.startswith("#") else line)


def _table_lines(lines: Iterable[str]) -> Iterator[str]:
    rows = [_cells(line, _plain) for line in lines if not set(line) <= set("| -")]
    widths = [max(LEAST, *map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  " + "   ".join(cells).rstrip()


def prose_html(source: str) -> Iterator[str]:
    """The text as HTML."""
    for part in re.split(r"\n\s*\n", source.strip()):
        lines = part.splitlines()
        if part.startswith("```"):
            yield f"<pre>{escape(chr(10).join(lines[1:-1]))}</pre>\n"
        elif part.startswith("#"):
            yield f"<h1>{_marked(part.lstrip('# '))}</h1>\n"
        elif part.startswith("|"):
            head, _, *rows = (_cells(line, _marked) for line in lines)
            yield f"<table>\n{_row('th', head)}{''.join(_row('td', row) for row in rows)}</table>\n"
        else:
            yield from _items(lines)


def _items(lines: list[str]) -> Iterator[str]:
    items: list[str] = []
    for line in lines:
        if line.startswith("- ") or not items:
            items.append(line)
        else:
            items[-1] += f" {line.strip()}"
    for listed, group in groupby(items, lambda each: each.startswith("- ")):
        if listed:
            yield "<ul>" + "".join(f"<li>{_marked(each[2:])}</li>" for each in group) + "</ul>\n"
        else:
            yield f"<p>{_marked(' '.join(group))}</p>\n"


def _cells(line: str, dress: Callable[[str], str]) -> list[str]:
    return [dress(each.strip()) for each in line.strip().strip("|").split("|")]


def _row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{each}</{tag}>" for each in cells) + "</tr>\n"


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "")


def _marked(text: str) -> str:
    text = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]*)\*\*", r"<b>\1</b>", text)


def markdown_block(block: Block, precision: int | None) -> Iterator[str]:
    """A block in Markdown: pipe tables, arrays with their column numbers as headers."""
    if isinstance(block, Text):
        yield from ("```\n", *(f"{line}\n" for line in block.lines), "```\n")
    elif isinstance(block, Prose):
        yield block.source
    elif isinstance(block, Table):
        block = block.for_people
        if block.title:
            yield f"**{block.title}**\n\n"
        yield drawn_table(block, "github", precision, _escaped) + "\n"
        yield from (f"\n{line}\n" for line in block.footnotes if line)
    else:
        for place, (label, grid) in enumerate(slices(plain_value(block.array))):
            heading = " ".join(each for each in (block.title, label) if each)
            if place:
                yield "\n"
            if heading:
                yield f"**{heading}**\n\n"
            columns = Table([str(i) for i in range(len(grid[0]))], grid)
            yield drawn_table(columns, "github", precision) + "\n"


def _escaped(cell: str) -> str:
    """A cell whose bars do not end it."""
    return cell.replace("|", "\\|")

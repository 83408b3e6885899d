"""Markdown: blocks written in it, and the topics' text in it read for a terminal and as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from textwrap import wrap

from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Block, Prose, Table, Text
from dlcalc.output.tables import drawn_table, slices


def prose_blocks(source: str, width: int | None = None) -> Iterator[Text | Table]:
    """The text as a person reads it on a terminal: no fences, no backticks, code indented.

    Paragraphs and items are folded anew where there is a width, tables are left to others.
    """
    for kind, lines in _parts(source):
        if kind == "table":
            head, _, *rows = (_cells(line, _plain) for line in lines)
            yield Table(head, rows)
        elif kind == "code" or (kind == "listing" and width is None):
            yield Text([f"    {line}" for line in lines])
        elif kind == "listing":
            yield Text([part for line in lines for part in _folded(line, width, "    ", 8)])
        elif kind == "heading":
            yield Text([_plain(lines[0].lstrip("#").strip())])
        elif width is None:
            yield Text(list(map(_plain, lines)))
        else:
            yield Text([part for item in _items(lines) for part in _folded(
                _plain(item), width, "", 2 * item.startswith("- ")
            )])


def _folded(line: str, width: int | None, indent: str, hanging: int) -> list[str]:
    return wrap(
        line, width or len(line), initial_indent=indent, subsequent_indent=" " * hanging,
        break_long_words=False, break_on_hyphens=False,
    )


def prose_html(source: str) -> Iterator[str]:
    """The text as HTML."""
    for kind, lines in _parts(source):
        if kind in ("code", "listing"):
            yield f"<pre>{escape(chr(10).join(lines))}</pre>\n"
        elif kind == "heading":
            yield f"<h1>{_marked(lines[0].lstrip('# '))}</h1>\n"
        elif kind == "table":
            head, _, *rows = (_cells(line, _marked) for line in lines)
            yield f"<table>\n{_row('th', head)}{''.join(_row('td', row) for row in rows)}</table>\n"
        else:
            for listed, group in groupby(_items(lines), lambda each: each.startswith("- ")):
                if listed:
                    items = "".join(f"<li>{_marked(each[2:])}</li>" for each in group)
                    yield f"<ul>{items}</ul>\n"
                else:
                    yield f"<p>{_marked(' '.join(group))}</p>\n"


def _parts(source: str) -> Iterator[tuple[str, list[str]]]:
    """The kind and the lines of each part: heading, code, listing, table, or a paragraph."""
    kind, lines = "", list[str]()
    for line in source.strip().splitlines():
        fence = line.startswith("```")
        inside = kind in ("code", "listing")
        if inside and not fence:
            lines.append(line)
            continue
        signs = {"#": "heading", "|": "table", "": ""}
        if fence:
            signs["`"] = "listing" if line.endswith("text") else "code"
        this = "" if inside else signs.get(line.strip()[:1], "text")
        if this != kind:
            if lines:
                yield kind, lines
            kind, lines = this, []
        if this and not fence:
            lines.append(line)
    if lines:
        yield kind, lines


def _items(lines: list[str]) -> list[str]:
    """Paragraphs and items of lists, each on one line."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- ") or not items:
            items.append(line)
        else:
            items[-1] += f" {line.strip()}"
    return items


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

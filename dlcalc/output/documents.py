"""Blocks in Markdown, as a page of HTML that stands by itself, and in LaTeX; the topics' text.

A page has no script and loads nothing. LaTeX asks for amsmath alone and fits `article` as it
stands; widths are estimated, at the usual five points a sign.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from textwrap import wrap
from typing import Any

from dlcalc.formulas.numerals import format_number, plain_value
from dlcalc.formulas.text import escape_latex, formula_html, latex_of, matrix_latex
from dlcalc.output.answer import Answer, Block, Prose, Table, Text, Values
from dlcalc.output.tables import (
    aligned_rows,
    cell_text,
    columns_beside,
    drawn_table,
    shape_of,
    slices,
)
from dlcalc.output.working import chain_of


def prose_blocks(source: str, width: int | None = None) -> Iterator[Text | Table]:
    """The text as a person reads it on a terminal: no fences, no backticks, code indented.

    Paragraphs and items are folded anew where there is a width, tables are left to others.
    """
    for kind, lines in _parts(source):
        if kind == "table":
            head, _, *rows = (_cells(line, _without_marks) for line in lines)
            yield Table(head, rows)
        elif kind == "code" or (kind == "listing" and width is None):
            yield Text([f"    {line}" for line in lines])
        elif kind == "listing":
            yield Text([part for line in lines for part in _folded(line, width, "    ", 8)])
        elif kind == "heading":
            yield Text([_without_marks(lines[0].lstrip("#").strip())])
        elif width is None:
            yield Text(list(map(_without_marks, lines)))
        else:
            yield Text([part for item in _items(lines) for part in _folded(
                _without_marks(item), width, "", 2 * item.startswith("- ")
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


def _without_marks(text: str) -> str:
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
        yield drawn_table(block, "github", precision, _markdown_cell) + "\n"
        yield from (f"\n{line}\n" for line in block.footnotes if line)
    else:
        for place, (heading, grid) in enumerate(_headed(block)):
            if place:
                yield "\n"
            if heading:
                yield f"**{heading}**\n\n"
            columns = Table([str(i) for i in range(len(grid[0]))], grid)
            yield drawn_table(columns, "github", precision) + "\n"


def _markdown_cell(text: str) -> str:
    r"""A cell's text, without what would end it or begin a tag.

    >>> _markdown_cell("a|b < c"), _markdown_cell("<b>")
    ('a\\|b < c', '\\<b>')
    """
    return re.sub(r"\||<(?=[A-Za-z/!?])", lambda sign: f"\\{sign[0]}", text)


def _headed(block: Values) -> Iterator[tuple[str, Any]]:
    """The 2-D slices of an array, each under its title and its place."""
    for label, grid in slices(plain_value(block.array)):
        yield " ".join(filter(None, (block.title, label))), grid


def page(answer: Answer, precision: int | None, steps: Iterable[Any] | None) -> Iterator[str]:
    """The whole page."""
    with open(os.path.join(os.path.dirname(__file__), "page.css"), encoding="utf-8") as file:
        style = file.read()
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>dlcalc</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n"
    )
    yield from fragment(answer, precision, steps)
    yield "</body>\n</html>\n"


def fragment(
    answer: Answer, precision: int | None, steps: Iterable[Any] | None = None
) -> Iterator[str]:
    """What stands in the page, or in a notebook."""
    for step in steps or ():
        yield _html_step(step, precision)
    for block in answer.blocks:
        yield from _html_block(block, precision)


def _html_step(step: Any, precision: int | None) -> str:
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


def _html_block(block: Block, precision: int | None) -> Iterator[str]:
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
        for heading, grid in _headed(block):
            yield f"<p><b>{escape(heading)}</b></p>\n" if heading else ""
            yield _grid(grid, precision) + "\n"


def _grid(grid: Sequence[Sequence[Any]], precision: int | None) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td>{format_number(each, precision)}</td>" for each in row) + "</tr>"
        for row in grid
    )
    return f'<table class="array">{rows}</table>'


LINE = 345
"""Points of a line of `article`."""
SIGN = 5.3
"""Points of a sign at 10 points."""
SIZES = {"normalsize": 1.0, "small": 0.93, "footnotesize": 0.85, "scriptsize": 0.8, "tiny": 0.68}
"""Sizes of letters, and how wide their signs are beside those of ten points."""
ROWS = 40
"""Rows of a table that stand together; the next begin under its header again."""
GAP = 6
"""Points between two columns."""


def latex_block(block: Block, precision: int | None) -> Iterator[str]:
    """A block in LaTeX, to be put into a document that loads amsmath."""
    if isinstance(block, Text):
        yield from _verbatim(block.lines)
    elif isinstance(block, Prose):
        for part in prose_blocks(block.source):
            yield from latex_block(part, precision)
    elif isinstance(block, Table):
        block = block.for_people
        if block.title:
            yield f"\\noindent {escape_latex(block.title)}\\\\\n"
        yield from _latex_table(block, precision)
        yield from (f"\n\\noindent {escape_latex(line)}\n" for line in block.footnotes if line)
    else:
        yield from _latex_values(block, precision)


def size_for(signs: float, points: float = LINE) -> str:
    """The largest size at which so many signs fit into so many points.

    >>> size_for(60), size_for(80), size_for(1000)
    ('normalsize', 'scriptsize', 'tiny')
    """
    fit = (name for name, ratio in SIZES.items() if signs * SIGN * ratio <= points)
    return next(fit, "tiny")


def _verbatim(lines: Sequence[str]) -> Iterator[str]:
    most = int(LINE / SIGN / SIZES["tiny"])
    plain = str.maketrans(latex_of("verbatim"))  # what the letters of verbatim text lack
    known = (line.translate(plain).encode("latin-1", "replace").decode("latin-1") for line in lines)
    folded = [part for line in known for part in wrap(
        line, most, replace_whitespace=False, drop_whitespace=False
    ) or [""]]
    size = size_for(max(map(len, folded), default=0))
    body = "\n".join(folded)
    yield f"{{\\{size}\n\\begin{{verbatim}}\n{body}\n\\end{{verbatim}}\n}}\n"


def _latex_table(table: Table, precision: int | None) -> Iterator[str]:
    """A table in parts of so many rows, in a size in which it fits; wide columns are folded."""
    texts = [table.headers, *([cell_text(cell, precision) for cell in row] for row in table.rows)]
    columns = list(zip(*texts, strict=True))
    natural = [max(map(len, column)) for column in columns]
    least = [max(len(word) for cell in column for word in cell.split() or [""])
             for column in columns]
    rows = list(table.rows)
    if len(rows) <= ROWS and sum(natural) * SIGN + 2 * GAP * len(columns) <= LINE:
        yield drawn_table(table, "latex_raw", precision, _latex_cell) + "\n"
        return
    begin = ""
    parts = columns_beside(least, 1, lambda chosen: (
        sum(least[i] for i in chosen) * SIGN * SIZES["tiny"] <= LINE - GAP * len(chosen)))
    beside = [(chosen, *_arranged(
        [natural[i] for i in chosen], [least[i] for i in chosen], LINE - GAP * len(chosen)
    )) for chosen in parts]
    size = max((fitting for _, fitting, _ in beside), key=list(SIZES).index)
    for chosen, _, widths in beside:
        for first in range(0, max(1, len(rows)), ROWS):
            part = Table(
                [table.headers[i] for i in chosen],
                [[row[i] for i in chosen] for row in rows[first : first + ROWS]],
            )
            drawn = drawn_table(part, "latex_raw", precision, _latex_cell)
            for place, column in reversed(list(enumerate(chosen))):
                if widths[place] < natural[column]:
                    drawn = _paragraph(drawn, place, widths[place] * 0.97 * SIGN * SIZES[size])
            yield begin + f"{{\\{size}\\setlength{{\\tabcolsep}}{{{GAP // 2}pt}}\\sloppy\n"
            yield f"\\noindent {drawn}\n}}\n"
            begin = "\n\\medskip\n"


def _latex_cell(text: str) -> str:
    """A cell's text, a number with the minus of formulas.

    >>> _latex_cell("-0.5"), _latex_cell("-F")
    ('$-$0.5', '-F')
    """
    negative = text[:1] == "-" and text[1:2].isdecimal()
    return escape_latex(f"−{text[1:]}" if negative else text)


def _arranged(natural: list[int], least: list[int], points: float) -> tuple[str, Sequence[float]]:
    """The size of a table, and the signs that each column is wide there.

    Columns of words are folded, the widest first and none below its longest word, where the
    table would else be smaller than notes are.

    >>> _arranged([10, 20], [10, 20], 345)
    ('normalsize', [10, 20])
    >>> _arranged([10, 100], [10, 12], 345)
    ('scriptsize', [10, 71.0])
    """
    size = size_for(sum(natural), points)
    if size != "tiny":
        return size, natural
    for size in ("scriptsize", "tiny"):
        signs = points // (SIGN * SIZES[size])
        over = sum(natural) - signs
        widths: list[float] = list(natural)
        while over > 0 and (wide := [i for i, each in enumerate(widths) if each > least[i]]):
            place = max(wide, key=lambda i: widths[i])
            cut = min(over, max(1, widths[place] // 10), widths[place] - least[place])
            widths[place] -= cut
            over -= cut
        if over <= 0:
            break
    return size, widths


def _paragraph(drawn: str, place: int, points: float) -> str:
    """The table with one of its columns as a paragraph."""
    head, opened, rest = drawn.partition("{tabular}{")
    columns, closed, body = rest.partition("}\n")
    return f"{head}{opened}{columns[:place]}p{{{points:.0f}pt}}{columns[place + 1:]}{closed}{body}"


def _latex_values(block: Values, precision: int | None) -> Iterator[str]:
    for heading, grid in _headed(block):
        name = escape_latex(heading)
        equals = rf"\text{{{name}}} = " if name else ""
        rows = grid if isinstance(grid[0], list) else [grid]
        signs = max(map(len, aligned_rows(rows, precision))) + len(equals)
        drawn = f"\\[\n{equals}{matrix_latex(grid, precision)}\n\\]\n"
        narrow = signs * SIGN + 2 * GAP * len(rows[0]) <= LINE
        yield drawn if narrow else (
            f"{{\\{size_for(signs)}\\setlength{{\\arraycolsep}}{{2pt}}\n{drawn}}}\n"
        )

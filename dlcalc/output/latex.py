"""Blocks in LaTeX, each as large as a column of text holds it.

A fragment asks for amsmath alone and fits `article` as it stands; widths are estimated, at the
usual five points a sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from dlcalc.formulas.latex import escape_latex, matrix_latex
from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Block, Prose, Table, Text, Values
from dlcalc.output.markdown import prose_blocks
from dlcalc.output.tables import aligned_rows, cell_text, drawn_table, shape_of, slices

LINE = 345
"""Points of a line of `article`."""
SIGN = 5.3
"""Points of a sign at 10 points."""
SIZES = {"normalsize": 1.0, "small": 0.93, "footnotesize": 0.85, "scriptsize": 0.8, "tiny": 0.68}
"""Sizes of letters, and how wide their signs are beside those of ten points."""
ROWS = 40
"""Rows of a table that stand together; the next begin under its header again."""
PLAIN = str.maketrans({
    "−": "-", "→": "->", "≤": "<=", "≥": ">=", "…": "...", "—": "-", "–": "-", "‖": "||",
    "∑": "sum", "∂": "d", "σ": "sigma", "μ": "mu", "ε": "epsilon", "⌊": "floor(", "⌋": ")",
    "⌈": "ceil(", "⌉": ")", "½": "1/2", "√": "sqrt",
})
"""What verbatim text has for signs that its letters lack."""
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
        yield from _table(block, precision)
        yield from (f"\n\\noindent {escape_latex(line)}\n" for line in block.footnotes if line)
    else:
        yield from _values(block, precision)


def size_for(signs: float, points: float = LINE) -> str:
    """The largest size at which so many signs fit into so many points.

    >>> size_for(60), size_for(80), size_for(1000)
    ('normalsize', 'scriptsize', 'tiny')
    """
    fit = (name for name, ratio in SIZES.items() if signs * SIGN * ratio <= points)
    return next(fit, "tiny")


def _verbatim(lines: Sequence[str]) -> Iterator[str]:
    most = int(LINE / SIGN / SIZES["tiny"])
    known = (line.translate(PLAIN).encode("latin-1", "replace").decode("latin-1") for line in lines)
    folded = [part for line in known for part in wrap(
        line, most, replace_whitespace=False, drop_whitespace=False
    ) or [""]]
    size = size_for(max(map(len, folded), default=0))
    body = "\n".join(folded)
    yield f"{{\\{size}\n\\begin{{verbatim}}\n{body}\n\\end{{verbatim}}\n}}\n"


def _table(table: Table, precision: int | None) -> Iterator[str]:
    """A table in parts of so many rows, in a size in which it fits; wide columns are folded."""
    texts = [table.headers, *([cell_text(cell, precision) for cell in row] for row in table.rows)]
    columns = list(zip(*texts, strict=True))
    natural = [max(map(len, column)) for column in columns]
    least = [max(len(word) for cell in column for word in cell.split() or [""])
             for column in columns]
    rows = list(table.rows)
    if len(rows) <= ROWS and sum(natural) * SIGN + 2 * GAP * len(columns) <= LINE:
        yield drawn_table(table, "latex_raw", precision, _cell) + "\n"
        return
    begin = ""
    beside = [(chosen, *_arranged(
        [natural[i] for i in chosen], [least[i] for i in chosen], LINE - GAP * len(chosen)
    )) for chosen in _beside(least)]
    size = max((fitting for _, fitting, _ in beside), key=list(SIZES).index)
    for chosen, _, widths in beside:
        for first in range(0, max(1, len(rows)), ROWS):
            part = Table(
                [table.headers[i] for i in chosen],
                [[row[i] for i in chosen] for row in rows[first : first + ROWS]],
            )
            drawn = drawn_table(part, "latex_raw", precision, _cell)
            for place, column in reversed(list(enumerate(chosen))):
                if widths[place] < natural[column]:
                    drawn = _folded(drawn, place, widths[place] * 0.97 * SIGN * SIZES[size])
            yield begin + f"{{\\{size}\\setlength{{\\tabcolsep}}{{{GAP // 2}pt}}\\sloppy\n"
            yield f"\\noindent {drawn}\n}}\n"
            begin = "\n\\medskip\n"


def _cell(text: str) -> str:
    """A cell's text, a number with the minus of formulas.

    >>> _cell("-0.5"), _cell("-F")
    ('$-$0.5', '-F')
    """
    negative = text[:1] == "-" and text[1:2].isdecimal()
    return escape_latex(f"−{text[1:]}" if negative else text)


def _beside(least: list[int]) -> Iterator[list[int]]:
    """The columns that fit beside one another, however small; the first stands in each part."""
    part: list[int] = []
    for place, width in enumerate(least):
        taken = sum(least[i] for i in part) + width
        if len(part) > 1 and taken * SIGN * SIZES["tiny"] > LINE - GAP * (len(part) + 1):
            yield part
            part = part[:1]
        part.append(place)
    yield part


def _arranged(
    natural: list[int], least: list[int], points: float
) -> tuple[str, Sequence[float]]:
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


def _folded(drawn: str, place: int, points: float) -> str:
    """The table with one of its columns as a paragraph."""
    head, opened, rest = drawn.partition("{tabular}{")
    columns, closed, body = rest.partition("}\n")
    return f"{head}{opened}{columns[:place]}p{{{points:.0f}pt}}{columns[place + 1:]}{closed}{body}"


def _values(block: Values, precision: int | None) -> Iterator[str]:
    values = plain_value(block.array)
    if not shape_of(values):
        values = [values]
    for label, grid in slices(values):
        name = escape_latex(" ".join(each for each in (block.title, label) if each))
        equals = rf"\text{{{name}}} = " if name else ""
        rows = grid if isinstance(grid[0], list) else [grid]
        signs = max(map(len, aligned_rows(rows, precision))) + len(equals)
        drawn = f"\\[\n{equals}{matrix_latex(grid, precision)}\n\\]\n"
        narrow = signs * SIGN + 2 * GAP * len(rows[0]) <= LINE
        yield drawn if narrow else (
            f"{{\\{size_for(signs)}\\setlength{{\\arraycolsep}}{{2pt}}\n{drawn}}}\n"
        )

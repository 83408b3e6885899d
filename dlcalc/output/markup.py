"""Blocks in Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.formulas.latex import escape_latex, matrix_latex
from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Block, Prose, Table, Text, Values
from dlcalc.output.arrays import shape_of, slices
from dlcalc.output.tables import drawn_table


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


def latex_block(block: Block, precision: int | None) -> Iterator[str]:
    """A block in LaTeX, to be put into a document that loads amsmath."""
    if isinstance(block, Text):
        yield "\\begin{verbatim}\n" + "\n".join(block.lines) + "\n\\end{verbatim}\n"
    elif isinstance(block, Prose):
        yield f"\\begin{{verbatim}}\n{block.source}\\end{{verbatim}}\n"
    elif isinstance(block, Table):
        block = block.for_people
        if block.title:
            yield f"\\noindent {escape_latex(block.title)}\\\\\n"
        yield drawn_table(block, "latex_raw", precision, escape_latex) + "\n"
        yield from (f"\n\\noindent {escape_latex(line)}\n" for line in block.footnotes if line)
    else:
        yield from _latex_values(block, precision)


def _latex_values(block: Values, precision: int | None) -> Iterator[str]:
    values = plain_value(block.array)
    if not shape_of(values):
        values = [values]
    for label, grid in slices(values):
        name = escape_latex(" ".join(each for each in (block.title, label) if each))
        equals = rf"\text{{{name}}} = " if name else ""
        yield f"\\[\n{equals}{matrix_latex(grid, precision)}\n\\]\n"

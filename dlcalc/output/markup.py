"""Blocks in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Block, Prose, Table, Text
from dlcalc.output.arrays import slices
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

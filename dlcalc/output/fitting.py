"""Tables made to fit a terminal: columns that are left over follow below, and prose is wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from dlcalc.output.answer import Block, Prose, Table
from dlcalc.output.tables import cell_text, columns_beside

GAP = 2
"""Columns between two cells, and what tabulate adds to the length of a header."""
LEAST = 16
"""Prose is not wrapped narrower than this."""


def fitted(blocks: Sequence[Block], width: int, precision: int | None) -> list[Block]:
    """The blocks, each table that is too wide for `width` in narrower ones that are not.

    >>> table = Table(["name", "why"], [["dropout", "units cannot rely on each other"]])
    >>> fitted([table], 28, 6)[0].rows
    [['dropout', 'units cannot rely\\non each other']]
    """
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Prose):
            from dlcalc.output.documents import prose_blocks

            found += fitted(list(prose_blocks(block.source, width)), width, precision)
        elif isinstance(block, Table) and block.bare is None:
            parts = _split_columns(block.for_people, width, precision)
            found += (_wrapped(part, width, precision) for part in parts)
        else:
            found.append(block)
    return found


def _widths(table: Table, precision: int | None) -> list[int]:
    texts = [[cell_text(cell, precision) for cell in row] for row in table.rows]
    return [
        max([len(header) + GAP, *(len(row[place]) for row in texts)])
        for place, header in enumerate(table.headers)
    ]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _prose(table: Table) -> list[int]:
    """The places of columns that can be wrapped: texts of several words."""
    return [
        place for place in range(len(table.headers))
        if any(isinstance(row[place], str) and " " in row[place] for row in table.rows)
    ]  # fmt: skip


def _wrapped(table: Table, width: int, precision: int | None) -> Table:
    """The table with its widest prose wrapped until it fits, its footnotes too."""
    widths, prose = _widths(table, precision), _prose(table)
    while (excess := _total(widths) - width) > 0 and prose:
        widest = max(prose, key=widths.__getitem__)
        if widths[widest] <= LEAST:
            break
        others = max((widths[place] for place in prose if place != widest), default=0)
        narrower = max(widths[widest] - excess, others - 1, LEAST)
        widths[widest] = min(narrower, widths[widest] - 1)
    rows = [
        ["\n".join(wrap(cell, widths[place])) if place in prose and isinstance(cell, str) else cell
         for place, cell in enumerate(row)]
        for row in table.rows
    ]  # fmt: skip
    notes = [part for line in table.footnotes for part in wrap(line, width)]
    return table._replace(rows=rows, footnotes=notes)


def _split_columns(table: Table, width: int, precision: int | None) -> Iterator[Table]:
    """The columns in as many tables as they need, those that tell the rows apart in each."""
    widths, prose = _widths(table, precision), _prose(table)
    least = [min(each, LEAST) if place in prose else each for place, each in enumerate(widths)]
    key = _key(table)
    if _total(least[:key]) > width // 2:
        key = 1
    parts = columns_beside(least, key, lambda columns: (
        _total([least[place] for place in columns]) <= width))
    for columns in parts:
        yield Table(
            [table.headers[place] for place in columns],
            [[row[place] for place in columns] for row in table.rows],
            title=table.title if columns is parts[0] else "",
            footnotes=table.footnotes if columns is parts[-1] else (),
        )


def _key(table: Table) -> int:
    """How many of the first columns tell the rows apart; 1 where none of them do."""
    for key in range(1, len(table.headers)):
        if len({tuple(map(str, row[:key])) for row in table.rows}) == len(table.rows):
            return key
    return 1

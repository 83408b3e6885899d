"""Tables and arrays as text: tables drawn by tabulate or divided for programs, arrays in rows.

Tables are made to fit a terminal: columns that are left over follow below, and prose is wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import chain, islice, product, zip_longest
from math import prod
from operator import and_, getitem

from dlcalc.formulas.numerals import format_number, grouped, plain_value
from dlcalc.output.answer import Block, Made, Prose, Table
from dlcalc.typed import Any

SHORT = 10**18
"""Whole numbers below it need no care to be written."""
CHUNK = 1024
"""Rows that are written at a time."""
SEEN = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
"""What people see of control characters, which a terminal would obey."""
CELL, ROW = "\x1f", "\x17"
"""What ends a cell and a row of a table that is not drawn yet; both are one byte, and no line."""


def cell_text(value: Any, precision: int | None) -> str:
    """One cell for people: thousands grouped, floats rounded, shapes as 6x28x28."""
    kind = type(value)
    if kind is int:
        return grouped(value)
    if kind is str:
        return str(value) if value.isprintable() else value.translate(SEEN)
    if kind in (list, tuple) and set(map(type, value)) == {int}:
        return cell_exact(value)
    value = plain_value(value)
    if isinstance(value, list) and not _all_whole(value):
        return ", ".join(format_number(each, precision) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value)
    return cell_exact(value) if not isinstance(value, float) else format_number(value, precision)


def cell_exact(value: Any) -> str:
    """One cell for programs: nothing rounded, nothing grouped."""
    kind = type(value)
    if kind is str or (kind is int and -SHORT < value < SHORT):
        return str(value)
    if (kind is tuple or kind is list) and set(map(type, value)) == {int}:
        return "x".join(map(str, value))
    value = plain_value(value)
    if isinstance(value, list):
        return "x".join(map(str, value)) if _all_whole(value) else " ".join(
            format_number(each, None) for each in value
        )
    return format_number(value, None)


def _all_whole(values: list[Any]) -> bool:
    return all(issubclass(kind, int) for kind in set(map(type, values)))


def drawn_table(
    table: Any, style: str, precision: int | None, escape: Callable[[str], str] = str
) -> str:
    """A table in a style of tabulate's: `simple`, drawn here; `github`, `latex_raw`."""
    numeric: list[bool] = []  # the columns whose cells are all numbers

    def texts(row: Sequence[Any]) -> list[str]:
        kinds = [isinstance(plain_value(cell), int | float | None) for cell in row]
        numeric[:] = map(and_, numeric, kinds) if numeric else kinds
        return [escape(cell_text(cell, precision)) for cell in row]

    if style == "simple" and table.headers:
        text = "".join(_texts_of(table.rows, lambda row: CELL.join(texts(row)) + ROW))
        headers = list(map(escape, table.headers))
        lines = _simple(headers, text, numeric or [False] * len(headers))
        return "".join(_many(lines))[:-1]
    from tabulate import tabulate

    rows = list(map(texts, table.rows))
    return tabulate(
        rows, headers=list(map(escape, table.headers)), tablefmt=style, disable_numparse=True,
        colalign=["right" if each else "left" for each in numeric] or None,
    )


def _simple(headers: list[str], text: str, numeric: list[bool]) -> Iterator[str]:
    """The lines of a table whose columns stand apart by spaces, under dashes.

    >>> list(_simple(["a", "b"], f"x{CELL}10{ROW}", [False, True]))
    ['a      b\\n', '---  ---\\n', 'x     10\\n']
    """
    several = len(text.splitlines()) > 1
    rows = text.split(ROW)[:-1]

    def lines() -> Iterator[Sequence[str]]:
        for row in rows:
            cells = [cell.strip() for cell in row.split(CELL)]
            if several and len(" ".join(cells).splitlines()) > 1:
                yield from zip_longest(*map(str.splitlines, cells), fillvalue="")
            else:
                yield cells

    columns = _columns("".join([*headers, text]))
    widths = [columns(header) + 2 for header in headers]
    for cells in lines():
        widths = list(map(max, widths, map(columns, cells)))
    signs = ["" if right else "-" for right in numeric]
    form = "  ".join(f"%{sign}{width}s" for sign, width in zip(signs, widths, strict=True))
    for cells in chain([headers, ["-" * width for width in widths]], lines()):
        if columns is not len:
            own = map(lambda width, cell: width + len(cell) - columns(cell), widths, cells)
            form = "  ".join(f"%{sign}{width}s" for sign, width in zip(signs, own, strict=True))
        yield (form % tuple(cells)).rstrip() + "\n"


def _columns(text: str) -> Callable[[str], int]:
    """What counts the columns of a terminal that parts of a text take.

    >>> [_columns(each)(each) for each in ("conv", "\\u5bbd\\u5ea6", "q\\u0302")]
    [4, 4, 1]
    """
    if text.isascii():
        return len
    from unicodedata import combining, east_asian_width

    more = {sign: -1 if combining(sign) else 1 for sign in set(text)
            if combining(sign) or east_asian_width(sign) in "WF"}  # fmt: skip
    if not more:
        return len
    return lambda part: len(part) + sum(part.count(sign) * each for sign, each in more.items())


def plain_lines(table: Any, precision: int | None) -> Iterator[str]:
    """Rows without headers, one space between cells; empty cells are `-`."""
    yield from _many(_texts_of(table.rows, lambda row: " ".join(
        _plain_cell(plain_value(cell), precision) for cell in row
    ) + "\n"))


def _many(texts: Iterator[str]) -> Iterator[str]:
    while text := "".join(islice(texts, CHUNK)):
        yield text


def _texts_of(rows: Sequence[Any], text: Callable[[Any], str]) -> Iterator[str]:
    """The text of each row, or of several in a piece."""
    return rows.texts(text) if isinstance(rows, Made) else map(text, rows)


def _plain_cell(cell: Any, precision: int | None) -> str:
    if isinstance(cell, list) and not _all_whole(cell):
        return " ".join(_plain_cell(each, precision) for each in cell)
    return format_number(cell, precision) if isinstance(cell, float) else cell_exact(cell) or "-"


def columns_beside(
    widths: Sequence[int], key: int, fits: Callable[[list[int]], bool]
) -> list[list[int]]:
    """The columns in as many parts as they need to fit; the first, the `key`, stand in each.

    >>> columns_beside([1, 2, 3, 4], 1, lambda columns: len(columns) < 4)
    [[0, 1, 2], [0, 3]]
    """
    parts = [[*range(min(key, len(widths)))]]
    for place in range(key, len(widths)):
        if len(parts[-1]) > key and not fits([*parts[-1], place]):
            parts.append([*range(key)])
        parts[-1].append(place)
    return parts


def divided_line(texts: Sequence[str], delimiter: str) -> str:
    """One line of csv or tsv, quoted where it needs it; most need none.

    >>> divided_line(["a,b", "3"], ","), divided_line(["a\\rb", ""], ",")
    ('"a,b",3\\n', '"a\\rb",\\n')
    """
    line = delimiter.join(texts)
    special = '"' in line or "\n" in line or "\r" in line
    if line and not special and line.count(delimiter) == len(texts) - 1:
        return line + "\n"
    import csv
    from io import StringIO

    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerow(texts)  # it quotes the signs of its own end
    return text.getvalue()[:-2] + "\n"


def divided_lines(table: Any, delimiter: str) -> Iterator[str]:
    """Header, if there is one, and rows as csv or tsv, many lines at a time."""
    if table.headers:
        yield divided_line(table.headers, delimiter)
    yield from _many(_texts_of(table.rows, lambda row: (
        divided_line(list(map(cell_exact, row)), delimiter))))


MOST_ALIGNED = 50_000
"""Elements of an array whose columns are still aligned."""


def shape_of(values: Any) -> tuple[int, ...]:
    """The shape of nested lists.

    >>> shape_of([[1, 2, 3]])
    (1, 3)
    """
    shape = []
    while isinstance(values, list):
        shape.append(len(values))
        values = values[0] if values else None
    return tuple(shape)


def slices(values: Any) -> Iterator[tuple[str, list[list[Any]]]]:
    """The 2-D slices of nested lists, row-major, with a label each where there are several; fewer
    axes make one slice."""
    shape = shape_of(values)
    for index in product(*map(range, shape[:-2])):
        label = f"[{', '.join(map(str, index))}]" if index else ""
        grid = reduce(getitem, index, values)
        yield label, grid if len(shape) > 1 else [grid] if shape else [[grid]]


def aligned_rows(grid: Sequence[Sequence[Any]], precision: int | None) -> list[str]:
    """Rows with their columns aligned to the right, two spaces between."""
    cells = [[format_number(value, precision) for value in row] for row in grid]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]


def array_lines(array: Any, precision: int | None, separator: str | None) -> Iterator[str]:
    """An array as lines of text: columns aligned where no separator is given.

    More than two axes are written as 2-D slices divided by blank lines, under a line
    `# shape 6x28x28`.
    """
    values = plain_value(array)
    shape = shape_of(values)
    if len(shape) > 2:
        yield f"# shape {'x'.join(map(str, shape))}\n"
    align = separator is None and prod(shape) <= MOST_ALIGNED
    for place, (_, grid) in enumerate(slices(values)):
        if place:
            yield "\n"
        if align:
            yield from (row + "\n" for row in aligned_rows(grid, precision))
        else:
            divider = separator or " "
            for row in grid:
                yield divider.join(format_number(value, precision) for value in row) + "\n"


GAP = 2
"""Columns between two cells, and what tabulate adds to the length of a header."""
NARROW = 16
"""Prose is not wrapped narrower than this, but beside one column that leaves no more."""


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
    columns = _columns("".join(chain(table.headers, *texts)))
    return [
        max([columns(header) + GAP, *(columns(row[place]) for row in texts)])
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
    from textwrap import wrap

    widths, prose = _widths(table, precision), _prose(table)
    while (excess := _total(widths) - width) > 0 and prose:
        widest = max(prose, key=widths.__getitem__)
        least = NARROW if len(widths) > 2 else NARROW // 2
        if widths[widest] <= least:
            break
        others = max((widths[place] for place in prose if place != widest), default=0)
        narrower = max(widths[widest] - excess, others - 1, least)
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
    least = [min(each, NARROW) if place in prose else each for place, each in enumerate(widths)]
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

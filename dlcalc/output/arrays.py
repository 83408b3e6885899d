"""Arrays as rows of text, in the form that the readers take back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dlcalc.formulas.numerals import format_number, plain_value

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


def grids(values: Any) -> Iterator[list[list[Any]]]:
    """The 2-D slices of nested lists, row-major; fewer axes make one slice."""
    axes = len(shape_of(values))
    if axes == 0:
        yield [[values]]
    elif axes == 1:
        yield [values]
    elif axes == 2:
        yield values
    else:
        for each in values:
            yield from grids(each)


def slices(values: Any) -> Iterator[tuple[str, list[list[Any]]]]:
    """The 2-D slices with a label each, where there is more than one."""
    outer = shape_of(values)[:-2]
    for place, grid in enumerate(grids(values)):
        index: list[str] = []
        for size in reversed(outer):
            place, at = divmod(place, size)
            index.insert(0, str(at))
        yield (f"[{', '.join(index)}]" if outer else ""), grid


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
    size = 1
    for each in shape:
        size *= each
    align = separator is None and size <= MOST_ALIGNED
    for place, grid in enumerate(grids(values)):
        if place:
            yield "\n"
        if align:
            yield from (row + "\n" for row in aligned_rows(grid, precision))
        else:
            divider = separator or " "
            for row in grid:
                yield divider.join(format_number(value, precision) for value in row) + "\n"

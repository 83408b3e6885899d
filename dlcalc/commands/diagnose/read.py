"""A learning curve from CSV: a header that names the columns, and a row a measurement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.sources import decode, located, read_source
from dlcalc.numbers.parse import Number, parse_number, parse_rate, shorten

COLUMNS = {
    "examples": ("examples", "training_examples", "samples", "size", "train_size", "n"),
    "epochs": ("epoch", "epochs"),
    "train": ("train_error", "training_error", "train", "train_loss", "training_loss"),
    "test": (
        "test_error", "test", "test_loss", "validation_error", "validation_loss",
        "val_error", "val_loss",
    ),
}  # fmt: skip
"""What each column may be called, in small letters, with _ for spaces and hyphens."""
AXES = ("examples", "epochs")
HEADER = "examples,train_error,test_error (or epoch in place of examples)"

Rows = list[tuple[Number, Number, Number]]


def read_learning_curve(value: str) -> tuple[str, Rows, bool]:
    """The axis, `examples` or `epochs`, its rows, and whether the errors are losses.

    A row is the place, the training and the test error.

    Columns are divided by commas or tabs, and other columns are left alone; errors may be
    percentages. Raises
    InputError, with the line, for a header that lacks one and for cells that are no numbers.

    >>> read_learning_curve("epoch,train_error,test_error\\n1,0.5,0.6\\n2,0.3,0.5\\n")
    ('epochs', [(1, 0.5, 0.6), (2, 0.3, 0.5)], False)
    """
    source = read_source(value)
    try:
        lines = _lines(decode(source))
        number, header = next(lines, (1, ""))
        separator = "\t" if "\t" in header else ","
        names = _cells(header, separator)
        axis, places = _columns(names, number)
        losses = any("loss" in names[place].lower() for place in places)
        rows = [_row(_cells(line, separator), places, number) for number, line in lines]
        return axis, rows, losses
    except DlcalcError as error:
        raise located(error, source) from None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold anything but a comment, with their numbers."""
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        content = line.partition("#")[0]
        if content.strip():
            yield number, content


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _columns(names: list[str], line: int) -> tuple[str, list[int]]:
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        plain = re.sub("[ -]", "_", name.lower())
        for column, known in COLUMNS.items():
            if plain in known:
                if column in found:
                    raise InputError(f"two columns of the kind {column}").at(f"line {line}")
                found[column] = place
    axes = [axis for axis in AXES if axis in found]
    if len(axes) != 1 or not {"train", "test"} <= found.keys():
        header = shorten(",".join(names))
        raise InputError(f"header {header!r}: expected {HEADER}").at(f"line {line}")
    return axes[0], [found[axes[0]], found["train"], found["test"]]


def _row(cells: list[str], places: list[int], line: int) -> tuple[Number, Number, Number]:
    try:
        if len(cells) <= max(places):
            raise InputError(f"{len(cells)} cells, where the header has more")
        at, train, test = (
            parse_rate(cells[place]) if cells[place].endswith("%") else parse_number(cells[place])
            for place in places
        )
    except DlcalcError as error:
        raise error.at(f"line {line}") from None
    return at, train, test

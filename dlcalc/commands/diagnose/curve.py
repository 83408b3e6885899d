"""Learning curves: read from CSV, and what their course adds to the last values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.sources import decode, located, read_source
from dlcalc.numbers.parse import Number, parse_number, parse_rate, shorten

NOTABLE = 0.05
"""A change of an error is notable from this part of its earlier value on."""
AXES = ("examples", "epochs")
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
HEADER = "examples,train_error,test_error (or epoch in place of examples)"


class CurvePoint(NamedTuple):
    """One measurement of a learning curve."""

    at: float
    """The number of examples, or of epochs, trained with."""
    train_error: float
    """The training error."""
    test_error: float
    """The test error."""


class LearningCurve(NamedTuple):
    """Training and test error against the size of the training set, or against epochs."""

    axis: str
    """`examples` or `epochs`: what the points are counted in."""
    points: tuple[CurvePoint, ...]
    """Two or more, in rising order."""
    losses: bool = False
    """Whether the errors are losses, which no target fits but one that is given."""

    @property
    def last(self) -> CurvePoint:
        """The point with the most examples or epochs."""
        return self.points[-1]


class Finding(NamedTuple):
    """One thing that a learning curve shows, and the remedy it speaks about."""

    text: str
    """What is seen, with its numbers."""
    remedy: str
    """The name of the remedy, as in REMEDIES."""
    helps: str
    """`yes`, `no` or `maybe`."""
    part: str = "variance"
    """The part of the error, `variance` or `bias`, that the remedy is meant for here."""


def learning_curve(
    axis: str, rows: Sequence[Sequence[float]], losses: bool = False
) -> LearningCurve:
    """The curve through rows of (examples or epochs, training error, test error).

    Raises InputError for fewer than two rows, numbers that are negative or not finite,
    and a first column that does not rise.

    >>> learning_curve("epochs", [(1, 0.5, 0.6), (2, 0.3, 0.5)]).last.test_error
    0.5
    """
    points = tuple(CurvePoint(*row) for row in rows)
    if len(points) < 2:
        raise InputError(f"learning curve: {len(points)} of the two or more rows it needs")
    for number, row in enumerate(rows, 1):
        for value in row:
            if not math.isfinite(value) or value < 0:
                raise InputError(f"learning curve: row {number}: {value:g} is not 0 or more")
        if number > 1 and points[number - 1].at <= points[number - 2].at:
            raise InputError(
                f"learning curve: row {number}: {axis} {row[0]:g} after "
                f"{points[number - 2].at:g}; they must rise"
            )
    return LearningCurve(axis, points, losses)


def as_curve(value: object) -> LearningCurve:
    """A learning curve as it is, or from its columns by name, which are those of a file.

    Raises InputError for other names and for columns of different lengths.

    >>> columns = {"epochs": [1, 2], "train_error": [0.5, 0.3], "test_error": [0.6, 0.5]}
    >>> as_curve(columns).last.train_error
    0.3
    """
    if isinstance(value, LearningCurve):
        return value
    if not isinstance(value, Mapping):
        raise InputError(f"learning curve: expected columns {HEADER}")
    try:
        axis, names, losses = _columns(list(map(str, value)))
    except InputError as error:
        raise error.at("learning curve") from None
    columns = [list(value[name]) for name in names]
    if len({len(each) for each in columns}) > 1:
        lengths = ", ".join(str(len(each)) for each in columns)
        raise InputError(f"learning curve: columns of different lengths, {lengths}")
    return learning_curve(axis, list(zip(*columns, strict=True)), losses)


def read_learning_curve(value: str) -> LearningCurve:
    """A learning curve from CSV: a header that names the columns, and a row a measurement.

    Columns are divided by commas or tabs, and other columns are left alone; errors may be
    percentages. Raises InputError, with the line, for a header that lacks one and for cells
    that are no numbers.

    >>> read_learning_curve("epoch,train_error,test_error\\n1,0.5,0.6\\n2,0.3,0.5\\n").points[1]
    CurvePoint(at=2, train_error=0.3, test_error=0.5)
    """
    source = read_source(value, kind="CSV")
    try:
        lines = _lines(decode(source))
        number, header = next(lines, (1, ""))
        separator = "\t" if "\t" in header else ","
        names = _cells(header, separator)
        try:
            axis, wanted, losses = _columns(names)
        except InputError as error:
            raise error.at(f"line {number}") from None
        places = [names.index(name) for name in wanted]
        rows = [_row(_cells(line, separator), places, number) for number, line in lines]
    except DlcalcError as error:
        raise located(error, source) from None
    return learning_curve(axis, rows, losses)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold anything but a comment, with their numbers."""
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        content = line.partition("#")[0]
        if content.strip():
            yield number, content


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _columns(names: list[str]) -> tuple[str, list[str], bool]:
    """The axis, the names of it and of both errors, and whether those are losses."""
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub("[ -]", "_", name.lower())
        for column, known in COLUMNS.items():
            if plain in known:
                if column in found:
                    raise InputError(f"two columns of the kind {column}")
                found[column] = name
    axes = [axis for axis in AXES if axis in found]
    if len(axes) != 1 or not {"train", "test"} <= found.keys():
        raise InputError(f"header {shorten(','.join(names))!r}: expected {HEADER}")
    wanted = [found[axes[0]], found["train"], found["test"]]
    return axes[0], wanted, any("loss" in name.lower() for name in wanted)


def _row(cells: list[str], places: list[int], line: int) -> tuple[Number, ...]:
    try:
        if len(cells) <= max(places):
            raise InputError(f"{len(cells)} cells, where the header has more")
        return tuple(
            parse_rate(cells[place]) if cells[place].endswith("%") else parse_number(cells[place])
            for place in places
        )
    except DlcalcError as error:
        raise error.at(f"line {line}") from None


def findings(curve: LearningCurve) -> tuple[Finding, ...]:
    """What the curve shows, of early stopping and epochs or of further examples.

    The test error speaks about what is meant against variance, the training error about
    what is meant against bias.

    >>> curve = learning_curve("epochs", [(1, 0.5, 0.6), (2, 0.2, 0.3), (3, 0.1, 0.4)])
    >>> [(each.remedy, each.part, each.helps) for each in findings(curve)]
    [('early stopping', 'variance', 'yes'), ('more epochs', 'variance', 'no'), \
('more epochs', 'bias', 'yes')]
    """
    if curve.axis == "examples":
        return (_of_examples(curve),)
    last = curve.last
    best = min(curve.points, key=lambda each: each.test_error)
    if _falls(last.test_error, best.test_error):
        stop, more = "yes", "no"
        text = (
            f"the test error was least at epoch {best.at:g}, {best.test_error:.6g}, "
            f"and is {last.test_error:.6g} at the last, {last.at:g}"
        )
    else:
        stop, (more, text) = "no", _course(curve, "test")
    on_training, trained = _course(curve, "training")
    return (
        Finding(text, "early stopping", stop), Finding(text, "more epochs", more),
        Finding(trained, "more epochs", on_training, "bias"),
    )


def _of_examples(curve: LearningCurve) -> Finding:
    first, before, last = curve.points[0], _before_the_end(curve), curve.last
    gaps = [each.test_error - each.train_error for each in (first, last)]
    falling = _falls(before.test_error, last.test_error)
    course = "still falls" if falling else "no longer falls"
    text = (
        f"the test error {course}, {before.test_error:.6g} at {before.at:g} examples and "
        f"{last.test_error:.6g} at {last.at:g}; the gap went from {gaps[0]:.6g} to {gaps[1]:.6g}"
    )
    return Finding(text, "more examples", "yes" if falling else "maybe")


def _course(curve: LearningCurve, kind: str) -> tuple[str, str]:
    """`yes` where the test or the training error still falls at the end, else `no`; in words."""
    before, last = _before_the_end(curve), curve.last
    earlier, later = (
        each.test_error if kind == "test" else each.train_error for each in (before, last)
    )
    falling = _falls(earlier, later)
    course = "still falls" if falling else "has levelled off"
    text = (
        f"the {kind} error {course}, {earlier:.6g} at epoch {before.at:g} and "
        f"{later:.6g} at {last.at:g}"
    )
    return "yes" if falling else "no", text


def _before_the_end(curve: LearningCurve) -> CurvePoint:
    """The point a quarter of the curve, and one point at the least, before the last."""
    return curve.points[-1 - max(1, len(curve.points) // 4)]


def _falls(before: float, after: float) -> bool:
    return after < before * (1 - NOTABLE)

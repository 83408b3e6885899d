"""Arrays from whatever a user gives: a file, standard input, or numbers typed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from math import prod

from dlcalc.errors import At, InputError, ShapeError, did_you_mean
from dlcalc.input.sources import Source, decode, read_source
from dlcalc.numbers.axes import plural
from dlcalc.numbers.parse import MOST_DIGITS, Decimal, Number, parse_number
from dlcalc.typed import Any


def read_array(value: str, allow_nonfinite: bool = False, name: str = "") -> Any:
    """The one array behind `value`, a file name, `-` or a literal such as '4 2; 5 1'.

    Raises FileError, and InputError where there are more, in which a literal goes by `name`.
    """
    return one_array(read_source(value, name), allow_nonfinite)


def arrays_of(
    source: Source, allow_nonfinite: bool = False, decimal: Decimal = float
) -> list[Any]:
    """The arrays of a source, decimals made by `decimal`.

    Text may hold several, divided by blank lines; .npy, .npz and JSON hold one. Numbers
    come as nested lists, from NumPy's files as arrays.

    >>> arrays_of(Source(b"4 2; 5 1", ""))
    [[[4, 2], [5, 1]]]
    """
    with At(source.place, once=True):
        if not source.data.strip():
            raise InputError("is empty; an array of numbers is wanted")
        if source.data.startswith(b"\x93NUMPY") or source.place.endswith(".npy"):
            from dlcalc.input.npy import parse_npy

            return [parse_npy(source.data, allow_nonfinite)]
        if source.data.startswith(b"PK") or source.place.endswith(".npz"):
            from dlcalc.input.npy import parse_npz

            return [parse_npz(source.data, allow_nonfinite)]
        text = decode(source)
        try:
            return _of_text(text, allow_nonfinite, decimal)
        except InputError:
            printed = _printed(text)
            if printed == text:
                raise
        return _of_text(printed, allow_nonfinite, decimal)


def one_array(source: Source, allow_nonfinite: bool = False, decimal: Decimal = float) -> Any:
    """The one array of a source; InputError where there are more."""
    arrays = arrays_of(source, allow_nonfinite, decimal)
    with At(source.place, once=True):
        if len(arrays) > 1:
            raise InputError(f"{len(arrays)} arrays, divided by blank lines; one is wanted")
    return arrays[0]


def _of_text(text: str, allow_nonfinite: bool, decimal: Decimal) -> list[Any]:
    if text.lstrip()[:1] in ("[", "{"):
        return _json_arrays(text, allow_nonfinite, decimal)
    return parse_text(text, allow_nonfinite, decimal)


MOST_PRINTED = 1_000_000
"""Signs of a text that is read as others print arrays."""
_LIST = r"(\[[-+\d.e\s,\[\]]*\])"
_PRINTED = rf"[\w.]+\(\s*{_LIST}\s*(?:,[^\[\]]*)?\)|{_LIST}|(\([-+\d.e\s,\[\]()]*\))"
_ROWS = r"\[([^\[\]]*;[^\[\]]*)\]"


def _printed(text: str) -> str:
    """An array as NumPy, PyTorch, Python or MATLAB print it, as JSON or rows; other text as it is.

    >>> _printed("[[1. 2.]\\n [3. 4.]]"), _printed("tensor([1., -2.], grad_fn=<AddBackward0>)")
    ('[[1.0,2.0],[3.0,4.0]]', '[1.0, -2.0]')
    >>> _printed("((1, 2), (3, 4))"), _printed("[1 2; 3 4]"), _printed("1 x")
    ('[[1, 2], [3, 4]]', '1 2; 3 4', '1 x')
    """
    if len(text) > MOST_PRINTED:
        return text
    if rows := re.fullmatch(_ROWS, text.strip()):
        return rows[1]
    found = re.fullmatch(_PRINTED, text.strip())
    if found is None:
        return text
    lists = str(found[found.lastindex or 0]).translate({ord("("): "[", ord(")"): "]"})
    if "," not in lists:
        lists = re.sub(r"(?<=[\d.\]])\s+(?=[-+\d.\[])", ",", lists)
    return re.sub(r"(\d\.)(?!\d)", r"\g<1>0", lists)


def _json_arrays(text: str, allow_nonfinite: bool, decimal: Decimal) -> list[Any]:
    try:
        return [_json_array(text, allow_nonfinite, decimal)]
    except InputError as error:
        if "extra data" not in error.message:
            raise
    parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [_json_array(part, allow_nonfinite, decimal) for part in parts]


def _json_array(text: str, allow_nonfinite: bool, decimal: Decimal) -> Any:
    from dlcalc.input.json_text import check_array, parse_json

    value = parse_json(text, allow_nonfinite, decimal)
    if isinstance(value, dict):
        if "output" not in value:
            near = did_you_mean("output", value)
            raise InputError(f"the object has no field 'output' to take the array from{near}")
        value = value["output"]
    found = check_array(value, allow_nonfinite)
    return found if isinstance(found, list) else [found]  # a row of one, as in text


Row = list[Number]
_LINE_END = re.compile("\r\n|\r|\n")
_SHAPE = re.compile(r"#\s*shape\s+(\S*)\s*")


def parse_text(
    text: str, allow_nonfinite: bool = False, decimal: Decimal = float
) -> list[list[Any]]:
    """The arrays of a text, divided by blank lines, each as nested lists.

    A single row is an array of one axis, more rows are one of two; a line `# shape 6x28x28`
    gathers the slices that follow it into an array of more. Of several arrays, the one under a
    line `# output` is meant, as commands write it above gradients.

    >>> parse_text("1 2; 3 4")
    [[[1, 2], [3, 4]]]
    >>> parse_text("1,2.5\\n\\n7 # the kernel")
    [[1, 2.5], [7]]
    """
    arrays: dict[int, list[Any]] = {}
    number = partial(parse_number, allow_nonfinite=allow_nonfinite, decimal=decimal)
    blocks = _blocks(text, number)
    for line, shape, rows in blocks:
        if shape is None:
            if rows:
                arrays[line] = rows[0] if len(rows) == 1 else rows
        else:
            arrays[line] = _gather(line, shape, rows, blocks)
    if not arrays:
        raise InputError("no numbers in it")
    return _titled_output(text, arrays) if len(arrays) > 1 else list(arrays.values())


def _titled_output(text: str, arrays: dict[int, list[Any]]) -> list[list[Any]]:
    """The array under `# output`, or all where there is no such line."""
    lines = (line.strip() for line in _LINE_END.split(text))
    title = next((number for number, line in enumerate(lines, 1) if line == "# output"), None)
    under = [array for line, array in arrays.items() if title is not None and line > title]
    return under[:1] or list(arrays.values())


Block = tuple[int, tuple[int, ...] | None, list[Row]]


def _blocks(text: str, number: Callable[[str], Number]) -> Iterator[Block]:
    """Runs of rows between blank lines: first line, shape where one is said, rows."""
    start, shape, rows = 1, None, []  # type: int, tuple[int, ...] | None, list[Row]
    for place, line in enumerate(_LINE_END.split(text), 1):
        content, hash_sign, _comment = line.partition("#")
        if not content.strip():
            said = _SHAPE.fullmatch(line.strip()) if hash_sign else None
            if said or (rows and not hash_sign):
                if rows or shape:
                    yield start, shape, rows
                start, shape, rows = place, _shape(said, place) if said else None, []
            continue
        if not rows and shape is None:
            start = place
        for part in content.rstrip(" \t;").split(";"):
            rows.append(_row(part, place, number))
            if len(rows[-1]) != len(rows[0]):
                raise ShapeError(
                    f"row {len(rows)} has {len(rows[-1])} {plural(len(rows[-1]), 'number')}, "
                    f"the rows above have {len(rows[0])}"
                ).at(f"line {place}")
    if rows or shape:
        yield start, shape, rows


def _row(text: str, line: int, number: Callable[[str], Number]) -> Row:
    words = text.split()
    if "," in text:
        fields = [field.strip() for field in text.split(",")]
        if any(" " in field or "\t" in field for field in fields):
            raise InputError(
                f"{text.strip()[:40]!r} divides numbers by commas and by spaces; "
                "use one of them, and a point for decimals: 1.5"
            ).at(f"line {line}")
        words = fields
    try:
        if words and text.isascii() and "_" not in text and len(text) <= MOST_DIGITS:
            return list(map(int, words))
    except ValueError:
        pass
    if not words or "" in words:
        what = "field between commas" if words else "row between semicolons"
        raise InputError(f"an empty {what}").at(f"line {line}")
    with At(f"line {line}"):
        return list(map(number, words))


def _shape(said: re.Match[str], line: int) -> tuple[int, ...]:
    sizes = said[1].split("x")
    if not all(size.isascii() and size.isdigit() and 0 < len(size) < 19 for size in sizes):
        raise InputError(f"shape {said[1]!r} is not of the form 6x28x28").at(f"line {line}")
    return tuple(int(size) for size in sizes)


def _gather(
    line: int, shape: tuple[int, ...], rows: list[Row], blocks: Iterator[Block]
) -> list[Any]:
    """The array of a said shape, from this block and those that follow."""
    slices = prod(shape[:-2])
    wanted = (1, *shape)[-2:]
    flat: list[Number] = []
    for count in range(slices):
        if count or not rows:
            _, extra, rows = next(blocks, (0, None, []))
            if extra is not None or not rows:
                raise ShapeError(
                    f"shape {'x'.join(map(str, shape))} wants {slices} slices, here are {count}"
                ).at(f"line {line}")
        if (len(rows), len(rows[0])) != wanted:
            raise ShapeError(
                f"slice {count + 1} is {len(rows)}x{len(rows[0])}, "
                f"the shape wants {wanted[0]}x{wanted[1]}"
            ).at(f"line {line}")
        for row in rows:
            flat += row
    return nest(flat, shape)


def nest(flat: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """A flat list folded into nested lists of that shape.

    >>> nest([1, 2, 3, 4], (2, 2))
    [[1, 2], [3, 4]]
    """
    for size in reversed(shape[1:]):
        flat = [flat[i : i + size] for i in range(0, len(flat), size)]
    return flat

"""Records, one a line, as they arrive: CSV or TSV under a header, or JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO, NamedTuple

from dlcalc.errors import DlcalcError, InputError, LimitError, did_you_mean
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import BOM, STDIN, Reading, Source, decode

MOST_LINE = 1 << 20
"""Bytes of one line."""

Record = dict[str, Any]
"""What a line says, by name: text where it is CSV, values where it is JSON."""


class OpenQuoteError(InputError):
    """A line that ends within quotes: the next ones, to the closing quote, go with it."""


class Reader(NamedTuple):
    """How the lines of a stream are read."""

    form: str
    """`csv`, `tsv` or `json`."""
    columns: tuple[str, ...]
    """The names of the header; none where each line has names of its own."""
    parse: Callable[[bytes], Record | None]
    """The record of a line; None for a blank one."""
    delimiter: str = ""
    """What stands between two fields of a line."""


def arriving_lines(file: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a file, without their ends, as many at a time as have arrived.

    Memory is bounded: LimitError for a line of more than 1 MiB.

    >>> from io import BytesIO
    >>> list(arriving_lines(BytesIO(b"a\\r\\nb\\nc")))
    [[b'a', b'b'], [b'c']]
    """
    rest = b""
    with Reading(STDIN, once=True):
        while arrived := file.read1(1 << 16):  # type: ignore[attr-defined]
            whole, end, last = arrived.rpartition(b"\n")
            if end:
                yield _lines(rest + whole)
                rest = b""
            rest += last
            if len(rest) > MOST_LINE:
                raise LimitError(f"a line of more than {MOST_LINE >> 20} MiB").at(STDIN)
    if rest:
        yield _lines(rest)


def _lines(text: bytes) -> list[bytes]:
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.removesuffix(b"\n").split(b"\n")


def reader_of(first: bytes, known: Collection[str]) -> Reader:
    """How to read the lines of a stream that begins with this one: by names, in one of the forms.

    Names that are not among the known pass through. Raises InputError for a header that names
    a field twice, none that is known, or one that is nearly known.

    >>> reader_of(b"input,kernel", ["input", "kernel"]).parse(b"32,5")
    {'input': '32', 'kernel': '5'}
    """
    text = _decoded(first.removeprefix(BOM))
    if text.lstrip().startswith("{"):
        return Reader("json", (), lambda line: _object(line, known))
    if text.lstrip().startswith("["):
        raise InputError("an array: records are one JSON object a line, as jq -c '.[]' writes them")
    delimiter = "\t" if "\t" in text else ","
    names = tuple(name.strip() for name in fields_of(text, delimiter))
    try:
        _check_names(names, known)
        if len(set(names)) < len(names):
            raise InputError("a field stands twice")
    except InputError as error:
        raise InputError(
            f"{error}; the first line names the fields, as input,kernel,stride"
        ) from None
    return Reader("tsv" if delimiter == "\t" else "csv", names,
                  lambda line: _record_of(line, names, delimiter), delimiter)


def _check_names(names: Collection[str], known: Collection[str]) -> None:
    """Refuse names none of which is known, or one that is likely to be another misspelt."""
    from difflib import get_close_matches

    unknown = [name for name in names if name not in known]
    for name in unknown:
        near = get_close_matches(name, set(known) - set(names), cutoff=0.8)
        if near or len(unknown) == len(names):
            raise InputError(f"unknown field {name!r}{did_you_mean(name, near or known)}")


def _decoded(line: bytes) -> str:
    text = line.decode("latin-1")
    if text.isascii() and text.isprintable():  # most lines, in a fifth of the time
        return text
    try:
        return decode(Source(line, ""))
    except DlcalcError as error:
        error.places.clear()  # a line in a line
        raise


def _object(line: bytes, known: Collection[str]) -> Record | None:
    text = _decoded(line.removeprefix(BOM)).strip()
    if not text:
        return None
    try:
        value = parse_json(text)
    except DlcalcError as error:
        error.places.clear()
        raise
    if not isinstance(value, dict):
        raise InputError(f"no object with fields such as {', '.join(known)}")
    _check_names(value, known)
    return {name: each for name, each in value.items() if each is not None}


def _record_of(line: bytes, names: tuple[str, ...], delimiter: str) -> Record | None:
    text = _decoded(line)
    if not text.strip():
        return None
    fields = fields_of(text, delimiter)
    if len(fields) != len(names):
        raise InputError(f"{len(fields)} fields under a header of {len(names)}")
    if not text.isprintable() or " " in text:
        fields = [field.strip() for field in fields]
    record = zip(names, fields, strict=True)
    return {name: field for name, field in record if field} if "" in fields else dict(record)


def fields_of(text: str, delimiter: str) -> list[str]:
    """The fields of a line, out of their quotes; InputError where these are not closed."""
    if '"' not in text:
        return text.split(delimiter)
    import csv

    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise OpenQuoteError(
                "not CSV: its quote is not closed in the line, and a record is one line; "
                "what follows up to the closing quote is left out"
            ) from None
        raise InputError(f"not CSV: {error}") from None

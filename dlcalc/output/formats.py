"""An answer in each of the formats: one small function and one object a format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from dlcalc.errors import InputError
from dlcalc.output.answer import Answer, Block, Prose, Table, Text, Values
from dlcalc.typed import Any, NamedTuple

Steps = Iterable[Any] | None
Row = dict[str, Any]
"""A record and its answer, by name."""
Write = Callable[[Answer, int | None, Steps], Iterator[str]]
"""An answer, digits for people and the steps of the working → pieces of text."""
Draw = Callable[[Block, int | None], Iterator[str]]
"""A block and digits → pieces of text."""
Stream = Callable[[Sequence[str], str], tuple[str, Callable[[Row], str]]]
"""The columns of records and the one of the answer → a head, and what makes a line of each."""


class Format(NamedTuple):
    """All that is particular about a format: nothing asks for its name."""

    name: str
    """What `--format` calls it."""
    write: Write
    """What writes an answer."""
    complete: bool = False
    """Whether its tables are for programs, and leave no row out."""
    tabular: bool = False
    """Whether the working is a table of its own, which `--explain` asks for."""
    streams: Stream | None = None
    """What writes records one by one; None where all must be known first."""
    terminal: bool = False
    """Whether a person reads it on a terminal: as wide as that, with charts."""
    ascii: bool = False
    """Whether its charts are of ASCII alone."""
    escape: Callable[[str], str] | None = None
    """How it writes signs that a stream's encoding lacks, where it has a way of its own."""


def cells(row: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    """What stands in each column, nothing where the row lacks it.

    >>> cells({"input": "4x4", "output": (3, 3)}, ["input", "output"])
    ['4x4', '3x3']
    >>> cells({"input": [[1, 2]], "note": {"a": [None]}, "tags": ["b"]}, ["input", "note", "tags"])
    ['1 2', '{"a": [null]}', '["b"]']
    >>> cells({"transposed": True, "last": None}, ["transposed", "last"])
    ['true', '']
    """
    values: Iterable[Any] = row.values()
    if tuple(row) != columns:
        for name in row:
            if name not in columns:
                raise InputError(f"the first record, whose fields are the columns, has no {name}")
        values = [row.get(name, "") for name in columns]
    return [each if type(each) in (int, str) else _cell(each) for each in values]


def _cell(value: Any) -> Any:
    """A number or a name as it is; several as options take them: 28x28, 0:1x0:1, 1 2; 3 4.

    What is no array is JSON.
    """
    if isinstance(value, list):
        rows = value if value and isinstance(value[0], list) else [value]
        if all(type(each) in (int, float) for row in rows for each in row):
            return "; ".join(" ".join(map(str, row)) for row in rows)
    if value is None:
        return ""
    if isinstance(value, list | dict | bool):
        from dlcalc.output.json_text import json_text

        return json_text(value)
    if not isinstance(value, tuple):
        return value
    sides = (each if isinstance(each, tuple) else (each,) for each in value)
    return "x".join(":".join(map(str, each)) for each in sides)


def _as_text(draw: Draw) -> Write:
    def write(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
        if steps:
            from dlcalc.output.working import working_text

            yield from working_text(steps, precision)
            yield "\n"
        yield from _blocks(answer.blocks, precision, draw)

    return write


def _blocks(blocks: Iterable[Block], precision: int | None, draw: Draw) -> Iterator[str]:
    for place, block in enumerate(blocks):
        if place:
            yield "\n"
        yield from draw(block, precision)


def _block(block: Block, precision: int | None, plain: bool = False) -> Iterator[str]:
    """A block as text: for people, or plain, a row a line and nothing aligned."""
    if isinstance(block, Table) and block.bare is not None:
        yield f"{block.bare}\n"
        return
    from dlcalc.output.tables import array_lines, drawn_table, plain_lines

    if isinstance(block, Values):
        if block.title:
            yield f"# {block.title}\n"
        yield from array_lines(block.array, precision, " " if plain else None)
    elif isinstance(block, Text):
        yield from (f"{line}\n" for line in block.lines)
    elif isinstance(block, Prose):
        from dlcalc.output.documents import prose_blocks

        yield from _blocks(prose_blocks(block.source), precision, _block)
    elif plain:
        yield from plain_lines(block, precision)
    else:
        block = block.for_people
        if block.title:
            yield f"{block.title}\n"
        yield drawn_table(block, "simple", precision)
        yield "\n"
        yield from (f"{line}\n" for line in block.footnotes)


def _json(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    from dlcalc.output.json_text import json_pieces

    record = dict(answer.for_programs)
    if steps is not None:
        from dlcalc.output.working import working_rows

        record["working"] = working_rows(steps)
    yield from json_pieces(record)
    yield "\n"


def _divided(delimiter: str) -> Write:
    def write(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
        from dlcalc.output.tables import array_lines, divided_lines

        blocks = [block for block in answer.blocks if not isinstance(block, Text | Prose)]
        if not blocks:  # nothing but text: a row of the fields that it is made of
            record = answer.for_programs
            blocks = [Table(tuple(record), [cells(record, tuple(record))])]
        for block in blocks:  # one, as programs get it; the working is one of them
            if isinstance(block, Values):
                yield from array_lines(block.array, None, delimiter)
            else:
                yield from divided_lines(block, delimiter)

    return write


def working_table(steps: Iterable[Any]) -> Table:
    """The working as a table for programs."""
    from dlcalc.output.json_text import json_text
    from dlcalc.output.working import working_rows

    headers = ("name", "formula", "numbers", "value", "note")
    rows = ([row[key] for key in headers] for row in working_rows(steps))
    return Table(headers, [[json_text(each) if isinstance(each, list) else each for each in row]
                           for row in rows], title="working")


def _document(kind: str) -> Write:
    """Blocks as a document has them; with a working before them it stands by itself."""

    def write(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
        from dlcalc.output import documents, working

        signs = working.SIGNS[kind]
        if steps is not None:
            yield signs.head
            yield from working.working_typeset(steps, precision, signs)
        yield from _blocks(answer.blocks, precision, getattr(documents, f"{kind}_block"))
        if steps is not None:
            yield signs.tail

    return write


def _html(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    from dlcalc.output.documents import page

    return page(answer, precision, steps)


def _json_escaped(text: str) -> str:
    import json

    return "".join(each if each.isascii() else json.dumps(each)[1:-1] for each in text)


def _json_rows(columns: Sequence[str], answer: str) -> tuple[str, Callable[[Row], str]]:
    from dlcalc.output.json_text import json_text

    return "", lambda row: json_text(row) + "\n"


def _plain_rows(columns: Sequence[str], answer: str) -> tuple[str, Callable[[Row], str]]:
    from dlcalc.output.tables import cell_exact

    return "", lambda row: cell_exact(row[answer]) + "\n"


def _divided_rows(delimiter: str) -> Stream:
    def begin(columns: Sequence[str], answer: str) -> tuple[str, Callable[[Row], str]]:
        from dlcalc.output.tables import divided_line

        return divided_line(columns, delimiter), lambda row: (
            divided_line(list(map(str, cells(row, columns))), delimiter)
        )

    return begin


FORMATS = {
    each.name: each
    for each in (
        Format("table", _as_text(_block), terminal=True),
        Format("plain", _as_text(partial(_block, plain=True)), complete=True, streams=_plain_rows),
        Format("json", _json, streams=_json_rows, escape=_json_escaped),
        Format("csv", _divided(","), complete=True, tabular=True, streams=_divided_rows(",")),
        Format("tsv", _divided("\t"), complete=True, tabular=True, streams=_divided_rows("\t")),
        Format("markdown", _document("markdown")),
        Format("latex", _document("latex"), ascii=True),
        Format("html", _html,
               escape=lambda text: text.encode("ascii", "xmlcharrefreplace").decode()),
    )
}
"""Every format by its name; a new one is one more object."""

"""An answer in each of the formats: one small function a format, one table of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.arrays import array_lines
from dlcalc.output.tables import divided_lines, drawn_table, plain_lines

FORMATS = ("table", "plain", "json", "csv", "tsv", "markdown", "latex")
Steps = Iterable[Any] | None


def render(answer: Answer, form: str, precision: int | None, explain: bool) -> Iterator[str]:
    """The text of an answer in a format, piece by piece, its working first where asked for."""
    writer = _WRITERS[form]
    # All steps before the first piece of text: what cannot be explained prints nothing.
    return writer(answer, precision, list(answer.working()) if explain else None)


def _table(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    yield from _explained(steps, precision)
    yield from _blocks(answer.blocks, precision, _table_block)


def _plain(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    yield from _explained(steps, precision)
    yield from _blocks(answer.blocks, precision, _plain_block)


def _explained(steps: Steps, precision: int | None) -> Iterator[str]:
    if steps is not None:
        from dlcalc.output.working import working_text

        yield from working_text(steps, precision)
        yield "\n"


def _blocks(
    blocks: Iterable[Block],
    precision: int | None,
    draw: Callable[[Block, int | None], Iterator[str]],
) -> Iterator[str]:
    for place, block in enumerate(blocks):
        if place:
            yield "\n"
        yield from draw(block, precision)


def _table_block(block: Block, precision: int | None) -> Iterator[str]:
    if isinstance(block, Table) and block.bare is None:
        block = block.for_people
        if block.title:
            yield f"{block.title}\n"
        yield drawn_table(block, "simple", precision) + "\n"
        yield from (f"{line}\n" for line in block.footnotes)
    else:
        yield from _bare_block(block, precision, separator=None)


def _plain_block(block: Block, precision: int | None) -> Iterator[str]:
    if isinstance(block, Table) and block.bare is None:
        yield from plain_lines(block, precision)
    else:
        yield from _bare_block(block, precision, separator=" ")


def _bare_block(block: Block, precision: int | None, separator: str | None) -> Iterator[str]:
    if isinstance(block, Values):
        if block.title:
            yield f"# {block.title}\n"
        yield from array_lines(block.array, precision, separator)
    elif isinstance(block, Text):
        yield from (f"{line}\n" for line in block.lines)
    else:
        yield f"{block.bare}\n"


def _json(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    from dlcalc.output.json_text import json_text

    record = dict(answer.for_programs)
    if steps is not None:
        from dlcalc.output.working import working_rows

        record["working"] = working_rows(steps)
    yield json_text(record) + "\n"


def _divided(delimiter: str) -> Callable[[Answer, int | None, Steps], Iterator[str]]:
    def write(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
        blocks = [block for block in answer.blocks if not isinstance(block, Text)]
        if steps is not None:
            yield from divided_lines(_working_table(steps), delimiter)
            yield "\n"
        for place, block in enumerate(blocks):
            if place:
                yield "\n"
            if isinstance(block, Values):
                if block.title:
                    yield f"# {block.title}\n"
                yield from array_lines(block.array, None, delimiter)
            else:
                if len(blocks) > 1 and block.title:
                    yield f"# {block.title}\n"
                yield from divided_lines(block, delimiter)

    return write


def _working_table(steps: Iterable[Any]) -> Table:
    from dlcalc.output.json_text import json_text
    from dlcalc.output.working import working_rows

    rows = working_rows(steps)
    headers = ("name", "formula", "numbers", "value", "note")
    return Table(
        headers,
        [
            [json_text(row[key]) if isinstance(row[key], list) else row[key] for key in headers]
            for row in rows
        ],
    )


def _markdown(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    from dlcalc.output.markup import markdown_block

    if steps is not None:
        from dlcalc.output.working import working_markdown

        yield from working_markdown(steps, precision)
    yield from _blocks(answer.blocks, precision, markdown_block)


def _latex(answer: Answer, precision: int | None, steps: Steps) -> Iterator[str]:
    from dlcalc.output.markup import latex_block

    if steps is None:
        yield from _blocks(answer.blocks, precision, latex_block)
        return
    from dlcalc.output.working import LATEX_HEAD, LATEX_TAIL, working_latex

    yield LATEX_HEAD
    yield from working_latex(steps, precision)
    yield from _blocks(answer.blocks, precision, latex_block)
    yield LATEX_TAIL


_WRITERS: dict[str, Callable[[Answer, int | None, Steps], Iterator[str]]] = {
    "table": _table,
    "plain": _plain,
    "json": _json,
    "csv": _divided(","),
    "tsv": _divided("\t"),
    "markdown": _markdown,
    "latex": _latex,
}

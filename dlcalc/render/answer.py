"""What a command hands to the renderers: the record for programs, the blocks for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Values:
    """An array of numbers, drawn bare so that the next command can read it."""

    array: Any
    """Nested lists or a NumPy array."""
    title: str = ""
    """A name, printed as a comment where a command prints several arrays."""


@dataclass(frozen=True)
class Table:
    """Rows under headers."""

    headers: Sequence[str]
    """One name a column."""
    rows: Sequence[Sequence[Any]]
    """Cells: text, or numbers that are formatted by the renderer."""
    title: str = ""
    """A line above the table."""
    footnotes: Sequence[str] = ()
    """Lines under the table, for people alone."""
    bare: str | None = None
    """What `table` and `plain` print in place of the table, where one value says it all."""
    drawn: Callable[[], Table] | None = None
    """What people see in its place: folded or with a line of totals, which programs need not."""

    @property
    def for_people(self) -> Table:
        """The table as `table`, `markdown` and `latex` draw it."""
        return self if self.drawn is None else self.drawn()


@dataclass(frozen=True)
class Text:
    """Lines for people: a verdict, a chart. Not part of csv and tsv."""

    lines: Sequence[str]
    """The lines."""


Block = Values | Table | Text


@dataclass(frozen=True)
class Answer:
    """A result ready to be drawn in any format."""

    record: dict[str, Any]
    """The JSON object; its fields in the order in which they are derived."""
    blocks: Sequence[Block]
    """What the other formats draw."""
    main: str = "output"
    """The field that a bare `--expect` value means, and that .npy keeps."""
    working: Callable[[], Iterable[Any]] = field(default=lambda: ())
    """The steps of `--explain`, made when they are asked for."""
    element: Callable[[str, tuple[int, ...]], Any] = field(default=lambda name, index: None)
    """The step that gives one element of a field, for a difference to show."""
    advice: Callable[[str, Any], str] = field(default=lambda name, expected: "")
    """What may have gone wrong with an expected value of another shape or value."""
    adapt: Callable[[Any], Any] = field(default=lambda expected: expected)
    """An expected answer as typed, in the form of the record."""
    order: Sequence[str] = ()
    """Fields and their parts in the order in which they are derived, where the record has
    another one: a difference in the first of them is the one to name."""
    whole: bool = False
    """Whether all of the answer is whole numbers, compared exactly."""

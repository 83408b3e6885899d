"""What a command hands to the renderers: the record for programs, the blocks for people.

Named tuples, since every command defines these at its start, and dataclasses take nine
times as long to define.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from dlcalc.errors import InputError, did_you_mean
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.numbers.places import Index, Place


class Values(NamedTuple):
    """An array of numbers, drawn bare so that the next command can read it."""

    array: Any
    """Nested lists or a NumPy array."""
    title: str = ""
    """A name, printed as a comment where a command prints several arrays."""

    @property
    def name(self) -> str:
        """What `--table` calls it."""
        return self.title


class Made(Sequence[Any]):
    """Things made of others one at a time, as they are written, and what comes behind them."""

    def __init__(self, of: Any, make: Callable[[Any], Any], behind: Sequence[Any] = ()) -> None:
        self.of, self.make, self.behind = of, make, behind

    def __len__(self) -> int:
        return len(self.of) + len(self.behind)

    def __getitem__(self, at: Any) -> Any:
        return self.tolist()[at] if self.behind else self.make(self.of[at])

    def __iter__(self) -> Iterator[Any]:
        yield from map(self.make, self.of)
        yield from self.behind

    def tolist(self) -> list[Any]:
        """All of them."""
        return list(self)

    def texts(self, text: Callable[[Any], str]) -> Iterator[str]:
        """The text of each, or of several in a piece where what they are made of knows how."""
        each = getattr(self.of, "texts", lambda text: map(text, self.of))
        yield from each(lambda one: text(self.make(one)))
        yield from map(text, self.behind)


class Table(NamedTuple):
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
    called: str = ""
    """What `--table` calls it; its title, up to a comma or colon, if nothing is said."""

    @property
    def name(self) -> str:
        """What `--table` calls it."""
        return self.called or self.title.partition(",")[0].partition(":")[0].lower()

    @property
    def for_people(self) -> Table:
        """The table as `table`, `markdown` and `latex` draw it."""
        return self if self.drawn is None else self.drawn()


class Text(NamedTuple):
    """Lines for people: a verdict, a chart. Not part of csv and tsv."""

    lines: Sequence[str]
    """The lines."""


class Prose(NamedTuple):
    """Text in Markdown: headings, lists, tables and blocks of code."""

    source: str
    """The text."""


Block = Values | Table | Text | Prose


class Answer(NamedTuple):
    """A result ready to be drawn in any format."""

    record: dict[str, Any]
    """The JSON object; its fields in the order in which they are derived."""
    blocks: Sequence[Block]
    """What the other formats draw."""
    main: str | tuple[str | int, ...] = "output"
    """The field that a bare `--expect` value means, and that .npy keeps."""
    working: Callable[[], Iterable[Any]] = lambda: ()
    """The steps of `--explain`, made when they are asked for."""
    element: Callable[[Place, Index], Any] = lambda place, index: None
    """The step that gives one element of a field, for a difference or `--at` to show."""
    at: Callable[[str, Index], Iterable[Any] | None] = lambda name, index: None
    """The steps that `--at` shows of a place as typed, if they are more than that one; the
    name is empty where an index alone is given."""
    advice: Callable[[Place, Any], str] = lambda place, wanted: ""
    """What may have gone wrong with what was wanted of a field, in shape or value."""
    adapt: Callable[[Any], Any] = lambda expected: expected
    """An expected answer as typed, in the form of the record."""
    order: Sequence[Place | str] = ()
    """Fields and their parts in the order in which they are derived, where the record has
    another one: a difference in the first of them is the one to name."""
    whole: bool = False
    """Whether all of the answer is whole numbers, compared exactly."""
    main_table: str = ""
    """The name of the table that csv, tsv and plain are, where it is not the first."""
    made: Callable[[], dict[str, Any]] | None = None
    """What makes the record where it is asked for, if it is long and tables need none of it."""

    @property
    def tables(self) -> dict[str, Values | Table]:
        """The tables and arrays, by what `--table` calls them."""
        found: dict[str, Values | Table] = {}
        own = self.main if isinstance(self.main, str) else str(self.main[-1])
        if any(own == getattr(block, "name", "") for block in self.blocks):
            own = ""
        for block in self.blocks:
            if not isinstance(block, Text | Prose):
                called = block.name or ("" if found else own)
                found.setdefault(called or f"table {len(found) + 1}", block)
        return found

    def alone(self, name: str | None = None) -> tuple[Answer, list[str]]:
        """The answer with one table or array, untitled, and the names of the others.

        The one of that name, else the main one.

        InputError, with the names there are, where none has that one.
        """
        found = self.tables
        if not found:
            return self, []
        chosen = name if name is not None else self.main_table or next(iter(found))
        near = [each for each in found if each.startswith(chosen.lower())] if chosen else []
        if chosen not in found and len(near) != 1:
            raise InputError(f"no table {chosen!r}{did_you_mean(chosen, found)}").at("--table")
        key = chosen if chosen in found else near[0]
        untitled = found[key]._replace(title="")
        return self._replace(blocks=[untitled]), [each for each in found if each != key]

    @property
    def main_place(self) -> Place:
        """Where the main field stands."""
        from dlcalc.numbers.places import Place

        return Place((self.main,) if isinstance(self.main, str) else self.main)

    @property
    def for_programs(self) -> dict[str, Any]:
        """The JSON object, made if need be."""
        return self.record if self.made is None else self.made()

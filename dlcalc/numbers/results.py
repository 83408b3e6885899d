"""What every result can do: show itself, explain itself, and become plain data."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from dlcalc.typed import Any, ClassVar

MOST = 6
"""Fields that a short description has."""


class Result:
    """A result of a calculation, to be shown in a session or a notebook.

    Its text is the table that the command prints; `explain()` gives the working, `to_dict()`
    the record that `-f json` writes.
    """

    __slots__ = ()
    command: ClassVar[str]
    """The command that gives such results, where they are not of its folder."""

    def __repr__(self) -> str:
        shown = list(_described(self))
        more = ", …" if len(shown) > MOST else ""
        return f"{type(self).__name__}({', '.join(shown[:MOST])}{more})"

    def __str__(self) -> str:
        return self._written("table").rstrip("\n")

    def explain(self) -> str:
        """The working, as `--explain` prints it."""
        lines = import_module("dlcalc.output.working").working_text(self._answer().working(), 6)
        return "".join(lines).rstrip("\n")

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON has it: numbers, lists and text."""
        plain_value = import_module("dlcalc.formulas.numerals").plain_value
        plain: dict[str, Any] = plain_value(self._answer().for_programs)
        return plain

    def _repr_html_(self) -> str:
        return "".join(import_module("dlcalc.output.documents").fragment(self._answer(), 6))

    def _repr_latex_(self) -> str:
        return self._written("latex")

    def _written(self, form: str) -> str:
        formats = import_module("dlcalc.output.formats").FORMATS
        return "".join(formats[form].write(self._answer(), 6, None))

    @property
    def _command(self) -> str:
        _, room, command, *_ = type(self).__module__.split(".")
        return command if room == "commands" else self.command

    def _answer(self) -> Any:
        return import_module("dlcalc.shell.runner").answer_of(self, self._command)


def _described(result: Any) -> Iterator[str]:
    names = getattr(result, "_fields", None) or result.__dataclass_fields__
    for name in names:
        value = getattr(result, name)
        if isinstance(value, int | float | str) and len(str(value)) <= 40:
            yield f"{name}={value!r}"
        elif isinstance(getattr(value, "shape", None), tuple):
            yield f"{name}: {'x'.join(map(str, value.shape))}"
        elif isinstance(value, tuple) and value and all(isinstance(each, int) for each in value):
            yield f"{name}={value!r}"
        elif isinstance(value, list | tuple | dict) and value:
            yield f"{name}: {len(value)}"

"""From a result to the terminal: save, print, compare; the same for every command."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.errors import AnswerDiffersError, DlcalcError, InputError

if TYPE_CHECKING:
    from dlcalc.output.formats import Format


caught: list[Any] | None = None
"""Where a command that another one runs leaves its answer, in place of printing it."""


class Output(NamedTuple):
    """The shared options of a command, and what they do with its answer."""

    format: Format
    """The format."""
    explain: bool
    """Whether the working is shown."""
    expect: str | None
    """The expected answer, as typed."""
    tolerance: float | None
    """Relative tolerance of the comparison."""
    precision: int
    """Significant digits for people."""
    save: str | None
    """The file that the result is also written to."""
    allow_nonfinite: bool
    """Whether NaN and infinities are let in."""
    at: Any = None
    """The one element whose working is wanted: its index, or its field and index."""
    expected: Any = None
    """What `expect` holds, where it is read already."""

    def expecting(self) -> Output:
        """The same with the expected answer read: before long work, or where it decides what is."""
        if self.expect is None or self.expected is not None:
            return self
        return self._replace(expected=self._read_expected())

    @property
    def piped(self) -> bool:
        """Whether standard input holds data for the command, and not the expected answer."""
        from dlcalc.input.sources import stdin_has_data

        return self.expect != "-" and stdin_has_data()

    def emit(self, answer: Any, written: Collection[str] = (), begun: str = "") -> None:
        """Save the answer, print it, and hold it against the expected one.

        What was written already, while it came, is not printed again: in JSON the fields
        that are `written`, else the text that it has `begun` with. Raises
        AnswerDiffersError, with the first difference, where they differ.
        """
        if caught is not None:
            caught.append(answer)
            return
        expected = self.expecting().expected
        if self.save is not None:
            from dlcalc.output.save import save

            save(answer, self.save, self.explain)
        rest = {key: value for key, value in answer.record.items() if key not in written}
        shown = self._fitted(answer._replace(record=rest) if written else answer)
        # All steps before the first piece of text: what cannot be explained prints nothing.
        steps = list(answer.working()) if self.explain else None
        pieces: Iterable[str] = self.format.write(shown, self.precision, steps)
        write_out(["".join(pieces).removeprefix(begun)] if begun else pieces)
        if self.expect is not None:
            self._compare(answer, expected)

    def _fitted(self, answer: Any) -> Any:
        """The answer with tables as wide as the terminal, where a person reads it there."""
        width = terminal_width() if self.format.terminal else None
        if width is None:
            return answer
        from dlcalc.output.fitting import fitted

        return answer._replace(blocks=fitted(answer.blocks, width, self.precision))

    def _read_expected(self) -> Any:
        from dlcalc.input.expected import read_expected

        try:
            return read_expected(str(self.expect), self.allow_nonfinite)
        except DlcalcError as error:
            raise error.at("--expect") from None

    def _compare(self, answer: Any, expected: Any) -> None:
        from dlcalc.numbers.compare import DEFAULT_TOLERANCE, compare
        from dlcalc.output.differences import describe

        tolerance = self.tolerance
        if tolerance is None:
            tolerance = 0.0 if answer.whole else DEFAULT_TOLERANCE
        expected = answer.adapt(expected)
        try:
            difference = compare(
                expected, answer.for_programs, answer.main, tolerance, answer.order
            )
        except InputError as error:
            raise error.at("--expect") from None
        if difference is not None:
            raise AnswerDiffersError(describe(difference, answer, expected, self.precision))


def terminal_width() -> int | None:
    """How many columns the terminal has that stdout is; None where it is none."""
    import os

    if not sys.stdout.isatty():
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def write_out(pieces: Iterable[str]) -> None:
    """Write pieces of text to stdout, whatever its encoding, and see that they arrive."""
    encoding = sys.stdout.encoding or "utf-8"
    stream = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if stream is None:
            sys.stdout.write(piece)
        else:
            stream.write(piece.encode(encoding, "backslashreplace"))
    sys.stdout.flush()

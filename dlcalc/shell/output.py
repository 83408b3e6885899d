"""From a result to the terminal: save, print, compare, draw; the same for every command."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator

from dlcalc.errors import AnswerDiffersError, At, DlcalcError, InputError, ShapeError
from dlcalc.shell import coloured, note
from dlcalc.shell.lazy import lazily
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.numbers.compare import Comparison
    from dlcalc.numbers.places import Index, Place
    from dlcalc.output.answer import Answer
    from dlcalc.output.formats import Format
    from dlcalc.pictures.terminal import Page

compare, places = (lazily(f"dlcalc.numbers.{name}") for name in ("compare", "places"))
saving, telling = (lazily(f"dlcalc.output.{name}") for name in ("files", "working"))
WIDTH = 80
"""Columns of a picture where there is no terminal."""
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
LEAST = 20
"""Columns below which lines are left as they are."""
caught: list[Any] | None = None
"""Where a command that another one runs leaves its answer, in place of printing it."""


class Output(NamedTuple):
    """The shared options of a command, and what they do with its answer."""

    format: Format
    explain: bool
    expect: str | None
    tolerance: float | None
    """Relative tolerance of the comparison."""
    precision: int
    save: str | None
    """The file that the result is also written to."""
    allow_nonfinite: bool
    """Whether NaN and infinities are let in."""
    at: tuple[str, Index] | None = None
    """The one element whose working is wanted: the name of its field, if any, and its index."""
    table: str | None = None
    """The one table that is wanted."""
    expected: Any = None
    """What `expect` holds, where it is read already."""
    remark: str = ""
    """What is told on stderr before the answer, once nothing can be refused any more."""

    def expecting(self) -> Output:
        """The same with the expected answer read: before long work, or where it decides what is."""
        if self.expect is None or self.expected is not None:
            return self
        from dlcalc.input.expected import read_expected

        with At("--expect"):
            return self._replace(expected=read_expected(self.expect, self.allow_nonfinite))

    @property
    def piped(self) -> bool:
        """Whether standard input holds data for the command, and not the expected answer."""
        from dlcalc.input.sources import stdin_has_data

        return self.expect != "-" and stdin_has_data()

    def emit(
        self, answer: Answer, written: Collection[str] = (), begun: str = "",
        drawn: tuple[str, str] | None = None,
    ) -> None:
        """Hold the answer against the expected one, save it, print it, and tell what came of it.

        What was written already, while it came, is not printed again: in JSON the fields
        that are `written`, else the text that it has `begun` with. What can be refused is
        so before anything is saved or printed, and before what was `drawn` is written to
        its file. Raises AnswerDiffersError, with the first difference, where the answers
        differ.
        """
        if caught is not None:
            caught.append(answer)
            return
        found, steps, data = self._settled(answer)
        rest = {key: value for key, value in answer.record.items() if key not in written}
        shown = answer._replace(record=rest) if written else answer
        shown, others = self._chosen(shown, steps)
        files = [(drawn[0], drawn[1].encode())] if drawn is not None else []
        if self.save is not None:
            files.append((self.save, data))
        for path, content in files:
            saving.write_whole(path, content)
        if self.remark:
            note(self.remark)
        self._write(shown, None if self.format.tabular else steps, begun)
        if steps == []:
            note("there is no working of this answer")
        if others:
            note(f"other tables: {', '.join(others)}; --table NAME gives one")
        if found is None:
            return
        if found.first is not None:
            raise AnswerDiffersError(telling.describe(found.first, answer, self.precision))
        note(f"agrees to the {found.digits} digits given" if found.digits else "agrees")

    def foresee(self, answer: Answer) -> None:
        """Refuse what an answer of this form cannot give, before the long work for its numbers."""
        _, steps, _ = self._settled(answer)
        self._chosen(answer, steps)

    def _settled(self, answer: Answer) -> tuple[Comparison | None, list[Any] | None, bytes]:
        """The comparison, the working and what is to be saved; all that can be refused is so."""
        found, data = None, b""
        if self.expect is not None:
            found = self._compared(answer, answer.adapt(self.expecting().expected))
        # All steps before the first piece of text: what cannot be explained prints nothing.
        steps = self._steps(answer) if self.explain else None
        for step in () if steps is None or self.allow_nonfinite else steps:
            if not is_finite(step.value):
                from dlcalc.formulas.text import formula_text

                raise InputError(
                    f"{formula_text(step.name)} overflows on the way: inputs are too large "
                    "for the working"
                ).at("--explain")
        if self.save is not None:
            data = saving.saved(answer, self.save, self.explain)
        return found, steps, data

    def _steps(self, answer: Answer) -> list[Any]:
        """The whole working, or that of the one element asked for."""
        if self.at is None:
            return list(answer.working())
        name, index = self.at
        with At(f"--at {name}{':' * bool(name and index)}{','.join(map(str, index))}"):
            try:
                return list(_steps_at(answer, name, index))
            except DlcalcError:
                shown = on_screen(answer, name)
                if shown is None:
                    raise
                place, more = shown
                return list(_steps_at(answer, str(place), (*more, *index)))

    def _chosen(self, answer: Answer, steps: list[Any] | None) -> tuple[Answer, list[str]]:
        """The answer with the one table that is wanted, and the names of those left out."""
        if self.table is None and not self.format.complete:
            return answer, []
        if steps and self.format.tabular:
            from dlcalc.output.formats import working_table

            blocks = [*answer.blocks, working_table(steps)]
            answer = answer._replace(blocks=blocks, main_table="working")
        shown, others = answer.alone(self.table)
        return shown, [] if self.table is not None else others

    def _write(self, answer: Answer, steps: list[Any] | None, begun: str) -> None:
        """Write the answer to stdout: on a terminal fitted to it, in colour, by a pager."""
        width = terminal_width() if self.format.terminal else None
        if width is not None:
            from dlcalc.output.tables import fitted

            answer = answer._replace(blocks=fitted(answer.blocks, width, self.precision))
        pieces: Iterable[str] = self.format.write(answer, self.precision, steps)
        if begun:
            pieces = ["".join(pieces).removeprefix(begun)]
        if self.format.terminal and (width is not None or coloured(sys.stdout)):
            pieces = dressed(pieces, width, coloured(sys.stdout), bool(steps))
            if width is not None and page(pieces := list(pieces)):
                return
        if self.format.escape is not None and not is_unicode(sys.stdout):
            pieces = map(self.format.escape, pieces)
        write_out(pieces)

    def _compared(self, answer: Answer, expected: Any) -> Comparison:
        """The comparison; what cannot be an answer at all is refused."""
        with At("--expect"):
            found: Comparison = compare.Comparison(
                expected, answer.for_programs, answer.main_place, self.tolerance, answer.order,
                answer.whole,
            )
        if getattr(found.first, "other_rank", False):
            raise ShapeError(telling.describe(found.first, answer, self.precision)).at("--expect")
        return found


NO_WORKING = "no working by itself; --explain shows all there is"


def _steps_at(answer: Answer, name: str, index: Index) -> Iterable[Any]:
    """The working of one element, or what it is; InputError where there is no such number."""
    steps = answer.at(name, index)
    if steps is not None:
        return steps
    place = answer.main_place
    if name:
        place, more = places.find_place(name, answer.for_programs, place)
        index = (*more, *index)
    value = places.value_at(answer.for_programs, place)
    index = index or compare.only_index(value)
    found = compare.element_at(value, index, place)
    step = answer.element(place, index)
    from dlcalc.formulas.expressions import Step

    if step is None and isinstance(found, int | float) and not isinstance(found, bool):
        where = f"{place}({','.join(map(str, index))})" if index else str(place)
        step = Step(where, found, note=NO_WORKING)
    if step is None:
        raise InputError(NO_WORKING)
    if step.value is None and (step.formula is not None or step.numbers):
        step = step._replace(value=found)
    return [step]


def on_screen(answer: Answer, name: str) -> tuple[Place, Index] | None:
    """The element that the screen calls so, as `--expect` knows it; None where it knows none."""
    try:
        path = _marked(answer.adapt({name: float("nan")}))
        found: tuple[Place, Index] | None = None if path in (None, [name]) else places.find_place(
            str(places.Place(path or ())), answer.for_programs, answer.main_place)
        return found
    except DlcalcError:
        return None


def _marked(value: Any) -> list[Any] | None:
    """The way to a NaN within lists and objects."""
    if isinstance(value, float):
        return None if value == value else []
    value = value.tolist() if hasattr(value, "tolist") else value
    parts = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list | tuple) else ())
    for key, each in parts:
        if (path := _marked(each)) is not None:
            return [key, *path]
    return None


def is_finite(value: Any) -> bool:
    """Whether there is no NaN and no infinity in a value, or a column of them.

    >>> is_finite([[1, 2.5]]), is_finite([[1, float("nan")]])
    (True, False)
    """
    if isinstance(value, float):
        return value - value == 0
    value = getattr(value, "args", value)
    if isinstance(value, list | tuple):
        return all(map(is_finite, value))
    if hasattr(value, "dtype") and value.dtype.kind in "fc":
        import numpy as np

        return bool(np.isfinite(value).all())
    return True


def terminal_width(stream: Any = None) -> int | None:
    """How many columns the terminal has that a stream is, or stdout; None where it is none."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except OSError:
        return None


def is_unicode(stream: Any) -> bool:
    """Whether every sign can be written to a stream."""
    return (stream.encoding or "utf-8").lower().replace("-", "").startswith("utf")


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


def terminal_page(height: int = 24, x_label: str = "") -> Page:
    """A page as wide as the terminal, or as 80 columns, in signs that the output can show."""
    from dlcalc.pictures.terminal import Page

    return Page(
        terminal_width() or WIDTH, height, x_label, not is_unicode(sys.stdout),
        coloured(sys.stdout),
    )


def check_plot(path: str | None) -> None:
    """Refuse, before anything is computed, a picture that is no SVG."""
    if path is not None and not path.lower().endswith(".svg"):
        raise InputError("a picture is drawn as SVG: name it so, FILE.svg").at(f"--plot {path}")
    if path is not None:
        saving.require_writable(path)


def dressed(
    pieces: Iterable[str], width: int | None, colour: bool, working: bool = False
) -> Iterator[str]:
    """The lines of a text, long ones folded, totals in bold.

    The rows of arrays are left as they are, but in a `working`, which ends at an empty line.

    >>> list(dressed(["a = 1·2 + 3·4 + 5·6 + 7·8 = 100\\n"], 24, False))
    ['a = 1·2 + 3·4 + 5·6 +\\n', '    7·8 = 100\\n']
    """
    for line in "".join(pieces).splitlines(keepends=True):
        working = working and bool(line.strip())
        text = line.rstrip("\n")
        for part in folded(text, width) if working or not text.startswith("  ") else [text]:
            total = colour and part.startswith(("total ", "total\t"))
            yield f"{BOLD}{part}{PLAIN}\n" if total else f"{part}\n"


def folded(text: str, width: int | None) -> list[str]:
    """A line broken between words so that it fits, its further lines indented.

    >>> folded("  1.25  3.5  7.125  2.25  8.5", 21)
    ['  1.25  3.5  7.125', '      2.25  8.5']
    >>> folded("∂L/∂z·∂z/∂y·∂y/∂x·∂x/∂w", 20)
    ['∂L/∂z·∂z/∂y·', '    ∂y/∂x·∂x/∂w']
    >>> folded(" " * 41, 40) == [" " * 41]
    True
    """
    if width is None or len(text) <= width or width < LEAST or "\x1b" in text:
        return [text]  # what is coloured is a chart, which fits already
    from textwrap import wrap

    lead = " " * (len(text) - len(text.lstrip()))
    if max(map(len, text.split()), default=0) > width - len(lead) - 4:
        text = text.replace("·", "·\0 ")  # too long a product is broken behind a sign
    lines = wrap(
        text.strip(), width, initial_indent=lead, subsequent_indent=f"{lead}    ",
        break_long_words=False, break_on_hyphens=False, expand_tabs=False,
        replace_whitespace=False,
    )
    return [line.replace("\0 ", "").rstrip("\0") for line in lines] or [text]


def page(pieces: list[str]) -> bool:
    """Show a long text by a pager, DLCALC_PAGER or `less`; whether that was done."""
    import shutil
    import subprocess

    command = os.environ.get("DLCALC_PAGER")
    if command is None:
        command = "less -FRX" if shutil.which("less") else ""
    if not command.strip() or not sys.stdin.isatty():
        return False
    if len(pieces) < shutil.get_terminal_size().lines:
        return False
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE)
    except OSError:
        return False
    pager.communicate("".join(pieces).encode())
    return pager.returncode not in (126, 127)

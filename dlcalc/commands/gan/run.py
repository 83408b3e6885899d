"""What `dlcalc gan` does with its options; how far it is, and the signals that end it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from time import monotonic
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from dlcalc.commands.gan import answer, losses
from dlcalc.commands.gan.gan import GanResult, Prepared, draw, prepare
from dlcalc.commands.gan.state import from_arrays, to_arrays
from dlcalc.commands.gan.training import Epoch, Training, check_training
from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.npy import parse_all_npz
from dlcalc.input.sources import read_file
from dlcalc.output.answer import Answer, Table
from dlcalc.output.files import check_ending, npz_bytes, require_writable, write_whole
from dlcalc.output.formats import Format
from dlcalc.shell import note
from dlcalc.shell.output import Output, check_plot, terminal_page, write_out, write_plot
from dlcalc.shell.runner import Run


class Files(NamedTuple):
    """The files that are written besides the result."""

    plot: str | None
    samples: str | None
    checkpoint: str | None


class GanRun(Run[GanResult]):
    """Prepare a training, or go on with one; its epochs are written as they end."""

    command = "gan"

    def run(self) -> None:
        """The whole way: what could not be written in the end is refused before it begins."""
        resume = self.options.pop("resume")
        checkpoint: str | None = self.options.pop("checkpoint", None)
        files = Files(self.plot, self.options.pop("samples", None), checkpoint)
        if resume and checkpoint is None:
            raise InputError("--resume goes on from a checkpoint: name it with --checkpoint FILE")
        ring = "data" not in self.options
        _check_files(files, self.out.save, ring)
        prepared = prepare(**(self.example() if ring else {}), **self.options)
        training = prepared.training
        if resume:
            _resume(training, prepared.epochs, str(checkpoint))
        out = self.out = self.out.expecting()
        checks = check_training(training) if self.check else None
        stream = _stream(out)
        _train(prepared, stream, checkpoint)
        result = prepared.result()
        _draw(training, result, files)
        written = (answer.EPOCHS,) if stream and not out.format.complete else ()
        whole = answer.gan_answer(
            training, result, checks,
            complete=out.format.complete,
            page=terminal_page(20) if out.format.terminal else None,
            findings=list(losses.findings(training, result)),
            working=partial(losses.gan_steps, training, result),
            element=lambda field, index: losses.gan_element(result, field),
        )
        out.emit(whole, written, stream.text if stream else "")
        self.refuse(checks or ())


def _check_files(files: Files, save: str | None, ring: bool) -> None:
    """Refuse, before anything is trained, what could not be written in the end."""
    check_plot(files.plot)
    if files.samples is not None:
        answer.check_samples(files.samples, ring)
    if save is not None:
        check_ending(save)
    paths = [each for each in (*files, save) if each is not None]
    for place, path in enumerate(paths):
        require_writable(path)
        if os.path.realpath(path) in map(os.path.realpath, paths[:place]):
            raise InputError("two results would be written there").at(path)


def _resume(training: Training, epochs: int, path: str) -> None:
    try:
        from_arrays(training, parse_all_npz(read_file(path)))
        done = len(training.history)
        if done > epochs:
            raise InputError(f"{done} epochs are done already; --epochs asks for {epochs}")
    except DlcalcError as error:
        raise error if path in error.places else error.at(path) from None


class EpochStream:
    """Text of each epoch as it ends: a line of JSON, or a row under one header."""

    def __init__(self, form: Format, precision: int) -> None:
        self.form, self.precision = form, precision
        self.text = ""
        """All that came so far; nothing of JSON, whose lines are no part of the last one."""

    def more(self, history: Sequence[Epoch]) -> str:
        """What of these epochs is not written yet."""
        fields = tuple(answer.COLUMNS)
        if not self.form.complete and self.form.streams is not None:
            _, line = self.form.streams(fields, fields[0])
            return line(answer.epoch_record(history[-1]))
        first = not self.text
        headers = tuple(answer.COLUMNS.values()) if first else ()
        rows = [list(answer.epoch_record(each).values()) for each in history]
        table = Table(headers, rows if first else rows[-1:])
        piece = "".join(self.form.write(Answer({}, [table]), self.precision, None))
        self.text += piece
        return piece


def _stream(out: Output) -> EpochStream | None:
    """What writes the epochs as they end; nothing where people get a table of them, at the end.

    The working stands before everything but JSON, and is not known before the end.
    """
    if out.format.whole or (out.format.complete and (out.explain or out.table is not None)):
        return None
    return EpochStream(out.format, out.precision)


def _train(prepared: Prepared, stream: EpochStream | None, checkpoint: str | None) -> None:
    """Train to the end, or to the first signal, which is obeyed once all is saved."""
    training, total = prepared.training, prepared.epochs
    progress = Progress(total * training.batches, _done(training))
    with Interrupts() as interrupts:

        def between(training: Training) -> bool:
            epoch = f"epoch {len(training.history) + 1} of {total}"
            progress.show(_done(training), f"{epoch}, batch {training.done}")
            return bool(interrupts.caught)

        try:
            for _ in training.epochs(total, between):
                if checkpoint is not None:
                    _save(training, checkpoint)
                if stream is not None:
                    progress.clear()
                    write_out([stream.more(training.history)])
                if interrupts.caught:
                    break
        finally:
            progress.clear()
        if interrupts.caught:
            note(f"stopped {_place(training)}, {_kept(training, checkpoint)}")
        interrupts.end()


def _done(training: Training) -> int:
    return len(training.history) * training.batches + training.done


def _place(training: Training) -> str:
    epochs = len(training.history)
    if training.done:
        return f"after batch {training.done} of epoch {epochs + 1}"
    return f"after epoch {epochs}" if epochs else "before the first batch"


def _kept(training: Training, checkpoint: str | None) -> str:
    """What becomes of a training that is stopped, in words, once it is so."""
    if checkpoint is None:
        return "and the networks are lost; --checkpoint FILE keeps them, for --resume to go on from"
    _save(training, checkpoint)
    return "and all of it is kept; --resume goes on from there"


def _save(training: Training, path: str) -> None:
    write_whole(path, npz_bytes(to_arrays(training)))


def _draw(training: Training, result: GanResult, files: Files) -> None:
    if files.plot is not None:
        write_plot(files.plot, answer.loss_picture(result.epochs))
    if files.samples is not None:
        drawn = training.data.restore(draw(training, 100), training.least)
        points = result.samples if training.data.ring else drawn
        write_whole(files.samples, answer.sample_picture(files.samples, points, training.data))


WIDTH, EVERY = 20, 0.1


class Progress:
    """Bar, time left and a few words, on one line that is written over and over."""

    def __init__(self, total: int, done: int = 0) -> None:
        self.total, self.first = total, done
        self.start = self.last = monotonic()
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, done: int, words: str) -> None:
        """Draw the line anew, not more often than ten times a second."""
        now = monotonic()
        if not self.shown or now - self.last < EVERY:
            return
        self.last = now
        full = WIDTH * done // max(1, self.total)
        left = (now - self.start) * (self.total - done) / max(1, done - self.first)
        bar = "#" * full + "." * (WIDTH - full)
        self._write(f"\r\x1b[K[{bar}] {words}, {clock(left)} left")

    def clear(self) -> None:
        """Take the line away, so that others can be written."""
        if self.shown:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            self.shown = False


def clock(seconds: float) -> str:
    """Minutes and seconds, hours where there are any.

    >>> clock(75), clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts:
    """While this is entered, the first signal is noted and the second one ends at once."""

    def __init__(self) -> None:
        self.caught = 0
        """The number of the signal that came, or 0."""
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            # What a shell or nohup has told it to ignore, it goes on ignoring.
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.caught:
            self.end(number)
        self.caught = number

    def end(self, number: int = 0) -> None:
        """End as the signal that came would have: 130 after Ctrl-C, else 128 and its number."""
        number = number or self.caught
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        if number:
            raise SystemExit(128 + number)

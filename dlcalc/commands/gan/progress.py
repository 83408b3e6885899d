"""What long work shows of itself on stderr, and how a signal amid it is noted and obeyed."""

from __future__ import annotations

import signal
import sys
from time import monotonic
from types import FrameType, TracebackType
from typing import Any

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

"""A line on stderr that says how far long work is, where stderr is a terminal."""

from __future__ import annotations

import sys
from time import monotonic

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

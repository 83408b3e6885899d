"""Ctrl-C and the like amid long work: noted, so that it can be saved before the end."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

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

"""The epochs of a GAN as text while they come: what its whole answer will begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcalc.commands.gan.answer import FIELDS, HEADERS, epoch_record
from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.commands.gan.training import Epoch
    from dlcalc.output.formats import Format


class EpochStream:
    """Text of each epoch as it ends: a line of JSON, or a row under one header."""

    def __init__(self, form: Format, precision: int) -> None:
        self.form, self.precision = form, precision
        self.text = ""
        """All that came so far; nothing of JSON, whose lines are no part of the last one."""

    def more(self, history: Sequence[Epoch]) -> str:
        """What of these epochs is not written yet."""
        if not self.form.complete and self.form.streams is not None:
            _, line = self.form.streams(FIELDS, FIELDS[0])
            return line(epoch_record(history[-1]))
        first = not self.text
        shown = history if first else history[-1:]
        table = Table(HEADERS if first else (), [list(epoch_record(e).values()) for e in shown])
        piece = "".join(self.form.write(Answer({}, [table]), self.precision, None))
        self.text += piece
        return piece

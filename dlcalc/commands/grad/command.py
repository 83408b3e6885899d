"""The types of its options."""

from __future__ import annotations

from dlcalc.shell.lazy import lazily
from dlcalc.shell.types import TextType

answer = lazily("dlcalc.commands.grad.answer")
EQUATIONS = TextType("equations", complete=lambda *_: answer.library_names(), files=True)

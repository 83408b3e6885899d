"""The types of its options."""

from __future__ import annotations

from dlcalc.shell.lazy import lazily
from dlcalc.shell.types import TextType

answer = lazily("dlcalc.commands.quiz.answer")
PROBLEM = TextType("command", complete=lambda *_: list(answer.problems()))

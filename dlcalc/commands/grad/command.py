"""The types of its options."""

from __future__ import annotations

import click

from dlcalc.shell.lazy import lazily
from dlcalc.shell.types import TextType

answer = lazily("dlcalc.commands.grad.answer")
EQUATIONS = TextType("equations", complete=lambda *_: answer.library_names(), files=True)


def _values(ctx: click.Context, incomplete: str) -> list[str]:
    """What the equations on the line name, behind the names that stand in the word already."""
    from dlcalc.shell.inner import answer_at_hand

    found = answer_at_hand(ctx)
    before = incomplete[: incomplete.rfind(",") + 1]
    return [before + name for name in found.record["values"]] if found else []


NAMES = TextType("names", complete=_values)
"""Inputs or computed names, divided by commas."""

"""The types of its options, and how they are shown."""

from __future__ import annotations

import click

from dlcalc.names import DTYPES
from dlcalc.shell.lazy import lazily
from dlcalc.shell.options import QuickCommand
from dlcalc.shell.types import TextType

deployment, use = lazily("dlcalc.models.deployment"), lazily("dlcalc.models.use")


def _columns(ctx: click.Context, incomplete: str) -> list[str]:
    """Columns of the table of a model, behind those that are typed already."""
    from dlcalc.commands.params.count_answer import COLUMNS

    before, comma, _ = incomplete.rpartition(",")
    names = [name for name in COLUMNS if name not in before.split(",")]
    return [before + comma + name for name in (names if comma else [*names, "all"])]


DTYPE = TextType("dtype", use.dtype_named, lambda *_: DTYPES)
FIT = TextType("size", deployment.size_in_bytes)
COLUMN = TextType("column", complete=lambda *word: _columns(*word)[:-1])
COLUMNS = TextType("columns", complete=_columns)


class Command(QuickCommand):
    """The command, whose help lists the types of layers that there are."""

    @property
    def help(self) -> str:
        """The help with the list, which is made when it is read."""
        from textwrap import wrap

        from dlcalc.layers.table import types

        return self._help.replace("{layers}", "\n  ".join(wrap(" ".join(types()), 80)))

    @help.setter
    def help(self, text: str) -> None:
        self._help = text

"""dlcalc completion."""

from __future__ import annotations

import os

import click

from dlcalc.shell.options import QuickCommand
from dlcalc.shell.types import NameType

SCRIPTS = {"bash": "dlcalc.bash", "zsh": "_dlcalc", "fish": "dlcalc.fish"}
"""The script of each shell, beside this file."""


@click.command(cls=QuickCommand)
@click.argument("shell", type=NameType("shell", SCRIPTS))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      dlcalc completion bash > ~/.local/share/bash-completion/completions/dlcalc
      dlcalc completion zsh > ~/.zfunc/_dlcalc
      dlcalc completion fish > ~/.config/fish/completions/dlcalc.fish
    """
    from dlcalc.shell.output import write_out

    path = os.path.join(os.path.dirname(__file__), "scripts", SCRIPTS[shell])
    with open(path, encoding="utf-8") as file:
        write_out([file.read()])

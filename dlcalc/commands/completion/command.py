"""dlcalc completion."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand
from dlcalc.shell.types import NameType

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=QuickCommand)
@click.argument("shell", type=NameType("shell", SHELLS))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      dlcalc completion bash > ~/.local/share/bash-completion/completions/dlcalc
      dlcalc completion zsh > ~/.zfunc/_dlcalc
      dlcalc completion fish > ~/.config/fish/completions/dlcalc.fish
    """
    from dlcalc.commands.completion.scripts import SCRIPTS
    from dlcalc.shell.output import write_out

    write_out([SCRIPTS[shell]])

"""dlcalc completion."""

from __future__ import annotations

import click

from dlcalc.cli.options import QuickCommand
from dlcalc.cli.types import NameType

SHELLS = ("bash", "zsh", "fish")

# Click's zsh script completes when zsh loads it and not the next time that it is called.
CLICK_TEST = "[[ $zsh_eval_context[-1] == loadautofunc ]]"
FUNCTION_TEST = '[[ "$funcstack[1]" == "_dlcalc" ]]'


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
    from click.shell_completion import ShellComplete, get_completion_class

    from dlcalc.cli.lazy import root
    from dlcalc.cli.output import write_out

    kind = get_completion_class(shell)
    assert kind is not None
    # The base class prints the script and asks no shell for its version.
    script = ShellComplete.source(kind(root, {}, "dlcalc", "_DLCALC_COMPLETE"))
    write_out([script.replace(CLICK_TEST, FUNCTION_TEST).lstrip("\n")])

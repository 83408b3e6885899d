"""Print the completion script of a shell.

\b
Examples:
  dlcalc completion bash > ~/.local/share/bash-completion/completions/dlcalc
  dlcalc completion zsh > ~/.zfunc/_dlcalc
  dlcalc completion fish > ~/.config/fish/completions/dlcalc.fish
"""


SCRIPTS = {"bash": "dlcalc.bash", "zsh": "_dlcalc", "fish": "dlcalc.fish"}
"""The script of each shell, beside this file."""


def run(shell: str) -> None:
    """Print the script of a shell."""
    from dlcalc.input.sources import text_beside
    from dlcalc.shell.output import write_out

    write_out([text_beside(__file__, "scripts", SCRIPTS[shell])])

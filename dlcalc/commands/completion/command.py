"""Prints the script by which a shell completes the line."""

SCRIPTS = {"bash": "dlcalc.bash", "zsh": "_dlcalc", "fish": "dlcalc.fish"}
"""The script of each shell, beside this file."""


def run(shell: str) -> None:
    """Print the script of a shell."""
    from dlcalc.input.sources import text_beside
    from dlcalc.shell.output import write_out

    write_out([text_beside(__file__, "scripts", SCRIPTS[shell])])

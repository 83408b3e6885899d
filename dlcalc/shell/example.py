"""The worked example of a command that was given nothing to compute on."""

from __future__ import annotations

from typing import Any

from dlcalc.shell import note


def worked_example(command: str) -> dict[str, Any]:
    """The values of the command's example, after a remark on stderr that says so."""
    from dlcalc.shell.examples import read_example

    example = read_example(command)
    note(
        f"nothing was given to compute on, so here is the worked example: {example.about}; "
        f"give numbers of your own with dlcalc {command} {example.instead}"
    )
    return example.values

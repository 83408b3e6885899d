"""dlcalc examples."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.shell.options import QuickCommand, output_options
from dlcalc.shell.output import Output
from dlcalc.shell.types import ParamType


class ExampleType(ParamType):
    """The name of an exercise."""

    name = "example"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The names that begin so, with what they ask."""
        from click.shell_completion import CompletionItem

        from dlcalc.shell.examples import read_exercises

        return [
            CompletionItem(each.name, help=each.problem)
            for each in read_exercises()
            if each.name.startswith(incomplete.upper())
        ]


@click.command(cls=QuickCommand)
@click.argument("name", required=False, type=ExampleType())
@output_options
def command(out: Output, name: str | None) -> None:
    """The exercises that dlcalc grew out of, and the commands that solve them.

    With NAME, runs the command that solves that exercise, with the options given here.

    \b
    Examples:
      dlcalc examples
      dlcalc examples E1
      dlcalc examples E11 -f json
    """
    from dlcalc.commands.examples.run import list_examples, run_example

    if name is None:
        list_examples(out)
    else:
        run_example(name, out)

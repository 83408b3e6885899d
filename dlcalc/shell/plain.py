"""Help that goes the way of all results, whatever the encoding of the stream."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.errors import DlcalcError


class Plain(click.Command):
    """A command whose help is written as results are: Click has another stream for it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; parameters that an error names, as `wrt`, are named as its options are."""
        try:
            return super().invoke(ctx)
        except DlcalcError as error:
            if "`" in str(error):
                error.message = _with_options(error.message, self)
                error.places = [_with_options(place, self) for place in error.places]
            raise

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click's option, with a callback of our own."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option


def _with_options(text: str, command: click.Command) -> str:
    """A text with the options of the command in place of parameters between backticks."""
    for param in command.params:
        option = max(param.opts, key=len)
        if option.startswith("--"):
            for name in (param.name, option[2:].replace("-", "_")):
                text = text.replace(f"`{name}`", option)
    return text


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from dlcalc.shell.output import write_out

        write_out([ctx.get_help(), "\n"])
        ctx.exit()

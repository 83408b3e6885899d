"""The root command: one table of all commands, each imported when it runs, never before."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click

import dlcalc
from dlcalc.errors import DlcalcError, did_you_mean
from dlcalc.typed import Any


def read_lines(module: str, name: str) -> list[str]:
    """The lines of a table beside a module; `input.sources` is not loaded for them."""
    with open(f"{os.path.dirname(module)}/{name}", encoding="utf-8") as file:
        return file.read().splitlines()


def grouped(lines: Iterable[str]) -> dict[str, list[str]]:
    """The lines of a table by the name of their group, which stands above them behind @."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("@"):
            group = groups[line[1:]] = []
        else:
            group.append(line)
    return groups


GROUPS = {title: dict(line.split(maxsplit=1) for line in lines)
          for title, lines in grouped(read_lines(__file__, "commands.txt")).items()}
"""The one table of commands, by purpose: name and summary. Each has a folder in `commands`."""
COMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}


def nearest_command(name: str) -> str:
    """The tail of an error about a command that there is none of: what is meant by its name."""
    from dlcalc.input.sources import read_table

    meant = read_table(__file__, "meant.txt")["command"].get(name.lower())
    return f"; did you mean {meant}?" if meant else did_you_mean(name, COMMANDS)


class Page(click.HelpFormatter):
    """Click's page of help, its column of names narrowed on terminals below 70 columns."""

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Names beside what they mean, for which 38 columns are kept where there are as many."""
        super().write_dl(rows, min(col_max, max(4, self.width - 38)), col_spacing)


class Plain(click.Command):
    """A command whose help is written as results are: Click has another stream for it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; parameters that an error names, as `wrt`, are named as its options are."""
        try:
            return super().invoke(ctx)
        except DlcalcError as error:
            if "`" in str(error):
                error.message = with_options(error.message, self)
                error.places = [with_options(place, self) for place in error.places]
            raise

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click's option, with a callback of our own."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option


def with_options(text: str, command: click.Command) -> str:
    """A text with the options of the command in place of parameters between backticks."""
    for param in command.params:
        option = max(param.opts, key=len)
        if option.startswith("--"):
            for name in (param.name, option[2:].replace("-", "_")):
                text = text.replace(f"`{name}`", option)
    return text


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        _write_help(ctx)
        ctx.exit()


def _write_help(ctx: click.Context) -> None:
    """The page, its formulas folded to a terminal; an example stays one line, to be copied."""
    from shutil import get_terminal_size

    from dlcalc.shell.output import folded, terminal_width, write_out

    width = terminal_width()
    ctx.formatter_class = Page
    # Click folds at 50 columns at the least.
    if (columns := get_terminal_size().columns) < 52:
        ctx.terminal_width = max(columns - 2, 20)
    for line in ctx.get_help().split("\n"):
        write_out(f"{part}\n" for part in ([line] if "dlcalc" in line else folded(line, width)))


class LazyGroup(Plain, click.Group):
    """A group that knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's file, and make it with its options."""
        if cmd_name not in COMMANDS:
            return None
        from dlcalc.shell.options import command_of

        return command_of(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, where `help COMMAND` is `COMMAND --help`, and all have --version."""
        if args[:1] == ["help"]:
            args = [*(each for each in args[1:2] if each != "help"), "--help"]
        if "--version" in args and args[0] in COMMANDS:
            args = ["--version"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, or the nearest one in the error."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            name = args[0][:40]
            near = nearest_command(name) or "; dlcalc --help lists them"
            raise click.UsageError(f"no such command {name or repr(name)}{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing any of them."""
        widest = max(map(len, COMMANDS))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), each) for name, each in group.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Commands and options that begin so, without importing any of them."""
        from click.shell_completion import CompletionItem

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=COMMANDS[name]) for name in names), *options]


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from dlcalc.shell.output import write_out

        write_out([f"dlcalc {dlcalc.__version__}\n"])
        ctx.exit()


@click.command(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"], "max_content_width": 88,
        # An option as it is written in Python: --kernel_size.
        "token_normalize_func": lambda name: name.replace("_", "-"),
    },
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def root(ctx: click.Context) -> None:
    """The arithmetic of deep learning: exact, instant, and able to show its working.

    \b
    Examples:
      dlcalc size --input 32 --kernel 5
      dlcalc conv --stride 2 --pad 1 --explain
      dlcalc conv -x '1 2; 3 4' -w '1 1' -f json

    A command called with nothing to compute on runs its worked example.
    `dlcalc help COMMAND` is `dlcalc COMMAND --help`.
    """
    if ctx.invoked_subcommand is None:
        _write_help(ctx)

"""The options of commands, and what runs them.

Each command has a table of its own, `options.txt` beside it, and what several share stands in the
one here, a group under its name, which a table has in its place: `@shared`, `@check`. A line is

    FLAGS and the parameter, where it has another name | TYPE = DEFAULT | METAVAR | HELP

and one without flags an argument: `file?` may be left out, `model...` be given several times.
A type is one of `types` or of the command's own file, `1..3` a whole number, `kind: max|avg` one
of names, which may be those of a table, `gates: ifog` the activation of one of these gates, `flag`
one that is off and `flag?` one that is not given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from itertools import chain

import click

import dlcalc
from dlcalc import names
from dlcalc.errors import InputError
from dlcalc.output.formats import FORMATS
from dlcalc.shell import types
from dlcalc.shell.commands import Plain, grouped, read_lines
from dlcalc.shell.output import Output
from dlcalc.shell.types import SIZE, NameType, WholeType, as_typed
from dlcalc.typed import Any

GROUPS = grouped(read_lines(__file__, "options.txt"))
"""The groups of options that several commands share, a line each."""
ALIASES = dict(line.split() for line in GROUPS.pop("aliases"))
"""Options as PyTorch and Keras call them, and short ones in either case; each is the one that it
means where a command has that, of a size if it is a size, and has none of that name of its own."""
TOLD = {name: ", ".join(getattr(names, name)) for name in ("DTYPES", "PRECISIONS")}
"""Names that the help of an option tells."""


class QuickCommand(Plain):
    """A command whose short options cost no more to parse than its long ones."""

    def make_parser(self, ctx: click.Context) -> Any:
        """Click's parser, in which `-L 32` is found at once, and no option is another's value.

        Click looks for `-L` among the long options first, and imports difflib to say what
        else might have been meant, before it looks among the short ones.
        """
        parser = super().make_parser(ctx)
        known, take = parser._long_opt, parser._get_value_from_state

        def value_of(name: str, option: Any, state: Any) -> Any:
            after = state.rargs[0] if state.rargs else ""
            if (not state.rargs or after in known) and not option.obj._flag_needs_value:
                where = f"before {after}" if after else "behind it"
                wanted = option.obj.make_metavar(ctx)
                raise click.BadOptionUsage(name, f"{name} wants its {wanted} {where}")
            return take(name, option, state)

        parser._get_value_from_state = value_of  # type: ignore[assignment, method-assign]
        known.update(parser._short_opt)
        for alias, name in ALIASES.items():
            if name in known and (alias != "--kernel-size" or known[name].obj.type is SIZE):
                known.setdefault(alias, known[name])
                if len(alias) == 2:
                    parser._short_opt.setdefault(alias, known[alias])
        return parser


def command_of(name: str) -> click.Command:
    """A command: its help and the table of its options stand beside its `answer.py`.

    It runs as the `run` of its `command.py` says, where it has one, which gets the shared options
    as one `Output` in `out`, or else as its `answer.py` does.
    """
    own = _own(f"dlcalc.commands.{name}.command")
    help, options = (
        read_lines(dlcalc.__file__, f"commands/{name}/{file}.txt") for file in ("help", "options")
    )
    params = [_param(line, own) for row in options for line in GROUPS.get(row[1:], [row])]
    run = own.get("run") or partial(_answered, name)
    if any(each.name == "expect" for each in params):
        run = partial(_with_output, run)
    kind: type[click.Command] = own.get("Command", QuickCommand)
    # A paragraph under \b is not folded; click knows it by the sign itself.
    text = "\n".join("\b" if line == r"\b" else line for line in help)
    return kind(name, callback=run, params=params, help=text)


def _own(module: str) -> Mapping[str, Any]:
    """What a command has in a file of its own: types of its options, and what runs it."""
    try:
        return vars(import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return {}


def _answered(command: str, /, **values: Any) -> None:
    from dlcalc.shell.runner import run_of

    run_of(command)(**values).run()


def _with_output(callback: Callable[..., Any], /, **values: Any) -> Any:
    chosen = {name: values.pop(name) for name in Output._fields if name in values}
    chosen["format"] = FORMATS[chosen["format"]]
    if chosen["save"] is not None:
        from dlcalc.output.files import check_ending, require_writable

        check_ending(chosen["save"])  # before anything is computed in vain
        require_writable(chosen["save"])
    if chosen["tolerance"] is not None and chosen["expect"] is None:
        raise InputError("is that of --expect, which is not given").at("--tolerance")
    chosen["explain"] |= chosen["at"] is not None
    return callback(out=Output(**chosen), **values)


def _param(line: str, own: Mapping[str, Any]) -> click.Parameter:
    flags, kind, metavar, help = map(str.strip, line.split(" |", 3))
    kind, _, usual = kind.partition(" = ")
    bare = kind.removeprefix("several ")
    given: dict[str, Any] = {"metavar": metavar or None, "multiple": bare != kind}
    if bare.startswith("flag"):
        given["is_flag"] = True
    else:
        given["type"] = _type(bare, own)
    if usual or bare == "flag?":
        given["default"] = as_typed(given["type"], usual) if usual else None
    if not flags.startswith("-"):
        name = flags.rstrip("?.")
        return click.Argument(
            [name], type=given["type"], metavar=given["metavar"], required=name == flags,
            nargs=-1 if flags.endswith("...") else 1,
        )
    words, _, variable = flags.partition(" $")
    return click.Option(words.split(), help=help.format(**TOLD), envvar=variable or None, **given)


def _type(kind: str, own: Mapping[str, Any]) -> click.ParamType[Any] | None:
    if kind in ("text", "path"):
        return click.Path() if kind == "path" else None
    least, dots, most = kind.partition("..")
    if dots:
        return WholeType(int(least), int(most) if most else None)
    name, colon, known = kind.partition(": ")
    if name == "gates":
        return types.gate_activation(known)
    if colon:
        tables = {**vars(names), "FORMATS": FORMATS}
        return NameType(name, chain(*(tables.get(each, [each]) for each in known.split("|"))))
    found: click.ParamType[Any] = own.get(kind) or getattr(types, kind)
    return found

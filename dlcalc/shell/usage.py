"""Click's complaints in the words of all others: one line, and what would be right."""

from __future__ import annotations

import click

from dlcalc.input.sources import read_table
from dlcalc.output.formats import FORMATS


def complaint(error: click.ClickException) -> str:
    """The one line of an error in usage; it begins in lower case, as all others do."""
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.NoSuchOption):
        near = _near(error)
        message = f"no such option {error.option_name}"
        if near:
            message += f"; did you mean {' or '.join(near)}?"
        elif error.ctx is not None:
            message += _elsewhere(error, error.ctx)
    elif isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        names = getattr(error.param.type, "names", None)  # its own is none that a user knows
        if not isinstance(error, click.MissingParameter):
            message = error.message
        elif names:
            message = f"missing argument: {' or '.join(names)}"
        else:
            message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None and _wants_hint(error, message):
        message += f"; {_example(context)}{context.command_path} --help shows what it takes"
    return message[:1].lower() + message[1:]


def _near(error: click.NoSuchOption) -> list[str]:
    """The options of the command that are meant, else those that are spelt much the same."""
    from difflib import get_close_matches

    if error.ctx is None:
        return []
    known = {name for each in error.ctx.command.params for name in each.opts}
    word = error.option_name.lstrip("-").lower().replace("_", "-")
    if word in FORMATS and "--format" in known:
        return [f"-f {word}"]
    meant = read_table(__file__, "meant.txt")["option"].get(word)
    if meant:
        return [each for each in meant.split("|") if each.split()[0].rstrip(",") in known]
    plain = {name.lstrip("-"): name for name in known if name.startswith("--")}
    return [plain[each] for each in get_close_matches(word, plain)]


def _elsewhere(error: click.NoSuchOption, context: click.Context) -> str:
    """Where an option belongs that the command has not: behind a command, or into its data."""
    name = error.option_name.lstrip("-").replace("-", "_")
    if isinstance(context.command, click.Group):
        return "; options stand behind the command, as dlcalc conv --explain"
    for param in context.command.params:
        if isinstance(param, click.Argument) and str(param.name).startswith(name.rstrip("s")):
            return f"; {str(param.name).upper()} stands by itself, without an option"
    from dlcalc.shell.runner import run_of

    try:
        fields = run_of(str(context.info_name)).fields
    except ImportError:
        return ""
    field = {"lr": "learning_rate", "y": "target"}.get(name, name)
    return f"; {field} is a field of the JSON" if field in fields else ""


def _example(context: click.Context) -> str:
    """The first example of a command's help that computes on data of one's own, to copy."""
    from dlcalc.shell.output import Output

    examples = (context.command.help or "").partition("Examples:\n")[2].strip().splitlines()
    bare = [None, *(f"--{name}" for name in Output._fields)]
    for each in examples:
        if next(iter(each.split()[2:]), None) not in bare:
            return f"as {each.strip()}; "
    return ""


def _wants_hint(error: click.ClickException, message: str) -> bool:
    """Whether nothing in a complaint about usage says what would be right."""
    if isinstance(error, click.NoSuchOption):
        return not _near(error) and "behind the command" not in message
    return type(error) is click.UsageError and "; " not in error.message.rpartition(")")[2]

"""Click's complaints in the words of all others: one line, and what would be right."""

from __future__ import annotations

import click


def complaint(error: click.ClickException) -> str:
    """The one line of an error in usage; it begins in lower case, as all others do."""
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.NoSuchOption):
        message = f"no such option {error.option_name}"
        if error.possibilities:
            message += f"; did you mean {' or '.join(error.possibilities)}?"
    elif isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        message = _argument(error, error.param)
    if _wants_hint(error) and isinstance(error, click.UsageError) and error.ctx is not None:
        message += f"; {_example(error.ctx)}{error.ctx.command_path} --help shows what it takes"
    return message[:1].lower() + message[1:]


def _example(context: click.Context) -> str:
    """The first example of a command's help, as a form to copy."""
    examples = (context.command.help or "").partition("Examples:\n")[2].strip().splitlines()
    return f"as {examples[0]}; " if examples else ""


def _argument(error: click.BadParameter, argument: click.Argument) -> str:
    """A complaint about an argument, which has no name that a user would know."""
    names = getattr(argument.type, "names", None)
    if isinstance(error, click.MissingParameter):
        return f"missing argument: {' or '.join(names)}" if names else error.format_message()
    return error.message


def _wants_hint(error: click.ClickException) -> bool:
    """Whether nothing in a complaint about usage says what would be right."""
    if isinstance(error, click.NoSuchOption):
        return not error.possibilities
    return type(error) is click.UsageError and ";" not in error.message

"""Click's complaints in the words of all others: one line, and what would be right."""

from __future__ import annotations

import click

FORMATS = ("json", "csv", "tsv", "markdown", "latex", "html", "plain", "table")
MEANT = {
    "--explain": ("verbose", "working", "show-working", "show-work", "steps", "why", "derive"),
    "--expect": ("answer", "check-answer", "verify-answer", "compare-to", "solution"),
    "--precision": ("digits", "round", "decimals"),
    "--save": ("out", "output-file", "outfile", "write"),
    "--batch": ("batch-size", "examples"),
    "--tokens": ("seq-len", "sequence-length", "length", "context"),
    "--input": ("input-size", "input-shape", "shape", "image"),
    "--as": ("flops", "macs", "counter"),
    "--framework": ("convention", "pytorch", "keras", "tensorflow"),
}
"""What options are called elsewhere: an error names the one that a command has."""


def complaint(error: click.ClickException) -> str:
    """The one line of an error in usage; it begins in lower case, as all others do."""
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.NoSuchOption):
        near = _near(error)
        message = f"no such option {error.option_name}"
        if near:
            message += f"; did you mean {' or '.join(near)}?"
    elif isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        message = _argument(error, error.param)
    if _wants_hint(error) and isinstance(error, click.UsageError) and error.ctx is not None:
        message += f"; {_example(error.ctx)}{error.ctx.command_path} --help shows what it takes"
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
    meant = [name for name, words in MEANT.items() if word in words and name in known]
    plain = {name.lstrip("-"): name for name in known if name.startswith("--")}
    return meant or [plain[each] for each in get_close_matches(word, plain)]


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
        return not _near(error)
    return type(error) is click.UsageError and ";" not in error.message

"""Man pages, made of the help of the commands: one a command, and one of dlcalc itself."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click

import dlcalc
from dlcalc.shell.commands import COMMANDS, GROUPS, root


def man_pages() -> Iterator[tuple[str, str]]:
    """The name of each file and its text, in roff."""
    parent = click.Context(root, info_name="dlcalc", **root.context_settings)
    yield "dlcalc.1", man_page(root, parent, "")
    for name in COMMANDS:
        command = root.get_command(parent, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=parent)
        yield f"dlcalc-{name}.1", man_page(command, context, name)


def man_page(command: click.Command, context: click.Context, name: str) -> str:
    """One page."""
    title = "-".join(filter(None, ("dlcalc", name)))
    summary, *rest = cleandoc(command.help or "").split("\n\n")
    lines = [
        f'.TH "{title.upper()}" "1" "" "dlcalc {dlcalc.__version__}" "dlcalc"',
        ".SH NAME", rf"{title} \- {_escaped(' '.join(summary.split()).rstrip('.'))}",
        ".SH SYNOPSIS", rf".B {_escaped(context.command_path)}",
        _escaped(" ".join(command.collect_usage_pieces(context))),
        ".SH DESCRIPTION",
    ]
    examples: list[str] = []
    for paragraph in rest:
        literal, text = paragraph.startswith("\b"), paragraph.removeprefix("\b\n")
        if text.startswith("Examples:"):
            examples = text.splitlines()[1:]
        elif literal:
            lines += [".PP", ".nf", *map(_line, text.splitlines()), ".fi"]
        else:
            lines += [".PP", *map(_line, text.splitlines())]
    if not name:
        lines.append(".SH COMMANDS")
        for group_title, group in GROUPS.items():
            lines.append(f".SS {group_title}")
            for each, about in group.items():
                lines += [".TP", rf"\fBdlcalc {each}\fR", _line(about)]
    lines.append(".SH OPTIONS")
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and record[1]:  # arguments are told in the description
            lines += [".TP", rf"\fB{_escaped(record[0])}\fR", _line(record[1])]
    if examples:
        lines += [".SH EXAMPLES", ".nf", *map(_line, examples), ".fi"]
    seen = ["dlcalc (1)"] if name else [f"dlcalc-{each} (1)" for each in COMMANDS]
    return "\n".join([*lines, ".SH SEE ALSO", _escaped(", ".join(seen)), ""])


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-")


def _line(text: str) -> str:
    """A line that no sign at its beginning turns into a request."""
    return (r"\&" if text[:1] in (".", "'") else "") + _escaped(text)

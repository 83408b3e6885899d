"""The exercises of textbooks, each with the command that solves it."""

from __future__ import annotations

import json
import shlex
from contextlib import nullcontext

import click

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.sources import text_beside
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.output import Output
from dlcalc.shell.types import TextType, is_given


def read_exercises() -> list[dict[str, str]]:
    """The exercises of a course in their order: the `name`, E1 to E13, the `problem`, and the
    `command` line that solves it, without `dlcalc` before it.

    >>> read_exercises()[0]["command"]
    'conv --stride 2 --pad 1'
    """
    found: list[dict[str, str]] = json.loads(text_beside(__file__, "exercises.json"))
    return found


EXAMPLE = TextType("example", complete=lambda *_: [
    (each["name"], each["problem"]) for each in read_exercises()
])


def run(out: Output, name: str | None) -> None:
    """Run the command of an exercise, with the shared options of this call, or list all."""
    from dlcalc.shell import note
    from dlcalc.shell.commands import root
    from dlcalc.shell.inner import no_stdin

    exercises = {each["name"]: each for each in read_exercises()}
    if name is None:
        rows = [[each, f"dlcalc {found['command']}", found["problem"]]
                for each, found in exercises.items()]
        table = Table(["name", "command", "problem"], rows)
        out.emit(Answer({"examples": [*exercises.values()]}, [table], main="examples"))
        return
    plain = "E" + name.lower().removeprefix("exercise").removeprefix("e").strip(" -")
    if plain not in exercises:
        raise InputError(f"unknown example {name!r}{did_you_mean(name.upper(), exercises)}")
    note("{name}: {problem} dlcalc {command}".format_map(exercises[plain]))
    words, chosen = shlex.split(exercises[plain]["command"]), click.get_current_context().params
    given = {name: chosen[name] for name in Output._fields if name in chosen and is_given(name)}
    # What stands on standard input is an expected answer, or not ours at all.
    held = nullcontext() if "-" in given.values() else no_stdin()
    defaults = {words[0]: given}
    with held, root.make_context("dlcalc", words, parent=None, default_map=defaults) as context:
        root.invoke(context)

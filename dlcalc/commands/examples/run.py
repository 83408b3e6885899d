"""What `dlcalc examples` does with its options."""

from __future__ import annotations

import shlex

import click

from dlcalc.output.answer import Answer, Table
from dlcalc.shell import note
from dlcalc.shell.examples import find_exercise, read_exercises
from dlcalc.shell.output import Output


def list_examples(out: Output) -> None:
    """All exercises with their commands."""
    exercises = read_exercises()
    rows = [[each.name, f"dlcalc {each.command}", each.problem] for each in exercises]
    record = {"examples": [each._asdict() for each in exercises]}
    out.emit(Answer(record, [Table(["name", "command", "problem"], rows)], main="examples"))


def run_example(name: str, out: Output) -> None:
    """Run the command that solves an exercise, with the shared options of this call."""
    from dlcalc.shell.commands import root

    exercise = find_exercise(name)
    note(f"{exercise.name}: {exercise.problem} dlcalc {exercise.command}")
    arguments = [*shlex.split(exercise.command), *_options(out)]
    with root.make_context("dlcalc", arguments, parent=None) as context:
        root.invoke(context)


def _options(out: Output) -> list[str]:
    """The shared options of a call, as they would be typed."""
    current = click.get_current_context()
    words = []
    for param in current.command.params:
        if param.name is None or not isinstance(param, click.Option):
            continue
        value = getattr(out, param.name, None)
        if value is True:
            words.append(param.opts[-1])
        elif value not in (None, False) and value != param.get_default(current):
            words += [param.opts[-1], str(value)]
    return words

"""A command line run within another: what it writes is caught, and it reads nothing."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import NamedTuple

import click

from dlcalc.errors import InputError
from dlcalc.output.answer import Answer
from dlcalc.shell import output
from dlcalc.shell.commands import COMMANDS
from dlcalc.shell.options import command_of
from dlcalc.shell.types import WRITTEN


class Ran(NamedTuple):
    """What came of a command line."""

    status: int
    complaint: str
    """The last line that it wrote to stderr, without the name before it."""


def run_within(words: Sequence[str]) -> Ran:
    """Run a command line, without `dlcalc` before it, on no standard input.

    >>> run_within(["size", "-L", "32", "-F", "5"])
    Ran(status=0, complaint='')
    """
    from dlcalc.shell import run

    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err), no_stdin():
        status = run(list(words))
    lines = err.getvalue().splitlines()
    return Ran(status, lines[-1].removeprefix("dlcalc: ") if lines else "")


def answer_within(words: Sequence[str]) -> Answer:
    """The answer of a command line, without `dlcalc` before it, that reads nothing.

    Raises InputError with what it complains of.

    >>> answer_within(["size", "-L", "32", "-F", "5"]).record["output"]
    28
    """
    output.caught = []
    try:
        ran = run_within(words)
        answers = output.caught
    finally:
        output.caught = None
    if not answers:
        raise InputError(ran.complaint)
    found: Answer = answers[-1]
    return found


def writing_options(command: str) -> set[str]:
    """The options by which a command writes files, wherever who typed its line likes.

    >>> sorted(writing_options("kl"))
    ['--save']
    """
    params = command_of(command).params if command in COMMANDS else []
    return {name for each in params if each.type is WRITTEN for name in each.opts}


MOST_WORK = 1.0
"""Seconds of the processor's time that an answer may take while its line is being typed."""
MOST_WAIT = 30.0
"""Seconds that it may take on a busy machine, or where it waits for something."""


def answer_at_hand(context: click.Context) -> Answer | None:
    """What a command answers whose line is being typed; None where that takes long or fails."""
    # An option that still lacks its value leaves the arguments where click found them.
    command = context.command
    rest = command.make_context("", list(context.args), resilient_parsing=True).params
    for param in command.params:
        if isinstance(param, click.Argument) and context.args:
            context.params[str(param.name)] = rest[str(param.name)]
        if isinstance(param.type, click.Path) or param.name in ("expect", "at"):
            context.params[str(param.name)] = None  # nothing is written, or held against it
    answers: list[Answer] = []
    output.caught = answers
    timers = (signal.ITIMER_PROF, signal.SIGPROF, MOST_WORK), (
        signal.ITIMER_REAL, signal.SIGALRM, MOST_WAIT)
    held = [signal.signal(number, _too_long) for _, number, _ in timers]
    for timer, _, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), no_stdin():
            command.invoke(context)
    except (Exception, _TooLong):
        pass
    finally:
        for (timer, number, _), handler in zip(timers, held, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
        output.caught = None
    return answers[-1] if answers else None


class _TooLong(BaseException):
    """Raised amid a calculation, and no error of files or numbers that somebody passes over."""


def _too_long(number: int, frame: object) -> None:
    raise _TooLong


@contextmanager
def no_stdin() -> Iterator[None]:
    """Standard input held back, for others to read."""
    held = sys.stdin
    sys.stdin = None
    try:
        yield
    finally:
        sys.stdin = held

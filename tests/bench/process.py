"""Whole processes: how long one takes, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import IO, NamedTuple

from tests.bench.measure import Side

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    """A process that has ended."""

    seconds: float
    """From its start to its end."""
    out: str
    """What it wrote to stdout."""
    failed: str
    """The last line of its stderr where its status is not 0."""


def command() -> list[str]:
    """The command of this checkout, as its script starts it: one installed may be of another."""
    return python("import sys; from dlcalc.shell import main; sys.exit(main())")


def python(program: str) -> list[str]:
    """A Python program as a process."""
    return [sys.executable, "-c", program]


def process(
    arguments: list[str], environment: dict[str, str] | None = None, stdin: str = os.devnull
) -> Side:
    """One side of a comparison: the process from its start to its end."""
    return lambda: start(arguments, environment, stdin)


def start(
    arguments: list[str], environment: dict[str, str] | None = None, stdin: str = os.devnull
) -> Done:
    """Run one process to its end, its stdin a file.

    Bytecode is kept from the first run on, as that of installed packages is.
    """
    variables = {**os.environ, **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    temporary = tempfile.TemporaryFile
    with open(stdin, "rb") as file, temporary() as out, temporary() as err:
        begin = perf_counter()
        status = subprocess.run(
            arguments, env=variables, cwd=ROOT, stdin=file, stdout=out, stderr=err, check=False
        ).returncode
        seconds = perf_counter() - begin
        texts = [_text(each) for each in (out, err)]
    said = texts[1].strip().splitlines() or [f"status {status}"]
    return Done(seconds, texts[0], said[-1] if status else "")


def peak(arguments: list[str]) -> float:
    """The most memory that a process holds, in MiB.

    Started by a small process, for one that is started counts what its parent held.
    """
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=-3);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    return int(start([*python(program), *arguments]).out) / 1024


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")

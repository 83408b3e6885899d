"""Start-up: whole processes, relative to the least that a command of their kind can do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import Side, heading, in_turn, row

MINIMAL_APP = (
    "import click\n@click.group()\ndef app(): pass\n@app.command()\n"
    "def one(): click.echo(28)\napp(['one'])"
)
PASS, CLICK, NUMPY = "pass", "import click", "import click, numpy"
TABLE = "import click, tabulate"


class Row(NamedTuple):
    """A command, the Python program it is held against, and the ratio to reach."""

    name: str
    arguments: list[str]
    peer: str
    reach: float
    environment: dict[str, str] | None = None


ROWS = [
    Row("--version / minimal app", ["--version"], MINIMAL_APP, 1.15),
    Row("size / minimal app", ["size", "-L", "32", "-F", "5", "-f", "plain"], MINIMAL_APP, 1.15),
    Row("TAB completion / minimal app", [], MINIMAL_APP, 1.15,
        {"_DLCALC_COMPLETE": "bash_complete", "COMP_WORDS": "dlcalc si", "COMP_CWORD": "1"}),
    Row("params lenet, a table / click, tabulate", ["params", "lenet"], TABLE, 1.15),
    Row("conv 4×4 with 2×2 / click, numpy",
        ["conv", "-x", "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16", "-w", "4 2; 5 1",
         "-f", "plain"], NUMPY, 1.15),
]
BASELINES = [("import click / pass", CLICK), ("minimal app / pass", MINIMAL_APP),
             ("import click, numpy / pass", NUMPY), ("import click, tabulate / pass", TABLE)]


def command() -> list[str]:
    """The installed command beside this Python, or the package as a module."""
    script = Path(sys.executable).with_name("dlcalc")
    return [str(script)] if script.exists() else [sys.executable, "-m", "dlcalc"]


def run() -> None:
    """Print the table of whole processes, in milliseconds."""
    heading("Start-up, whole processes", "ms", "peer ms", "ratio", "reach")
    for name, program in BASELINES:
        ours, theirs = in_turn(_process(_python(program)), _process(_python(PASS)))
        row(name, ours, theirs, None)
    for each in ROWS:
        arguments = [*command(), *each.arguments]
        failed = _start(arguments, each.environment)
        if failed:
            print(f"{each.name:44}{'not measured: ' + failed}")
            continue
        ours, theirs = in_turn(
            _process(arguments, each.environment), _process(_python(each.peer))
        )
        row(each.name, ours, theirs, each.reach)


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def _process(arguments: list[str], environment: dict[str, str] | None = None) -> Side:
    return lambda: _start(arguments, environment)


def _start(arguments: list[str], environment: dict[str, str] | None = None) -> str:
    """Run one process to its end; what it said on stderr where it failed."""
    done = subprocess.run(
        arguments, env={**os.environ, **(environment or {})}, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["failed"])[-1]

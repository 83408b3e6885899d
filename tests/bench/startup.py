"""Start-up: whole processes, relative to the least that a command of their kind can do."""

from __future__ import annotations

from typing import NamedTuple

from tests.bench.measure import heading, in_turn, row
from tests.bench.process import command, process, python, start

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
    Row("--version / minimal app", ["--version"], MINIMAL_APP, 0.75),
    Row("size / minimal app", ["size", "-L", "32", "-F", "5", "-f", "plain"], MINIMAL_APP, 0.75),
    Row("size, json / minimal app", ["size", "-L", "32", "-F", "5", "-f", "json"],
        MINIMAL_APP, 0.75),
    Row("mults, json / minimal app",
        ["mults", "-L", "4", "-F", "5", "-S", "2", "-P", "2", "-O", "8", "-f", "json"],
        MINIMAL_APP, 0.75),
    Row("params lenet, csv / minimal app", ["params", "lenet", "-f", "csv"], MINIMAL_APP, 0.75),
    Row("TAB completion / minimal app", [], MINIMAL_APP, 0.75,
        {"_DLCALC_COMPLETE": "bash_complete", "COMP_WORDS": "dlcalc si", "COMP_CWORD": "1"}),
    Row("params lenet, a table / click, tabulate", ["params", "lenet"], TABLE, 1.15),
    Row("conv 4×4 with 2×2 / click, numpy",
        ["conv", "-x", "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16", "-w", "4 2; 5 1",
         "-f", "plain"], NUMPY, 1.15),
]
BASELINES = [("import click / pass", CLICK), ("minimal app / pass", MINIMAL_APP),
             ("import click, numpy / pass", NUMPY), ("import click, tabulate / pass", TABLE)]


def run() -> None:
    """Print the table of whole processes, in milliseconds."""
    heading("Start-up, whole processes", "ms", "peer ms", "ratio", "reach")
    for name, program in BASELINES:
        ours, theirs = in_turn(process(python(program)), process(python(PASS)))
        row(name, ours, theirs, None)
    for each in ROWS:
        arguments = [*command(), *each.arguments]
        failed = start(arguments, each.environment).failed
        if failed:
            print(f"{each.name:44}not measured: {failed}")
            continue
        ours, theirs = in_turn(
            process(arguments, each.environment), process(python(each.peer))
        )
        row(each.name, ours, theirs, each.reach)

"""Faults that every command survives, case by case.

Signals, pipes and what else the shell arranges are runs of the installed command, the rest
forked children; the runs of all cases that are asked for go side by side, from the first on.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Queue

import pytest

from dlcalc.shell.commands import COMMANDS
from tests.faults.cases import Case, all_cases
from tests.faults.commands import TABLE
from tests.forked import Forker
from tests.shell.running import COMMAND, TIMEOUT, Run, asks_of_a_shell, environment, shell

CASES = all_cases()
Runs = dict[str, tuple[Future[Run], Path]]


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """The run of each case that is among the tests of this session, and its folder."""
    asked = [item.callspec.params.get("title") for item in request.session.items
             if isinstance(item, pytest.Function) and hasattr(item, "callspec")]  # fmt: skip
    top = tmp_path_factory.mktemp("faults")
    forkers: Queue[Forker] = Queue()
    workers = 2 * (os.cpu_count() or 1)
    for _ in range(workers if asked else 0):
        forkers.put(Forker())
    with ThreadPoolExecutor(workers) as pool:
        started: Runs = {}
        for place, title in enumerate(each for each in asked if each in CASES):
            folder = top / str(place)
            started[title] = pool.submit(run_case, CASES[title], folder, forkers), folder
        yield started
        pool.shutdown(cancel_futures=True)
    while not forkers.empty():
        forkers.get().close()


def plain_words(line: str) -> tuple[list[str], dict[int, str]] | None:
    """The words of a line that asks nothing of the shell but streams, and these by descriptor."""
    streams: dict[int, str] = {}
    while found := re.search(r" ([012]?)([<>])(&-|[\w./]+)$", line):
        number, way, target = found.groups()
        streams[int(number or way == ">")] = "" if target == "&-" else target
        line = line[: found.start()]
    return None if asks_of_a_shell(line) else (shlex.split(line)[1:], streams)


def run_case(case: Case, folder: Path, forkers: Queue[Forker]) -> Run:
    folder.mkdir()
    for name, data in case.files.items():
        data = data() if callable(data) else data
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    if case.signal:
        return interrupted(case.line, getattr(signal, case.signal), folder)
    if case.before:
        assert shell(case.before, cwd=folder).status == 0
    plain = plain_words(case.line)
    if plain is None:
        return shell(case.line, cwd=folder)
    forker = forkers.get()
    try:
        return forker.run(plain[0], folder, plain[1])
    finally:
        forkers.put(forker)


def interrupted(words: str, number: signal.Signals, folder: Path) -> Run:
    """A run that gets a signal while it waits for the rest of its input."""
    with subprocess.Popen(
        [*COMMAND, *shlex.split(words)], env=environment(), cwd=folder, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            # More than a pipe holds: when it is taken, the command is past its start.
            for _ in range(100):
                process.stdin.write(b" " * 4096)
            process.send_signal(number)
        out, err = process.communicate(timeout=TIMEOUT)
    status = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return Run(status, out.decode(), err.decode())


def test_the_table_has_every_command() -> None:
    assert set(COMMANDS) <= set(TABLE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("title", CASES)
def test_survives(title: str, runs: Runs) -> None:
    run, folder = runs[title]
    CASES[title].check(run.result(), folder)

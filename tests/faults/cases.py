"""The faults of every command as cases: a line in bash, what lies about, what must hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from dlcalc.shell.commands import COMMANDS
from tests.faults.binary import BINARY
from tests.faults.commands import HOSTILE, HOSTILE_JSON, TABLE, Command, Hostile
from tests.faults.powerless import KNOWN, PREFIX
from tests.shell.running import Run

Check = Callable[[Run, Path], None]
Data = str | bytes | Callable[[], bytes]


class Case(NamedTuple):
    """One fault of one command."""

    line: str
    """What is run in bash, in a folder of its own; of a signal, the arguments alone."""
    check: Check
    """What must hold of the run, and of the folder, afterwards."""
    files: Mapping[str, Data] = MappingProxyType({})
    """What lies in the folder before."""
    signal: str = ""
    """The signal that is sent while the command waits for the rest of its input."""
    before: str = ""
    """What bash does in the folder first."""


def refused(said: str) -> Check:
    """A line on stderr that says what is wrong, nothing on stdout, status 2."""

    def check(done: Run, folder: Path) -> None:
        assert (done.status, done.out) == (2, ""), done
        lines = done.err.splitlines()
        assert said in lines[-1]
        assert all(line.startswith("dlcalc: ") and len(line) < 1000 for line in lines), lines
        assert len(lines) <= 2, lines  # a note on what is run may come first
        assert "fault of dlcalc's own" not in done.err

    return check


def works(done: Run, folder: Path) -> None:
    """Status 0 and a result."""
    assert done.status == 0, done
    assert done.out


def ended(status: int) -> Check:
    """This status, and not a word."""

    def check(done: Run, folder: Path) -> None:
        assert (done.status, done.out, done.err) == (status, "", "")

    return check


def stopped(status: int) -> Check:
    """This status, no result, and not a word but a note on what is run."""

    def check(done: Run, folder: Path) -> None:
        assert (done.status, done.out) == (status, "")
        assert all(line.startswith("dlcalc: E2: ") for line in done.err.splitlines()), done.err

    return check


def reader_gone(done: Run, folder: Path) -> None:
    """The end of any filter: by SIGPIPE, or before it was noticed."""
    assert done.status in (0, 128 + 13)
    assert "Traceback" not in done.err
    assert "standard output" not in done.err


def saved(done: Run, folder: Path) -> None:
    """The link stands, and its target is the result."""
    works(done, folder)
    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "y.json").read_text())


def unsaved(said: str) -> Check:
    """Refused, and nothing in the folder but what lay there, as it was."""

    def check(done: Run, folder: Path) -> None:
        refused(said)(done, folder)
        assert sorted(os.listdir(folder)) == sorted(LYING)
        assert (folder / "kept.json").read_text() == "kept\n"
        assert os.listdir(folder / "folder.json") == os.listdir(folder / "shut") == []

    return check


SIGNALS = (("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129))
"""What may end a command that waits, and its status then: one of them for each command."""
LYING = {"full.json": "ln -s /dev/full full.json", "folder.json": "mkdir folder.json",
         "kept.json": "echo kept >kept.json; chmod 444 kept.json",
         "shut": "mkdir shut; chmod 555 shut"}  # fmt: skip
"""What lies about where nothing can be saved, and how it is made in bash."""
DENIED = "cannot be written: permission denied"
UNWRITABLE = {
    "y.xls": "ending '.xls' is not known; known: .npy",
    "full.json": "full.json: cannot be written: no space left on device",
    "folder.json": "folder.json: cannot be written: is a directory",
    "nowhere/y.json": "nowhere/y.json: cannot be written: no such file or directory",
    **({"kept.json": f"kept.json: {DENIED}", "shut/y.json": f"shut/y.json: {DENIED}"}
       if KNOWN else {}),
}  # fmt: skip
"""Places where nothing can be saved, and what is said of each."""


def streams(name: str, command: Command) -> Iterator[tuple[str, Case]]:
    """Streams that are full, closed, or left by their reader."""
    good, full, closed = (
        f"dlcalc {name} {command.good}", refused("No space left on device"),
        refused("standard output is closed"),
    )  # fmt: skip
    yield "full stdout", Case(f"{good} >/dev/full", full)
    yield "closed stdout", Case(f"{good} >&-", closed)
    yield "full stderr, no stdin", Case(f"{good} 2>/dev/full <&-", works)
    yield "closed stderr", Case(f"{good} 2>&-", works)
    yield "refusal to a full stderr", Case(f"dlcalc {name} --nothing 2>/dev/full", ended(2))
    yield "refusal to a closed stderr", Case(f"dlcalc {name} --nothing 2>&-", ended(2))
    yield "help to a full stdout", Case(f"dlcalc {name} --help >/dev/full", full)
    yield "help to a closed stdout", Case(f"dlcalc {name} --help >&-", closed)
    yield "reader gone", Case(f"{good} | true", reader_gone)


def inputs(name: str, command: Command) -> Iterator[tuple[str, Case]]:
    """Data that is missing, elsewhere, late or hostile; and its nearest good neighbours."""
    piped, file = (f"dlcalc {name} {command.takes.replace('{}', each)}" for each in ("-", "f"))
    windows = command.data.replace("\n", "\r\n")
    yield "stdin with a BOM", Case(f"{piped} <data", works, {"data": "\ufeff" + command.data})
    yield "FIFO with CRLF", Case(f"mkfifo f; cat data >f & {file}", works, {"data": windows})
    none = refused("is empty, closed or read already")
    yield "no stdin", Case(f"{piped} <&-", none)
    yield "empty stdin", Case(f"{piped} </dev/null", none)
    yield "directory", Case(file, refused(command.folder), before="mkdir f")
    hostile: Hostile = {**HOSTILE, **(HOSTILE_JSON if command.kind == "json" else {})}
    hostile |= {f"of its own {n}": each for n, each in enumerate(command.hostile)}
    for title, (text, said) in hostile.items():
        yield title, Case(f"{piped} <data", refused(said), {"data": text})
    signal, status = SIGNALS[list(TABLE).index(name) % len(SIGNALS)]
    yield signal, Case(f"{name} {command.takes.replace('{}', '-')}", stopped(status), signal=signal)


def usage(name: str, command: Command) -> Iterator[tuple[str, Case]]:
    """Names misspelt, and values that none of the shared options takes."""
    for place, (words, said) in enumerate(command.wrong):
        yield f"misspelt {place}", Case(f"dlcalc {name} {words}", refused(said))
    if not command.takes:
        return
    line = f"dlcalc {name} {command.good}"
    for title, words, said in (
        ("option", "--fromat json", "did you mean --format"),
        ("format", "-f jsno", "unknown format 'jsno'; did you mean json?"),
        ("precision", "--precision 1e9", "'1e9' is no whole number from 1 to 17"),
        ("tolerance", "--tolerance nan", "nan is not a finite number"),
    ):
        yield f"wrong {title}", Case(f"{line} {words}", refused(said))
    variable = refused("'DLCALC_FORMAT': unknown format 'cvs'; did you mean csv?")
    yield "wrong variable", Case(f"DLCALC_FORMAT=cvs {line}", variable)


def files(name: str, command: Command) -> Iterator[tuple[str, Case]]:
    """Hostile files that are expected or given, and places where nothing can be saved."""
    line = f"dlcalc {name} {command.good}"
    for file, (data, said) in BINARY.items():
        expects = refused(f"--expect: {file}: {said}")
        yield f"expects {file}", Case(f"{line} --expect {file}", expects, {file: data})
        given = command.binary.get(file, "a file of NumPy's or a zip, where text belongs")
        if command.takes and given:
            operand = f"dlcalc {name} {command.takes.replace('{}', file)}"
            yield f"given {file}", Case(operand, refused(f"{file}: {given}"), {file: data})
    yield "saved through a link", Case(
        f"{line} --save link.json", saved, before="ln -s y.json link.json"
    )
    before = "; ".join(LYING.values())
    for target, said in UNWRITABLE.items():
        powerless = PREFIX if said.endswith(DENIED) else ""
        yield f"saved as {target}", Case(
            f"{powerless}{line} --save {target}", unsaved(said), before=before
        )


def all_cases() -> dict[str, Case]:
    """Every case of every command, by a title that begins with the command's name."""
    found: dict[str, Case] = {}
    for name in COMMANDS:
        command = TABLE[name]
        groups = [usage, *([inputs] if command.takes else [])]
        groups += [streams] if name != "man" else []  # which prints nothing
        groups += [files] if name not in ("completion", "man") else []
        for group in groups:
            found |= {f"{name}: {title}": case for title, case in group(name, command)}
    return found

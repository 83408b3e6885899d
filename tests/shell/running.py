"""Run the command as its users do: the installed program as a process, or in this process."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from dlcalc.shell import run as run_in_process

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(sys.executable).with_name("dlcalc")
COMMAND = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "dlcalc"]
TIMEOUT = 600
"""Seconds after which something hangs: far more than any run needs, however busy the machine."""


@dataclass(frozen=True)
class Run:
    """What a run of the command left behind."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr of a run that failed, checked to be one and no traceback."""
        assert "Traceback" not in self.err
        assert "fault of dlcalc's own" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("dlcalc: "), self.err
        return lines[0].removeprefix("dlcalc: ")


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: this one's, without what users might not have."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DLCALC", "_DLCALC"))}
    kept |= {"PYTHONUTF8": "1", **changes}
    if not SCRIPT.exists():
        kept["PYTHONPATH"] = os.pathsep.join([*changes.get("PYTHONPATH", "").split(), str(ROOT)])
    return kept


def run(
    *arguments: str, stdin: str | bytes | IO[Any] | None = None, env: dict[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None, **options: Any,
) -> Run:
    """Run the installed command in a process of its own."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    source = {"input": given} if isinstance(given, bytes) else {"stdin": given or -3}
    done = subprocess.run(
        [*COMMAND, *arguments], env=environment(**(env or {})), cwd=cwd, timeout=TIMEOUT,
        check=False, **{"stdout": -1, "stderr": -1, **source, **options},
    )
    return Run(done.returncode, _text(done.stdout), _text(done.stderr))


def python(
    code: str, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
) -> Run:
    """Run a program in a Python of its own, which finds this package wherever it is run."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=cwd, timeout=TIMEOUT, check=False,
        env=environment(PYTHONPATH=str(ROOT), **(env or {})), input=stdin, capture_output=True,
    )
    return Run(done.returncode, _text(done.stdout), _text(done.stderr))


def shell(line: str, cwd: str | os.PathLike[str] | None = None) -> Run:
    """Run a line in bash, with the installed command as `dlcalc`."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=cwd, timeout=TIMEOUT, check=False,
        env=environment(PATH=f"{folder_of_command()}:{os.environ['PATH']}"),
        capture_output=True, stdin=subprocess.DEVNULL,
    )
    return Run(done.returncode, _text(done.stdout), _text(done.stderr))


def asks_of_a_shell(line: str) -> bool:
    """Whether a line wants more of a shell than to divide it into words."""
    tokens = shlex.shlex(line, posix=True, punctuation_chars=True)
    operators = any(token and set(token) <= set("();<>|&") for token in tokens)
    return operators or "$" in line or not line.startswith("dlcalc ")


def line_of(line: str, cwd: str | os.PathLike[str]) -> Run:
    """Run a line in bash where it asks anything of a shell, else in this process: quick."""
    if asks_of_a_shell(line):
        return shell(line, cwd)
    with contextlib.chdir(cwd):
        return invoke(*shlex.split(line)[1:])


@cache
def folder_of_command() -> str:
    """A folder in which the command stands under its own name."""
    if SCRIPT.exists():
        return str(SCRIPT.parent)
    folder = tempfile.mkdtemp(prefix="dlcalc-tests-")
    atexit.register(shutil.rmtree, folder)
    script = Path(folder) / "dlcalc"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    script.chmod(0o755)
    return folder


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")


def invoke(*arguments: str, stdin: str | bytes = b"", encoding: str = "utf-8") -> Run:
    """Run the command line in this process: quick, without descriptors or signals."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
    sys.stdout, sys.stderr = io.TextIOWrapper(out, encoding), io.TextIOWrapper(err, "utf-8")
    try:
        status = run_in_process(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        return Run(status, _text(out.getvalue()), _text(err.getvalue()))
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept

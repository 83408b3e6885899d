"""The command in forked children of a process that has imported everything: quick, and alone.

`outcome` forks this process; a `Forker` is a process of its own that forks on request, for
tests that run side by side in threads, where a fork of the test run itself would be no good.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import dlcalc
import dlcalc.shell
from tests.shell.running import ROOT, TIMEOUT, Run, environment

TIME_LIMIT = 60
"""Seconds of work that one call may take: far more than any needs."""
MEMORY_LIMIT = 6 << 30
Streams = Mapping[int, str]
"""By descriptor, the path of a file in place of a stream; an empty one closes it."""
NO_STREAMS: Streams = MappingProxyType({})


def prepare() -> None:
    """Import what the children would import, each anew, and set what the command sets."""
    from importlib import import_module

    import tabulate  # noqa: F401

    for each in sorted((ROOT / "dlcalc").rglob("*.py")):
        module = ".".join(each.relative_to(ROOT).with_suffix("").parts)
        if each.name not in ("__main__.py", "__init__.py"):
            import_module(module)
    dlcalc.shell._prepare()
    warnings.simplefilter("default")  # tests see what users do not
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def outcome(
    words: Sequence[str], folder: Path, stdin: bytes | None = None, streams: Streams = NO_STREAMS
) -> Run:
    """Run a call in a forked child, in a folder; a status below 0 is the signal that ended it."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as err:  # fmt: skip
        source.write(stdin or b"")
        source.seek(0)
        child = os.fork()
        if child == 0:
            _child(words, folder, (source.fileno(), out.fileno(), err.fileno()), streams)
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
        return Run(os.waitstatus_to_exitcode(status), *texts)


def _child(
    words: Sequence[str], folder: Path, own: tuple[int, int, int], streams: Streams
) -> None:
    status = 70
    try:
        signal.setitimer(signal.ITIMER_PROF, TIME_LIMIT)  # of work, however busy the machine
        signal.alarm(TIMEOUT)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        os.chdir(folder)
        for number, descriptor in enumerate(own):
            if path := streams.get(number):
                descriptor = os.open(path, os.O_WRONLY if number else os.O_RDONLY)
            os.dup2(descriptor, number)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)))
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w")), encoding="utf-8",
                                      errors="backslashreplace", write_through=True)  # fmt: skip
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            if streams.get(number) == "":
                getattr(sys, name).close()
                setattr(sys, name, None)  # as Python does where it finds it closed
        os.environ.pop("DLCALC_DEBUG", None)
        status = dlcalc.shell.run(list(words))
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    finally:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        os._exit(status)


class Forker:
    """A process that forks a child for each call it is asked for, one after another."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"], cwd=ROOT, text=True,
            env=environment(PYTHONPATH=str(ROOT)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, words: Sequence[str], folder: Path, streams: Streams = NO_STREAMS) -> Run:
        """What comes of a call in a folder, with streams from and to files, or closed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = [list(words), str(folder), [*streams.items()]]
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Run(*json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def main() -> None:
    """Answer calls as lines of JSON until there are no more."""
    prepare()
    for line in sys.stdin:
        words, folder, streams = json.loads(line)
        done = outcome(words, Path(folder), streams=dict(streams))
        print(json.dumps([done.status, done.out, done.err]), flush=True)


if __name__ == "__main__":
    main()

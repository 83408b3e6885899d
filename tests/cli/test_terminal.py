"""What a person sees at a terminal, and a program in a pipe."""

import fcntl
import os
import struct
import subprocess
import termios

import pytest

from tests.cli.running import COMMAND, environment, run


def at_terminal(columns: int, *arguments: str) -> str:
    """What the command prints on a terminal of so many columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=theirs,
        stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # The other side is closed: that is how a terminal ends on Linux.
        assert process.wait(60) == 0
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("line", ["diagnose", "examples", "params lenet", "mults dcgan", "mlp"])
@pytest.mark.parametrize("columns", [40, 80])
def test_tables_fit_the_terminal(line: str, columns: int) -> None:
    seen = at_terminal(columns, *line.split())
    tables = [each for each in seen.splitlines() if set(each) == {"-", " "}]
    assert tables
    assert max(map(len, tables)) <= columns


def test_a_pipe_gets_whole_lines_and_a_wide_terminal_the_same() -> None:
    assert run("examples").out == at_terminal(400, "examples")
    assert max(map(len, run("examples").out.splitlines())) > 80

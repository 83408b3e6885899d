"""What a person sees at a terminal, and a program in a pipe."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios

import pytest

from tests.shell.running import COMMAND, TIMEOUT, environment, run


def at_terminal(columns: int, *arguments: str, to: str = "", **variables: str) -> str:
    """What the command prints on a terminal of so many columns, its streams sent on `to` others."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    # Our copy of their side stays open, and a mark behind all output says where it ends: a
    # terminal that both sides closed may lose what was not read yet.
    with subprocess.Popen(
        ["sh", "-c", f'"$@" {to}; status=$?; printf "\\000"; exit $status', "sh",
         *COMMAND, *arguments],
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL,
        env={**environment(), **variables},
    ) as process:
        seen = b""
        while not seen.endswith(b"\0") and select.select([ours], [], [], TIMEOUT)[0]:
            seen += os.read(ours, 4096)
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 0
    return seen.decode().removesuffix("\0").replace("\r\n", "\n")


@pytest.mark.parametrize("line", [
    "diagnose", "examples", "params lenet", "mults dcgan", "mlp", "models", "grad --list",
])
@pytest.mark.parametrize("columns", [40, 80])
def test_tables_fit_the_terminal(line: str, columns: int) -> None:
    seen = at_terminal(columns, *line.split())
    tables = [each for each in seen.splitlines() if set(each) == {"-", " "}]
    assert tables
    assert max(map(len, tables)) <= columns


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("docs conventions", 60), ("docs checking", 50), ("docs notation", 80),
        ("step --explain", 60), ("vae --explain", 40), ("grad --explain", 40),
    ],
)
def test_topics_and_arrays_of_a_working_fit_the_terminal(line: str, columns: int) -> None:
    assert max(map(len, at_terminal(columns, *line.split()).splitlines())) <= columns


@pytest.mark.parametrize("columns", [40, 70, 120])
def test_a_note_fits_the_terminal_where_results_go_into_a_pipe(columns: int) -> None:
    note = at_terminal(columns, "vae", to="2>&1 >/dev/null").splitlines()
    assert note[0].startswith("dlcalc: nothing was given")
    assert columns - 20 < max(map(len, note)) <= columns


def test_an_example_of_help_stays_one_line_and_its_formulas_are_folded() -> None:
    seen = at_terminal(60, "lstm", "--help").splitlines()
    wide = [line for line in seen if len(line) > 60]
    assert wide
    assert all("dlcalc lstm" in line or "|" in line for line in wide), wide


@pytest.mark.parametrize("columns", [24, 30, 40, 50, 60])
@pytest.mark.parametrize("words", [(), ("size",), ("gan",)])
def test_help_is_folded_to_a_narrow_terminal(columns: int, words: tuple[str, ...]) -> None:
    seen = run(*words, "--help", env={"COLUMNS": str(columns)}).out.partition("Options:\n")[2]
    lines = [line for line in seen.splitlines() if not line.startswith("  -")]
    assert columns - 8 < max(map(len, lines)) <= columns


def test_a_pipe_gets_whole_lines_and_a_wide_terminal_the_same() -> None:
    assert run("examples").out == at_terminal(400, "examples")
    assert max(map(len, run("examples").out.splitlines())) > 80


@pytest.mark.parametrize("means", ["-3, 3", "[-3, 0], [3, 0]"])
def test_a_mixture_is_blue_and_each_gaussian_red(means: str) -> None:
    line = f'{{"weights": [0.5, 0.5], "means": [{means}], "covariances": [1, 1]}}'
    words = ["posterior", line, "--starts", "0"]
    seen = at_terminal(80, *words, TERM="xterm", NO_COLOR="")
    assert "\x1b[94m● p\x1b[39m   \x1b[91m◆ q1 min KL(q||p)\x1b[39m" in seen
    assert seen.count("\x1b[94m") > 10
    plain = re.sub("\x1b\\[[0-9]+m", "", seen)
    assert max(map(len, plain.splitlines())) <= 80
    if "[" in means:
        return
    assert plain == at_terminal(80, *words, NO_COLOR="1") == at_terminal(80, *words, TERM="dumb")
    assert "\x1b" not in run(*words).out


@pytest.mark.parametrize("columns", [40, 80])
def test_a_chart_of_losses_fits_the_terminal(columns: int) -> None:
    seen = at_terminal(columns, "mlp", "--init", "xavier", "--steps", "30")
    [axis] = [line for line in seen.splitlines() if "└" in line]
    assert columns - 2 <= len(axis) <= columns

"""The three completion scripts: as printed, and at work in the shells themselves."""

import fcntl
import os
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from dlcalc.shell.commands import COMMANDS
from tests.shell.running import ROOT, TIMEOUT, Run, environment, folder_of_command, invoke

SCRIPTS = {"bash": "dlcalc.bash", "zsh": "_dlcalc", "fish": "dlcalc.fish"}
LINES = [
    ("dlcalc si", ["size"]),
    ("dlcalc size --sol", ["--solve"]),
    ("dlcalc size -f mark", ["markdown"]),
    ("dlcalc size --solve out", ["output_padding"]),
    ("dlcalc conv --pad-mode re", ["reflect", "replicate"]),
    ("dlcalc params squ", ["squeezenet"]),
    ("dlcalc params lenet --set C1.ker", ["C1.kernel="]),
    ("dlcalc docs ar", ["arrays"]),
    ("dlcalc lstm --activation f=re", ["f=relu"]),
    ("dlcalc params lenet --at OUT", ["OUTPUT."]),
    ("dlcalc lstm --at steps[0].di", ["steps[0].di"]),
    ("dlcalc lstm --at dh", ["dh0"]),
    ("dlcalc conv --format=js", ["--format=json"]),
    ("dlcalc conv --save=kern", ["--save=kernel.txt"]),
    ("dlcalc conv -x kern", ["kernel.txt"]),
]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_scripts_are_as_printed(shell: str) -> None:
    assert invoke("completion", shell).out == (ROOT / "completions" / SCRIPTS[shell]).read_text()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("lstm --expect '{\"d", ['{"dW": ', '{"db": ', '{"dx": ', '{"dh0": ', '{"dc0": ']),
        ("params lenet --expect '{\"model\": 1, \"tot", ['{"model": 1, "total.']),
        ("lstm nowhere.json --at d", []), ("nosuch -", []), ("gan --generator lin", ["linear"]),
        ("grad y=2*w w=1 --wrt y,", ["y,w", "y,y"]),
        ("lstm --table d", ["dW", "db", "dx", "dh0", "dc0"]), ("conv --table dx", []),
        ("grad attention --of P", ["P"]), ("params --input 3 lin", ["linear"]),
        ("quiz m", ["mults", "mlp"]), ("params --sort m", ["macs"]),
        ("params lenet --set F6.", ["F6.units=", "F6.bias="]),
        ("lstm --save /nowhere/x.csv --plot /nowhere/x.svg --at dW", ["dW"]),
    ],
)
def test_names_and_fields_of_the_very_result_are_offered(
    line: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_DLCALC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"dlcalc {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(shlex.split(line + ("'" if "'" in line else "")))))
    done = invoke()
    assert done.out.split() == "".join(f"plain,{each}\n" for each in wanted).split()
    assert done.err == ""


@pytest.mark.parametrize(("line", "kind"), [
    ("check home", "file"), ("man home", "dir"), ("check --class home", "dir"),
])
def test_files_and_folders_are_left_to_the_shell(
    line: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMP_WORDS", f"dlcalc {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    monkeypatch.setenv("_DLCALC_COMPLETE", "bash_complete")
    assert invoke().out == f"{kind},home\n"


@pytest.mark.parametrize(("limit", "line"), [("MOST_WORK", "gan --epochs 100000 --at d"),
                                             ("MOST_WAIT", "conv -x fifo -w 1 --at o")])
def test_a_result_that_is_long_in_coming_offers_no_fields(
    limit: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(f"dlcalc.shell.inner.{limit}", 0.05)
    monkeypatch.setenv("_DLCALC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"dlcalc {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    assert invoke() == Run(0, "\n", "")


def shell_environment() -> dict[str, str]:
    path = f"{folder_of_command()}:{os.environ['PATH']}"
    return environment(
        PATH=path, TERM="dumb", HOME="/nonexistent", INPUTRC="/dev/null", LC_ALL="C.UTF-8"
    )


def run_shell(*words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env=shell_environment(), timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout


needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")
    for name in SCRIPTS
}


@needs["fish"]
@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_fish_completes(line: str, wanted: list[str], tmp_path: Path) -> None:
    (tmp_path / "kernel.txt").touch()
    script = f"source '{ROOT}/completions/dlcalc.fish'; complete -C '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=TIMEOUT,
        env={**shell_environment(), "HOME": str(tmp_path)}, check=True, cwd=tmp_path,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert [each.split("\t")[0] for each in done.stdout.splitlines()] == wanted


@needs["fish"]
def test_fish_shows_what_a_command_is_for_to_the_end(tmp_path: Path) -> None:
    script = f"source '{ROOT}/completions/dlcalc.fish'; complete -C 'dlcalc con'"
    shown = run_shell("fish", "--no-config", "-c", script)
    assert shown == f"conv\t{COMMANDS['conv']}\n"


@needs["bash"]
def test_bash_completes(tmp_path: Path) -> None:
    setup = f"{PROMPT}; source '{ROOT}/completions/dlcalc.bash'\n"
    complete_in_terminal(["bash", "--norc", "-i"], setup, tmp_path)


@needs["zsh"]
def test_zsh_completes(tmp_path: Path) -> None:
    setup = (
        f"{PROMPT}; fpath=('{ROOT}/completions' $fpath); autoload -Uz compinit; "
        f"compinit -u -d '{tmp_path}/dump'; setopt no_beep\n"
    )
    complete_in_terminal(["zsh", "-f", "-i"], setup, tmp_path)


PROMPT = "PS1='rea''dy> '"
"""A prompt that is not on the screen before the shell shows it, while the line is typed."""
AT_ITS_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def complete_in_terminal(shell: list[str], setup: str, folder: Path) -> None:
    """Type lines and TABs into a real shell in a terminal of its own, and read the screen."""
    (folder / "kernel.txt").touch()
    terminal, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", AT_ITS_TERMINAL, *shell], stdin=theirs, stdout=theirs,
        stderr=theirs, cwd=folder, env={**shell_environment(), "HOME": str(folder)},
    ) as process:
        try:
            _type(terminal, setup)
            _read_until(terminal, r"ready> $")
            for line, [wanted] in (each for each in LINES if len(each[1]) == 1):
                _type(terminal, f"{line}\t")
                _read_until(terminal, rf"{re.escape(wanted)} ?$")
                _type(terminal, "\x15")  # Ctrl-U: away with the line
        finally:
            process.kill()
            os.close(theirs)
            os.close(terminal)


def _type(terminal: int, text: str) -> None:
    os.write(terminal, text.encode())


def _read_until(terminal: int, pattern: str, seconds: float = TIMEOUT) -> str:
    """What the screen shows once the pattern has come; AssertionError where it never does."""
    shown, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")
        elif re.search(pattern, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)):
            return shown
    raise AssertionError(f"{pattern!r} did not come: {shown!r}")

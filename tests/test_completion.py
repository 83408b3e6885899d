"""The three completion scripts: as printed, and at work in the shells themselves."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import ROOT, environment, folder_of_command, invoke

SCRIPTS = {"bash": "dlcalc.bash", "zsh": "_dlcalc", "fish": "dlcalc.fish"}
LINES = [
    ("dlcalc si", ["size"]),
    ("dlcalc size --sol", ["--solve"]),
    ("dlcalc size -f mark", ["markdown"]),
    ("dlcalc size --solve out", ["output_padding"]),
    ("dlcalc conv --pad-mode re", ["reflect", "replicate"]),
]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_scripts_are_as_printed(shell: str) -> None:
    assert invoke("completion", shell).out == (ROOT / "completions" / SCRIPTS[shell]).read_text()


def shell_environment() -> dict[str, str]:
    path = f"{folder_of_command()}:{os.environ['PATH']}"
    return environment(PATH=path, TERM="dumb", HOME="/nonexistent")


def run_shell(*words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env=shell_environment(), timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout


needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")
    for name in SCRIPTS
}


@needs["bash"]
@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_bash_completes(line: str, wanted: list[str]) -> None:
    words = line.split()
    script = (
        f"source {ROOT}/completions/dlcalc.bash; "
        f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
        "_dlcalc_completion dlcalc; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    assert run_shell("bash", "--norc", "-c", script).split() == wanted


@needs["fish"]
@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_fish_completes(line: str, wanted: list[str], tmp_path: Path) -> None:
    script = f"source {ROOT}/completions/dlcalc.fish; complete -C '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=60,
        env={**shell_environment(), "HOME": str(tmp_path)}, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert [each.split("\t")[0] for each in done.stdout.splitlines()] == wanted


@needs["zsh"]
def test_zsh_completes(tmp_path: Path) -> None:
    """Type a line and a TAB into a real zsh in a terminal of its own, and read the screen."""
    setup = (
        f"PS1='> '; fpath=({ROOT}/completions $fpath); autoload -Uz compinit; "
        f"compinit -u -d {tmp_path}/dump; setopt no_beep\n"
    )
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**shell_environment(), "HOME": str(tmp_path)})
    try:
        _type(terminal, setup)
        _read_until(terminal, r"> $")
        _type(terminal, "dlcalc size --sol\t")
        assert _read_until(terminal, r"--solve ")
        _type(terminal, "out\t")
        assert _read_until(terminal, r"output_padding")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def _type(terminal: int, text: str) -> None:
    os.write(terminal, text.encode())


def _read_until(terminal: int, pattern: str, seconds: float = 30) -> str:
    """What the screen shows once the pattern has come; AssertionError where it never does."""
    shown, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")
        elif re.search(pattern, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)):
            return shown
    raise AssertionError(f"{pattern!r} did not come: {shown!r}")

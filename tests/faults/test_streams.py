"""Streams: full, closed, cut, missing, and signals amid a run."""

from pathlib import Path

import pytest

from tests.shell.running import run, shell

LINES = [["--help"], ["--version"], ["size", "-f", "json"], ["grad", "-f", "json"]]
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_full_stdout_is_said_and_is_status_2(words: list[str]) -> None:
    with FULL.open("wb") as full:
        done = run(*words, stdout=full)
    assert done.status == 2
    assert "standard output: No space left on device" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_closed_stdout_is_said_and_is_status_2(words: list[str]) -> None:
    done = shell("dlcalc " + " ".join(words) + " >&-")
    assert done.status == 2
    assert "standard output is closed" in done.complaint


@pytest.mark.parametrize("source", ["<&-", "</dev/null"])
def test_no_stdin_means_the_worked_example(source: str) -> None:
    done = shell(f"dlcalc conv {source}")
    assert done.status == 0
    assert "worked example" in done.complaint
    refused = shell(f"dlcalc conv -x - -w 1 {source}")
    assert refused.status == 2
    assert refused.complaint == "standard input: is empty, closed or read already"


def test_stdin_is_a_fifo_or_read_twice(tmp_path: Path) -> None:
    done = shell("mkfifo f && { printf '1 2\\n' > f & dlcalc conv -w 3 < f; }", cwd=tmp_path)
    assert (done.status, done.out) == (0, "3  6\n")
    twice = run("conv", "-x", "-", "-w", "-", stdin="1 2\n")
    assert twice.status == 2
    assert twice.complaint == "standard input: is empty, closed or read already"


def test_a_reader_gone_before_or_amid_the_write_ends_it_silently(tmp_path: Path) -> None:
    (tmp_path / "numbers").write_text("\n".join(map(str, range(200_000))))
    for reader in ("true", "head -n 1"):
        assert shell(f"dlcalc conv -x - -w 1 <numbers | {reader}", cwd=tmp_path).err == ""


def test_endless_input_is_cut_off() -> None:
    done = shell("yes 1 | dlcalc conv -w 1")
    assert done.complaint == (
        "standard input: holds more than 64 MiB of text; .npy files may be larger"
    )


def test_help_and_version_need_no_stdin_or_stderr() -> None:
    assert shell("dlcalc --version <&- 2>&-").out.startswith("dlcalc ")

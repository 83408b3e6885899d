"""Files written whole or not at all, and never in place of what is no file."""

import os
import signal
import stat
from pathlib import Path

import pytest

from dlcalc.output.files import write_whole
from tests.shell.running import python, run

LINE = ["conv", "-x", "1 2", "-w", "3"]


def save(path: str | Path, cwd: Path) -> None:
    done = run(*LINE, "--save", str(path), cwd=cwd)
    assert (done.status, done.out, done.err) == (0, "3  6\n", "")


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "y.txt"
    target.write_text("old")
    target.chmod(0o640)
    save(target, tmp_path)
    assert target.read_text() == "3 6\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["y.txt"]


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "y.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    save("link.txt", tmp_path)
    assert link.is_symlink()
    assert target.read_text() == "3 6\n"


def test_a_dangling_link_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("y.txt")
    save("link.txt", tmp_path)
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "y.txt").read_text() == "3 6\n"


def test_a_hard_link_keeps_what_it_held(tmp_path: Path) -> None:
    (tmp_path / "y.txt").write_text("old")
    os.link(tmp_path / "y.txt", tmp_path / "other.txt")
    save("y.txt", tmp_path)
    assert (tmp_path / "y.txt").read_text() == "3 6\n"
    assert (tmp_path / "other.txt").read_text() == "old"


def test_output_may_be_the_input(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("1 2\n")
    done = run("conv", "-x", "x.txt", "-w", "3", "--save", "x.txt", cwd=tmp_path)
    assert done.status == 0
    assert (tmp_path / "x.txt").read_text() == "3 6\n"


def test_a_fifo_stays_one_and_is_written_through(tmp_path: Path) -> None:
    fifo = tmp_path / "y.txt"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # before anybody writes
    try:
        save("y.txt", tmp_path)
        assert os.read(reader, 100) == b"3 6\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_fifo_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "y.txt")
    done = run(*LINE, "--save", "y.txt", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith("y.txt: cannot be written: no such device")


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere/y.txt", "no such file or directory"), (".", "ending '' is not known"),
     ("folder.txt", "is a directory")],
)  # fmt: skip
def test_what_cannot_be_written_is_said_before_anything_is_printed(
    path: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.txt").mkdir()
    done = run(*LINE, "--save", path, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(f"{path}: ")
    assert said in done.complaint
    assert os.listdir(tmp_path) == ["folder.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "y.txt").symlink_to("/dev/full")
    done = run(*LINE, "--save", "y.txt", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.complaint == "y.txt: cannot be written: no space left on device"
    assert Path("/dev/full").is_char_device()


def test_a_write_that_fails_midway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "y.npy").write_bytes(b"old")
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from dlcalc.output.files import write_whole\n"
        "write_whole('y.npy', bytes(100_000))\n"
    )
    done = python(code, cwd=tmp_path)
    assert "FileError: y.npy: cannot be written: file too large" in done.err
    assert (tmp_path / "y.npy").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["y.npy"]


@pytest.mark.parametrize(("number", "litter"), [(signal.SIGKILL, True), (signal.SIGTERM, False)])
def test_a_kill_amid_the_write_leaves_the_old_file(
    number: signal.Signals, litter: bool, tmp_path: Path
) -> None:
    (tmp_path / "y.npy").write_bytes(b"old")
    code = (
        "import os, signal, sys\n"
        "import dlcalc.shell\n"
        "dlcalc.shell._prepare()\n"
        f"os.fsync = lambda descriptor: os.kill(os.getpid(), {int(number)})\n"
        "from dlcalc.output.files import write_whole\n"
        "write_whole('y.npy', bytes(100_000))\n"
    )
    assert python(code, cwd=tmp_path).status != 0
    assert (tmp_path / "y.npy").read_bytes() == b"old"
    assert (len(os.listdir(tmp_path)) > 1) is litter
    write_whole(str(tmp_path / "y.npy"), b"new")  # whatever name the dead process had
    assert (tmp_path / "y.npy").read_bytes() == b"new"


def test_litter_of_a_process_of_the_same_number_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As process 1 of a new container, again and again."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    monkeypatch.setattr(os, "replace", lambda *paths: 1 / 0)
    monkeypatch.setattr(os, "unlink", lambda path: None)
    with pytest.raises(ZeroDivisionError):
        write_whole(str(tmp_path / "y.txt"), b"first")
    monkeypatch.undo()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert len(os.listdir(tmp_path)) == 1
    write_whole(str(tmp_path / "y.txt"), b"second")
    assert (tmp_path / "y.txt").read_bytes() == b"second"


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_whole(str(tmp_path / "new"), b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640

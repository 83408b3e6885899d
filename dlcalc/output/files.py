"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

from dlcalc.errors import DlcalcError, FileError


def write_whole(path: str, data: bytes) -> None:
    """Write a file so that it holds all of `data`, or what it held before.

    The bytes go to a new file beside it, which then takes its place; a symbolic link
    stays, and its target is written. Anything that is no regular file (a FIFO, a device)
    is written to directly. Raises FileError by the system's own reason.
    """
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            _write_through(target, data)
        else:
            _replace(target, data, mode)
    except OSError as error:
        raise _unwritten(path, error) from None


def require_writable(path: str) -> None:
    """FileError, before any work is done, where `write_whole` could not write there."""
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if mode is None or stat.S_ISREG(mode):
            part = _part(target)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.unlink(part)
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: str, error: OSError) -> DlcalcError:
    text = error.strerror or str(error)
    return FileError(f"cannot be written: {text[:1].lower()}{text[1:]}").at(path)


def _part(target: str) -> str:
    """A new file beside a target, to hold its bytes until they are all there.

    Its name is drawn by chance: a process that was killed may have left one of its own
    behind, and in a container the next process has the same number.
    """
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:200]}.{os.urandom(8).hex()}.part")


def _mode(path: str) -> int | None:
    """The mode of what may be written there, None where nothing is; OSError for the rest."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if not os.access(path, os.W_OK):
        # A writable folder would let a file be replaced that is read-only itself.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _replace(target: str, data: bytes, mode: int | None) -> None:
    part = _part(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(part, flags, 0o666 if mode is None else stat.S_IMODE(mode))
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(part, target)
    except BaseException:
        os.unlink(part)
        raise


def _write_through(target: str, data: bytes) -> None:
    # Without O_NONBLOCK, a FIFO that nobody reads would be waited for without end.
    descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)

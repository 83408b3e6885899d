"""Writes the man pages."""

from __future__ import annotations

import os

from dlcalc.errors import FileError, InputError, reason
from dlcalc.shell.commands import COMMANDS


def run(folder: str | None) -> None:
    """Write the pages."""
    from dlcalc.output.files import write_whole
    from dlcalc.shell import note
    from dlcalc.shell.man import man_pages

    if folder is None:
        raise InputError("usage: dlcalc man DIR, the folder that the pages are written into")
    if folder in COMMANDS:
        raise InputError(
            f"{folder} is a command: dlcalc help {folder} shows its page; DIR is a folder"
        )
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {reason(error)}").at(folder) from None
    pages = list(man_pages())
    for name, text in pages:
        write_whole(os.path.join(folder, name), text.encode())
    note(f"{len(pages)} pages written to {folder}")

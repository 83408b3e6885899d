"""Pictures: the room that the terminal has for one, and the file of `--plot`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dlcalc.errors import InputError
from dlcalc.shell import coloured
from dlcalc.shell.output import is_unicode, terminal_width

if TYPE_CHECKING:
    from dlcalc.pictures.terminal import Page

WIDTH = 80


def terminal_page(height: int = 24) -> Page:
    """A page as wide as the terminal, or as 80 columns, in signs that the output can show."""
    from dlcalc.pictures.terminal import Page

    ascii_only = not is_unicode(sys.stdout)
    width = terminal_width()
    return Page(
        width=width or WIDTH, height=height, ascii=ascii_only,
        colour=coloured(sys.stdout),
    )  # fmt: skip


def check_plot(path: str | None) -> None:
    """Refuse, before anything is computed, a picture that is no SVG."""
    if path is not None and not path.lower().endswith(".svg"):
        raise InputError("a picture is drawn as SVG: name it so, FILE.svg").at(f"--plot {path}")
    if path is not None:
        from dlcalc.output.files import require_writable

        require_writable(path)


def write_plot(path: str, svg: str) -> None:
    """Write a picture, whole or not at all."""
    from dlcalc.output.files import write_whole

    write_whole(path, svg.encode())

"""What a person sees on a terminal: lines that fit it, totals in bold, long tables by a pager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
LEAST = 20
"""Columns below which lines are left as they are."""


def dressed(pieces: Iterable[str], width: int | None, colour: bool) -> Iterator[str]:
    """The lines of a text, long ones folded, totals in bold.

    >>> list(dressed(["a = 1·2 + 3·4 + 5·6 + 7·8 = 100\\n"], 24, False))
    ['a = 1·2 + 3·4 + 5·6 +\\n', '    7·8 = 100\\n']
    """
    for line in "".join(pieces).splitlines(keepends=True):
        for part in folded(line.rstrip("\n"), width):
            total = colour and part.startswith(("total ", "total\t"))
            yield f"{BOLD}{part}{PLAIN}\n" if total else f"{part}\n"


def folded(text: str, width: int | None, indent: str = "    ") -> list[str]:
    """A line broken between words so that it fits; rows of an array are left as they are."""
    if width is None or len(text) <= width or width < LEAST or text.startswith("  "):
        return [text]
    if "\x1b" in text:  # a chart, which fits already
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if len(longer) > width and line.strip():
            lines.append(line.rstrip())
            longer = indent + word
        line = longer
    return [*lines, line]


def page(pieces: list[str]) -> bool:
    """Show a long text by a pager, DLCALC_PAGER or `less`; whether that was done."""
    command = os.environ.get("DLCALC_PAGER")
    if command is None:
        command = "less -FRX" if shutil.which("less") else ""
    if not command.strip() or not sys.stdin.isatty():
        return False
    if len(pieces) < shutil.get_terminal_size().lines:
        return False
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE)
    except OSError:
        return False
    pager.communicate("".join(pieces).encode())
    return pager.returncode not in (126, 127)

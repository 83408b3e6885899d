"""The library of textbook equations: files in the language, each with its numbers and source."""

from __future__ import annotations

import os

from dlcalc.output.answer import Answer, Table

FOLDER = os.path.join(os.path.dirname(__file__), "library")


def library_names() -> list[str]:
    """The names of all equations of the library.

    >>> "attention" in library_names()
    True
    """
    return sorted(each.removesuffix(".txt") for each in os.listdir(FOLDER))


def library_text(name: str) -> str:
    """The equations of that name, with their numbers."""
    with open(os.path.join(FOLDER, f"{name}.txt"), encoding="utf-8") as file:
        return file.read()


def library() -> list[tuple[str, str, str]]:
    """The name of each, what it is, and where it is published, as its head lines have it."""
    found = []
    for name in library_names():
        title, source = library_text(name).splitlines()[:2]
        found.append((name, title[2:], source.removeprefix("# source: ")))
    return found


def library_answer() -> Answer:
    """Names, what they are, and where they are from."""
    entries, names = library(), ("name", "title", "source")
    table = Table(names, entries, drawn=lambda: Table(names[:2], [each[:2] for each in entries]))
    records = [dict(zip(names, each, strict=True)) for each in entries]
    return Answer({"library": records}, [table], main="library")

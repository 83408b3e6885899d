"""Prints the topics of the documentation."""

from __future__ import annotations

import os

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.sources import text_beside
from dlcalc.output.answer import Answer, Prose, Table
from dlcalc.shell.commands import COMMANDS
from dlcalc.shell.output import Output
from dlcalc.shell.types import TextType


def topics() -> dict[str, str]:
    """The text of every topic by its name.

    >>> title_of(topics()["arrays"])
    'Arrays'
    """
    from dlcalc.conventions.page import page
    from dlcalc.layers.table import types, usage

    found = {"conventions": page()}
    for file in os.listdir(os.path.join(os.path.dirname(__file__), "topics")):
        name, ending = os.path.splitext(file)
        if ending == ".md":
            found[name] = text_beside(__file__, "topics", file)
    written = "\n".join(usage(type) for type in types())
    found["notation"] += f"\n```text\n{written}\n```\n"
    return dict(sorted(found.items()))


def title_of(text: str) -> str:
    """The title of a topic, its first line."""
    return text.partition("\n")[0].lstrip("# ")


def topic_answer(name: str | None) -> Answer:
    """A topic's text, or the list of topics; InputError for a topic that there is none of."""
    known = topics()
    if name is None:
        rows = [[each, title_of(text)] for each, text in known.items()]
        record = {"topics": [{"topic": each, "title": title} for each, title in rows]}
        return Answer(record, [Table(("topic", "title"), rows)], main="topics")
    if name not in known:
        near = did_you_mean(name[:40], known)
        if name in COMMANDS:
            near = f"; {name} is a command: dlcalc help {name}"
        raise InputError(f"unknown topic {name[:40]!r}{near}")
    text = known[name]
    record = {"topic": name, "title": title_of(text), "text": text}  # type: ignore[dict-item]
    return Answer(record, [Prose(text)], main="text")


TOPIC = TextType(
    "topic", complete=lambda *_: [(name, title_of(text)) for name, text in topics().items()]
)


def run(out: Output, topic: str | None) -> None:
    """Show a topic, or list all."""
    out.emit(topic_answer(topic))

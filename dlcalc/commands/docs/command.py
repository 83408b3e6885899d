"""dlcalc docs."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand, output_options
from dlcalc.shell.output import Output
from dlcalc.shell.types import TextType


def _topics(ctx: click.Context, incomplete: str) -> list[tuple[str, str]]:
    """The topics, with what they are about."""
    from dlcalc.commands.docs.topics import topics

    return [(name, each.title) for name, each in topics().items()]


@click.command(cls=QuickCommand)
@click.argument("topic", required=False, type=TextType("topic", complete=_topics))
@output_options
def command(out: Output, topic: str | None) -> None:
    """What all commands share: arrays, formats, the notation, checking answers.

    Without TOPIC, lists the topics. A topic is text on a terminal, and Markdown or a page of
    its own with -f markdown or -f html.

    \b
    Examples:
      dlcalc docs
      dlcalc docs arrays
      dlcalc docs notation -f html > notation.html
    """
    from dlcalc.commands.docs.topics import topic_answer

    out.emit(topic_answer(topic))

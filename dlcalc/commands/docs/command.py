"""dlcalc docs."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.shell.options import QuickCommand, output_options
from dlcalc.shell.output import Output
from dlcalc.shell.types import ParamType


class TopicType(ParamType):
    """The name of a topic."""

    name = "topic"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The topics that begin so, with what they are about."""
        from click.shell_completion import CompletionItem

        from dlcalc.commands.docs.topics import topics

        return [
            CompletionItem(name, help=each.title)
            for name, each in topics().items()
            if name.startswith(incomplete)
        ]


@click.command(cls=QuickCommand)
@click.argument("topic", required=False, type=TopicType())
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

"""dlcalc models."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand, output_options
from dlcalc.shell.output import Output
from dlcalc.shell.types import MODEL


@click.command(cls=QuickCommand)
@click.argument("name", type=MODEL, required=False)
@output_options
def command(out: Output, name: str | None) -> None:
    """The models that dlcalc knows by name, each with its published figures.

    Each is a short file in the layer notation, or the fields of a config.json; a test
    recomputes every figure. A figure that no source confirms is shown as unconfirmed. With a
    NAME: this model, or what an architecture (a model_type of Hugging Face) builds by
    default, with its source and counts, in the layer notation, ready to edit.

    \b
    Examples:
      dlcalc models
      dlcalc models -f json
      dlcalc models lenet
      dlcalc models gpt_neo | dlcalc params - --summary
    """
    from dlcalc.commands.models.answer import model_answer, models_answer

    out.emit(model_answer(name) if name else models_answer())

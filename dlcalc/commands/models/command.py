"""dlcalc models."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand, output_options
from dlcalc.shell.output import Output


@click.command(cls=QuickCommand)
@output_options
def command(out: Output) -> None:
    """The models that dlcalc knows by name, each with its published figures.

    Each is a short file in the layer notation; a test recomputes every figure. A figure
    that no source confirms is shown as unconfirmed.

    \b
    Examples:
      dlcalc models
      dlcalc models -f json
    """
    from dlcalc.commands.models.answer import models_answer
    from dlcalc.commands.models.listing import models

    out.emit(models_answer(models()))

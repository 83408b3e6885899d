"""dlcalc models."""

from __future__ import annotations

import click

from dlcalc.cli.options import output_options
from dlcalc.cli.output import Output


@click.command()
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
    from dlcalc.readers.zoo_list import models
    from dlcalc.render.models import models_answer

    out.emit(models_answer(models()))

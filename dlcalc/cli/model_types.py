"""What is typed of a model beside its name, for the shells to complete."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.cli.types import ParamType
from dlcalc.errors import DlcalcError


class ColumnsType(ParamType):
    """`name,weights`: columns of the table of a model; which there are, its rendering knows."""

    name = "columns"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Columns that begin as the last one typed does, behind those before it."""
        from dlcalc.render.layers import COLUMNS as KNOWN

        before, comma, last = incomplete.rpartition(",")
        names = [name for name in KNOWN if name not in before.split(",")]
        return _beginning(
            [before + comma + name for name in (names if comma else [*names, "all"])],
            before + comma + last,
        )


class LayerType(ParamType):
    """The name of a layer of the model that stands before it."""

    name = "layer"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Layers that begin so, those of a repeat without its turns."""
        from dlcalc.calc.models.change import layer_names
        from dlcalc.readers.models import model

        # An option that still lacks its value leaves the arguments where click found them.
        words = ctx.params.get("model") or ctx.args
        try:
            return _beginning(layer_names(model(*words)) if words else [], incomplete)
        except DlcalcError:
            return []


def _beginning(names: list[str], incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


COLUMNS = ColumnsType()
LAYER = LayerType()

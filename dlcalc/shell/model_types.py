"""What is typed of a model beside its name, for the shells to complete."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.errors import DlcalcError
from dlcalc.shell.types import ParamType


class LayerType(ParamType):
    """The name of a layer of the model that stands before it."""

    name = "layer"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Layers that begin so, those of a repeat without its turns."""
        from dlcalc.models.changes import layer_names
        from dlcalc.models.reading import model

        # An option that still lacks its value leaves the arguments where click found them.
        words = ctx.params.get("model") or ctx.args
        try:
            return beginning(layer_names(model(*words)) if words else [], incomplete)
        except DlcalcError:
            return []


def beginning(names: list[str], incomplete: str) -> list[Any]:
    """The names that begin so, for a shell to choose from."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


LAYER = LayerType()

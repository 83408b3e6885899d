"""What the shells complete of the model that stands on a line."""

from __future__ import annotations

import click

from dlcalc.errors import DlcalcError
from dlcalc.shell.types import TextType
from dlcalc.typed import Any


def _layers(ctx: click.Context, incomplete: str) -> list[str]:
    """Layers of the model that stands before the word, those of a repeat without its turns."""
    from dlcalc.models.changes import layer_names

    found = _typed_model(ctx)
    return [] if found is None else list(layer_names(found))


def _changes(ctx: click.Context, incomplete: str) -> list[str]:
    """Layers of the model; behind the point, the arguments of that layer."""
    from dlcalc.layers.table import handler, parameters
    from dlcalc.models.changes import edit, layer_names

    found = _typed_model(ctx)
    if found is None or "=" in incomplete:
        return []
    names, nodes = layer_names(found), []

    def seen(node: Any) -> list[Any]:
        nodes.append(node)
        return [node]

    begun = [name for name in names if incomplete.startswith(f"{name}.")]
    for name in begun:
        edit(found, name, seen)
    kinds = [node.type for node in nodes if hasattr(node, "type")]
    keys = [f"{name}.{key}=" for name in begun for kind in kinds
            for key in parameters(handler(kind))[0]]
    return [*(f"{name}." for name in names if f"{name}." != incomplete), *dict.fromkeys(keys)]


def _typed_model(ctx: click.Context) -> Any:
    """The model that stands on the line so far; None where there is none yet."""
    from dlcalc.models.reading import model

    # An option that still lacks its value leaves the arguments where click found them.
    words = ctx.params.get("model") or ctx.args
    try:
        return model(*words) if words else None
    except DlcalcError:
        return None


LAYER = TextType("layer", complete=_layers)
CHANGE = TextType("layer.key=value", complete=_changes)
"""`C1.kernel=4`: a layer of the model that stands before it, and one of its arguments."""

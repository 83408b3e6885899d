"""The tensors of a weights file as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.commands.params.answer import size_text
from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.models.weights import Tensor

HEADERS = ["name", "type", "output", "params", "bytes"]
UNKNOWN = ("macs", "activations_bytes", "training_bytes")
"""What the weights alone do not tell."""


def weights_answer(name: str, tensors: Sequence[Tensor]) -> Answer:
    """Each tensor with its shape and numbers, and their sums."""
    rows: list[list[Any]] = [
        [each.name, each.dtype, each.shape, each.params, each.bytes] for each in tensors
    ]
    params, size = (sum(row[place] for row in rows) for place in (3, 4))
    record: dict[str, Any] = {
        "model": name, "input": None,
        "layers": [
            {**dict(zip(HEADERS, row, strict=True)), "macs": None, "receptive_field": None}
            for row in rows
        ],
        "total": {
            "params": params, "trainable": params, "weights_bytes": size,
            **dict.fromkeys(UNKNOWN),
        },
    }
    table = Table(HEADERS, rows, drawn=lambda: Table(
        HEADERS, [*rows, ["total", "", "", params, size]],
        footnotes=["", f"weights {size_text(size)}; a weights file tells nothing of "
                       "multiply-accumulates and activations"],
    ))
    return Answer(record, [table], main="total.params", whole=True)

"""Memory of a model, at rest and in training, in bytes.

Training holds the weights, a gradient for each trainable one, the optimiser's state, and
the outputs of all layers for the backward pass, the input apart. Work space of the
algorithms and copies in other precisions come on top, and differ by framework. Every
layer begins at a byte of its own, so that the bytes of a model are the sum of its layers'.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dlcalc.errors import InputError, did_you_mean
from dlcalc.models.rows import Count, Row
from dlcalc.names import BITS, STATES


class Memory(NamedTuple):
    """Bytes of a model and of its training."""

    weights: int
    """All parameters."""
    activations: int
    """Outputs of all layers, for the whole batch."""
    gradients: int
    """One number for each trainable parameter."""
    optimizer: int
    """The optimiser's state."""

    @property
    def training(self) -> int:
        """All of it together."""
        return self.weights + self.activations + self.gradients + self.optimizer


def memory(
    count: Count | Row, dtype: str = "float32", batch: int = 1, optimizer: str = "adam"
) -> Memory:
    """Bytes that a model, or one layer, takes, and those of its training.

    Raises InputError for an unknown type of number or optimiser, or a batch below 1.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> memory(params(Model([Layer("linear", (10,))], input=(784,))), batch=2)
    Memory(weights=31400, activations=80, gradients=31400, optimizer=62800)
    """
    if batch < 1:
        raise InputError(f"batch {batch} is below 1")
    rows = count.rows if isinstance(count, Count) else (count,)
    states = _known("optimizer", optimizer, STATES)
    return Memory(
        bytes_of((row.params for row in rows), dtype),
        bytes_of((row.activations * batch for row in rows), dtype),
        bytes_of((row.trainable for row in rows), dtype),
        bytes_of((row.trainable * states for row in rows), dtype),
    )


def bytes_of(numbers: Iterable[int], dtype: str) -> int:
    """Bytes of some lots of numbers, the last one of each lot filled up.

    >>> bytes_of([3, 3], "int4"), bytes_of([3, 3], "float32")
    (4, 24)
    """
    bits = _known("dtype", dtype, BITS)
    if bits % 8 == 0:
        return sum(numbers) * (bits // 8)
    return sum(-(-each * bits // 8) for each in numbers)


def _known(what: str, name: str, table: dict[str, int]) -> int:
    if name not in table:
        raise InputError(f"unknown {what} {name!r}{did_you_mean(name, table)}")
    return table[name]

"""Memory of a model, at rest, in use and in training, in bytes.

Training holds the weights, a gradient for each trainable one, the optimiser's state, and
the outputs of all layers for the backward pass, the input apart; a recipe says how many
bytes each of these takes. Work space of the algorithms comes on top, and differs by
framework. Every layer begins at a byte of its own, so that the bytes of a model are the sum
of its layers'. In blocks of quantised numbers only matrices are held; vectors (biases, scales
of norms) stay float32, as in the files of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Iterable

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.table import find
from dlcalc.models.rows import Count, Row, tally
from dlcalc.names import DTYPE_ALIASES, DTYPES, PRECISIONS, RECIPES, STATES
from dlcalc.records import NamedTuple

KEPT = 4
"""Bytes of a number that a quantised model keeps as it is."""
USUAL = {
    "float64": "float64", "float32": "float32", "float16": "fp16-mixed", "bfloat16": "bf16-mixed",
}
"""How weights of a type are trained unless a recipe says otherwise."""


class Recipe(NamedTuple):
    """What training takes for each parameter, in bytes, and what that is called."""

    name: str
    weight: int
    gradient: int
    state: int
    """The optimiser's state, and the copy in float32 where weights are shorter."""
    activation: int


class Memory(NamedTuple):
    """Bytes of a model and of its training."""

    weights: int
    """All parameters."""
    activations: int
    """Outputs of all layers, for the whole batch."""
    gradients: int
    """One number for each trainable parameter."""
    optimizer: int
    """The optimiser's state, with the float32 copies of weights that it works on."""

    @property
    def training(self) -> int:
        """All of it together."""
        return self.weights + self.activations + self.gradients + self.optimizer


def memory(
    count: Count | Row, dtype: str = "float32", batch: int = 1, optimizer: str = "adam",
    recipe: str | None = None,
) -> Memory:
    """Bytes that a model, or one layer, takes, and those of its training.

    The type of the weights settles how they are trained, unless a `recipe` does: float32
    throughout; two-byte types in mixed precision, with float32 copies; types that nobody
    trains in count as if all numbers were of that type. Raises InputError for an unknown
    type of number, optimiser or recipe, or a batch below 1.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> counted = params(Model([Layer("linear", (10,))], input=(784,)))
    >>> memory(counted, batch=2)
    Memory(weights=31400, activations=80, gradients=31400, optimizer=62800)
    >>> memory(counted, recipe="bf16-mixed-adam").training == 7850 * 16 + 10 * 2
    True
    """
    if batch < 1:
        raise InputError(f"batch {batch} is below 1")
    rows = [*tally(count.rows)] if isinstance(count, Count) else [(count, 1)]
    dtype = dtype_named(dtype)
    if optimizer not in STATES:
        raise InputError(f"unknown optimizer {optimizer!r}{did_you_mean(optimizer, STATES)}")
    way = training_recipe(dtype, optimizer, recipe)
    if way is None:
        return Memory(
            weights_bytes(rows, dtype),
            bytes_of(((row.activations * batch, times) for row, times in rows), dtype),
            weights_bytes(rows, dtype, trainable=True),
            weights_bytes(rows, dtype, trainable=True) * STATES[optimizer],
        )
    trainable = sum(row.trainable * times for row, times in rows)
    if recipe is None:
        weights = weights_bytes(rows, dtype)
    else:
        frozen = [(row, times) for row, times in rows if not row.trainable]
        weights = weights_bytes(frozen, dtype) + trainable * way.weight
    return Memory(
        weights, sum(row.activations * times for row, times in rows) * batch * way.activation,
        trainable * way.gradient, trainable * way.state,
    )


def training_recipe(dtype: str, optimizer: str, recipe: str | None) -> Recipe | None:
    """What training takes; None where all numbers are of the type of the weights.

    >>> training_recipe("bfloat16", "adam", None)
    Recipe(name='bf16-mixed-adam', weight=2, gradient=2, state=12, activation=2)
    """
    name = recipe or (f"{USUAL[dtype]}-{optimizer}" if dtype in USUAL else "")
    if not name:
        return None
    way, _, kind = name.rpartition("-")
    if way not in PRECISIONS or kind not in STATES:
        raise InputError(f"unknown recipe {name!r}{did_you_mean(name, RECIPES)}")
    weight, gradient, copy, state, activation = PRECISIONS[way]
    return Recipe(name, weight, gradient, copy + STATES[kind] * state, activation)


def weights_bytes(
    rows: Iterable[tuple[Row, int]], dtype: str, trainable: bool = False
) -> int:
    """Bytes of the parameters of layers, each so many times, or of those that are trained.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> rows = params(Model([Layer("linear", (10,))], input=(512,))).rows
    >>> weights_bytes(tally(rows), "q4_k") == 5120 // 256 * 144 + 10 * 4
    True
    """
    listed = [(row, times) for row, times in rows if row.trainable or not trainable]
    if DTYPES[dtype][0] <= 2:
        return bytes_of(((row.params, times) for row, times in listed), dtype)
    vectors = [row.params if is_vector(row) else row.biases for row, _ in listed]
    matrices = bytes_of((
        (row.params - kept, times) for (row, times), kept in zip(listed, vectors, strict=True)
    ), dtype)
    return matrices + KEPT * sum(
        kept * times for kept, (_, times) in zip(vectors, listed, strict=True)
    )


def is_vector(row: Row) -> bool:
    """Whether all that a layer holds are vectors, as scales of norms are."""
    function = find(row.type)
    return function is not None and function.__module__.endswith(("normalisation", "pointwise"))


def bytes_of(lots: Iterable[tuple[int, int]], dtype: str) -> int:
    """Bytes of lots of numbers, each so many times, the last block of each lot filled up.

    >>> bytes_of([(3, 2)], "int4"), bytes_of([(3, 2)], "float32"), bytes_of([(33, 1)], "q4_0")
    (4, 24, 36)
    """
    block, size = DTYPES[dtype_named(dtype)]
    if block == 1:
        return sum(each * times for each, times in lots) * size
    return sum(-(-each // block) * size * times for each, times in lots)


def dtype_named(name: str) -> str:
    """A type of numbers by any of its names; InputError for an unknown one.

    >>> dtype_named("fp16"), dtype_named("Q4_K")
    ('float16', 'q4_k')
    """
    plain = name.lower().removesuffix("_m").removesuffix("_s")
    plain = DTYPE_ALIASES.get(plain, plain)
    if plain not in DTYPES:
        raise InputError(f"unknown dtype {name!r}{did_you_mean(name, DTYPES)}")
    return plain

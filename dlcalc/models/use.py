"""How a model is put to use: what it is fed, held in, and trained with, and its memory in bytes.

Training holds the weights, a gradient for each trainable one, the optimiser's state, and
the outputs of all layers for the backward pass, the input apart; a recipe says how many
bytes each of these takes. Work space of the algorithms comes on top, and differs by
framework. Every layer begins at a byte of its own, so that the bytes of a model are the sum
of its layers'. In blocks of quantised numbers only matrices are held; vectors (biases, scales
of norms) stay float32, as in the files of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dlcalc.errors import InputError, did_you_mean, require_known
from dlcalc.layers.counted import Shape, whole
from dlcalc.layers.table import find
from dlcalc.models.count import Count, Row, params
from dlcalc.models.tree import Model
from dlcalc.names import DTYPE_ALIASES, DTYPES, PRECISIONS, RECIPES, SHARDS, STATES
from dlcalc.typed import Any, NamedTuple

KEPT = 4
"""Bytes of a number that a quantised model keeps as it is."""
USUAL = {
    "float64": "float64", "float32": "float32", "float16": "fp16-mixed", "bfloat16": "bf16-mixed",
}
"""How weights of a type are trained unless a recipe says otherwise."""


class Use(NamedTuple):
    """What is asked of a model beside its layers."""

    batch: int = 1
    """Examples, for memory."""
    dtype: str = ""
    """The type of the weights: float32, or that of the recipe, where none is named."""
    optimizer: str = "adam"
    recipe: str | None = None
    """What a parameter takes in training."""
    tokens: int | None = None
    """New positions."""
    cached: int | None = None
    """Positions that are in the cache before them."""
    causal: bool = False
    """Whether products are left out that a causal mask or a window makes void."""
    lora: str | None = None
    """Adapters, as RANK:TARGETS."""
    devices: int = 1
    shard: str | None = None
    """How training is divided among the devices."""
    fit: int | None = None
    """Bytes of the memory that things are to fit into."""

    def counted(self, model: Model, input: Shape | None = None, tolerant: bool = False) -> Count:
        """The model counted for what it is fed, with its adapters."""
        text = self.tokens is not None or self.cached is not None
        found = params(model, self.input(model, input), tolerant, self.cached or 0, text)
        if self.causal:
            found = found._replace(rows=tuple(
                row._replace(macs=row.macs - row.skipped) for row in found.rows
            ))
        if self.lora is not None:
            from dlcalc.models.deployment import with_lora

            rank, colon, targets = self.lora.partition(":")
            if not (colon and targets and rank.isascii() and rank.isdigit() and int(rank)):
                raise InputError(f"lora {self.lora}: write RANK:TARGETS, such as 8:q,v or 16:all")
            found = with_lora(found, int(rank), targets.split(","))
        return found

    def input(self, model: Model, given: Shape | None) -> Shape | None:
        """The shape of the input: new tokens in the place of the model's own length."""
        tokens = 1 if self.tokens is None and self.cached is not None else self.tokens
        if tokens is None:
            return given
        own = given or model.input or (tokens,)
        if len(own) > 2:
            raise InputError("tokens are for a model of sequences; this one takes images")
        return (tokens, *own[1:])

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Use:
        """What is asked for by name; InputError for a name that there is not."""
        for name in asked:
            require_known(name, cls._fields, "parameter")
        return cls(**asked).checked()

    def added(self, count: Count) -> Count:
        """The count with its bytes, and with what devices hold and what fits."""
        if self.shard or self.fit is not None:
            from dlcalc.models.deployment import fit, sharded

        keeps, size = count.caches and len(count.input) < 3, self.cache_size
        reserved = sum(each.reserved(count.positions, size) * n for each, n in count.caches)
        return count._replace(
            use=self, memory=self.held(count),
            cache_bytes=self.kept(count, count.positions) if keeps else None,
            cache_bytes_reserved=self.batch * reserved if keeps else None,
            share=None if self.shard is None else sharded(count, self),
            fit=None if self.fit is None else fit(count, self, self.fit),
        )

    def held(self, counted: Count | Row) -> Memory:
        """Bytes that a model, or one layer, takes, and those of its training.

        The type of the weights settles how they are trained, unless a recipe does: float32
        throughout; two-byte types in mixed precision, with float32 copies; types that nobody
        trains in count as if all numbers were of that type. Raises InputError for an unknown
        type of number, optimiser or recipe.

        >>> from dlcalc.models.tree import Layer, Model
        >>> counted = params(Model([Layer("linear", (10,))], input=(784,)))
        >>> Use(batch=2, dtype="float32").held(counted)
        Memory(weights=31400, activations=80, gradients=31400, optimizer=62800)
        >>> Use.of({"recipe": "bf16-mixed-adam"}).held(counted).training == 7850 * 16 + 10 * 2
        True
        """
        rows = counted.layers.alike if isinstance(counted, Count) else [(counted, 1)]
        dtype, optimizer, batch = dtype_named(self.dtype), self.optimizer, self.batch
        require_known(optimizer, STATES, "optimizer")
        way = training_recipe(dtype, optimizer, self.recipe)
        weights = weights_bytes(rows, dtype)
        if way is None:
            outputs = ((row.activations * batch, times) for row, times in rows)
            gradients = weights_bytes(rows, dtype, trainable=True)
            return Memory(
                weights, bytes_of(outputs, dtype), gradients, gradients * STATES[optimizer]
            )
        trainable = sum(row.trainable * times for row, times in rows)
        if self.recipe is not None:
            frozen = [(row, times) for row, times in rows if not row.trainable]
            weights = weights_bytes(frozen, dtype) + trainable * way.weight
        return Memory(
            weights, sum(row.activations * times for row, times in rows) * batch * way.activation,
            trainable * way.gradient, trainable * way.state,
        )

    def cache(self, positions: int) -> Callable[[Row], int]:
        """Bytes of the caches of a layer behind so many positions, for the whole batch."""
        size = self.cache_size
        return lambda row: (
            0 if row.cache is None else self.batch * row.cache.bytes(positions, size)
        )

    def kept(self, count: Count, positions: int, batch: int | None = None) -> int:
        """Bytes of all caches behind so many positions."""
        size = self.cache_size
        return (batch or self.batch) * sum(
            each.bytes(positions, size) * times for each, times in count.caches
        )

    @property
    def cache_size(self) -> int:
        """Bytes of a number in the cache: beside quantised weights it has two bytes."""
        block, size = DTYPES[dtype_named(self.dtype)]
        return size if block == 1 else 2

    @property
    def training(self) -> str:
        """What the training memory is for, in words."""
        way = training_recipe(dtype_named(self.dtype), self.optimizer, self.recipe)
        if way is None:
            return f"{self.optimizer}, batch {self.batch}, {self.dtype} throughout"
        if way.name == f"{self.dtype}-{self.optimizer}" and self.recipe is None:
            return f"{self.optimizer}, batch {self.batch}, {self.dtype}"
        each = way.weight + way.gradient + way.state
        return f"{way.name}, {each} bytes a parameter, batch {self.batch}"

    def checked(self) -> Use:
        """The same; InputError where what is asked for does not go together."""
        for name in ("dtype", "optimizer", "recipe", "lora", "shard"):
            word = getattr(self, name)
            if word is not None and not isinstance(word, str):
                raise InputError(f"{name} is {word!r:.40}, where a name belongs")
        if (self.shard is None) != (self.devices == 1):
            raise InputError(f"--devices and --shard go together; --shard is {' or '.join(SHARDS)}")
        if self.recipe is not None and self.optimizer != "adam":
            raise InputError("a recipe names its optimizer: give one or the other")
        def number(name: str, value: object, least: int = 1) -> int | None:
            return None if value is None else whole(name, value, least)

        size: object = self.fit
        if isinstance(size, float) and size.is_integer():  # 80e9
            size = int(size)
        way = (self.recipe or "").rpartition("-")[0]
        usual = {"bf16": "bfloat16", "fp16": "float16", "float64": "float64"}
        return self._replace(
            dtype=dtype_named(self.dtype or usual.get(way.removesuffix("-mixed"), "float32")),
            batch=whole("batch", self.batch), devices=whole("devices", self.devices),
            tokens=number("tokens", self.tokens), cached=number("cached", self.cached, 0),
            fit=number("fit", size, 0),
        )


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


def training_recipe(dtype: str, optimizer: str, recipe: str | None) -> Recipe | None:
    """What training takes; None where all numbers are of the type of the weights.

    >>> training_recipe("bfloat16", "adam", None)
    Recipe(name='bf16-mixed-adam', weight=2, gradient=2, state=12, activation=2)
    """
    name = recipe or (f"{USUAL[dtype]}-{optimizer}" if dtype in USUAL else "")
    if not name:
        return None
    way, _, kind = require_known(name, RECIPES, "recipe").rpartition("-")
    weight, gradient, copy, state, activation = PRECISIONS[way]
    return Recipe(name, weight, gradient, copy + STATES[kind] * state, activation)


def weights_bytes(rows: Iterable[tuple[Row, int]], dtype: str, trainable: bool = False) -> int:
    """Bytes of the parameters of layers, each so many times, or of those that are trained.

    >>> from dlcalc.models.tree import Layer, Model
    >>> layers = params(Model([Layer("linear", (10,))], input=(512,))).layers
    >>> weights_bytes(layers.alike, "q4_k") == 5120 // 256 * 144 + 10 * 4
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

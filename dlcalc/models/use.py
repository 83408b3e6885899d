"""How a model is put to use: what it is fed, what it is held in, how it is trained, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.counted import Shape
from dlcalc.models.bytes import Memory, dtype_named, memory, training_recipe
from dlcalc.models.count import params
from dlcalc.models.rows import Count, Row
from dlcalc.models.tree import Model
from dlcalc.names import DTYPES, SHARDS
from dlcalc.records import NamedTuple


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
            if name not in cls._fields:
                raise InputError(f"unknown parameter {name!r}{did_you_mean(name, cls._fields)}")
        return cls(**asked).checked()

    def added(self, count: Count) -> Count:
        """The count with its bytes, and with what devices hold and what fits."""
        if self.shard or self.fit:
            from dlcalc.models.deployment import fit, sharded

        keeps = count.caches and len(count.input) < 3
        return count._replace(
            use=self, memory=self.held(count),
            cache_bytes=self.kept(count, count.positions) if keeps else None,
            cache_bytes_reserved=self.reserved(count) if keeps else None,
            share=None if self.shard is None else sharded(count, self),
            fit=None if self.fit is None else fit(count, self, self.fit),
        )

    def held(self, counted: Count | Row) -> Memory:
        """The bytes of a model or a layer."""
        return memory(counted, self.dtype, self.batch, self.optimizer, self.recipe)

    def cache(self, positions: int) -> Callable[[Row], int]:
        """Bytes of the caches of a layer behind so many positions, for the whole batch."""
        size = self.cache_size
        return lambda row: (
            0 if row.cache is None else self.batch * row.cache.bytes(positions, size)
        )

    def reserved(self, counted: Count) -> int:
        """Bytes that a serving engine reserves for the caches."""
        size = self.cache_size
        return self.batch * sum(
            each.reserved(counted.positions, size) * times for each, times in counted.caches
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
        if (self.shard is None) != (self.devices == 1):
            raise InputError(
                f"--devices and --shard go together; --shard is {' or '.join(SHARDS)}"
            )
        if self.recipe is not None and self.optimizer != "adam":
            raise InputError("a recipe names its optimizer: give one or the other")
        way = (self.recipe or "").rpartition("-")[0]
        usual = {"bf16": "bfloat16", "fp16": "float16", "float64": "float64"}
        return self._replace(
            dtype=dtype_named(self.dtype or usual.get(way.removesuffix("-mixed"), "float32"))
        )

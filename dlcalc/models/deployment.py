"""A counted model put to use: adapters, devices, and what fits into a memory."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import accumulate, takewhile
from math import prod
from typing import NamedTuple

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.layers.table import handler
from dlcalc.models.count import Count, Row
from dlcalc.models.use import Memory, Use, is_vector

LORA = "lora"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)(b?)", re.IGNORECASE)


def with_lora(count: Count, rank: int, targets: Iterable[str]) -> Count:
    """The model with low-rank adapters on the layers meant, which alone are trained.

    W + B·A with A of r×in and B of out×r (Hu et al. 2021): r·(in + out) parameters a matrix.
    A target is a type, a part of a name, a matrix of an attention (`q`, `k`, `v`, `o`, also
    `q_proj`), or `all`: every linear layer and attention but the last layer. Convolutions get
    r filters of their kernel and a 1×1 convolution, tables r numbers a row and r vectors.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> counted = params(Model([Layer("linear", (10,), name="fc")], input=(20,)))
    >>> with_lora(counted, 4, ["fc"]).trainable
    120
    """
    wanted = [each.removesuffix("_proj") for each in targets]
    met: set[str] = set()
    rows: list[Row] = []
    given = tuple(count.rows)
    for row in given:
        rows.append(row._replace(trainable=0))
        for name, inputs, outputs, positions in _matrices(row):
            names = {row.type, name, *row.name.split("."), row.name}
            names |= {each.removesuffix("_proj") for each in names}
            if row is not given[-1] and row.type in ("linear", "attention", "mla"):
                names.add("all")
            hit = names & set(wanted)
            if hit:
                met |= hit
                held = rank * (inputs + outputs)
                rows.append(row._replace(
                    name=".".join(filter(None, (row.name, name, LORA))), type=LORA, weights=held,
                    biases=0, trainable=held, macs=held * positions, activations=0, tied="",
                    cache=None, skipped=0,
                ))
    for each in wanted:
        if each not in met:
            known = sorted({row.name.split(".")[-1] for row in count.rows if row.weights})
            if each != "all":
                raise InputError(f"no layer {each} to adapt{did_you_mean(each, [*known, 'all'])}")
            raise InputError("all: no linear layer or attention before the last layer to adapt"
                             + did_you_mean("", known))
    return count._replace(rows=tuple(rows))


def _matrices(row: Row) -> list[tuple[str, int, int, int]]:
    """The matrices of a layer: a name within it, inputs, outputs, and how often they multiply."""
    arguments = row.arguments
    if arguments is None or not row.weights or is_vector(row):
        return []
    counted = handler(row.type)(row.input, **arguments)
    positions = prod(row.output[1:] if counted.windows else row.input[:-1]) if row.macs else 0
    if counted.matrices:
        return [(name, *sizes, positions) for name, sizes in counted.matrices.items()]
    outputs = row.output[0] if counted.windows else row.output[-1]
    return [("", row.weights // outputs, outputs, positions)] if not row.weights % outputs else []


class Share(NamedTuple):
    """What one of some devices holds, in bytes."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    cache: int

    @property
    def training(self) -> int:
        """All that training takes of it."""
        return self.weights + self.gradients + self.optimizer + self.activations


def sharded(count: Count, use: Use) -> Share:
    """The bytes of the fullest of some devices.

    ZeRO (Rajbhandari et al. 2020) divides the optimiser's state (`zero1`), the gradients too
    (`zero2`) and the weights too (`zero3`) evenly; each device has a batch of its own.
    `tensor` divides every matrix and the key-value heads (Shoeybi et al. 2019), `expert` the
    experts; what is not divided, every device holds.
    """
    shard, devices, cache = str(use.shard), use.devices, use.cache(count.positions)
    if shard.startswith("zero"):
        stage, whole = int(shard[-1]), use.held(count)
        parts = [
            -(-each // devices) if stage >= least else each
            for each, least in ((whole.weights, 3), (whole.gradients, 2), (whole.optimizer, 1))
        ]
        kept = use.kept(count, count.positions)
        return Share(parts[0], parts[1], parts[2], whole.activations, kept)
    shares = [_of_row(row, use.held(row), devices, shard, cache(row)) for row in count.rows]
    return Share(*(sum(each) for each in zip(*shares, strict=True)))


def _of_row(row: Row, whole: Memory, devices: int, shard: str, cache: int) -> Share:
    part = kept = Fraction(1)
    if shard == "tensor" and row.weights and not is_vector(row):
        heads = _argument(row, "heads")
        if heads and heads % devices:
            raise ShapeError(f"{row.name}: {heads} heads do not divide among {devices} devices")
        part = Fraction(row.biases + -(-row.weights // devices), row.params)
        groups = _argument(row, "kv_heads") or (heads if row.type == "attention" else 0)
        kept = Fraction(-(-groups // devices), groups) if groups else kept
    elif shard == "expert" and row.type == "experts":
        experts = _argument(row, "experts")
        # Where none is chosen, all that is idle are the experts.
        whole_experts = handler(row.type)(row.input, **(row.arguments or {}) | {"top_k": 0}).idle
        held = -(-experts // devices)
        part = 1 - Fraction(whole_experts, row.params) * Fraction(experts - held, experts)
    sizes = (whole.weights, whole.gradients, whole.optimizer)
    parts = [-int(-each * part // 1) for each in sizes]
    return Share(parts[0], parts[1], parts[2], whole.activations, -int(-cache * kept // 1))


def _argument(row: Row, name: str) -> int:
    value = (row.arguments or {}).get(name)
    return value if isinstance(value, int) else 0


class Fit(NamedTuple):
    """The most that fits into a memory, each for itself; None where nothing bounds it."""

    bytes: int
    training_batch: int | None
    """Examples of a batch in training; 0 where not even the weights fit."""
    batch: int | None
    """Sequences whose caches fit beside the weights; None where nothing is kept."""
    context: int | None
    """Positions whose cache fits beside the weights, for the batch asked for."""
    layers: int
    """Layers, from the first, whose weights fit."""


def fit(count: Count, use: Use, bound: int) -> Fit:
    """What fits into `bound` bytes."""
    weights = use.held(count).weights

    def cached(length: int, many: int) -> int:
        return weights + use.kept(count, length, many)

    totals = accumulate(use.held(row).weights for row in count.rows)
    fitting = sum(1 for _ in takewhile(lambda total: total <= bound, totals))
    return Fit(
        bound, most(lambda b: use._replace(batch=b).held(count).training, bound),
        most(lambda b: cached(count.positions, b), bound),
        most(lambda n: cached(n, use.batch), bound), fitting,
    )


def most(taken: Callable[[int], int], bound: int) -> int | None:
    """The largest number for which no more than `bound` is taken, where more takes more.

    None where nothing more is ever taken.

    >>> most(lambda n: 10 + 3 * n, 100), most(lambda n: 5, 100), most(lambda n: 10 + n, 5)
    (30, None, 0)
    """
    if taken(1 << 60) <= bound:
        return None
    above = next(1 << power for power in range(61) if taken(1 << power) > bound)
    return bisect_right(range(1, above), bound, key=taken)


def size_in_bytes(text: str) -> int:
    """A size of memory as people write it: 80GiB, 24 GB, 512M.

    >>> size_in_bytes("80GiB"), size_in_bytes("24GB"), size_in_bytes("1000")
    (85899345920, 24000000000, 1000)
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text[:40]!r} is no size of memory: write 80GiB or 24GB")
    number, prefix, binary, byte = found.groups()
    power = " kmgtp".index(prefix.lower() or " ")
    return int(Fraction(number) * (1000 if byte and not binary else 1024) ** power)

"""What every reader gives: the tensors of a file, each with its role, and what else it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.models.rows import Count

Bytes = bytes

UNDECIDED = ""
"""The role of a tensor of which its reader knows none: its name and type decide."""
PARAMETER, QUANTISED, TIED = "parameter", "quantised", "tied"
BUFFER, QUANTISATION, CONSTANT = "buffer", "quantisation", "constant"
OPTIMIZER, COPY, OTHER = "optimizer", "copy", "other"

HELD_APART = (OPTIMIZER, COPY, OTHER)
"""Roles of what lies beside a model in its checkpoint: counted, and not listed."""


class Place(NamedTuple):
    """Where the numbers of a tensor lie."""

    storage: str
    """The storage that holds them."""
    offset: int
    """The first of them, counted in numbers."""
    strides: tuple[int, ...]
    """Numbers between neighbours along each axis."""


@dataclass(frozen=True)
class Tensor:
    """One array of a file."""

    name: str
    """Its name."""
    dtype: str
    """The type of its numbers: `float32`, or GGUF's `Q4_K`."""
    shape: tuple[int, ...]
    """Its shape as it is stored."""
    bytes: int
    """Bytes that it takes in the file."""
    role: str = UNDECIDED
    """What it is: parameter, quantised, tied, buffer, quantisation, constant, …"""
    stands_for: int | None = None
    """Weights that it stands for, where these are not its own numbers."""
    logical: tuple[int, ...] | None = None
    """The shape of the weight that it stands for, where that is not the stored one."""
    tied: str = ""
    """The tensor whose numbers it shares."""
    trains: bool = True
    """Whether training changes it, where the file says so."""
    data: Bytes = b""
    """Its bytes, where they are few and give a shape."""
    place: Place | None = None
    """Where its numbers lie, where other tensors may share them."""

    @property
    def numbers(self) -> int:
        """Its numbers as they are stored."""
        return prod(self.shape)

    @property
    def params(self) -> int:
        """Parameters that it holds, each counted under one name."""
        if self.role not in (PARAMETER, QUANTISED):
            return 0
        return self.numbers if self.stands_for is None else self.stands_for

    def but(self, **changes: Any) -> Tensor:
        """This tensor with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Row:
    """One layer of a file that has a graph or a list of layers."""

    name: str
    """Its name."""
    type: str
    """Its type, as the file calls it."""
    output: tuple[int | None, ...] | None = None
    """The shape of its output, where it is known."""
    params: int = 0
    """Its parameters, as its framework counts them."""
    macs: int | None = None
    """Its multiply-accumulates, where they are known."""
    trainable: int | None = None
    """Parameters that training changes."""
    buffers: int = 0
    """Numbers of its buffers."""
    field: Any = None
    """Its receptive field."""
    bytes: int = 0
    """Bytes of what it holds."""


@dataclass(frozen=True)
class Held:
    """A file of weights, read."""

    name: str
    """The file."""
    format: str
    """`safetensors`, `gguf`, …"""
    tensors: Sequence[Tensor]
    """All of its tensors."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else its header says."""
    notes: Sequence[str] = ()
    """What a reader of the counts should know."""
    rows: Sequence[Row] | None = None
    """Its layers, where it has a graph."""
    graph: Any = None
    """What its layers are translated from."""
    input: tuple[int, ...] | None = None
    """The shape of its input, where it has a graph."""
    count: Count | None = None
    """The architecture that its metadata gives, counted."""

    def sum_of(self, what: str, *roles: str) -> int:
        """The sum of one field over the tensors of some roles."""
        return sum(getattr(each, what) for each in self.tensors if each.role in roles)

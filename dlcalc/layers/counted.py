"""What one layer makes of its input, and the checks that all families share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import PerAxisValue, as_whole, at_least, by_x
from dlcalc.numbers.parse import as_float
from dlcalc.numbers.sizes import Axis, Padding, check_fits, make_axes
from dlcalc.typed import Any, NamedTuple

Shape = tuple[int, ...]


PAGE = 16
"""Positions that serving engines reserve at a time (a block of vLLM)."""
COUNTER = 8
"""Bytes of the count of positions that transformers keeps beside windows and some states."""


class Cache(NamedTuple):
    """What a layer keeps of the positions that it has seen, for those that come."""

    each: int = 0
    """Numbers for each position."""
    most: int | None = None
    """Positions that are kept at most; None: all."""
    fixed: int = 0
    """Numbers whatever the length."""
    states: int = 0
    """Numbers whatever the length, which stay float32 in a model of a shorter type."""
    own: int = 0
    """Bytes of what the framework keeps beside them."""
    placed: int = 0
    """Bytes of what it keeps beside them for each position."""
    block: int = 1
    """Positions that become one."""
    whole: int = 0
    """Numbers for each whole block."""
    loose: int = 0
    """Numbers for each position behind the last whole block."""
    carried: int = 0
    """Numbers of the last whole block that the next one needs."""

    def bytes(self, positions: int, size: int) -> int:
        """Bytes after so many positions, in numbers of `size` bytes, as the framework holds it."""
        kept = positions if self.most is None else min(positions, self.most)
        return self._numbers(kept, positions, size) + self.own + self.placed * kept

    def reserved(self, positions: int, size: int) -> int:
        """Bytes that a serving engine reserves: whole windows, in whole pages."""
        kept = positions if self.most is None else self.most + 1
        return self._numbers(-(-kept // PAGE) * PAGE, positions, size)

    def _numbers(self, kept: int, positions: int, size: int) -> int:
        blocks, loose = divmod(positions, self.block)
        packed = self.whole * blocks + self.loose * loose + self.carried * (blocks > 0)
        return (self.each * kept + self.fixed + packed) * size + self.states * max(4, size)


class Counted(NamedTuple):
    """The output shape of a layer, what it holds, what it multiplies, what it sees."""

    output: Shape
    """Shape of the output, without the batch."""
    weights: int = 0
    """Parameters that multiply an input, and tables of learned vectors."""
    biases: int = 0
    """Parameters that are added."""
    macs: int = 0
    """Products of an input with a weight, or of two inputs, for one example."""
    windows: tuple[Axis, ...] = ()
    """The windows over the axes behind the channels, where there are any."""
    mixes: Sequence[int] = ()
    """Input axes all of which each output sees."""
    lies: tuple[int | None, ...] | None = None
    """Where each input axis lies in the output, None where it is spread; None: as it was.

    Empty where what an output sees is not followed.
    """
    stored: bool = True
    """Whether the output takes memory of its own; a view does not."""
    idle: int = 0
    """Parameters that one position leaves unused: those of the experts not chosen."""
    cache: Cache | None = None
    """What it keeps of the positions it has seen."""
    skipped: int = 0
    """Products that a causal kernel leaves out, and one that knows its window."""
    matrices: Mapping[str, tuple[int, int]] = {}
    """Inputs and outputs of its matrices by name, where it has several."""
    buffers: int = 0
    """Numbers that it keeps and nothing trains."""
    moves: Mapping[str, Any] = {}
    """Where its elements go in a batch, of a layer that does no arithmetic."""


def spatial(shape: Shape, what: str) -> tuple[int, Shape]:
    """Channels and the axes behind them; ShapeError where there are none, or too many."""
    if 2 <= len(shape) <= 4:
        return shape[0], shape[1:]
    raise ShapeError(
        f"input is {by_x(shape)}; {what} wants CxL, CxHxW or CxDxHxW; reshape it first"
    )


def steps_and_width(shape: Shape, what: str) -> tuple[int, int]:
    """Length and width of a sequence; ShapeError for another shape."""
    if len(shape) == 2:
        return shape[0], shape[1]
    hint = "use sequence before it" if len(shape) > 2 else "reshape it first"
    raise ShapeError(f"input is {by_x(shape)}; {what} wants a sequence TxD; {hint}")


def windows(
    shape: Shape, kernel: PerAxisValue, stride: PerAxisValue, pad: Padding,
    dilation: PerAxisValue = 1, transposed: bool = False, output_padding: PerAxisValue = 0,
    ceil: bool = False,
) -> tuple[Axis, ...]:
    """The windows of a layer over the axes behind the channels, all of which fit."""
    sizes = shape[1:]
    axes = make_axes(
        sizes, kernel, stride, pad, dilation, transposed, output_padding, ceil, axes=len(sizes)
    )
    for axis in axes:
        try:
            check_fits(axis)
        except ShapeError as error:
            raise ShapeError(f"input is {by_x(shape)}; {error.message}") from None
    return axes


def outputs(axes: Sequence[Axis]) -> Shape:
    """The output sizes of windows; in a working by their own letters, O, not worked out again."""
    sizes: list[Any] = [axis.output for axis in axes]
    if not hasattr(sizes[0], "named"):
        return tuple(sizes)
    places = range(1, len(sizes) + 1) if len(sizes) > 1 else ("",)
    return tuple(size.named("O", place) for size, place in zip(sizes, places, strict=True))


def whole(name: str, value: object, least: int = 1) -> int:
    """A whole number of at least `least`, or InputError by its name."""
    at_least(least, name, (value,))  # type: ignore[arg-type]
    return as_whole(value)  # type: ignore[arg-type]


def number(name: str, value: object) -> float:
    """A number, or InputError by its name."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} {value!r} is not a number")
    as_float(value, name)
    return value


def flag(name: str, value: object) -> bool:
    """Yes or no, or InputError by its name."""
    if isinstance(value, bool):
        return value
    raise InputError(f"{name} is yes or no, not {value}")


def choice(name: str, value: object, known: Sequence[str]) -> str:
    """One of the known words, or InputError that lists them."""
    if value in known:
        return str(value)
    raise InputError(f"{name} is {' or '.join(known)}, not {value}")


def letters(name: str, value: object, known: str) -> str:
    """Some of the known letters, all of them for yes and none for no, or InputError."""
    found = known * value if isinstance(value, bool) else value
    if not isinstance(found, str) or found.strip(known):
        raise InputError(f"{name} is yes, no or letters of {known}, not {value}")
    return found

"""Which arrays an operation takes together, and how much it computes at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from dlcalc.derive.tree import NO_OPTIONS
from dlcalc.errors import LimitError, ShapeError
from dlcalc.formulas.text import place_text
from dlcalc.numbers.axes import by_x

Array = Any
"""An array, or a single number."""
Shape = tuple[int, ...]
MOST_ELEMENTS = 2**26
"""Elements of one result."""
MOST_EXACT = 2**24
"""Products of whole numbers in one matrix product."""


def require_fit(
    operation: str, arguments: Sequence[Array], options: Mapping[str, Any] = NO_OPTIONS
) -> None:
    """ShapeError, with both shapes, where the operation cannot take these together.

    LimitError where the result would be too large to hold, or too long to compute.
    """
    shapes = [np.shape(each) for each in arguments]
    if operation in ("matmul", "times_transposed"):
        _require_product(operation, shapes[0], shapes[1])
        _require_few(operation, arguments)
    elif operation in _OF_ONE:
        _OF_ONE[operation](shapes[0], **options)
    elif operation in _OF_MORE:
        _OF_MORE[operation](shapes, arguments, **options)
    elif operation == "pow" and len(shapes[0]) == 2 and (
            not np.ndim(arguments[1]) and arguments[1] == -1):
        raise ShapeError("the inverse of a matrix is not computed here; 1/W is elementwise")
    elif options.get("axis") is not None:
        _require_axes(shapes[0], options["axis"])
    else:
        _require_broadcast(operation, shapes)


def _require_axes(shape: Shape, axis: int | tuple[int, ...], grown: int = 0) -> None:
    rank = len(shape) + grown
    for each in (axis,) if isinstance(axis, int) else axis:
        if not -rank <= each < rank:
            most = f"axes count from 0 to {rank - 1}" if rank else "it has no axes"
            raise ShapeError(f"axis={each} of {_words([shape])}: {most}")


def _require_equal(shapes: Sequence[Shape], arguments: Sequence[Array], axis: int = 0) -> None:
    if len(set(shapes)) > 1:
        raise ShapeError(f"parts of unequal shapes: {_words(shapes)}")
    _require_axes(shapes[0], axis, 1)


def _require_joint(shapes: Sequence[Shape], arguments: Sequence[Array], axis: int = 0) -> None:
    vectors = [each or (1,) for each in shapes]
    for each in vectors:
        _require_axes(each, axis)
        cut = [(*s[: axis % len(s)], *s[axis % len(s) + 1 :]) for s in (each, vectors[0])]
        if len(each) != len(vectors[0]) or cut[0] != cut[1]:
            raise ShapeError(
                f"parts of {_words(shapes)} do not fit one after the other along axis {axis}"
            )


def _require_shape(given: Shape, shape: Shape) -> None:
    size = prod(given)
    known = prod(each for each in shape if each != -1)
    free = shape.count(-1)
    fits = size % known == 0 if free and known else size == known
    if any(each < -1 for each in shape) or free > 1 or not fits:
        raise ShapeError(
            f"{_words([given])} has {size} elements, {by_x(shape)} has "
            + (f"a multiple of {known}" if free == 1 else str(known))
        )


def _require_wider(given: Shape, shape: Shape) -> None:
    if any(each < 1 for each in shape) or prod(shape) > MOST_ELEMENTS:
        raise LimitError(f"{by_x(shape)} elements cannot be made")
    try:
        fits = np.broadcast_shapes(given, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(f"{by_x(given)} does not fit {by_x(shape)}")


def _require_order(shape: Shape, axes: Shape | None = None) -> None:
    rank = len(shape)
    if axes is not None and sorted(each % rank if rank else each for each in axes) != [
        *range(rank)
    ]:
        raise ShapeError(
            f"axes {', '.join(map(str, axes))} of {_words([shape])}: "
            f"each of its {rank} axes once"
        )


def _require_index(
    shapes: Sequence[Shape], arguments: Sequence[Array], index: Sequence[Any]
) -> None:
    shape = shapes[0]
    shown = by_x(shape) or "a single number"
    index = [each for each in index if each is not None]
    if Ellipsis in index:
        place = index.index(Ellipsis)
        index[place : place + 1] = [slice(None)] * (len(shape) - len(index) + 1)
    if len(index) > len(shape):
        places = ", ".join(map(place_text, index))
        raise ShapeError(f"there is no element [{places}] in {shown}; places count from 0")
    chosen = iter(arguments[1:])
    for axis, each in enumerate(index):
        if each == "*":
            _require_places(next(chosen), shape[axis], shown)
        elif isinstance(each, int) and not -shape[axis] <= each < shape[axis]:
            places = ", ".join(map(place_text, index))
            raise ShapeError(
                f"there is no element [{places}] in {shown}; places count from 0"
                + (f" to {shape[axis] - 1}" if len(shape) == 1 or each == shape[axis] else "")
            )
        elif isinstance(each, slice) and not len(range(*each.indices(shape[axis]))):
            raise ShapeError(
                f"[{place_text(each)}] of {shown} is empty; slices end before their end"
            )
    if len(arguments) > 2:
        _require_broadcast("element", shapes[1:])


def _require_places(chosen: Array, size: int, shown: str) -> None:
    for each in np.ravel(chosen).tolist():
        if each != int(each) or not -size <= each < size:
            raise ShapeError(
                f"{each:g} counts no element of {shown}: whole numbers from 0 to {size - 1}"
            )


def _require_picks(shapes: Sequence[Shape], arguments: Sequence[Array]) -> None:
    if not shapes[0] or shapes[0][:-1] != shapes[1]:
        raise ShapeError(
            f"{_words(shapes)}: pick(x, i) takes one element of each row, i one whole number a row"
        )
    _require_places(arguments[1], shapes[0][-1], by_x(shapes[0]))


def _require_ones(shape: Shape, axis: int | Shape) -> None:
    _require_axes(shape, axis)
    for each in (axis,) if isinstance(axis, int) else axis:
        if shape[each] != 1:
            raise ShapeError(f"axis {each} of {by_x(shape)} is not of size 1")


def _require_letters(shape: Shape, axes: Shape, rank: int) -> None:
    if len(axes) != len(shape):
        raise ShapeError(
            f"{_words([shape])} stands here with {len(axes)} indices, one for "
            "each axis is wanted"
        )


def _require_matrix(shape: Shape, axis: Shape = (-2, -1)) -> None:
    if len(shape) < 2:
        raise ShapeError(f"{_words([shape])} has no diagonal; trace takes a matrix")
    _require_axes(shape, axis)
    if not isinstance(axis, tuple) or len({each % len(shape) for each in axis}) != 2:
        raise ShapeError(f"a diagonal lies between two axes, as axis=(0, 1); here axis={axis}")


def _require_axis(shape: Shape, axis: int | None = None) -> None:
    if axis is None and len(shape) > 1:
        raise ShapeError(f"cumsum of {by_x(shape)} wants an axis, as axis=0")
    _require_axes(shape or (1,), axis or 0)


def _require_letter_axes(
    shapes: Sequence[Shape], arguments: Sequence[Array], axes: tuple[int, ...], **_: Any
) -> None:
    for shape, axis in zip(shapes[::2], axes, strict=True):
        _require_axes(shape, axis)


_OF_ONE: dict[str, Callable[..., None]] = {
    "reshape": _require_shape, "broadcast": _require_wider, "transpose": _require_order,
    "expand": lambda shape, axis: _require_axes(shape, axis, np.size(axis)),
    "squeeze": _require_ones, "align": _require_letters,
    "trace": _require_matrix, "cumsum": _require_axis,
    # These check their shapes themselves.
    **dict.fromkeys(("conv", "conv_transpose", "maxpool", "avgpool", "back"), lambda _, **o: None),
}
_OF_MORE: dict[str, Callable[..., None]] = {
    "element": _require_index, "stack": _require_equal, "concat": _require_joint,
    "pick": _require_picks, "places": _require_letter_axes,
    "one_hot": lambda _, given, classes: _require_places(given[0], classes, f"{classes} classes"),
}


def is_exact(x: Array) -> bool:
    """Whether an array holds Python's ints."""
    return isinstance(x, np.ndarray) and x.dtype == object


def _words(shapes: Sequence[Shape]) -> str:
    return " and ".join(by_x(each) or "a number" for each in shapes)


def _require_product(operation: str, a: Shape, b: Shape) -> None:
    if not a or not b:
        raise ShapeError(f"{_words([a, b])}: @ multiplies matrices and vectors; write * instead")
    try:
        np.broadcast_shapes(a[:-2], b[:-2])
    except ValueError:
        raise ShapeError(f"{_words([a, b])}: the axes before the last two do not fit") from None
    if operation == "matmul":
        if a[-1] != b[-2 if len(b) > 1 else 0]:
            inner = f"{a[-1]} and {b[-2 if len(b) > 1 else 0]}"
            raise ShapeError(f"{by_x(a)} @ {by_x(b)}: the inner sizes {inner} differ")
    elif len(a) == 2 and len(b) == 1:
        raise ShapeError(f"{by_x(a)} @ the transposed of a vector of {b[0]}, which is a row")
    elif not len(a) == len(b) == 1 and a[-1] != b[-1]:
        turned = by_x((*b[:-2], *b[:-3:-1]))
        raise ShapeError(f"{by_x(a)} @ {turned}: the inner sizes {a[-1]} and {b[-1]} differ")


def _require_few(operation: str, arguments: Sequence[Array]) -> None:
    a, b = (np.shape(each) for each in arguments)
    if len(a) > 2 or len(b) > 2:
        a, b = a if len(a) > 1 else (1, *a), b if len(b) > 1 else (*b, 1)
        batch = prod(np.broadcast_shapes(a[:-2], b[:-2]))
        rows, inner, columns = a[-2], a[-1], b[-2 if operation == "times_transposed" else -1]
        if batch * rows * columns > MOST_ELEMENTS or batch * rows * inner * columns > 2**32:
            raise LimitError(f"{by_x(a)} @ {by_x(b)} is more than is computed at once")
        return
    inner = 1 if operation == "times_transposed" and len(a) == len(b) == 1 else a[-1]
    products = prod(a) * prod(b) // inner
    if products // inner > MOST_ELEMENTS:
        raise LimitError(f"{products // inner:,} elements are more than {MOST_ELEMENTS:,}")
    if all(map(is_exact, arguments)) and products > MOST_EXACT:
        raise LimitError(
            f"{products:,} exact products of whole numbers are more than {MOST_EXACT:,}; "
            "write one number as a decimal, 1.0, to compute with floats"
        )


def _require_broadcast(operation: str, shapes: Sequence[Shape]) -> None:
    try:
        result = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(f"the shapes {_words(shapes)} do not fit") from None
    if prod(result) > MOST_ELEMENTS:
        raise LimitError(f"{by_x(result)} elements are more than {MOST_ELEMENTS:,}")
    if operation == "mul" and len({len(each) for each in shapes if each}) > 1:
        raise ShapeError(
            f"the shapes {_words(shapes)}: write @ for the matrix product, "
            "⊙ to multiply element by element along the last axis"
        )

"""Which arrays an operation takes together, and how much it computes at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from dlcalc.errors import LimitError, ShapeError
from dlcalc.numbers.axes import by_x

Array = Any
"""An array, or a single number."""
Shape = tuple[int, ...]
MOST_ELEMENTS = 2**26
"""Elements of one result."""
MOST_EXACT = 2**24
"""Products of whole numbers in one matrix product."""


def require_fit(operation: str, arguments: Sequence[Array]) -> None:
    """ShapeError, with both shapes, where the operation cannot take these together.

    LimitError where the result would be too large to hold, or too long to compute.
    """
    shapes = [np.shape(each) for each in arguments]
    if operation in ("matmul", "times_transposed"):
        _require_product(operation, shapes[0], shapes[1])
        _require_few(operation, arguments)
    elif operation == "stack":
        if len(set(shapes)) > 1:
            raise ShapeError(f"parts of unequal shapes: {_words(shapes)}")
    elif operation == "pow" and len(shapes[0]) == 2 and _is_inverse(arguments[1]):
        raise ShapeError("the inverse of a matrix is not computed here; 1/W is elementwise")
    elif operation not in ("element", "transpose"):
        _require_broadcast(operation, shapes)


def _is_inverse(power: Array) -> bool:
    return not np.ndim(power) and bool(power == -1)


def is_exact(x: Array) -> bool:
    """Whether an array holds Python's ints."""
    return isinstance(x, np.ndarray) and x.dtype == object


def _words(shapes: Sequence[Shape]) -> str:
    return " and ".join(by_x(each) or "a number" for each in shapes)


def _require_product(operation: str, a: Shape, b: Shape) -> None:
    if not a or not b:
        raise ShapeError(f"{_words([a, b])}: @ multiplies matrices and vectors; write * instead")
    if len(a) > 2 or len(b) > 2:
        raise ShapeError(f"{_words([a, b])}: @ multiplies matrices and vectors of up to 2 axes")
    if operation == "matmul":
        if a[-1] != b[0]:
            raise ShapeError(f"{by_x(a)} @ {by_x(b)}: the inner sizes {a[-1]} and {b[0]} differ")
    elif len(a) == 2 and len(b) == 1:
        raise ShapeError(f"{by_x(a)} @ the transposed of a vector of {b[0]}, which is a row")
    elif not len(a) == len(b) == 1 and a[-1] != b[-1]:
        turned = by_x(b[::-1])
        raise ShapeError(f"{by_x(a)} @ {turned}: the inner sizes {a[-1]} and {b[-1]} differ")


def _require_few(operation: str, arguments: Sequence[Array]) -> None:
    a, b = (np.shape(each) for each in arguments)
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

"""Values by name to arrays of floats of the wanted shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import as_numbers

Array = np.ndarray[Any, np.dtype[Any]]

MOST_KEPT = 2**29
"""Numbers of a run that are kept at once."""


def as_floats(values: object, name: str) -> Array:
    """`values` as floats: float32 stays, float16 becomes float32, whole numbers float64.

    >>> as_floats([1, 2], "b").dtype
    dtype('float64')
    """
    array = as_numbers(values, name)
    if array.dtype.kind != "f":
        try:
            return array.astype(float)
        except OverflowError:
            raise InputError(f"{name} holds a whole number beyond the largest float") from None
    return array.astype(np.float32) if array.dtype == np.float16 else array


def shape_words(array: Array) -> str:
    """The shape of an array, as an error says it.

    >>> shape_words(np.zeros((2, 3))), shape_words(np.zeros(()))
    ('has shape 2x3', 'is a single number')
    """
    return f"has shape {by_x(array.shape)}" if array.ndim else "is a single number"


def with_shape(array: Array, name: str, shape: tuple[int, ...]) -> Array:
    """The array itself where its shape is that asked for; a number serves for one of one.

    >>> with_shape(np.array(0.5), "h0", (1,)).tolist()
    [0.5]
    """
    if array.ndim == 0:
        array = array.reshape((1,) * len(shape))
    if array.shape != shape:
        raise ShapeError(f"{name} {shape_words(array)}; expected {by_x(shape)}")
    return array


def check_kept(steps: int, numbers: int) -> None:
    """Refuse a run of more numbers than are kept at once, before any is computed."""
    if steps * numbers > MOST_KEPT:
        raise LimitError(
            f"{steps:,} steps of {numbers:,} numbers are {steps * numbers:,}; "
            f"at most {MOST_KEPT:,} are kept at once"
        )

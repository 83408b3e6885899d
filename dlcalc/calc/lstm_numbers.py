"""Values by name to arrays of real numbers, with errors that name them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.calc.axes import by_x
from dlcalc.errors import InputError, ShapeError

Array = np.ndarray[Any, np.dtype[Any]]


def read_array(name: str, value: Any) -> Array:
    """Nested lists or an array as floats: float32 stays, whole numbers become float64.

    Raises ShapeError for ragged rows and InputError for what is no number.

    >>> read_array("b", [1, 2]).dtype
    dtype('float64')
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f"{name} has rows of different lengths") from None
    if array.dtype.kind in "iu" or array.size == 0:
        return array.astype(float)
    if array.dtype.kind != "f":
        raise InputError(f"{name} is not an array of numbers")
    return array.astype(np.float32) if array.dtype == np.float16 else array


def with_shape(name: str, array: Array, shape: tuple[int, ...]) -> Array:
    """The array itself where its shape is that asked for; a number serves for one of one.

    >>> with_shape("h0", np.array(0.5), (1,)).tolist()
    [0.5]
    """
    if array.ndim == 0:
        array = array.reshape(1)
    if array.shape != shape:
        raise ShapeError(f"{name} has shape {by_x(array.shape)}; expected {by_x(shape)}")
    return array

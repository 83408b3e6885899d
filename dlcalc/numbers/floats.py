"""Values by name to float64 arrays, numbers and words, each refused by its name."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.errors import InputError
from dlcalc.numbers.exact import as_numbers

Array = np.ndarray[Any, np.dtype[Any]]


def as_doubles(values: object, name: str) -> Array:
    """`values` as float64; ShapeError where they are ragged, InputError where no numbers.

    >>> as_doubles([[1, 2]], "x").dtype
    dtype('float64')
    """
    try:
        return as_numbers(values, name).astype(float)
    except OverflowError:
        raise InputError(f"{name} holds a whole number beyond the largest float") from None


def as_double(value: object, name: str) -> float:
    """`value` as one number.

    >>> as_double(3, "learning_rate")
    3.0
    """
    array = as_doubles(value, name)
    if array.ndim:
        raise InputError(f"{name} is an array, where one number belongs")
    return float(array)


def as_word(value: object, name: str) -> str:
    """`value` as text.

    >>> as_word("relu", "activation")
    'relu'
    """
    if not isinstance(value, str):
        raise InputError(f"{name} is {value!r:.40}, where a name belongs")
    return value


def as_layers_of(values: object, name: str) -> tuple[Array, ...]:
    """`values` as one float64 array a layer.

    >>> [each.shape for each in as_layers_of([[1, 2], [3]], "biases")]
    [(2,), (1,)]
    """
    if isinstance(values, str | bytes | dict) or not hasattr(values, "__iter__"):
        raise InputError(f"{name} is no list of one array a layer")
    return tuple(as_doubles(each, f"{name}[{place}]") for place, each in enumerate(values))


def all_finite(*arrays: Array) -> bool:
    """Whether there is no NaN and no infinity in any of them.

    >>> all_finite(np.zeros(2), np.array([np.inf]))
    False
    """
    return all(bool(np.isfinite(each).all()) for each in arrays)

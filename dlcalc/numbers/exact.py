"""Arrays of exact numbers: whole numbers stay whole at any size, nothing wraps or rounds unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.parse import kind_of

# The C library hands free memory back to the system beyond twice the largest block that it
# handed back before, and pays for every page that it takes anew. After this one, never
# written to and the largest that counts, arrays of up to 32 MiB lie where others lay.
np.empty(2**25 - 2**13, np.uint8)

Array = npt.NDArray[Any]

FLOAT_EXACT = 2**53
"""Below it every whole number, and every sum of whole numbers, is exact in float64."""
INT64_END = 2**63


def as_numbers(values: object, name: str) -> Array:
    """`values` as an array of int64, of Python ints (beyond int64), or of floats.

    Whole numbers of any width, and truth values as 0 and 1, become int64 where all of
    them fit and Python ints in an object array where one does not. Lists that hold a
    float are float64, their whole numbers rounded to it. Arrays of floats keep their
    precision. Raises ShapeError for ragged lists and InputError, by name, for complex
    numbers, text, structures and everything else that is no number.

    >>> as_numbers([2**63, -1], "input").tolist()
    [9223372036854775808, -1]
    """
    array = _as_array(values, name)
    if hasattr(values, "mask") and array is not values and np.any(values.mask):
        raise InputError(f"{name} has masked elements: fill them, or leave them out")
    kind = array.dtype.kind
    if kind in "bi":
        return array.astype(np.int64, copy=False)
    if kind == "u":
        return narrowed(array if array.itemsize < 8 else array.astype(object))
    if kind == "f":
        # Large ones of a list may have been whole numbers that NumPy rounded; float16 has none.
        if not isinstance(values, np.ndarray) and (
                np.abs(array.astype(float, copy=False)) >= INT64_END).any():
            return _from_objects(np.array(values, dtype=object), name)
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if kind == "O":
        return _from_objects(array, name)
    raise InputError(f"{name} holds {_KIND_NAMES.get(kind, str(array.dtype))}, not real numbers")


MOST_KEPT = 2**12
"""Numbers of an array that are copied for later without being felt."""


def kept(values: object, name: str) -> Array:
    """The same to be kept: no later change of the caller's reaches it, but of large arrays."""
    array = as_numbers(values, name)
    return array.copy() if array.size <= MOST_KEPT and not isinstance(values, list) else array


_TOO_LARGE = "a whole number too large to stand beside floats"
_KIND_NAMES = {
    "c": "complex numbers", "U": "text", "S": "bytes", "T": "text", "V": "structures",
    "M": "dates", "m": "durations",
}


def _as_array(values: object, name: str) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        why = _unequal(values) or "its parts differ in shape"
        raise ShapeError(f"{name} is ragged: {why}") from None
    except OverflowError:
        raise InputError(f"{name} holds {_TOO_LARGE}") from None


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a value holds others; text is a sequence of texts without end."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _unequal(values: object) -> str:
    """Which parts of nested lists differ in length; nothing where none do."""
    if not _is_list(values):
        return ""
    lengths = [f"{len(v)} entries" if _is_list(v) else "a single number" for v in values]
    for place, length in enumerate(lengths):
        if length != lengths[0]:
            return f"part 0 has {lengths[0]}, part {place} has {length}"
    return next(filter(None, map(_unequal, values)), "")


def _from_objects(array: Array, name: str) -> Array:
    for value in array.flat:
        if not isinstance(value, (int, float, np.integer, np.floating, np.bool_)):
            raise InputError(f"{name} holds {kind_of(value)}, not real numbers")
    if any(isinstance(value, (float, np.floating)) for value in array.flat):
        try:
            return array.astype(np.float64)
        except OverflowError:
            raise InputError(f"{name} holds {_TOO_LARGE}") from None
    exact = np.empty(array.shape, dtype=object)
    for place, value in np.ndenumerate(array):
        exact[place] = int(value)
    return narrowed(exact)


def narrowed(array: Array) -> Array:
    """An array of whole numbers as int64 where all of them fit."""
    if largest(array) < INT64_END:
        return array.astype(np.int64)
    return array


def is_whole(dtype: np.dtype[Any]) -> bool:
    """Whether an array from :func:`as_numbers` holds whole numbers."""
    return dtype.kind in "iO"


def largest(array: Array) -> int:
    """The largest magnitude of an array of whole numbers; 0 where it is empty."""
    return max(int(array.max()), -int(array.min())) if array.size else 0


def result_dtype(*arrays: Array) -> np.dtype[Any]:
    """The type that a sum of products is given back in: NumPy's promotion, object beyond int64.

    Python ints beside floats become floats.
    """
    types = [array.dtype for array in arrays]
    if types[0].kind == "f" and types.count(types[0]) == len(types):
        return types[0]
    kinds = {each.kind for each in types}
    if "f" in kinds:
        return np.result_type(*(np.dtype(float) if each.kind == "O" else each for each in types))
    return np.dtype(object) if "O" in kinds else np.dtype(np.int64)


def working_dtype(result: np.dtype[Any], bound: int) -> np.dtype[Any]:
    """The type to compute sums of products in, none of them larger than `bound` where whole.

    Whole numbers go through float64, whose matrix products are much the fastest, where
    every sum is exact in it; through int64 where none can overflow; else they are
    Python ints. float16 goes through float32.
    """
    if result == np.float16:
        return np.dtype(np.float32)
    if not is_whole(result):
        return result
    if bound < FLOAT_EXACT:
        return np.dtype(np.float64)
    return np.dtype(np.int64 if bound < INT64_END else object)


def in_type(array: Array, dtype: np.dtype[Any]) -> Array:
    """An array in another type; InputError where a Python int is beyond any float."""
    try:
        return array if array.dtype is dtype else array.astype(dtype, copy=False)
    except OverflowError:
        raise InputError(_TOO_LARGE) from None


def given_back(array: Array, result: np.dtype[Any]) -> Array:
    """What was computed in a working type, in the type of the result."""
    if array.dtype == object:
        return narrowed(array)
    return in_type(array, np.dtype(np.int64) if is_whole(result) else result)


def as_doubles(values: object, name: str) -> Array:
    """`values` as float64; ShapeError where they are ragged, InputError where no numbers.

    >>> as_doubles([[1, 2]], "x").dtype
    dtype('float64')
    """
    try:
        return as_numbers(values, name).astype(float)
    except OverflowError:
        raise InputError(f"{name} holds a whole number beyond the largest float") from None


def fitting(array: Array, shape: tuple[int, ...], name: str) -> Array:
    """The array itself; ShapeError where its shape is another.

    >>> fitting(np.zeros(2), (2,), "b").tolist()
    [0.0, 0.0]
    """
    if array.shape != shape:
        found = by_x(array.shape) or "a single number"
        raise ShapeError(f"{name} is {found}; expected {by_x(shape)}")
    return array


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


def as_object(values: object, name: str) -> Mapping[str, Any]:
    """`values` as names with what belongs to each.

    >>> as_object({"fc1.weight": [[1]]}, "parameters")
    {'fc1.weight': [[1]]}
    """
    if not isinstance(values, Mapping):
        raise InputError(f"{name} is {kind_of(values)}, where an object with names belongs")
    return values


def as_layers_of(values: object, name: str) -> tuple[Array, ...]:
    """`values` as one float64 array a layer.

    >>> [each.shape for each in as_layers_of([[1, 2], [3]], "biases")]
    [(2,), (1,)]
    """
    if (isinstance(values, str | bytes | dict) or not hasattr(values, "__iter__")
            or getattr(values, "ndim", 1) == 0):
        raise InputError(f"{name} is no list of one array a layer")
    return tuple(as_doubles(each, f"{name}[{place}]") for place, each in enumerate(values))


def all_finite(*arrays: Array) -> bool:
    """Whether there is no NaN and no infinity in any of them.

    >>> all_finite(np.zeros(2), np.array([np.inf]))
    False
    """
    # The sum of squares is finite where all are, but for numbers whose squares overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        return all(isfinite(flat.dot(flat)) or bool(np.isfinite(flat).all())
                   for flat in [each.ravel() for each in arrays])

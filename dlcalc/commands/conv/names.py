"""What the workings of a convolution share: the names of its indices, and sums written out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from dlcalc.formulas.expressions import Expr, Step, add, element, mul, symbol
from dlcalc.numbers.convolution.conv import Convolution

MOST_TERMS = 50
PLACES, TAPS, LANDINGS = "ijh", "kln", "uvt"
Names = tuple[str, ...]


def channels(result: Convolution) -> tuple[Names, Names, Names]:
    """The names of the channels of an output, an input and a weight; none where there is one."""
    if len(result.kernel_shape) == result.dims:
        return (), (), ()
    inner = ("c",) if len(result.input_shape) > result.dims else ()
    mixed: Names = ("c", "o") if result.transposed else ("o", "c")
    if len(result.kernel_shape) == result.dims + 1:
        mixed = ("o",)
    elif not inner:
        mixed = tuple("0" if each == "c" else each for each in mixed)
    return ("o",), inner, mixed


def scaled_sums(result: Convolution) -> Names:
    """The input column that a tap meets, axis by axis: 2i+k."""
    return tuple(
        f"{scaled(axis.stride, i)}+{scaled(axis.dilation, k)}"
        for i, k, axis in zip(PLACES, TAPS, result.axes, strict=False)
    )


def meeting(result: Convolution) -> str:
    """Where the products of a scattered sum land, axis by axis: u = 2i + k − 1."""
    names = (LANDINGS, PLACES) if result.transposed else (PLACES, LANDINGS)
    return ", ".join(
        f"{target} = {scaled(axis.stride, start)} + {scaled(axis.dilation, k)}"
        + (f" − {axis.pad[0]}" if axis.pad[0] else "")
        for target, start, k, axis in zip(*names, TAPS, result.axes, strict=False)
    )


def scaled(factor: int, name: str) -> str:
    """A multiple as it is read: i, 2i."""
    return name if factor == 1 else f"{factor}{name}"


def sum_step(
    name: str, index: tuple[int, ...], array: Any, factors: Iterable[tuple[Any, Any]],
    count: int, shortened: bool = True, bias: Any = None,
) -> Step:
    """One element of an array as the sum of its products, the first of them where they are many.

    A bias is added behind them.
    """
    shown = islice(factors, MOST_TERMS) if shortened else factors
    products: list[Expr] = [mul(*pair) for pair in shown]
    if len(products) < count:
        products.append(symbol(f"… {count - len(products):,} more products"))
    products += [] if bias is None else [bias]
    value = array[index].item() if hasattr(array[index], "item") else array[index]
    numbers = (add(*products),) if products else ()
    return Step(element(name, index), value, None, numbers, "" if products else NOTHING)


NOTHING = "no tap meets an input here"

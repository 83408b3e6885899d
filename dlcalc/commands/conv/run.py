"""What `dlcalc conv` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcalc.commands.conv.answer import conv_answer
from dlcalc.errors import InputError
from dlcalc.input.arrays import read_array, read_arrays
from dlcalc.numbers.compare import unravel
from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output


def run_conv(
    out: Output, input: str | None, kernel: str | None, upstream: str | None, **values: Any
) -> None:
    """Read the operands, convolve them, and put the result out."""
    x, w = _operands(out, input, kernel, values["dims"])
    if upstream is not None:
        values["upstream"] = _upstream(upstream, x, out.allow_nonfinite)
    result = conv(x, w, **values)
    if not out.allow_nonfinite:
        _check_finite(result)
    if out.at is not None:
        _explain("check_index", out.at, result.shape)
    given = x, w, values.get("upstream")
    out.emit(
        conv_answer(
            result,
            working=partial(_explain, "conv_steps", *given, result, out.at),
            element=partial(_explain, "any_element", *given, result),
            advice=lambda field, expected: (
                _explain("advice", x, w, result, expected) if field == "output" else ""
            ),
        )
    )


def _operands(
    out: Output, input: str | None, kernel: str | None, dims: int | None
) -> tuple[Any, Any]:
    if input is None and kernel is None and not out.piped:
        example = worked_example("conv")
        return example["x"], example["w"]
    if input is None and (kernel == "-" or not out.piped):
        raise InputError("no input: give it with -x, or on standard input")
    arrays = read_arrays("-" if input is None else input, out.allow_nonfinite, "-x")
    if kernel is not None:
        arrays.append(read_array(kernel, out.allow_nonfinite, "-w"))
    if len(arrays) != 2:
        raise InputError(
            "no kernel: give it with -w, or after the input and a blank line"
            if len(arrays) == 1
            else f"{len(arrays)} arrays, where an input and a kernel are wanted"
        )
    x, w = arrays
    return _same_rank(x, w, dims)


def _same_rank(x: Any, w: Any, dims: int | None) -> tuple[Any, Any]:
    """A single row beside an array of two axes is one of two axes too: text cannot tell."""
    ranks = {np.ndim(x), np.ndim(w)}
    if ranks == {1, 2} or (ranks == {1} and dims == 2):
        return (_as_rows(x), _as_rows(w))
    return x, w


def _as_rows(array: Any) -> Any:
    return [array] if np.ndim(array) == 1 else array


def _upstream(upstream: str, x: Any, allow_nonfinite: bool) -> Any:
    gradient = read_array(upstream, allow_nonfinite, "--upstream")
    return _as_rows(gradient) if np.ndim(x) == 2 else gradient


def _check_finite(result: Convolution) -> None:
    for name in ("output", "dx", "dw"):
        array = getattr(result, name)
        if array is not None and array.dtype.kind == "f" and not np.isfinite(array).all():
            place = int(np.argmin(np.isfinite(array)))
            index = ",".join(map(str, unravel(place, array.shape)))
            raise InputError(
                f"element ({index}) of {name} passes the largest {array.dtype}; "
                "--allow-nonfinite lets it out"
            )


def _explain(function: str, *arguments: Any) -> Any:
    # Only what is asked to explain itself loads the explanations.
    import dlcalc.commands.conv.working as explain

    return getattr(explain, function)(*arguments)

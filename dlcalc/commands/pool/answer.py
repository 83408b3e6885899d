"""A pooling as an answer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcalc.errors import InputError
from dlcalc.input.arrays import read_array
from dlcalc.numbers.convolution.pooling import Pooling, pool
from dlcalc.output.answer import Answer, Values
from dlcalc.shell import note
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output

FIELDS = ("output", "dx")


def run_pool(out: Output, input: str | None, **values: Any) -> None:
    """Read the operands, pool them, and put the result out."""
    given = {name: each for name, each in values.items() if each is not None}
    x = _operands(out, input, given)
    if "kernel" not in given:
        raise InputError("no window: give it with -F, such as -F 2")
    result = pool(x, **given)
    if "dims" not in given and np.ndim(x) == result.dims + 1:
        sizes = "x".join(map(str, np.shape(x)[1:]))
        note(
            f"read as {np.shape(x)[0]} maps of {sizes}; "
            f"--dims {result.dims + 1} pools over all axes"
        )
    if result.ties:
        windows = f"{result.ties:,} windows have" if result.ties > 1 else "one window has"
        note(f"{windows} a tie: the first in row-major order is taken")
    import dlcalc.commands.pool.working as explain

    field, index = out.at or ("", None)
    if index is not None:
        field = explain.checked_place(result, field, index)
    arguments = x, given.get("upstream"), result
    out.emit(
        pool_answer(
            result,
            working=partial(explain.pool_steps, *arguments, (field, index) if index else None),
            element=partial(explain.any_element, *arguments),
            advice=partial(explain.advice, x, given, result),
        )
    )


def _operands(out: Output, input: str | None, given: dict[str, Any]) -> Any:
    """The input; the upstream gradient of a single row has its two axes, if any."""
    if input is None and not out.piped:
        example = worked_example("pool")
        x = example.pop("x")
        if "kernel" in given or "upstream" in given:
            example.pop("upstream")
        given |= {name: each for name, each in example.items() if name not in given}
        return x
    x = read_array("-" if input is None else input, out.allow_nonfinite, "-x")
    if "upstream" in given:
        upstream = read_array(given["upstream"], out.allow_nonfinite, "--upstream")
        given["upstream"] = [upstream] if np.ndim(upstream) < np.ndim(x) == 2 else upstream
    return x


def pool_answer(result: Pooling, **explained: Any) -> Answer:
    """The output as an array that the next command reads; the gradient under its name."""
    record: dict[str, Any] = {"output": result.output, "shape": result.shape}
    blocks: list[Any] = [Values(result.output)]
    if result.indices is not None:
        record |= {"indices": result.indices, "ties": result.ties}
    if result.dx is not None:
        record["dx"] = result.dx
        blocks = [Values(record[name], name) for name in FIELDS]
    whole = all(each.dtype.kind != "f" for each in (result.output, result.dx) if each is not None)
    return Answer(record, blocks, whole=whole, **explained)

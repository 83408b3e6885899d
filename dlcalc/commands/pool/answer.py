"""A pooling as an answer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcalc.conventions.arrays import differing, pool
from dlcalc.errors import InputError
from dlcalc.input.arrays import read_array
from dlcalc.numbers.convolution.pooling import Pooling
from dlcalc.output.answer import Answer, Values
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, require_finite

working = lazily("dlcalc.commands.pool.working")

FIELDS = ("output", "dx")
MOST_COMPARED = 1000
"""Elements of an input up to which other frameworks' values are looked at."""
IN_RECORDS = (
    "input", "kernel", "stride", "pad", "dilation", "kind", "ceil", "exclude_pad", "divisor",
    "dims", "upstream",
)
"""What records may hold."""


class PoolRun(Run[Pooling]):
    """Read the operands and pool them; the gradient where there is an upstream one."""

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        if "input" not in self.options and self.out.piped:
            from dlcalc.shell.records import record_names, run_records

            if "input" in record_names(IN_RECORDS):
                answers = ("output", "dx") if "upstream" in self.options else ("output",)
                run_records(self.out, self.options, IN_RECORDS, answers, _record)
                return
        super().run()

    def read(self) -> dict[str, Any]:
        """The input; the upstream gradient of a single row has its two axes, if any."""
        given, input = self.options, self.options.pop("input", None)
        if input is None and not self.out.piped:
            example = self.example()
            x = example.pop("x")
            if given.keys() & {"kernel", "stride", "dims", "upstream"} or (
                    given.get("pad", 0), given.get("dilation", 1)) != (0, 1):
                example.pop("upstream")  # the output may have another shape
            self.options = {**example, **given}
        else:
            x = read_array("-" if input is None else input, self.out.allow_nonfinite, "-x")
        if "upstream" in given:
            upstream = read_array(given["upstream"], self.out.allow_nonfinite, "--upstream")
            single = np.ndim(upstream) < np.ndim(x) == 2
            self.options["upstream"] = [upstream] if single else upstream
        if "kernel" not in self.options:
            raise InputError("no window: give it with -F, such as -F 2")
        return {"x": x}

    def answer(self, result: Pooling) -> Answer:
        """The output; remarks on how the input was read, and on ties."""
        if not self.out.allow_nonfinite:
            require_finite(result, FIELDS)
        (x, upstream), given = result.operands, self.options
        if "dims" not in given and np.ndim(x) == result.dims + 1:
            sizes = "x".join(map(str, np.shape(x)[1:]))
            self.notes.append(
                f"read as {np.shape(x)[0]} maps of {sizes}; "
                f"--dims {result.dims + 1} pools over all axes"
            )
        framework = given.get("framework")
        kinked = result.ties and upstream is not None
        padded = given.get("ceil") or any(any(axis.pad) for axis in result.axes)
        here = "kernel" in given and framework is None  # not where a result shows itself
        if here and np.size(x) <= MOST_COMPARED and (kinked or padded):
            stride = tuple(axis.stride for axis in result.axes)
            fields = [name for name in FIELDS if getattr(result, name) is not None]
            self.notes += differing(pool, result, fields, **{**given, "stride": stride}, x=x)
        if result.ties and framework is None:
            windows = f"{result.ties:,} windows have" if result.ties > 1 else "one window has"
            self.notes.append(f"{windows} a tie: the first in row-major order is taken")
        record: dict[str, Any] = {"output": result.output, "shape": result.shape}
        blocks = [Values(result.output)]
        if result.indices is not None:
            record |= {"indices": result.indices, "ties": result.ties}
        if result.dx is not None:
            record["dx"] = result.dx
            blocks = [Values(record[name], name) for name in FIELDS]
        return Answer(
            record, blocks, whole="f" not in {block.array.dtype.kind for block in blocks},
            working=partial(working.pool_steps, result),
            at=partial(working.steps_at, result),
            element=partial(working.element_step, result),
            advice=partial(working.advice, given, result),
        )


def _record(input: Any, **given: Any) -> dict[str, Any]:
    if "kernel" not in given:
        raise InputError("the kernel is missing")
    found = pool(input, **given)
    require_finite(found, FIELDS)
    return {name: array.tolist() for name in FIELDS if (array := getattr(found, name)) is not None}

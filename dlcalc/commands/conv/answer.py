"""A convolution as an answer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcalc.conventions.arrays import conv, differing
from dlcalc.errors import InputError
from dlcalc.input.arrays import arrays_of, read_array
from dlcalc.input.sources import read_source
from dlcalc.numbers.convolution.conv import Convolution
from dlcalc.output.answer import Answer, Values
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, require_finite

working = lazily("dlcalc.commands.conv.working")

FIELDS = ("output", "dx", "dw", "db")
"""Arrays that have a working."""
MOST_COMPARED = 1000
"""Elements of an output up to which other frameworks' values are looked at."""


class ConvRun(Run[Convolution]):
    """Read the operands and convolve them; gradients where there is an upstream one."""

    def read(self) -> dict[str, Any]:
        """The operands, as arrays."""
        allow_nonfinite = self.out.allow_nonfinite
        x, w = self._operands(self.options.pop("input", None), self.options.pop("kernel", None))
        if "upstream" in self.options:
            upstream = read_array(self.options["upstream"], allow_nonfinite, "--upstream")
            row = np.ndim(x) == 2 and np.ndim(upstream) == 1
            self.options["upstream"] = [upstream] if row else upstream
        if "bias" in self.options:
            bias = read_array(self.options["bias"], allow_nonfinite, "--bias")
            self.options["bias"] = np.ravel(bias)
        return {"x": x, "w": w}

    def _operands(self, input: str | None, kernel: str | None) -> tuple[Any, Any]:
        allow_nonfinite = self.out.allow_nonfinite
        if input is None and kernel is None and not self.out.piped:
            example = self.example()
            return example["x"], example["w"]
        if input is None and (kernel == "-" or not self.out.piped):
            raise InputError("no input: give it with -x, or on standard input")
        arrays = arrays_of(read_source("-" if input is None else input, "-x"), allow_nonfinite)
        if kernel is not None:
            arrays.append(read_array(kernel, allow_nonfinite, "-w"))
        if len(arrays) != 2:
            raise InputError(
                "no kernel: give it with -w, or after the input and a blank line"
                if len(arrays) == 1
                else f"{len(arrays)} arrays, where an input and a kernel are wanted"
            )
        x, w = arrays
        column = np.ndim(x) == 2 and np.shape(x)[1] == 1 and np.ndim(w) == 1 and np.size(w) > 1
        if column and not self.options.get("pad") and not self.options.get("transposed"):
            # A list of numbers, one a line, that was meant as a row: how it becomes one.
            raise InputError(
                f"the column was read as {len(x)}x1, into which a kernel of 1x{np.size(w)} does "
                "not fit; a column of the kernel has ; between its numbers, and paste -s makes a "
                "row"
            ).at("-x")
        # A single row beside an array of two axes is one of two axes too: text cannot tell.
        ranks = {np.ndim(x), np.ndim(w)}
        if ranks == {1, 2} or (ranks == {1} and self.options.get("dims") == 2):
            x, w = ([each] if np.ndim(each) == 1 else each for each in (x, w))
        return x, w

    def answer(self, result: Convolution) -> Answer:
        """The output as an array that the next command reads; gradients under their names."""
        if not self.out.allow_nonfinite:
            require_finite(result, FIELDS)
        apart = result.transposed or self.options.get("pad") in ("same", "same-lower")
        if "framework" not in self.options and apart and result.output.size <= MOST_COMPARED:
            x, w, _ = result.operands
            given = {name: each for name, each in self.options.items() if name != "upstream"}
            self.notes += differing(conv, result, ["output"], **given, x=x, w=w)
        even = all(before == after for before, after in result.pad)
        record: dict[str, Any] = {
            "output": result.output, "shape": result.shape, "input_shape": result.input_shape,
            "kernel_shape": result.kernel_shape, "stride": result.stride,
            "pad": [pair[0] if even else list(pair) for pair in result.pad],
            "dilation": result.dilation, "groups": result.groups,
            "transposed": result.transposed, "multiplications": result.multiplications,
        }
        blocks = [Values(result.output)]
        if result.dx is not None:
            arrays = {name: getattr(result, name) for name in FIELDS}
            record |= {name: each for name, each in arrays.items() if each is not None}
            blocks = [Values(record[name], name) for name in FIELDS if name in record]
        return Answer(
            record, blocks, whole="f" not in {block.array.dtype.kind for block in blocks},
            working=partial(working.conv_steps, result),
            at=partial(working.steps_at, result),
            element=lambda field, index: working.element_step(result, str(field[0]), index)
            if field[0] in FIELDS else None,
            advice=partial(working.advice, result),
        )

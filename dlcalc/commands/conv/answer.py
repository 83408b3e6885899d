"""A convolution as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Values

if TYPE_CHECKING:
    from dlcalc.numbers.convolution.conv import Convolution


def conv_answer(result: Convolution, **explained: Any) -> Answer:
    """The output as an array that the next command reads; gradients under their names."""
    record: dict[str, Any] = {
        "output": result.output,
        "shape": result.shape,
        "input_shape": result.input_shape,
        "kernel_shape": result.kernel_shape,
        "stride": result.stride,
        "pad": _pad(result.pad),
        "dilation": result.dilation,
        "groups": result.groups,
        "transposed": result.transposed,
        "multiplications": result.multiplications,
    }
    blocks = [Values(result.output)]
    if result.dx is not None:
        record |= {"dx": result.dx, "dw": result.dw}
        blocks = [Values(record[name], name) for name in ("output", "dx", "dw")]
    return Answer(record, blocks, whole=result.output.dtype.kind != "f", **explained)


def _pad(pairs: tuple[tuple[int, int], ...]) -> list[Any]:
    """Padding per axis: one number where both sides have the same."""
    if all(before == after for before, after in pairs):
        return [before for before, _ in pairs]
    return [list(pair) for pair in pairs]

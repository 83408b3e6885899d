"""The shape where branches meet."""

from __future__ import annotations

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Shape
from dlcalc.models.tree import CONCAT, SCALE, Block
from dlcalc.numbers.axes import by_x


def joined(block: Block, shapes: list[Shape]) -> Shape:
    """The shape where branches meet; ShapeError where they do not fit."""
    if not shapes:
        raise InputError(f"{block.kind} has no branch")
    listed = " and ".join(by_x(shape) for shape in shapes)
    if len({len(shape) for shape in shapes}) > 1:
        raise ShapeError(f"branches give {listed}; they need the same axes")
    if block.kind == CONCAT:
        return _laid_end_to_end(block.axis, shapes, listed)
    output = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    for shape in shapes:
        fits = all(
            size == wanted or (size == 1 and block.kind == SCALE)
            for size, wanted in zip(shape, output, strict=True)
        )
        if not fits:
            raise ShapeError(f"branches give {listed}; they need the same shape")
    return output


def _laid_end_to_end(axis: int, shapes: list[Shape], listed: str) -> Shape:
    if axis >= len(shapes[0]):
        raise ShapeError(f"branches give {listed}, which have no axis {axis}")
    around = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
    if len(around) > 1:
        raise ShapeError(f"branches give {listed}; they may differ in axis {axis} alone")
    total = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])

"""What `dlcalc params` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dlcalc.calc.models.count import params
from dlcalc.calc.models.memory import memory
from dlcalc.calc.models.rows import Count, Row
from dlcalc.calc.models.tree import Model
from dlcalc.cli.example import worked_example
from dlcalc.cli.output import Output
from dlcalc.errors import InputError, did_you_mean
from dlcalc.readers.models import model as read_model
from dlcalc.readers.sources import stdin_has_data


def run_params(
    out: Output, model: Sequence[str], input: Any, layer: str | None, changes: Sequence[str],
    other: str | None, batch: int, dtype: str, optimizer: str, columns: str | None,
) -> None:
    """Read the model, count it, and put it out alone or beside another."""
    if len(model) == 1 and is_weights_file(model[0]):
        if layer is not None or changes or other is not None or columns is not None:
            raise InputError("a weights file has tensors, and no layers to show or change").at(
                model[0]
            )
        _tensors(out, model[0])
        return
    read = given_model("params", model)
    size = shape_of(input)
    held = partial(memory, dtype=dtype, batch=batch, optimizer=optimizer)
    if changes or other is not None:
        if layer is not None or columns is not None or (changes and other is not None):
            raise InputError("--set and --compare go alone, without --layer and --columns")
        _side_by_side(out, read, size, changes, other, held)
        return
    count = params(read, size)
    if layer is not None:
        _one_layer(out, count, layer)
        return
    from dlcalc.render.params import params_answer

    out.emit(params_answer(
        count, held(count), f"{optimizer}, batch {batch}, {dtype}", _columns(columns),
        working=partial(_explain, "model_steps", count),
        element=lambda field, index: _explain("expected_step", count, (), field),
    ))


def _tensors(out: Output, path: str) -> None:
    from dlcalc.readers.weights import read_weights
    from dlcalc.render.weights import weights_answer

    out.emit(weights_answer(path, read_weights(path)))


def is_weights_file(name: str) -> bool:
    """Whether a name ends as those of weights files do."""
    return name.lower().endswith((".safetensors", ".npz", ".npy"))


def given_model(command: str, words: Sequence[str]) -> Model:
    """The model that was named or typed in, else what is on stdin, else the example's."""
    if words:
        return read_model(*words)
    if stdin_has_data():
        return read_model("-")
    return read_model(worked_example(command)["model"])


def shape_of(size: Any) -> tuple[int, ...] | None:
    """The shape of an input given as `--input`."""
    if size is None:
        return None
    shape = (size,) if isinstance(size, int) else tuple(size)
    if min(shape) < 1:
        raise InputError(f"--input {'x'.join(map(str, shape))}: every size is at least 1")
    if len(shape) > 4:
        raise InputError(f"--input has {len(shape)} axes; an input has at most 4, CxDxHxW")
    return shape


def _columns(names: str | None) -> tuple[str, ...]:
    from dlcalc.render.layers import COLUMNS, USUAL

    if names is None:
        return USUAL
    if names == "all":
        return tuple(COLUMNS)
    wanted = tuple(name.strip() for name in names.split(","))
    for name in wanted:
        if name not in COLUMNS:
            raise InputError(f"unknown column {name!r}{did_you_mean(name, COLUMNS)}")
    return wanted


def _one_layer(out: Output, count: Count, name: str) -> None:
    from dlcalc.render.params import layer_answer

    row = find_row(count, name)
    out.emit(layer_answer(
        row, working=partial(_explain, "layer_steps", row),
        element=lambda field, index: _explain("expected_step", count, (row,), field),
    ))


def find_row(count: Count, name: str) -> Row:
    """The row of that name; InputError with the nearest names."""
    for row in count.rows:
        if row.name == name:
            return row
    known = [row.name for row in count.rows]
    raise InputError(f"no layer {name}{did_you_mean(name, known)}")


def _side_by_side(
    out: Output, read: Model, size: tuple[int, ...] | None, changes: Sequence[str],
    other: str | None, held: Any,
) -> None:
    from dlcalc.calc.models.change import change
    from dlcalc.calc.models.comparison import compare
    from dlcalc.readers.notation_values import read_change
    from dlcalc.render.comparison import comparison_answer

    before = params(read, size)
    if other is not None:
        second = read_model(other)
        after = params(second, size)
        names = read.name, second.name
    else:
        second = read
        for text in changes:
            try:
                second = change(second, *read_change(text))
            except InputError as error:
                raise error.at("--set") from None
        after = params(second, size, tolerant=True)
        names = read.name, " ".join(changes)
    result = compare(before, after)
    out.emit(comparison_answer(
        result, (held(before), held(after)), names,
        working=partial(_explain, "comparison_steps", result),
        element=lambda field, index: _explain("expected_step", after, (), field),
    ))


def _explain(what: str, *arguments: Any) -> Any:
    from dlcalc.explain import params as explained

    return getattr(explained, what)(*arguments)

"""What `dlcalc params` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dlcalc.calc.models.count import params
from dlcalc.calc.models.memory import memory
from dlcalc.calc.models.rows import Count, part
from dlcalc.calc.models.tree import Model
from dlcalc.cli import note
from dlcalc.cli.example import worked_example
from dlcalc.cli.output import COMPLETE, Output
from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.readers.models import model as read_model
from dlcalc.readers.notation_values import input_shape


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
    read, size = given_model("params", model, out.piped), shape_of(input)
    held = partial(memory, dtype=dtype, batch=batch, optimizer=optimizer)
    if changes or other is not None:
        _side_by_side(out, read, size, changes, other, layer, held, columns)
        return
    count = params(read, size)
    training = f"{optimizer}, batch {batch}, {dtype}"
    if layer is not None:
        count = part(count, layer)
        if len(count.rows) == 1 and columns is None:
            _one_layer(out, count, held, training)
            return
    from dlcalc.render.layers import USUAL
    from dlcalc.render.params import params_answer

    out.emit(params_answer(
        count, held, training, _columns(columns, USUAL),
        working=partial(_explain, "model_steps", count),
        element=lambda field, index: _explain("expected_step", count, field, index),
    ))


def _tensors(out: Output, path: str) -> None:
    from dlcalc.readers.weights import read_weights
    from dlcalc.render.weights import weights_answer

    out.emit(weights_answer(path, read_weights(path)))


def is_weights_file(name: str) -> bool:
    """Whether a name ends as those of weights files do."""
    return name.lower().endswith((".safetensors", ".npz", ".npy"))


def given_model(command: str, words: Sequence[str], piped: bool) -> Model:
    """The model that was named or typed in, else what is on stdin, else the example's."""
    if words:
        return read_model(*words)
    if piped:
        return read_model("-")
    return read_model(worked_example(command)["model"])


def shape_of(size: Any) -> tuple[int, ...] | None:
    """The shape of an input given as `--input`."""
    if size is None:
        return None
    try:
        return input_shape(size)
    except InputError as error:
        raise error.at("--input") from None


def _columns(names: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    from dlcalc.render.layers import COLUMNS

    if names is None:
        return usual
    if names == "all":
        return tuple(COLUMNS)
    wanted = tuple(name.strip() for name in names.split(","))
    for name in wanted:
        if name not in COLUMNS:
            raise InputError(f"unknown column {name!r}{did_you_mean(name, COLUMNS)}")
    return wanted


def _one_layer(out: Output, count: Count, held: Any, training: str) -> None:
    from dlcalc.render.params import layer_answer

    row = count.rows[0]
    out.emit(layer_answer(
        row, held, training, working=partial(_explain, "layer_steps", row),
        element=lambda field, index: _explain("layer_step", row, field, index),
    ))


def _side_by_side(
    out: Output, read: Model, size: tuple[int, ...] | None, changes: Sequence[str],
    other: str | None, layer: str | None, held: Any, columns: str | None,
) -> None:
    from dlcalc.calc.models.comparison import compare
    from dlcalc.render import comparison as drawn

    before = params(read, size)
    changed = _changed(read, changes)
    names = read.name, " ".join(changes)
    after = params(changed, size, tolerant=True)
    _check_changes(before, after)
    if other is not None:
        second = read_model(other)
        names = " with ".join(filter(None, names)), second.name
        before, after = after, params(second, size)
    if layer is not None:
        before, after = part(before, layer), part(after, layer)
    result = compare(before, after)
    if out.format in COMPLETE:
        for text in drawn.misfits(result):
            note(text)
    out.emit(drawn.comparison_answer(
        result, held, names, _columns(columns, drawn.USUAL),
        working=partial(_explain, "comparison_steps", result),
        element=lambda field, index: _explain("expected_step", after, field, index),
    ))


def _changed(read: Model, changes: Sequence[str]) -> Model:
    from dlcalc.calc.models.change import change
    from dlcalc.readers.notation_values import read_change

    for text in changes:
        try:
            read = change(read, *read_change(text))
        except InputError as error:
            raise error.at("--set") from None
    return read


def _check_changes(before: Count, after: Count) -> None:
    """Refuse a change that its own layer cannot have, whatever comes to it."""
    misfit = after.misfit
    if misfit is None:
        return
    today = {row.name: row.input for row in before.rows}.get(after.misfit_name)
    if not isinstance(misfit, ShapeError) or today == after.misfit_input:
        raise misfit.at("--set")


def _explain(what: str, *arguments: Any) -> Any:
    from dlcalc.explain import params as explained

    return getattr(explained, what)(*arguments)

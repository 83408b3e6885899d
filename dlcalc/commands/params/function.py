"""The Python function `params`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from dlcalc.errors import InputError
from dlcalc.models.changes import Comparison, change
from dlcalc.models.changes import compare as beside
from dlcalc.models.count import Count, part
from dlcalc.models.notation import input_shape, read_change
from dlcalc.models.reading import AnyModel, Size, as_model
from dlcalc.models.tree import Model, Value
from dlcalc.models.use import Use

if TYPE_CHECKING:
    from dlcalc.conventions.models import Figure

Changes = Mapping[str, Value] | Sequence[str]


@overload
def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: None = None,
    framework: str | None = None, **use: Any,
) -> Count: ...


@overload
def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: AnyModel, **use: Any,
) -> Comparison: ...


@overload
def params(
    model: AnyModel, input: Size | None = None, *, set: Changes | None = None,
    counter: str, **use: Any,
) -> Figure: ...


def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: AnyModel | None = None,
    framework: str | None = None, counter: str | None = None, **use: Any,
) -> Count | Comparison | Figure:
    """Parameters, shapes, multiply-accumulates, receptive fields and memory of a model.

    `model` is a name of the zoo, a file in the layer notation, a list of layers, or what
    `dlcalc.model` gives; `input` is the shape of one example where the model does not say
    it, or another one; `layer` a layer or block to count alone; `set` changes arguments of
    layers first, by name or as texts such as "C1.kernel=4"; `compare` puts another model beside
    it. What else is asked goes by the command's names: `batch`, `dtype`, `optimizer` or `recipe`
    for the bytes; `tokens`, `cached` and `causal` for the products and the cache; `lora`
    ("8:q,v"); `devices` with `shard`; `fit` (bytes). With `framework` names, shapes and
    parameters are those of that framework; with `counter`, as `--as`, the figure that this
    counter prints, and why. A file of weights gives what it holds: its `params`, `trainable`,
    `buffers` and `tensors`. Raises InputError and FileError for what is no model, and
    ShapeError for the first layer that does not fit.

    >>> params("lenet").params
    61706
    >>> params("lenet", set={"C1.kernel": 4, "S2.stride": 2}, layer="C1").rows[0].params
    102
    >>> params(["conv 6 5"], input=(1, 32, 32), dtype="int8", optimizer="sgd").memory
    Memory(weights=156, activations=4704, gradients=156, optimizer=0)
    >>> params("resnet18", compare="resnet34").after.params
    21797672
    >>> params("lstm 4", "7x3", framework="keras").params
    128
    >>> params("conv 4 3", "3x8x8", counter="torchinfo").items
    (Item(what='biases', number=144),)
    >>> params("gpt2", cached=100, dtype="float16").cache_bytes == 12 * 2 * 768 * 101 * 2
    True
    """
    asked = Use.of(use)
    options = input, layer, set, compare, framework, counter
    plain = not use and all(each is None for each in options)
    read: Any = _model_or_weights(model, plain)
    if not isinstance(read, Model):
        return read  # type: ignore[no-any-return]
    changed = changed_by(read, set or {})
    if counter is not None:
        from dlcalc.conventions.models import figure

        counted = asked.counted(changed, None if input is None else input_shape(input))
        return figure(changed, asked.added(counted), counter, asked.batch)
    counts = []
    for each in (changed,) if compare is None else (changed, as_model(compare)):
        count = asked.counted(each, None if input is None else input_shape(input))
        if framework is not None:
            from dlcalc.conventions.models import framed

            count = framed(each, count, framework).model
        counts.append(asked.added(count if layer is None else part(count, layer)))
    return counts[0] if compare is None else beside(*counts)


def _model_or_weights(model: AnyModel, plain: bool) -> Any:
    """The model; for `plain` counts what its files hold, where layers do not tell the same."""
    words = [model] if isinstance(model, str) else model if isinstance(model, list) else []
    if not words or not all(isinstance(each, str) and os.path.exists(each) for each in words):
        return as_model(model)
    from dlcalc.models.files import reading

    if len(words) == 1 and os.path.isdir(words[0]):
        words = [reading.of_folder(words[0])[0] or ""]
    if not all(map(reading.is_weights_file, words)) or (
        len(words) > 1 and not reading.are_parts(words)
    ):
        return as_model(model)
    held = reading.read_weights(*words)
    try:
        layers = reading.layered(held)
        same = not plain or Use().counted(layers, None).params == held.params
    except InputError:
        if not plain:
            raise
        same = False
    return layers if same else held


def changed_by(model: Model, changes: Changes) -> Model:
    """A model with arguments of its layers changed, by name or as `--set` takes them.

    >>> changed_by(as_model("conv 6 5"), "conv1.kernel=4").body[0].text
    'conv 6 4'
    """
    if isinstance(changes, Mapping):
        given = [(*target.rpartition(".")[::2], value) for target, value in changes.items()]
    else:
        texts = [changes] if isinstance(changes, str) else changes
        if not isinstance(texts, Sequence) or not all(isinstance(each, str) for each in texts):
            raise InputError(f"set: {changes!r:.40}: write {{'C1.kernel': 4}} or 'C1.kernel=4'")
        given = [read_change(each) for each in texts]
    for each in given:
        model = change(model, *each)
    return model

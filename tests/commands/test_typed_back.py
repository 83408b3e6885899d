"""Every line of a working typed back gives its number, on random problems.

Those of mlp, vae, step, grad and gan stand beside the other tests of these commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.commands.kl.working import kl_steps
from dlcalc.errors import DlcalcError
from dlcalc.formulas.expressions import Expr, element, symbol
from dlcalc.layers.cells.working import CellWorking
from dlcalc.layers.size_steps import values_of
from dlcalc.models.working import layer_steps
from dlcalc.numbers.gaussians import kl as divergence
from dlcalc.numbers.places import Place
from dlcalc.numbers.sizes import Axis
from dlcalc.shell.runner import answer_of
from tests.derive.typed import untrue

SMALL = st.integers(1, 3)
SEEDS = st.integers(0, 10**6)
ACTIVATED = st.sampled_from(["sigmoid", "tanh", "relu", "identity", "softplus"])


def steps_of(result: Any) -> list[Any]:
    command = getattr(result, "command", None) or result._command
    return list(answer_of(result, command).working())


def sizes_of(axes: tuple[Axis, ...]) -> Mapping[Expr, Any]:
    """The letters of a size, of its only axis."""
    return values_of(axes[0]) | {symbol("O"): axes[0].output}


def elements_of(name: str, array: Any) -> Mapping[Expr, Any]:
    return {element(name, at): array[at] for at in np.ndindex(*np.shape(array))}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), SMALL, st.integers(0, 3), SMALL, st.data())
def test_size(input: int, kernel: int, stride: int, pad: int, dilation: int, data: Any) -> None:
    kind = data.draw(st.sampled_from(["", "ceil", "transposed"]))
    given: dict[str, Any] = {kind: True} if kind else {}
    sides = data.draw(st.sampled_from([pad, ((pad, 1),)]))
    try:
        result = dlcalc.size(input, kernel, stride, sides, dilation, **given)
    except DlcalcError:
        assume(False)
    assert untrue(steps_of(result), values_of(result.axes[0])) == []


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 5), SMALL, st.integers(0, 2), SMALL, SMALL, st.booleans(),
    st.integers(1, 2),
)
def test_mults(
    input: int, kernel: int, stride: int, pad: int, dilation: int, channels: int, conv: bool,
    dims: int,
) -> None:
    try:
        result = dlcalc.mults(
            input, kernel, stride, pad, dilation=dilation, channels=(channels, 2), dims=dims,
            conv=conv,
        )
    except DlcalcError:
        assume(False)
    [stage] = result.stages
    outputs = [phase.outputs for phase in stage.phases[0] for _ in range(phase.copies)]
    taps = [phase.taps for phase in stage.phases[0] for _ in range(phase.copies)]
    given = {symbol("m"): outputs, symbol("r"): taps, symbol("t"): stage.tile}
    assert untrue(steps_of(result), {**sizes_of(stage.axes), **given}) == []


@settings(max_examples=30, deadline=None)
@given(SEEDS, SMALL, st.integers(0, 1), st.booleans(), st.booleans())
def test_conv(seed: int, stride: int, pad: int, transposed: bool, flip: bool) -> None:
    """Decimals, channels, a bias and all gradients."""
    draw = np.random.default_rng(seed)
    x, w = draw.normal(size=(2, 4)).round(2), draw.normal(size=(2, 2, 3)).round(2)
    given: dict[str, Any] = {
        "stride": stride, "pad": pad, "transposed": transposed, "flip": flip, "bias": [0.5, -1],
    }
    shape = dlcalc.conv(x, w, **given).shape
    result = dlcalc.conv(x, w, **given, upstream=draw.integers(-9, 9, shape))
    assert untrue(steps_of(result), values_of(result.axes[0])) == []


@settings(max_examples=30, deadline=None)
@given(SEEDS, SMALL, st.sampled_from(["max", "avg"]), st.booleans())
def test_pool(seed: int, stride: int, kind: str, ceil: bool) -> None:
    draw = np.random.default_rng(seed)
    x = draw.integers(-9, 9, (3, 4))
    given: dict[str, Any] = {"kernel": 2, "stride": stride, "pad": 1, "kind": kind, "ceil": ceil}
    upstream = draw.integers(-9, 9, dlcalc.pool(x, **given).shape)
    result = dlcalc.pool(x, **given, upstream=upstream)
    known = {**values_of(result.axes[0]), **elements_of("dy", upstream)}
    assert untrue(steps_of(result), known) == []


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["lstm", "gru", "rnn"]), SEEDS, SMALL, SMALL, SMALL, st.integers(0, 2),
    st.data(),
)
def test_cells(
    kind: str, seed: int, hidden: int, inputs: int, steps: int, batch: int, data: Any
) -> None:
    draw, lead = np.random.default_rng(seed), [batch] if batch else []
    gates = {"lstm": "ifog", "gru": "rzn", "rnn": "h"}[kind]
    rows = len(gates) * hidden
    given: dict[str, Any] = {
        "W": draw.normal(size=(rows, hidden + inputs)), "b": draw.normal(size=rows),
        "x": draw.normal(size=(steps, *lead, inputs)), "h0": draw.normal(size=(*lead, hidden)),
    }
    loss = data.draw(st.sampled_from(["", "squared_error", "mse", "cross_entropy",
                                      "binary_cross_entropy"]))
    if loss:
        target = draw.uniform(size=(steps, *lead, hidden))
        given |= {"target": target / target.sum(axis=-1, keepdims=True), "loss": loss}
    else:
        given["dh"] = draw.normal(size=(steps, *lead, hidden))
    if kind == "rnn":
        given["activation"] = data.draw(ACTIVATED)
    else:
        given["activations"] = {data.draw(st.sampled_from(gates)): data.draw(ACTIVATED)}
    if kind == "gru":
        given["reset"] = data.draw(st.sampled_from(["after", "before"]))
    lines = CellWorking(getattr(dlcalc, kind)(**given))
    names = {name: value for name, value in lines.whole.values.items() if name.kind == "symbol"}
    assert untrue(lines.steps(), names) == []


@pytest.mark.parametrize("model", [
    "gpt2", "gpt-oss-20b", "deepseek-v2-lite", "mamba-2.8b", "qwen3-next-80b-a3b", "t5-base",
    "resnet18", "unet",
])
def test_params_and_reduce(model: str) -> None:
    count = dlcalc.params(model)
    rows = {row.type: row for row in count.rows if row.params}
    assert rows
    assert untrue(steps_of(count)) == []
    for row in rows.values():
        assert untrue(layer_steps(row)) == []
        assert untrue(steps_of(dlcalc.reduce(model, layer=row.name))) == []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([
        "conv {a} {b} stride={c} pad={c}", "conv_transpose {a} {b} stride={c}", "dwconv {b}",
        "flatten; linear {a}", "batchnorm", "maxpool {b}", "flatten; sequence; lstm {a}",
    ]),
    st.integers(1, 9), SMALL, SMALL, st.integers(3, 9),
)
def test_params_of_any_layer(layer: str, a: int, b: int, c: int, side: int) -> None:
    try:
        count = dlcalc.params(layer.format(a=a, b=b, c=c), input=(c, side, side + 1))
    except DlcalcError:
        assume(False)
    assert untrue(layer_steps(count.rows[-1])) == []


@settings(max_examples=30, deadline=None)
@given(*[st.integers(0, 40)] * 3)
def test_diagnose(train: int, test: int, target: int) -> None:
    assert untrue(steps_of(dlcalc.diagnose(train / 100, test / 100, target=target / 100))) == []


@settings(max_examples=30, deadline=None)
@given(SEEDS, SMALL)
def test_kl(seed: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    pair = [
        {"mean": draw.normal(size=size), "covariance": factor @ factor.T + np.eye(size)}
        for factor in draw.normal(size=(2, size, size))
    ]
    result = divergence(*pair)
    difference = pair[0]["mean"] - pair[1]["mean"]
    assert untrue(kl_steps(result, result.gradients), {symbol("d"): difference}) == []


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(3, 6))
def test_kl_of_discrete_distributions(seed: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    answer = answer_of(dlcalc.kl(*draw.dirichlet(np.ones(size), 2)), "kl")
    places = [Place(each) for each in (("terms",), ("gradients", "q"), ("gradients", "p"))]
    steps = [answer.element(field, (size - 1,)) for field in places]
    assert untrue([*answer.working(), *steps]) == []
    assert all(step and step.numbers for step in steps)


@pytest.mark.parametrize("means", [[-1, 2], [[-1, 0], [2, 1]]])
def test_posterior(means: Any) -> None:
    size = np.size(means[0])
    given = {
        symbol(name, k + 1): each for name, values in (
            ("π", [0.4, 0.6]), ("μ", np.reshape(means, (2, size)).tolist()),
            ("Σ", [np.eye(size), 0.5 * np.eye(size)]),
        ) for k, each in enumerate(values)
    }
    result = dlcalc.posterior([0.4, 0.6], means, [1, 0.5])
    assert untrue(steps_of(result), given) == []

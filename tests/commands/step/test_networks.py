"""Every layer type that has values: gradients against differences, parameters against counts."""

from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.step.answer import check_step
from dlcalc.commands.step.working import step_steps
from dlcalc.derive import rules
from dlcalc.layers.table import types
from dlcalc.layers.values import values_of
from dlcalc.numbers import threads
from tests.derive.typed import untrue_letters, untrue_numbers

NETWORKS = [
    "input 2x3x4x3; conv 4 2x2x1 pad=1x0x0 stride=1x2x1 groups=2; batchnorm; relu; avgpool 2 pad=1",
    "input 2x2x2x2; conv_transpose 4 2 stride=2 groups=2; maxpool 2 stride=1; globalpool; flatten",
    "input 4x3x3; conv_transpose 4 3 stride=2 pad=1 output_padding=1 dilation=2 groups=2; silu",
    "input 2x5x4; adaptivepool 3 kind=max; conv 2 2",
    "input 3x7; dwconv 3 dilation=2 multiplier=2; prelu 6; avgpool 2 ceil=yes affine=yes; gelu",
    "input 3x5x4; conv 3 3 pad=same; lrn 3; adaptivepool 2x3; hard_swish; crop 2",
    "input 4x3x3; conv 4 2x3 pad=1:0x0:1 dilation=1x1; groupnorm 2; upsample 2 mode=linear; mish",
    "input 2x4x4; upsample 3; instancenorm affine=yes; elu 0.7; maxpool 3 stride=2 pad=1 ceil=yes",
    "input 6; linear 4; layernorm affine=no; selu; prelu; rbf 3; log_softmax",
    "input 3x6; linear 4; batchnorm; rmsnorm; attention 4 kv_heads=2; softmax",
    "input 4x5; attention 2 head_width=3 bias=no; layernorm; position; prepend 2; select 0",
    "input 2x3; gru 2 layers=2 bidirectional=yes; lstm 1 bidirectional=yes output=last; softplus",
    "input 4x3; rnn 2 layers=2 bias=single; lstm 2 layers=2 bias=no; transpose; flatten; sigmoid",
    "input 5; a: linear 5; tanh; b: linear 5 tie=a; c: linear 5 share=a; leaky_relu 0.3",
    "input 2x4; a: linear 4; scale:\n  branch: linear 4\n  branch: sequence_free: linear 4\n"
    "concat axis=1:\n  branch: linear 2\n  branch:\n  branch: tanh\nrepeat 2:\n  gru 3\nrelu6",
    "input 2x3x3; scale:\n  branch:\n  branch: globalpool; conv 2 1; hard_sigmoid\n"
    "layernorm over=channels; sequence; reshape 3x6; layernorm over=all; identity",
]


@pytest.mark.parametrize("model", NETWORKS, ids=range(len(NETWORKS)))
def test_gradients_are_those_of_differences(model: str) -> None:
    """In a batch; and one example by itself has the gradients of a batch of one."""
    net = dlcalc.model(model)
    count = dlcalc.params(net)
    rng = np.random.default_rng(len(model))
    x, upstream = rng.normal(size=(3, *count.input)), rng.normal(size=(3, *count.output))
    held = {"rbf1.weight": rng.normal(size=(3, 4))} if "rbf" in model else {}
    given: dict[str, Any] = {"parameters": held, "init": "uniform", "seed": 5}
    found = dlcalc.step(net, x, upstream=upstream, **given)
    held_by_all = sum(node.value.size for node in found.ran.store.parameters.values())
    assert held_by_all == count.params
    for each in check_step(found):
        assert each.passed, (each.name, each.central_error, each.complex_error)
    one = dlcalc.step(net, x[:1], upstream=upstream[:1], **given)
    alone = dlcalc.step(net, x[0], upstream=upstream[0], **given)
    for batch, step in (((3,), found), ((1,), one), ((), alone)):
        assert [each.output.shape for each in step.layers] == [
            (*batch, *row.output) for row in count.rows]
    for name, gradient in alone.gradients.items():
        same = np.reshape(one.gradients[name], np.shape(gradient))
        np.testing.assert_allclose(gradient, same, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("model", NETWORKS, ids=range(len(NETWORKS)))
def test_more_cores_find_the_same(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net = dlcalc.model(model)
    x = np.random.default_rng(1).normal(size=(2, *dlcalc.params(net).input))
    held = {"rbf1.weight": np.ones((3, 4))} if "rbf" in model else {}

    def found() -> dict[str, np.ndarray]:
        target = np.zeros((2, *dlcalc.params(net).output))
        step = dlcalc.step(net, x, target, loss="mse", parameters=held, init="uniform", seed=3)
        return {name: np.asarray(each) for name, each in step.gradients.items()}

    alone = found()
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS", "LEAST_SHARED"):
        monkeypatch.setattr(threads, least, 0)
    monkeypatch.setattr(rules, "LEAST_JOB", 0)
    monkeypatch.setattr(threads, "cores", lambda: 2)
    for name, gradient in found().items():
        np.testing.assert_allclose(gradient, alone[name], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("model", NETWORKS, ids=range(len(NETWORKS)))
def test_every_line_of_the_working_is_true_as_it_is_typed(model: str) -> None:
    net = dlcalc.model(model)
    count, rng = dlcalc.params(net), np.random.default_rng(7)
    loss = [*OPTIMIZERS][len(model) % 3]
    held = {"rbf1.weight": rng.normal(size=(3, 4))} if "rbf" in model else {}
    found = dlcalc.step(
        net, rng.normal(size=count.input), rng.uniform(size=count.output), loss=loss,
        parameters=held, init="uniform", seed=2, optimizer=OPTIMIZERS[loss],
    )
    assert untrue_numbers(step_steps(found)) == []
    assert untrue_letters(found.ran.graph) == []


ALONE = (
    "2x1x2; softmax", "2x2; softmax", "3; log_softmax", "2x1; prelu 2", "1x2; rmsnorm",
    "2x2; layernorm", "2x1x2; batchnorm", "2x2; instancenorm", "3x1; lrn 2", "2x2; attention 1",
    "1x3; maxpool 2 stride=1", "1x3; avgpool 2 stride=1 pad=1", "1x2; upsample 2 mode=linear",
    "1x3; conv 2 2", "1x2; conv_transpose 1 2 stride=2", "2x1; prepend 1", "2x1; gru 1",
    "1x3; adaptivepool 2 kind=max", "2x2; select -1", "2x1x2; globalpool", "2; elu 0.5", "2; mish",
)


@pytest.mark.parametrize("model", ALONE)
@pytest.mark.parametrize("batch", [(), (2,)])
def test_every_line_of_a_layer_alone_is_true_as_it_is_typed(
    model: str, batch: tuple[int, ...]
) -> None:
    """So small that no line is cut short."""
    net, rng = dlcalc.model(f"input {model}"), np.random.default_rng(3)
    count = dlcalc.params(net)
    found = dlcalc.step(net, rng.normal(size=(*batch, *count.input)).round(2), init="uniform",
                        upstream=rng.normal(size=(*batch, *count.output)).round(2))
    assert untrue_numbers(step_steps(found)) == []
    assert untrue_letters(found.ran.graph) == []


OPTIMIZERS = {"mse": "adam", "huber": "radam", "bce_with_logits": "rmsprop"}


def test_a_mask_in_attention_and_dropout_and_a_table() -> None:
    model = "input 3; embedding 4 4; attention 2; d: dropout 0.25; linear 2"
    masks = {"attention1": np.tril(np.ones((3, 3))), "d": [[[1, 0, 1, 1]] * 3] * 2}
    found = dlcalc.step(
        model, [[0, 1, 3], [2, 2, 1]], [[0, 1, 1], [1, 0, 0]], loss="cross_entropy", init="uniform",
        masks=masks,
    )
    assert "x" not in found.gradients
    assert all(each.passed for each in check_step(found))
    assert untrue_letters(found.ran.graph) == []
    first = next(each for each in found.ran.graph.nodes if each.name == "attention1.A")
    assert first.value[0, 0, 0].tolist()[0][1:] == [0, 0]


def test_each_type_has_values_or_says_that_it_has_none() -> None:
    without = {
        type for type in types()
        if not any(f"{type} " in f"{text} " or f"{type}\n" in text or f"{type};" in text
                   for text in [*NETWORKS, "embedding dropout"])
    }
    for type in without:
        with pytest.raises(dlcalc.errors.InputError, match="counted"):
            values_of(type)

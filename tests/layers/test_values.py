"""Values of layers by their definitions, and what a layer's output sees of the first input."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.errors import DlcalcError
from tests.golden import check
from tests.shell.running import invoke


def output(model: str, x: Any, **more: Any) -> Any:
    """What a model makes of x."""
    given = np.asarray(x, float)
    model = f"input {'x'.join(map(str, given.shape))}; {model}"
    probe = dlcalc.params(model)
    ones = np.ones(probe.rows[-1].output)
    return dlcalc.step(model, given, upstream=ones, init="xavier", **more).output


@pytest.mark.parametrize(
    ("factor", "found"),
    [
        (2, [0, 1, 3, 5.5, 8.5, 10]),
        (3, [0, 0, 4 / 3, 8 / 3, 4, 6, 8, 10, 10]),
    ],
)
def test_between_two_elements_it_is_their_mean_by_distance(factor: int, found: Any) -> None:
    """As torch.nn.functional.interpolate has it, mode linear."""
    assert output(f"upsample {factor} mode=linear", [[0, 4, 10]])[0] == pytest.approx(found)
    assert output(f"upsample {factor}", [[0, 4, 10]])[0].tolist() == [
        each for each in (0, 4, 10) for _ in range(factor)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_lrn_divides_by_the_mean_square_of_neighbours(size: int) -> None:
    """Of an even number of channels one more lies before than behind, as in PyTorch."""
    x = np.arange(1.0, 21).reshape(5, 2, 2)
    near = [(x[max(0, i - size // 2) : i + (size + 1) // 2] ** 2).sum(axis=0) for i in range(5)]
    expected = x / (1 + 2 * np.array(near) / size) ** 0.5
    assert output(f"lrn {size} alpha=2 beta=0.5 k=1", x) == pytest.approx(expected)


def test_a_crop_is_the_middle_and_of_two_middles_the_first() -> None:
    x = np.arange(35.0).reshape(1, 5, 7)
    assert output("crop 2x3", x).tolist() == x[:, 1:3, 2:5].tolist()
    assert output("crop 5x1", x).tolist() == x[:, :, 3:4].tolist()
    assert output("select -2", x[0]).tolist() == x[0, 3].tolist()
    assert output("select -5", x[0]).tolist() == x[0, 0].tolist()
    with pytest.raises(DlcalcError, match="step -6 is not among its 5"):
        output("select -6", x[0])


@pytest.mark.parametrize("framework", ["pytorch", "mlx"])
def test_groups_are_neighbouring_channels_but_in_mlx_every_so_many_th(framework: str) -> None:
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    found = output("groupnorm 2 affine=no", x, framework=framework)
    for n in range(2):
        part = slice(n, None, 2) if framework == "mlx" else slice(3 * n, 3 * n + 3)
        group = x[part]
        expected = (group - group.mean()) / np.sqrt(group.var() + 1e-5)
        assert found[part] == pytest.approx(expected)


def test_softmax_is_over_features_and_of_maps_over_channels() -> None:
    """As torch.nn.functional.softmax has it where no axis is named."""
    x = np.arange(12.0)
    for shape, axis in (((12,), 0), ((3, 4), 1), ((3, 2, 2), 0)):
        given = x.reshape(shape)
        raised = np.exp(given - given.max())
        expected = raised / raised.sum(axis=axis, keepdims=True)
        assert output("softmax", given) == pytest.approx(expected)


def test_a_table_gives_the_rows_of_its_numbers() -> None:
    table = np.arange(8.0).reshape(4, 2)
    weights = {"embedding1.weight": table}
    for tokens in ([0, 3, 3], [1, 2, 0]):
        step = dlcalc.step(
            "input 3; embedding 4 2", tokens, upstream=np.ones((3, 2)), parameters=weights
        )
        assert step.output.tolist() == table[tokens].tolist()
    for wrong in ([0, 4, 1], [-1, 0, 0], [0.5, 0, 0]):
        with pytest.raises(DlcalcError, match="embedding1 takes whole numbers from 0 to 3, the"):
            dlcalc.step(
                "input 3; embedding 4 2", wrong, upstream=np.ones((3, 2)), parameters=weights
            )


def test_running_statistics_move_by_a_tenth_towards_those_of_the_batch() -> None:
    """The variance as an estimate, over one less."""
    x = np.array([[[1.0], [2.0]], [[3.0], [8.0]], [[5.0], [2.0]]])
    found = dlcalc.step("input 2x1; batchnorm", x, upstream=np.ones((3, 2, 1)), init="zeros")
    tracked = found.ran.store.tracked
    assert tracked["batchnorm1.running_mean"] == pytest.approx(0.1 * x.mean(axis=(0, 2)))
    assert tracked["batchnorm1.running_var"] == pytest.approx(
        0.9 + 0.1 * x.var(axis=(0, 2), ddof=1)
    )


SEEN = (
    "4x6 conv 4 3 pad=1; transpose",
    "4x6 dwconv 3 pad=1; transpose",
    "1x6 conv 1 3; transpose",
    "4x6 conv 4 3 pad=1 groups=2; transpose",
    "4x6 conv 4 3 connections=1*4; transpose",
    "6x8 causal_conv 3; prepend 2",
    "6x8 prepend 2; causal_conv 3; select 0",
    "6x8 select 1; linear 4",
    "3x9x8 crop 4x3",
    "3x9x8 conv 2 3; crop 4x3; maxpool 2",
    "4x6x6 grid_attention 2 3; conv 2 3",
    "4x2x4 grid_attention 2 2; conv 2 1",
    "4x6x6 grid_attention 2; conv 2 3",
    "4x3x3 conv_transpose 2 2 stride=2; conv 1 2",
    "4x6 maxpool 2; flatten; linear 3",
    "4x4x4 dwconv 3 pad=1; sequence; attention 2",
    "4x4x4 dwconv 3; globalpool; flatten",
    "4x4x4 dwconv 3; sequence; layernorm",
    "4x6x6 upsample 2; conv 2 3",
    "4x6x6 adaptivepool 4; conv 2 3",
    "4x6 lstm 3 output=last",
    "3x4x4 conv 2 3 pad=1; batchnorm; relu; maxpool 2",
    "4x5x5 lrn 3; dwconv 3",
    "4x5x5 layernorm over=channels; dwconv 3",
    "4x5x5 instancenorm; conv 2 1",
    "4x5x5 groupnorm 2; conv 2 1",
    "6x4 rmsnorm; transpose; conv 2 3",
    "6x4 position; linear 2",
    "3x7x5 adaptivepool 3x2; conv 1 1",
    "3x2x2 adaptivepool 4; conv 1 2",
    "4x5x5 globalpool",
    "4x6 upsample 2 mode=linear; conv 2 2",
    "4x6 upsample 3 mode=linear; conv 2 2",
    "4x6 avgpool 3 stride=2 pad=1 ceil=yes; conv 1 1",
    "2x5x5 maxpool 2 dilation=2; dwconv 2",
    "2x5x5 dwconv 3 multiplier=2 pad=2 dilation=2; dwconv 1",
    "4x6 relu; dropout 0.5; softmax",
    "4x5x5 softmax; dwconv 2",
    "1x5 conv_transpose 1 3 stride=2 pad=1 output_padding=1; transpose",
    "2x3x4 flatten; relu",
    "3x5 conv_transpose 3 2 groups=3; transpose",
    "3x5 conv 6 2 groups=3; transpose",
    "4x5x5 reshape 10x10; transpose",
    "6 embedding 9 4; causal_conv 2",
)


@pytest.mark.parametrize("line", SEEN)
def test_what_an_output_sees(line: str, regenerate: bool) -> None:
    """Fields, jumps and starts, layer by layer."""
    size, _, layers = line.partition(" ")
    done = invoke(
        "params",
        "--input",
        size,
        *layers.split("; "),
        "--columns",
        "output,field,jump,start,unclipped",
        "-f",
        "csv",
    )
    check("fields.json", line, [*done.out.splitlines(), *done.err.splitlines()], regenerate)


@pytest.mark.parametrize(
    ("model", "x"),
    [
        ("input 1x2x1; upsample 2", [[[1], [2]]]),
        ("input 1x2; upsample 2 mode=linear", [[1, 3]]),
        ("input 2x1x1; softmax", [[[1]], [[2]]]),
        ("input 2x2; softmax", [[1, 2], [0, 1]]),
        ("input 3x1; lrn 2", [[1], [2], [3]]),
        ("input 2x1; prelu", [[1], [-2]]),
        ("input 2x1x1; prelu 2", [[[-1]], [[-2]]]),
        ("input 2; embedding 3 2", [0, 2]),
        ("input 2x1; batchnorm", [[[1], [2]], [[3], [6]]]),
        ("input 2x1; groupnorm 1", [[1], [3]]),
        ("input 2x2; layernorm", [[1, 2], [0, 1]]),
        ("input 1x2; rmsnorm", [[3, 4]]),
        ("input 2x2; instancenorm affine=yes", [[1, 2], [0, 1]]),
        ("input 2x1; prepend 1", [[1], [2]]),
        ("input 2x2; attention 1", [[1, 2], [0, 1]]),
        ("input 2x1; position", [[1], [2]]),
        ("input 2x2; attention 2 kv_heads=1 bias=no", [[1, 2], [0, 1]]),
        ("input 2x1; rnn 1 bias=no", [[1], [2]]),
        ("input 2x1; lstm 1 bias=single", [[1], [2]]),
        *(
            (f"input {size}; {layer}", pair)
            for size, layer, pair in (
                ("2x1", "rnn 1", [[[1], [2]], [[0], [1]]]),
                ("2x1", "groupnorm 1", [[[1], [3]], [[0], [1]]]),
                ("2x2", "attention 1 bias=no", [[[1, 2], [0, 1]], [[1, 0], [0, 2]]]),
                ("2x1", "prepend 1", [[[1], [2]], [[0], [1]]]),
                ("2x1", "flatten", [[[1], [2]], [[0], [1]]]),
                ("2x1x1", "sequence", [[[[1]], [[2]]], [[[0]], [[1]]]]),
                ("2", "reshape 1x2", [[1, 2], [0, 1]]),
                ("2", "embedding 2 1", [[0, 1], [1, 1]]),
                ("2x2", "select 1", [[[1, 2], [0, 1]]] * 2),
                ("2x2", "batchnorm over=features", [[[1, 2], [0, 1]], [[5, 0], [2, 2]]]),
                ("1x2", "upsample 2", [[[1, 2]], [[0, 1]]]),
                ("1x2", "crop 1", [[[1, 2]], [[0, 1]]]),
            )
        ),
        ("input 2x1; rnn 1", [[1], [2]]),
        ("input 2x1; gru 1 output=last", [[1], [2]]),
        ("input 2x1; lstm 1 bidirectional=yes", [[1], [2]]),
        ("input 1x1; lstm 1 layers=2", [[1]]),
        ("input 1x3; conv 1 2", [[1, 2, 3]]),
        ("input 2x2; dwconv 2", [[1, 2], [3, 4]]),
        ("input 1x2; conv_transpose 1 2", [[1, 2]]),
        ("input 1x3; maxpool 2 stride=1", [[1, 3, 2]]),
        ("input 1x3; avgpool 2 stride=1", [[1, 3, 2]]),
        ("input 1x2x2; globalpool", [[[1, 2], [3, 4]]]),
        ("input 1x3; avgpool 2 pad=1 affine=yes", [[1, 3, 2]]),
        ("input 2x1; dwconv 1", [[1], [2]]),
        ("input 1x3; avgpool 2 stride=2 pad=1 exclude_pad=yes ceil=yes", [[1, 3, 2]]),
        ("input 1x4; maxpool 2", [[1, 3, 2, 0]]),
        ("input 1x4; avgpool 2", [[1, 3, 2, 0]]),
        ("input 1x4; maxpool 2 dilation=2 stride=1", [[1, 3, 2, 0]]),
        ("input 1x3; adaptivepool 2 kind=max", [[1, 3, 2]]),
        ("input 2x2; conv 2 2 groups=2 stride=2", [[1, 3], [2, 0]]),
        ("input 2x1; conv_transpose 2 2 groups=2 bias=no", [[1], [2]]),
        ("input 1x2; conv_transpose 1 2 stride=2 output_padding=1", [[1, 2]]),
        ("input 1x3; adaptivepool 2", [[1, 3, 2]]),
        ("input 1x3; crop 1", [[1, 3, 2]]),
        ("input 2x2; select -1", [[1, 2], [3, 4]]),
        ("input 2x1x2; sequence", [[[1, 2]], [[3, 4]]]),
        ("input 2x2; transpose", [[1, 2], [3, 4]]),
        ("input 4; reshape 2x2", [1, 2, 3, 4]),
        ("input 2; linear 1 bias=no", [1, 2]),
        ("input 1x2; conv 2 1 groups=1", [[1, 2]]),
    ],
)
def test_workings(model: str, x: Any, regenerate: bool) -> None:
    """What a layer computes and sends back, line by line; the numbers are checked elsewhere."""
    size = dlcalc.params(model).rows[-1].output
    ones = np.ones(size if np.ndim(x) == len(dlcalc.params(model).rows[0].input) else (2, *size))
    data = json.dumps({"x": x, "upstream": ones.tolist()})
    done = invoke("step", model, data, "--init", "xavier", "--explain", "-f", "plain")
    lines = done.out.partition("\n\n")[0].splitlines()
    check("values.json", f"{model} of {x}", [*lines, *done.err.splitlines()], regenerate)

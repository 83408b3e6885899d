"""Stages of published generators, to the digit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.commands.mults.answer import mults
from dlcalc.commands.mults.counting import Stage, add_up, count_model, count_stage, make_lines
from dlcalc.errors import InputError, LimitError
from dlcalc.models.count import params
from dlcalc.models.reading import model
from tests.shell.running import python

# dense, polyphase, zero_skip, winograd_tile4, winograd
EXERCISE_LINE = (40, 20, 17, 11, 11)
EXERCISE_PAIR = (1600, 400, 289, 121, 121)
DCGAN = {
    (4, 1024, 512): (838860800, 209715200, 151519232, 63438848, 63438848),
    (8, 512, 256): (838860800, 209715200, 179437568, 63438848, 47316992),
    (16, 256, 128): (838860800, 209715200, 194281472, 63438848, 40140800),
    (32, 128, 3): (39321600, 9830400, 9465216, 2973696, 1723776),
}
DCGAN_TOTAL = (2555904000, 638976000, 534703488, 193290240, 152620416)
PYTORCH_TOTAL = (428343296, 116916224, 90538752, 43059200, 34849536)


def in_table_order(totals: dict[str, int]) -> tuple[int, ...]:
    order = ("dense", "polyphase", "zero_skip", "winograd_tile4", "winograd")
    return tuple(totals[method] for method in order)


def dcgan_stage(size: int, inputs: int, outputs: int) -> Stage:
    axes = make_lines((size, size), 5, 2, pad=2, output_padding=1)
    return count_stage(axes, (inputs, outputs))


def test_the_exercise() -> None:
    line = mults(4, 5, 2, grid_pad=[(2, 3)])
    pair = mults(4, 5, 2, grid_pad=[(2, 3)], dims=2)
    assert in_table_order(line.total) == EXERCISE_LINE
    assert in_table_order(pair.total) == EXERCISE_PAIR
    assert pair.stages[0].methods[pair.headline].per_axis == (17, 17)


def test_every_stage_of_dcgan_and_their_sum() -> None:
    stages = [dcgan_stage(*stage) for stage in DCGAN]
    for stage, expected in zip(stages, DCGAN.values(), strict=True):
        assert in_table_order({m: c.total for m, c in stage.methods.items()}) == expected
    assert in_table_order(add_up(stages).total) == DCGAN_TOTAL


def test_the_sum_of_the_dcgan_example_of_pytorch() -> None:
    first = count_stage(make_lines((1, 1), 4, 1), (100, 512))
    others = [
        count_stage(make_lines((size, size), 4, 2, pad=1), channels)
        for size, channels in [(4, (512, 256)), (8, (256, 128)), (16, (128, 64)), (32, (64, 3))]
    ]
    assert in_table_order(add_up([first, *others]).total) == PYTORCH_TOTAL


def test_groups_divide_the_channel_pairs_and_what_cannot_be_is_refused() -> None:
    grouped = mults(4, 5, 2, channels=(8, 4), groups=4).stages[0]
    assert grouped.pairs == 8
    assert grouped.methods["dense"].total == 8 * grouped.methods["dense"].per_pair
    with pytest.raises(InputError, match="3 groups do not divide 8 channels"):
        mults(4, 5, 2, channels=(8, 6), groups=3)
    for channels in ((3,), (3, 4, 5), 3):
        with pytest.raises(InputError, match="are not two: input and output channels"):
            mults(4, 5, 2, channels=channels)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="dims 0 is below 1"):
        mults(4, 5, 2, dims=0)
    with pytest.raises(InputError, match="channels 0 is below 1"):
        mults(4, 5, 2, channels=(0, 1))
    with pytest.raises(LimitError, match="kernel 100001 is above 100000 taps"):
        mults(4, 100_001)
    with pytest.raises(InputError, match="tile 0 is below 1"):
        mults(4, 5, 2, tile=0)


def test_counting_loads_neither_fractions_nor_numpy() -> None:
    program = (
        "import sys; from dlcalc.commands.mults.answer import mults; "
        "mults(10**12, 5, 2, dims=3); "
        "print({'fractions', 'decimal', 'numpy', 'random'} & set(sys.modules))"
    )
    shown = python(program)
    assert shown.out.strip() == "set()", shown.err


def test_layers_take_their_channels_from_the_model() -> None:
    counted = count_model(
        params(model("input 8x4x6", "up: conv_transpose 6 3x2 stride=2x1 pad=1:0x0:1 groups=2"))
    )
    (stage,) = counted.stages
    alone = mults(
        (4, 6), (3, 2), (2, 1), ((1, 0), (0, 1)), channels=(8, 6), groups=2
    ).stages[0]
    assert (stage.name, stage.channels, stage.groups) == ("up", (8, 6), 2)
    assert (stage.axes, stage.methods) == (alone.axes, alone.methods)


def test_repeats_count_each_time_and_general_options_do_not_matter() -> None:
    counted = count_model(
        params(model("input 2x4; repeat 3: conv_transpose 2 2 stride=2 frozen=yes"))
    )
    assert [stage.output for stage in counted.stages] == [(8,), (16,), (32,)]
    assert counted.total["zero_skip"] == sum(
        stage.methods["zero_skip"].total for stage in counted.stages
    )


def test_a_model_without_any_is_refused_by_name() -> None:
    with pytest.raises(InputError) as refused:
        count_model(params(model("input 4; linear 2")))
    assert str(refused.value).endswith(": no convolution in it")
    with pytest.raises(InputError, match="no ordinary convolution in it"):
        count_model(params(model("input 2x4; conv_transpose 2 2")), conv=True)


def test_ordinary_convolutions_are_those_of_params() -> None:
    for name in ("lenet", "mobilenet-v2", "resnet18"):
        counted = params(model(name))
        found = count_model(counted, conv=True)
        macs = {row.name: row.macs for row in counted.rows}
        assert found.total["direct"] == sum(macs[stage.name] for stage in found.stages)
        assert found.total["direct"] >= found.total["zero_skip"] >= found.total["winograd"]
        assert found == count_model(counted)


REFERENCE = Path(__file__).parents[2] / "data" / "reference_multiplications.json"
CASES = json.loads(REFERENCE.read_text())


def counted(case: dict[str, Any], tile: int) -> Stage:
    where: dict[str, Any]
    if case["mode"] == "grid":
        where = {"grid_pad": [tuple(pair) for pair in case["grid_pad"]]}
    else:
        where = {"pad": case["padding"], "output_padding": case["output_padding"]}
    return mults(
        case["in"], case["kernel"], case["stride"], dilation=case["dilation"], **where,
        channels=(case["cin"], case["cout"]), groups=case["groups"], tile=tile,
    ).stages[0]


@pytest.mark.parametrize("tile", [2, 4])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_counts_agree_with_the_reference(case: dict[str, Any], tile: int) -> None:
    stage, expected = counted(case, tile), case["expected"]
    assert stage.output == tuple(case["out"])
    assert stage.pairs == expected["pairs"]
    for method, count in stage.methods.items():
        assert count.per_pair == expected["per_pair"][method], method
        assert count.total == expected["total"][method], method
    for axis, line in enumerate(expected["per_dim"]):
        for method in ("dense", "polyphase", "zero_skip", "winograd"):
            assert stage.methods[method].per_axis[axis] == line[method], method


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_ranks_agree_with_the_reference(case: dict[str, Any]) -> None:
    for line, axis in zip(counted(case, 4).phases, case["expected"]["per_dim"], strict=True):
        bounds = [[bound * p.copies for bound in p.rank] for p in line]
        lower, upper = map(sum, zip(*bounds, strict=True))
        assert (lower, upper) == (axis["rank_lb"], axis["rank_ub"])

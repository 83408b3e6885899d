"""Stages of published generators, to the digit."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dlcalc.commands.mults.axis import upsampling_axes
from dlcalc.commands.mults.stages import HEADLINE, Stage, add_up, count_stage, mults
from dlcalc.errors import InputError, LimitError

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
    axes = upsampling_axes((size, size), 5, 2, pad=2, output_padding=1)
    return count_stage(axes, (inputs, outputs))


def test_the_exercise() -> None:
    line = mults(4, 5, 2, grid_pad=[(2, 3)])
    pair = mults(4, 5, 2, grid_pad=[(2, 3)], dims=2)
    assert in_table_order(line.total) == EXERCISE_LINE
    assert in_table_order(pair.total) == EXERCISE_PAIR
    assert pair.stages[0].methods[HEADLINE].per_axis == (17, 17)


def test_every_stage_of_dcgan_and_their_sum() -> None:
    stages = [dcgan_stage(*stage) for stage in DCGAN]
    for stage, expected in zip(stages, DCGAN.values(), strict=True):
        assert in_table_order({m: c.total for m, c in stage.methods.items()}) == expected
    assert in_table_order(add_up(stages).total) == DCGAN_TOTAL


def test_the_sum_of_the_dcgan_example_of_pytorch() -> None:
    first = count_stage(upsampling_axes((1, 1), 4, 1), (100, 512))
    others = [
        count_stage(upsampling_axes((size, size), 4, 2, pad=1), channels)
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


def test_nothing_to_count_is_said() -> None:
    with pytest.raises(InputError, match="no transposed convolution to count"):
        add_up([])


def test_counting_loads_neither_fractions_nor_numpy() -> None:
    program = (
        "import sys; from dlcalc.commands.mults.stages import mults; "
        "mults(10**12, 5, 2, dims=3); "
        "print({'fractions', 'decimal', 'numpy', 'random'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout.strip() == "set()", shown.stderr

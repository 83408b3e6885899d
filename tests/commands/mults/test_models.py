"""The transposed convolutions of models."""

from __future__ import annotations

import pytest

from dlcalc.commands.mults.models import count_model
from dlcalc.commands.mults.stages import mults
from dlcalc.errors import InputError
from dlcalc.models.count import params
from dlcalc.models.reading import model


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
        count_model(params(model("lenet")))
    assert str(refused.value).endswith(": no transposed convolution in it")

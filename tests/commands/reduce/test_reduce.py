"""Ways to fewer parameters: what applies, what it saves, and the mildest within a budget."""

from __future__ import annotations

import pytest

from dlcalc.commands.reduce.answer import Reduction, reduce
from dlcalc.errors import InputError
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import model


def by_way(result: Reduction) -> dict[str, tuple[str, int]]:
    return {each.way: (each.notation, each.params) for each in result.proposals}


def test_the_first_layer_of_lenet() -> None:
    result = reduce(model("lenet"), "C1")
    assert (result.today.params, result.today.output) == (156, (6, 28, 28))
    assert by_way(result) == {
        "low rank": ("conv 1 5 bias=no; conv 6 1", 25 + 12),
        "smaller kernel": ("conv 6 3", 60),
        "fewer filters": ("conv 3 5", 78),
        "no bias": ("conv 6 5 bias=no", 150),
        "larger stride": ("conv 6 5 stride=2", 156),
    }
    saved = [each.params for each in result.proposals]
    assert saved == sorted(saved)
    stride = result.proposals[-1]
    assert stride.model.misfit_name == "C5"


def test_all_ways_of_a_convolution_between_many_channels() -> None:
    found = by_way(reduce(read_notation("A: conv 64 3 pad=1"), "A", (32, 14, 14)))
    assert found == {
        "fewer filters": ("conv 32 3 pad=1", 32 * 9 * 32 + 32),
        "smaller kernel": ("conv 64 1", 32 * 64 + 64),
        "larger stride": ("conv 64 3 pad=1 stride=2", 32 * 9 * 64 + 64),
        "no bias": ("conv 64 3 pad=1 bias=no", 32 * 9 * 64),
        "grouped": ("conv 64 3 pad=1 groups=2", 16 * 9 * 64 + 64),
        "depthwise separable": ("dwconv 3 pad=1 bias=no; conv 64 1", 32 * 9 + 32 * 64 + 64),
        "1×1 bottleneck": (
            "conv 8 1 bias=no; conv 8 3 pad=1 bias=no; conv 64 1",
            32 * 8 + 8 * 8 * 9 + 8 * 64 + 64,
        ),
        "low rank": ("conv 16 3 pad=1 bias=no; conv 64 1", 32 * 9 * 16 + 16 * 64 + 64),
    }
    # Two thirds of 64 · 9 · 32, where the first of the two reads 64 channels; above, as many.
    assert by_way(reduce(read_notation("A: conv 32 3 pad=1"), "A", (64, 14, 14)))[
        "k×1 and 1×k"
    ] == ("conv 32 3x1 bias=no pad=1x0; conv 32 1x3 pad=0x1", 64 * 3 * 32 + 32 * 3 * 32 + 32)


def test_the_output_keeps_its_shape_where_it_can() -> None:
    result = reduce(
        read_notation("A: conv 64 5 stride=2 pad=4:3 dilation=2"), "A", (128, 15, 15)
    )
    shapes = {each.way: each.output for each in result.proposals}
    assert shapes["smaller kernel"] == result.today.output
    assert shapes["k×1 and 1×k"] == result.today.output
    assert shapes["depthwise separable"] == result.today.output


@pytest.mark.parametrize(("layers", "shape", "ways"), [
    ("A: linear 100", (200,), {"fewer units", "low rank", "no bias"}),
    ("A: linear 100 bias=no", (200,), {"fewer units", "low rank"}),
    ("A: dwconv 3", (8, 9, 9), {"smaller kernel", "larger stride", "no bias"}),
    ("A: conv_transpose 8 4 stride=2 pad=1", (8, 9, 9),
     {"fewer filters", "smaller kernel", "grouped", "low rank", "no bias"}),
    ("A: lstm 16", (9, 8), {"fewer hidden units", "no bias"}),
    ("A: attention 8", (9, 64), {"grouped queries", "no bias"}),
    ("A: embedding 1000 64", (9,), {"shorter vectors", "low rank"}),
])
def test_other_layers(layers: str, shape: tuple[int, ...], ways: set[str]) -> None:
    assert set(by_way(reduce(read_notation(layers), "A", shape))) == ways


def test_a_budget_is_met_by_the_mildest() -> None:
    result = reduce(model("lenet"), "C1", budget=100)
    assert by_way(result) == {
        "low rank": ("conv 3 5 bias=no; conv 6 1", 99), "fewer filters": ("conv 3 5", 78),
        "smaller kernel": ("conv 6 3", 60),
    }
    assert all(each.params <= 100 for each in result.proposals)
    kept = [each.params for each in result.proposals]
    assert kept == sorted(kept, reverse=True)


def test_no_setting_between_would_have_been_milder() -> None:
    layer = read_notation("A: conv 64 3 pad=1")
    for budget in (200, 1000, 5000, 12_345):
        for each in reduce(layer, "A", (32, 14, 14), budget).proposals:
            assert each.params <= budget
            if each.way == "fewer filters":
                assert each.params + 32 * 9 + 1 > budget


@pytest.mark.parametrize(("name", "layer", "budget", "message"), [
    ("lenet", "S2", None, "S2: avgpool has no parameters to save"),
    ("lenet", "C1", 1, "C1 cannot be brought to 1 parameters"),
    ("lenet", "C2", None, "no layer C2; known: C1, "),
    ("gpt2", "h", None, "h is a repeat; name one of its layers"),
    ("gpt2", "head", None, "head: linear has no parameters to save"),
])
def test_what_cannot_be_reduced(
    name: str, layer: str, budget: int | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        reduce(model(name), layer, budget=budget)


def test_a_layer_of_a_repeat_is_reduced_in_every_turn() -> None:
    result = reduce(model("gpt2"), "h.attn")
    assert result.today.params == 12 * (4 * 768 * 768 + 4 * 768)
    bias = next(each for each in result.proposals if each.way == "no bias")
    assert bias.model.params == result.today.model.params - 12 * 4 * 768


def test_absurd_widths_are_no_trouble() -> None:
    wide = read_notation(f"A: linear {10**30}; B: linear 4")
    best = reduce(wide, "A", (8,), budget=90).proposals[0]
    assert (best.notation, best.params) == ("linear 10", 90)
    heads = read_notation(f"A: attention {10**12}")
    found = by_way(reduce(heads, "A", (4, 10**12)))
    assert found["grouped queries"][0] == f"attention {10**12} kv_heads={10**12 // 4}"

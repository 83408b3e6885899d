"""Every model of the zoo, recomputed and held against its published figures."""

from __future__ import annotations

import pytest

from dlcalc.models.count import params
from dlcalc.models.reading import model
from dlcalc.models.zoo_files import zoo_names
from tests.published import UNCONFIRMED, agrees

# The figures that the zoo's files must give, written here a second time and independently.
COUNTS = {
    "lenet": (61_706, None), "lenet-1998": (60_000, None),
    "alexnet": (61_100_840, 714_188_480), "alexnet-2012": (60_965_224, None),
    "vgg11": (132_863_336, None), "vgg13": (133_047_848, None),
    "vgg16": (138_357_544, 15_470_264_320), "vgg19": (143_667_240, None),
    "resnet18": (11_689_512, 1_814_073_344), "resnet34": (21_797_672, None),
    "resnet50": (25_557_032, 4_089_184_256), "resnet101": (44_549_160, None),
    "resnet152": (60_192_808, None), "mobilenet-v2": (3_504_872, 300_774_272),
    "densenet121": (7_978_856, 2_834_161_664), "squeezenet": (1_248_424, None),
    "efficientnet-b0": (5_288_548, 385_814_752), "vit-b16": (86_567_656, 17_563_828_224),
    "bert-base": (109_482_240, None), "gpt2": (124_439_808, None),
    "gpt3": (174_604_259_328, None), "llama-2-7b": (6_738_415_616, None),
    "dcgan-pytorch": (3_576_704, None), "dcgan-pytorch-discriminator": (2_765_568, None),
}
UNPUBLISHED = {"unet", "dcgan", "dcgan-discriminator"}


@pytest.mark.parametrize("name", zoo_names())
def test_a_model_gives_its_published_figures(name: str) -> None:
    read = model(name)
    count = params(read)
    assert read.source
    assert read.published
    for key, figure in read.published.items():
        if figure != UNCONFIRMED:
            assert agrees(getattr(count, key), figure), (key, figure, getattr(count, key))
    if name in COUNTS:
        parameters, macs = COUNTS[name]
        assert count.params == parameters
        assert macs is None or count.macs == macs
    else:
        assert name in UNPUBLISHED
        assert set(read.published.values()) == {UNCONFIRMED}


def test_the_zoo_is_whole() -> None:
    assert {*COUNTS, *UNPUBLISHED} == set(zoo_names())


@pytest.mark.parametrize(("figure", "right", "wrong"), [
    ("61706", 61706, 61707), ("60M", 60_965_224, 61_000_000), ("3.664G", 3_663_761_408, 3_665e6),
    ("175.0B", 175_049_999_999, 175_200_000_000),
])
def test_a_rounded_figure_is_held_to_its_digits(figure: str, right: int, wrong: int) -> None:
    assert agrees(right, figure)
    assert not agrees(int(wrong), figure)


def test_the_layers_of_lenet_have_their_names() -> None:
    rows = {row.name: row for row in params(model("lenet")).rows}
    names = ["C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT"]
    assert [name for name in rows if name in names] == names
    assert [rows[name].params for name in names] == [156, 0, 2416, 0, 48120, 10164, 850]
    assert rows["C1"].output == (6, 28, 28)
    old = {row.name: row for row in params(model("lenet-1998")).rows}
    assert [old[name].params for name in names] == [156, 12, 1516, 32, 48120, 10164, 0]

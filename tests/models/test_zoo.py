"""Every model of the zoo, recomputed and held against its published figures."""

from __future__ import annotations

import pytest

from dlcalc.models import zoo_names
from dlcalc.models.count import params
from dlcalc.models.reading import model
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
# What num_parameters() of transformers 5.24.0 gives for their config.json.
CONFIGS = {
    "llama-3-8b": 8_030_261_248, "llama-3-70b": 70_553_706_496, "llama-3.1-405b": 405_853_388_800,
    "llama-3.2-1b": 1_235_814_400, "mistral-7b": 7_241_732_096, "mixtral-8x7b": 46_702_792_704,
    "qwen2.5-7b": 7_615_616_512, "qwen2.5-72b": 72_706_203_648, "qwen3-8b": 8_190_735_360,
    "qwen3-32b": 32_762_123_264, "qwen3-30b-a3b": 30_532_122_624,
    "qwen3-235b-a22b": 235_093_634_560, "qwen3-next-80b-a3b": 79_674_391_296,
    "gemma-2-9b": 9_241_705_984, "gemma-2-27b": 27_227_128_320, "gemma-3-1b": 999_885_952,
    "phi-3-mini": 3_821_079_552, "phi-4": 14_659_507_200, "deepseek-v3": 671_026_404_352,
    "deepseek-v2-lite": 15_706_484_224, "kimi-k2": 1_026_408_209_408,
    "gpt-oss-20b": 20_914_757_184, "gpt-oss-120b": 116_829_156_672, "glm-4.5": 352_797_814_784,
    "falcon-7b": 6_921_720_704, "bloom": 176_247_271_424, "opt-6.7b": 6_658_473_984,
    "gpt2-xl": 1_557_611_200, "mamba-2.8b": 2_768_345_600, "bert-large": 335_141_888,
    "roberta-base": 124_645_632, "modernbert-base": 149_655_232, "t5-base": 222_903_552,
    "bart-large": 406_291_456,
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
    if name in COUNTS or name in CONFIGS:
        parameters, macs = COUNTS.get(name) or (CONFIGS[name], None)
        assert count.params == parameters
        assert macs is None or count.macs == macs
    else:
        assert name in UNPUBLISHED
        assert set(read.published.values()) == {UNCONFIRMED}


def test_the_zoo_is_whole() -> None:
    assert {*COUNTS, *CONFIGS, *UNPUBLISHED} == set(zoo_names())


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

"""Models as people name them, type them in, or paste them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import DlcalcError, InputError, ShapeError
from dlcalc.models.count import doubts, params
from dlcalc.models.notation import read_notation
from dlcalc.models.python_code import read_code
from dlcalc.models.reading import as_model, is_foreign, is_model, model
from dlcalc.models.translation import notation
from dlcalc.models.tree import count_layers, layers_in

PRINTED = """Sequential(
  (0): Conv2d(3, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
  (1): ReLU(inplace=True)
  (block): Sequential(
    (conv): Conv2d(64, 128, kernel_size=(3, 3), stride=(2, 2), bias=False)
    (1): BatchNorm2d(128, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  )
  (deep): ModuleList(
    (0-11): 12 x Conv2d(128, 128, kernel_size=(1, 1), stride=(1, 1))
  )
  (3): Linear(in_features=400, out_features=10, bias=True)
)"""
KERAS = """model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(32, kernel_size=(3, 3), strides=2, padding="same", activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10, use_bias=False, activation="softmax"),
])"""


@pytest.mark.parametrize(("text", "lines"), [
    ("nn.Conv2d(3, 64, kernel_size=3, padding=1)", ["conv 64 3 pad=1"]),
    ("Conv2D(64, 3)", ["conv 64 3"]),
    ("torch.nn.Sequential(nn.Flatten(), nn.Linear(400, 10, bias=False), nn.LeakyReLU(0.2))",
     ["flatten", "linear 10 bias=no", "leaky_relu slope=0.2"]),
    ('nn.Sequential(OrderedDict([("c", nn.Conv2d(1, 20, 5)), ("r", nn.ReLU())]))',
     ["c: conv 20 5", "r: relu"]),
    ("nn.LSTM(10, 20, 2, bidirectional=True)", ["lstm 20 layers=2 bidirectional=yes"]),
    ("LSTM(64)", ["lstm 64 bias=single output=last"]),
    ("GRU(64, return_sequences=True)", ["gru 64"]),
    ("nn.ConvTranspose2d(64, 32, 4, 2, 1)", ["conv_transpose 32 4 stride=2 pad=1"]),
    ("nn.Upsample(scale_factor=2.0)", ["upsample 2"]),
    (PRINTED, ["conv 64 3 pad=1", "relu", "block.conv: conv 128 3 stride=2 bias=no",
               "block.1: batchnorm",
               "repeat 12:", "  conv 128 1", "linear 10"]),
    (KERAS, ["input 1x28x28", "conv 32 3 stride=2 pad=same", "relu", "maxpool 2", "globalpool",
             "flatten", "linear 10 bias=no", "softmax"]),
])
def test_layers_of_frameworks(text: str, lines: list[str]) -> None:
    assert notation(read_code(text)).splitlines() == lines
    assert count_layers(model(text).body) == count_layers(read_notation("\n".join(lines)).body)


@pytest.mark.parametrize(("text", "complaint"), [
    ("nn.Foo(3)", "layer Foo(…) is not known here"),
    ("nn.Linaer(3, 4)", "layer Linaer(…) is not known here; did you mean Linear?"),
    ("nn.Conv2d(3, n, 3)", "n is no number: put it in its place"),
    ("nn.Conv2d(3, 4", "is no Python (line 1)"),
    ("nn.Sequential(layers)", "layers is no layer"),
])
def test_what_a_framework_says_and_nobody_knows(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_code(text)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(("name", "input", "complaint"), [
    ("resnet50", (1, 3, 224, 224), "takes 3, as 3x224x224; a batch is no part of it: `batch` 1"),
    ("resnet50", (224, 224), "input 224x224 has 2 axes; ResNet-50 takes 3"),
    ("gpt2", (4096,), "wpe: position 1024: input is 4096x768; 1024 positions are too few"),
    ("bert-base", (600,), "position 512: input is 600x768; 512 positions are too few"),
    ("vit-b16", (3, 384, 384), "197 positions are too few for 577 steps"),
])
def test_an_input_that_the_model_does_not_take(
    name: str, input: tuple[int, ...], complaint: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        params(model(name), input)
    assert complaint in str(caught.value)


def test_a_table_of_positions_never_follows_the_input() -> None:
    assert params(model("gpt2"), (128,)).params == 124_439_808
    assert params(model("bert-base"), (128,)).params == 109_482_240
    inner = read_notation("input 8; embedding 9 4; sum: branch:; branch: position")
    assert params(inner, (3,)).params == 36 + 32


@pytest.mark.parametrize(("input", "said"), [
    ((32, 32, 3), "32x32x3 is read as channels first, 32 of them; as Keras writes it, channels "
     "last, it is 3x32x32 here"),
    ((1, 3, 224, 224), "1x3x224x224 is read as CxDxHxW, 1 channel of a volume; a batch is no part "
     "of it: `input` 3x224x224 `batch` 1"),
    ((64, 1, 28, 28), "64x1x28x28 is read as CxDxHxW, 64 channels of a volume; a batch is no part "
     "of it: `input` 1x28x28 `batch` 64"),
    ((3, 32, 32), ""), ((64, 16, 16, 16), ""), ((3, 8, 4), ""), (None, ""), ((1, 9, 8, 8), ""),
    ((32, 20), "32x20 is read as CxL, 32 channels of a row; an image of one channel is 1x32x20"),
    ((32, 15), ""), ((6, 3, 8, 8), ""),
    ((15, 16, 3), ""), ((16, 16, 5), ""), ((16, 9, 4), "16x9x4 is read as channels first, 16 of "
     "them; as Keras writes it, channels last, it is 4x16x9 here"),
])
def test_an_input_that_may_be_meant_otherwise(input: tuple[int, ...] | None, said: str) -> None:
    assert " ".join(doubts(read_notation("conv 64 3"), input)) == said
    if input is not None and len(input) == 2:
        assert not list(doubts(read_notation("linear 4"), input))


@pytest.mark.parametrize(("words", "complaint"), [
    (["conv", "64", "3"], "quote each layer: 'conv 64 3'"),
    (["conv", "64", "3", "pad=1", "relu"], "quote each layer: 'conv 64 3 pad=1' relu"),
    (["dense"], "no model, file or layer 'dense'; did you mean linear?"),
    (["fc 10"], "unknown layer type 'fc'; did you mean linear?"),
    (["bn"], "did you mean batchnorm?"), (["globalavgpool"], "did you mean globalpool?"),
    (["depthwise 3"], "did you mean dwconv?"),
])
def test_what_people_type_first(words: list[str], complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        model(*words)
    assert complaint in str(caught.value)


def test_a_folder_is_read_by_its_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    assert params(model(str(tmp_path))).params == 124_439_808
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relu").mkdir()
    assert params(model("relu"), (3,)).rows[0].type == "relu"
    with pytest.raises(InputError, match=r"relu: a folder without a config.json"):
        model("./relu")


def test_what_a_framework_writes_among_layers() -> None:
    """By itself its code says what each layer takes; among others it is put in their place."""
    with pytest.raises(ShapeError, match="its code gives it 400 channels or features"):
        params(model("nn.Sequential(nn.Flatten(), nn.Linear(400, 10))"), (3, 8, 8))
    apart = "nn.Linear(784, 128)", "nn.Sequential(nn.ReLU(), nn.Linear({}, 10))"
    assert params(model(*(each.format(128) for each in apart))).params == 101_770
    with pytest.raises(ShapeError, match="linear2: input is 128, and its code gives it 100"):
        params(model(*(each.format(100) for each in apart)))
    mixed = model("nn.Conv2d(3, 8, 3)", "relu", "MaxPooling2D()")
    assert notation(mixed).splitlines() == ["conv 8 3", "relu", "maxpool 2"]


def test_models_by_other_spellings_and_in_other_forms(tmp_path: Path) -> None:
    lenet = model("lenet")
    assert model("LeNet") is model("le-net") is as_model("lenet") is as_model(lenet) is lenet
    assert [layer.text for layer in layers_in(as_model(["conv 6 5", "relu"]).body)] == [
        "conv 6 5", "relu",
    ]
    assert params(model('{"model_type": "gpt2", "n_layer": 1}')).rows[0].type == "embedding"
    path = tmp_path / "net.txt"
    path.write_text("name own\nconv 6 5")
    assert (model(str(path)).name, model(str(path)).body[0].place) == ("own", f"{path}:2")
    (tmp_path / "made").write_text("import torch.nn as nn\nnn.Sequential(nn.Linear(8, 4))")
    assert params(model(str(tmp_path / "made"))).params == 36
    (tmp_path / "made.py").write_text("(nn.Linear(8, 5))")
    assert params(model(str(tmp_path / "made.py"))).params == 45
    words = ("", "lenet", "LeNet", str(path), "relu", "conv 6 5", "no")
    assert [is_model(word) for word in words] == [False, True, True, True, False, False, False]


@pytest.mark.parametrize(("words", "complaint"), [
    ((5,), "5 is no model: a name, a text of layers or a list of them is wanted"),
    (("x" * 5, None), "None is no model: a name"), ((["a"] * 99,), f"{str(['a'] * 99)[:40]} is no"),
    (("relu", "lenet"), "lenet is a model, and 'relu' stands beside it; `layer` takes a layer"),
    (("lenet", "lenet"), "lenet is a model, and 'lenet' stands beside it"),
    (("-", "relu"), "- is a model, and 'relu' stands beside it"),
    (("lenett",), "no model, file or layer 'lenett'; did you mean lenet"),
    (("zzz",), "no model, file or layer 'zzz'; dlcalc models lists the models"),
    (("/no/such/net.txt",), "no model, file or layer '/no/such/net.txt'; dlcalc models lists"),
    (("conv 6 5", "x=2", "relu"), "quote each layer: 'conv 6 5 x=2' relu"),
])
def test_words_that_are_no_model(words: tuple[Any, ...], complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        model(*words)
    assert str(caught.value).startswith(complaint)


def test_a_file_beside_the_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text("relu")
    with pytest.raises(InputError, match=r"nett.txt'; did you mean net\.txt\?"):
        model(str(tmp_path / "nett.txt"))


@pytest.mark.parametrize(("text", "foreign"), [
    ("import torch", True), ("  \n# none\n%time\n!pip\n```py\nfrom torch import nn", True),
    ("class Net:\n  pass", True), ("def f(): pass", True), ("@dataclass", True),
    ('"""A net."""', True), ("'''A net.'''", True), ("important: relu", False),
    ("# import\nconv 6 5", False), ("nn.Conv2d(3, 4)", True), ("Conv2d(3, 4)", True),
    ("net = nn.Conv2d (3, 4)", True), ("net: Conv2d(3)", False), ("nn.conv2d(3)", False),
    ("a.b = Conv2d(3)", False), ("Conv2d", False), ("9 = Conv2d(3)", False), ("(Conv2d)", False),
    ("C1: conv 6 5 # (as Conv2d)", False), ("", False),
])
def test_texts_that_are_python(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign

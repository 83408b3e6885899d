"""Whole models: joins, ties, repeats, limits, and totals that are the sums of the rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.commands.params.count_answer import COLUMNS, params_answer
from dlcalc.errors import DlcalcError, InputError, LimitError, ShapeError
from dlcalc.models import models, zoo_names
from dlcalc.models.changes import change, compare
from dlcalc.models.count import Row, Turns, params
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import model
from dlcalc.models.translation import notation
from dlcalc.models.tree import Block, Layer, Model, count_layers, parts_of
from dlcalc.models.use import Use, bytes_of
from dlcalc.output.answer import Made
from dlcalc.output.formats import FORMATS

LAYERS = st.sampled_from([
    "conv 4 3 pad=1", "conv 8 1 bias=no", "relu", "batchnorm", "maxpool 2 ceil=yes",
    "sum: branch:; branch: dwconv 3 pad=1", "concat: branch:; branch: conv 2 1 frozen=yes",
    "repeat 3: conv 4 3 pad=1; relu", "scale: branch:; branch: globalpool; sigmoid",
])


@settings(max_examples=50, deadline=None)
@given(st.lists(LAYERS, min_size=1, max_size=8), st.integers(1, 9))
def test_totals_are_the_sums_of_the_rows(lines: list[str], size: int) -> None:
    read = read_notation("\n".join(lines))
    count = params(read, (3, size, size))
    assert count.params == sum(row.params for row in count.rows)
    assert count.params == sum(row.weights + row.biases for row in count.rows)
    assert count.trainable == sum(row.trainable for row in count.rows)
    assert count.macs == sum(row.macs for row in count.rows)
    assert count.activations == sum(row.activations for row in count.rows)
    assert len({row.name for row in count.rows}) == len(count.rows)
    joins = sum(row.type in ("sum", "scale", "concat") for row in count.rows)
    assert len(count.rows) - joins == count_layers(read.body)


def test_a_repeat_counts_as_its_lines_written_out() -> None:
    body = "  conv 4 3 pad=1\n  relu\n"
    repeated = params(read_notation("repeat 5:\n" + body), (3, 8, 8))
    written = params(read_notation(body.replace("  ", "") * 5), (3, 8, 8))
    assert [row.macs for row in repeated.rows] == [row.macs for row in written.rows]
    assert repeated.rows[8].name == "repeat1.4.conv1"


def test_names() -> None:
    text = """
        conv 4 1
        conv1: conv 4 1
        sum:
          branch: conv 4 1
          skip: branch: conv 4 1
        stage: repeat 2 from=1: conv 4 1
        stage: repeat 1 from=3: relu
    """
    rows = params(read_notation(text), (3, 8, 8)).rows
    assert [row.name for row in rows] == [
        "conv2", "conv1", "conv3", "skip.conv1", "sum1", "stage.1.conv1", "stage.2.conv1",
        "stage.3.relu1",
    ]


@pytest.mark.parametrize(("text", "message"), [
    ("linear 10", "n:1: linear 10: input is 3x8x8; flatten it first"),
    ("relu\nA: relu\nA: tanh", "n:3: A: tanh: the name A is given twice"),
    ("s: repeat 2: relu\ns: repeat 2 from=1: relu", "n:2: s: repeat: the name s is given twice"),
    ("sum:\n  relu", "n:2: relu: sum holds branches; put branch: here"),
    ("sum: branch:; branch: conv 4 1",
     "n:1: sum: branches give 3x8x8 and 4x8x8; they need the same shape"),
    ("concat: branch:; branch: conv 4 3",
     "n:1: concat: branches give 3x8x8 and 4x6x6; they may differ in axis 0 alone"),
    ("concat: branch:; branch: conv 3 2x1",
     "n:1: concat: branches give 3x8x8 and 3x7x8; they may differ in axis 0 alone"),
    ("concat axis=3: branch:; branch: relu",
     "n:1: concat: branches give 3x8x8 and 3x8x8, which have no axis 3"),
    ("scale: branch:; branch: flatten",
     "n:1: scale: branches give 3x8x8 and 192; they need the same axes"),
    ("flatten; A: linear 3; linear 3 tie=B",
     "n:1: linear 3 tie=B: no layer B above it; known: flatten1, A"),
    ("conv 3 1 tie=B", "n:1: conv 3 1 tie=B: no layer B above it"),
    ("flatten; A: linear 3; linear 4 tie=A",
     "n:1: linear 4 tie=A: tied to A, which has 576 weights; it needs 12"),
    ("b.0.A: relu\nb: repeat 1:\n  A: relu", "n:3: A: relu: the name b.0.A is given twice"),
    ("relu\nrepeat 10:\n  repeat 1000000: relu",
     "n:2: repeat: 10,000,001 layers after all repeats; at most 200,000 are counted"),
    ("relu frozen=2", "n:1: relu frozen=2: frozen is yes or no, not 2"),
])
def test_what_does_not_fit_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        params(read_notation(text, "n"), (3, 8, 8))
    assert str(caught.value) == message


def test_tied_weights_count_once() -> None:
    """GPT-2's head is its embedding: counted twice it would have 163,037,184."""
    rows = params(model("gpt2")).rows
    head = rows[-1]
    assert (head.tied, head.weights, head.macs) == ("wte", 0, 1024 * 768 * 50257)
    assert params(model("gpt2")).params == 124_439_808


@pytest.mark.parametrize(("body", "known"), [
    ("repeat 5000:\n  linear 4\n", "repeat1.0.linear1, repeat1.1.linear1"),
    ("tanh\n" * 17, ", ".join(f"tanh{number}" for number in range(1, 18))),
], ids=["turns", "numbers"])
def test_a_tie_to_nothing_is_told_what_there_is(body: str, known: str) -> None:
    with pytest.raises(InputError, match=f"no layer nosuch above it; known: {known}$"):
        params(read_notation(f"input 4\n{body}linear 4 tie=nosuch"))


def test_a_tie_is_looked_for_from_the_inside() -> None:
    text = "W: linear 8\nblock: repeat 2:\n  W: linear 8\n  linear 8 bias=no tie=W"
    rows = params(read_notation(text), (8,)).rows
    assert [row.tied for row in rows] == ["", "", "block.0.W", "", "block.1.W"]


def test_frozen_layers_are_not_trained() -> None:
    count = params(read_notation("linear 8 frozen=yes; linear 8"), (4,))
    assert (count.params, count.trainable) == (40 + 72, 72)


def test_what_does_not_fit_can_end_the_count() -> None:
    count = params(read_notation("A: conv 4 3; B: conv 4 9; C: relu", "n"), (3, 8, 8), True)
    assert [row.name for row in count.rows] == ["A"]
    assert (count.misfit_name, count.misfit_input) == ("B", (4, 6, 6))
    assert str(count.misfit).startswith("n:1: B: conv 4 9: input is 4x6x6")


def test_too_many_layers_are_refused_at_once() -> None:
    nest = Block("repeat", [Layer("relu")], count=1000)
    for _ in range(30):
        nest = Block("repeat", [nest], count=1000)
    with pytest.raises(LimitError, match=r"more than 10\^15 layers .*; at most 200,000"):
        params(Model([nest], input=(3,)))
    with pytest.raises(LimitError, match="1,000,000 layers"):
        params(read_notation("repeat 1000:\n  repeat 1000: relu"), (3,))
    assert len(params(read_notation("repeat 1000:\n  repeat 200: relu"), (3,)).rows) == 200_000


def test_a_hundred_thousand_layers() -> None:
    lines = "conv 3 3 pad=1\nrelu; " * 50_000
    count = params(read_notation(lines), (3, 8, 8))
    assert len(count.rows) == 100_000
    assert count.params == 50_000 * 84
    assert read_notation(lines.replace("\n", ";")).body[-1].place == ""


def test_counts_do_not_overflow() -> None:
    wide = params(read_notation(f"linear {10**30}"), (10**30,))
    assert wide.params == 10**60 + 10**30


def test_an_input_is_needed() -> None:
    with pytest.raises(InputError, match="give `input`, such as 3x224x224"):
        params(read_notation("relu"))
    with pytest.raises(InputError, match=r"conv: filters is missing; .* \[stride=1\]"):
        params(read_notation("repeat 2: conv"))
    with pytest.raises(ShapeError, match="input is 16x2x2; a kernel of 5 does not fit"):
        params(model("lenet"), (1, 20, 20))
    assert params(model("lenet"), (1, 36, 36)).rows[-4].output == (480,)


@pytest.mark.parametrize(("dtype", "optimizer", "batch", "expected"), [
    # 31,400 parameters' worth of linear 40 on 784: weights, a gradient each, 2 states each
    ("float32", "adam", 1, 31_400 * 4 * 4 + 40 * 4),
    ("float32", "sgd", 10, 31_400 * 2 * 4 + 400 * 4),
    # in mixed precision: two bytes a weight and a gradient, four a copy and a state
    ("bfloat16", "momentum", 1, 31_400 * 12 + 40 * 2), ("bfloat16", "adam", 1, 31_400 * 16 + 80),
    ("int8", "adam", 1, 31_400 * 4 + 40),
])
def test_memory_of_training(dtype: str, optimizer: str, batch: int, expected: int) -> None:
    count = params(read_notation("linear 40"), (784,))
    assert count.params == 31_400
    assert Use(batch, dtype, optimizer).held(count).training == expected


def test_unknown_types_and_optimisers_are_refused() -> None:
    count = params(read_notation("linear 40"), (784,))
    with pytest.raises(InputError, match="unknown dtype 'float23'; did you mean float32"):
        Use(dtype="float23").held(count)
    with pytest.raises(InputError, match="unknown optimizer 'adm'; did you mean adam"):
        Use(dtype="float32", optimizer="adm").held(count)
    with pytest.raises(InputError, match="batch 0 is below 1"):
        Use.of({"batch": 0})
    assert bytes_of([(3, 1)], "int4") == 2


def test_no_layer_is_skipped() -> None:
    """Every layer of every model, and every join, has a row."""
    for name in zoo_names():
        read = model(name)
        rows = params(read).rows
        layers = [row for row in rows if isinstance(row.node, Layer)]
        assert len(layers) == count_layers(read.body)


def test_tie_shares_the_weights_alone_and_share_everything() -> None:
    """Of 10 to 10: a tied head keeps a bias of its own; a layer used twice has one."""
    for how, params_, tied in (("tie", 120, "a"), ("share", 110, "a")):
        count = params(read_notation(f"a: linear 10; linear 10 {how}=a"), (10,))
        assert (count.params, count.macs, count.rows[1].tied) == (params_, 200, tied)
    third = params(read_notation("a: linear 10; b: linear 10 share=a; linear 10 share=b"), (10,))
    assert third.params == 110
    with pytest.raises(ShapeError, match="shared with a, which has 10 biases; it needs 0"):
        params(read_notation("a: linear 10; linear 10 bias=no share=a"), (10,))
    with pytest.raises(InputError, match="write one"):
        params(read_notation("a: linear 10; linear 10 tie=a share=a"), (10,))


@pytest.mark.parametrize(("layers", "held"), [
    ("lstm 4; batchnorm", 4), ("conv 8 1; batchnorm", 8), ("conv 8 1; transpose; batchnorm", 8),
    ("lstm 4; sum: branch:; branch: relu\nbatchnorm over=channels", 2), ("batchnorm", 2),
    ("embed: attention 1; groupnorm 3", 3),
])
def test_a_norm_behind_a_sequence_is_over_its_features(layers: str, held: int) -> None:
    """PyTorch's BatchNorm1d(4) on (batch, 2, 3) behind an LSTM of 4 would fit no axis of 2."""
    assert params(read_notation(layers), (2, 3)).rows[-1].weights == held


def test_what_is_shared_counts_once_and_runs_every_turn() -> None:
    """3 turns of a 4-to-4 layer, within 2 of them; and one that is built and does not run."""
    text = "a: repeat 2 shared:\n  b: repeat 3 shared:\n    fc: linear 4\n    relu"
    count = params(read_notation(text), (4,))
    assert (count.params, count.macs, count.rows[-2].tied) == (20, 6 * 16, "a.0.b.0.fc")
    assert notation(read_notation(text)).split("\n")[0] == "a: repeat 2 shared:"
    with pytest.raises(InputError, match=r"no layer a\.1\.b\.0\.fc"):
        change(read_notation(text), "a.1.b.0.fc", "bias", False)
    built = params(read_notation("embedding 9 4\nbuilt: attention 2\nlinear 4"), (3,))
    assert (built.params, built.macs, built.caches, built.output) == (36 + 80 + 20, 48, [], (3, 4))


def test_towers_and_encoders_run_before_what_is_cached() -> None:
    """An encoder of 5 positions, then 1 position behind 6: its keys are kept, not made again."""
    tower = "embedding 9 4; position 5; fc: linear 4"
    text = f"input 6; embedding 9 4; aside 5: {tower}\nattention 2 memory=5"
    first, later = (dlcalc.params(read_notation(text), tokens=1, cached=s) for s in (None, 6))
    assert first.macs == 5 * 16 + (2 * 16 + 5 * 32) + 2 * 5 * 4
    assert later.macs == 2 * 16 + 2 * 5 * 4
    assert first.cache_bytes == later.cache_bytes == 5 * 2 * 4 * 4


def test_shared_turns_have_one_gradient_and_asides_give_none() -> None:
    """Three turns of the same layer as three layers of the same weights, whose gradients add."""
    layers = "  fc: linear 2 bias=no\n  tanh\n"
    w = [[0.5, -0.2], [0.1, 0.8]]

    def gradients(text: str, names: Sequence[str]) -> Any:
        return dlcalc.step(
            text, [0.3, -0.7], [1, 0], loss="mse", parameters=dict.fromkeys(names, w)
        ).gradients

    each = [f"b.{turn}.fc.weight" for turn in range(3)]
    one = gradients(f"input 2\nb: repeat 3 shared:\n{layers}aside: relu\n", each[:1])
    three = gradients(f"input 2\nb: repeat 3:\n{layers}", each)
    assert abs(one[each[0]] - sum(three[name] for name in each)).max() < 1e-12
    assert abs(one["x"] - three["x"]).max() < 1e-12


def test_buffers_are_the_statistics_of_batch_norms() -> None:
    """53 batch norms of ResNet-50 over 26,560 channels: torch counts 53,173 in its buffers."""
    assert params(model("resnet50")).total("buffers") == 2 * 26_560 + 53
    assert params(read_notation("batchnorm affine=no"), (3, 2, 2)).total("buffers") == 7


def test_layers_by_name_and_by_place() -> None:
    """As if all turns were written out, whether one or all of them are asked for."""
    text = "C1: conv 4 3 pad=1\nb: repeat 3:\n  relu\n  c: conv 4 1"
    count = params(read_notation(text), (3, 8, 8))
    names = ["C1", *(f"b.{turn}.{name}" for turn in range(3) for name in ("relu1", "c"))]
    layers = count.layers
    assert len(layers) == 7
    assert [row.name for row in layers] == names
    assert layers.__contains__("b.2.c")
    assert not layers.__contains__("b.3.c")
    assert layers["b.1.c"].params == layers[4].params == 20
    assert [row.name for row in layers[-2:]] == names[-2:]
    assert [row.name for row in layers] == names
    with pytest.raises(InputError, match=r"no layer b\.3\.c; did you mean b\.\d\.c"):
        layers["b.3.c"]
    assert "".join(layers.texts(lambda row: f"{row.name} ")) == "".join(f"{e} " for e in names)
    assert repr(layers["C1"]) == "Row(C1: conv 3x8x8 → 4x8x8, params=112, macs=6912)"
    assert count.output == (4, 8, 8)
    assert params(read_notation("aside: relu"), (3,)).output == (3,)


def test_a_number_of_layers_that_is_written_out() -> None:
    deep = Block("repeat", [Layer("relu")], count=10**15 - 1)
    with pytest.raises(LimitError, match="999,999,999,999,999 layers after all repeats"):
        params(Model([deep], input=(3,)))
    with pytest.raises(LimitError, match=r"more than 10\^15 layers"):
        params(Model([deep, Layer("relu")], input=(3,)))


def test_positions_are_those_of_sequences() -> None:
    """Behind 6 that were cached; an image has none."""
    assert params(read_notation("embedding 9 4; attention 2"), (5,), cached=6).positions == 11
    assert params(read_notation("linear 4; attention 2"), (5, 3), cached=6).positions == 11
    assert params(read_notation("conv 4 3"), (3, 8, 8)).positions == 0
    assert dlcalc.models() == models()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_alike_layers_are_written_each_under_its_name(form: str) -> None:
    """Names that a format quotes or escapes stand among those that it writes as they are."""
    names = ["plain", "also.plain", 'a"b', "a,b", "a\\b", "ñ", "\U000ffffd", "last"]
    layers = [Layer("linear", (4,), name=name) for name in names]
    layers.insert(5, Layer("linear", (4,), {"bias": False}, name="other"))
    count = params(Model(layers, input=(4,)))
    text = "".join(FORMATS[form].write(params_answer(count, Use(dtype="float32")), None, None))
    rows = json.loads(text)["layers"] if form == "json" else list(csv.DictReader(StringIO(text)))
    assert [(row["name"], int(row["params"])) for row in rows] == [
        (row.name, row.params) for row in count.rows
    ]


GROWING = {
    "padded alike": "conv 4 3 pad=1\nrelu",
    "padded on one side": "conv 4 2 pad=0:1\nconv 4 1",
    "a wider and a narrower branch":
        "sum:\n  branch: conv 4 5 pad=2\n  branch: conv 4 3 pad=1\nrelu",
    "turns within turns": "conv 4 3 pad=1\nrepeat 5:\n  conv 4 3 pad=1",
    "shared parameters": "repeat 9 shared:\n  conv 4 3 pad=1",
    "a shorter path within": "maxpool 2\nupsample 2",
    "the whole of it weighs channels":
        "conv 4 3 pad=1\nscale:\n  branch:\n  branch: globalpool; conv 4 1",
    "an input of its own beside": "conv 4 3 pad=1\naside 4x16x16: conv 4 3 pad=1",
}


@pytest.mark.parametrize("body", GROWING.values(), ids=GROWING)
@pytest.mark.parametrize("size", ["4x16x16", "4x9x40", "4x90"])
def test_turns_whose_fields_grow_are_what_they_are_one_by_one(
    body: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeated = "repeat 40:\n" + "".join(f"  {line}\n" for line in body.splitlines())
    text = f"input {size}\n{repeated}conv 4 3 pad=1"

    at_once = everything_told(text, text.replace("3 pad=1\n", "5 pad=2\n"))
    monkeypatch.setattr("dlcalc.models.count.growth_of", lambda *fields: None)
    assert at_once == everything_told(text, text.replace("3 pad=1\n", "5 pad=2\n"))


def everything_told(text: str, other: str) -> list[str]:
    """Rows, fields and both exact formats of a model; beside another with the same names, too."""
    one = params(read_notation(text))
    answer = params_answer(one, Use().checked(), tuple(COLUMNS))
    without_numbers = params_answer(one, Use().checked(), ["type", "output", "params"])
    pairs = compare(one, params(read_notation(other))).pairs
    fields = Made(pairs, lambda pair: [each and each.field for each in pair[1:]])
    return [
        str([(*row[:10], row[11:]) for row in one.rows]),
        *("".join(FORMATS[form].write(each, None, None))
          for form, each in (("csv", answer), ("json", answer), ("csv", without_numbers))),
        "".join(fields.texts(str)),
    ]


WRITTEN = {
    "one layer": ("4x16x16", "conv 4 3 pad=1"),
    "a field that is soon all there is": ("4x5", "conv 4 3 pad=1\n\nrelu  # as ever"),
    "several of a type": ("8", "linear 8; relu\nlinear 8 bias=no\nrelu"),
    "frozen ones, with buffers": ("4x9x9", "conv 4 1 frozen=yes\nbatchnorm\nrelu"),
    "a cache": ("6x8", "attention 2\nlayernorm"),
    "a size that changes at first": ("4x64x64", "maxpool 2 ceil=yes\nrelu"),
    "axes that change places": ("8x8", "transpose\nlayernorm"),
    "positions": ("8x4", "position\nlinear 4"),
}


@pytest.mark.parametrize(("size", "body"), WRITTEN.values(), ids=WRITTEN)
def test_layers_that_are_written_many_times_are_what_they_are_one_by_one(
    size: str, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = f"{body}\n" * 40
    lines = f"dropout\nrelu\n{many}relu\nsum: branch: relu; branch:\n{body}"
    text, other = (f"input {size}\nA: {first}\n{lines}" for first in ("relu", "tanh"))

    def found() -> list[str]:
        told = everything_told(text, other)
        for each in (text, f"{text}\nrepeat 3:\n  relu"):
            answer = params_answer(params(read_notation(each)), Use().checked(), tuple(COLUMNS))
            told += "".join(FORMATS["table"].write(answer, None, None)).splitlines()
        return told

    at_once = found()
    monkeypatch.setattr("dlcalc.models.notation.LEAST_AGAIN", 10**9)
    assert at_once == found()


def test_layers_that_are_written_many_times_are_counted_once() -> None:
    """And each is there for whoever looks: for a change, with the place of its line."""
    written = read_notation("input 8\n" + "linear 8\nrelu\n" * 5_000, "m.txt")
    assert [len(parts_of(written.body)), len(written.body)] == [3, 10_000]
    assert len(params(written).layers.parts) < 8
    assert [written.body[at].place for at in (1, 9_999)] == ["m.txt:3", "m.txt:10001"]
    changed = params(change(written, "linear7", "units", 4))
    assert [changed.layers[f"linear{at}"].params for at in (7, 8, 9)] == [36, 40, 72]


@pytest.mark.parametrize("named", ["relu30: tanh", "sum:\n  branch: relu30: tanh\n  branch:"])
def test_numbers_of_layers_leave_names_out_that_are_taken(named: str) -> None:
    count = params(read_notation("input 8\n" + "relu\n" * 40 + named))
    names = [row.name for row in count.rows if row.type == "relu"]
    assert names == [f"relu{number}" for number in range(1, 42) if number != 30]


def test_what_misfits_far_down_is_named_with_its_line() -> None:
    text = "input 4x64\n" + "conv 4 3\nrelu\n" * 40
    with pytest.raises(ShapeError, match=r"m\.txt:64: conv 4 3"):
        params(read_notation(text, "m.txt"))


def test_fields_that_grow_are_counted_without_their_turns() -> None:
    """And a layer behind them sees what it sees behind as many layers."""
    layer = "conv 4 3 pad=1"
    count = params(read_notation(f"input 4x16x16\nrepeat 60000:\n  {layer}\n{layer}"))
    *_, turns, last = count.layers.parts
    assert isinstance(turns, Turns)
    assert len(turns.later) > 59_990
    assert isinstance(last, Row)
    assert last.field is not None
    assert [axis.size for axis in last.field] == [2 * 60_001 + 1] * 2

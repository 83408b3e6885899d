"""Every figure that a real counter printed, and what users see of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlcalc.conventions.models import figure
from dlcalc.models.count import params
from dlcalc.models.reading import model
from tests.conventions.reference import reference
from tests.shell.running import invoke


@pytest.mark.parametrize(
    "case", reference()["counters"], ids=lambda case: f"{case['what']} {case['batch']}"
)
def test_figures_are_those_that_the_counters_printed(case: dict[str, Any]) -> None:
    read = model(case["model"])
    count = params(read)
    for counter, printed in case["printed"].items():
        found = figure(read, count, counter, case["batch"], case["attention"])
        got = {"figure": found.figure, "params": found.params, **found.also}
        assert {key: got.get(key, found.figure) for key in printed} == printed, counter
        base = count.params if found.unit == "parameters" else count.macs
        assert base + sum(item.number for item in found.items) == found.figure
        assert sum(part.figure for part in found.layers) == found.figure


PRINTED: list[tuple[str, int, dict[str, int | tuple[int, int]]]] = [
    ("input 3x13x7; conv 10 2 pad=same", 2, {
        "fvcore": 0, "torchprofile": 0, "thop": 21840, "calflops": (17280, 36000),
        "deepspeed": (17280, 36000),
    }),
    ("input 3x6x6x7; dwconv 2 pad=same dilation=2", 2, {
        "fvcore": 0, "torchprofile": 0, "calflops": (12096, 25704), "deepspeed": (12096, 25704),
    }),
    ("input 4x7x13; adaptivepool 1 kind=max", 1, {
        "fvcore": 0, "thop": 0, "ultralytics-thop": 0, "torchprofile": 0, "calflops": (0, 364),
    }),
    ("input 3x13x9; avgpool 3 pad=1 exclude_pad=yes", 1, {"ultralytics-thop": 357, "thop": 45}),
    ("input 7x10x12; avgpool 3 stride=3 ceil=yes", 1, {
        "ultralytics-thop": 952, "torchprofile": 112,
    }),
]
"""Options of which the reference has none, as the counters printed them; MACs, and FLOPs."""


@pytest.mark.parametrize(("text", "batch", "printed"), PRINTED)
def test_paddings_by_name_and_windows_over_an_edge(
    text: str, batch: int, printed: dict[str, int | tuple[int, int]]
) -> None:
    read = model(text)
    for counter, wanted in printed.items():
        found = figure(read, params(read), counter, batch)
        both = (found.figure, found.also.get("flops"))
        assert both == (wanted if isinstance(wanted, tuple) else (wanted, None)), counter


EXPORTED = [
    ("input 3x7x8; adaptivepool 4", 2, 864, 208),
    ("input 6x7x13; adaptivepool 5", 2, 4500, 660),
    ("input 4x11; adaptivepool 3", 2, 192, 49),
    ("input 5x8; adaptivepool 4", 3, 120, 1),
    ("input 3x4x4x4; adaptivepool 2 kind=max", 2, 96, 0),
    ("input 3x4x6x4; adaptivepool 1x2x2 kind=max", 1, 48, 0),
    ("input 3x6; groupnorm 3", 2, 324, 15),
    ("input 2x5; upsample 3 mode=linear", 2, 180, 45),
    ("input 5x4; attention 4", 2, 8360, 90),
    ("input 5x8; attention 1 bias=no", 1, 2620, 267),
    ("input 4x3; rnn 5 layers=2 bidirectional=yes bias=no", 3, 20940, 252),
    ("input 4x16; a: linear 16 bias=no; relu; linear 16 bias=no tie=a", 3, 6336, 256),
    ("input 2x6x8; maxpool 2x3 pad=1 ceil=yes", 1, 192, 0),
    ("input 2x11; avgpool 2 stride=3 pad=1 ceil=yes", 1, 20, 0),
    ("input 1x5; rnn 3 layers=2 bidirectional=yes", 2, 2004, 106),
    ("input 7; embedding 17 12; position; rnn 12 layers=2; rnn 12 layers=2; select 0; linear 4", 1,
     34120, 1644),
    ("input 4x20; lrn size=3; conv 5 3; lrn size=3", 2, 16620, 74),
    ("input 4x8x9; lrn size=3; conv 5 3; lrn size=3", 2, 57372, 206),
    ("input 4x8x9; upsample 2; conv 5 3; upsample 2", 2, 82880, 189),
    ("input 4x8x9; groupnorm 2; conv 4 3; groupnorm 2", 2, 20640, 171),
    ("input 5x8; attention 2; linear 6; attention 2", 2, 13700, 522),
    ("input 5x8; rmsnorm; linear 6; rmsnorm", 2, 6020, 69),
    ("input 4x10x8; adaptivepool 4x4; conv 5 2; adaptivepool 2x2; flatten; linear 3", 2, 2584, 376),
    ("input 1x18x18; conv 4 3; b: conv 4 3; conv 4 3 tie=b; flatten; linear 6", 1, 64022, 3656),
]
"""What onnx-tool printed of torch's own export: MACs and parameters."""


@pytest.mark.parametrize(("text", "batch", "macs", "parameters"), EXPORTED)
def test_constants_of_an_exported_graph(
    text: str, batch: int, macs: int, parameters: int
) -> None:
    read = model(text)
    found = figure(read, params(read), "onnx-tool", batch)
    assert (found.figure, found.params) == (macs, parameters)


VIEWS = [
    ("lstm 6; linear 4", 3, "module", 504), ("lstm 6; dropout; gru 4 layers=2", 3, "module", 5544),
    ("gru 6 bidirectional=yes; rnn 4", 3, "module", 10584), ("transpose; rnn 4", 1, "module", 240),
    ("attention 1; linear 4", 3, "module", 4095), ("lstm 6; attention 1", 3, "sdpa", 3150),
    ("transpose; attention 1", 1, "module", 1365), ("transpose; attention 1", 3, "sdpa", 3045),
    # A sum lies as the first of its branches does.
    ("lstm 5\nsum:\n  branch:\n  branch:\n    attention 1", 3, "module", 3990),
    ("gru 5\nsum:\n  branch:\n    linear 5\n  branch:\nattention 1", 3, "module", 7665),
    ("transpose\nscale:\n  branch:\n  branch:\n    sigmoid\nlinear 3", 2, "module", 210),
    ("rnn 5\nsum:\n  branch:\n    dropout\n  branch:\n    linear 5\nattention 1", 3, "sdpa", 3885),
    # A softmax lays its output out anew, a table of positions does not; two turns are none.
    ("lstm 6; position; linear 4", 3, "module", 504),
    ("lstm 6; softmax; linear 4", 3, "module", 588),
    ("transpose; relu; transpose; attention 1", 3, "sdpa", 2520),
    ("lstm 6; transpose; transpose; linear 4", 3, "module", 504),
]
"""Behind axes that lie turned in memory ptflops sees some products without their bias."""


@pytest.mark.parametrize(("layers", "batch", "attention", "macs"), VIEWS)
def test_biases_behind_views(layers: str, batch: int, attention: str, macs: int) -> None:
    read = model(f"input 7x5; {layers}")
    assert figure(read, params(read), "ptflops-aten", batch, attention).figure == macs


@pytest.mark.parametrize(
    ("text", "batch", "macs"),
    [
        ("input 1x2; attention 1", 2, 56), ("input 1x2; gru 3", 3, 189),
        ("input 1x4; rnn 2; attention 1", 2, 88), ("input 3x1; transpose; rnn 3", 2, 48),
        ("input 2x1; conv 3 1; transpose; attention 1", 3, 189),
        ("input 1x5; lstm 6; linear 4", 3, 84), ("input 1x5; attention 1; linear 4", 3, 462),
    ],
)
def test_axes_of_one_are_turned_without_a_trace(text: str, batch: int, macs: int) -> None:
    read = model(text)
    assert figure(read, params(read), "ptflops-aten", batch).figure == macs


def test_windows_of_thops_adaptive_pool_are_rounded_as_there() -> None:
    for size, pool, macs in (("1x3x4", 5, 111), ("2x3x4x1", 3, 234)):
        read = model(f"input {size}; adaptivepool {pool}")
        assert figure(read, params(read), "thop", 3).figure == macs


def test_one_counter_all_counters_and_whose_figure_it_is() -> None:
    words = "params", "--input", "3x8x8", "conv 4 3; batchnorm; relu", "-f", "json"
    one = json.loads(invoke(*words, "--as", "torchinfo", "--batch", "2").out)
    assert one["as"] | {"layers": None} == {
        "counter": "torchinfo", "version": "1.8.0", "unit": "MACs", "figure": 8080,
        "params": 120, "layers": None, "items": [
            {"what": "examples", "count": 3888}, {"what": "biases", "count": 288},
            {"what": "norms", "count": 16},
        ],
    }
    assert "agrees" in invoke(*words, "--as", "torchinfo", "--expect", "4.04K").complaint
    assert len(json.loads(invoke(*words, "--as", "all").out)["as"]) == 12
    resnet = invoke("params", "resnet50", "--explain-figure", "4.134G", "-f", "csv").out
    assert [line.split(",")[0] for line in resnet.splitlines()[1:]] == ["thop", "ultralytics-thop"]
    nobody = invoke("params", "lenet", "--explain-figure", "1G")
    assert nobody.status == 0
    assert nobody.err.startswith("dlcalc: no counter prints 1G")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--as", "torchinf"], "unknown counter 'torchinf'; did you mean torchinfo or"),
        (["--explain-figure", "4.1Q"], "'4.1Q' is no figure"),
        (["--as", "thop", "--compare", "lenet"], "--as is of one model"),
    ],
)
def test_what_cannot_be_asked(words: list[str], complaint: str) -> None:
    run = invoke("params", "lenet", *words)
    assert run.status == 2
    assert complaint in run.complaint


@pytest.mark.parametrize(("input", "layer", "stops"), [
    ("4x3", "gru 2", True), ("7x5x4", "adaptivepool 2 kind=max", True),
    ("2x4x4x6", "adaptivepool 2", True), ("2x5x4x6", "adaptivepool 1", False),
    ("2x6x4", "adaptivepool 2 kind=max", False),
])
def test_a_counter_that_stops_prints_no_figure(input: str, layer: str, stops: bool) -> None:
    run = invoke("params", "--input", input, layer, "--as", "onnx-tool", "-f", "json")
    assert (json.loads(run.out)["as"]["figure"] is None) == stops

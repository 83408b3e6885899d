"""`dlcalc params` as its users type it."""

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.errors import InputError
from dlcalc.models import zoo_names
from tests.shell.running import Run, invoke, run, shell
from tests.test_house import loaded_by_command

SMALLER = ["--set", "C1.kernel=4", "--set", "C1.filters=5", "--set", "C1.stride=2"]


def loaded(done: Run) -> Any:
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_the_json_has_its_promised_layout() -> None:
    record = loaded(invoke("params", "lenet", "-f", "json"))
    assert list(record) == ["model", "input", "layers", "total"]
    assert record["input"] == [1, 32, 32]
    first = record["layers"][0]
    assert {"name", "type", "output", "params", "macs", "receptive_field"} <= first.keys()
    assert (first["name"], first["params"], first["output"]) == ("C1", 156, [6, 28, 28])
    assert first["receptive_field"] == {
        "size": [5, 5], "jump": [1, 1], "start": [0, 0], "unclipped": [5, 5],
    }
    assert record["total"] == {
        "params": 61706, "active_params": 61706, "weights": 61470, "biases": 236,
        "trainable": 61706, "buffers": 0, "macs": 416520,
        "activations": 14602,
        "weights_bytes": 4 * 61706, "activations_bytes": 4 * 14602,
        "training_bytes": 4 * (4 * 61706 + 14602), "training_macs": 3 * 416520,
    }


@pytest.mark.parametrize("name", ["lenet", "resnet18", "gpt2", "dcgan"])
def test_totals_are_the_sums_of_the_rows_in_every_format(name: str) -> None:
    record = loaded(invoke("params", name, "-f", "json"))
    rows = list(csv.DictReader(io.StringIO(
        invoke("params", name, "-f", "csv", "--columns", "all").out
    )))
    for key in (
        "params", "weights", "biases", "trainable", "macs", "activations", "weights_bytes",
        "activations_bytes", "training_bytes",
    ):
        assert record["total"][key] == sum(layer[key] for layer in record["layers"])
        assert record["total"][key] == sum(int(row[key]) for row in rows)
    plain = invoke("params", name, "-f", "plain", "--columns", "name,params").out
    assert record["total"]["params"] == sum(int(line.split()[1]) for line in plain.splitlines())


def test_the_table_folds_turns_that_count_the_same() -> None:
    lines = invoke("params", "gpt3").out.splitlines()
    assert len(lines) < 24
    up = next(line.split() for line in lines if line.startswith("h.0–95.up"))
    assert up[-1] == "96"
    total = next(line.split() for line in lines if line.startswith("total"))
    assert total[1:] == ["174,604,259,328", "367,402,130,866,176"]
    assert len(invoke("params", "gpt3", "-f", "csv").out.splitlines()) == 1 + 4 + 8 * 96


def test_adapters_of_an_attention_are_lines_of_their_own() -> None:
    asked = ["params", "gpt2", "--lora", "8:q,v"]
    lines = invoke(*asked, "--explain").out.splitlines()
    assert "h.0–11.attn.q.lora" in invoke(*asked, "--framework", "keras").out
    assert "h.0.attn.q.lora = 12288" in lines
    for name in ("h.0–11.attn.q.lora", "h.0–11.attn.v.lora"):
        [cells] = [line.split() for line in lines if line.startswith(name)]
        assert (cells[3], cells[-1]) == ("12,288", "12")


def test_macs_are_not_called_flops() -> None:
    out = invoke("params", "resnet50").out
    assert "4,089,184,256" in out
    assert "1 mac = 2 FLOPs" in out
    assert "8,178,368,512" not in out


def test_a_layer_with_its_working() -> None:
    done = invoke("params", "lenet", "--layer", "C1", "--explain")
    assert "(5·5·1 + 1)·6 = 156" in done.out
    assert "⌊(32 + 2·0 − 5)/1⌋ + 1" in done.out
    record = loaded(invoke("params", "lenet", "--layer", "C1", "-f", "json"))
    assert (record["params"], record["weights"], record["biases"]) == (156, 150, 6)


@pytest.mark.parametrize(("model", "layer", "working"), [
    ("resnet18", "conv1", "7·7·3·64 = 9408"),
    ("mobilenet-v2", "dwconv1", "3·3·32 = 288"),
    ("alexnet-2012", "conv2", "((5·5·96)/2 + 1)·256 = 307456"),
    ("lenet-1998", "C3", "60·5·5 + 16 = 1516"),
    ("lenet", "F6", "(120 + 1)·84 = 10164"),
    ("gpt2", "wte", "50257·768 = 38597376"),
    ("resnet18", "bn1", "2·64 = 128"),
    ("lenet-1998", "S2", "2·6 = 12"),
    ("lenet-1998", "S2", "6·14·14 = 1176"),
    ("lenet-1998", "OUTPUT", "84·10 = 840"),
    ("llama-2-7b", "norm", "norm = D = 4096   (D features)"),
    ("gpt2", "h.0.attn", "4·768·(768 + 1) = 2362368"),
    ("gpt2", "head", "head = 0   (weights tied to wte)"),
    ("gpt2", "h.0.sum1", "h.0.sum1 = 0\nmacs = 0"),
    ("dcgan", "conv1", "5·5·1024·512 = 13107200"),
])
def test_the_working_of_each_type(model: str, layer: str, working: str) -> None:
    out = invoke("params", model, "--layer", layer, "--explain").out
    assert working in out


@pytest.mark.parametrize(("text", "working"), [
    ("lstm 3", "4·3·(2 + 3 + 2) = 84"), ("lstm 3 bias=no", "4·3·(2 + 3) = 60"),
    ("lstm 3 layers=2 bidirectional=yes",
     "8·H·(D − 2·H + 3·H·L + 2·L) = 8·3·(2 − 2·3 + 3·3·2 + 2·2) = 432   "
     "(H hidden units, D features, L layers)"),
    ("gru 3 layers=2 bias=single", "3·3·(2 − 3 + 2·3·2 + 2) = 117"),
    ("rnn 3 bidirectional=yes bias=no", "2·3·7·(2 + 3) = 210"),
])
def test_the_working_of_recurrent_layers(text: str, working: str) -> None:
    out = invoke("params", "--input", "7x2", text, "--layer", text.split()[0] + "1",
                 "--explain").out
    assert working in out


@pytest.mark.parametrize("form", ["table", "json", "markdown", "latex", "csv"])
def test_the_working_of_a_whole_model_in_every_format(form: str) -> None:
    done = invoke("params", "resnet18", "--explain", "-f", form)
    assert done.status == 0
    assert "9408" in done.out
    assert "1 more layer" in done.out


def test_before_and_after_a_change() -> None:
    done = invoke("params", "lenet", *SMALLER)
    assert done.status == 0
    first = next(line for line in done.out.splitlines() if line.startswith("C1 "))
    assert "6x28x28 → 5x15x15" in first
    assert "156 → 85" in first
    assert "−71" in first
    assert "C5 no longer fits: it breaks at 16x1x1, where a kernel of 5 does not fit" in done.out
    record = loaded(invoke("params", "lenet", *SMALLER, "-f", "json"))
    assert record["layers"][0]["params"] == 85
    assert record["before"]["layers"][0]["params"] == 156
    assert record["misfit"]["layer"] == "C5"
    assert record["misfit"]["input"] == [16, 1, 1]
    assert "(4·4·1 + 1)·5 = 85" in invoke("params", "lenet", *SMALLER, "--explain").out


@pytest.mark.parametrize("model", ["lenet", "vgg16", "llama-3-8b"])
def test_sizes_agree_as_they_are_shown_and_in_other_units(model: str) -> None:
    shown = invoke("params", model, "--summary").out
    total = loaded(invoke("params", model, "-f", "json"))["total"]
    sizes = dict(re.findall(r"^(\w+ bytes) +(\S+ \w+)$", shown, re.M))
    assert len(sizes) >= 3
    answer = {name.replace(" ", "_"): size for name, size in sizes.items()}
    given = json.dumps({"total": answer})
    assert invoke("params", model, "--expect", given).status == 0
    for text, status in ((f"{total['weights_bytes'] / 1e6:.3f} MB", 0),
                         (f"{total['weights_bytes'] / 2**20:.3f}MiB", 0),
                         (f"{total['weights_bytes'] / 1.03e6:.3f} MB", 1)):
        given = json.dumps({"total": {"weights_bytes": text}})
        assert invoke("params", model, "--expect", given).status == status, text


def test_a_size_that_is_unknown_or_written_out_is_compared_as_such() -> None:
    tiny = ["params", "--input", "10", "linear 20 bias=no", "--expect"]
    assert invoke(*tiny, '{"total": {"weights_bytes": "800 B"}}').status == 0
    done = invoke("params", "lenet", *SMALLER, "--expect", '{"total": {"weights_bytes": "9 KB"}}')
    assert done.status == 1
    assert "9 KB" in done.complaint


def test_a_model_that_no_longer_fits_has_no_totals() -> None:
    """Sums of the layers before the one that breaks are no totals of the model."""
    record = loaded(invoke("params", "lenet", *SMALLER, "-f", "json"))
    assert set(record["total"].values()) == {None}
    assert set(record["difference"].values()) == {None}
    assert record["before"]["total"]["params"] == 61706
    done = invoke("params", "lenet", *SMALLER)
    assert "weights 241.0 KiB → –, activations 57.0 KiB → –, training" in done.out
    assert done.err == ""
    assert "total                        61,706 → –" in done.out
    for form in ("csv", "tsv", "plain"):
        told = invoke("params", "lenet", *SMALLER, "-f", form)
        assert told.status == 0
        assert told.complaint.startswith("C5 no longer fits: it breaks at 16x1x1, where a kernel")


def test_one_layer_before_and_after_a_change() -> None:
    done = invoke("params", "lenet", *SMALLER, "--layer", "C1", "--explain")
    assert "(5·5·1 + 1)·6 = 156" in done.out
    assert "(4·4·1 + 1)·5 = 85" in done.out
    assert "tanh1" not in done.out
    record = loaded(invoke("params", "lenet", *SMALLER, "--layer", "C1", "-f", "json"))
    assert [layer["name"] for layer in record["layers"]] == ["C1"]
    assert (record["total"]["params"], record["difference"]["params"]) == (85, -71)
    broken = invoke("params", "lenet", *SMALLER, "--layer", "C5")
    assert "48,120 → –" in broken.out
    assert "C5 no longer fits" in broken.out
    assert invoke("params", "lenet", *SMALLER, "--layer", "C1", "--expect", "85").status == 0


@pytest.mark.parametrize(("words", "expected", "told"), [
    ([*SMALLER, "--layer", "C1"], "80", "(4·4·1 + 1)·5 (K kernel, C channels, F filters, 1 bias); "
     "the biases left out gives that"),
    ([*SMALLER, "--layer", "C1"], '{"layers": [{"output": [15, 15, 5]}]}', "channels last gives"),
    (["--compare", "vgg16", "--input", "3x224x224"], "138344128", "the biases left out gives that"),
    ([*SMALLER, "--layer", "C1"], '{"before": {"total": {"params": 150}}}', "is 156\n"),
])
def test_a_slip_is_named_of_a_model_after_a_change(
    words: list[str], expected: str, told: str
) -> None:
    model = "vgg11" if "--compare" in words else "lenet"
    done = invoke("params", model, *words, "--expect", expected)
    assert done.status == 1
    assert told in done.err


def test_columns_before_and_after_a_change() -> None:
    arguments = ["params", "lenet", "--set", "C1.kernel=4", "--columns"]
    out = invoke(*arguments, "name,input,weights,biases,weights_bytes,field").out
    first = next(line.split("  ") for line in out.splitlines() if line.startswith("C1 "))
    cells = [cell.strip() for cell in first if cell.strip()]
    assert cells == ["C1", "1x32x32", "150 → 96", "−54", "6", "624 → 408", "−216", "5x5 → 4x4"]
    total = next(line for line in out.splitlines() if line.startswith("total"))
    assert "61,470 → 61,416" in total
    rows = list(csv.DictReader(io.StringIO(invoke(*arguments, "name,macs,jump", "-f", "csv").out)))
    assert rows[0] == {
        "name": "C1", "macs_before": "117600", "macs": "80736", "macs_difference": "-36864",
        "jump_before": "1x1", "jump": "1x1",
    }
    assert invoke(*arguments, "all").status == 0


def test_a_changed_model_beside_another() -> None:
    out = invoke("params", "lenet", "--set", "C1.bias=no", "--compare", "lenet-1998").out
    assert out.startswith("LeNet-5, as it is taught today with C1.bias=no → LeNet-5, as published")
    assert "61,700 → 60,000" in out


def test_layers_of_two_models_keep_their_order() -> None:
    """Numbered names stand in other places of the other model, and are no pairs there."""
    out = invoke("params", "lenet", "--compare", "lenet-1998").out
    names = [line.split()[0] for line in out.splitlines()[3:] if line]
    named = ["C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT"]
    assert [name for name in names if name in named] == named


def test_every_column_in_every_format() -> None:
    for form in ("table", "plain", "csv", "markdown", "latex"):
        done = invoke("params", "gpt2", "--columns", "all", "-f", form)
        assert done.status == 0
        assert "wte" in done.out
    out = invoke("params", "lenet", "--columns", "weights,biases,weights_bytes").out
    assert out.splitlines()[14].split() == ["61,470", "236", "246,824"]


def test_bytes_of_each_layer() -> None:
    arguments = ["params", "--input", "3", "linear 3 bias=no", "linear 1", "--dtype", "int4",
                 "--optimizer", "sgd", "--batch", "3", "-f", "json"]
    record = loaded(invoke(*arguments))
    assert [each["weights_bytes"] for each in record["layers"]] == [5, 2]
    assert [each["activations_bytes"] for each in record["layers"]] == [5, 2]
    assert [each["training_bytes"] for each in record["layers"]] == [15, 6]
    assert record["total"]["training_bytes"] == 21


def test_a_block_and_a_layer_in_every_turn() -> None:
    block = loaded(invoke("params", "resnet18", "--layer", "layer1", "-f", "json"))
    assert block["total"]["params"] == 4 * (64 * 64 * 9 + 128)
    assert block["input"] == [64, 56, 56]
    turns = loaded(invoke("params", "gpt2", "--layer", "h.attn", "-f", "json"))
    assert turns["total"]["params"] == 12 * 2_362_368
    assert len(turns["layers"]) == 12
    assert len(loaded(invoke("params", "gpt2", "--layer", "h.3", "-f", "json"))["layers"]) == 8
    one = invoke("params", "resnet18", "--layer", "layer1.0.conv1", "--columns", "name,params")
    assert "36,864" in one.out


def test_deep_models_are_short_tables() -> None:
    """Turns whose receptive fields grow are one line with the first and the last field."""
    out = invoke("params", "resnet152").out
    assert len(out.splitlines()) < 110
    line = next(line for line in out.splitlines() if line.startswith("layer3.1–35.conv2 "))
    assert line.split()[-2:] == ["267x267…224x224", "35"] or "…" in line
    assert "times: layers that count the same, each what its line says" in out
    assert len(invoke("params", "gpt2", "--set", "h.attn.heads=24").out.splitlines()) < 30


def test_a_change_that_fits_has_its_totals() -> None:
    record = loaded(invoke("params", "lenet", "--set", "C1.bias=no", "-f", "json"))
    assert record["total"]["params"] == 61700
    assert record["difference"]["params"] == -6
    assert "misfit" not in record


def test_two_models_side_by_side() -> None:
    record = loaded(invoke("params", "resnet18", "--compare", "resnet34", "-f", "json"))
    assert record["before"]["total"]["params"] == 11_689_512
    assert record["total"]["params"] == 21_797_672
    out = invoke("params", "resnet18", "--compare", "resnet34").out
    assert out.startswith("ResNet-18 → ResNet-34\n")
    assert "11,689,512 → 21,797,672" in out


@pytest.mark.parametrize(("arguments", "expected", "complaint"), [
    (["lenet"], "61706", ""),
    (["lenet"], "61707", "total.params: expected 61707, is 61706 = 156 + 2416 + 48120 + 10164"),
    (["lenet"], '{"total": {"macs": 416521}}',
     "total.macs: expected 416521, is 416520 = 117600 + 240000 + 48000 + 10080 + 840"),
    (["--input", "1x8x8", "conv 2 3", "relu"], '{"layers": [{"params": 18}, {}]}',
     "layers[0].params: expected 18, is 20 = (K_1·K_2·C + 1)·F = (3·3·1 + 1)·2"),
    (["--input", "1x8x8", "conv 2 3", "relu"], '{"layers": [{"output": [2, 7, 7]}, {}]}',
     "layers[0].output element (1): expected 7, is 6 = ⌊(L + 2·P − F)/S⌋ + 1 = ⌊(8 + 2·0 − 3)"),
    (["lenet"], '{"C1.weights": 25}',
     "layers[0].weights: expected 25, is 150 = K_1·K_2·C·F = 5·5·1·6"),
    (["lenet"], '{"C1.biases": 1}', "layers[0].biases: expected 1, is 6 = F"),
    (["lenet"], '{"C1.activations": 784}',
     "layers[0].activations: expected 784, is 4704 = 6·28·28"),
    (["lenet"], '{"C1": {"macs": "117,600", "field": "5x5"}, "C3.field": [14, 14]}', ""),
    (["lenet"], '{"C3": {"receptive_field": "14x14"}, "S4.receptive_field": [16, 16]}', ""),
    (["lenet", "--layer", "C1"], '{"receptive field": "5x5", "weights bytes": 624}', ""),
    (["lenet", "--summary"], '{"weights bytes": "241.0 KiB", "active params": 61706}', ""),
    (["lenet"], '{"C3": {"field": "9x9"}}',
     "layers[3].receptive_field.size element (0): expected 9, is 14 = R + (K − 1)·D·J "
     "= 6 + (5 − 1)·1·2"),
    (["lenet"], '{"F6": {"field": [9, 9]}}',
     "layers[9].receptive_field.size element (0): expected 9, is 32; 2"),
    (["lenet"], '{"total": {"weights_bytes": 61706}}',
     "total.weights_bytes: expected 61706, is 246824 = 61706·4 (4 bytes each)"),
    (["lenet", "--batch", "2"], '{"activations_bytes": 7}',
     "total.activations_bytes: expected 7, is 116816 = 14602·2·4 (4 bytes each)"),
    (["lenet"], '{"total": {"training_bytes": "738,880"}}',
     "total.training_bytes: expected 738880, is 1045704 = 246824 + 246824 + 493648 "
     "+ 58408 (weights, gradients, state of the optimiser, activations; adam, batch 1, float32)"),
    (["lenet", "--layer", "C1"], '{"weights_bytes": 156, "field": "5x5"}',
     "weights_bytes: expected 156, is 624 = 156·4"),
    (["lenet", "alexnet"], '[{"total": {"macs": 416520}}, {}]', ""),
    (["lenet"], '{"weights": "241.0 KiB", "training": "1,021.1 KiB"}', ""),
    (["lenet", "alexnet"], '{"lenet": {"params": 61706}, "alexnet.total.params": 61100840}', ""),
    (["lenet", "alexnet"], "61706 9", "models[1].total.params: expected 9, is 61100840"),
    (["lenet", "alexnet"], '[{}, {"total": {"macs": 1}}]', "models[1].total.macs: expected 1, is"),
    (["lenet", "--layer", "C1"], "156", ""),
    (["lenet", "--layer", "C1"], "150", "params: expected 150, is 156 = (K_1·K_2·C + 1)·F = (5·5"),
    (["lenet", "--set", "C1.bias=no"], "61700", ""),
])
def test_expect(arguments: list[str], expected: str, complaint: str) -> None:
    done = invoke("params", *arguments, "--expect", expected)
    assert done.status == (1 if complaint else 0)
    assert complaint in done.err


BAD = [
    # arguments, stdin, complaint; and the nearest that is right
    (["lenett"], "", "no model, file or layer 'lenett'; did you mean lenet", ["lenet"]),
    (["lenet", "--layer", "C9"], "", "no layer C9; known: C1, tanh1, S2", ["lenet"]),
    (["lenet", "--input", "0x3x3"], "", "--input: input size 0 is below 1", ["lenet"]),
    (["relu", "--input", "1x1x1x1x1"], "", "--input: an input has 1 to 4 axes, CxDxHxW, not 5",
     ["lenet"]),
    (["conv 6 5"], "", "the size of the input is not known: give --input",
     ["conv 6 5", "--input", "1x32x32"]),
    (["repeat 2: conv 6 5 nope=3"], "", "conv 6 5 nope=3: unknown option 'nope'; known: filters",
     ["repeat 2: conv 6 5", "--input", "1x32x32"]),
    (["--input", "1x32x32", "conv 6 5", "linear 10"], "",
     "linear 10: input is 6x28x28; flatten it first",
     ["--input", "1x32x32", "conv 6 5", "flatten", "linear 10"]),
    (["-"], "input 3x8x8\nconv 6 5\nlinear 4\n",
     "standard input:3: linear 4: input is 6x4x4; flatten it first", ["lenet"]),
    (["-"], "", "standard input: is empty, closed or read already", ["lenet"]),
    (["lenet", "--set", "C1.kernel"], "", "--set: C1.kernel: write LAYER.KEY=VALUE",
     ["lenet", "--set", "C1.kernel=4"]),
    (["lenet", "--set", "C1.kernle=4"], "", "--set: unknown option 'kernle'; did you mean kernel?",
     ["lenet", "--set", "C1.kernel=4"]),
    (["lenet", "--set", "C1.kernel=x"], "", "--set: lenet.txt:5: C1: conv 6 x: kernel 'x' is no",
     ["lenet", "--set", "C1.kernel=4"]),
    (["lenet", "--set", "C1.kernel=99"], "",
     "conv 6 99: input is 1x32x32; a kernel of 99 does not fit a padded input of 32",
     ["lenet", "--set", "C1.kernel=31", "--set", "S2.kernel=1"]),
    (["lenet", "--set", "C1.kernel=4", "--layer", "C9"], "", "no layer C9; known: C1",
     ["lenet", "--set", "C1.kernel=4", "--layer", "C1"]),
    (["lenet", "relu"], "", "lenet is a model, and 'relu' stands beside it",
     ["lenet", "alexnet"]),
    (["relu", "lenet", "--input", "3"], "", "lenet is a model, and 'relu' stands beside it",
     ["relu", "tanh", "--input", "3"]),
    (["-"], "inptu 3x8x8\nrelu\n", "unknown layer type 'inptu'; did you mean input",
     ["lenet"]),
    (["lenet", "--columns", "name,parms"], "", "unknown column 'parms'; did you mean params?",
     ["lenet", "--columns", "name,params"]),
    (["lenet", "--dtype", "float31"], "", "unknown dtype 'float31'; did you mean",
     ["lenet", "--dtype", "float16"]),
    (["lenet", "--optimizer", "adma"], "", "unknown optimizer 'adma'; did you mean adam",
     ["lenet", "--optimizer", "sgd"]),
    (["lenet", "--batch", "0"], "", "is no whole number of at least 1",
     ["lenet", "--batch", "1"]),
    (["-"], "repeat 1000:\n  repeat 1000: relu\n", "1,000,000 layers after all repeats",
     ["lenet"]),
]


@pytest.mark.parametrize(("arguments", "stdin", "complaint", "right"), BAD)
def test_bad_input_is_one_line_and_its_neighbour_is_fine(
    arguments: list[str], stdin: str, complaint: str, right: list[str]
) -> None:
    done = invoke("params", *arguments, stdin=stdin)
    assert done.status == 2
    assert done.out == ""
    assert complaint in done.complaint
    assert invoke("params", *right).status == 0


def test_a_file_error_names_file_line_and_layer(tmp_path: Path) -> None:
    net = tmp_path / "net.txt"
    net.write_text("input 1x32x32\n# two\nconv 6 5\nmaxpool 2\nconv 16 5\nmaxpool 2\nlinear 10\n")
    done = run("params", "net.txt", cwd=tmp_path)
    assert (done.status, done.complaint) == (
        2, "net.txt:7: linear 10: input is 16x5x5; flatten it first"
    )


def test_pipelines(tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text("input 1x32x32\nC1: conv 6 5; relu\n")
    assert "156" in shell("cat net.txt | dlcalc params -", tmp_path).out
    assert "156" in shell("cat net.txt | dlcalc params", tmp_path).out
    line = "dlcalc params lenet -f csv | awk -F, 'NR > 1 {s += $4} END {print s}'"
    assert shell(line, tmp_path).out == "61706\n"
    if shutil.which("jq"):
        assert shell("dlcalc params lenet -f json | jq .total.params", tmp_path).out == "61706\n"


def test_with_nothing_it_counts_its_example() -> None:
    done = invoke("params")
    assert done.status == 0
    assert "61,706" in done.out
    assert "give numbers of your own with dlcalc params MODEL" in done.err


def test_other_sizes_types_and_batches() -> None:
    record = loaded(invoke("params", "lenet", "--input", "1x36x36", "-f", "json"))
    assert record["layers"][-2]["input"] == [84]
    assert record["layers"][8]["output"] == [480]
    small = loaded(invoke("params", "lenet", "--dtype", "int8", "--batch", "10",
                          "--optimizer", "sgd", "-f", "json"))["total"]
    assert (small["weights_bytes"], small["activations_bytes"]) == (61706, 146020)
    assert small["training_bytes"] == 2 * 61706 + 146020


@pytest.mark.parametrize("line", [
    "params lenet", "params lenet -f json", "params gpt3 -f csv", "params lenet --explain",
    "params lenet --set C1.kernel=4", "reduce lenet --layer C1", "models",
])
def test_no_numpy_is_loaded(line: str) -> None:
    assert "numpy" not in loaded_by_command(*line.split())


def test_csv_loads_few_modules() -> None:
    found = loaded_by_command("params", "lenet", "-f", "csv")
    assert not {"tabulate", "fractions", "dlcalc.layers.attention",
                "dlcalc.layers.recurrent", "dlcalc.models.working"} & found


def test_model_names_complete() -> None:
    words = {"COMP_WORDS": "dlcalc params resn", "COMP_CWORD": "2",
             "_DLCALC_COMPLETE": "bash_complete"}
    names = [line.split(",")[1] for line in run(env=words).out.splitlines()]
    assert names == [name for name in zoo_names() if name.startswith("resn")]
    assert len(names) == 5


@pytest.mark.parametrize(("words", "found"), [
    ("params lenet --layer C", ["C1", "C3", "C5"]),
    ("reduce gpt2 --layer h.at", ["h.attn"]),
    ("params nonesuch --layer C", []),
    ("params --layer C", []),
    ("params lenet --columns wei", ["weights", "weights_bytes"]),
    ("params lenet --columns name,wei", ["name,weights", "name,weights_bytes"]),
    ("params lenet --columns weights,wei", ["weights,weights_bytes"]),
    ("params lenet --columns al", ["all"]),
])
def test_layers_and_columns_complete(words: str, found: list[str]) -> None:
    words = f"dlcalc {words}"
    given = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1),
             "_DLCALC_COMPLETE": "bash_complete"}
    lines = run(env=given).out.split()
    assert [line.split(",", 1)[1] for line in lines] == found


@pytest.mark.parametrize(("arguments", "complaint"), [
    (["no\x1b[31m\nmodel"], r"unknown layer type 'no\x1b[31m'"),
    (["--input", "1024x" + "9" * 4000, "attention 7"],
     "input is 1024x99999999999999999999…99999999; 99999999999999999999…99999999 features do"),
])
def test_a_complaint_is_one_short_line(arguments: list[str], complaint: str) -> None:
    done = run("params", *arguments)
    assert done.status == 2
    assert complaint in done.complaint
    assert len(done.err) < 500


def test_python() -> None:
    count = dlcalc.params(dlcalc.model("lenet"))
    assert (count.params, count.rows[0].params) == (61706, 156)
    changed = {"C1.kernel": 4, "C1.filters": 5, "C1.stride": 2, "C5.kernel": 1}
    smaller = dlcalc.params("lenet", set=changed, layer="C1", batch=2, dtype="float16")
    assert (smaller.params, smaller.output) == (85, (5, 15, 15))
    assert smaller.memory is not None
    assert smaller.memory.activations == 2 * 2 * 5 * 15 * 15
    assert dlcalc.params("lenet", compare="alexnet").after.params == 61_100_840
    typed = dlcalc.params(dlcalc.model("conv 6 5", "relu"), input=(1, 32, 32))
    assert typed.output == (6, 28, 28)


@pytest.mark.parametrize(("size", "params"), [("28", 87), (28, 87), ([4, 28], 87), ("4x28", 87)])
def test_python_takes_an_input_as_the_command_does(size: Any, params: int) -> None:
    assert dlcalc.params(["linear 3"], size).params == params
    assert dlcalc.reduce(["A: linear 3"], "A", size).today.params == params


@pytest.mark.parametrize(
    ("size", "complaint"),
    [((0, 32), "input size 0 is below 1"), (1.5, "input size 1.5 is not a whole number"),
     ((), "1 to 4 axes"), ("x", "x is no shape")],
)
def test_python_refuses_what_is_no_input(size: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        dlcalc.params(["linear 3"], size)


def test_turns_with_one_between_them_that_differs_are_no_range() -> None:
    lines = invoke("params", "gpt2", "--set", "h.1.attn.heads=6").out.splitlines()
    rows = {line.split("  ")[0]: line.split()[-1] for line in lines if line.startswith("h.")}
    assert rows["h.0.attn … h.11.attn"] == "11"
    assert rows["h.0–11.ln_1"] == "12"


def test_records_are_answered_a_model_a_line() -> None:
    lines = "model,batch,who\nlenet,4,me\nnope,1,x\nresnet18,,you\n"
    run = invoke("params", stdin=lines)
    assert run.status == 2
    assert run.err.startswith("dlcalc: standard input: line 3: no model, file or layer 'nope'")
    first, *rows = [line.split(",") for line in run.out.splitlines()]
    assert first[:5] == ["model", "batch", "who", "params", "active_params"]
    assert [row[:4] for row in rows] == [
        ["lenet", "4", "me", "61706"], ["resnet18", "", "you", "11689512"]
    ]
    sized = invoke("params", "-f", "csv", stdin="model,batch_size\nlenet,4\n").out.splitlines()
    assert sized[1].split(",")[2:] == rows[0][3:]
    record = '{"model": "conv 6 5; relu", "input": [1, 8, 8], "tag": 3}\n'
    found = json.loads(invoke("params", stdin=record).out)
    assert (found["tag"], found["macs"], "cache_bytes" in found) == (3, 2400, False)
    bare = invoke("params", stdin="lenet\nResNet-18\n")
    assert [line.split(",")[:2] for line in bare.out.splitlines()[1:]] == [
        ["lenet", "61706"], ["ResNet-18", "11689512"]
    ]
    refused = invoke("params", "--layer", "C1", stdin="model\nlenet\n")
    assert "layer is asked of one model" in refused.err
    assert invoke("params", "--input", "1x9x9", "-f", "csv", stdin="conv 6 5\n").status == 0


def test_a_framework_in_python_and_no_other_counts_of_a_config() -> None:
    assert dlcalc.params("lstm 4", (3, 3), framework="keras").params == 128
    assert dlcalc.params("conv 6 5", (1, 8, 8), framework="keras").rows[0].output == (4, 4, 6)
    assert "equinox counts 16: a bias" in invoke("params", "--input", "3x8", "rmsnorm").out
    assert "equinox" not in invoke("params", "qwen3-8b").out


def weights(folder: Path) -> str:
    """A file of one matrix of 3x4 in float32."""
    path = folder / "w.npy"
    np.save(path, np.ones((3, 4), np.float32))
    return str(path)


def test_several_models_may_be_of_any_kind(tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text("input 2; linear 3")
    words = ["lenet", str(tmp_path / "net.txt"), weights(tmp_path), "-"]
    record = loaded(invoke("params", *words, "-f", "json", stdin="input 4; linear 1"))
    found = [(each["model"], each["total"]["params"]) for each in record["models"]]
    assert found == [("lenet", 61706), (words[1], 9), (words[2], 12), ("-", 5)]
    rows = invoke("params", *words, "-f", "csv", stdin="input 4; linear 1").out.splitlines()
    assert [row.split(",")[2] for row in rows] == ["params", "61706", "9", "12", "5"]
    with (tmp_path / "w.npy").open("rb") as file:
        piped = loaded(invoke("params", "lenet", "-", "-f", "json", stdin=file.read()))
    assert piped["models"][1]["total"]["params"] == 12


@pytest.mark.parametrize(("words", "complaint"), [
    *((f"lenet alexnet {option}", f"{option.split()[0]} is of one model, not several")
      for option in ("--layer C1", "--set C1.kernel=4", "--columns name", "--compare vgg11",
                     "--as thop", "--framework keras", "--explain-figure 61706", "--depth 1",
                     "--sort params", "--to-notation")),
    *((f"lenet --compare alexnet {option}", f"{option.split()[0]} is of one model, without --set")
      for option in ("--summary", "--depth 1", "--sort params", "--as thop")),
    *((f"lenet --to-notation {option}", f"{option.split()[0]} is of a count; --to-notation prints")
      for option in ("--layer C1", "--compare alexnet", "--as thop", "--depth 1")),
    *((f"w.npy {option}", "w.npy: a file of weights has tensors, and no layers to show or change")
      for option in ("--tokens 4", "--dtype int8", "--batch 8", "--optimizer sgd", "--fit 1GiB",
                     "--lora 8:all", "--recipe bf16-adam", "--input 3x4", "--causal")),
    ("lenet w.npy --dtype int8", "w.npy: a file of weights has tensors, and no layers"),
    ("lenet alexnt", "no model, file or layer 'alexnt'; did you mean alexnet"),
])
def test_no_option_is_passed_over_in_silence(
    words: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = invoke("params", *words.split())
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(complaint)


@pytest.mark.parametrize("line", ["models resnet50", "params resnet50 --to-notation"])
def test_the_notation_in_json_is_a_model_again(line: str) -> None:
    printed = invoke(*line.split(), "-f", "json").out
    assert invoke("params", "-", "--expect", "25557032", stdin=printed).status == 0


def test_a_changed_model_is_printed_as_notation() -> None:
    changes = ["--set", "C1.kernel=4", "--set", "C1.filters=5"]
    printed = invoke("params", "lenet", *changes, "--to-notation").out
    assert "C1: conv 5 4\n" in printed
    changed = loaded(invoke("params", "lenet", *changes, "-f", "json"))
    again = loaded(invoke("params", "-", "-f", "json", stdin=printed))
    assert again["total"]["params"] == changed["total"]["params"] < 61706


def test_the_totals_of_one_layer() -> None:
    rows = invoke("params", "lenet", "--layer", "C1", "--summary", "-f", "csv").out.splitlines()
    assert dict(zip(*csv.reader(rows), strict=True))["params"] == "156"


def test_what_each_device_holds_and_what_fits_are_columns_for_programs() -> None:
    words = ["params", "gpt2", "--devices", "4", "--shard", "zero3", "--fit", "8GiB", "--summary"]
    total = loaded(invoke(*words, "-f", "json"))["total"]
    row = dict(zip(*csv.reader(invoke(*words, "-f", "csv").out.splitlines()), strict=True))
    for holder in ("per_device", "fit"):
        kept = {name: each for name, each in total[holder].items() if each is not None}
        assert kept
        assert {name: int(row[f"{holder}.{name}"]) for name in kept} == kept


def test_products_behind_a_cache_are_worked_out_with_its_positions() -> None:
    layer = ["params", "gpt2", "--layer", "h.0.attn", "--cached", "100"]
    worked = "2·T·D·(2·D + T + S) = 2·1·768·(2·768 + 1 + 100)"
    words = "(T positions, D features, S positions before)"
    assert f"macs = {worked} = 2514432   {words}\n" in invoke(*layer, "--explain").out
    assert invoke(*layer, "--expect", '{"macs": 5}').err == (
        f"dlcalc: macs: expected 5, is 2514432 = {worked} {words}\n"
    )


@pytest.mark.parametrize(("fields", "says"), [
    ('"torch_dtype": "torch.bfloat16"',
     "bfloat16 weights; bytes are of float32: --dtype bfloat16 counts that"),
    ('"dtype": "float32"', ""), ('"dtype": "auto"', ""), ('"quantization_config": 3', ""),
    *((f'"dtype": "float16", "quantization_config": {{"quant_method": "{method}"{more}}}',
       f"quantised ({method}) weights; bytes are of float32: --dtype {near} counts all matrices so")
      for method, more, near in (
          ("gptq", ', "bits": 4', "int4"), ("awq", ', "w_bit": 8', "int8"),
          ("bitsandbytes", ', "load_in_4bit": true', "nf4"), ("mxfp4", "", "mxfp4"),
          ("fp8", ', "weight_block_size": [128, 128]', "float8"),
          ("compressed-tensors", ', "config_groups": {"group_0": {"weights": '
           '{"num_bits": 8, "type": "float"}}}', "float8"))),
    ('"quantization": {"bits": 4}',
     "quantised (packed) weights; bytes are of float32: --dtype int4 counts all matrices so"),
    ('"quantization_config": {"quant_method": "aqlm"}',
     "quantised (aqlm) weights; bytes are of float32"),
])
def test_the_type_that_a_config_says_of_its_weights_is_told_where_none_is_asked(
    fields: str, says: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(f'{{"model_type": "gpt2", {fields}}}', "utf-8")
    told = f"dlcalc: config.json says {says}" if says else ""
    for words in (("--summary",), ("lenet",)):
        done = invoke("params", str(config), *words, "-f", "csv")
        assert (done.status, done.err.strip()) == (0, told)
    assert told in invoke("params", "lenet", "--compare", str(config)).err
    for more in (("--dtype", "int8"), ("--recipe", "bf16-adam"), ("--as", "thop")):
        assert "says" not in invoke("params", str(config), *more).err

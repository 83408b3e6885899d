"""`dlcalc reduce` and `dlcalc models` as their users type them."""

import json

import pytest

from tests.shell.running import invoke


def test_proposals_as_a_table() -> None:
    done = invoke("reduce", "lenet", "--layer", "C1")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[2].split()[:5] == ["as", "it", "is", "156", "117,600"]
    assert "larger stride: C5 no longer fits; at 16x1x1 it breaks" in done.out


def test_proposals_as_json() -> None:
    record = json.loads(invoke("reduce", "lenet", "--layer", "C1", "-f", "json").out)
    assert list(record) == ["layer", "today", "proposals"]
    assert record["today"]["params"] == 156
    saved = [each["saved"] for each in record["proposals"]]
    assert saved == sorted(saved, reverse=True)
    fewer = next(each for each in record["proposals"] if each["way"] == "fewer filters")
    assert (fewer["params"], fewer["layers"], fewer["model"]["params"]) == (
        78, "conv 3 5", 61706 - 78 - 3 * 25 * 16
    )
    assert record["proposals"][-1]["misfit"]["layer"] == "C5"


def test_a_budget() -> None:
    done = invoke("reduce", "lenet", "--layer", "C1", "--budget", "100")
    assert "the mildest way to 100 parameters: low rank, conv 3 5 bias=no; conv 6 1" in done.out
    within = invoke("reduce", "lenet", "--layer", "C1", "--budget", "200")
    assert "C1 is within 200 parameters as it is" in within.out


def test_a_layer_without_a_bias_is_replaced_by_layers_without() -> None:
    """A k×1 and a 1×k convolution, 4·3·3 + 4·4·3 weights."""
    words = ("reduce", "--input", "3x8x8", "conv 4 3 bias=no", "--layer", "conv1")
    found = json.loads(invoke(*words, "-f", "json").out)["proposals"]
    [by_axes] = [each for each in found if each["way"] == "k×1 and 1×k"]
    assert by_axes["layers"] == "conv 4 3x1 bias=no; conv 4 1x3 bias=no"
    assert (by_axes["params"], by_axes["receptive_field"]) == (84, [3, 3])
    assert all(each["way"] != "no bias" for each in found)
    assert "macs: multiply-accumulates of the layer" in invoke(*words).out


def test_a_small_saving_is_no_zero() -> None:
    out = invoke("reduce", "alexnet-2012", "--layer", "conv2").out
    line = next(line for line in out.splitlines() if line.startswith("no bias"))
    assert "307,200  <0.1 %" in line


def test_the_working_of_proposals() -> None:
    out = invoke("reduce", "lenet", "--layer", "C1", "--explain").out
    assert "low rank: conv 1 5 bias=no; conv 6 1" in out
    assert "(1·1·1 + 1)·6 = 12" in out
    assert "C1 = 25 + 12 = 37" in out
    assert "in all 12 turns" in invoke("reduce", "gpt2", "--layer", "h.attn", "--explain").out


def test_with_nothing_it_reduces_its_example() -> None:
    done = invoke("reduce")
    assert done.status == 0
    assert "conv 6 5 bias=no" in done.out
    assert "dlcalc reduce MODEL --layer NAME" in done.err


@pytest.mark.parametrize(("line", "complaint", "right"), [
    ("lenet", "say which layer: --layer NAME", "lenet --layer C1"),
    ("lenet --layer C9", "no layer C9; known: C1", "lenet --layer C3"),
    ("lenet --layer S2", "S2: avgpool has no parameters to save", "lenet --layer C3"),
    ("lenet --layer C1 --budget 3", "C1 cannot be brought to 3 parameters",
     "lenet --layer C1 --budget 30"),
    ("lenet --layer C1 --budget 0", "'0' is no whole number of at least 1",
     "lenet --layer C1 --budget 30"),
])
def test_bad_input(line: str, complaint: str, right: str) -> None:
    done = invoke("reduce", *line.split())
    assert done.status == 2
    assert complaint in done.complaint
    assert invoke("reduce", *right.split()).status == 0


def test_models_are_listed_with_what_is_published() -> None:
    record = json.loads(invoke("models", "-f", "json").out)
    found = {each["name"]: each for each in record["models"]}
    assert found["vgg16"]["published"] == {"params": "138357544", "macs": "15470264320"}
    assert found["unet"]["published"] == {"params": "unconfirmed"}
    assert all(each["source"] and each["title"] for each in found.values())
    table = invoke("models").out
    assert "138,357,544" in table
    assert all(name in table for name in found)


@pytest.mark.parametrize(("name", "line", "counts"), [
    ("lenet", "C3: conv 16 5", {"params": 61706, "active_params": 61706, "macs": 416520}),
    # 37.55 thousand million of 671, as its report rounds to 37 and 671
    ("deepseek-v3", "layers: repeat 58 from=3:", {"params": 671026404352,
                                                  "active_params": 37552282624}),
    ("rwkv", "layers: repeat 31 from=1:", {"params": 7392649216}),
])
def test_a_model_or_architecture_is_printed_and_read_again(
    name: str, line: str, counts: dict[str, int]
) -> None:
    record = json.loads(invoke("models", name, "-f", "json").out)
    assert counts.items() <= record["recomputed"].items()
    told = invoke("models", name).out
    assert f"\n{line}\n" in told
    again = json.loads(invoke("params", "-", "-f", "json", stdin=told).out)
    assert again["total"]["params"] == counts["params"]
    assert "did you mean deepseek-v3" in invoke("models", "deepsek-v3").err

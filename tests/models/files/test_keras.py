"""Shapes and products of Keras's layers; the shapes are those of keras 3.15.1, models loaded."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.files.keras import held_of, layers
from dlcalc.models.files.reading import layered
from dlcalc.models.translation import notation
from tests.golden import DATA, check
from tests.shell.running import invoke

FILES = DATA / "files" / "keras"
KINDS: dict[str, Any] = json.loads((DATA / "keras_kinds.json").read_text())
LAYERS: dict[str, dict[str, tuple[list[int], int]]] = {
    "functional-convs.json": {
        "depthwise_conv2d": ([8, 8, 8], 64 * 9 * 8), "layer_normalization": ([8, 8, 8], 0),
        "separable_conv2d": ([6, 6, 6], 36 * (9 * 24 + 24 * 6)), "add": ([6, 6, 6], 0),
        "conv2d_transpose": ([12, 12, 4], 36 * 6 * 16 * 4), "zero_padding2d": ([12, 12, 2], 0),
        "concatenate": ([12, 12, 6], 0), "dense": ([3], 18),
    },
    "recurrent.keras": {
        "embedding": ([7, 6], 0), "bidirectional": ([7, 10], 2 * 7 * 4 * 5 * (6 + 5)),
        "gru": ([7, 4], 7 * 3 * 4 * (10 + 4)), "gru_1": ([7, 3], 7 * 3 * 3 * (4 + 3)),
        "time_distributed": ([7, 4], 7 * 3 * 4), "simple_rnn": ([2], 7 * 2 * (4 + 2)),
    },
    "attention.keras": {
        # Four projections of 8 x 8, queries by keys and weights by values.
        "multi_head_attention": ([6, 8], 4 * 6 * 64 + 2 * 36 * 8), "add": ([6, 8], 0),
        "dense": ([6, 16], 6 * 8 * 16), "global_average_pooling1d": ([8], 0),
    },
    # Two calls of each of the first two, which have their weights once.
    "siamese-frozen.keras": {"shared": ([4], 32), "tower": ([3], 84), "head": ([1], 6)},
    "keras2-cnn.json": {"conv2d": ([7, 7, 4], 49 * 18 * 4), "flatten": ([300], 0)},
    "int8.keras": {"q": ([12], 16 * 12)},
}


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_and_products(name: str) -> None:
    record = json.loads(invoke("params", str(FILES / name), "-f", "json").out)
    rows = {row["name"]: (row["output"], row["macs"]) for row in record["layers"]}
    assert {key: rows[key] for key in LAYERS[name]} == {
        key: ([None, *shape], macs) for key, (shape, macs) in LAYERS[name].items()
    }
    assert record["total"]["macs"] == sum(macs for _, macs in rows.values())


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": kind.lower(), **config}}


def test_axes_that_are_open(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    dense = {**layer("Dense", units=4), "build_config": {"input_shape": [None, None, 3]}}
    path.write_text(json.dumps({"class_name": "Sequential", "config": {"layers": [
        layer("InputLayer", batch_shape=[None, None, 3]), dense,
    ]}}))
    assert invoke("params", str(path), "-f", "csv").out.splitlines()[1:] == [
        "inputlayer,InputLayer,?x?x3,0,0,0", "dense,Dense,?x?x4,16,16,",
    ]


@pytest.mark.parametrize(("made", "taken", "shape"), [
    (layer("Reshape", target_shape=[5, -1]), [10, 6], [5, 12]),
    (layer("RepeatVector", n=3), [8], [3, 8]), (layer("Permute", dims=[2, 1]), [10, 6], [6, 10]),
    (layer("UpSampling2D", size=[2, 2]), [6, 6, 3], [12, 12, 3]),
    (layer("SpatialDropout2D", rate=0.5), [6, 6, 3], [6, 6, 3]),
])
def test_layers_that_move(
    made: dict[str, Any], taken: list[int], shape: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    made["build_config"] = {"input_shape": [None, *taken]}
    path.write_text(json.dumps({"class_name": "Sequential", "config": {"layers": [
        layer("InputLayer", batch_shape=[None, *taken]), made,
    ]}}))
    rows = json.loads(invoke("params", str(path), "-f", "json").out)["layers"]
    assert (rows[1]["output"], rows[1]["macs"]) == ([None, *shape], 0)


def test_zeros_go_to_the_windows_behind_them(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    conv = layer("Conv2D", filters=4, kernel_size=[3, 3], strides=[2, 2], padding="valid")
    path.write_text(json.dumps({"class_name": "Sequential", "config": {"layers": [
        layer("InputLayer", batch_shape=[None, 8, 8, 3]), layer("Rescaling", scale=0.5),
        layer("ZeroPadding2D", padding=[[0, 1], [0, 1]]),
        {**conv, "build_config": {"input_shape": [None, 9, 9, 3]}},
    ]}}))
    out = invoke("params", str(path), "--to-notation").out
    assert out.splitlines()[2:] == ["rescaling: identity", "conv2d: conv 4 3 stride=2 pad=0:1x0:1"]
    assert invoke("params", "-", "--expect", "112", stdin=out.encode()).status == 0


def test_what_only_makes_masks_is_left_out() -> None:
    lines = invoke("params", str(FILES / "recurrent.keras"), "--to-notation").out.splitlines()
    assert lines[2:] == [
        "embedding: embedding 15 6", "bidirectional: lstm 5 bias=single bidirectional=yes",
        "gru: gru 4", "gru_1: gru 3 bias=single", "dense: linear 4",
        "simple_rnn: rnn 2 bias=single output=last", "dense_1: linear 1",
    ]


@pytest.mark.skipif(find_spec("h5py") is None, reason="h5py is an optional extra")
@pytest.mark.parametrize("name", ["sequential-cnn.h5", "sequential-cnn.weights.h5"])
def test_hdf5(name: str) -> None:
    total = json.loads(invoke("params", str(FILES / name), "-f", "json").out)["total"]
    assert (total["params"], total["buffers"], total["keras_total"]) == (869, 8, 877)
    assert total["optimizer"] == 1740


def test_a_layer_says_its_class(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    dense = {"config": {"name": "dense", "units": 2}, "build_config": {"input_shape": [None, 3]}}
    for said, status in (({"class_name": "Dense", **dense}, 0), (dense, 2)):
        start = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 3]}}
        config = {"layers": [start, said]}
        path.write_text(json.dumps({"class_name": "Sequential", "config": config}))
        found = invoke("params", str(path), "--to-notation")
        assert found.status == status
        assert status == 0 or found.err.endswith("a layer without class_name and config\n")
    both = {"class_name": "Bidirectional", "config": {"name": "both", "layer": {}}}
    with pytest.raises(InputError, match="both holds a layer without class_name and config"):
        list(layers(both))


@pytest.mark.parametrize(("name", "input", "output", "macs"), [
    # Shapes as keras 3.15.1 has them; products by hand from its kernels.
    ("clstm", None, (None, 7, 8, 6), 2_620_800), ("einsum", None, (None, 7, 3, 4), 1_680),
    ("cells", None, (None, 4), 3_759), ("crop", None, (None, 15, 12, 4), 19_440),
    ("open", (3, 32, 48), (None, 2), 172_040),
])
def test_layers_that_the_notation_has_not(
    name: str, input: tuple[int, ...] | None, output: tuple[int, ...], macs: int
) -> None:
    models = json.loads((DATA / "keras_layers.json").read_text())
    data = json.dumps(models[name]).encode()
    held = held_of(data, name, input)
    assert held.rows is not None
    assert held.rows[-1].output == output
    assert sum(row.macs or 0 for row in held.rows) == macs
    with pytest.raises(InputError, match="--input: does not fit"):
        held_of(data, name, (9, 9))


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_layers(name: str, regenerate: bool) -> None:
    """One layer of each kind, with the output and the weights that keras 3.15.1 gives it."""
    made = KINDS[name]
    held = held_of(json.dumps(made["config"]).encode(), name)
    assert sorted(each.shape for each in held.tensors) == sorted(map(tuple, made["weights"]))
    assert held.rows is not None
    output = (held.rows[-1].output or ())[1:]
    assert not output or all(b in (None, a) for a, b in zip(output, made["output"], strict=True))
    try:
        said = notation(layered(held)).splitlines()
    except DlcalcError as error:
        said = [str(error)]
    macs = [f"{row.name} {row.output} {row.params} {row.macs}" for row in held.rows]
    check("keras.json", name, [*macs, *said], regenerate)


def test_blocks_of_four_bits() -> None:
    """keras 3.15.1: a scale and a zero for each block, and a place for each row."""
    config = json.dumps(KINDS["int4 dense"]["config"]).replace('"mode": "int4"', '"mode": "int4/2"')
    held = held_of(config.encode(), "net")
    assert [(each.name.rpartition("/")[2], each.shape, each.params) for each in held.tensors] == [
        ("kernel", (5, 2), 15), ("kernel_scale", (3, 3), 0), ("kernel_zero", (3, 3), 0),
        ("g_idx", (5,), 0), ("bias", (3,), 3),
    ]


def test_values_laid_beside_each_other() -> None:
    config = json.dumps(KINDS["concat"]["config"]).replace('"axis": 1', '"axis": -1')
    made = notation(layered(held_of(config.encode(), "net")))
    assert made.splitlines()[1:3] == ["input 5x4", "concat axis=1:"]


@pytest.mark.parametrize(("kind", "block"), [
    ("Subtract", "sum"), ("Maximum", "sum"), ("Multiply", "scale"), ("Concatenate", "concat"),
])
def test_layers_by_which_values_meet(kind: str, block: str, tmp_path: Path) -> None:
    def call(*names: str) -> list[Any]:
        tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}
                   for name in names]
        return [{"args": tensors if len(names) == 1 else [tensors], "kwargs": {}}]

    made = [layer("InputLayer", name="x", batch_shape=[None, 3])]
    made += [
        {**layer("Dense", name=name, units=4), "inbound_nodes": call("x"),
         "build_config": {"input_shape": [None, 3]}} for name in "ab"
    ]
    made.append({**layer(kind, name="met"), "inbound_nodes": call("a", "b")})
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"class_name": "Functional", "config": {
        "layers": [{**each, "name": each["config"]["name"]} for each in made],
        "input_layers": [["x", 0, 0]], "output_layers": [["met", 0, 0]],
    }}))
    lines = invoke("params", str(path), "--to-notation").out.splitlines()
    assert any(line.endswith(f"{block}:") for line in lines)

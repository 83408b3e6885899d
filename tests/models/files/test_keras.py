"""Shapes and products of Keras's layers; the shapes are those of keras 3.15.1, models loaded."""

import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.count import params
from dlcalc.models.files.keras import Written, layers, read_hdf5, read_json, read_keras
from dlcalc.models.files.reading import layered
from dlcalc.models.files.tensors import Held
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


def held_of(data: bytes, name: str, input: tuple[int, ...] | None = None) -> Held:
    return read_json(io.BytesIO(data), name, input)


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


def test_sizes_within_sizes_are_refused() -> None:
    conv = layer("Conv2D", filters=4, kernel_size=[3, 3], strides=[[1, 1], [0, 2]])
    with pytest.raises(InputError, match="is no size"):
        list(layers(Written(conv)))


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
        list(layers(Written(both)))


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


def test_kernels_under_an_adapter_do_not_train() -> None:
    held = held_of(json.dumps(KINDS["lora dense"]["config"]).encode(), "lora")
    assert {each.name.rpartition("/")[2]: each.trains for each in held.tensors} == {
        "kernel": False, "bias": True, "lora_kernel_a": True, "lora_kernel_b": True,
    }


def test_bfloat16_in_hdf5_is_two_bytes_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    items = {"layers/dense/vars/0": Dataset(8, 4, kind="V2"), "names": Dataset(3, kind="V9")}
    [tensor] = hdf5(items, None, monkeypatch).tensors
    assert (tensor.dtype, tensor.numbers, tensor.bytes) == ("bfloat16", 32, 64)


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


def functional(*made: tuple[dict[str, Any], list[str]], shapes: Mapping[str, list[Any]]) -> bytes:
    """Layers, each with those whose outputs it takes; the last one gives the output."""
    found = []
    for each, names in made:
        tensors: list[Any] = [{"class_name": "__keras_tensor__", "config": {
            "keras_history": [name, 0, 0], "shape": [None, *shapes[name]],
        }} for name in names]
        args = tensors[:1] if len(names) == 1 else [tensors]
        nodes: list[Any] = [{"args": args, "kwargs": {}}] if names else []
        built = {"input_shape": [None, *shapes[names[0]]]} if len(names) == 1 else {}
        found.append({**each, "name": each["config"]["name"], "inbound_nodes": nodes,
                      "build_config": built})
    config = {"layers": found, "output_layers": [[found[-1]["name"], 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": config}).encode()


def entered(*shape: int | None) -> dict[str, Any]:
    return layer("InputLayer", batch_shape=[None, *shape], name="x")


@pytest.mark.parametrize(("shape", "axis", "config", "output", "said"), [
    # An image of 6 x 5 with 4 channels: laid along its channels, its rows, its columns.
    ([6, 5, 4], -1, {}, [6, 5, 8], "concat:"), ([6, 5, 4], 3, {}, [6, 5, 8], "concat:"),
    ([6, 5, 4], 1, {}, [12, 5, 4], "concat axis=1:"),
    ([6, 5, 4], -2, {}, [6, 10, 4], "concat axis=2:"),
    ([4, 6, 5], 1, {"data_format": "channels_first"}, [8, 6, 5], "concat:"),
    ([4, 6, 5], 3, {"data_format": "channels_first"}, [4, 6, 10], "concat axis=2:"),
    ([6, 4], -1, {}, [6, 8], "concat axis=1:"), ([6, 4], 1, {}, [12, 4], "concat:"),
    ([4], -1, {}, [8], "concat:"), ([4], 1, {}, [8], "concat:"),
])
def test_axes_along_which_values_are_laid(
    shape: list[int], axis: int, config: dict[str, Any], output: list[int], said: str
) -> None:
    data = functional(
        (entered(*shape), []), (layer("ReLU", name="a", **config), ["x"]),
        (layer("Concatenate", name="y", axis=axis), ["x", "a"]), shapes={"x": shape, "a": shape},
    )
    model = layered(held_of(data, "net.keras"))
    assert notation(model).splitlines()[2] == said
    channels_first = config or len(shape) < 3
    [*sizes] = params(model).output
    assert (sizes if channels_first else [*sizes[1:], sizes[0]]) == output


@pytest.mark.parametrize(("made", "taken", "complaint"), [
    (layer("Dense", units=-1), [3], "dense: units is '-1', no whole number"),
    (layer("Dense", units=True), [3], "dense: units is 'True', no whole number"),
    (layer("Dense", units=1.5), [3], "dense: units is '1.5', no whole number"),
    (layer("Dense", units=1 << 62), [3], f"dense: units is '{1 << 62}', no whole number"),
    (layer("Dense"), [3], "dense: units is 'None', no whole number"),
    *((layer("BatchNormalization", axis=axis), [8, 8, 3],
       "batchnormalization: its axis: the size of its input is not known; the model was never "
       "built") for axis in (4, -5)),
    (layer("BatchNormalization", axis="a"), [3],
     "batchnormalization: axis is 'a', no whole number"),
    (layer("EinsumDense", equation="ab"), [3], "einsumdense: equation 'ab' is not understood"),
    (layer("Conv9D"), [3], "conv9d: a layer of the unknown class 'Conv9D'; did you mean Conv3D or "
                           "Conv2D or Conv1D?"),
    (layer("Sequential", layers=3), [3], "sequential: Sequential holds no list of layers"),
    (layer("SpectralNormalization", layer=layer("Flatten")), [3],
     "spectralnormalization: the layer within has no kernel"),
])
def test_a_layer_that_is_refused(made: dict[str, Any], taken: list[int], complaint: str) -> None:
    data = functional((entered(*taken), []), (made, ["x"]), shapes={"x": taken})
    with pytest.raises(DlcalcError) as caught:
        held_of(data, "net")
    assert str(caught.value) == complaint


@pytest.mark.parametrize(("made", "taken", "output", "count", "macs"), [
    (layer("Conv2D", filters=4, kernel_size=3), [8, 8, 3], [6, 6, 4], 112, 36 * 108),
    (layer("Dense", units=(1 << 62) - 1, use_bias=False), [1], [(1 << 62) - 1], (1 << 62) - 1,
     (1 << 62) - 1),
    (layer("Reshape", target_shape=[2, -1, 3]), [12, None], [2, None, 3], 0, 0),
    (layer("Reshape", target_shape=[-1, -1]), [12], [None, None], 0, 0),
    (layer("Reshape", target_shape=[0, -1]), [0], [0, None], 0, 0),
    (layer("RepeatVector"), [8], None, 0, 0), (layer("Permute", dims=[5]), [8], None, 0, 0),
    (layer("Permute", dims=[3, 1, 2]), [4, 5, None], [None, 4, 5], 0, 0),
    (layer("Cropping2D", cropping=[[1, 2], [0, 3]]), [8, None, 3], [5, None, 3], 0, 0),
    (layer("Cropping2D", cropping=[[1, 2], [0, 3]], data_format="channels_first"), [3, 8, 9],
     [3, 5, 6], 0, 0),
    (layer("Cropping1D", cropping=[1, 2]), [8, 3], [5, 3], 0, 0),
    *((layer(kind, height=4, width=3), [8, None, 5], [4, 3, 5], 0, 0)
      for kind in ("RandomCrop", "CenterCrop", "Resizing")),
    (layer("RandomCrop", height=4, width=3, data_format="channels_first"), [5, 8, 8], [5, 4, 3],
     0, 0),
    (layer("MaxPooling1D", pool_size=[2], strides=[2], data_format="channels_first"), [4, 9],
     [4, 4], 0, 0),
    (layer("Lambda"), [8], None, 0, None),
    (layer("Dense", units=3), [None, 4], [None, 3], 15, None),
])
def test_layers_by_themselves(
    made: dict[str, Any], taken: list[int], output: list[Any] | None, count: int, macs: int | None
) -> None:
    data = functional((entered(*taken), []), (made, ["x"]), shapes={"x": taken})
    held = held_of(data, "net")
    assert held.rows is not None
    row = held.rows[1]
    assert (row.output, row.params, row.macs) == (
        None if output is None else (None, *output), count, macs
    )


@pytest.mark.parametrize(("shapes", "kind", "output"), [
    ([[5, 4], [4]], "Add", (5, 4)), ([[1, 4], [5, 1]], "Multiply", (5, 4)),
    ([[None, 4], [1, 1]], "Maximum", (None, 4)), ([[4], [3, 5, 4]], "Subtract", (3, 5, 4)),
])
def test_values_of_other_sizes_meet(
    shapes: list[list[Any]], kind: str, output: tuple[Any, ...]
) -> None:
    a, b = ({**entered(*shape), "config": {"name": name, "batch_shape": [None, *shape]}}
            for name, shape in zip("ab", shapes, strict=True))
    data = functional((a, []), (b, []), (layer(kind, name="y"), ["a", "b"]),
                      shapes=dict(zip("ab", shapes, strict=True)))
    held = held_of(data, "net")
    assert held.rows is not None
    assert held.rows[-1].output == (None, *output)


@pytest.mark.parametrize(("open_shape", "config", "given", "known"), [
    ([None, None, None, 3], {}, (3, 8, 9), (8, 9, 3)), ([2, None], {}, (7,), (7,)),
    ([None, 3, None, None], {"data_format": "channels_first"}, (3, 8, 9), (3, 8, 9)),
    ([None, None, 4], {}, (6, 4), (6, 4)),
    ([None, None, None, 3], {}, (4, 8, 9), "does not fit ?x?x3, the file's input, channels last"),
    ([None, 5, 4], {}, (6, 4), "does not fit 5x4, the file's input"),
    ([None, 4], {}, (6, 4), "does not fit 4, the file's input"),
])
def test_a_size_for_the_first_input(
    open_shape: list[Any], config: dict[str, Any], given: tuple[int, ...], known: Any
) -> None:
    first = layer("InputLayer", batch_shape=open_shape, **config)
    second = layer("Flatten")
    data = json.dumps({"class_name": "Sequential", "config": {"layers": [second, first]}}).encode()
    if isinstance(known, str):
        with pytest.raises(DlcalcError, match=known.replace("?", r"\?")):
            held_of(data, "net", given)
        return
    held = held_of(data, "net", given)
    assert held.input == known
    assert held.rows is not None
    assert held.rows[1].output == (None, *known)


class Group:
    """A group of an HDF5 file, as h5py has it."""

    def __init__(self, **attrs: str) -> None:
        self.attrs = attrs


class Dataset:
    """An array of an HDF5 file, as h5py has it."""

    def __init__(self, *shape: int, kind: str = "float32") -> None:
        self.shape, self.size, self.dtype = shape, prod(shape), np.dtype(kind)


def hdf5(
    items: Mapping[str, Any], config: Any, monkeypatch: pytest.MonkeyPatch, fails: str = ""
) -> Held:
    """What is read of an HDF5 file that holds such groups and arrays."""

    class File:
        attrs = {} if config is None else {"model_config": config}

        def __init__(self, file: Any, mode: str) -> None:
            assert mode == "r"
            if fails:
                raise OSError(fails)

        def __enter__(self) -> "File":
            return self

        def __exit__(self, *_: Any) -> None:
            pass

        def visititems(self, take: Callable[[str, Any], None]) -> None:
            for name, each in items.items():
                take(name, each)

    module = ModuleType("h5py")
    vars(module).update(File=File, Group=Group, Dataset=Dataset)
    monkeypatch.setitem(sys.modules, "h5py", module)
    return read_hdf5(io.BytesIO(b"\x89HDF"), "net.h5")


@pytest.mark.parametrize(("items", "config"), [
    ({"layers": Group(), "layers/flatten": Group(name="flatten")}, None),
    ({}, '{"class_name": "Sequential", "config": {"layers": []}}'),
])
def test_a_model_without_weights_has_no_parameters(
    items: dict[str, Any], config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hdf5(items, config, monkeypatch)
    assert (held.params, len(held.rows or ())) == (0, len(items) // 2)


def test_weights_alone_say_what_they_are_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """As save_weights of keras 3.15.1 writes them: numbers below the names of classes."""
    sizes: dict[str, list[tuple[int, ...]]] = {
        "conv2d": [(3, 3, 1, 4), (4,)], "batch_normalization_1": [(4,), (4,), (4,), (4,)],
        "dropout/seed_generator": [(2,)], "lstm_12/cell": [(4, 16), (4, 16), (16,)],
        "spectral_normalization": [(4, 3), (1, 3)], "normalization": [(5,), (5,), ()],
        "max_pooling2d": [], "simple_rnn": [(4, 2), (2, 2), (2,)],
    }
    items: dict[str, Any] = {"layers": Group()}
    for name, shapes in sizes.items():
        items[f"layers/{name.partition('/')[0]}"] = Group()
        items |= {f"layers/{name}/vars/{at}": Dataset(*each) for at, each in enumerate(shapes)}
    items |= {"optimizer/vars/0": Dataset(4, kind="float64"), "names": Dataset(3, kind="S4")}
    # Keras 2 keeps what it measured, too; a class of one's own names its layers as it likes.
    items |= {"metrics/mean/vars/0": Dataset(), "norm/vars": Group(name="batch_normalization_7")}
    items |= {f"norm/vars/{at}": Dataset(6) for at in range(4)}
    held = hdf5(items, None, monkeypatch)
    roles = {each.name: each.role for each in held.tensors}
    assert {name for name, role in roles.items() if role == "buffer"} == {
        "batch_normalization_1/vars/2", "batch_normalization_1/vars/3",
        "spectral_normalization/vars/1", *(f"normalization/vars/{at}" for at in range(3)),
        "norm/vars/2", "norm/vars/3",
    }
    assert {name: role for name, role in roles.items() if role not in ("buffer", "parameter")} == {
        "dropout/seed_generator/vars/0": "other", "spectral_normalization/vars/0": "tied",
        "optimizer/vars/0": "optimizer", "metrics/mean/vars/0": "other",
    }
    assert next(each for each in held.tensors if each.dtype == "float64").bytes == 32
    assert [(row.name, row.type, row.trainable, row.buffers) for row in held.rows or ()] == [
        ("conv2d", "Conv2D", 40, 0), ("batch_normalization_1", "BatchNormalization", 8, 8),
        ("dropout", "Dropout", 0, 0), ("lstm_12", "LSTM", 144, 0),
        ("spectral_normalization", "SpectralNormalization", 0, 3),
        ("normalization", "Normalization", 0, 11), ("max_pooling2d", "MaxPooling2D", 0, 0),
        ("simple_rnn", "SimpleRNN", 14, 0),
    ]


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_whole_model_says_what_is_frozen(
    as_bytes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = [{**layer("Dense", name="a", units=2, trainable=False),
              "build_config": {"input_shape": [None, 3]}}, layer("Dense", name="b", units=1)]
    config = json.dumps({"class_name": "Sequential", "config": {"layers": inner}})
    items = {
        "model_weights": Group(), "model_weights/a/a/kernel:0": Dataset(3, 2),
        "model_weights/a/a/bias:0": Dataset(2), "model_weights/b/b/kernel:0": Dataset(2, 1),
        "model_weights/b/b/count:0": Dataset(kind="int64"),
        "optimizer_weights/m:0": Dataset(2, 1),
    }
    held = hdf5(items, config.encode() if as_bytes else config, monkeypatch)
    assert [(each.name, each.dtype, each.role, each.trains) for each in held.tensors] == [
        ("a/a/kernel", "float32", "parameter", False), ("a/a/bias", "float32", "parameter", False),
        ("b/b/kernel", "float32", "parameter", True), ("b/b/count", "int64", "buffer", True),
        ("optimizer_weights/m", "float32", "optimizer", True),
    ]
    assert [(row.name, row.params, row.trainable, row.macs) for row in held.rows or ()] == [
        ("a", 8, 0, None), ("b", 3, 2, None),
    ]


def test_a_class_of_ones_own_has_arrays_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its config says nothing of layers; neither does that in a .keras file."""
    items = {"d/vars": Group(name="dense"), "d/vars/0": Dataset(3, 4, kind="int8"),
             "d/vars/1": Dataset(4)}
    config = {"class_name": "Net", "config": {"units": 4}}
    whole = hdf5(items, json.dumps(config), monkeypatch)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", b"\x89HDF")
    for held in (whole, read_keras(stream, "net.keras")):
        assert held.rows is None
        assert [(each.name, each.params, each.trains) for each in held.tensors] == [
            ("d/vars/0", 12, False), ("d/vars/1", 4, True),
        ]


def test_shapes_that_older_models_do_not_say() -> None:
    """Keras 2 before 2.13, and models within models of later ones, have no build_config."""
    tower = layer("Sequential", name="tower", layers=[
        layer("InputLayer", batch_input_shape=[None, 8, 8, 2]),
        layer("Conv2D", name="conv", filters=4, kernel_size=[3, 3], strides=[1, 1]),
        layer("BatchNormalization", name="norm", axis=[3], renorm=True),
        layer("Flatten"), layer("Dense", name="code", units=5),
    ])
    plain = layer("Sequential", name="plain", layers=[
        layer("Dense", name="first", units=3, batch_input_shape=[None, 5]),
        layer("Dense", name="last", units=2, use_bias=False),
    ])
    attention = layer(
        "MultiHeadAttention", name="mha", num_heads=2, key_dim=3, output_shape=None,
        query_shape=[None, 6, 8], key_shape=[None, 4, 5], value_shape=[None, 4, 5],
    )
    data = json.dumps({"class_name": "Sequential", "config": [tower, plain, attention]}).encode()
    held = held_of(data, "net")
    assert [(each.name.rpartition("/")[0], each.numbers, each.role) for each in held.tensors] == [
        ("tower/conv", 72, "parameter"), ("tower/conv", 4, "parameter"),
        *(("tower/norm", 4, "parameter") for _ in range(2)),
        *(("tower/norm", 4, "buffer") for _ in range(5)),
        ("tower/code", 144 * 5, "parameter"), ("tower/code", 5, "parameter"),
        ("plain/first", 15, "parameter"), ("plain/first", 3, "parameter"),
        ("plain/last", 6, "parameter"),
        *((f"mha/{name}", numbers, "parameter") for name, width in (
            ("query", 8), ("key", 5), ("value", 5),
        ) for numbers in (width * 6, 6)),
        ("mha/attention_output", 48, "parameter"), ("mha/attention_output", 8, "parameter"),
    ]
    assert held.rows is not None
    assert [(row.name, row.params, row.macs) for row in held.rows[:2]] == [
        ("tower", 829, 36 * 72 + 144 * 5), ("plain", 24, 21),
    ]


def test_hdf5_that_is_damaged_or_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not HDF5, or damaged: truncated file"):
        hdf5({}, None, monkeypatch, fails="truncated file")
    with pytest.raises(InputError, match="holds no arrays"):
        hdf5({"names": Dataset(3, kind="S4"), "layers": Group()}, None, monkeypatch)
    assert hdf5({"w": Dataset(3)}, None, monkeypatch).rows is None
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match="HDF5 is read by the package h5py"):
        read_hdf5(io.BytesIO(), "net.h5")


INT4 = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int4", "source_name": "float32"}}


@pytest.mark.parametrize(("made", "taken", "found"), [
    (layer("LayerNormalization"), [8, 5], ["gamma (5,) 20", "beta (5,) 20"]),
    (layer("BatchNormalization", scale=False, center=False), [8, 5, 3],
     ["moving_mean (3,) 12", "moving_variance (3,) 12"]),
    (layer("ConvLSTM2D", filters=4, kernel_size=[3, 3], data_format="channels_first"), [7, 2, 8, 9],
     ["kernel (3, 3, 2, 16) 1152", "recurrent_kernel (3, 3, 4, 16) 2304", "bias (16,) 64"]),
    (layer("Conv3D", filters=2, kernel_size=2, groups=3, use_bias=False), [8, 8, 8, 6],
     ["kernel (2, 2, 2, 2, 2) 128"]),
    (layer("Dense", units=3, dtype={"class_name": "float16"}), [5],
     ["kernel (5, 3) 30", "bias (3,) 6"]),
    (layer("Dense", units=3, dtype="float64"), [5], ["kernel (5, 3) 120", "bias (3,) 24"]),
    (layer("Dense", units=3, dtype="mixed_bfloat16"), [5], ["kernel (5, 3) 60", "bias (3,) 12"]),
    (layer("EinsumDense", equation="ab,bcd->acd", output_shape=[2, 3], dtype=INT4), [5],
     ["kernel (5, 2, 2) 20", "kernel_scale (2, 3) 24"]),
    (layer("SpectralNormalization", layer=layer("Conv2D", filters=4, kernel_size=[3, 3])),
     [8, 8, 2], ["kernel (3, 3, 2, 4) 288", "bias (4,) 16", "vector_u (1, 4) 16"]),
    *((layer(kind, **names, head_dim=3, use_gate=True, query_shape=[None, 6, 4]), [6, 4], [
        "kernel (4, 2, 3) 96", "bias (2, 3) 24"] * 4 + ["kernel (2, 3, 4) 96", "bias (4,) 16"])
      for kind, names in (
          ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
          ("GroupQueryAttention", {"num_query_heads": 2, "num_key_value_heads": 2}),
      )),
    (layer("Dense", units=0), [5], ["kernel (5, 0) 0", "bias (0,) 0"]),
    (layer("PReLU", shared_axes=[1]), [8, 5], ["alpha (1, 5) 20"]),
    (layer("PReLU"), [8, 5], ["alpha (8, 5) 160"]),
    (layer("TimeDistributed", layer=layer("Dense", units=2)), [7, 3],
     ["kernel (3, 2) 24", "bias (2,) 8"]),
    (layer("Bidirectional", layer=layer("GRU", units=2, name="forward_gru")), [7, 3],
     ["kernel (3, 6) 72", "recurrent_kernel (2, 6) 48", "bias (2, 6) 48"] * 2),
])
def test_weights_of_layers(made: dict[str, Any], taken: list[int], found: list[str]) -> None:
    """As `build` of keras 3.15.1 makes them, with the bytes of the layer's policy."""
    held = held_of(functional((entered(*taken), []), (made, ["x"]), shapes={"x": taken}), "net")
    assert [
        f"{each.name.rpartition('/')[2]} {each.shape} {each.bytes}" for each in held.tensors
    ] == found


@pytest.mark.parametrize(("depth", "fits"), [(40, True), (41, False)])
def test_layers_within_layers(depth: int, fits: bool) -> None:
    made = layer("Dense", units=2)
    for at in range(depth):
        made = layer("TimeDistributed", layer=made) if at % 2 else layer("Sequential", layers=[
            {**made, "build_config": {"input_shape": [None, 4]}}])
    data = json.dumps({"class_name": "Sequential", "config": {"layers": [made]}}).encode()
    if fits:
        assert [each.numbers for each in held_of(data, "net").tensors][-1:] == [2]
        return
    with pytest.raises(DlcalcError, match="layers within layers beyond any honest depth"):
        held_of(data, "net")


def test_layers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps({"class_name": "Sequential", "config": {"layers": [
        layer("Sequential", layers=[layer("Flatten"), layer("ReLU")]),
    ]}}).encode()
    monkeypatch.setattr("dlcalc.models.files.keras.MOST_LAYERS", 3)
    assert held_of(data, "net").rows is not None
    monkeypatch.setattr("dlcalc.models.files.keras.MOST_LAYERS", 2)
    with pytest.raises(DlcalcError, match="layers within layers beyond any honest depth"):
        held_of(data, "net")


@pytest.mark.parametrize("frozen", [True, False])
def test_what_a_frozen_wrapper_holds_is_frozen_whatever_its_own_flag_says(frozen: bool) -> None:
    """Keras 2 writes the flag of the wrapper alone."""
    cell = layer("GRU", units=2, trainable=True)
    both = {**layer("Bidirectional", layer=cell, trainable=not frozen),
            "build_config": {"input_shape": [None, 4, 3]}}
    whole = {"class_name": "Sequential", "config": {"layers": [both]}}
    held = held_of(json.dumps(whole).encode(), "net.json")
    assert (held.params, held.trainable) == (84, 0 if frozen else 84)


def test_a_model_within_a_model_and_a_frozen_layer_in_the_notation() -> None:
    inner = layer("Sequential", name="inner", layers=[
        layer("InputLayer", batch_shape=[None, 3]),
        {**layer("Dense", name="a", units=4), "build_config": {"input_shape": [None, 3]}},
        {**layer("Dense", name="b", units=2, trainable=False),
         "build_config": {"input_shape": [None, 4]}},
    ])
    data = functional((entered(3), []), (inner, ["x"]), shapes={"x": [3]})
    held = held_of(data, "net.keras")
    assert notation(layered(held)).splitlines()[2:] == ["a: linear 4", "b: linear 2 frozen=yes"]
    assert held.rows is not None
    assert [(row.params, row.trainable, row.macs) for row in held.rows[1:]] == [(26, 16, 12 + 8)]


@pytest.mark.parametrize(("made", "complaint"), [
    ([(entered(3), []), (layer("Dense", name="a", units=3), ["x"]),
      (layer("Dot", name="y"), ["x", "a"])],
     "y takes several inputs, which the notation cannot say"),
    ([(entered(None, 3), []), (layer("ReLU", name="y"), ["x"])],
     "the size of its input is open: give it in the notation"),
    ([(entered(3), [])], "holds no layers"),
])
def test_what_the_notation_cannot_say(made: list[Any], complaint: str) -> None:
    data = functional(*made, shapes={"x": [3], "a": [3]})
    held = held_of(data, "net.keras")
    with pytest.raises(DlcalcError, match=complaint):
        layered(held)


def test_models_with_several_ends_or_none() -> None:
    config = json.loads(functional((entered(3), []), (layer("ReLU"), ["x"]), shapes={"x": [3]}))
    config["config"]["output_layers"] = [["x", 0, 0], ["relu", 0, 0]]
    with pytest.raises(DlcalcError, match="several outputs; the notation has one"):
        layered(held_of(json.dumps(config).encode(), "net.keras"))
    with pytest.raises(DlcalcError, match="holds no layers"):
        held_of(b'{"class_name": "Sequential", "config": {"layers": []}}', "net")
    for text in (b"[]", b'{"class_name": "Sequential"}', b'{"config": {}}'):
        with pytest.raises(DlcalcError, match="class_name and config are wanted"):
            held_of(text, "net")
    with pytest.raises(DlcalcError, match="is not UTF-8 text"):
        held_of(b"\xff", "net")

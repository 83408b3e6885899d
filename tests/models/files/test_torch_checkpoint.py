"""Checkpoints of PyTorch, put together opcode by opcode as its pickles are."""

import io
import json
import random
import struct
import zipfile
from collections.abc import Mapping
from math import prod
from typing import Any

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files import torch_checkpoint
from dlcalc.models.files.reading import read_stream
from dlcalc.models.files.tensors import Tensor

WIDTHS = {"Float": 4, "Half": 2, "Long": 8, "Bool": 1, "Double": 8, "Byte": 1, "ComplexFloat": 8}

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""How the old layout begins: a pickle of the number 0x1950a86a20f9469cfc6c."""


def told(value: Any) -> bytes:
    """The opcodes that put a value on the stack; bytes are opcodes already."""
    if isinstance(value, bytes):
        return value
    if value is None or isinstance(value, bool):
        return {None: b"N", True: b"\x88", False: b"\x89"}[value]
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, str):
        data = value.encode()
        return b"X" + struct.pack("<I", len(data)) + data
    if isinstance(value, dict):
        inner = b"".join(told(key) + told(each) for key, each in value.items())
        return b"}(" + inner + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(told, value)) + b"e"
    return b"(" + b"".join(map(told, value)) + b"t"


def named(name: str) -> bytes:
    """A global by its name."""
    module, _, own = name.rpartition(".")
    return f"c{module}\n{own}\n".encode()


def made(name: str, *given: Any) -> bytes:
    """A call of a global."""
    return named(name) + told(given) + b"R"


def stored(key: str, kind: str, count: int) -> bytes:
    return told(("storage", named(f"torch.{kind}Storage"), key, "cpu", count)) + b"Q"


def tensor(
    key: str, *shape: int, kind: str = "Float", at: int | bytes = 0,
    steps: tuple[int, ...] | None = None,
    by: str = "torch._utils._rebuild_tensor_v2", more: tuple[Any, ...] = (),
) -> bytes:
    """A tensor in a storage, row by row where no steps are said."""
    usual = tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))
    given = (stored(key, kind, 0), at, shape, usual if steps is None else steps)
    return made(by, *given, False, made("collections.OrderedDict"), *more)


def zipped(root: bytes, storages: Mapping[str, int], *others: str) -> bytes:
    """A checkpoint of today: a pickle and the bytes of its storages in a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + root + b".")
        for key, size in storages.items():
            archive.writestr(f"net/data/{key}", bytes(size))
        for name in others:
            archive.writestr(f"net/{name}", b"")
    return stream.getvalue()


def legacy(root: bytes, storages: Mapping[str, tuple[int, int]], behind: bytes = b"") -> bytes:
    """A checkpoint of before version 1.6: five pickles, and the storages one after the other."""
    pickles = (told(0), told({}), root, told(list(storages)))
    data = b"".join(b"\x80\x02" + each + b"." for each in pickles)
    for count, width in storages.values():
        data += struct.pack("<Q", count) + bytes(count * width)
    return MAGIC + data + behind


def read(data: bytes) -> list[Tensor]:
    return list(read_stream(io.BytesIO(data), "net.pt").tensors)


@pytest.mark.parametrize("seed", range(60))
def test_each_number_of_a_storage_counts_once(seed: int) -> None:
    """Against every place that a tensor has, one by one: shared, laid over, spread, repeated."""
    chance = random.Random(seed)
    owners: dict[tuple[str, int], str] = {}
    parts: dict[str, bytes] = {}
    wanted = []
    for at in range(chance.randint(1, 6)):
        name, key = f"t{at}", chance.choice("aab")
        shape = tuple(chance.randint(seed % 7 > 0, 4) for _ in range(chance.randint(0, 3)))
        steps = tuple(chance.choice((0, 1, 1, 2, 3, 4, 8, 12)) for _ in shape)
        start = chance.randint(0, 20)
        places = [start] if prod(shape) else []
        for size, step in zip(shape, steps, strict=True):
            places = [place + step * turn for place in places for turn in range(size)]
        met = [owners[key, place] for place in sorted(places) if (key, place) in owners]
        fresh = {place for place in places if (key, place) not in owners}
        owners |= {(key, place): name for place in fresh}
        wanted.append((name, len(fresh), met[0] if met else "", bool(met) and not fresh))
        parts[name] = tensor(key, *shape, at=start, steps=steps)
    found = read(zipped(told(parts), {"a": 4 * 160, "b": 4 * 160}))
    assert [(each.name, each.params, each.tied, each.role == "tied") for each in found] == wanted
    assert all(each.bytes == 4 * each.params for each in found if each.role != "tied")


def test_stretches_of_shared_storages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlcalc.models.files.tensors.MOST_RUNS", 6)
    every = {"a": tensor("s", 3, steps=(2,)), "b": tensor("s", 3, at=1, steps=(2,))}
    one_more = {**every, "c": tensor("s", 3, at=20, steps=(1,))}
    assert [each.params for each in read(zipped(told(every), {"s": 400}))] == [3, 3]
    with pytest.raises(DlcalcError, match=r"net\.pt: c: its numbers lie in too many stretches"):
        read(zipped(told(one_more), {"s": 400}))


W, B = tensor("w", 2, 3), tensor("b", 3)
STATE = {"fc.weight": W, "fc.bias": B}
LINEAR = ["fc.weight float32 2x3 24 parameter", "fc.bias float32 3 12 parameter"]
BOTH = ["a float32 2x3 24 parameter", "b float32 3 12 parameter"]
SIZES = {"q": 6, "w": 24, "b": 12, "x": 5000}
RANDOM = tensor("x", 5000, kind="Byte")
HALVES = tensor("w", 2, 6, kind="Byte")
SIZE = made("torch.Size", (4, 6))
ADAM = {"state": {0: {"exp_avg": tensor("x", 4)}}, "param_groups": []}
MOMENT = "float32 4 16 optimizer"


def module(kind: str, **state: Any) -> bytes:
    """An object of a class, with its state."""
    return named(kind) + b")\x81" + told(state) + b"b"


def parameter(data: bytes, trains: bool = True) -> bytes:
    return made("torch._utils._rebuild_parameter", data, trains, {})


SEQUENTIAL = module(
    "torch.nn.modules.container.Sequential", training=True, _parameters={}, _buffers={},
    other={"w": B}, _modules={"0": module(
        "torch.nn.modules.linear.Linear", _parameters={"weight": parameter(W), "bias": None},
        _buffers={"n": B}, _modules={},
    )},
)
SUBCLASS = made(
    "torch._tensor._rebuild_from_type_v2", named("torch._utils._rebuild_tensor_v2"),
    named("torch.Tensor"), (stored("w", "Float", 6), 0, (2, 3), (3, 1), False, {}), {},
)
V3 = "torch._utils._rebuild_tensor_v3"
QINT8 = tensor("q", 2, 3, kind="QInt8", by="torch._utils._rebuild_qtensor")


def subclass(*shape: int, held: bytes = b"", **parts: Any) -> bytes:
    """A tensor of torchao 0.18.0, which holds other tensors."""
    kind = named("torchao.quantization.Int8Tensor")
    return made(
        "torch._tensor._rebuild_from_type_v2", named("torch._utils._rebuild_wrapper_subclass"),
        kind, (kind, named("torch.bfloat16"), shape, shape, 0, None, "cpu", False), held or parts,
    )


INT8 = tensor("q", 2, 3, kind="Char")


@pytest.mark.parametrize(("root", "found", "weights"), [
    (subclass(2, 3, qdata=INT8, scale=B, block_size=[1, 3]), "int8 2x3 18 quantised", 6),
    (parameter(subclass(4, 3, qdata=INT8, scale=None)), "int8 2x3 6 quantised", 12),
    # As those of before 0.10, whose tensors hold tensors that hold the numbers.
    (subclass(2, 3, tensor_impl=subclass(2, 3, int_data=parameter(INT8), scale=B)),
     "int8 2x3 18 quantised", 6),
])
@pytest.mark.parametrize("layout", ["zip", "before"])
def test_tensors_that_hold_tensors(root: bytes, found: str, weights: int, layout: str) -> None:
    root = told({"a": root, "b": B})
    data = zipped(root, SIZES) if layout == "zip" else legacy(root, {"q": (6, 1), "b": (3, 4)})
    weight, bias = read(data)
    assert (shown(weight), weight.params) == (f"a {found}", weights)
    assert shown(bias).startswith("b float32 3 12")


@pytest.mark.parametrize(("root", "complaint"), [
    # Put into the dictionary that it holds, once it is made.
    (subclass(2, 3, held=b"}q\x07") + b"q\x08h\x07" + told("x") + b"h\x08s0",
     "its values hold themselves"),
    (subclass(200, 3, qdata=INT8), "stands for 600 weights in 6 bytes"),
    (subclass(2, 3), "is no tensor that PyTorch would write"),
    (subclass(2, -3, qdata=INT8), "is no tensor that PyTorch would write"),
])
def test_tensors_that_hold_themselves_or_too_little(root: bytes, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read(zipped(told({"a": root, "b": B}), SIZES))
    assert str(caught.value) == f"net.pt: a: {complaint}"


@pytest.mark.parametrize(("root", "found"), [
    (told((STATE, 1, 2, 3)),
     ["0.fc.weight float32 2x3 24 parameter", "0.fc.bias float32 3 12 parameter"]),
    (W + B + b"\x86", ["0 float32 2x3 24 parameter", "1 float32 3 12 parameter"]),
    (told({"a": W + B + b"\x86", "b": told(1) + B + W + b"\x87", "c": B + b"\x85"}),
     ["a.0 float32 2x3 24 parameter", "a.1 float32 3 12 parameter",
      "b.1 float32 3 12 tied a.1", "b.2 float32 2x3 24 tied a.0", "c.0 float32 3 12 tied a.1"]),
    (made("collections.deque", []) + b"(" + W + B + b"e",
     ["0 float32 2x3 24 parameter", "1 float32 3 12 parameter"]),
    (made("collections.OrderedDict") + b"(" + told("a") + W + told("b") + B + b"u", BOTH),
    (made("collections.OrderedDict", [("a", W), ["b", B]]), BOTH),
    (told({"a": W, "n": b"\x8f(" + told(1) + told(2) + b"\x90", "b": B}), BOTH),
    (told({"a": b"}q\x00(" + told("w") + W + b"u", "b": b"h\x00"}),
     ["a.w float32 2x3 24 parameter", "b.w float32 2x3 24 tied a.w"]),
    # Where parameters are marked as such, other tensors are buffers.
    (SEQUENTIAL, ["0.weight float32 2x3 24 parameter", "0.n float32 3 12 buffer"]),
    (told({"a": parameter(W, False), "b": B}),
     ["a float32 2x3 24 parameter frozen", "b float32 3 12 buffer"]),
    # PyTorch's quantised layers mark their biases alone, and have steps to round outputs by.
    (told({"0.scale": tensor("x", 1), "0.weight": QINT8, "0.bias": parameter(B), "1.weight": W}),
     ["0.scale float32 1 4 quantisation", "0.weight qint8 2x3 6 parameter",
      "0.bias float32 3 12 parameter", "1.weight float32 2x3 24 parameter"]),
    (told({"0._packed_params": {"_packed_params": told((W, parameter(B)))}}),
     ["0._packed_params._packed_params.0 float32 2x3 24 parameter",
      "0._packed_params._packed_params.1 float32 3 12 parameter"]),
    # An object of C++ has a tuple for its state, and a list of TorchScript its own type.
    (told({"0.param": named("torch.ScriptObject") + b")\x81" + told(
        ("lstm", made("torch.jit._pickle.build_tensorlist", [parameter(B)]), [QINT8])) + b"b"}),
     ["0.param.1.0 float32 3 12 parameter", "0.param.2.0 qint8 2x3 6 parameter"]),
    # What watches values for a quantisation, and the orthogonal matrix that a weight begins from.
    (told({"0.weight": W, "0.activation_post_process.min_val": B,
           "0.weight_fake_quant.scale": tensor("x", 1), "parametrizations.w.0.base": B}),
     ["0.weight float32 2x3 24 parameter", "0.activation_post_process.min_val float32 3 12 buffer",
      "0.weight_fake_quant.scale float32 1 4 buffer",
      "parametrizations.w.0.base float32 3 12 tied 0.activation_post_process.min_val"]),
    (module("torch.nn.modules.activation.ReLU", _parameters={"w": parameter(W)}, _buffers={},
            _modules={}, activation=named("torch.nn.functional.relu"),
            other=named("torch._C._nn.gelu")),
     ["w float32 2x3 24 parameter"]),
    # A part of a module may bear the name under which checkpoints keep weights, or averages.
    (module("torch.nn.modules.module.Module", _parameters={}, _buffers={}, _modules={
        name: module("torch.nn.modules.linear.Linear", _buffers={}, _modules={},
                     _parameters={"weight": parameter(part)})
        for name, part in (("net", W), ("ema", B))}),
     ["net.weight float32 2x3 24 parameter", "ema.weight float32 3 12 parameter"]),
    (module("argparse.Namespace", a=W, n=3, b=B), BOTH),
    (told({"a": SUBCLASS, "b": B}), BOTH),
    (told({"a": tensor("w", 8, kind="Untyped", by=V3, more=(named("torch.float8_e4m3fn"),))}),
     ["a float8_e4m3fn 8 8 parameter"]),
    (told({"a": tensor("w", 12, kind="Untyped", by=V3, more=(named("torch.uint16"),))}),
     ["a uint16 12 24 buffer"]),
    (told({f"a.{name}": tensor("w", 6, kind="Untyped", by=V3, more=(named("torch.uint16"),))
           for name in ("weight", "steps")}),
     ["a.weight uint16 6 12 parameter", "a.steps uint16 6 12 tied a.weight"]),
    (told({"a": tensor("w", 3, kind="ComplexFloat"), "b": tensor("b", 12, kind="Bool")}),
     ["a complex64 3 24 parameter", "b bool 12 12 buffer"]),
    (told({"a": W, "none": tensor("b", 0, 3, at=9)}),
     ["a float32 2x3 24 parameter", "none float32 0x3 0 parameter"]),
    (told({"a": tensor("b", 2, at=1)}), ["a float32 2 8 parameter"]),
    (told({"a": tensor("b", *[1] * 64)}), [f"a float32 {'x'.join('1' * 64)} 4 parameter"]),
    # As hqq 0.2.8 saves a module, as it did before 0.2, and flat: no random generator's state.
    (told({"a": {"W_q": parameter(HALVES), "shape": SIZE, "scale": B, "nbits": 4}, "b": {"w": W}}),
     ["a.W_q uint8 2x6 12 quantised", "a.scale float32 3 12 quantisation",
      "b.w float32 2x3 24 parameter"]),
    (told({"a": {"W_q": HALVES, "meta": {"shape": SIZE, "meta_zero": {"scale": B}}, "bias": B}}),
     ["a.W_q uint8 2x6 12 quantised", "a.meta.meta_zero.scale float32 3 12 quantisation",
      "a.bias float32 3 12 tied a.meta.meta_zero.scale"]),
    (told({"a.W_q": HALVES, "a.shape": SIZE, "a.scale": B, "a.nbits": 4}),
     ["a.W_q uint8 2x6 12 quantised", "a.scale float32 3 12 quantisation"]),
    (told({"a.W_q": HALVES, "a.shape": [3, 4]}), ["a.W_q uint8 2x6 12 quantised"]),
    (told({"a.W_q": HALVES, "a.shape": "odd"}), ["a.W_q uint8 2x6 12 parameter"]),
    (told({"a.codes": HALVES, "step": 4}), ["a.codes uint8 2x6 12 parameter"]),
    # What lies beside a model: an optimiser's state, averages, the state of a random generator.
    (told({"state_dict": STATE, "optimizer": ADAM, "epoch": 3, "x": {"y": B}}),
     [*LINEAR, f"optimizer.state.0.exp_avg {MOMENT}", "x.y float32 3 12 other"]),
    (told({"model": {}, "weights": STATE, "rng": RANDOM, "optim_states": [B], "o": [ADAM, ADAM]}),
     [*(f"weights.{each}" for each in LINEAR), "rng uint8 5000 5000 other",
      "optim_states.0 float32 3 12 optimizer", f"o.0.state.0.exp_avg {MOMENT}",
      f"o.1.state.0.exp_avg {MOMENT}"]),
    (told({"ema": STATE}), [f"ema.{each}" for each in LINEAR]),
    (told({"ema": {"a": W}, "a": W, "b": B}), ["ema.a float32 2x3 24 copy", *BOTH]),
    (told({"ema": {"a": W}, "epoch": 3}), ["ema.a float32 2x3 24 parameter"]),
    (told({"g": {"a": W}, "g_ema": {"a": B}, "params_ema": {"a": B}, "schema": {"s": W}}),
     ["g.a float32 2x3 24 parameter", "g_ema.a float32 3 12 copy",
      "params_ema.a float32 3 12 copy", "schema.s float32 2x3 24 tied g.a"]),
    (told({"optim": B, "w": W}), ["optim float32 3 12 parameter", "w float32 2x3 24 parameter"]),
    (told({"w": W, "mask": RANDOM}),
     ["w float32 2x3 24 parameter", "mask uint8 5000 5000 parameter"]),
    (told({"w": {"v": W}, "rng": RANDOM, "z": {"u": tensor("b", 12, kind="Byte")}}),
     ["w.v float32 2x3 24 parameter", "rng uint8 5000 5000 other", "z.u uint8 12 12 parameter"]),
])
def test_what_a_pickle_holds(root: bytes, found: list[str]) -> None:
    assert [shown(each) for each in read(zipped(root, SIZES))] == found


def shown(each: Tensor) -> str:
    words = [each.name, each.dtype, "x".join(map(str, each.shape)), str(each.bytes), each.role]
    return " ".join([*words, *[each.tied] * bool(each.tied), *["frozen"] * (not each.trains)])


def by_storage(*key: Any) -> bytes:
    given = told(("storage", *key)) + b"Q"
    return told({"w": made("torch._utils._rebuild_tensor_v2", given, 0, (3,), (1,))})


FLOATS = named("torch.FloatStorage")
NOT_RUN = "which is not understood and was not run; a state_dict alone can be read"


@pytest.mark.parametrize(("root", "complaint"), [
    (told({"w": tensor("k" * 61, 2)}), f"w: its storage {'k' * 60} is not there"),
    (told({"w": tensor("b", 3, at=1)}), "w: reaches beyond its storage of 12 bytes"),
    (told({"w": tensor("b", 2, 2, steps=(2, 1))}), "w: reaches beyond its storage of 12 bytes"),
    (told({"w": tensor("b", 3, kind="Odd")}), "w: has a storage of the unknown type OddStorage"),
    (by_storage("Float", "b", "cpu", 3), "w: has a storage of the unknown type ?"),
    (by_storage(FLOATS, "b", "cpu"), "w: has a storage of the unknown type ?"),
    (told({"w": tensor("b", 3, steps=(1, 1))}), "w: is no tensor that PyTorch would write"),
    (told({"w": tensor("b", 3, at=-1)}), "w: is no tensor that PyTorch would write"),
    (told({"w": tensor("b", *[1] * 65)}), "w: is no tensor that PyTorch would write"),
    (told({"w": tensor("b", 3, at=b"\x8a\x09" + (1 << 63).to_bytes(9, "little"))}),
     "w: is no tensor that PyTorch would write"),
    (b"}q\x00" + told("a") + b"h\x00s", "its values hold themselves"),
    (named("os." + "s" * 150), f"its pickle names os.{'s' * 117}, {NOT_RUN}"),
    (named("numpy.loads"), f"its pickle names numpy.loads, {NOT_RUN}"),
    (named("__builtin__.eval"), f"its pickle names builtins.eval, {NOT_RUN}"),
    *((each, "its pickle is damaged or cut off") for each in (
        b"t", told(1) + b"t", told(1) + told(2) + b"\x87", b"h\x05",
        told((1,)) + told((2,)) + b"R", b"P5\n",
    )),
    *((told(each), "its pickle holds no tensors of a model") for each in (
        {}, 5, ADAM, {"ema": STATE, "model_ema": STATE},
    )),
])
def test_a_pickle_that_is_refused(root: bytes, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read(zipped(root, SIZES))
    assert str(caught.value) == f"net.pt: {complaint}"


def test_a_zip_with_two_pickles_or_with_code() -> None:
    with pytest.raises(DlcalcError, match=r"lacks data\.pkl"):
        read(zipped(told(STATE), SIZES, "sub/data.pkl"))
    for others, layout in (((), "torch-zip"), (("constants.pkl",), "torchscript")):
        data = zipped(told(STATE), SIZES, *others)
        assert read_stream(io.BytesIO(data), "net.pt").format == layout


def test_constants_of_a_module_that_is_frozen() -> None:
    frozen = zipped(module("__torch__.Net"), SIZES)
    with zipfile.ZipFile(stream := io.BytesIO(frozen), "a") as archive:
        archive.writestr("net/constants.pkl", b"\x80\x02" + told((W, B)) + b".")
        for key, size in SIZES.items():
            archive.writestr(f"net/constants/{key}", bytes(size))
    assert [shown(each) for each in read(stream.getvalue())] == [
        "0 float32 2x3 24 parameter", "1 float32 3 12 parameter",
    ]


def exported(**entries: Any) -> bytes:
    """A program of torch.export, by its list of weights."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        listed = json.dumps({"config": entries})
        archive.writestr("net/data/weights/model_weights_config.json", listed)
        for key, size in SIZES.items():
            archive.writestr(f"net/data/weights/{key}", bytes(size))
    return stream.getvalue()


def entry(key: str, *shape: int, param: bool = True, trains: bool = True, **other: Any) -> Any:
    steps = [{"as_int": prod(shape[at + 1 :])} for at in range(len(shape))]
    meta = {"dtype": 7, "sizes": [{"as_int": size} for size in shape], "strides": steps,
            "requires_grad": trains, "storage_offset": {"as_int": 0}}
    return {"path_name": key, "is_param": param, "tensor_meta": meta | other}


def test_weights_of_an_exported_program() -> None:
    data = exported(
        w=entry("w", 2, 3), head=entry("w", 2, 3), n=entry("b", 3, param=False),
        f=entry("x", 5, trains=False, dtype=13),
    )
    stream: Any = io.BufferedReader(io.BytesIO(data))
    assert [shown(each) for each in read_stream(stream, "net.pt2").tensors] == [
        "w float32 2x3 24 parameter", "head float32 2x3 24 tied w", "n float32 3 12 buffer",
        "f bfloat16 5 10 parameter frozen",
    ]


@pytest.mark.parametrize(("given", "complaint"), [
    (entry("b", 4), "w: reaches beyond its storage of 12 bytes"),
    (entry("none", 3), "w: its storage none is not there"),
    (entry("b", 3, dtype=99), "its list of weights is damaged"),
    (entry("b", 3, sizes=5), "its list of weights is damaged"),
    (5, "its list of weights is damaged"),
])
def test_an_exported_program_that_lies(given: Any, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read(exported(w=given))
    assert str(caught.value) == f"net.pt: {complaint}"


def wrapped(data: bytes, times: int) -> bytes:
    """A parameter within a parameter, so many times."""
    return wrapped(parameter(data), times - 1) if times else data


SPARSE = made("torch._utils._rebuild_sparse_tensor", named("torch.sparse_coo"), (
    tensor("i", 2, 3, kind="Long"), tensor("v", 3), (4, 5)))


@pytest.mark.parametrize(("data", "found"), [
    (legacy(told(STATE), {"w": (6, 4), "b": (3, 4), "unused": (5, 1)}), LINEAR),
    (legacy(told({"fc.weight": parameter(W), "fc.bias": parameter(B)}), {"w": (6, 4), "b": (3, 4)}),
     LINEAR),
    (legacy(told({"a": tensor("w", 3, kind="Half"), "b": tensor("v", 2, kind="Double")}),
            {"w": (3, 2), "v": (2, 8)}),
     ["a float16 3 6 parameter", "b float64 2 16 parameter"]),
    (legacy(told({"a": wrapped(W, 40)}), {"w": (6, 4)}), ["a float32 2x3 24 parameter"]),
    # A whole module, whose class stands there with the text of its source.
    (legacy(told(("module", named("torch.nn.modules.linear.Linear"), "linear.py", "class L")) + b"Q"
            + b")\x81" + told({"_parameters": {"weight": parameter(W)}, "_modules": {}}) + b"b",
            {"w": (6, 4)}), ["weight float32 2x3 24 parameter"]),
    (legacy(told({"a": SPARSE}), {"i": (6, 8), "v": (3, 4)}), ["a float32 4x5 60 parameter"]),
    (legacy(told(STATE), {"w": (6, 4), "b": (3, 4)}, b"12"), "2 bytes behind its last storage"),
    (legacy(told(STATE), {"w": (6, 4), "b": (3, 4)})[:-1],
     "ends within storage b: 12 bytes promised, 11 left"),
    (legacy(told(STATE), {"w": (6, 4)}), "fc.bias: its storage b is not there"),
    (legacy(told(STATE), {"w": (6, 4), "b": (2, 4)}),
     "fc.bias: reaches beyond its storage of 8 bytes"),
    (legacy(told(STATE), {}).replace(told([]), told(5)), "its list of storages is damaged"),
    (legacy(by_storage(FLOATS, "b", "cpu"), {"b": (3, 4)}), "a storage is damaged"),
    (MAGIC.replace(b"l", b"m") + legacy(told(STATE), {})[15:],
     "no checkpoint of PyTorch: its first pickle is not the magic number"),
])
def test_the_layout_of_before(data: bytes, found: Any) -> None:
    if isinstance(found, list):
        assert [shown(each) for each in read(data)] == found
        return
    with pytest.raises(DlcalcError) as caught:
        read(data)
    assert str(caught.value) == f"net.pt: {found}"


@pytest.mark.parametrize(("bound", "enough", "complaint"), [
    ("MOST_STEPS", 84, "a pickle of more than 83 steps"),
    ("MOST_FOUND", 3, "holds more values, or deeper ones, than any checkpoint needs"),
    ("MOST_DEPTH", 1, "holds more values, or deeper ones, than any checkpoint needs"),
    ("MOST_VALUE", 7, "its pickle has a value of 7 bytes"),
])
def test_work_is_bounded(
    bound: str, enough: int, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = zipped(told({"a": W, "b": B}), SIZES)
    monkeypatch.setattr(torch_checkpoint, bound, enough)
    assert len(read(data)) == 2
    monkeypatch.setattr(torch_checkpoint, bound, enough - 1)
    with pytest.raises(DlcalcError, match=complaint):
        read(data)

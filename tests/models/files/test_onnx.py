"""ONNX read forward: long data passed over, from a pipe as from a file."""

import io
import random
import struct
import sys
import tracemalloc
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files import onnx, protobuf
from dlcalc.models.files.onnx import (
    Graph,
    Named,
    Node,
    OnnxModel,
    Translator,
    Uses,
    Value,
    follow_shapes,
    read_model,
    read_onnx,
)
from dlcalc.models.files.protobuf import Reader, signed
from dlcalc.models.files.reading import read_weights
from dlcalc.models.files.stream import Stream
from dlcalc.models.receptive_fields import seen
from dlcalc.models.translation import notation

FILES = Path(__file__).parents[2] / "data" / "onnx"


def number(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def field(place: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return number(place << 3) + number(value)
    return number(place << 3 | 2) + number(len(value)) + value


def tensor(name: str, kind: int, sizes: tuple[int, ...], data: bytes) -> bytes:
    dims = b"".join(field(1, size) for size in sizes)
    return dims + field(2, kind) + data + field(8, name.encode())


def node(op: str, *names: str) -> bytes:
    *inputs, output = (name.encode() for name in names)
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, op.encode())


def info(name: str, *sizes: int) -> bytes:
    shape = b"".join(field(1, field(1, size)) for size in sizes)
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, shape)))


FLOATS = field(4, struct.pack("<3000f", *range(3000)))
HALVES = field(5, b"\x80\x78" * 3000)
"""3,000 numbers of float16 as whole numbers of two bytes each: 15 << 10, which is 1.0."""


def model(*initialisers: bytes) -> bytes:
    graph = field(1, node("Gemm", "x", "a", "b", "y")) + b"".join(
        field(5, each) for each in initialisers
    )
    graph += field(11, info("x", 1, 30)) + field(12, info("y", 1, 100))
    return field(1, 8) + field(7, graph)


class Pipe(io.RawIOBase):
    """Bytes that can be read once, part by part; a part may be so many zeros."""

    def __init__(self, *parts: bytes | int) -> None:
        self.parts = [Zeros(each) if isinstance(each, int) else io.BytesIO(each) for each in parts]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while self.parts:
            count = self.parts[0].readinto(buffer)
            if count:
                return count
            del self.parts[0]
        return 0


class Zeros:
    """So many of them."""

    def __init__(self, left: int) -> None:
        self.left = left

    def readinto(self, buffer: memoryview) -> int:
        count = min(self.left, len(buffer))
        buffer[:count] = bytes(count)
        self.left -= count
        return count


@pytest.mark.parametrize(("name", "count", "scales"), [
    # By onnxruntime 1.32.0: dynamic with a scale an output, QOperator, QDQ; params as in torch.
    ("mlp-dyn-dyn-pc", 325, 50), ("lstm-old-dyn-pc", 539, 134), ("mlp-old-qop", 325, 6),
    ("lstm-old-qdq", 539, 10),
])
def test_quantised_graphs(name: str, count: int, scales: int) -> None:
    held = read_weights(str(FILES / f"{name}.onnx"))
    assert sum(each.params for each in held.tensors) == count
    assert held.sum_of("numbers", "quantisation") == scales


def test_an_output_left_out_names_no_row() -> None:
    graph = field(1, node("LSTM", "x", "w", "r", "") + field(2, b"hidden"))
    data = field(1, 8) + field(7, graph)
    held = read_onnx(io.BytesIO(data), "-")
    assert [row.name for row in held.rows or ()] == ["hidden"]


@pytest.mark.parametrize(("operation", "counts"), [
    (field(1, b"w") + field(4, b"Identity"), (0, 0)),  # of no output
    # Weights of one axis.
    (node("Gather", "w", "x", "y"), (5, 0)), (node("LSTM", "x", "w", "w", "y"), (5, 30)),
])
def test_nodes_that_no_layer_can_be_are_rows(operation: bytes, counts: tuple[int, int]) -> None:
    graph = field(1, operation) + field(5, tensor("w", 1, (5,), field(9, bytes(20))))
    graph += field(11, info("x", 1, 3)) + field(12, info("y", 1, 3))
    held = read_onnx(io.BytesIO(field(1, 8) + field(7, graph)), "-")
    assert [(row.params, row.macs) for row in held.rows or ()] == [counts]


@pytest.mark.parametrize("given", [FLOATS, field(9, bytes(12_000))])
def test_long_data(given: bytes) -> None:
    data = model(tensor("a", 1, (30, 100), given), tensor("b", 10, (100, 30), HALVES))
    for file in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        held = read_onnx(file, "-")
        assert [(each.name, each.params, each.bytes) for each in held.tensors] == [
            ("a", 3000, 12_000), ("b", 3000, 6_000),
        ]
        assert held.rows is not None
        assert held.rows[0].macs == 3000


@pytest.mark.parametrize(("given", "complaint"), [
    (FLOATS[:-4], "longer than what holds it"), (field(4, bytes(11_996)), "a: holds 2,999 numbers"),
    (field(9, bytes(12_001)), "a: holds 12,001 bytes"),
    (field(5, b"\x80\x78" * 2999), "a: holds 2,999 numbers"),
])
def test_long_data_that_lies(given: bytes, complaint: str) -> None:
    data = model(tensor("a", 1, (30, 100), given))
    for file in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        with pytest.raises(DlcalcError, match=complaint):
            read_onnx(file, "-")


def test_memory_of_a_pipe() -> None:
    size = 30 << 22
    before, marked, after = model(
        tensor("a", 1, (30, 1 << 20), field(9, bytes(size)))
    ).partition(bytes(size))
    tracemalloc.start()
    held = read_onnx(io.BufferedReader(Pipe(before, len(marked), after)), "-")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held.tensors[0].params == 30 << 20
    assert peak < 8 << 20


@pytest.mark.parametrize(("name", "params", "macs"), [
    # com.microsoft's Attention and FusedMatMul, the norm and the gelu that add before they start.
    ("of-onnxruntime", 3_232, 5_376 + 1_568 + 1_792 + 7_168 + 7_168),
    # Four heads of queries, two of keys: 7 x 9 products of 32 and of 32.
    ("attention-23", 0, 7 * 9 * 64),
    # The batch is the second axis, and open.
    ("lstm-open-batch", 220, 9 * 20 * (4 + 5)),
])
def test_nodes_of_later_sets(name: str, params: int, macs: int) -> None:
    held = read_weights(str(FILES / f"{name}.onnx"))
    assert sum(each.params for each in held.tensors) == params
    assert held.rows is not None
    assert sum(row.macs or 0 for row in held.rows) == macs


def attribute(name: str, place: int, given: bytes | int) -> bytes:
    return field(5, field(1, name.encode()) + field(place, given))


def test_a_function_of_the_file_takes_weights() -> None:
    body = field(7, node("MatMul", "a", "b", "c"))
    function = field(1, b"Own") + field(4, b"a") + field(4, b"b") + field(5, b"c") + body
    called = field(1, node("Own", "x", "w", "y") + field(7, b"mine"))
    data = field(5, tensor("w", 1, (3, 4), field(9, bytes(48))))
    graph = called + data + field(11, info("x", 1, 3)) + field(12, info("y", 1, 4))
    whole = field(8, b"") + field(7, graph) + field(25, function + field(10, b"mine"))
    held = read_onnx(io.BytesIO(field(1, 8) + whole), "-")
    assert [(each.name, each.params) for each in held.tensors] == [("w", 12)]
    rows = [(row.name, row.type, row.params, row.bytes, row.macs) for row in held.rows or ()]
    assert rows == [("y", "Own", 12, 48, 12)]


def test_weights_of_functions_stand_in_the_rows_of_their_calls() -> None:
    """What a call gives is its own; what a body holds is that of its first call, a straight one."""
    product = Node("MatMul", "", "", ["a", "w"], ["b"])
    inner = Graph([product, Node("Add", "", "", ["b", "c"], ["d"])],
                  [Value("c", "float", (5,), 32)], ["a", "w"], ["d"], name="Inner")
    call = Node("Inner", "own", "", ["x", "k"], ["y"])
    outer = Graph([call], [], ["x", "k"], ["y"], name="Outer")
    alone = Graph([Node("Alone", "own", "", ["x"], ["y"]), Node("Add", "", "", ["x", "e"], ["y"])],
                  [Value("e", "float", (7,), 32)], ["x"], ["y"], name="Alone")
    functions = {("own", each.name): each for each in (alone, inner, outer)}
    calls = [("Outer", ["x", "k"], "y"), ("Inner", ["y", "m"], "z"), ("Outer", ["z", "m"], "o")]
    nodes = [Node(op, "own", "", inputs, [output]) for op, inputs, output in calls]
    held = [Value("k", "float", (5, 5), 32), Value("m", "float", (5, 5), 32)]
    uses = Uses(OnnxModel(Graph(nodes, held, ["x"], ["o"]), functions, {}))
    taken = {value.name: uses.role(key, value)[1] for key, value, _ in uses.values}
    assert taken.keys() == {"k", "m", "c", "e"}
    places = {name: pair[1] for name, pair in taken.items() if pair}
    assert [places[name] for name in ("k", "m", "c")] == [nodes[0], nodes[1], nodes[1]]
    assert places["e"] == alone.nodes[1]


def test_products_within_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapes and products of what a call stands for, with the attributes that it gives."""
    inner = Graph([Node("Conv", "", "", ["a", "w"], ["b"], {"strides": Named("steps")}),
                   Node("Reshape", "", "", ["b", "to"], ["c"])],
                  [Value("to", "int64", (2,), 64, [1, -1])], ["a", "w"], ["c"])
    outer = Graph([Node("Inner", "own", "", ["x", "k"], ["t"], {"steps": [2, 2]}),
                   Node("MatMul", "", "", ["t", "m"], ["u"])], [], ["x", "k", "m"], ["u"])
    functions = {("own", "Inner"): inner, ("own", "Outer"): outer}
    nodes = [Node("Outer", "own", "", ["x", "k", "m"], ["y"]), Node("Relu", "", "", ["y"], ["z"])]
    held = [Value("k", "float", (4, 3, 3, 3), 32), Value("m", "float", (36, 5), 32)]
    model = OnnxModel(Graph(nodes, held, ["x"], ["z"]), functions, {})
    flow = Translator(model, {"x": (1, 3, 7, 7), **{each.name: each.shape for each in held}})
    assert (flow.inferred()["z"], flow.macs(nodes[0])) == ((1, 5), 9 * 4 * 27 + 36 * 5)
    assert Translator(model, {}).macs(nodes[0]) is None
    monkeypatch.setattr(onnx, "MOST_NODES", 3)
    with pytest.raises(DlcalcError, match="its functions call each other beyond any honest"):
        Translator(model, {})


@pytest.mark.parametrize(("given", "shape", "count"), [
    (attribute("value_ints", 8, 3) + attribute("value_ints", 8, 4), None, 0),
    (attribute("value", 5, tensor("", 1, (2, 3), field(9, bytes(24)))), (2, 3), 6),
    (attribute("sparse_value", 22, field(1, tensor("", 1, (2,), field(9, bytes(8))))
               + field(3, 2) + field(3, 3)), (2, 3), 6),
])
def test_constants_of_nodes(given: bytes, shape: tuple[int, ...] | None, count: int) -> None:
    """A Constant that a Gemm takes is its weight."""
    nodes = field(1, field(2, b"w") + field(4, b"Constant") + given)
    nodes += field(1, node("Gemm", "x", "w", "y"))
    graph = nodes + field(11, info("x", 1, 2)) + field(12, info("y", 1, 3))
    held = read_onnx(io.BytesIO(field(1, 8) + field(7, graph)), "-")
    found = [(each.shape, each.params) for each in held.tensors if each.params]
    assert found == ([(shape, count)] if shape else [])


@pytest.mark.parametrize(("given", "complaint"), [
    ((4,), ""), ((1, 4), ""), ((2, 3, 4), "--input: x has 2 axes, the batch among them; --input "),
])
def test_inputs_that_are_open(given: tuple[int, ...], complaint: str) -> None:
    shape = field(1, field(2, b"batch")) + field(1, field(2, b"width"))
    x = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, shape)))
    graph = field(1, node("Relu", "x", "y")) + field(11, x)
    data = io.BytesIO(field(1, 8) + field(7, graph))
    if complaint:
        with pytest.raises(DlcalcError, match=complaint):
            read_onnx(data, "-", given)
        return
    held = read_onnx(data, "-", given)
    assert [row.output for row in held.rows or ()] == [(1, 4)]


@pytest.mark.parametrize("seed", range(20))
def test_fields_read_forward_are_those_of_the_whole(seed: int) -> None:
    """Numbers, text and messages drawn at random, of a file and a pipe; long data is measured."""
    chance = random.Random(seed)
    numbers: dict[int, list[int]] = {}
    texts: dict[int, list[bytes]] = {}
    data = b""
    for _ in range(chance.randint(1, 30)):
        place, kind = chance.randint(1, 40), chance.choice((0, 0, 1, 2, 2, 5))
        if kind == 0:
            whole = chance.choice((0, 1, 127, 128, 16383, 16384, (1 << 64) - chance.randint(1, 99)))
            numbers.setdefault(place, []).append(signed(whole))
            data += field(place, whole)
            continue
        size = {1: 8, 5: 4}.get(kind, chance.choice((0, 1, 127, 128, 300)))
        held = chance.randbytes(size)
        texts.setdefault(place, []).append(held)
        data += number(place << 3 | kind) + number(size) * (kind == 2) + held
    packed = b"".join(number(each) for each in (5, 300, (1 << 64) - 7))
    data += field(41, packed) + field(41, 9) + field(42, bytes(4097))
    data += field(43, b"\x80\x01" * 3000) + field(44, field(1, 3) + field(2, bytes(5000)))
    schema = {"m": {42: "", 43: "varints", 44: "inner"}, "inner": {2: ""}}
    for file in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        found = Reader(schema).message(Stream(file), kind="m")
        for place in range(1, 41):
            assert [signed(each) for each in found.all(place, int)] == numbers.get(place, [])
            assert found.all(place, bytes) == texts.get(place, [])
        assert sorted(found.wholes(41)) == [-7, 5, 9, 300]
        assert (found.length(42), found.length(43)) == (4097, 3000)
        [inner] = found.inner(44)
        assert (inner.whole(1), inner.length(2), inner.text(1)) == (3, 5000, "")


@pytest.mark.parametrize(("data", "complaint"), [
    (b"\x0b", "damaged: byte 1 begins no field"), (b"\x0d\x00\x00", "ends within a number"),
    (b"\x0a\x05ab", "ends within a field at byte 2: 5 bytes promised, 2 left"),
    (b"\x80" * 10, "damaged: a number at byte 10 has no end"), (b"\x0a", "ends within a field"),
    (field(2, b"\x0b"), "damaged: byte 1 begins no field"),
    (field(2, b"\x0a\x05ab"), "ends within a field at byte 2: 5 bytes promised, 2 left"),
    (field(2, b"\x0d\x00\x00"), "ends within a number: 4 bytes promised, 2 left"),
    (field(2, b"\x02\x00"), "damaged: byte 1 begins no field"),
    (field(2, b"\x08\x80"), "ends within a field: 1 bytes promised, 0 left"),
    (field(2, b"\x08" + b"\x80" * 10 + b"\x01"), "damaged: a number at byte 11 has no end"),
    (field(3, field(2, bytes(4096)) + b"\x10\x80") + b"\x01",
     "damaged: a field is longer than what holds it"),
])
def test_fields_that_are_damaged(data: bytes, complaint: str) -> None:
    with pytest.raises(DlcalcError, match=complaint):
        list(Reader({"m": {3: "n"}, "n": {}}).message(Stream(io.BytesIO(data)), kind="m").inner(2))


@pytest.mark.parametrize(("bound", "enough"), [
    ("MOST_FIELDS", 15), ("MOST_KEPT", 5003), ("MOST_MESSAGES", 2),
])
def test_fields_are_bounded(bound: str, enough: int, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {"m": {1: "m"}}
    data = field(1, field(1, field(2, bytes(5000)))) + field(3, b"\x01\x02\x03")
    data += field(4, 1) + field(5, 1)

    def read() -> list[int]:
        found = Reader(schema).message(Stream(io.BytesIO(data)), kind="m")
        return [*found.wholes(3), *(each for one in found.inner(1) for each in one.wholes(9))]

    monkeypatch.setattr(protobuf, bound, enough)
    assert read() == [1, 2, 3]
    monkeypatch.setattr(protobuf, bound, enough - 1)
    with pytest.raises(DlcalcError):
        read()


@pytest.mark.parametrize(("place", "offset", "shape"), [
    (b"shapes", b"4", (2, 3)), (b"../shapes", b"4", None), (b"none", b"4", None),
    (b"shapes", "²".encode(), None), (b"shapes", b"-4", None), (b"shapes", b"9" * 5000, None),
])
def test_a_shape_that_lies_in_a_file_beside(
    place: bytes, offset: bytes, shape: tuple[int, ...] | None, tmp_path: Path
) -> None:
    outside = {b"location": place, b"offset": offset, b"length": b"16"}
    held = b"".join(field(13, field(1, key) + field(2, each)) for key, each in outside.items())
    graph = field(1, node("Reshape", "x", "s", "y")) + field(5, tensor("s", 7, (2,), held))
    graph += field(11, info("x", 6)) + field(12, field(1, b"y"))
    (tmp_path / "a.onnx").write_bytes(field(1, 8) + field(7, graph))
    (tmp_path / "shapes").write_bytes(bytes(4) + struct.pack("<2q", 2, -1))
    assert [row.output for row in read_weights(str(tmp_path / "a.onnx")).rows or ()] == [shape]
    (tmp_path / "shapes").write_bytes(bytes(4))
    assert [row.output for row in read_weights(str(tmp_path / "a.onnx")).rows or ()] != [(2, 3)]


RAW, BITS4 = bytes(24), field(5, b"\x01\x02\x03")
OUTSIDE = field(13, field(1, b"location") + field(2, b"f")) + field(14, 1)


@pytest.mark.parametrize(("kind", "given", "found"), [
    # Six numbers: raw, in the fields of their types, two a number where they are complex, or
    # several in a whole number; TensorProto.DataType of onnx 1.23.2.
    (1, field(9, RAW), "float 24"), (1, field(4, RAW), "float 24"),
    (11, field(10, bytes(48)), "double 48"), (11, field(9, bytes(48)), "double 48"),
    (7, field(7, bytes(6)), "int64 48"), (6, field(5, bytes(6)), "int32 24"),
    (13, field(11, bytes(6)), "uint64 48"), (3, field(9, bytes(6)), "int8 6"),
    (10, field(5, b"\x80\x78" * 6), "float16 12"), (14, field(4, bytes(48)), "complex64 48"),
    (15, field(10, bytes(96)), "complex128 96"), (8, field(6, b"a") * 6, "string 0"),
    (22, field(9, bytes(3)), "int4 3"), (22, BITS4, "int4 3"),
    (1, OUTSIDE, "float 24"),
    (1, OUTSIDE + field(13, field(1, b"length") + field(2, b"24")), "float 24"),
    (1, OUTSIDE + field(13, field(1, b"length") + field(2, b"1" * 20)), "float 24"),
    (1, OUTSIDE + field(13, field(1, b"length") + field(2, b"25")),
     "a: takes 24 bytes, and 25 are said to lie outside"),
    (1, field(9, bytes(23)), "a: holds 23 bytes, where its sizes take another number"),
    (1, field(4, bytes(26)), "a: its last number is cut off"),
    (1, OUTSIDE + field(9, bytes(26)), "a: its last number is cut off"),
    (1, field(4, bytes(20)), "a: holds 5 numbers, where its sizes take another number"),
    (11, field(10, bytes(56)), "a: holds 7 numbers, where its sizes take another number"),
    (22, field(9, bytes(4)), "a: holds 4 bytes, where its sizes take another number"),
    (22, b"", "a: holds fewer numbers than its sizes say"),
    (99, field(9, RAW), "a: is of the unknown type 99"),
    (1, field(1, (1 << 64) - 3) + field(9, RAW), "a: its sizes are damaged"),
])
def test_tensors_as_they_are_stored(kind: int, given: bytes, found: str) -> None:
    data = model(tensor("a", kind, (2, 3), given), tensor("b", 1, (1,), field(9, bytes(4))))
    if found.startswith("a: "):
        with pytest.raises(DlcalcError) as caught:
            read_onnx(io.BytesIO(data), "-")
        assert str(caught.value) == found
        return
    held = read_onnx(io.BytesIO(data), "-").tensors[0]
    assert f"{held.dtype} {held.bytes}" == found
    assert held.shape == (2, 3)


@pytest.mark.parametrize(("op", "attributes", "inputs", "out", "count"), [
    ("Gemm", {}, [(2, 3), (3, 4)], (2, 4), 24),
    ("Gemm", {"transA": 1}, [(3, 2), (3, 4)], (2, 4), 24),
    ("MatMul", {}, [(2, 5, 3), (3, 4)], (2, 5, 4), 120), ("MatMul", {}, [(3,), (3, 4)], (4,), 12),
    ("MatMulInteger", {}, [(2, 3), (3, 4)], (2, 4), 24), ("MatMul", {}, [(3, 4)], None, None),
    ("QLinearMatMul", {}, [(2, 3), (), (), (3, 4)], (2, 4), 24),
    ("Conv", {}, [(1, 3, 8, 8), (4, 3, 3, 3)], (1, 4, 6, 6), 4 * 36 * 27),
    ("Conv", {"group": 3}, [(2, 3, 8), (6, 1, 3)], (2, 6, 6), 2 * 6 * 6 * 3),
    ("QLinearConv", {}, [(1, 3, 8), (), (), (4, 3, 3)], (1, 4, 6), 4 * 6 * 9),
    ("ConvTranspose", {}, [(1, 3, 8), (3, 4, 2)], None, 3 * 8 * 4 * 2),
    ("LSTM", {}, [(5, 2, 3), (1, 16, 3), (1, 16, 4)], None, 10 * (48 + 64)),
    ("GRU", {}, [(5, 2, 3), (2, 12, 3), (2, 12, 4)], None, 10 * (72 + 96)),
    # Queries by keys and weights by values: of heads apart, of heads that share their keys.
    ("Attention", {}, [(1, 2, 5, 8), (1, 2, 7, 8), (1, 2, 7, 6)], (1, 2, 5, 6), 70 * (8 + 6)),
    ("Attention", {"q_num_heads": 4, "kv_num_heads": 2}, [(2, 7, 32), (2, 9, 16), (2, 9, 12)],
     (2, 7, 24), 2 * 63 * (32 + 24)),
    ("MultiHeadAttention", {"num_heads": 4}, [(2, 7, 32), (2, 9, 32), (2, 9, 24)], (2, 7, 24),
     2 * 63 * (32 + 24)),
    ("GroupQueryAttention", {"num_heads": 4, "kv_num_heads": 1}, [(1, 3, 8), (1, 3, 2), (1, 3, 2)],
     (1, 3, 8), 9 * (8 + 8)),
    ("Attention", {}, [(1, 3, 8), (1, 5, 8), (1, 5, 6)], (1, 3, 6), 15 * (8 + 6)),
    ("Attention", {}, [(3, 8), (5, 8), (5, 6)], (3, 6), None),
    ("Einsum", {"equation": "bhid, bhjd -> bhij"}, [(2, 3, 5, 4), (2, 3, 7, 4)], None, 840),
    ("Einsum", {"equation": "...ij,jk->...ik"}, [(6, 2, 5, 3), (3, 4)], None, 12 * 60),
    ("Einsum", {"equation": "ii->i"}, [(3, 3)], None, 0),
    ("Einsum", {"equation": "a,b,c->abc"}, [(3,), (3,), (4,)], None, None),
    ("Relu", {}, [(2, 3)], (2, 3), 0), ("If", {}, [(1,)], (2, 3), None),
])
def test_products_of_operations(
    op: str, attributes: dict[str, Any], inputs: list[tuple[int, ...]],
    out: tuple[int, ...] | None, count: int | None,
) -> None:
    names = [f"x{at}" for at in range(len(inputs))]
    shapes = dict(zip(names, inputs, strict=True)) | ({} if out is None else {"y": out})
    node = Node(op, "", "n", names, ["", "y"], attributes)
    assert Translator(OnnxModel(Graph([node]), {}, {}), shapes).macs(node) == count
    own = Node(op, "com.microsoft", "n", names, ["y"], attributes)
    known = {("com.microsoft", op): Graph([Node("Relu", "", "", ["a"], ["b"])])}
    assert Translator(OnnxModel(Graph([own]), known, {}), shapes).macs(own) == 0


def test_products_of_an_attention_with_its_projections() -> None:
    """com.microsoft's Attention: 8 features to 3 of 8 each, for two of 5 steps."""
    node = Node("Attention", "com.microsoft", "n", ["x", "w"], ["y"], {})
    shapes = {"x": (2, 5, 8), "w": (8, 24), "y": (2, 5, 8)}
    flow = Translator(OnnxModel(Graph([node]), {}, {}), shapes)
    assert flow.macs(node) == 2 * 5 * 8 * 24 + 2 * 2 * 25 * 8


@pytest.mark.parametrize(("count", "data", "fits"), [
    (8, b"\x01", True), (9, b"\x01", False), (16, b"\x01\x02", True), (0, b"", True),
])
def test_numbers_of_few_bits_in_whole_numbers(count: int, data: bytes, fits: bool) -> None:
    made = model(tensor("a", 22, (count,), field(5, data)))
    if fits:
        assert read_onnx(io.BytesIO(made), "-").tensors[0].numbers == count
        return
    with pytest.raises(DlcalcError, match="a: holds fewer numbers than its sizes say"):
        read_onnx(io.BytesIO(made), "-")


def test_attributes_and_what_the_head_says() -> None:
    """AttributeProto: a float, a whole number, a text, a tensor, floats, whole numbers, a graph."""
    inner = field(1, node("Relu", "a", "b")) + field(11, field(1, b"a"))
    given = [
        ("f", b"\x15" + struct.pack("<f", 0.5)), ("i", field(3, (1 << 64) - 2)),
        ("s", field(4, b"SAME")), ("t", field(5, tensor("t", 1, (2,), field(9, bytes(8))))),
        ("fs", field(7, struct.pack("<3f", 1, 2, 3))), ("is", field(8, 4) + field(8, 5)),
        ("none", b""), ("g", field(6, inner)), ("cut", field(2, b"abc")),
    ]
    held = node("Odd", "x", "y") + field(3, b"own") + b"".join(
        field(5, field(1, name.encode()) + data) for name, data in given
    )
    graph = field(1, held) + field(11, field(1, b"x"))
    opsets = field(8, field(2, 21)) + field(8, field(1, b"com.microsoft") + field(2, 1))
    data = field(1, 9) + field(2, b"pytorch") + opsets + field(7, graph)
    found, _ = read_model(Stream(io.BytesIO(data)))
    assert found.metadata == {
        "ir_version": 9, "producer": "pytorch", "opset": {"ai.onnx": 21, "com.microsoft": 1},
    }
    [made] = found.graph.nodes
    values = {key: each for key, each in made.attributes.items() if not isinstance(each, Value)}
    assert values == {"f": 0.5, "i": -2, "s": "SAME", "is": [4, 5], "none": None, "g": None,
                      "cut": None}
    assert (made.attributes["t"].shape, made.attributes["fs"].shape) == ((2,), (3,))
    assert [each.op for each in made.graphs["g"].nodes] == ["Relu"]
    assert (found.graph.inputs, found.graph.shapes) == (["x"], {})
    plain, _ = read_model(Stream(io.BytesIO(field(7, graph))))
    assert plain.metadata == {}
    with pytest.raises(DlcalcError, match="no ONNX file: it holds no graph"):
        read_model(Stream(io.BytesIO(field(1, 9))))


Line = tuple[str, list[str], str, dict[str, Any]]
"""An operation, what it takes, what it gives, and its attributes."""
CONV: Line = ("Conv", ["x", "w"], "a", {"pads": [1, 1, 1, 1]})
WEIGHTS = {"w": (4, 3, 3, 3), "one": (), "row": (8,), "v": (1, 4, 1, 1), "axes": (1,)}


@pytest.mark.parametrize(("lines", "given", "shapes", "said"), [
    ([CONV, ("Concat", ["x", "a"], "y", {"axis": 1})], (1, 3, 8, 8), {"y": (1, 7, 8, 8)},
     ["concat:"]),
    ([CONV, ("Concat", ["a", "x"], "y", {"axis": -3})], (2, 3, 8, 8), {"y": (2, 7, 8, 8)},
     ["concat:"]),
    ([CONV, ("Relu", ["a"], "b", {}), ("Concat", ["a", "b"], "y", {"axis": 2})], (1, 3, 8, 8),
     {"y": (1, 4, 16, 8)}, ["concat axis=1:"]),
    ([CONV, ("Relu", ["a"], "b", {}), ("Concat", ["a", "b"], "y", {"axis": -1})], (1, 3, 8, 8),
     {"y": (1, 4, 8, 16)}, ["concat axis=2:"]),
    ([CONV, ("GlobalAveragePool", ["a"], "b", {}), ("Mul", ["a", "b"], "y", {})], (1, 3, 8, 8),
     {"b": (1, 4, 1, 1), "y": (1, 4, 8, 8)}, ["scale:"]),
    ([CONV, ("Relu", ["a"], "b", {}), ("Add", ["b", "a"], "y", {})], (1, 3, 8, 8),
     {"y": (1, 4, 8, 8)}, ["sum:"]),
    # What no layer says, and what its shape follows from all the same.
    ([CONV, ("Erf", ["a"], "b", {}), ("Relu", ["b"], "y", {})], (1, 3, 8, 8),
     {"b": (1, 4, 8, 8), "y": (1, 4, 8, 8)}, None),
    ([CONV, ("Mul", ["a", "v"], "b", {}), ("Sub", ["one", "b"], "y", {})], (1, 3, 8, 8),
     {"b": (1, 4, 8, 8), "y": (1, 4, 8, 8)}, None),
    ([("Add", ["x", "row"], "a", {}), ("Where", ["a", "x", "one"], "y", {})], (1, 5, 8),
     {"a": (1, 5, 8), "y": (1, 5, 8)}, None),
    ([("Pow", ["x", "row"], "y", {})], (1, 5, 1), {"y": (1, 5, 8)}, None),
    ([("RotaryEmbedding", ["x", "row"], "y", {})], (1, 5, 8), {"y": (1, 5, 8)}, None),
    ([("Clip", ["x", "", "one"], "y", {})], (1, 5, 8), {"y": (1, 5, 8)}, None),
    ([("Max", ["x", "v"], "y", {})], (1, 1, 1, 3), {"y": (1, 4, 1, 3)}, None),
    ([("Min", ["x", "one"], "a", {}), ("Sub", ["a", "nowhere"], "y", {})], (1, 5),
     {"a": (1, 5), "y": (1, 5)}, None),
    ([("Odd", ["x"], "a", {}), ("Relu", ["a"], "y", {})], (1, 5, 8), {}, None),
    # A product that a bias follows is one layer with it, through what changes nothing.
    ([("MatMul", ["x", "m"], "a", {}), ("Add", ["a", "row"], "y", {})], (1, 4), {"y": (1, 8)},
     ["a: linear 8"]),
    ([("MatMul", ["x", "m"], "a", {}), ("Identity", ["a"], "b", {}),
      ("Add", ["row", "b"], "y", {})], (1, 4), {"y": (1, 8)}, ["a: linear 8"]),
    ([("MatMul", ["x", "m"], "a", {}), ("Add", ["a", "row"], "b", {}), ("Relu", ["b"], "y", {}),
      ("Tanh", ["y"], "unused", {})], (1, 4), {"y": (1, 8)}, ["a: linear 8", "y: relu"]),
    ([("MatMul", ["x", "turned"], "y", {}), ("Transpose", ["n"], "turned", {})][::-1], (1, 4),
     {"y": (1, 8), "turned": (4, 8)}, ["y: linear 8 bias=no"]),
    ([("Transpose", ["n"], "t", {"perm": [1, 0]}), ("Identity", ["t"], "u", {}),
      ("Gemm", ["x", "u", "row"], "y", {})], (1, 4), {"y": (1, 8)}, ["y: linear 8"]),
    # Steps first, the batch on the second axis.
    ([("LSTM", ["x", "wi", "wr"], "y", {})], (5, 1, 3), {"y": (5, 1, 1, 4)},
     ["y: lstm 4 bias=no"]),
    ([("Transpose", ["x"], "y", {"perm": [0, 2, 1]})], (1, 5, 8), {"y": (1, 8, 5)},
     ["y: transpose"]),
    ([("Shape", ["x"], "s", {}), ("Reshape", ["x", "s"], "a", {}), ("Relu", ["a"], "y", {})],
     (1, 5, 8), {"s": (3,), "y": (1, 5, 8)}, ["y: relu"]),
])
def test_shapes_and_layers_of_a_graph(
    lines: list[Line], given: tuple[int, ...], shapes: dict[str, tuple[int, ...]],
    said: list[str] | None,
) -> None:
    weights = {**WEIGHTS, "m": (4, 8), "n": (8, 4), "wi": (1, 16, 3), "wr": (1, 16, 4)}
    nodes = [Node(op, "", out, taken, [out], named) for op, taken, out, named in lines]
    values = [Value(name, "float", shape, 32) for name, shape in weights.items()]
    whole = OnnxModel(Graph(nodes, values, ["x"], ["y"]), {}, {})
    known = {"x": given, **weights}
    found = Translator(whole, known).inferred()
    assert {name: found.get(name) for name in shapes} == shapes
    if said is None:
        with pytest.raises(DlcalcError):
            Translator(whole, known).translated("")
        return
    made = notation(Translator(whole, known).translated(""))
    assert [line for line in made.splitlines()[1:] if not line.startswith(" ")][-len(said):] == said


def test_fields_where_values_meet() -> None:
    """Two windows of 3 beside one: 5 columns; and behind a mean, all of them."""
    w = Value("w", "float", (3, 3, 3, 3), 32)
    pads = {"pads": [1, 1, 1, 1]}
    nodes = [
        Node("Conv", "", "a", ["x", "w"], ["a"], pads),
        Node("Conv", "", "b", ["a", "w"], ["b"], pads),
        Node("Add", "", "c", ["a", "b"], ["c"]), Node("Erf", "", "d", ["c"], ["d"]),
        Node("Concat", "", "e", ["d", "x"], ["e"], {"axis": 1}),
        Node("GlobalAveragePool", "", "f", ["e"], ["f"]), Node("Odd", "", "g", ["f"], ["g"]),
    ]
    flow = Translator(OnnxModel(Graph(nodes, [w], ["x"], ["g"]), {}, {}), {
        "x": (1, 3, 9, 9), "w": w.shape,
    })
    flow.inferred()
    assert {name: seen(field) for name, field in flow.fields.items()} == {
        "x": (1, 1), "a": (3, 3), "b": (5, 5), "c": (5, 5), "d": (5, 5), "e": (5, 5), "f": (9, 9),
    }


@pytest.mark.parametrize(("layout", "given", "known"), [
    # A recurrent node takes steps, examples, features, or with layout 1 the examples first.
    (0, None, (9, 1, 5)), (0, (9, 5), (9, 1, 5)), (0, (7, 2, 5), (7, 2, 5)), (1, (9, 5), (1, 9, 5)),
])
def test_the_axis_of_the_examples(
    layout: int, given: tuple[int, ...] | None, known: tuple[int, ...]
) -> None:
    sizes = [9, None, 5] if given is None else [None, None, 5]
    shape = b"".join(field(1, b"" if each is None else field(1, each)) for each in sizes)
    x = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, shape)))
    lstm = node("LSTM", "x", "w", "r", "y") + attribute("layout", 3, layout)
    graph = field(1, lstm) + field(11, x)
    held = read_onnx(io.BytesIO(field(1, 8) + field(7, graph)), "-", given)
    assert held.input == known


class Dim:
    """An axis as the onnx package has it: its size, its name, or neither."""

    def __init__(self, size: int | str | None) -> None:
        self.dim_value = size if isinstance(size, int) else 0
        self.dim_param = size if isinstance(size, str) else ""

    def HasField(self, name: str) -> bool:  # noqa: N802
        return name == "dim_value" and bool(self.dim_value)


class Shaped:
    """A value as the onnx package has it, with a shape or without."""

    def __init__(self, name: str, *sizes: int | str | None, shaped: bool = True) -> None:
        self.name = name
        dims = SimpleNamespace(dim=[Dim(size) for size in sizes])
        has = SimpleNamespace(shape=dims, HasField=lambda field: field == "shape" and shaped)
        self.type = SimpleNamespace(tensor_type=has)


def inferring(graph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the onnx package be one that infers these shapes, or raises that error."""

    def infer_shapes(model: Any, data_prop: bool) -> Any:
        assert data_prop
        assert not model.graph.value_info
        if isinstance(graph, Exception):
            raise graph
        graph.input = model.graph.input
        return SimpleNamespace(graph=graph)

    given = SimpleNamespace(input=[Shaped("x", "n", 3), Shaped("w", 5)], value_info=[Shaped("old")])
    module = ModuleType("onnx")
    vars(module).update(
        load_model_from_string=lambda data: SimpleNamespace(graph=given),
        shape_inference=SimpleNamespace(infer_shapes=infer_shapes),
    )
    monkeypatch.setitem(sys.modules, "onnx", module)


def opaque() -> bytes:
    """A graph of an operation whose shape nothing tells, and of another behind it."""
    shape = field(1, field(2, b"n")) + field(1, field(1, 3))
    x = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, shape)))
    nodes = field(1, node("Odd", "x", "a")) + field(1, node("MatMul", "a", "w", "y"))
    weight = field(5, tensor("w", 1, (4, 5), field(9, bytes(80))))
    return field(1, 8) + field(7, nodes + weight + field(11, x) + field(12, field(1, b"y")))


@pytest.mark.parametrize(("a", "y", "rows"), [
    (Shaped("a", 2, 4), Shaped("y", 2, 5), [("a", (2, 4), 0), ("y", (2, 5), 40)]),
    (Shaped("a", "m", 4), Shaped("y", 2, 5), [("a", None, 0), ("y", (2, 5), None)]),
    (Shaped("a", None, 4), Shaped("y", "n", 5), [("a", None, 0), ("y", None, None)]),
    (Shaped("a", shaped=False), Shaped("y", 1, 5), [("a", None, 0), ("y", (1, 5), None)]),
])
def test_shapes_that_the_package_infers(
    a: Shaped, y: Shaped, rows: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inferring(SimpleNamespace(value_info=[a], output=[y]), monkeypatch)
    held = read_onnx(io.BytesIO(opaque()), "-")
    assert [(row.name, row.output, row.macs) for row in held.rows or ()] == rows
    assert held.notes == []


def test_shapes_that_nothing_infers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    held = read_onnx(io.BytesIO(opaque()), "-")
    assert held.notes == [f"shapes of 2 nodes are not in the file; {onnx.MISSING}"]
    assert held.input == (1, 3)
    inferring(ValueError("no such schema"), monkeypatch)
    with pytest.raises(DlcalcError, match="cannot infer its shapes: no such schema"):
        read_onnx(io.BytesIO(opaque()), "-")


@pytest.mark.parametrize(("given", "said"), [
    # By onnxruntime: the scale of what is quantised on the way; of a weight, when it has an axis.
    ([("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), ("Mul", ["s", "w"], ["t"])],
     "quantisation"),
    ([("DynamicQuantizeLinear", ["x"], ["q"]), ("Mul", ["x", "w"], ["t"])], "parameter"),
    ([("Cast", ["w"], ["c"]), ("BatchNormalization", ["x", "b", "b", "c", "b"], ["t"])], "buffer"),
    ([("Concat", ["w", "b"], ["c"]), ("MatMul", ["x", "c"], ["t"])], "parameter"),
    ([("Einsum", ["x", "w"], ["t"])], "parameter"),
    ([("Slice", ["b", "w"], ["c"]), ("MatMul", ["x", "c"], ["t"])], "constant"),
    ([("Odd", ["w"], ["c"]), ("MatMul", ["x", "c"], ["t"])], "constant"),
    # As torch.onnx.export divides the matrix of an attention whose queries are another input's,
    # and what is quantised on the way from a float that trains.
    ([("Split", ["w"], ["c", "d"]), ("MatMul", ["x", "d"], ["t"])], "parameter"),
    ([("QuantizeLinear", ["w", "b"], ["c"]), ("DequantizeLinear", ["c", "b"], ["d"]),
      ("Conv", ["x", "d"], ["t"])], "parameter"),
    ([("QuantizeLinear", ["x", "w"], ["c"])], "quantisation"),
    # A weight that is standardised first; not what the input is divided by.
    ([("Sub", ["w", "b"], ["c"]), ("Div", ["c", "one"], ["d"]), ("MatMul", ["x", "d"], ["t"])],
     "parameter"),
    ([("Div", ["x", "w"], ["c"]), ("MatMul", ["c", "b"], ["t"])], "constant"),
    ([("Mul", ["x", "one"], ["t"]), ("Mul", ["x", "w"], ["u"])], "parameter"),
])
def test_roles_by_where_a_tensor_goes(
    given: list[tuple[str, list[str], list[str]]], said: str
) -> None:
    graph = b"".join(
        field(1, b"".join(field(1, name.encode()) for name in taken)
              + b"".join(field(2, name.encode()) for name in made) + field(4, op.encode()))
        for op, taken, made in given
    )
    graph += field(5, tensor("w", 1, (3,), field(9, bytes(12))))
    graph += field(5, tensor("one", 1, (), field(9, bytes(4))))
    graph += field(5, tensor("b", 1, (3,), field(9, bytes(12)))) + field(11, info("x", 1, 3))
    held = read_onnx(io.BytesIO(field(1, 8) + field(7, graph)), "-")
    roles = {each.name: each.role for each in held.tensors}
    assert (roles["w"], roles["one"]) == (said, "constant")


@pytest.mark.parametrize(("given", "complaint"), [
    (field(5, tensor("n" * 300, 99, (1,), b"")), "is of the unknown type 99"),
    (field(5, tensor("n" * 300, 1, (1,), field(9, bytes(5)))), "holds 5 bytes, where its sizes"),
    (field(15, field(1, tensor("n" * 300, 1, (1,), field(9, bytes(4)))) + field(3, 1 << 40)),
     "its sizes are damaged"),
])
def test_names_in_complaints_are_cut(given: bytes, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read_onnx(io.BytesIO(field(7, field(1, node("Relu", "x", "y")) + given)), "-")
    assert str(caught.value).startswith(f"{'n' * 200}: {complaint}")


def test_sizes_that_stand_in_the_file_are_of_the_input_that_it_names() -> None:
    """What is noted for another width is not taken; axes by name are as long as the input's."""
    def named(name: str, *sizes: int | str) -> bytes:
        dims = b"".join(
            field(1, field(1, each) if isinstance(each, int) else field(2, each.encode()))
            for each in sizes
        )
        return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, dims)))

    nodes = field(1, node("Relu", "x", "a")) + field(1, node("Odd", "a", "b"))
    nodes += field(1, node("Odd", "b", "c")) + field(1, node("Odd", "c", "y"))
    graph = nodes + field(11, named("x", "n", "w")) + field(12, named("y", "n", 5))
    graph += field(13, named("a", 1, 7)) + field(13, named("b", "n", "w"))
    graph += field(13, named("c", "other", 2))
    data = field(1, 8) + field(7, graph)
    open_, given = (read_onnx(io.BytesIO(data), "-", size) for size in (None, (4,)))
    assert [row.output for row in open_.rows or ()] == [(1, 7), None, None, None]
    assert [row.output for row in given.rows or ()] == [(1, 4), (1, 4), None, (1, 5)]
    whole = read_onnx(io.BytesIO(data), "-", (3, 4))
    assert [row.output for row in whole.rows or ()] == [(3, 4), (3, 4), None, (3, 5)]


def deep(levels: int) -> bytes:
    """An If within an If, so many deep; the innermost one holds a weight."""
    graph = field(1, node("MatMul", "x", "w", "y"))
    graph += field(5, tensor("w", 1, (3, 4), field(9, bytes(48)))) + field(12, field(1, b"y"))
    for _ in range(levels):
        held = node("If", "c", "y") + field(5, field(1, b"then_branch") + field(6, graph))
        graph = field(1, held) + field(12, field(1, b"y"))
    return field(7, graph + field(11, info("x", 1, 3)))


def test_graphs_within_graphs() -> None:
    held = read_onnx(io.BytesIO(deep(32)), "-")
    assert [(each.params, each.name.count("then_branch")) for each in held.tensors] == [(12, 32)]
    assert [(row.params, row.macs) for row in held.rows or ()] == [(12, None)]
    with pytest.raises(DlcalcError, match="graphs within graphs beyond any honest depth"):
        read_onnx(io.BytesIO(deep(33)), "-")


@pytest.mark.parametrize(("given", "said"), [
    (b"", None),
    (field(5, field(1, b"value_float") + b"\x15" + struct.pack("<f", 6)), "relu6"),
    (attribute("value_int", 3, 6), "relu6"), (attribute("value_int", 3, 5), None),
    (attribute("value_ints", 8, 6), "relu6"),
])
def test_numbers_of_constant_nodes(given: bytes, said: str | None) -> None:
    """A Clip from 0 to what a Constant holds."""
    nodes = field(1, field(2, b"six") + field(4, b"Constant") + given)
    nodes += field(1, node("Clip", "x", "zero", "six", "y"))
    graph = nodes + field(5, tensor("zero", 1, (), field(9, bytes(4))))
    graph += field(11, info("x", 1, 3)) + field(12, field(1, b"y"))
    held = read_onnx(io.BytesIO(field(7, graph)), "-")
    made = Translator(*held.graph)
    if said is None:
        with pytest.raises(DlcalcError, match="of this kind"):
            made.translated("")
        return
    assert notation(made.translated("")).splitlines()[1:] == [f"y: {said}"]


def test_weights_of_four_bits_in_bytes() -> None:
    """com.microsoft's MatMulNBits: 10 columns of 64 in blocks of 32, two numbers a byte."""
    held = node("MatMulNBits", "x", "w", "s", "y") + field(7, b"com.microsoft")
    held += attribute("N", 3, 10) + attribute("K", 3, 64)
    graph = field(1, held) + field(5, tensor("w", 2, (10, 2, 16), field(9, bytes(320))))
    graph += field(5, tensor("s", 1, (20,), field(9, bytes(80))))
    graph += field(11, info("x", 1, 64)) + field(12, info("y", 1, 10))
    found = read_onnx(io.BytesIO(field(7, graph)), "-")
    assert [(each.role, each.params, each.logical) for each in found.tensors] == [
        ("quantised", 640, (10, 64)), ("quantisation", 0, None),
    ]
    assert [(row.params, row.macs) for row in found.rows or ()] == [(640, 640)]


def test_an_open_input_is_asked_for() -> None:
    x = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, field(1, b"") + field(1, b""))))
    graph = field(1, node("Relu", "x", "y")) + field(11, x) + field(12, field(1, b"y"))
    held = read_onnx(io.BytesIO(field(7, graph)), "-")
    with pytest.raises(DlcalcError, match="the size of its input is open: give --input"):
        Translator(*held.graph).translated("")


KEPT = {"w": (4, 3, 3, 3), "k": (3, 2, 2, 2), "m": (8, 5), "i": (2, 4), "wr": (2, 16, 4)}
NUMBERS: dict[str, list[Any]] = {
    "two": [2], "minus": [-1], "one_two": [1, 2], "four": [0, 1, 0, 2], "to": [1, 0, -1],
    "sizes": [1, 3, 5, 7], "half": [1.0, 1.0, 0.5, 1.5], "end": [1 << 62], "past": [-1 << 62],
}


@pytest.mark.parametrize(("operation", "x", "found"), [
    # Windows: padded, dilated, cut by ceil where they begin behind the input, and turned round.
    (("Conv", ["x", "w"], "y", {"strides": [2, 2], "pads": [0, 1, 1, 1]}), (2, 3, 8, 9),
     (2, 4, 4, 5)),
    (("Conv", ["x", "w"], "y", {"auto_pad": "SAME_UPPER", "strides": [2, 3]}), (2, 3, 8, 9),
     (2, 4, 4, 3)),
    (("Conv", ["x", "w"], "y", {"auto_pad": "VALID", "dilations": [2, 1]}), (2, 3, 8, 9),
     (2, 4, 4, 7)),
    (("MaxPool", ["x"], "y", {"kernel_shape": [2], "strides": [3], "pads": [0, 2], "ceil_mode": 1}),
     (2, 3, 8), (2, 3, 3)),
    (("AveragePool", ["x"], "y", {"kernel_shape": [3], "strides": [2], "ceil_mode": 1}),
     (2, 3, 8), (2, 3, 4)),
    (("ConvTranspose", ["x", "k"], "y", {"strides": [3, 2], "group": 3, "pads": [0, 1, 0, 0],
                                         "output_padding": [1, 0]}), (2, 3, 4, 5), (2, 6, 12, 9)),
    (("ConvTranspose", ["x", "k"], "y", {"strides": [3, 2], "auto_pad": "SAME_LOWER"}),
     (2, 3, 4, 5), (2, 2, 12, 10)),
    (("ConvTranspose", ["x", "k"], "y", {"output_shape": [9, 9]}), (2, 3, 4, 5), (2, 2, 9, 9)),
    (("GlobalMaxPool", ["x"], "y", {}), (2, 3, 4, 5), (2, 3, 1, 1)),
    # Products: of stacks, of vectors, turned, and by letters.
    (("MatMul", ["x", "m"], "y", {}), (2, 3, 8), (2, 3, 5)),
    (("MatMul", ["x", "m"], "y", {}), (8,), (5,)),
    (("FusedMatMul", ["x", "x"], "y", {"transB": 1}), (2, 1, 4, 8), (2, 1, 4, 4)),
    (("Gemm", ["x", "m"], "y", {"transA": 1}), (8, 3), (3, 5)),
    (("Gemm", ["m", "x"], "y", {"transB": 1}), (7, 5), (8, 7)),
    (("Einsum", ["x", "m"], "y", {"equation": "bij, jk -> bki"}), (2, 3, 8), (2, 5, 3)),
    (("LSTM", ["x", "x", "wr"], "y", {}), (9, 1, 5), (9, 2, 1, 4)),
    (("Attention", ["x", "x", "x"], "y", {"q_num_heads": 4, "kv_num_heads": 2}), (2, 3, 8),
     (2, 3, 16)),
    # Parts, and axes that come, go and change places.
    (("Split", ["x"], "y", {"axis": -1}), (2, 7), (2, 7)),
    (("Split", ["x", "one_two"], "y", {"axis": 1}), (2, 3), (2, 1)),
    (("Slice", ["x", "one_two", "end2"], "y", {}), (9, 9), (8, 7)),
    (("Slice", ["x"], "y", {"starts": [1], "ends": [-1], "axes": [1]}), (4, 9), (4, 7)),
    (("Slice", ["x", "minus", "past", "minus", "minus"], "y", {}), (4, 9), (4, 9)),
    (("Concat", ["x", "x", "i"], "y", {"axis": -2}), (3, 4), (8, 4)),
    (("QLinearConcat", ["two", "two", "x", "two", "two", "i", "two", "two"], "y", {"axis": 1}),
     (2, 3), (2, 7)),
    (("Reshape", ["x", "to"], "y", {}), (2, 3, 4), (1, 3, 8)),
    (("Reshape", ["x", "to"], "y", {"allowzero": 1}), (2, 3, 4), None),
    (("Flatten", ["x"], "y", {"axis": -1}), (2, 3, 4), (6, 4)),
    (("Flatten", ["x"], "y", {"axis": 0}), (2, 3, 4), (1, 24)),
    (("Squeeze", ["x"], "y", {}), (1, 3, 1), (3,)),
    (("Squeeze", ["x", "minus"], "y", {}), (1, 3, 1), (1, 3)),
    (("Unsqueeze", ["x"], "y", {"axes": [0, -1]}), (3,), (1, 3, 1)),
    (("Unsqueeze", ["x", "one_two"], "y", {}), (3, 4), (3, 1, 1, 4)),
    (("Transpose", ["x"], "y", {"perm": [0, 2, 1]}), (2, 3, 4), (2, 4, 3)),
    (("Transpose", ["x"], "y", {}), (2, 3, 4), (4, 3, 2)),
    (("Gather", ["x", "i"], "y", {"axis": 1}), (5, 6, 7), (5, 2, 4, 7)),
    (("GatherElements", ["x", "i"], "y", {}), (5, 6), (2, 4)),
    (("DepthToSpace", ["x"], "y", {"blocksize": 2}), (1, 12, 2, 3), (1, 3, 4, 6)),
    (("SpaceToDepth", ["x"], "y", {"blocksize": 2}), (1, 3, 4, 6), (1, 12, 2, 3)),
    # Means, copies, and what is asked for in sizes or scales.
    (("ReduceMean", ["x"], "y", {"axes": [-1], "keepdims": 0}), (2, 3, 4), (2, 3)),
    (("ReduceSum", ["x", "one_two"], "y", {}), (2, 3, 4), (2, 1, 1)),
    (("ReduceMax", ["x"], "y", {"keepdims": 0}), (2, 3), ()),
    (("ReduceL2", ["x"], "y", {"noop_with_empty_axes": 1}), (2, 3), (2, 3)),
    (("ArgMax", ["x"], "y", {"axis": 1, "keepdims": 0}), (2, 3, 4), (2, 4)),
    (("Resize", ["x", "", "half"], "y", {}), (1, 3, 5, 5), (1, 3, 2, 7)),
    (("Resize", ["x", "half"], "y", {}), (1, 3, 5, 5), (1, 3, 2, 7)),
    (("Resize", ["x", "", "", "sizes"], "y", {}), (1, 3, 2, 2), (1, 3, 5, 7)),
    (("Resize", ["x", "", "", "one_two"], "y", {"axes": [3, 2]}), (1, 3, 4, 4), (1, 3, 2, 1)),
    (("Pad", ["x", "four"], "y", {}), (3, 4), (3, 7)),
    (("Pad", ["x", "one_two", "", "minus"], "y", {}), (3, 4), (3, 7)),
    (("Expand", ["x", "one_two"], "y", {}), (3, 1), (3, 2)),
    (("Tile", ["x", "one_two"], "y", {}), (3, 4), (3, 8)),
    (("GridSample", ["x", "grid"], "y", {}), (1, 3, 8, 8), (1, 3, 5, 6)),
    (("ConstantOfShape", ["one_two"], "y", {}), (), (1, 2)),
    (("Where", ["x", "i", "two"], "y", {}), (3, 1, 4), (3, 2, 4)),
    (("Mul", ["x", "i"], "y", {}), (0, 1, 4), (0, 2, 4)),
    # What is not known, and what no such node has.
    (("Reshape", ["x", "unknown"], "y", {}), (2, 3), None),
    (("Conv", ["x", "w"], "y", {"strides": [1, 1, 1]}), (2, 3, 8, 9), None),
    (("Slice", ["x", "two", "two", "two", "zero"], "y", {}), (4, 9, 9), None),
    (("Tile", ["x", "end2"], "y", {}), (1 << 40, 1 << 40), None),
    (("Pad", ["x", "minus4"], "y", {}), (3, 4), None),
    (("Unsqueeze", ["x"], "y", {"axes": [0, 0]}), (3, 4), None),
    (("Tile", ["x", "two"], "y", {}), (3, 4), None),
])
def test_shapes_by_the_rules_of_operations(
    operation: Line, x: tuple[int, ...], found: tuple[int, ...] | None
) -> None:
    """As onnxruntime 1.32.0 gives them."""
    op, taken, out, named = operation
    numbers = NUMBERS | {"zero": [0], "end2": [1 << 62] * 2, "minus4": [-4] * 4}
    values = [Value(name, "int64", (len(held),), 64, held) for name, held in numbers.items()]
    shapes = {"x": x, "grid": (1, 5, 6, 2), **KEPT, **{each.name: each.shape for each in values}}
    follow_shapes(Graph([Node(op, "", "", taken, [out], named)], values), shapes)
    assert shapes.get("y") == found


def test_sizes_that_a_graph_computes() -> None:
    """Half the sizes of an input, a crop turned round, and pads as PyTorch exports them."""
    one = Value("", "int64", (1,), 64, [1])
    steps: list[Line] = [
        ("Shape", ["x"], "shape", {}), ("Shape", ["x"], "rest", {"start": 1, "end": -1}),
        ("Gather", ["shape", "places"], "sizes", {}), ("Cast", ["sizes"], "real", {"to": 1}),
        ("Mul", ["real", "scale"], "half", {}), ("Floor", ["half"], "low", {}),
        ("Cast", ["low"], "whole", {"to": 7}), ("Sub", ["sizes", "whole"], "less", {}),
        ("Div", ["less", "two"], "quarter", {}), ("Add", ["quarter", "less"], "more", {}),
        ("Mod", ["more", "two"], "odd", {}), ("Equal", ["odd", "two"], "same", {}),
        ("Where", ["same", "two", "more"], "chosen", {}), ("ReduceProd", ["shape"], "all", {}),
        ("ConstantOfShape", ["two"], "ones", {"value": one}), ("Range", ["0", "7", "2"], "r", {}),
        ("Concat", ["whole", "less"], "laid", {"axis": 0}),
        ("Reshape", ["laid", "square"], "m", {}), ("Transpose", ["m"], "turned", {}),
        ("Slice", ["turned", "-1", "-9", "0", "-1"], "back", {}),
        ("Reshape", ["back", "-1"], "flat", {}), ("Resize", ["x", "", "", "flat"], "y", {}),
        # Numbers that grow beyond any size, in a table of two axes, or too many, are not kept.
        *(("Mul", [f"big{at}", f"big{at}"], f"big{at + 1}", {}) for at in range(3)),
        ("Gather", ["m", "places"], "rows", {}), ("ConstantOfShape", ["big0"], "many", {}),
    ]
    held: dict[str, list[Any]] = {
        "places": [2, 3], "two": [2], "square": [2, 2], "-1": [-1], "-9": [-9], "0": [0],
        "7": [7], "2": [2], "big0": [1 << 40], "scale": [0.5],
    }
    values = [Value(name, "int64", (len(each),), 64, each) for name, each in held.items()]
    shapes = {"x": (1, 3, 9, 6), **{each.name: each.shape for each in values}}
    nodes = [Node(op, "", out, taken, [out], named) for op, taken, out, named in steps]
    found = follow_shapes(Graph(nodes, values), shapes)
    assert {name: each for name, each in found.items() if name not in held} == {
        "shape": [1, 3, 9, 6], "rest": [3, 9], "sizes": [9, 6], "real": [9, 6], "half": [4.5, 3.0],
        "low": [4, 3], "whole": [4, 3], "less": [5, 3], "quarter": [2, 1], "more": [7, 4],
        "odd": [1, 0], "same": [False, False], "chosen": [7, 4], "all": [162], "ones": [1, 1],
        "r": [0, 2, 4, 6], "laid": [4, 3, 5, 3], "m": [4, 3, 5, 3], "turned": [4, 5, 3, 3],
        "back": [3, 3, 4, 5], "flat": [3, 3, 4, 5],
    }
    assert (shapes["y"], shapes["rows"], shapes["many"]) == ((3, 3, 4, 5), (2, 2), (1 << 40,))

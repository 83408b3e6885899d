"""ONNX read forward: long data passed over, from a pipe as from a file."""

import io
import random
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files import onnx
from dlcalc.models.files.onnx import Graph, Node, macs, read_forward, read_onnx, signed
from dlcalc.models.files.reading import read_weights
from dlcalc.models.files.stream import Stream

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
    assert [(row.name, row.type, row.macs) for row in held.rows or ()] == [("y", "Own", None)]


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
        found = read_forward(Stream(file), schema, "m")
        for place in range(1, 41):
            assert [signed(each) for each in found.numbers.get(place, [])] == numbers.get(place, [])
            assert found.data(place) == texts.get(place, [])
        assert sorted(found.wholes(41)) == [-7, 5, 9, 300]
        assert found.varints(41) == 4
        assert (found.length(42), found.varints(43)) == (4097, 3000)
        [inner] = found.inner(44)
        assert (inner.whole(1), inner.length(2), inner.text(1)) == (3, 5000, "")


@pytest.mark.parametrize(("data", "complaint"), [
    (b"\x0b", "damaged: byte 1 begins no field"), (b"\x0d\x00\x00", "ends within a number"),
    (b"\x0a\x05ab", "ends within a field at byte 2: 5 bytes promised, 2 left"),
    (b"\x80" * 10, "damaged: a number at byte 10 has no end"), (b"\x0a", "ends within a field"),
    (field(2, b"\x0b"), "damaged: no field begins where one should"),
    (field(2, b"\x0a\x05ab"), "damaged or cut off within a field"),
    (field(2, b"\x0d\x00\x00"), "damaged or cut off within a field"),
    (field(2, b"\x02\x00"), "damaged or cut off within a field"),
    (field(2, b"\x08\x80"), "damaged or cut off within a number"),
    (field(2, b"\x08" + b"\x80" * 10 + b"\x01"), "damaged or cut off within a number"),
    (field(3, field(2, bytes(4096)) + b"\x10\x80") + b"\x01", "damaged: a field is longer than what holds it"),
])
def test_fields_that_are_damaged(data: bytes, complaint: str) -> None:
    with pytest.raises(DlcalcError, match=complaint):
        list(read_forward(Stream(io.BytesIO(data)), {"m": {3: "n"}, "n": {}}, "m").inner(2))


@pytest.mark.parametrize(("bound", "enough"), [
    ("MOST_FIELDS", 8), ("MOST_KEPT", 5018), ("MOST_MESSAGES", 2),
])
def test_fields_are_bounded(bound: str, enough: int, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {"m": {1: "m"}}
    data = field(1, field(1, field(2, bytes(5000)))) + field(3, b"\x01\x02\x03") + field(4, 1) + field(5, 1)

    def read() -> list[int]:
        found = read_forward(Stream(io.BytesIO(data)), schema, "m")
        return [*found.wholes(3), *(each for one in found.inner(1) for each in one.wholes(9))]

    monkeypatch.setattr(onnx, bound, enough)
    assert read() == [1, 2, 3]
    monkeypatch.setattr(onnx, bound, enough - 1)
    with pytest.raises(DlcalcError):
        read()


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
    ("Relu", {}, [(2, 3)], (2, 3), 0), ("If", {}, [(1,)], (2, 3), None),
])
def test_products_of_operations(
    op: str, attributes: dict[str, Any], inputs: list[tuple[int, ...]],
    out: tuple[int, ...] | None, count: int | None,
) -> None:
    names = [f"x{at}" for at in range(len(inputs))]
    shapes = dict(zip(names, inputs, strict=True)) | ({} if out is None else {"y": out})
    assert macs(Node(op, "", "n", names, ["", "y"], attributes), shapes, {}) == count
    own = Node(op, "com.microsoft", "n", names, ["y"], attributes)
    assert macs(own, shapes, {("com.microsoft", op): Graph([])}) is None


def test_products_of_an_attention_with_its_projections() -> None:
    """com.microsoft's Attention: 8 features to 3 of 8 each, for two of 5 steps."""
    node = Node("Attention", "com.microsoft", "n", ["x", "w"], ["y"], {})
    shapes = {"x": (2, 5, 8), "w": (8, 24), "y": (2, 5, 8)}
    assert macs(node, shapes, {}) == 2 * 5 * 8 * 24 + 2 * 2 * 25 * 8

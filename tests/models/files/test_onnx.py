"""ONNX read forward: long data passed over, from a pipe as from a file."""

import io
import struct
import tracemalloc
from pathlib import Path

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files.onnx import read_onnx
from dlcalc.models.files.reading import read_weights

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

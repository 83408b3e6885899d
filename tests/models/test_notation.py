"""The layer notation: what it reads, and what it says of what it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.count import params
from dlcalc.models.notation import read_change, read_notation, read_shape, read_value
from dlcalc.models.reading import model
from dlcalc.models.tree import Layer, Node


def drawn(node: Node) -> object:
    """A node as nested text."""
    if isinstance(node, Layer):
        return f"{node.name}: {node.text}" if node.name else node.text
    times = f" {node.count}" if node.kind == "repeat" else ""
    return {f"{node.name or node.kind}{times}": [drawn(each) for each in node.body]}


BLOCK = {"repeat 2": [{"sum": [{"branch": []}, {"branch": ["conv 6 3 pad=1", "relu"]}]}]}

READ = [
    ("conv 6 5\nmaxpool 2", ["conv 6 5", "maxpool 2"]),
    ("conv 6 5; maxpool 2;", ["conv 6 5", "maxpool 2"]),
    ("C1: conv 6 5x3 pad=1:2x0:1 bias=no # first", ["C1: conv 6 5x3 pad=1:2x0:1 bias=no"]),
    ("C1:conv 6 5", ["C1: conv 6 5"]),
    ("C1 : conv 6 5", ["C1: conv 6 5"]),
    ("C1 :conv 6 5; repeat 2 : relu; ; tanh", ["C1: conv 6 5", {"repeat 2": ["relu", "tanh"]}]),
    ("sum: branch:; branch: relu;", [{"sum": [{"branch": []}, {"branch": ["relu"]}]}]),
    ("# all\r\nrelu\r\n\r\n  # none\r\ntanh", ["relu", "tanh"]),
    ("repeat 2:\n  sum:\n    branch:\n    branch:\n      conv 6 3 pad=1\n      relu", [BLOCK]),
    ("repeat 2:\n\tsum:\n\t\tbranch:\n\t\tbranch: conv 6 3 pad=1; relu", [BLOCK]),
    ("repeat 2: sum: branch:; branch: conv 6 3 pad=1; relu", [BLOCK]),
    ("repeat 2: relu\ntanh", [{"repeat 2": ["relu"]}, "tanh"]),
    ("stem: repeat 2:\n    relu\ntanh", [{"stem 2": ["relu"]}, "tanh"]),
    ("concat axis=1: branch: relu", [{"concat": [{"branch": ["relu"]}]}]),
    ("repeat 2:relu;tanh", [{"repeat 2": ["relu", "tanh"]}]),
    ("repeat 2 from=3: relu", [{"repeat 2": ["relu"]}]),
]


@pytest.mark.parametrize(("text", "tree"), READ)
def test_what_is_read(text: str, tree: list[object]) -> None:
    assert [drawn(node) for node in read_notation(text).body] == tree


def test_head_lines() -> None:
    read = read_notation(
        "name A; net\nsource somewhere, p. 3; see http://x.org/#top\n"
        "published params=12 macs=3.4G\ninput 3x8x8\nrelu"
    )
    assert (read.name, read.source) == ("A; net", "somewhere, p. 3; see http://x.org/#top")
    assert (read.published, read.input) == ({"params": "12", "macs": "3.4G"}, (3, 8, 8))


REFUSED = [
    # text, error; and the text as it would be right
    ("", "net.txt: no layers; write one a line, such as conv 6 5", "relu"),
    ("relu\n  tanh", "net.txt:2: indented by 2, the line above by 0", "relu\ntanh"),
    ("repeat 2:\n    relu\n\ttanh",
     "net.txt:3: indented by 8, the line above by 4; a tab goes to the next column of eight",
     "repeat 2:\n        relu\n\ttanh"),
    ("repeat:\n  relu", "net.txt:1: repeat wants the number of times", "repeat 1:\n  relu"),
    ("repeat 0:\n  relu", "net.txt:1: repeat wants the number of times", "repeat 1:\n  relu"),
    ("repeat two: relu", "net.txt:1: repeat two: count is a whole number", "repeat 2: relu"),
    ("repeat 2 3 4: relu", "net.txt:1: repeat 2 3 4: write repeat COUNT [from=FIRST] [shared]:",
     "repeat 2: relu"),
    ("repeat 2\n  relu", "net.txt:1: repeat 2 wants a colon behind it", "repeat 2:\n  relu"),
    ("repeat 2:\nrelu", "net.txt:1: repeat holds no layers; indent them below it",
     "repeat 2:\n  relu"),
    ("sum 2: branch: relu", "net.txt:1: sum 2: write sum:", "sum: branch: relu"),
    ("C1:", "net.txt:1: C1: names no layer; write NAME: TYPE ARGUMENTS", "C1: relu"),
    ("relu\ninput 3x3", "net.txt:2: input stands above the layers", "input 3x3\nrelu"),
    ("input\nrelu", "net.txt:1: input wants one size, such as input 3x224x224",
     "input 3\nrelu"),
    ("input 3x\nrelu", "net.txt:1: 3x is no shape; write CxHxW", "input 3\nrelu"),
    ("input 3y8y8\nrelu", "net.txt:1: 3y8y8 is no shape; write CxHxW", "input 3x8x8\nrelu"),
    ("input 3x8x8\ninput 3\nrelu", "net.txt:2: input is given twice", "input 3x8x8\nrelu"),
    ("name a\nname b\nrelu", "net.txt:2: name is given twice", "name a\nrelu"),
    ("inptu 3x8x8\nrelu", "net.txt:1: inptu 3x8x8: unknown layer type 'inptu'; did you mean input",
     "input 3x8x8\nrelu"),
    ("include net.txt", "net.txt:1: include net.txt: unknown layer type 'include'; dlcalc params"
     " --help lists them", "relu"),
    ("reapet 2:\n  relu", "net.txt:1: reapet 2:: reapet opens no block; did you mean repeat?",
     "repeat 2:\n  relu"),
    ("reapet 2: relu", "net.txt:1: reapet 2: relu: reapet opens no block; did you mean repeat?",
     "repeat 2: relu"),
    ("a: relu:\n  relu", "net.txt:1: a: relu:: relu opens no block; known: repeat, sum, scale",
     "a: repeat 2:\n  relu"),
    ("branch: relu", "net.txt:1: branch: stands in sum:, scale: or concat: alone",
     "sum: branch: relu"),
    ("repeat 2: branch: relu", "net.txt:1: branch: stands in sum:, scale: or concat: alone",
     "repeat 2: sum: branch: relu"),
    ("a=b: relu", "net.txt:1: a=b: a name has no =", "a.b: relu"),
    ("published 12\nrelu", "net.txt:1: 12: write published params=61706, or macs=",
     "published params=12\nrelu"),
    ("published parms=12\nrelu", "net.txt:1: parms=12: write published params=61706",
     "published params=12\nrelu"),
    ("input cat\nrelu", "net.txt:1: cat is no shape; write CxHxW", "input 3\nrelu"),
    ("input 1x2x3x4x5\nrelu", "net.txt:1: an input has 1 to 4 axes, CxDxHxW, not 5",
     "input 1x2x3x4\nrelu"),
    ("input 0x3\nrelu", "net.txt:1: 0x3 is no shape", "input 1x3\nrelu"),
    ("conv 6 5 pad=", "net.txt:1: conv 6 5 pad=: a value is missing behind =", "conv 6 5 pad=1"),
    ("conv 6 5 pad=1 pad=2", "net.txt:1: conv 6 5 pad=1 pad=2: pad is given twice",
     "conv 6 5 pad=1"),
    ("C1: conv 6 5,5", "net.txt:1: C1: conv 6 5,5: '5,5' is not a number", "C1: conv 6 5x5"),
    ("conv 6 ٥", "net.txt:1: conv 6 ٥: '٥' is not a number", "conv 6 5"),
    ("conv 1_0 5", "net.txt:1: conv 1_0 5: '1_0' is not a number", "conv 10 5"),
]


@pytest.mark.parametrize(("text", "message", "right"), REFUSED)
def test_a_bad_notation_is_refused_and_its_neighbour_is_not(
    text: str, message: str, right: str
) -> None:
    with pytest.raises(DlcalcError) as caught:
        read_notation(text, "net.txt")
    assert str(caught.value).startswith(message)
    assert read_notation(right, "net.txt").body


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> str:
        return "".join(f"{' ' * at}repeat 1:\n" for at in range(depth)) + " " * depth + "relu"

    assert params(read_notation(nested(100)), (3,)).rows
    with pytest.raises(DlcalcError, match="nested more than 100 deep"):
        read_notation(nested(101))


def test_values() -> None:
    assert read_value("-1") == -1
    assert read_value("3*6,4*9") == "3*6,4*9"
    assert read_shape("1024") == (1024,)
    assert read_change("a.0.b.kernel=3x1") == ("a.0.b", "kernel", (3, 1))
    for bad in ("kernel=3", "a.b", "a.=3", "a.b="):
        with pytest.raises(InputError):
            read_change(bad)


def test_a_model_by_name_and_from_a_file(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "net"
    path.write_text("\ufeffinput 3x8x8\nconv 6 5\n", "utf-8")
    assert model(str(path)).input == (3, 8, 8)
    assert model("lenet").name == "LeNet-5, as it is taught today"
    assert [layer.place for layer in model("conv 6 5", "relu").body] == ["", ""]
    with pytest.raises(InputError, match=r"layer 'lenett'; did you mean lenet .*\?$"):
        model("lenett")
    path.write_bytes(b"relu\n\xff\n")
    with pytest.raises(InputError, match="line 2: byte 0xff is not UTF-8 text"):
        model(str(path))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="conv relu:;=#\n\t sumbranchrepeat 0123456789x.,-", max_size=60))
def test_no_text_brings_the_reader_down(text: str) -> None:
    try:
        read = read_notation(text, "net.txt")
        rows = params(read, (3, 8, 8)).rows
    except DlcalcError as error:
        complaint = str(error)
    else:
        complaint = ""
        assert len(rows) >= len([node for node in read.body if isinstance(node, Layer)])
    assert "\n" not in complaint


def test_blocks_are_nested_a_hundred_deep_at_most_wherever_they_stand() -> None:
    before = "repeat 2:\n  relu\n" * 3
    for depth in (100, 101):
        text = before + "".join(f"{' ' * at}repeat 1:\n" for at in range(depth))
        text += " " * depth + "relu"
        if depth == 100:
            assert params(read_notation(text), (3,)).output == (3,)
            continue
        with pytest.raises(DlcalcError, match="blocks are nested more than 100 deep"):
            read_notation(text)


@pytest.mark.parametrize("text", ["1:2:3", "1x", "3x4y", "1:2x", "5=", ""])
def test_values_that_are_none(text: str) -> None:
    with pytest.raises(InputError):
        read_value(text) if "=" not in text else read_notation(f"conv 6 5 pad={text[2:]}")

"""Arrays that are broken, hostile or absurd: one line, status 2, quickly."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from tests.faults.binary import (
    GOOD,
    MAGIC,
    PICKLED,
    archive,
    before_the_file,
    bomb,
    broken,
    doubled,
    header,
    npy,
    wrong_crc,
    wrong_name,
)
from tests.shell.running import invoke, line_of, run

BINARY: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "truncated": ("x.npy", lambda: GOOD[:-8], "promises 48 bytes for the shape (2, 3)"),
    "trailing junk": ("x.npy", lambda: GOOD + b"x", "(2, 3) and holds 49"),
    "header longer than the file": ("x.npy", lambda: header("(3,)", length=60000), "damaged one"),
    "only the magic": ("x.npy", lambda: MAGIC, "damaged one"),
    "empty": ("x.npy", lambda: b"", "is empty"),
    "not an npy": ("x.npy", lambda: b"1 2 3", "not an .npy file"),
    "pickled": ("x.npy", lambda: PICKLED, "pickled objects"),
    "1 TiB": ("x.npy", lambda: header("(137438953472,)"), "promises 1,099,511,627,776 bytes"),
    "a dimension of 2**70": ("x.npy", lambda: header(f"({2**70},)"), "promises"),
    "no elements": ("x.npy", lambda: header("(0, 1099511627776)"), "no elements"),
    "an odd escape": ("x.npy", lambda: GOOD.replace(b"'shape'", b"'sh\\pe'"), "damaged one"),
    "negative": ("x.npy", lambda: header("(-3,)"), "has the shape (-3,)"),
    "text": ("x.npy", lambda: npy(np.array(["a", "b"])), "holds <U1 where real numbers belong"),
    "complex": ("x.npy", lambda: npy(np.array([1j])), "holds complex128"),
    "wider than float64": ("x.npy", lambda: npy(np.zeros(2, "g")), "float64 is the widest"),
    "structured": ("x.npy", lambda: npy(np.zeros(2, "i4,f8")), "where real numbers belong"),
    "evil header": ("x.npy", lambda: header("__import__('os')"), "damaged one"),
    "a header of one brace": ("x.npy", lambda: MAGIC + b"\x01\x00{", "damaged one"),
    "65 axes": ("x.npy", lambda: header(str((1,) * 65)), "65 axes; at most 32 are read"),
    "wrong bytes in LZMA": ("x.npz", lambda: broken(zipfile.ZIP_LZMA), "damaged one"),
    "wrong bytes in bzip2": ("x.npz", lambda: broken(zipfile.ZIP_BZIP2), "damaged one"),
    "a directory before the file": ("x.npz", before_the_file, "damaged one"),
    "a name that is not UTF-8": ("x.npz", wrong_name, "damaged one"),
    "not finite": ("x.npy", lambda: npy(np.array([1, np.nan])), "element (1,) is nan"),
    "a later version": ("x.npy", lambda: b"\x93NUMPY\x09\x00" + GOOD[8:], "format 9.0; 1.0 and"),
    "bomb": ("x.npz", bomb, "unpacks to 268,435,584 bytes; at most 134,217,728 are read"),
    "doubled names": ("x.npz", doubled, "two members of one name"),
    "a way out": ("x.npz", lambda: archive([("../a.npy", GOOD)]), "a member called '../a'"),
    "wrong crc": ("x.npz", wrong_crc, "damaged one: Bad CRC-32"),
    "several": ("x.npz", lambda: archive([("a.npy", GOOD), ("b.npy", GOOD)]), "holds a, b"),
    "none": ("x.npz", lambda: archive([]), "holds nothing"),
    "cut zip": ("x.npz", lambda: archive([("a.npy", GOOD)])[:-30], "damaged one"),
    "pickled within": (
        "x.npz", lambda: archive([("a.npy", npy(np.array([{}], object), True))]), "pickled objects"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "make", "said"), BINARY.values(), ids=BINARY)
def test_numpy_files(
    name: str, make: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(make())
    done = line_of(f"dlcalc conv -x {name} -w 1", tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(f"{name}: ")
    assert said in done.complaint


def test_their_nearest_good_neighbours_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(GOOD)
    (tmp_path / "x.npz").write_bytes(archive([("a.npy", GOOD)], level=9))
    (tmp_path / "f.npy").write_bytes(npy(np.asfortranarray(np.arange(6.0).reshape(2, 3))))
    (tmp_path / "b.npy").write_bytes(npy(np.arange(6, dtype=">i2").reshape(2, 3)))
    for name in ("x.npy", "x.npz", "f.npy", "b.npy"):
        done = line_of(f"dlcalc conv -x {name} -w 1", tmp_path)
        assert done.out == "0  1  2\n3  4  5\n"


TEXT: dict[str, tuple[str | bytes, str]] = {
    "ragged": ("1 2\n3 4\n5\n", "line 3: row 3 has 1 number, the rows above have 2"),
    "empty": ("\n \n", "is empty; an array of numbers is wanted"),
    "comments alone": ("# nothing\n", "no numbers in it"),
    "NUL": ("1 2\n3 \0 4\n", "line 2: a NUL byte; this is no text"),
    "decimal commas": ("1,5 2,5\n", "line 1: '1,5 2,5' divides numbers by commas and by spaces"),
    "a long field": ("1 " + "7" * 140_000, "a number of 140,000 characters"),
    "not UTF-8": (b"1 2\n3 \xff\n", "line 2: byte 0xff is not UTF-8 text"),
    "a word": ("1 2\n3 four\n", "line 2: 'four' is not a number"),
    "underscores": ("1_000 2\n", "'1_000' is not a number: write it in plain digits"),
    "other digits": ("١ ٢\n", "line 1: '١' is not a number"),
    "NaN": ("1 nan\n", "line 1: nan is not a finite number; --allow-nonfinite lets it in"),
    "infinity": ("1 -inf\n", "-inf is not a finite number"),
    "beyond a double": ("1 1e999\n", "1e999 is beyond the largest float64"),
    "an empty field": ("1,,2\n", "line 1: an empty field between commas"),
    "too few slices": ("# shape 2x2x2\n1 2\n3 4\n", "shape 2x2x2 wants 2 slices, here are 1"),
    "an empty row": ("1 2; 3 4;; 5 6", "line 1: an empty row between semicolons"),
    "a wrong slice": ("# shape 1x2x2\n1 2 3\n3 4 5\n", "slice 1 is 2x3, the shape wants 2x2"),
    "an absurd shape": ("# shape 2x99999999999999999999\n1\n", "is not of the form 6x28x28"),
    "doubled keys": ('{"output": [1], "output": [2]}', "field 'output' stands twice"),
    "JSON NaN": ("[1, NaN]", "element [1]: NaN is not a finite number"),
    "JSON NaN in a field": (
        '{"output": [[1, 2], [3, -Infinity]]}',
        "output: element [1, 1]: -Infinity is not a finite number; --allow-nonfinite lets it in",
    ),
    "JSON NaN where no array is": ('[1, {"a": NaN}]', "element [1]: a: NaN is not a finite"),
    "JSON Infinity": ("[1, -Infinity]", "-Infinity is not a finite number"),
    "JSON 1e999": ("[1, 1e999]", "1e999 is beyond the largest float64"),
    "deep": ("[" * 200_000, "JSON nested too deeply"),
    "deep but whole": ("[" * 200_000 + "]" * 200_000, "JSON nested too deeply"),
    "digits": ("[" + "7" * 5000 + "]", "a number of 5,000 characters; at most 4,300"),
    "a surrogate": ('{"output": "\\ud800"}', "holds a lone surrogate"),
    "no output": ('{"outptu": [1]}', "the object has no field 'output'"),
    "ragged JSON": ("[[1, 2], [3]]", "element [1]: has 1 entry, those before it 2"),
    "mixed JSON": ("[[1, 2], 3]", "element [1]: is a number, where a list of 2 belongs"),
    "null": ("[1, null]", "element [1]: is null, where a number belongs"),
    "true": ("[1, true]", "element [1]: is true or false, where a number belongs"),
    "JSON text": ('[1, "2"]', "'2' is text, not a number"),
    "empty list": ("[[], []]", "an empty list"),
    "an array of NumPy's cut short": ("[[1 2]\n [3 4]", "not JSON: expecting ',' delimiter"),
    "decimal commas in a list": ("[1,5 2,5]", "not JSON: expecting ',' delimiter"),
    "a long array of NumPy's": ("[0 1 2 ... 97 98 99]", "not JSON: expecting"),
    "cut JSON": ("[1, 2", "not JSON: expecting ',' delimiter at column 6"),
}


@pytest.mark.parametrize(("text", "said"), TEXT.values(), ids=TEXT)
def test_text_and_json(text: str | bytes, said: str) -> None:
    done = invoke("conv", "-w", "1", stdin=text)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith("standard input: ")
    assert said in done.complaint


@pytest.mark.parametrize(
    "text",
    ["\ufeff1 2\n3 4\n", "1 2\r\n3 4\r\n", "1 2\r3 4\r", "1, 2\n3, 4", "1,2\n3,4\n", "+1 2;3 4;",
     "# a comment\n1 2 # one more\n3 4\n", "\ufeff[[1, 2], [3, 4]]", "\t1\t2\n3\t4",
     '{"shape": [2, 2], "output": [[1, 2], [3, 4]]}', "# shape 2x2\n1 2\n3 4\n",
     # As NumPy, PyTorch, Python and MATLAB print them.
     "[[1 2]\n [3 4]]\n", "array([[1, 2],\n       [3, 4]])", "((1, 2), (3, 4))", "[1 2; 3 4]"],
)  # fmt: skip
def test_their_nearest_good_texts(text: str) -> None:
    assert invoke("conv", "-w", "1", stdin=text).out == "1  2\n3  4\n"


def test_decimals_as_others_print_them() -> None:
    for text in ("[[ 1.  -2.5]\n [ 3.e-01  4.]]", "tensor([[1., -2.5],\n        [3.e-01, 4.]], "
                 "device='cuda:0', grad_fn=<MmBackward0>)"):
        assert invoke("conv", "-w", "1 1", "-f", "json", stdin=text).out.startswith(
            '{"output": [[-1.5], [4.3]]')
    right = invoke("size", "-L", "9x9", "-F", "3", "--expect", "(7, 7)")
    assert (right.status, right.err) == (0, "dlcalc: agrees\n")


@pytest.mark.parametrize(
    ("x", "w", "out"),
    [
        ("9223372036854775807 9223372036854775807", "1 1", "18446744073709551614"),
        ("9223372036854775808 -1", "1 1", "9223372036854775807"),
        ("-9223372036854775808 1", "-1 0", "9223372036854775808"),
        ("9007199254740993 0", "1 1", "9007199254740993"),
        ("-0.0 1", "0 1", "1"),
        ("1" + "0" * 4299, "1" + "0" * 4299, "1" + "0" * 8598),
        ("-1 2", "-1 0", "1"),
    ],
    ids=["sum past int64", "unsigned beside signed", "least int64", "past 2**53", "minus zero",
         "longer than Python prints", "minus one"],
)  # fmt: skip
def test_whole_numbers_stay_exact(x: str, w: str, out: str) -> None:
    assert run("conv", "-x", x, "-w", w).out == out + "\n"


def test_small_types_do_not_wrap(tmp_path: Path) -> None:
    for dtype in ("i1", "u1", "?", "i8"):
        array = np.full((1, 4), 100, dtype)
        (tmp_path / "x.npy").write_bytes(npy(array))
        done = line_of("dlcalc conv -x x.npy -w x.npy", tmp_path)
        assert done.out == f"{4 * int(array[0, 0]) ** 2}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["conv", "-x", "1", "-w", "1", "-p", "1000000000000"], "an output of"),
        (["conv", "-x", "1 2; 3 4", "-w", "1", "-p", "1e12x1e12"], ""),
        (["conv", "-x", "1 2", "-w", "1", "--transposed", "-s", "1e15"], ""),
    ],
)
def test_absurd_work_is_refused_at_once(words: list[str], said: str) -> None:
    done = invoke(*words)
    assert (done.status, done.out) == (2, "")
    assert said in done.complaint


@pytest.mark.parametrize(("call", "said"), [
    (lambda a: dlcalc.pool([1, 2, 3], 2, kind=a), "unknown kind"),
    (lambda a: dlcalc.pool([1, 2, 3], 2, ceil=a), "ceil .* is neither true nor false"),
    (lambda a: dlcalc.size(8, 3, transposed=a), "transposed .* is neither true nor false"),
    (lambda a: dlcalc.size(8, 3, ceil=a, framework="onnx"), "ceil .* is neither true nor false"),
    (lambda a: dlcalc.pool([1, 2], 2, kind="avg", exclude_pad=a), "exclude_pad .* is neither true"),
    (lambda a: dlcalc.conv([1, 2], [1], flip=a), "flip .* is neither true nor false"),
    (lambda a: dlcalc.conv([1, 2], [1], transposed=a), "transposed .* is neither true nor false"),
    (lambda a: dlcalc.mults(4, 3, conv=a), "conv .* is neither true nor false"),
    (lambda a: dlcalc.mlp([1, 2], 0, sizes=[2, 1], starts=a), "starts .* is neither true nor"),
    (lambda a: dlcalc.size(8, 3, output=4, solve=a), "cannot solve for"),
    (lambda a: dlcalc.conv([1, 2], [1], pad_mode=a), "unknown padding mode"),
    (lambda a: dlcalc.mlp([1, 2], 0, sizes=[2, 1], init=a), "unknown"),
    (lambda a: dlcalc.step("input 2; linear 1", [1, 2], upstream=[1], init=a), "unknown"),
])  # fmt: skip
def test_an_array_where_an_option_belongs(call: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(dlcalc.InputError, match=said):
        call(np.array([1, 2]))

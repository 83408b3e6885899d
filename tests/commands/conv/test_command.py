"""`dlcalc conv` as its users type it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from tests.shell.running import invoke, run, shell

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_conv.json").read_text())["conv"]
EXERCISE = ["conv", "--stride", "2", "--pad", "1"]
ANSWER = [[1, 13, 20], [19, 99, 92], [26, 86, 64]]


def by_x(values: list[int]) -> str:
    return "x".join(map(str, values))


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_convolutions_are_those_of_pytorch(case: dict[str, Any], tmp_path: Path) -> None:
    options = {name: case[name] for name in ("stride", "pad", "dilation", "groups", "dims")}
    options |= {"transposed": case["transposed"], "output_padding": case.get("output_padding", 0)}
    wanted = np.reshape(case["output"], case["shape"])
    result = dlcalc.conv(case["input"], case["kernel"], **options)
    np.testing.assert_allclose(result.output, wanted, rtol=1e-9, atol=1e-12)

    kernel = tmp_path / "kernel.json"
    kernel.write_text(json.dumps(case["kernel"]))
    words = ["conv", "-w", str(kernel), "-f", "json", "--groups", str(case["groups"])]
    for name in ("stride", "pad", "dilation"):
        words += [f"--{name}", by_x(case[name])]
    if case["transposed"]:
        words += ["--transposed", "--output-padding", by_x(case.get("output_padding", [0]))]
    done = invoke(*words, "--dims", str(case["dims"]), stdin=json.dumps(case["input"]))
    record = json.loads(done.out)
    assert record["shape"] == case["shape"]
    np.testing.assert_array_equal(record["output"], result.output)


def test_the_exercise_from_nothing_but_its_options() -> None:
    done = run(*EXERCISE)
    assert (done.status, done.out) == (0, " 1  13  20\n19  99  92\n26  86  64\n")
    assert "worked example" in done.complaint


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("plain", "1 13 20\n19 99 92\n26 86 64\n"),
        ("csv", "1,13,20\n19,99,92\n26,86,64\n"),
        ("tsv", "1\t13\t20\n19\t99\t92\n26\t86\t64\n"),
        ("markdown", "|   0 |   1 |   2 |\n|-----|-----|-----|\n|   1 |  13 |  20 |\n"
         "|  19 |  99 |  92 |\n|  26 |  86 |  64 |\n"),
        ("latex", "\\[\n\\begin{bmatrix} 1 & 13 & 20 \\\\ 19 & 99 & 92 \\\\ 26 & 86 & 64 "
         "\\end{bmatrix}\n\\]\n"),
    ],
)  # fmt: skip
def test_every_format(form: str, out: str) -> None:
    assert invoke(*EXERCISE, "-f", form).out == out


def test_json_has_all_its_fields() -> None:
    record = json.loads(invoke(*EXERCISE, "-f", "json").out)
    assert record == {
        "output": ANSWER, "shape": [3, 3], "input_shape": [4, 4], "kernel_shape": [2, 2],
        "stride": [2, 2], "pad": [1, 1], "dilation": [1, 1], "groups": 1, "transposed": False,
        "multiplications": 36,
    }  # fmt: skip


def test_the_format_of_the_environment_is_the_default() -> None:
    assert run(*EXERCISE, env={"DLCALC_FORMAT": "csv"}).out.startswith("1,13,20\n")
    refused = run(*EXERCISE, env={"DLCALC_FORMAT": "cvs"})
    assert (refused.status, refused.out) == (2, "")
    assert "unknown format 'cvs'; did you mean csv?" in refused.complaint


def test_a_circulated_answer_is_refused_at_its_wrong_element() -> None:
    done = run(*EXERCISE, "--expect", "1 15 20; 19 99 92; 26 86 64")
    assert done.status == 1
    assert done.err.splitlines()[-1] == (
        "dlcalc: element (0,1): expected 15, is 13 = 0·4 + 0·2 + 2·5 + 3·1; "
        "1 of 9 elements differ"
    )
    assert run(*EXERCISE, "--expect", "1 13 20; 19 99 92; 26 86 64").status == 0


@pytest.mark.parametrize(("expected", "status"), [
    ({"dw": [0.5000001, 0.8]}, 0), ({"dw": [0.51, 0.8]}, 1),
    ({"output": [1000000005, 8]}, 1), ({"output": [1000000004, 8]}, 0),
])
def test_decimal_gradients_of_whole_arrays_are_decimals_and_the_output_is_whole(
    expected: dict[str, Any], status: int
) -> None:
    x = "1 2 3" if "dw" in expected else "1000000000 2 3"
    done = invoke("conv", "-x", x, "-w", "1 2", "--upstream", "0.1 0.2", "--expect",
                  json.dumps(expected))  # fmt: skip
    assert done.status == status


def test_an_answer_that_only_its_last_digits_tell_from_the_right_one_has_no_slip() -> None:
    words = ["conv", "-x", "0.1 0.2 0.3", "-w", "1 2", "--expect", "0.5 0.80000000001"]
    assert invoke(*words).status == 0
    strict = invoke(*words, "--tolerance", "0")
    assert strict.status == 1
    assert "gives that" not in strict.err


@pytest.mark.parametrize(
    ("options", "expected", "said"),
    [
        ("-s 2 -p 1", "1 2; 3 4",
         "output: expected the shape 2x2, is 3x3; padding left out gives that"),
        ("-s 2", "1 2 3; 1 2 3; 1 2 3",
         "output: expected the shape 3x3, is 2x2; stride left out gives that"),
        ("-s 3", "1 2; 3 4",
         "output: expected the shape 2x2, is 1x1; "
         "rounding up (--ceil) gives that"),
        ("-x 1,2 -w 1,1 -s 2 --transposed --output-padding 2 --framework mlx", "1 1 1",
         "output: expected the shape 3, is 6"),
        ("-s 2 -p 1", "4 16 8; 61 105 32; 65 89 16",
         "element (0,0): expected 4, is 1 = 0·4 + 0·2 + 0·5 + 1·1; 9 of 9 elements differ; "
         "the kernel turned round (--flip) gives that"),
    ],
)  # fmt: skip
def test_what_would_have_given_the_expected_answer(
    options: str, expected: str, said: str
) -> None:
    done = invoke("conv", *options.split(), "--expect", expected)
    assert done.status == 1
    assert done.err.splitlines()[-1] == f"dlcalc: {said}"


def test_tolerance_is_relative_and_zero_for_whole_numbers() -> None:
    line = ["conv", "-x", "1.5 2", "-w", "2"]
    assert invoke(*line, "--expect", "3.000001 4").status == 0
    assert invoke(*line, "--expect", "3.00001 4").status == 1
    assert invoke(*line, "--expect", "3.1 4", "--tolerance", "0.1").status == 0
    whole = ["conv", "-x", "1000000000 2", "-w", "2"]
    assert invoke(*whole, "--expect", "2000000001 4").status == 1


def test_a_difference_below_the_shown_digits_is_shown_in_full() -> None:
    done = invoke("conv", "-x", "1.5 2", "-w", "2", "--expect", "3.00001 4", "--precision", "3")
    assert "expected 3.00001, is 3.0" in done.complaint


def test_one_element_is_explained_alone() -> None:
    out = invoke(*EXERCISE, "--explain", "--at", "0,1").out
    assert "y(0,1) = 0·4 + 0·2 + 2·5 + 3·1 = 13\n" in out
    assert "y(0,0)" not in out
    assert invoke(*EXERCISE, "--at", "0,1").out == out
    refused = invoke("conv", "-x", "1 2", "-w", "1", "--explain", "--at", "2")
    assert (refused.status, refused.out) == (2, "")
    assert refused.complaint == "--at 2: index 2 is outside the output of 2; the last element is 1"


def test_a_large_result_is_explained_by_its_first_elements() -> None:
    numbers = " ".join(map(str, range(100)))
    out = invoke("conv", "-x", numbers, "-w", "1 1", "--explain").out
    assert "y(15) = 15·1 + 16·1 = 31\n… and 83 more elements: --at INDEX" in out
    assert "y(16)" not in out


def test_gradients_are_explained_element_by_element() -> None:
    line = ["conv", "-x", "1 2 3", "-w", "1 -1", "--upstream", "1 1"]
    out = invoke(*line, "--explain").out
    assert "dx(i) = ∑_u,k dy(u)·w(k)   (where i = u + k)\n" in out
    assert "dx(1) = 1·1 + 1·(−1) = 0\n" in out
    assert "dw(k) = ∑_i dy(i)·x(i+k)\n" in out
    assert "dw(1) = 1·2 + 1·3 = 5\n" in out
    refused = invoke(*line, "--expect", '{"output": [-1, -1], "dx": [1, 0, 1], "dw": [1, 1]}')
    assert refused.complaint == (
        "dx element (2): expected 1, is -1 = 1·(−1); 1 of 3 elements differ"
    )


@pytest.mark.parametrize("form", ["table", "plain", "csv", "tsv", "json"])
def test_an_output_beside_its_gradients_is_input_of_the_next(form: str) -> None:
    line = ["conv", "-x", "1 2 3", "-w", "1 1", "--upstream", "1 1", "-f", form]
    assert invoke("conv", "-w", "10", stdin=invoke(*line).out).out == "30  50\n"


def test_gradients_come_with_an_upstream_gradient() -> None:
    done = invoke("conv", "-x", "1 2; 3 4", "-w", "1 1", "--upstream", "1; 1")
    assert done.out == "# output\n3\n7\n\n# dx\n1  1\n1  1\n\n# dw\n4  6\n"
    record = json.loads(
        invoke("conv", "-x", "1 2; 3 4", "-w", "1 1", "--upstream", "1; 1", "-f", "json").out
    )
    assert (record["dx"], record["dw"]) == ([[1, 1], [1, 1]], [[4, 6]])


@pytest.mark.parametrize(
    ("line", "out"),
    [
        (r"printf '1 2\n3 4\n' | dlcalc conv -w '1 1' | dlcalc conv -w '1; 1' --pad 1"
         " | awk '{s+=$1} END {print s}'", "0\n"),
        (r"printf '1 2\n3 4\n\n1 1\n' | dlcalc conv", "3\n7\n"),
        (r"printf '[[1,2],[3,4]]\n\n[[1,1]]\n' | dlcalc conv", "3\n7\n"),
        (r"printf '1 2 3\n' | dlcalc conv -w '1 1' -f json | dlcalc conv -w '1 1'", "8\n"),
        (r"printf '1,2.5\n3,4\n' | dlcalc conv -w 2 -f csv", "2.0,5.0\n6.0,8.0\n"),
        ("dlcalc conv -x '1 2; 3 4' -w '1 1' --save y.npy > z && dlcalc conv -x y.npy -w '2; 1'",
         "13\n"),
        ("dlcalc conv -x '1 2' -w 1 --save y.npz >/dev/null; dlcalc conv -x y.npz -w 5", "5  10\n"),
        ("dlcalc conv -x '1 2' -w 1 --save y.json >/dev/null; dlcalc conv -x y.json -w 5",
         "5  10\n"),
        ("dlcalc conv -x '1 2' -w 1 --save y.csv >/dev/null; cat y.csv", "1,2\n"),
        ("dlcalc conv -x '0.1 2' -w 3 --save y.txt >/dev/null; cat y.txt",
         "0.30000000000000004 6.0\n"),
        (r"printf '1\n2\n' | xargs -I{} dlcalc conv -x '1 2 3' -w {}", "1  2  3\n2  4  6\n"),
        ("dlcalc conv -w - -x '1 2; 3 4' <<< '1 1'", "3\n7\n"),
        ("dlcalc conv -x <(echo 1 2 3) -w <(echo 1 1)", "3  5\n"),
    ],
)  # fmt: skip
def test_pipelines(line: str, out: str, tmp_path: Path) -> None:
    done = shell(line, cwd=tmp_path)
    assert (done.status, done.out) == (0, out), done.err


def test_jq_reads_the_json() -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    done = shell("dlcalc conv -x '1 2; 3 4' -w '1 1' -f json | jq -c .output")
    assert done.out == "[[3],[7]]\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-w", "1"], "no input: give it with -x, or on standard input"),
        (["-x", "1 2"], "no kernel: give it with -w, or after the input and a blank line"),
        (["-x", "nowhere.txt", "-w", "1"], "-x: nowhere.txt: no such file, and no numbers either"),
        (["-x", "1 2; 3", "-w", "1"], "-x: line 1: row 2 has 1 number, the rows above have 2"),
        (["-x", "", "-w", "1"], "-x: '': no such file, and no numbers either"),
        (["-x", "1 2", "-w", "a b"], "-w: line 1: 'a' is not a number"),
        (["-x", "9" * 400, "-w", "0.5"], "a whole number too large to stand beside floats"),
        (["-x", "[[[1, 2], [3, 4]]]", "-w", "[[[1, 1], [1, 1]], [[1, 1], [1, 1]]]"],
         "axis 0: a kernel of 2 does not fit a padded input of 1; "
         "dims 1 reads the axes as channels"),
        (["-x", "1 2", "-w", "1", "--at", "-1"],
         "--at -1: index -1 is outside the output of 2; the last element is 1"),
        (["-x", "1 2", "-w", "1 2 3"], "a kernel of 3 does not fit a padded input of 2"),
        (["-x", "1 2", "-w", "1", "-s", "0"], "stride 0 is below 1"),
        (["-x", "1 2", "-w", "1", "-d", "-1"], "dilation -1 is below 1"),
        (["-x", "1 2", "-w", "1", "-g", "0"],
         "invalid value for '-g' / '--groups': '0' is no whole number of at least 1"),
        (["-x", "1 2", "-w", "1", "--pad-mode", "zero"],
         "invalid value for '--pad-mode': unknown padding mode 'zero'; did you mean zeros?"),
        (["-x", "1e308 1", "-w", "10"],
         "element (0) of output passes the largest float64; --allow-nonfinite lets it out"),
        (["-x", "1 2", "-w", "1", "--save", "y.xls"], "y.xls: ending '.xls' is not known; "
         "known: .npy, .npz, .json, .csv, .txt"),
        (["-x", "1 2; 3 4", "-w", "1", "--dims", "2", "--expect", "1 2 3 4 5"],
         "--expect: output: expected the shape 5, is 2x2"),
        (["-x", "1 2", "-w", "1", "--expect", '{"outptu": 1}'],
         "--expect: the result has no field 'outptu'; did you mean output?"),
    ],
)  # fmt: skip
def test_refuses(words: list[str], complaint: str) -> None:
    done = invoke("conv", *words)
    assert done.status == 2
    assert done.err.splitlines()[-1] == f"dlcalc: {complaint}"


def test_nonfinite_numbers_pass_where_they_are_allowed() -> None:
    line = ["conv", "-w", "1", "--allow-nonfinite", "-f", "json"]
    record = json.loads(invoke(*line, "-x", "nan 1").out)
    assert record["output"] == ["NaN", 1.0]
    record = json.loads(invoke(*line, stdin='["NaN", -Infinity, 1]').out)
    assert record["output"] == ["NaN", "-Infinity", 1.0]


def test_more_axes_are_written_and_read_back_as_slices() -> None:
    x = np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    w = np.ones((2, 3, 1, 1), int)
    first = invoke("conv", "-w", json.dumps(w.tolist()), stdin=json.dumps(x.tolist()))
    assert first.out.startswith("# shape 2x2x4x4\n")
    again = invoke("conv", "-w", json.dumps(np.ones((1, 2, 1, 1), int).tolist()), "-f", "json",
                   stdin=first.out)  # fmt: skip
    np.testing.assert_array_equal(json.loads(again.out)["output"], 2 * x.sum(1, keepdims=True))


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ('{"input_shape": [3, 4]}', "input_shape element (0): expected 3, is 4; "
         "1 of 2 elements differ"),
        ('{"output": [[1, 13, "20"], [19, 99, 92], [26, 86, 64]]}',
         'element (0,2): expected the text "20", is 20 = 0·4 + 0·2 + 4·5 + 0·1; '
         "1 of 9 elements differ"),
    ],
)  # fmt: skip
def test_what_is_expected_of_another_kind_is_told_apart(expected: str, said: str) -> None:
    done = invoke(*EXERCISE, "--expect", expected)
    assert done.status == 1
    assert done.err.splitlines()[-1] == f"dlcalc: {said}"


def test_nonfinite_answers_in_json_are_expected_answers() -> None:
    words = ["conv", "-x", "nan inf -inf 1", "-w", "1", "--allow-nonfinite"]
    answer = invoke(*words, "-f", "json").out
    assert invoke(*words, "--expect", answer).status == 0
    refused = invoke("conv", "-x", "1", "-w", "1", "--expect", '{"output": ["NaN"]}')
    assert refused.complaint == (
        "--expect: NaN is not a finite number; --allow-nonfinite lets it in"
    )


def test_numbers_are_read_with_the_minus_that_workings_write() -> None:
    assert "agrees" in invoke("conv", "-x", "−1 2e−3", "-w", "1", "--expect", "-1 .002").complaint
    assert "agrees" in invoke("conv", "-x", "-7", "-w", "1", "--expect", "−7").complaint


def test_a_single_number_in_json_is_a_row_of_one() -> None:
    done = invoke("conv", "-w", "3", "-f", "csv", stdin='{"output": 5}')
    assert (done.status, done.out) == (0, "15\n")


def test_the_nearest_field_is_named_where_there_is_no_output() -> None:
    done = invoke("conv", "-x", '{"outptu": [1]}', "-w", "1")
    assert done.complaint.endswith("has no field 'output' to take the array from; "
                                   "did you mean outptu?")


@pytest.mark.parametrize("ending", ["csv", "txt", "json"])
def test_a_result_saved_with_its_working_is_read_back(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"y.{ending}"
    assert invoke(*EXERCISE, "--explain", "--save", str(path)).status == 0
    assert invoke(*EXERCISE, "--expect", str(path)).status == 0
    assert invoke("conv", "-x", str(path), "-w", "1", "-f", "csv").out.startswith("1,13,20\n")
    assert ("working" in path.read_text()) == (ending == "json")


def test_float32_is_expected_of_another_order_of_summation(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((32, 30, 30)).astype(np.float32)
    w = rng.standard_normal((32, 32, 3, 3)).astype(np.float32)
    for name, array in {"x": x, "w": w, "y": dlcalc.conv(x.astype(float), w, pad=1).output}.items():
        np.save(tmp_path / f"{name}.npy", array)
    words = ["conv", "-x", str(tmp_path / "x.npy"), "-w", str(tmp_path / "w.npy"), "--pad", "1",
             "-f", "csv", "--expect", str(tmp_path / "y.npy")]  # fmt: skip
    done = invoke(*words)
    assert done.status == 0, done.err
    y = np.load(tmp_path / "y.npy")
    y[3, 2, 1] += 2e-5 * np.abs(y).max()
    np.save(tmp_path / "y.npy", y)
    assert "element (3,2,1)" in invoke(*words).complaint
    np.save(tmp_path / "y.npy", dlcalc.conv(x, w, pad=1).output)
    assert invoke(*words, "--tolerance", "0").status == 0


@pytest.mark.parametrize(
    ("expected", "slip"),
    [
        ('{"dx": [[4, 11, 6], [14, 30, 14], [6, 11, 4]]}', "the kernel not turned round"),
        ('{"db": [2.5]}', "the mean in place of the sum"),
        ('{"dw": [[77, 67], [47, 37]]}', "the kernel turned round"),
        ('{"output": [[37, 47], [67, 77]]}', "bias left out"),
        ('{"output": [[36, 46], [66, 76]]}', "the kernel transposed"),
        ('{"dw": [[-37, -47], [-67, -77]]}', "the other sign"),
    ],
)
def test_the_slip_in_a_convolution_is_named(expected: str, slip: str) -> None:
    done = invoke("conv", "-x", "1 2 3; 4 5 6; 7 8 9", "-w", "1 2; 3 4", "--bias", "1",
                  "--upstream", "1 2; 3 4", "--expect", expected)  # fmt: skip
    assert done.status == 1
    assert done.complaint.endswith(f"; {slip} gives that")


CHANNELS = ["-x", "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", "-w",
            "[[[[1, 0], [2, 1]], [[0, 3], [1, 2]]], [[[1, 1], [0, -1]], [[2, 0], [1, 1]]]]"]


@pytest.mark.parametrize(
    ("options", "expected", "slip"),
    [
        ([], "[[[11]], [[-1]]]", "the first channel alone"),
        ([], "[[[14]], [[42]]]", "the channels of the kernel exchanged"),
        (["--transposed", "--pad", "1"], "[[[9]], [[13]]]", "the first channel alone"),
        (["--transposed", "--pad", "1"], "[[[-4, -2, 4], [1, 14, 16], [7, 18, 12]], "
         "[[7, 16, 8], [16, 42, 24], [9, 26, 16]]]", "an ordinary convolution"),
    ],
)  # fmt: skip
def test_the_slip_in_channels_is_named(options: list[str], expected: str, slip: str) -> None:
    done = invoke("conv", *CHANNELS, *options, "--expect", expected)
    assert done.status == 1
    assert done.complaint.endswith(f"; {slip} gives that")


def test_an_ordinary_convolution_is_told_from_a_padding_that_gives_its_size() -> None:
    done = invoke("conv", "-x", "1 2; 3 4", "-w", "1 2 3; 4 5 6; 7 8 9", "-s", "2", "-p", "1",
                  "--transposed", "--expect", "[[77]]")  # fmt: skip
    assert done.complaint.endswith("is 3x3; an ordinary convolution gives that")

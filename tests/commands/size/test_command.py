"""`dlcalc size` as its users type it."""

import json
from pathlib import Path
from typing import Any

import pytest

import dlcalc
from tests.shell.running import invoke, run

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_size.json").read_text())


def arguments(case: dict[str, Any]) -> list[str]:
    words = ["-L", str(case["input"]), "-F", str(case["kernel"]), "-S", str(case["stride"])]
    words += ["-P", str(case["pad"]), "-D", str(case["dilation"])]
    if case["kind"] == "transposed":
        words += ["--transposed", "--output-padding", str(case["output_padding"])]
    return words + ["--ceil"] * (case["kind"] == "pool_ceil")


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_sizes_are_those_of_pytorch(case: dict[str, Any]) -> None:
    done = invoke("size", *arguments(case), "-f", "json")
    assert json.loads(done.out)["output"] == case["output"]
    values = {key: value for key, value in case.items() if key not in ("kind", "output")}
    values |= {"transposed": case["kind"] == "transposed", "ceil": case["kind"] == "pool_ceil"}
    assert dlcalc.size(**values).output == case["output"]


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("-L 32 -F 5", "28\n"),
        ("-L 32 -F 5 -f plain", "28\n"),
        ("-L 32x28 -F 5x3 -S 2", "14x13\n"),
        ("-L 32 -F 5 -S 2 -f json", '{"output": 14, "remainder": 1}\n'),
        ("-L 32x28 -F 5 -f json", '{"output": [28, 24], "remainder": [0, 0]}\n'),
        ("-L 32 -F 5 -S 2 -f csv", "output,remainder\n14,1\n"),
        ("-L 32x28 -F 5 -f tsv", "output\tremainder\n28x24\t0x0\n"),
        ("-L 33 -F 4 -S 2 -P same", "17\n"),
        ("-L 33 -F 4 -P valid", "30\n"),
        ("-L 33 -F 4 -P full", "36\n"),
        ("-L 4 -F 5 -S 2 -P 2:2 --transposed --output-padding 1", "8\n"),
        ("-L 5 -F 3 -S 2 -P same --transposed", "10\n"),
        ("-L 5 -F 2 -S 3 -P same --transposed", "15\n"),
        ("-L 4x4 -F 2 -S 2 -P 1:0x0:1", "2x2\n"),
        ("-L 1e30 -F 5", "999999999999999999999999999996\n"),
        ("-L 32 -S 3 -O 10 --solve kernel -f json",
         '{"solve": "kernel", "solutions": [{"kernel": 3, "remainder": 2}, '
         '{"kernel": 4, "remainder": 1}, {"kernel": 5, "remainder": 0}]}\n'),
        ("-F 5 -O 28 -f csv", "input,remainder\n32,0\n"),
        ("-O 5 -S 2 -P same -F 3 --solve input -f csv", "input,remainder\n9,0\n10,0\n"),
        ("-L 9 -P full -O 12 --solve kernel -f csv", "kernel,remainder\n4,0\n"),
        ("-L 4 -F 5 -S 2 --transposed --output-padding 1 -O 8 --solve pad -f csv",
         "pad,remainder\n2,0\n"),
        ("-L 2 -F 3 -S 3 --ceil", "1\n"),
        ("-L 7 -F 3 -O 14 -S 2 -P 1 --transposed --solve output_padding -f csv",
         "output_padding,remainder\n1,0\n"),
        ("-L 4 -F 2 -S 3 --transposed --output-padding 0 --framework keras", "11\n"),
        ("-L 4 -F 2 -S 2 --transposed --output-padding 2 --framework mlx", "10\n"),
    ],
)  # fmt: skip
def test_prints(line: str, out: str) -> None:
    done = invoke("size", *line.split())
    assert (done.status, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-L 4 -F 5", "a kernel of 5 does not fit a padded input of 4"),
        ("-L 8 -F 5 -D 2", "a kernel of 5 (span 9) does not fit a padded input of 8"),
        ("-L 0 -F 1", "input 0 is below 1"),
        ("-L 4 -F 2 -S 0", "stride 0 is below 1"),
        ("-L 4 -F 2 -P -1", "pad -1 is below 0"),
        ("-L 4x4x4 -F 2x2", "kernel has 2 values for 3 axes"),
        ("-L 4", "the kernel size is missing: -F 5, or --solve kernel with -O"),
        ("-L 4 -F 2 --output-padding 1", "output padding is for a transposed convolution"),
        ("-L 4 -F 2 --transposed --output-padding 1",
         "output padding 1 must be below the stride 1 or the dilation 1"),
        ("-L 4 -F 2 --transposed --ceil",
         "rounding up (ceil) is for pooling, not for a transposed convolution"),
        ("-L 32 -F 5 -O 29 --solve pad",
         "no whole pad gives an output of 29: pad 0 gives 28, pad 1 gives 30, the nearest outputs"),
        ("-L 32 -F 5 -S 2 -O 6 --solve pad",
         "no whole pad gives an output of 6: the least, pad 0, gives 14, the nearest output"),
        ("-L 4 -F 5 -S 2 -P 2 -O 12 --transposed --solve output_padding",
         "no whole output padding gives an output of 12: the most, output padding 1, gives 8, "
         "the nearest output"),
        ("-L 9 -P same -O 5 --solve kernel",
         "no whole kernel gives an output of 5: with every kernel it is 9, the nearest output"),
        ("-L 5 -F 20 -O 3 --solve stride",
         "no whole stride gives an output of 3: a kernel of 20 does not fit a padded input of 5"),
        ("-L 10x20 -F 3 -O 5x9 --solve stride",
         "axis 0: no whole stride gives an output of 5: stride 1 gives 8, stride 2 gives 4, "
         "the nearest outputs"),
        ("-L 32 -F 5 -O 28", "-O is the output to solve for: name the unknown with --solve "
         "(--expect checks an answer)"),
        ("-L 32 -O 28 -F 5 --solve kernel", "kernel is what is asked for; omit it"),
        ("-L 32 -F 5 --solve pad", "solving for the pad wants the output size, --output"),
        ("-L 3/2 -F 2",
         "invalid value for '-L' / '--input': '3/2' is no size: write 5, or 5x3 for several axes"),
        ("-L 3 -F 2 -P sane", "invalid value for '-P' / '--pad': 'sane' is no padding; "
         "did you mean same?"),
        ("-L 3 -F 2 --strid 2", "no such option --strid; did you mean --stride?"),
        ("-L 3 -F 2 -f jsno", "invalid value for '-f' / '--format': unknown format 'jsno'; "
         "did you mean json?"),
        ("-L 3 -F 2 --solve pads", "invalid value for '--solve': unknown quantity 'pads'; "
         "did you mean pad?"),
    ],
)  # fmt: skip
def test_refuses(line: str, complaint: str) -> None:
    done = invoke("size", *line.split())
    assert (done.status, done.out) == (2, "")
    assert done.complaint == complaint


def test_expect_names_the_difference_with_its_working() -> None:
    done = invoke("size", "-L", "32", "-F", "5", "-S", "2", "--expect", "15")
    assert (done.status, done.out) == (1, "14\n")
    assert done.complaint.startswith(
        "output: expected 15, is 14 = ⌊(L + 2·P − F)/S⌋ + 1 = ⌊(32 + 2·0 − 5)/2⌋ + 1 = ⌊27/2⌋ + 1"
    )
    assert invoke("size", "-L", "32", "-F", "5", "-S", "2", "--expect", "14").status == 0
    assert invoke("size", "-L", "32", "-F", "5", "-S", "2", "--expect", "14x14").status == 0
    assert invoke("size", "-L", "32", "-F", "5", "-S", "2", "--expect", "15x15").err == done.err


@pytest.mark.parametrize(
    ("line", "expected", "said"),
    [
        ("-L 32 -F 5 -S 2 -O 16 --solve pad", "2", ""),
        ("-L 32 -F 5 -S 2 -O 16 --solve pad", "3",
         "solutions[0].pad: expected 3, is 2; pad 3 gives 17"),
        ("-L 32 -F 5 -S 2 -O 16 --solve pad", "0",
         "solutions[0].pad: expected 0, is 2; pad 0 gives 14"),
        ("-L 5 -F 5 -O 3 --solve pad", "0", "solutions[0].pad: expected 0, is 1; pad 0 gives 1"),
        ("-L 5 -F 7 -O 3 --solve pad", "0", "solutions[0].pad: expected 0, is 2; pad 0 gives no"),
        ("-F 5 -S 3 -O 8 -P 2 --solve input", "22 23 24", ""),
        ("-F 5 -S 3 -O 8 -P 2 --solve input", "22",
         "solutions: expected the shape 1, is 3; the solutions are 22, 23 and 24"),
        ("-F 5 -S 3 -O 8 -P 2 --solve input", '{"solutions": [{"input": 22}, {"input": 23}, {}]}',
         ""),
        ("-L 10x20 -F 3 -O 5x10 --solve pad -S 2", "1 1", ""),
        ("-L 10x20 -F 3 -O 5x10 --solve pad -S 2", "1 2",
         "solutions[0].pad element (1): expected 2, is 1; 1 of 2 elements differ; "
         "pad 1x2 gives 5x11"),
        ("-L 99999 -F 3 -O 99 --solve stride", "3",
         "solutions: expected the shape 1, is 10; the solutions are 1011, 1012, 1013, 1014, "
         "1015, 1016, 1017, 1018, 1019 and 1020"),
        ("-L 100 -S 50 -O 1 --solve kernel", "51",
         "solutions: expected the shape 1, is 50; the solutions are 51 to 100"),
        ("-L 32x32 -F 5", "28x28", ""),
        ("-L 32x32 -F 5 -S 2x1", "14x14", "element (1): expected 14, is 28"),
        ("-L 32x9 -F 5 -S 2", '{"remainder": [1, 3]}',
         "remainder element (1): expected 3, is 0 = L + 2·P − ((O − 1)·S + F) = 9 + 2·0"),
    ],
)  # fmt: skip
def test_expected_sizes_and_solutions(line: str, expected: str, said: str) -> None:
    done = invoke("size", *line.split(), "--expect", expected)
    assert done.status == (1 if said else 0)
    assert said in done.err


def test_a_size_of_several_axes_is_read_back_as_it_is_printed() -> None:
    line = ["size", "-L", "9x8", "-F", "3"]
    assert invoke(*line, "--expect", "-", stdin=invoke(*line).out).status == 0


def test_called_with_nothing_it_runs_its_example_and_says_so() -> None:
    done = run("size")
    assert (done.status, done.out) == (0, "28\n")
    assert "worked example" in done.complaint
    assert "-L SIZE -F SIZE" in done.complaint


def test_the_example_takes_the_options_that_were_given() -> None:
    assert invoke("size", "--stride", "2").out == "14\n"


def test_explain_shows_formula_numbers_and_rounding() -> None:
    done = invoke("size", "-L", "32", "-F", "5", "-S", "2", "--explain")
    formula, numbers = "⌊(L + 2·P − F)/S⌋ + 1", "⌊(32 + 2·0 − 5)/2⌋ + 1"
    assert f"O = {formula} = {numbers} = ⌊27/2⌋ + 1 = 13 + 1 = 14" in done.out
    working = json.loads(invoke("size", "--explain", "-f", "json").out)["working"]
    assert working[0]["value"] == 28


def test_endless_solutions_are_said_to_be_so() -> None:
    done = invoke("size", "-L", "32", "-F", "5", "-O", "1", "--solve", "stride")
    assert (done.status, done.out) == (0, "28 and every larger one\n")
    record = json.loads(
        invoke("size", "-L", "32", "-F", "5", "-O", "1", "--solve", "stride", "-f", "json").out
    )
    assert record["ranges"] == [[28, None]]
    assert record["solutions"][0] == {"stride": 28, "remainder": 27}


@pytest.mark.parametrize(("line", "meant"), [
    ("-L 3x32x32 -F 3", "32x32"), ("-L 28x28x1 -F 5x5x1", "28x28"), ("-L 8x32x32 -F 5", ""),
    ("-L 3x9x32 -F 3", ""), ("-L 3x32 -F 3", ""),
])  # fmt: skip
def test_channels_written_as_an_axis_are_noticed(line: str, meant: str) -> None:
    done = invoke("size", *line.split())
    assert done.status == 0
    assert done.err.strip().endswith(f"channels are not written: -L {meant}") == bool(meant)
    assert bool(done.err) == bool(meant)


def test_a_kernel_that_does_not_fit_names_its_axis() -> None:
    said = "axis 2: a kernel of 9 does not fit a padded input of 8"
    assert invoke("size", "-L", "32x30x8", "-F", "9").complaint == said
    done = invoke("conv", "-x", "[[1, 2, 3]]", "-w", "1; 2")
    assert done.complaint == "axis 0: a kernel of 2 does not fit a padded input of 1"


@pytest.mark.parametrize(
    ("form", "name"), [("plain", "O(stride 3) = "), ("latex", r"O_{\text{stride 3}} &= ")]
)
def test_solutions_put_to_the_proof_are_named_by_their_value(form: str, name: str) -> None:
    words = "-L 32 -F 5 -O 14 --solve stride --explain -f"
    assert f"\n{name}" in invoke("size", *words.split(), form).out


@pytest.mark.parametrize(
    ("line", "expected", "slip"),
    [
        ("-L 32 -F 5 -S 2", "15", "rounding up (--ceil)"),
        ("-L 32 -F 5 -S 2 --ceil", "14", "rounding down"),
        ("-L 10 -F 3 -S 3", "3.33", "rounding left out"),
        ("-L 20x9 -F 3 -S 3", "[6.67, 3]", "rounding left out"),
        ("-L 32 -F 5 -P 2", "28", "padding left out"),
        ("-L 32 -F 5 -P 2", "30", "padding counted on one side"),
        ("-L 32 -F 5 -D 2", "28", "dilation left out"),
        ("-L 32 -F 5 -D 2", "23", "a span of D·F in place of D·(F − 1) + 1"),
        ("-L 32 -F 5 -S 3", "28", "stride left out"),
        ("-L 32 -F 5", "27", "the + 1 left out"),
        ("-L 4 -F 5 -S 2 -P 2 --transposed --output-padding 1", "7", "output padding left out"),
        ("-L 28x20 -F 3 -P 1x0", "[18, 28]", "the axes exchanged"),
        ("-L 8 -F 3 -S 2 -P same --framework keras", '{"pad": [1, 0]}',
         "the odd column on the other side"),
    ],
)  # fmt: skip
def test_the_slip_in_a_size_is_named(line: str, expected: str, slip: str) -> None:
    done = invoke("size", *line.split(), "--expect", expected)
    assert done.status == 1
    assert done.complaint.endswith(f"; {slip} gives that")

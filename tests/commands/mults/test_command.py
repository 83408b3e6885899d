"""`dlcalc mults` as its users type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dlcalc
from dlcalc.commands.mults import algorithms
from dlcalc.commands.mults.algorithms import Check
from tests.shell.running import invoke, run

LINE = ["-L", "4", "-F", "5", "-S", "2", "--grid-pad", "2:3"]
PAIR = ["-L", "4x4", "-F", "5", "-S", "2", "-P", "2", "-O", "8"]


def record(*arguments: str) -> Any:
    done = invoke("mults", *arguments, "-f", "json")
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


def totals(methods: dict[str, int]) -> tuple[int, ...]:
    order = ("dense", "polyphase", "zero_skip", "winograd_tile4", "winograd")
    return tuple(methods[method] for method in order)


def test_the_exercise_in_json() -> None:
    (line,), (pair,) = record(*LINE)["stages"], record(*PAIR)["stages"]
    assert totals(record(*LINE)["total"]) == (40, 20, 17, 11, 11)
    assert line["phases"] == [
        {"axis": 0, "inputs": 4, "taps": 3, "outputs": 4, "copies": 1, "products": 10,
         "winograd": 6, "rank": [6, 6]},
        {"axis": 0, "inputs": 4, "taps": 2, "outputs": 4, "copies": 1, "products": 7,
         "winograd": 5, "rank": [5, 5]},
    ]  # fmt: skip
    assert pair["methods"]["zero_skip"] == {"per_axis": [17, 17], "per_pair": 289, "total": 289}
    assert (line["rank"], pair["rank"]) == ([10, 11], [76, 117])
    assert [phase["axis"] for phase in pair["phases"]] == [0, 0, 1, 1]
    assert record(*PAIR)["multiplications"] == 289


def test_dcgan_to_the_digit() -> None:
    dcgan = record("dcgan")
    assert [stage["channels"] for stage in dcgan["stages"]] == [
        [1024, 512], [512, 256], [256, 128], [128, 3]
    ]  # fmt: skip
    assert [
        totals({m: c["total"] for m, c in stage["methods"].items()}) for stage in dcgan["stages"]
    ] == [
        (838860800, 209715200, 151519232, 63438848, 63438848),
        (838860800, 209715200, 179437568, 63438848, 47316992),
        (838860800, 209715200, 194281472, 63438848, 40140800),
        (39321600, 9830400, 9465216, 2973696, 1723776),
    ]
    assert totals(dcgan["total"]) == (2555904000, 638976000, 534703488, 193290240, 152620416)
    first = dcgan["stages"][0]
    assert totals({m: c["per_pair"] for m, c in first["methods"].items()}) == (
        1600, 400, 289, 121, 121
    )  # fmt: skip


def test_the_dcgan_example_of_pytorch_to_the_digit() -> None:
    total = record("dcgan-pytorch")["total"]
    assert totals(total) == (428343296, 116916224, 90538752, 43059200, 34849536)


def test_the_table_calls_nested_winograd_an_upper_bound() -> None:
    done = invoke("mults", "dcgan")
    assert "838,860,800" in done.out
    assert "534,703,488" in done.out
    assert "conv1: 4x4→8x8, kernel 5x5, 1024→512 channels\n" in done.out
    assert (
        "the fewest products of a channel pair: 76 ≤ rank ≤ 117; "
        "121 is nested Winograd, an upper bound" in " ".join(done.out.split())
    )
    assert "constants inside transforms do not, the filter is transformed beforehand" in (
        " ".join(done.out.split())
    )


@pytest.mark.parametrize("model", ["dcgan", "dcgan-pytorch", "unet"])
def test_the_tables_fit_a_terminal_of_80_columns(model: str) -> None:
    drawn = [line for line in invoke("mults", model).out.splitlines() if line[-1:].isdigit()]
    assert max(map(len, drawn)) <= 80


def test_people_see_the_first_phases_and_programs_see_all() -> None:
    doubling = "input 1x4; repeat 25: conv_transpose 1 5 stride=2 pad=2 output_padding=1"
    rows = invoke("mults", doubling, "-f", "csv", "--table", "phases").out.splitlines()[1:]
    assert len(rows) == 50
    shown = invoke("mults", doubling).out.partition("Phases")[2]
    assert "\n10 more rows left out; csv and json have every phase\n" in shown


def test_explain_writes_the_exercise_out() -> None:
    lines = invoke("mults", *LINE, "--explain").out.splitlines()
    for line in (
        "zero-inserted input: 0, 0, x₁, 0, x₂, 0, x₃, 0, x₄, 0, 0, 0",
        "y₁: x₁w₃ + x₂w₁, 2 products",
        "y₈: x₄w₄, 1 product",
        "zero_skip by outputs = 2 + 2 + 3 + 2 + 3 + 2 + 2 + 1 = 17",
        "phase 1 = 3 + 4 − 1 = 6   "
        "(taps w₁, w₃, w₅ over x₁, x₂, x₃, x₄ make y₁, y₃, y₅, y₇; rank 6)",
        "winograd = 6 + 5 = 11",
        "winograd, a channel pair = 11   "
        "(the fewest products of a channel pair, all phases at once: 10 ≤ rank ≤ 11)",
    ):
        assert line in lines


def test_explain_multiplies_axes_and_channels() -> None:
    lines = invoke("mults", *PAIR, "--channels", "8:6", "--groups", "2", "--explain").out
    assert "zero_skip = (17·17·8·6)/2 = (289·8·6)/2 = 6936\n" in lines
    assert lines.count("zero-inserted input") == 1
    several = invoke("mults", "dcgan", "--explain").out
    assert "zero_skip, all stages = 151519232 + 179437568 + 194281472 + 9465216 = 534703488" in (
        several
    )


def test_explain_leaves_out_the_middle_of_what_is_long() -> None:
    done = invoke("mults", "-L", "1e12", *PAIR[2:-2], "-O", "2e12", "--explain")
    assert "0, 0, x₁, 0, x₂, 0, x₃, 0, x₄, 0, x₅, 0, … (1999999999986 left out) …, " in done.out
    assert "…: 1999999999982 outputs left out\n" in done.out
    assert len(done.out) < 8000
    wide = invoke("mults", "-L", "90", "-F", "90", "-S", "30", "-D", "7", "--explain").out
    assert "…: 84 phases left out\n" in wide
    assert " + … 83 terms … + " in wide
    assert invoke("mults", "-L", "1e30", "-F", "5", "--explain").status == 0


@pytest.mark.parametrize("form", ["plain", "csv", "tsv", "markdown", "latex"])
def test_every_format_draws_it(form: str) -> None:
    done = invoke("mults", *PAIR, "-f", form, "--explain", "--verify", "--matrices")
    others = "dlcalc: other tables: " if form in ("plain", "csv", "tsv") else ""
    assert (done.status, done.err[: len(others)] or done.err) == (0, others)
    assert "289" in done.out


def test_csv_has_the_counts_bare() -> None:
    lines = invoke("mults", "dcgan", "-f", "csv").out.splitlines()
    assert lines[0] == "stage,output,channels,for,dense,polyphase,zero_skip,winograd,winograd_tile4"
    assert lines[3] == "conv1,8x8,1024:512,stage,838860800,209715200,151519232,63438848,63438848"


def test_one_line_of_each_axis_where_they_differ() -> None:
    lines = invoke("mults", "-L", "4x7", "-F", "5x3", "-f", "plain").out.splitlines()
    assert [line.split()[3] for line in lines[:3]] == ["axis0", "axis1", "pair"]


def test_verify_runs_what_is_counted() -> None:
    shown = record(*PAIR, "--verify")["stages"][0]["verified"]
    assert [(check["method"], check["executed"]) for check in shown] == [
        ("dense", 1600), ("polyphase", 400), ("zero_skip", 289), ("winograd", 121),
        ("winograd_tile4", 121),
    ]  # fmt: skip
    assert all(check["outputs_agree"] for check in shown)


def test_verify_fails_where_an_algorithm_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Check("dense", counted=40, executed=41, outputs_agree=True)
    monkeypatch.setattr(algorithms, "verify", lambda stage: (wrong,))
    done = invoke("mults", *LINE, "--verify")
    assert (done.status, done.complaint) == (1, "dense: 40 counted, 41 executed, outputs agree")
    assert "41" in done.out


def test_matrices_are_exact_fractions() -> None:
    shown = record(*LINE, "--matrices", "--tile", "2")["stages"][0]["matrices"]
    tile = next(each for each in shown if each["name"] == "F(2, 3)")
    assert tile["method"] == "winograd_tile2"
    assert tile["weight"] == [[1, 0, 0], ["1/2", "1/2", "1/2"], ["1/2", "-1/2", "1/2"], [0, 0, 1]]
    assert tile["output"] == [[1, 1, 1, 0], [0, 1, -1, 1]]
    text = invoke("mults", *LINE, "--matrices", "--tile", "2").out
    assert "# winograd_tile2, F(2, 3): G\n  1     0    0\n1/2   1/2  1/2\n" in text


def test_fractions_of_matrices_are_answers() -> None:
    """As they are written, or as decimals; another is told."""
    words = ("mults", "-L", "4", "-F", "5", "--matrices")
    own = invoke(*words, "-f", "json").out
    assert '"1/36"' in own
    assert invoke(*words, "--expect", own).status == 0
    assert invoke(*words, "--expect", own.replace('"1/36"', str(1 / 36), 1)).status == 0
    wrong = invoke(*words, "--expect", own.replace('"1/36"', '"1/35"', 1))
    assert (wrong.status, "expected 0.0285714, is 1/36" in wrong.err) == (1, True)


def test_a_trillion_columns_are_counted_at_once() -> None:
    assert record("-L", "1e12", *PAIR[2:-2])["multiplications"] == 4999999999996
    assert record("-L", "1e12x1e12x1e12", "-F", "5", "-S", "2")["total"]["dense"] == (
        (2 * 10**12 + 3) * 5
    ) ** 3


def test_models_from_files_pipes_and_words(tmp_path: Path) -> None:
    text = "input 8x4x4\nup: conv_transpose 4 3 stride=2\n"
    file = tmp_path / "up.txt"
    file.write_text(text)
    from_file = run("mults", str(file), "-f", "json")
    assert json.loads(from_file.out)["multiplications"] == 4608
    assert run("mults", "-", "-f", "json", stdin=text).out == from_file.out
    assert run("mults", "-f", "json", stdin=text).out == from_file.out
    assert invoke("mults", *text.splitlines(), "-f", "json").out == from_file.out


def test_the_function_has_the_parameters_of_the_command() -> None:
    assert dlcalc.mults(4, 5, stride=2, pad=2, output=8, dims=2).total["zero_skip"] == 289


@pytest.mark.parametrize("name", ["conv", "tile"])
def test_what_is_of_all_records_is_no_column_of_them(name: str) -> None:
    done = invoke("mults", stdin=f"input,kernel,{name}\n4,5,2\n")
    assert (done.status, done.out) == (2, "")
    assert done.complaint == f"{name} is of all records: give it as --{name}"


def test_ordinary_convolutions_by_sizes_of_models_and_in_records() -> None:
    line = record("-L", "6", "-F", "3", "-P", "1", "--conv", "--verify")
    assert line["total"] == {
        "direct": 18, "zero_skip": 16, "winograd": 8, "winograd_tile4": 12, "fft": 11
    }
    assert line["multiplications"] == 18
    assert [each["executed"] for each in line["stages"][0]["verified"]] == [18, 16, 8, 12, 11]
    lenet = invoke("mults", "lenet", "-f", "json")
    assert lenet.complaint == "there is no transposed convolution: these are the ordinary ones"
    assert json.loads(lenet.out) == record("lenet", "--conv")
    assert json.loads(lenet.out)["multiplications"] == 117600 + 240000 + 48000
    rows = "of,input,kernel,pad\na,6,3,1\nb,2,3,\nc,28x28,3,1\n"
    done = invoke("mults", "--conv", stdin=rows)
    assert done.out.splitlines() == [
        "of,input,kernel,pad,output,direct,zero_skip,winograd,winograd_tile4,fft",
        "a,6,3,1,6,18,16,8,12,11", "c,28x28,3,1,28x28,7056,6724,900,1764,1534",
    ]
    assert done.status == 2
    assert done.complaint == (
        "standard input: line 3: a kernel of 3 does not fit a padded input of 2"
    )
    shown = invoke("mults", "-L", "6", "-F", "3", "-P", "1", "--conv", "--explain").out
    assert "y₁: x₁w₂ + x₂w₃, 2 products\n" in shown


def test_the_sum_of_a_line_on_several_axes_by_dims() -> None:
    assert record(*LINE, "--dims", "3")["total"]["zero_skip"] == 17**3


def test_called_with_nothing_it_runs_its_example_and_says_so() -> None:
    done = run("mults", "-f", "json")
    assert json.loads(done.out)["multiplications"] == 151519232
    assert "worked example" in done.complaint
    assert run("mults", "--expect", "-", stdin="151519232").status == 0
    changed = run("mults", "-f", "json", "--channels", "2:3")
    assert json.loads(changed.out)["multiplications"] == 289 * 6
    assert json.loads(run("mults", "-f", "json", "-O", "7").out)["stages"][0]["output"] == [7, 7]
    padded = run("mults", "-f", "json", "--grid-pad", "2:3")
    assert json.loads(padded.out)["multiplications"] == 151519232
    for stride, output in (("1", [4, 4]), ("1x2", [4, 7]), ("2", [8, 8])):
        found = invoke("mults", "-f", "json", "-S", stride)
        assert json.loads(found.out)["stages"][0]["output"] == output


def test_expect_tells_which_count_was_expected() -> None:
    assert invoke("mults", *PAIR, "--expect", "289").status == 0
    done = invoke("mults", *PAIR, "--expect", "1600")
    assert done.status == 1
    assert done.complaint == (
        "multiplications: expected 1600, is 289 = 17·17; dense for all of it gives that"
    )
    done = invoke("mults", "dcgan", "--expect", '{"total": {"winograd": 121}}')
    assert done.complaint.startswith(
        "total.winograd: expected 121, is 152620416 = "
        "63438848 + 47316992 + 40140800 + 1723776"
    )
    done = invoke("mults", *LINE, "--expect", '{"stages": [{"methods": {"dense": {"total": 41}}}]}')
    assert done.complaint == "stages[0].methods.dense.total: expected 41, is 40 = 8·5"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (2 * 151519232, "zero_skip for all of it in FLOPs (×2)"),
        (289 * 512, "zero_skip for 4x4→8x8 without its input channels"),
        (289 * 1024, "zero_skip for 4x4→8x8 without its output channels"),
        (289, "zero_skip for one channel pair"),
    ],
)  # fmt: skip
def test_slips_are_named(wrong: int, said: str) -> None:
    done = invoke("mults", "--expect", str(wrong))
    assert done.status == 1
    assert done.err.rstrip().endswith(f"; {said} gives that")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-L 4", "no kernel size: a stage by its sizes wants --input and --kernel"),
        ("-F 4", "no input size: a stage by its sizes wants --input and --kernel"),
        ("dcgan -L 4 -F 5", "dcgan has sizes of its own: give it, or --input and --kernel"),
        ("dcgan -S 2", "dcgan has sizes of its own: give it, or --input and --kernel"),
        ("dcgn", "no model, file or layer 'dcgn'; did you mean dcgan?"),
        ("relu tanh", "the size of the input is not known: begin with a line as input 8x4x4"),
        ("-L 4 -F 5 -O 8 --conv", "output and grid pad are for a transposed convolution"),
        ("-L 4 -F 5 -S 0", "stride 0 is below 1"),
        ("-L 4 -F 5 -P 9", "output size -10: padding 18 takes off all of the 8 columns"),
        ("-L 4 -F 5 -S 2 -P 2 -O 9", "output 9 is out of reach: output padding makes 7 to 8"),
        ("-L 4 -F 5 -P 2 --grid-pad 2:3",
         "grid pad settles the output: give it without pad, output padding and output"),
        ("-L 4x4 -F 5x5x5", "input has 2 values for 3 axes"),
        ("-L 4 -F 5 --channels 3:4 --groups 2", "2 groups do not divide 3 channels"),
        ("-L 4 -F 5 --channels 3", "invalid value for '--channels': '3' are no channels: "
         "write IN:OUT, as 1024:512"),
        ("-L 4 -F 5 --tile 0", "invalid value for '--tile': '0' is no whole number of at least 1"),
        ("-L 4 -F 1e12", "kernel 1000000000000 is above 100000 taps on one axis"),
        ("-L 6x6 -F 5 -S 4 --tile 60 --verify", "70,867,570 products in transforms of one "
         "channel pair are too many to run: at most 5,000,000"),
        ("-L 1e6 -F 5 --verify", "5,000,020 products of one channel pair are too many to run: "
         "at most 150,000"),
        ("-L 400 -F 5 -S 2 --matrices",
         "a Toom–Cook algorithm of 402 products has too large fractions: at most 80"),
    ],
)  # fmt: skip
def test_refuses(line: str, complaint: str) -> None:
    done = invoke("mults", *line.split())
    assert (done.status, done.out) == (2, "")
    assert done.complaint == complaint

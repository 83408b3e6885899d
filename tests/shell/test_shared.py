"""What all commands share: help in every way, aliases of options, tables by name, encodings."""

import csv
import io
import json
import shlex
from pathlib import Path

import pytest

import dlcalc
from dlcalc.output.answer import Prose, Text
from dlcalc.shell.commands import COMMANDS, GROUPS
from dlcalc.shell.inner import answer_within
from dlcalc.shell.man import man_pages
from tests.faults.commands import TABLE
from tests.shell.running import Run, invoke, python, run


def test_help_of_a_command_in_both_ways() -> None:
    for name in ("size", "lstm"):
        assert invoke("help", name).out == invoke(name, "--help").out
    assert invoke("help").out == invoke("--help").out == invoke().out == invoke("help", "help").out
    wrong = invoke("help", "sizes")
    assert (wrong.status, wrong.complaint) == (2, "no such command sizes; did you mean size?")


def test_every_command_tells_the_version() -> None:
    for words in (["--version"], ["conv", "--version"], ["man", "--version"],
                  ["size", "-L", "3", "--version"]):
        assert invoke(*words).out == f"dlcalc {dlcalc.__version__}\n"


def test_help_is_grouped_by_purpose() -> None:
    page = invoke("--help").out
    assert [page.index(f"\n{title}:\n") for title in GROUPS] == sorted(
        page.index(f"\n{title}:\n") for title in GROUPS
    )
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("size -L 32 --kernel-size 5 --padding 2 -s 2", "size -L 32 -F 5 -P 2 -S 2"),
        ("size -L 32 -F 5 -p 1 -d 2", "size -L 32 -F 5 --pad 1 --dilation 2"),
        ("conv -S 2 -P 1 -D 1", "conv -s 2 -p 1"),
        ("conv --padding 1 --padding-mode reflect", "conv --pad 1 --pad-mode reflect"),
        ("pool -x '1,2,3' --kernel-size 2 --ceil-mode", "pool -x '1,2,3' -F 2 --ceil"),
    ],
)
def test_options_go_by_pytorchs_names_too(line: str, same: str) -> None:
    done = invoke(*line.replace("'", "").split())
    assert (done.status, done.out) == (0, invoke(*same.replace("'", "").split()).out)


def test_a_kernel_of_conv_is_no_size() -> None:
    assert invoke("conv", "--kernel-size", "3").status == 2


@pytest.mark.parametrize(("line", "form"), [
    ("mlp", "csv"), ("mlp", "tsv"), ("mlp", "plain"), ("vae", "csv"), ("vae", "plain"),
    ("posterior", "csv"), ("diagnose", "tsv"), ("diagnose", "csv"), ("mults dcgan", "plain"),
    ("mults dcgan", "csv"),
])
def test_a_table_for_programs_is_one(form: str, line: str) -> None:
    done = invoke(*line.split(), "-f", form)
    assert "\n\n" not in done.out
    assert not done.out.startswith("#")
    names = done.err.partition("other tables: ")[2].partition(";")[0].split(", ")
    for name in filter(None, names):
        other = invoke(*line.split(), "-f", form, "--table", name)
        assert other.status == 0
        assert other.out != done.out
        assert "other tables" not in other.err
        assert invoke(*line.split(), "-f", form, "--table", name[:6].upper()).out == other.out
    wrong = invoke(*line.split(), "-f", form, "--table", "nothing")
    assert (wrong.status, wrong.out) == (2, "")


def test_a_table_without_a_title_is_called_as_the_main_field() -> None:
    words = ("kl", "--q", "1,1", "--p", "0,1", "--gradients", "-f", "csv")
    assert invoke(*words, "--table", "kl").out == invoke(*words).out != ""


@pytest.mark.parametrize("name", sorted({*TABLE} - {"gan", "quiz", "completion", "man"}))
def test_no_table_hides_another(name: str) -> None:
    answer = answer_within([name, *shlex.split(TABLE[name].good)])
    tables = [each for each in answer.blocks if not isinstance(each, Text | Prose)]
    _, others = answer.alone()
    assert len(others) == max(0, len(tables) - 1)


def test_the_gradients_of_a_cell_are_tables_of_their_own() -> None:
    record = json.loads(invoke("lstm", "-f", "json").out)
    rows = csv.reader(io.StringIO(invoke("lstm", "--table", "dW", "-f", "csv").out))
    assert [[float(each) for each in row] for row in rows] == record["dW"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("name", sorted({*TABLE} - {"gan", "posterior", "completion", "man"}))
def test_every_encoding_gets_what_it_can_show(name: str, encoding: str) -> None:
    words = [name, *shlex.split(TABLE[name].good)]
    for more in ([], ["-f", "json"]):
        done = invoke(*words, *more, encoding=encoding)
        assert (done.status, done.err) == (0, invoke(*words, *more).err)
    assert json.loads(done.out) == json.loads(invoke(*words, "-f", "json").out)
    assert invoke(name, "--help", encoding=encoding).out.startswith("Usage: dlcalc ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_the_encoding_of_a_process(encoding: str) -> None:
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = run("kl", "--explain", "-f", "json", env=environment)
    assert json.loads(done.out) == json.loads(invoke("kl", "--explain", "-f", "json").out)
    assert run("kl", "--help", env=environment).status == 0


def test_colour_is_forced_and_refused() -> None:
    shown = run("params", "lenet", env={"CLICOLOR_FORCE": "1"}).out
    assert "\x1b[1mtotal " in shown
    both = {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}
    assert run("params", "lenet", env=both).out == run("params", "lenet").out
    error = run("params", "lenett", env={"CLICOLOR_FORCE": "1"}).err
    assert error.startswith("\x1b[1;31mdlcalc:\x1b[0m ")


@pytest.mark.parametrize("wrong", [
    ("--table", "nope"), ("--at", "nope"), ("--expect", '{"nope": 1}'), ("--expect", "[1, [2]]"),
])  # fmt: skip
def test_what_is_refused_is_one_line_and_leaves_no_file(wrong: tuple[str, str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    files = ("--save", str(tmp_path / "a.json"), "--plot", str(tmp_path / "a.svg"))
    done = invoke("mlp", "--steps", "2", *files, *wrong)
    assert done.status == 2
    assert done.complaint
    assert not [*tmp_path.iterdir()]


def test_a_remark_names_options_as_an_error_does() -> None:
    done = invoke("params", "--input", "8x1x28x28", "conv 6 5 pad=2")
    assert done.err.endswith("a batch is no part of it: --input 1x28x28 --batch 8\n")


def test_where_there_is_no_working_that_is_said() -> None:
    done = invoke("params", "lenet", "alexnet", "--explain", "-f", "json")
    assert json.loads(done.out)["working"] == []
    assert done.err == "dlcalc: there is no working of this answer\n"
    assert invoke("models", "lenet", "--explain").out == invoke("models", "lenet").out
    assert invoke("params", "lenet", "--explain", "-f", "json").err == ""


@pytest.mark.parametrize(("command", "place", "working"), [
    ("mlp", "dJ/dw5", "∂J/∂w_5 = ∂J/∂q_3·h_1 = "), ("mlp", "∂J/∂w_5", "∂J/∂w_5 = ∂J/∂q_3·h_1 = "),
    ("mlp", "w5+", "w_5⁺ = w_5 + Δw_5 = "), ("mlp", "q_1", "q_1 = w_1·x_1 + w_2·x_2 = "),
    ("vae", "z1", "z_1 = μ_1 + σ_1·ε_1 = "), ("vae", "dL1/dz1", "∂L1/∂z_1 = (x_1 − y_1)·w_5"),
    ("vae", "∂L2/∂w_4", "∂L2/∂w_4 = ∂L2/∂σ_1·"),
    ("lstm", "h:0", "h_1 = o_1 ⊙ tanh(c_1) = 0.651355 ⊙ tanh(1.32967) = 0.566137\n"),
    ("params lenet", "total.weights_bytes", "weights_bytes = 61706·4 = 246824   (4 bytes each)"),
    ("params lenet", "C1.output:0", "layers[0].output(0) = 6   (no working by itself"),
])
def test_an_element_goes_by_its_name_on_the_screen(
    command: str, place: str, working: str
) -> None:
    assert invoke(*command.split(), "--at", place).out.startswith(working)


def test_what_is_no_number_and_has_no_working_is_refused() -> None:
    done = invoke("params", "lenet", "--at", "C1.type")
    assert (done.status, done.out) == (2, "")
    assert done.complaint == "--at C1.type: no working by itself; --explain shows all there is"


def test_a_tolerance_without_an_answer_is_refused() -> None:
    done = invoke("kl", "--tolerance", "0.1")
    assert (done.status, done.out) == (2, "")
    assert done.complaint == "--tolerance: is that of --expect, which is not given"
    assert invoke("kl", "--tolerance", "0.1", "--expect", "0.7").status == 0


@pytest.mark.parametrize("line", ["docs arrays", "models lenet", "quiz conv",
                                  "params lenet --to-notation"])  # fmt: skip
def test_a_text_is_a_row_of_its_fields_to_programs(line: str) -> None:
    record = json.loads(invoke(*line.split(), "-f", "json").out)
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        out = invoke(*line.split(), "-f", form).out
        header, row = csv.reader(io.StringIO(out), delimiter=delimiter)
        assert header == list(record)
        for name, cell in zip(header, row, strict=True):
            assert cell == record[name] or not isinstance(record[name], str)


def test_what_cannot_be_saved_is_refused_before_anything_is_printed() -> None:
    for option, ending in (("--save", "npz"), ("--plot", "svg")):
        done = invoke("lstm", option, f"/nowhere/picture.{ending}")
        assert (done.status, done.out) == (2, "")
    assert invoke("conv", "--expect", "1 2; 3").out == ""


def test_an_answer_without_numbers_is_no_file_of_arrays(tmp_path) -> None:  # type: ignore[no-untyped-def]
    done = invoke("models", "--save", str(tmp_path / "a.npz"))
    assert (done.status, done.out) == (2, "")
    assert "a.npz: the result has no numbers; save it as .json, .csv or .txt" in done.complaint
    assert not [*tmp_path.iterdir()]


def test_no_picture_is_left_of_an_answer_that_cannot_be_saved(tmp_path) -> None:  # type: ignore[no-untyped-def]
    files = ("--plot", str(tmp_path / "a.svg"), "--save", str(tmp_path / "a.npy"))
    done = invoke("posterior", *files)
    assert (done.status, done.out) == (2, "")
    assert "a.npy: the result is no array" in done.complaint
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["dlcalc.1", "dlcalc-conv.1", "dlcalc-man.1"])
def test_man_pages(name: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    done = invoke("man", str(tmp_path / "man\n1"))
    assert done.err.count("\n") == 1
    assert done.status == 0
    page = (tmp_path / "man\n1" / name).read_text()
    assert page.startswith(".TH ")
    assert ".SH OPTIONS\n.TP\n" in page
    assert "\n.TP\n\\fB\\-h, \\-\\-help\\fR\nShow this message and exit.\n.SH EXAMPLES\n" in page
    assert all("\n\n" not in each.read_text() for each in (tmp_path / "man\n1").iterdir())
    assert len(list((tmp_path / "man\n1").iterdir())) == len(COMMANDS) + 1


def test_man_pages_have_formulas_as_they_stand_and_list_the_commands() -> None:
    pages = dict(man_pages())
    size, root = pages["dlcalc-size.1"], pages["dlcalc.1"]
    assert ".SH NAME\ndlcalc-size \\- Output size of a convolution" in size
    assert ".SH SYNOPSIS\n.B dlcalc size\n[OPTIONS]\n.SH DESCRIPTION\n.PP\n.nf\nO = ⌊(L" in size
    assert "(\\-\\-transposed)\n.fi\n.PP\nWithout both \\-L and \\-F, records on" in size
    assert ".SH EXAMPLES\n.nf\n  dlcalc size \\-L 32 \\-F 5\n" in size
    assert "printf 'input,kernel\\en32,5" in size
    assert size.endswith("\n.fi\n.SH SEE ALSO\ndlcalc (1)\n")
    assert ".SH COMMANDS\n.SS Sizes and counts\n.TP\n\\fBdlcalc size\\fR\nOutput size" in root
    assert ".SH SEE ALSO\ndlcalc\\-size (1), dlcalc\\-conv (1)" in root


def test_a_folder_of_pages_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = invoke("man", str(tmp_path / "file" / "man1"))
    assert (done.status, done.complaint.rpartition(": ")[2]) == (2, "not a directory")


def test_topics_are_listed_and_shown() -> None:
    topics = [row["topic"] for row in json.loads(invoke("docs", "-f", "json").out)["topics"]]
    assert {"arrays", "checking", "formats", "notation"} <= set(topics)
    for topic in topics:
        source = invoke("docs", topic, "-f", "markdown").out
        assert source.startswith("# ")
        assert "`" not in invoke("docs", topic).out
        for line in source.split("```")[1::2]:
            for each in line.strip().splitlines():
                if each.startswith("dlcalc "):
                    import shlex

                    assert invoke(*shlex.split(each)[1:]).status == 0, each


def test_an_interrupt_while_libraries_are_imported_is_silent() -> None:
    start = (
        "from dlcalc.shell import lazy, main\n"
        "def interrupted():\n    raise KeyboardInterrupt\n"
        "lazy.import_click = interrupted\nmain()"
    )
    assert python(start) == Run(130, "", "")

"""`dlcalc size` with records on standard input: one answer a record, as they arrive."""

import io
import json
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlcalc
from dlcalc.shell import run as run_here
from tests.shell.running import COMMAND, environment, invoke, python, run, shell

CSV = "input,kernel,pad\n32,5,\n28x28,3,1\n"


@pytest.mark.parametrize(
    ("line", "stdin", "out"),
    [
        ("-f csv", "of,input,kernel\na,32,5\n",
         "of,input,kernel,output,remainder\na,32,5,28,0\n"),
        ("", CSV, "input,kernel,pad,output,remainder\n32,5,,28,0\n28x28,3,1,28x28,0x0\n"),
        ("-f plain", CSV, "28\n28x28\n"),
        ("-f json", CSV,
         '{"input": 32, "kernel": 5, "output": 28, "remainder": 0}\n'
         '{"input": [28, 28], "kernel": 3, "pad": 1, "output": [28, 28], "remainder": [0, 0]}\n'),
        ("-f table", "input,kernel\n32,5\n",
         "  input    kernel    output    remainder\n"
         "-------  --------  --------  -----------\n"
         "     32         5        28            0\n"),
        ("-S 2 -P 2", CSV, "input,kernel,pad,output,remainder\n32,5,,16,1\n28x28,3,1,14x14,1x1\n"),
        ("-F 3", "input\tpad\r\n33\tsame\r\n\r\n9x9\t1:2x0:1\r\n",
         "input\tpad\toutput\tremainder\n33\tsame\t33\t0\n9x9\t1:2x0:1\t10x8\t0x0\n"),
        ("-L 4", '\ufeff"kernel","stride"\r2,"1"\r4x4,2',
         "kernel,stride,output,remainder\n2,1,3,0\n4x4,2,1x1,0x0\n"),
        ("-F 5 --transposed -S 2 -P 2", "input,output_padding\n4,1\n4,0\n",
         "input,output_padding,output,remainder\n4,1,8,0\n4,0,7,0\n"),
        ("-F 3", '{"input": 32, "pad": [[1, 2]]}\n\n{"input": [8, 9], "kernel": "2x1"}',
         '{"input": 32, "pad": [[1, 2]], "output": 33, "remainder": 0}\n'
         '{"input": [8, 9], "kernel": [2, 1], "output": [7, 9], "remainder": [0, 0]}\n'),
        ("-f csv", '{"input": 32, "kernel": 5}\n{"kernel": 5, "input": 1e9}'.replace("1e9", "99"),
         "input,kernel,output,remainder\n32,5,28,0\n99,5,95,0\n"),
        ("-F 3x5", "input\n32\n", "input,output,remainder\n32,30x28,0x0\n"),
        ("-F 1", "input\n1e40\n", f"input,output,remainder\n{10**40},{10**40},0\n"),
        ("-L 1 -F 1", "no record", "1\n"),
        ("-O 28 -F 5 -f plain", "no record", "32 0\n"),
        ("-F 1", 'who,input\n"a, ""b""",3\n', 'who,input,output,remainder\n"a, ""b""",3,3,0\n'),
        ("", "input,kernel\n", "input,kernel,output,remainder\n"),
        ("", "input,kernel,stride,transposed,ceil\n4,5,2,yes,\n5,2,2,no,yes\n5,2,2,,no\n",
         "input,kernel,stride,transposed,ceil,output,remainder\n4,5,2,yes,,11,0\n"
         "5,2,2,no,yes,3,0\n5,2,2,,no,2,1\n"),
        ("", "input,kernel,stride,pad,framework\n8,3,2,same,keras\n",
         "input,kernel,stride,pad,framework,output,remainder\n8,3,2,same,keras,4,0\n"),
        ("", "of,input,kernel_size,padding,strides\nC1,32,5,2,2\n",
         "of,input,kernel_size,padding,strides,output,remainder\nC1,32,5,2,2,16,1\n"),
        ("", '{"input_size": 32, "kernel": 5, "padding": "same", "dilation_rate": 2}',
         '{"input_size": 32, "kernel": 5, "padding": "same", "dilation_rate": 2, "output": 32, '
         '"remainder": 0}\n'),
    ],
)  # fmt: skip
def test_answers_records(line: str, stdin: str, out: str) -> None:
    done = invoke("size", *line.split(), stdin=stdin)
    assert (done.status, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize(("line", "stdin", "out"), [
    ("pad -S 2", "input,output,kernel\n32,16,5\n32x9,16x5,5x2\n",
     "input,output,kernel,first,last\n32,16,5,2,2\n32x9,16x5,5x2,2x1,2x1\n"),
    ("input -F 5 -S 4", "output\n16\n", "output,first,last\n16,65,68\n"),
    ("stride -F 3 -L 9", "output,name\n1,last\n", "output,name,first,last\n1,last,7,\n"),
    ("stride -F 3 -f json", '{"input": [9, 8], "output": 1}\n',
     '{"input": [9, 8], "output": 1, "first": [7, 6], "last": null}\n'),
])
def test_records_are_solved_for_all_values(line: str, stdin: str, out: str) -> None:
    done = invoke("size", "--solve", *line.split(), stdin=stdin)
    assert (done.status, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize(("line", "stdin", "complaint"), [
    ("pad -F 3", "input,output\n28,99\n",
     "standard input: line 2: no whole pad gives an output of 99"),
    ("pad -F 3", "input\n28\n", "standard input: line 2: solving for the pad wants the output"),
    ("pad -F 3 -P 1", "input,output\n28,28\n", "pad is what is asked for; omit it"),
])
def test_records_without_a_solution_are_told(line: str, stdin: str, complaint: str) -> None:
    done = invoke("size", "--solve", *line.split(), stdin=stdin)
    assert (done.status, done.complaint[: len(complaint)]) == (2, complaint)


@pytest.mark.parametrize(
    ("line", "stdin", "out", "complaint"),
    [
        ("-f plain", "input,kernel\n32,5\n7,9\n8,1\n", "28\n8\n",
         "line 3: a kernel of 9 does not fit a padded input of 7"),
        ("-f plain", "\ninput,kernel\n32,5\n7\n", "28\n", "line 4: 1 fields under a header of 2"),
        ("-f plain -F 5", "input\n32\n32\n3/2\n", "28\n28\n",
         "line 4: input: '3/2' is no size: write 5, or 5x3 for several axes"),
        ("-f plain -F 5", "input,pad\n32,sane\n", "", "line 2: pad: 'sane' is no padding; "
         "did you mean same?"),
        ("", "input,kernal\n32,5\n", "", "line 1: unknown field 'kernal'; did you mean kernel?; "
         "the first line names the fields, as input,kernel,stride"),
        ("", "input,kernel,pad,padding\n32,5,2,1\n",
         "input,kernel,pad,padding,output,remainder\n",
         "line 2: pad and padding are one field: give one of them"),
        ("", "input,input\n", "", "line 1: a field stands twice; the first line names the fields"),
        ("-f plain", "input\n32\n", "", "line 2: the kernel size is missing"),
        ("-f plain -F 5", b"input\n32\n\xff\n", "28\n", "line 3: byte 0xff is not UTF-8 text"),
        ("-f plain", 'who,input,kernel\n"a",32,5\n"b\n,31,3\n"",",31,3\nc,8,1\n', "28\n8\n",
         "line 3: not CSV: its quote is not closed in the line"),
        ("-F 5 -f plain", '{"input": 32}\n{"input": 32.5}\n', "28\n",
         "line 2: input 32.5 is not a whole number"),
        ("-F 5 -f plain", '{"input": 32}\n{"input": 32\n', "28\n", "line 2: not JSON: "),
        ("-F 5", '{"input": 32, "input": 3}\n', "", "line 1: field 'input' stands twice"),
        ("-F 5 -f plain", '{"input": 32}\n[32]\n', "28\n", "line 2: no object with fields such as"),
        ("-F 5 -f csv", '{"input": 32}\n{"input": 32, "stride": 2}\n',
         "input,output,remainder\n32,28,0\n",
         "line 2: the first record, whose fields are the columns, has no stride"),
        ("", "\n\n", "", "holds no record"),
        ("-F 5", "input\n" + "3" * (2 << 20), "", "a line of more than 1 MiB"),
    ],
)
def test_names_the_line_that_is_wrong_and_goes_on(
    line: str, stdin: str | bytes, out: str, complaint: str
) -> None:
    done = invoke("size", *line.split(), stdin=stdin)
    assert (done.status, done.complaint[: len(complaint) + 16]) == (
        2, f"standard input: {complaint}"
    )
    assert done.out == out or (not out and done.out.startswith("input,output"))


@pytest.mark.parametrize("option", ["--explain", "--expect 28", "--save y.npy"])
def test_refuses_what_is_for_one_calculation(option: str, tmp_path: Path) -> None:
    done = run("size", *option.split(), stdin=CSV, cwd=tmp_path)
    assert done.status == 2
    assert done.complaint.startswith("--explain, --expect and --save are for one calculation")
    assert not list(tmp_path.iterdir())


def test_a_table_is_bounded_and_says_so() -> None:
    done = invoke("size", "-F", "5", "-f", "table", stdin="input\n" + "32\n" * 10_001)
    assert done.status == 2
    assert done.complaint.startswith("standard input: line 10002: a table is at most 10,000")
    assert done.out.count("\n") == 10_002


def test_a_table_shows_what_came_before_an_error() -> None:
    done = invoke("size", "-F", "5", "-f", "markdown", stdin="input\n32\n4\n")
    assert done.status == 2
    assert "".join(done.out.splitlines()[-1].split()) == "|32|28|0|"


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 9), st.integers(1, 4)), min_size=1))
def test_records_are_the_function_line_by_line(records: list[tuple[int, int, int]]) -> None:
    fitting = [each for each in records if each[1] <= each[0]]
    lines = ["input,kernel,stride", *(",".join(map(str, each)) for each in fitting)]
    done = invoke("size", "-f", "json", stdin="\n".join(lines))
    found = [json.loads(line)["output"] for line in done.out.splitlines()]
    assert found == [dlcalc.size(*each).output for each in fitting]


def test_an_endless_stream_ends_with_its_reader() -> None:
    done = shell("(echo input; yes 32) | dlcalc size -F 5 | head -n 3; echo ${PIPESTATUS[2]}")
    assert done.out == "input,output,remainder\n32,28,0\n32,28,0\n0\n"
    assert done.err == ""


def test_answers_arrive_while_the_stream_is_open() -> None:
    process = subprocess.Popen(
        [*COMMAND, "size", "-F", "5", "-f", "plain"], env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(b"input\n32\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"28\n"  # and the stream is still open
        process.stdin.write(b"33\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"29\n"
        process.stdin.close()
        assert process.wait() == 0


class _Pieces(io.RawIOBase):
    """A pipe whose writer hands over one piece at a time."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = iter(pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        piece = next(self.pieces, b"")
        into[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("line", "pieces", "last"),
    [
        ("mults", (b"\n\r\n", b"in", b"put,ker", b"nel\n4,3\n5", b",3"), "5,3,7,21,21,15,7,12\n"),
        ("mults", (b"input,kernel\r4,3\r5,3",), "5,3,7,21,21,15,7,12\n"),
        ("pool -F 2", (b'{"input": [[1,2],', b"[3,4]]}\n"),
         '{"input": [[1, 2], [3, 4]], "output": [[4]]}\n'),
        ("kl --q 0,1", (b"p\n", b'"0,', b'1"\n'), '"0,1",1.0,0.0,0.0,0.0\n'),
        ("params -f plain", (b"le", b"n", b"et\n"), "61706\n"),
        ("params -f csv", (b"in", b"put 4\nlin", b"ear 3\n"), "linear1,linear,3,15,12,4\n"),
    ],
)
def test_a_first_line_that_comes_in_pieces_is_read_whole(
    line: str, pieces: tuple[bytes, ...], last: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(_Pieces(*pieces)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run_here(line.split()) == 0
    assert capsys.readouterr().out.splitlines(True)[-1] == last


def test_a_first_record_may_be_longer_than_what_a_pipe_holds() -> None:
    done = invoke("pool", "-F", "2", stdin=json.dumps({"input": [7] * 50_000}))
    assert json.loads(done.out)["output"] == [7] * 25_000


def test_given_both_sizes_the_stream_is_left_to_others() -> None:
    line = "while read -r l; do dlcalc size -L $l -F 5; done"
    assert shell(f"printf '32\\n33\\n34\\n' | ({line})").out == "28\n29\n30\n"


def test_memory_does_not_grow_with_the_stream() -> None:
    program = (
        "import sys, tracemalloc\nfrom dlcalc.shell import run\n"
        "tracemalloc.start()\nstatus = run(['size', '-F', '5'])\n"
        "print(status, tracemalloc.get_traced_memory()[1], file=sys.stderr)"
    )
    peaks = []
    for count in (50_000, 100_000):
        lines = chain(["input"], (str(10 + at % 1000) for at in range(count)))
        done = python(program, stdin="\n".join(lines).encode())
        status, peak = done.err.split()
        assert (status, done.out.count("\n")) == ("0", count + 1)
        peaks.append(int(peak))
    assert peaks[1] - peaks[0] < 50_000 * 8  # not a pointer a record


def test_needs_no_numpy_and_no_tabulate() -> None:
    program = (
        "import sys, io\nfrom dlcalc.shell import run\n"
        "run(['size', '-F', '5'])\nprint({'numpy', 'tabulate'} & sys.modules.keys())"
    )
    done = python(program, stdin=b"input\n32\n")
    assert done.out == "input,output,remainder\n32,28,0\nset()\n", done.err


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ('{"input": 32, "kernel": 5, "pad": [[1, 2, 3]]}',
         "pad (1, 2, 3) is neither one number nor two, before and after"),
        ('{"input": [], "kernel": 5}', "input has no values"),
    ],
)  # fmt: skip
def test_lists_of_another_form_are_refused(record: str, said: str) -> None:
    assert invoke("size", stdin=record).complaint == f"standard input: line 1: {said}"


@pytest.mark.parametrize("command", ["size", "kl"])
def test_an_array_of_records_is_refused_with_the_way_to_lines(command: str) -> None:
    said = "an array: records are one JSON object a line, as jq -c '.[]' writes them"
    assert invoke(command, stdin="[{}]").complaint == f"standard input: line 1: {said}"

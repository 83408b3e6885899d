"""An answer of every kind of block, in every format."""

import csv
import io
import json

import numpy as np
import pytest

from dlcalc.formulas.expressions import Step, add, mul, symbol
from dlcalc.output.answer import Answer, Prose, Table, Text, Values
from dlcalc.output.formats import FORMATS, working_table
from dlcalc.output.tables import fitted
from tests.shell.running import invoke

TABLE = Table(
    ["name", "params", "share"],
    [["C1, first", 61706, 2 / 3], ["a|b", 2**70, None]],
    title="Layers", footnotes=["as_counted"],
)  # fmt: skip
ANSWER = Answer(
    {"output": np.array([[1.0, 2 / 3]]), "total": 2**70, "loss": float("inf")},
    [Values(np.array([[1.0, 2 / 3]]), "output"), TABLE, Text(["in words"])],
    working=lambda: [
        Step("Forward"),
        Step(symbol("y"), [[1, 2], [3, 4]], symbol("a") + 1, (), "a_remark"),
        Step(symbol("z"), 0.1 + 0.2, symbol("a") * 3, (0.1 * symbol("b"),)),
    ],
)


def text(form: str, explain: bool = False, precision: int = 6, answer: Answer = ANSWER) -> str:
    steps = list(answer.working()) if explain else None
    return "".join(FORMATS[form].write(answer, precision, steps))


def test_table_is_for_people() -> None:
    assert text("table") == (
        "# output\n1  0.666667\n\nLayers\n"
        "name                              params     share\n"
        "---------  -----------------------------  --------\n"
        "C1, first                         61,706  0.666667\n"
        "a|b        1,180,591,620,717,411,303,424\n"
        "as_counted\n\nin words\n"
    )


def test_people_see_control_characters_and_programs_get_them() -> None:
    """A name from a file moves no cursor; what divides cells and rows on the way is one, too."""
    name = "a\x1b[31mb\x1f\x17\x9b"
    table = Answer({"name": name}, [Table(["name"], [[name]])])
    drawn = text("table", answer=table)
    assert drawn == "name\n" + "-" * 22 + "\na\\x1b[31mb\\x1f\\x17\\x9b\n"
    assert text("csv", answer=table) == f"name\n{name}\n"


def test_plain_has_no_headers_and_rounds() -> None:
    assert text("plain", precision=3) == (
        "# output\n1 0.667\n\nC1, first 61706 0.667\na|b 1180591620717411303424 -\n\nin words\n"
    )


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_csv_and_tsv_are_exact_and_have_no_prose(form: str, delimiter: str) -> None:
    array, table = (
        text(form, answer=ANSWER.alone(name)[0]) for name in ("output", "layers")
    )
    assert array == f"1.0{delimiter}0.6666666666666666\n"
    rows = list(csv.reader(io.StringIO(table), delimiter=delimiter))
    assert rows == [["name", "params", "share"], ["C1, first", "61706", "0.6666666666666666"],
                    ["a|b", str(2**70), ""]]  # fmt: skip


def test_json_is_strict_exact_and_one_line() -> None:
    line = text("json")
    assert line.count("\n") == 1

    def refuse(name: str) -> None:
        raise AssertionError(name)

    record = json.loads(line, parse_constant=refuse)
    assert record == {"output": [[1.0, 2 / 3]], "total": 2**70, "loss": "Infinity"}


def test_markdown_has_tables_and_titles() -> None:
    drawn = text("markdown")
    assert "**output**" in drawn
    assert "|   1 | 0.666667 |" in drawn
    assert "**Layers**\n\n| name      |" in drawn
    assert "```\nin words\n```" in drawn


def test_latex_escapes_what_it_must() -> None:
    drawn = text("latex")
    assert r"\text{output} = \begin{bmatrix} 1 & 0.666667 \end{bmatrix}" in drawn
    assert r"\begin{tabular}" in drawn
    assert r"\noindent as\_counted" in drawn
    assert r"\begin{verbatim}" in drawn


def test_html_escapes_titles_notes_and_remarks() -> None:
    table = Table(["a"], [["<i>"]], "x < y", ["& so on"])
    steps = [Step("<head>", note="&"), Step(symbol("y"), 1, note="a < b"), Step(symbol("z"), 2)]
    drawn = text("html", True, answer=Answer({}, [table], working=lambda: steps))
    assert "<caption>x &lt; y</caption>" in drawn
    assert '<p class="note">&amp; so on</p>' in drawn
    assert "<p><b>&lt;head&gt;</b>: &amp;</p>\n" in drawn
    assert ' = 1 <span class="note">(a &lt; b)</span></div>' in drawn
    assert " = 2</div>" in drawn


def test_working_in_every_format() -> None:
    assert text("table", explain=True).startswith(
        "Forward\ny = a + 1 =   (a_remark)\n  1  2\n  3  4\nz = a·3 = 0.1·b = 0.3\n\n"
    )
    assert "**Forward**" in text("markdown", explain=True)
    latex = text("latex", explain=True)
    assert latex.startswith(r"\documentclass")
    assert r"\noindent a\_remark" in latex
    working = json.loads(text("json", explain=True))["working"]
    assert [step["name"] for step in working] == ["Forward", "y", "z"]
    assert working[2] == {"name": "z", "formula": "a·3", "numbers": "0.1·b",
                          "value": 0.1 + 0.2, "note": None}  # fmt: skip
    table = working_table(ANSWER.working())
    rows = list(csv.reader(io.StringIO(text("csv", answer=Answer({}, [table])))))
    assert rows[0] == ["name", "formula", "numbers", "value", "note"]
    assert rows[2] == ["y", "a + 1", "", "[[1, 2], [3, 4]]", "a_remark"]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_the_working_is_one_of_the_tables_for_programs(form: str) -> None:
    words = "conv", "-x", "1 2 4", "-w", "1 -1", "--upstream", "1 1", "-f", form
    explained = invoke(*words, "--explain")
    assert all(len(row) == 5 for row in csv.reader(
        io.StringIO(explained.out), delimiter="\t" if form == "tsv" else ","))
    assert explained.err == "dlcalc: other tables: output, dx, dw; --table NAME gives one\n"
    for name in ("output", "dw"):
        assert invoke(*words, "--explain", "--table", name).out == (
            invoke(*words, "--table", name).out)
    assert invoke(*words, "--explain", "--table", "working").out == explained.out
    assert invoke("models", "lenet", "-f", form, "--explain").out.startswith("name")


PROSE = Answer({}, [Prose(
    "# A `head`\n\nWords in **bold** and `code`, that\ngo on; a < b.\n\n"
    "- an item that is\n  folded\n- another\n\n| name | what |\n| --- | --- |\n| `x` | 1 & 2 |\n\n"
    "```sh\n# no head: dlcalc   size -L 3 is one line, however long it is\n\n```\n\n"
    "```text\nPART  what stands behind it on a long line\n```\n"
)])  # fmt: skip


def test_prose_is_folded_to_a_terminal_and_its_code_is_not() -> None:
    assert text("table", answer=Answer({}, fitted(PROSE.blocks, 40, 6))) == (
        "A head\n\nWords in bold and code, that go on; a <\nb.\n\n- an item that is folded\n"
        "- another\n\n"
        "name    what\n------  ------\nx       1 & 2\n\n"
        "    # no head: dlcalc   size -L 3 is one line, however long it is\n    \n\n"
        "    PART  what stands behind it on a\n        long line\n"
    )  # fmt: skip
    assert text("plain", answer=PROSE).startswith(
        "A head\n\nWords in bold and code, that\ngo on; a < b.\n\n- an item that is\n  folded\n"
    )
    assert text("plain", answer=PROSE).endswith("    PART  what stands behind it on a long line\n")


def test_prose_is_a_page_a_document_and_itself() -> None:
    assert text("html", answer=PROSE).partition("<body>\n")[2] == (
        "<h1>A <code>head</code></h1>\n"
        "<p>Words in <b>bold</b> and <code>code</code>, that go on; a &lt; b.</p>\n"
        "<ul><li>an item that is folded</li><li>another</li></ul>\n"
        "<table>\n<tr><th>name</th><th>what</th></tr>\n"
        "<tr><td><code>x</code></td><td>1 &amp; 2</td></tr>\n</table>\n"
        "<pre># no head: dlcalc   size -L 3 is one line, however long it is\n</pre>\n"
        "<pre>PART  what stands behind it on a long line</pre>\n</body>\n</html>\n"
    )
    assert "\n x      & 1 \\& 2 \\\\\n" in text("latex", answer=PROSE)
    assert text("markdown", answer=PROSE) == PROSE.blocks[0].source  # type: ignore[union-attr]


def test_every_format_has_a_writer() -> None:
    assert all(text(form) for form in FORMATS)


def test_a_long_sum_goes_on_in_further_lines_of_latex() -> None:
    steps = [Step(symbol("y"), 820, add(*range(1, 41), mul(add(3, 4), 5)))]
    drawn = text("latex", True, answer=Answer({}, [], working=lambda: steps))
    first, *more = drawn.partition("&= ")[2].partition("\n&= ")[0].split(" \\\\\n&\\quad {} ")
    assert len(more) == 1
    assert len(first) > 150 > len(more[0])
    terms = [*map(str, range(1, 41)), r"\left(3 + 4\right) \cdot 5 \\"]
    assert first + more[0] == " + ".join(terms)


def test_parts_of_a_wide_latex_table_have_one_size() -> None:
    table = Table([f"column{n}" for n in range(12)], [[10**8] * 12])
    drawn = text("latex", answer=Answer({}, [table]))
    assert drawn.count("\\begin{tabular}") == drawn.count("{\\tiny") > 1

"""`dlcalc check` as teachers and students type it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import dlcalc
from tests.shell.running import ROOT, invoke

DATA = ROOT / "tests" / "data"


def test_the_thirteen_exercises_are_all_right() -> None:
    done = invoke("check", str(DATA / "exercises.toml"), "-f", "json")
    record = json.loads(done.out)
    assert (done.status, record["wrong"], len(record["entries"])) == (0, [], 13), done.err
    assert record["points"] == record["of"] == 19


def test_each_circulated_slip_is_named_at_its_element() -> None:
    done = invoke("check", str(DATA / "slips.toml"), "-f", "json")
    why = {each["name"]: each["why"] for each in json.loads(done.out)["entries"]}
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert why["E1"].startswith("element (0,1): expected 15, is 13 = 0·4 + 0·2 + 2·5 + 3·1")
    for entry, field, slip in (
        ("E5i", "di", "δh in place of δc"), ("E5f", "df", "δh in place of δc"),
        ("E5g", "dg", "δh in place of δc"), ("E5c", "dc", "f_t in place of f_(t+1)"),
        ("E5h", "dh", "i_t in place of i_(t+1) in δẑ"),
        ("E5s", "g", "sigmoid as the activation of g"),
    ):
        assert why[entry].startswith(f"steps[0].{field} element (0)")
        assert why[entry].endswith(f"; {slip} gives that")
    assert "is 289 = 17·17" in why["E11"]
    assert "is variance" in why["E12"]
    assert "the negative ELBO" in why["E13"]


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ('[{"command": "size -L 32 -F 5"}]', "entry 1: field 'answer' is missing"),
        ('[{"command": "size -L 32", "answer": 3}]', "entry 1: "),
        ('[{"command": "sise -L 3 -F 2", "answer": 3}]', "did you mean size?"),
        ('[{"command": "size", "answr": 3}]', "unknown field 'answr'; did you mean answer?"),
        ('[{"command": "size -L \'3", "answer": 3}]', "entry 1: command: no closing quotation"),
        ('[{"command": "size -L 3 -F 2", "answer": 3, "points": -1}]', "points: -1 is no number"),
        ('{"E1": 3}', "entry E1: is a number, where an object of command, answer and points"),
        ('[{"command": "check x", "answer": 3}]', "check has no answer to grade"),
        ("[E1\n", "neither a TOML nor a JSON sheet"),
        ("no-such-sheet.toml", "no such file"),
    ],
)
def test_what_is_no_sheet_is_refused(sheet: str, said: str) -> None:
    done = invoke("check", sheet)
    assert (done.status, done.out) == (2, "")
    assert said in done.complaint


def test_without_a_sheet_its_usage_is_shown() -> None:
    done = invoke("check")
    assert (done.status, done.out) == (2, "")
    assert "usage: dlcalc check SHEET" in done.complaint


def test_a_sheet_may_be_piped_in() -> None:
    sheet = '[{"command": "size -L 32 -F 5", "answer": 28}]'
    for words in (["check"], ["check", "-"]):
        done = invoke(*words, "-f", "plain", stdin=sheet)
        assert (done.status, done.out) == (0, "1 right 1 1 -\n")


def test_an_answer_of_the_wrong_form_is_a_wrong_answer() -> None:
    sheet = [{"command": "conv -x '1 2' -w 1", "answer": "1 2; 3"},
             {"command": "size -L 4 -F 2", "answer": {"outptu": 3}},
             {"command": "kl --q 0,1 --p 1,1", "answer": 0.5, "tolerance": 1e-3}]  # fmt: skip
    grades = dlcalc.check(json.dumps(sheet))
    assert grades.wrong == ["1", "2"]
    assert "did you mean output" in grades.entries[1].why
    assert not any("--expect" in each.why for each in grades.entries)  # it is nobody's option here
    assert (grades.points, grades.of) == (1, 3)


def test_a_class_is_a_row_a_sheet_and_a_bad_one_is_named_at_the_end(tmp_path: Path) -> None:
    shutil.copy(DATA / "slips.toml", tmp_path / "ann.toml")
    (tmp_path / "bob.json").write_text('{"E1": "1 13 20; 19 99 92; 26 86 64", "E12": "variance"}')
    done = invoke("check", str(DATA / "slips.toml"), "--class", str(tmp_path), "-f", "csv")
    assert (done.status, done.complaint) == (1, "2 of 2 sheets have wrong answers: ann, bob")
    assert done.out.splitlines() == [
        "sheet,points,of,wrong", "ann,0,11,E1 E5i E5f E5g E5c E5h E5s E11 E12 E13",
        "bob,3,11,E5i E5f E5g E5c E5h E5s E11 E13",
    ]  # fmt: skip
    (tmp_path / "cyd.json").write_text("{")
    done = invoke("check", str(DATA / "slips.toml"), "--class", str(tmp_path), "-f", "csv")
    assert done.status == 2
    assert done.out.splitlines()[1].startswith("ann,0,11,")
    assert done.out.splitlines()[3].startswith(f"cyd,,,{tmp_path}/cyd.json: line 1: not JSON")
    assert "cyd.json: line 1: not JSON" in done.complaint


ENTRY = {"command": "dlcalc size -L 32 -F 5", "answer": 28}


@pytest.mark.parametrize(("sheet", "names"), [
    ([ENTRY, {**ENTRY, "name": "E2"}], ["1", "E2"]), ({"entries": [ENTRY]}, ["1"]),
    ({"entry": [ENTRY, ENTRY]}, ["1", "2"]), ({"E1": ENTRY, "E2": ENTRY}, ["E1", "E2"]),
])  # fmt: skip
def test_entries_stand_in_a_list_or_under_their_names(sheet: Any, names: list[str]) -> None:
    found = dlcalc.check(json.dumps(sheet))
    assert [(each.name, each.right) for each in found.entries] == [(each, True) for each in names]
    assert dlcalc.check(sheet) == found


@pytest.mark.parametrize(("sheet", "said"), [
    ("[]", "holds no entry"), ("{}", "holds no entry"), ("[3]", "entry 1: is a number, where an"),
    ('[{"command": 5, "answer": 1}]', "entry 1: command is a number, where text belongs"),
    ('[{"command": "dlcalc", "answer": 1}]', "entry 1: command is empty"),
    ('[{"command": "size \'", "answer": 1}]', "entry 1: command: no closing quotation"),
    ('[{"command": "size", "answer": 1, "points": "2"}]', "points: '2' is no number from 0"),
    ('[{"command": "size", "answer": 1, "points": true}]', "points: True is no number from 0"),
    (f'[{{"command": "size", "answer": 1, "points": 1{"0" * 400}}}]', "entry 1: points"),
])  # fmt: skip
def test_what_is_no_sheet_is_told_with_its_entry(sheet: str, said: str) -> None:
    done = invoke("check", sheet)
    assert (done.status, done.out) == (2, "")
    assert said in done.complaint


def test_a_sheet_that_is_named_leaves_standard_input_to_others() -> None:
    sheet = '[{"command": "size -L 32 -F 5", "answer": 28}]'
    assert invoke("check", sheet, stdin="no sheet").status == 0
    assert invoke("check", stdin=sheet).status == 0
    assert invoke("check", stdin="no sheet").status == 2


KEY = {"E1": {"command": "size -L 32 -F 5", "answer": 28, "points": 2},
       "E2": {"command": "kl --q 1,1 --p 0,1", "answer": 0.5}}


@pytest.mark.parametrize(("sheet", "earned"), [
    ({"E1": 28, "E2": {"kl": 0.5}}, 3), ({"E1": {"answer": 28}}, 2), ({"E1": {}, "E2": {}}, 0),
    ({"E1": {"command": "size -L 4 -F 1", "answer": 4}}, 0),
    ({"E2": {"points": 50}}, 0), ({"E2": {"answer": 7, "tolerance": 1e9, "points": 50}}, 0),
])
def test_a_sheet_of_a_class_answers_the_questions_that_are_asked(
    sheet: dict[str, Any], earned: int, tmp_path: Path
) -> None:
    (tmp_path / "bob.json").write_text(json.dumps(sheet))
    done = invoke("check", json.dumps(KEY), "--class", str(tmp_path), "-f", "csv")
    assert done.out.splitlines()[1].startswith(f"bob,{earned},3,")
    (tmp_path / "bob.json").write_text(json.dumps(sheet | {"E3": KEY["E1"]}))
    done = invoke("check", json.dumps(KEY), "--class", str(tmp_path))
    assert done.status == 2
    assert "bob.json: entry E3: is none of the questions; known: E1, E2" in done.complaint


def test_the_questions_of_a_class_need_no_answers(tmp_path: Path) -> None:
    (tmp_path / "bob.json").write_text('{"E1": 28}')
    asked = json.dumps({name: {"command": each["command"]} for name, each in KEY.items()})
    done = invoke("check", asked, "--class", str(tmp_path), "-f", "csv")
    assert done.out.splitlines()[1:] == ["bob,1,2,E2"]
    alone = invoke("check", asked)
    assert (alone.status, alone.complaint) == (2, "entry E1: field 'answer' is missing")


@pytest.mark.parametrize("command", ["kl --save {}", "lstm --plot={}", "gan --samples {}",
                                     "gan --checkpoint {}"])
def test_an_entry_writes_no_file(command: str, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    done = invoke("check", json.dumps([{"command": command.format(file), "answer": 1}]))
    assert (done.status, done.out) == (2, "")
    assert "entry 1: command: --" in done.complaint
    assert not file.exists()


def test_a_question_that_fails_is_named_with_its_file(tmp_path: Path) -> None:
    sheet = '{"E1": {"command": "size -L 32 -F", "answer": 3}}'
    (tmp_path / "sheet.json").write_text(sheet)
    said = "entry E1: -F wants its SIZE behind it"
    assert invoke("check", str(tmp_path / "sheet.json")).complaint == (
        f"{tmp_path / 'sheet.json'}: {said}"
    )
    assert invoke("check", "-", stdin=sheet).complaint == f"standard input: {said}"
    assert invoke("check", sheet).complaint == said

"""`dlcalc quiz`: problems by a seed, and answers that `dlcalc check` accepts."""

import json

import pytest

import dlcalc
from dlcalc.commands.quiz import answer
from dlcalc.commands.quiz.answer import problems
from dlcalc.output.answer import Answer
from dlcalc.shell.inner import answer_within
from tests.shell.running import invoke


@pytest.mark.parametrize("command", problems())
def test_the_answer_of_every_quiz_is_right_on_a_sheet(command: str) -> None:
    questions = [dlcalc.quiz(command, seed) for seed in range(6)]
    assert len({question.problem for question in questions}) > 1
    grades = dlcalc.check(json.dumps([question.entry for question in questions]))
    assert grades.wrong == []
    # Another question's answer is wrong, wherever the answers differ.
    answers = [question.answer for question in questions]
    other = next(each for each in questions[1:] if each.answer != answers[0])
    wrong = {**questions[0].entry, "answer": other.answer}
    assert dlcalc.check(json.dumps([wrong])).wrong == ["1"]


def test_the_same_seed_is_the_same_problem_and_hides_its_answer() -> None:
    first, second, other = (
        invoke("quiz", "conv", "--seed", seed, "-f", "json").out for seed in ("7", "7", "8")
    )
    assert first == second
    assert "answer" not in json.loads(first)
    assert json.loads(first)["problem"] != json.loads(other)["problem"]


@pytest.mark.parametrize(
    ("form", "working"), [("table", "y(0,0) = "), ("latex", "y_{0,0} &= "), ("markdown", "y")]
)
def test_an_answer_comes_with_its_working(form: str, working: str) -> None:
    done = invoke("quiz", "conv", "--seed", "7", "--answer", "-f", form)
    assert (done.status, done.err) == (0, "")
    assert working in done.out
    assert "Convolve x" in done.out


def test_the_commands_that_have_problems_are_listed() -> None:
    listed = invoke("quiz", "-f", "csv").out.splitlines()[1:]
    assert [line.split(",")[0] for line in listed] == list(problems())


def test_an_answer_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[list[str]] = []

    def solve(words: list[str]) -> Answer:
        solved.append(words)
        return answer_within(words)

    monkeypatch.setattr(answer, "answer_within", solve)
    assert invoke("quiz", "size", "--answer").status == 0
    assert len(solved) == 1


@pytest.mark.parametrize("command", problems())
def test_an_answer_is_held_against_the_solution_which_stays_hidden(command: str) -> None:
    right = json.loads(invoke("quiz", command, "--seed", "3", "--answer", "-f", "json").out)
    asked = invoke("quiz", command, "--seed", "3")
    done = invoke("quiz", command, "--seed", "3", "--expect", json.dumps(right["answer"]))
    assert (done.status, done.out) == (0, asked.out)
    assert "agrees" in done.err


def test_a_wrong_answer_to_a_quiz_is_told_with_its_working_and_slip() -> None:
    done = invoke("quiz", "size", "--seed", "3", "--expect", "6")
    assert done.status == 1
    assert done.complaint.startswith("output: expected 6, is 7 = ")
    assert done.complaint.endswith("gives that")


def test_one_element_of_an_answer_has_its_working() -> None:
    done = invoke("quiz", "conv", "--seed", "3", "--answer", "--at", "2,1", "-f", "json")
    assert json.loads(done.out)["working"][-1]["numbers"] == "9·0 + 8·3 + 6·2 + 9·5"
    done = invoke("quiz", "lstm", "--seed", "3", "--answer", "--at", "steps[0].c:0")
    assert "c_1 = f_1 ⊙ c_0 + i_1 ⊙ g_1 = " in done.out

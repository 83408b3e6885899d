"""Problems as answers: what is asked and, where it is wanted, its solution with the working."""

from __future__ import annotations

import shlex
from textwrap import wrap
from typing import Any, NamedTuple

from dlcalc.commands.quiz.problems import PROBLEMS, Problem, problem
from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.shell.inner import answer_within
from dlcalc.shell.output import Output

WIDTH = 80
"""Columns of the text of a problem."""


class Question(NamedTuple):
    """A problem with its solution."""

    command: str
    """The command that it is about."""
    seed: int
    """The seed that draws it."""
    problem: str
    """What is given and what is wanted."""
    solution: str
    """The command line that solves it."""
    answer: Any
    """The right answer."""

    @property
    def entry(self) -> dict[str, Any]:
        """The question with its answer, as an entry of a sheet for `dlcalc check`."""
        return {"command": self.solution, "answer": self.answer}


def quiz(command: str, seed: int = 0) -> Question:
    """A problem of a command, drawn by a seed, and its answer.

    Raises InputError for a command that has no problems.

    >>> quiz("kl", seed=1).answer
    0.5
    """
    drawn = problem(command, seed)
    return _question(command, seed, drawn, answer_within(drawn.words))


def _question(command: str, seed: int, drawn: Problem, solved: Answer) -> Question:
    record = solved.for_programs
    names = drawn.field.split(".") if drawn.field else list(map(str, solved.main_place))
    answer: Any = record
    for name in names:
        answer = answer[int(name)] if name.isdigit() else answer[name]
    if drawn.field:  # the part alone, in the form of the record
        for name in reversed(names):
            answer = [answer] if name.isdigit() else {name: answer}
    line = shlex.join(["dlcalc", *drawn.words])
    return Question(command, seed, drawn.text, line, plain_value(answer))


def run_quiz(out: Output, command: str | None, seed: int, answer: bool) -> None:
    """Ask a problem; with `answer`, solve it, too. Without a command, list those that have any."""
    if command is None:
        rows = [[name, f"dlcalc quiz {name} --seed 1"] for name in PROBLEMS]
        out.emit(Answer({"commands": list(PROBLEMS)}, [Table(("command", "try"), rows)],
                        main="commands"))  # fmt: skip
        return
    drawn = problem(command, seed)
    solved = answer_within(drawn.words)
    question = _question(command, seed, drawn, solved)
    asked = {"command": command, "seed": seed, "problem": question.problem}
    text = [*wrap(question.problem, WIDTH), ""]
    if not answer:
        text += wrap(f"The answer: dlcalc quiz {command} --seed {seed} --answer", WIDTH)
        out.emit(Answer(asked, [Text(text)], main="problem"))
        return
    blocks: list[Block] = [Text([*text, question.solution]), *solved.blocks]
    record = {**asked, "answer": question.answer, "entry": question.entry}
    out._replace(explain=True).emit(
        Answer(record, blocks, main="answer", working=solved.working)
    )

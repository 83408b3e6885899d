"""Problems drawn by a seed, with numbers that work out nicely, and their solutions as answers."""

from __future__ import annotations

import json
import shlex
from random import Random
from textwrap import wrap
from typing import Any, NamedTuple

from dlcalc.errors import InputError, did_you_mean
from dlcalc.formulas.numerals import plain_value
from dlcalc.input.expressions import read_expression
from dlcalc.input.sources import text_beside
from dlcalc.layers.counted import whole
from dlcalc.numbers.places import Place, value_at
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Table, Text
from dlcalc.shell.commands import nearest_command
from dlcalc.shell.inner import answer_within
from dlcalc.shell.runner import Run


class Problem(NamedTuple):
    """A problem, and the command line that solves it."""

    text: str
    words: list[str]
    """The command line, without `dlcalc` before it."""
    field: str = ""
    """The part of the record that is wanted, its names divided by dots; else the main one."""


def problems() -> dict[str, dict[str, Any]]:
    """How the problems of each command are drawn, by the command.

    What is drawn, in its order: `one of [1, 2]`, `3 of …` for so many of them, `2 by 3 of …` for
    a matrix, `rows 2 by 3 of …` for one as it is typed, or an expression of what was drawn before.
    """
    found: dict[str, dict[str, Any]] = json.loads(text_beside(__file__, "problems.json"))
    return found


def problem(command: str, seed: int) -> Problem:
    """The problem of a command for a seed: the same seed, the same problem.

    Raises InputError for a command that has no problems.

    >>> problem("size", 7) == problem("size", 7)
    True
    """
    known = problems()
    if not isinstance(command, str) or command not in known:
        near = did_you_mean(command, known)
        meant = nearest_command(command) if isinstance(command, str) else ""
        near = meant if meant in [f"; did you mean {each}?" for each in known] else near
        raise InputError(f"no problems of {command!r}{near}")
    chosen, random = known[command], Random(f"{command} {whole('seed', seed, 0)}")
    drawn: dict[str, Any] = {}
    for name, how in chosen["draw"].items():
        drawn[name] = _draw(random, how, drawn)
    drawn["data"] = json.dumps(_evaluate(chosen.get("data", {}), drawn))
    words = [each.format(**drawn) for each in chosen["solution"]]
    return Problem(chosen["problem"].format(**drawn), words, chosen.get("field", ""))


def _draw(random: Random, how: str, known: dict[str, Any]) -> Any:
    """What is drawn in that way, or computed of what is known."""
    shape, of, choices = how.partition(" of ")
    if not of:
        return _evaluate(how, known)
    sizes = [] if shape == "one" else _evaluate(shape.removeprefix("rows ").split(" by "), known)
    pool = _evaluate(choices, known)

    def nested(sizes: list[int]) -> Any:
        if not sizes:
            return random.choice(pool)
        return [nested(sizes[1:]) for _ in range(sizes[0])]

    found = nested(sizes)
    if shape.startswith("rows "):
        return "; ".join(" ".join(map(str, row)) for row in found)
    return found


def _evaluate(expressions: Any, known: dict[str, Any]) -> Any:
    """The values of expressions, in the lists and objects that they stand in."""
    if isinstance(expressions, dict):
        return {name: _evaluate(each, known) for name, each in expressions.items()}
    if isinstance(expressions, list):
        return [_evaluate(each, known) for each in expressions]
    return read_expression(expressions)(known)


WIDTH = 80
"""Columns of the text of a problem."""


class _Question(NamedTuple):
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


class Question(Result, _Question):
    """A problem with its solution."""

    __slots__ = ()

    @property
    def entry(self) -> dict[str, Any]:
        """The question with its answer, as an entry of a sheet for `dlcalc check`."""
        return {"command": self.solution, "answer": self.answer}

    def solved(self, solved: Answer) -> Answer:
        """The question with the answer of its command, and that one's working."""
        record = {**self._asdict(), "entry": self.entry}
        del record["solution"]
        asked = Text([*wrap(self.problem, WIDTH), "", self.solution])
        return Answer(record, [asked, *solved.blocks], main="answer", working=solved.working)


def quiz(command: str, seed: int = 0) -> Question:
    """A problem of a command, drawn by a seed, and its answer.

    Raises InputError for a command that has no problems.

    >>> quiz("kl", seed=1).answer
    0.5
    """
    drawn = problem(command, seed)
    return _question(command, seed, drawn, answer_within(drawn.words))


def _question(command: str, seed: int, drawn: Problem, solved: Answer) -> Question:
    names = _asked_for(drawn, solved)
    answer = value_at(solved.for_programs, names)
    if drawn.field:  # the part alone, in the form of the record
        for name in reversed(names):
            answer = [answer] if isinstance(name, int) else {name: answer}
    line = shlex.join(["dlcalc", *drawn.words])
    return Question(command, seed, drawn.text, line, plain_value(answer))


def _asked_for(drawn: Problem, solved: Answer) -> Place:
    """The place in the record that a problem asks for."""
    names = drawn.field.split(".") if drawn.field else solved.main_place
    return Place(int(name) if str(name).isdigit() else name for name in names)


class QuizRun(Run[Question]):
    """Ask a problem, and solve it where that is asked; without a command, list those with any."""

    def run(self) -> None:
        """The whole way."""
        command, seed = self.options.get("name"), self.options["seed"]
        if command is None:
            names = list(problems())
            table = Table(("command", "try"), [
                [name, f"dlcalc quiz {name} --seed 1"] for name in names
            ])
            self.out.emit(Answer({"commands": names}, [table], main="commands"))
            return
        drawn = problem(command, seed)
        text = [*wrap(drawn.text, WIDTH), ""]
        text += wrap(f"The answer: dlcalc quiz {command} --seed {seed} --answer", WIDTH)
        if self.options["answer"]:
            solved = answer_within(drawn.words)
            shown = _question(command, seed, drawn, solved).solved(solved)
            if self.out.at is not None:  # one element, as the command itself explains it
                shown = solved._replace(blocks=shown.blocks, main=_asked_for(drawn, solved))
            self.out._replace(explain=True).emit(shown)
        elif self.out.expect is not None:  # an answer to the problem, held against the solution
            solved = answer_within(drawn.words)
            self.out.emit(solved._replace(blocks=[Text(text)], main=_asked_for(drawn, solved)))
        else:
            asked = {"command": command, "seed": seed, "problem": drawn.text}
            self.out.emit(Answer(asked, [Text(text)], main="problem"))

    def answer(self, result: Question) -> Answer:
        """A question that is there already, solved anew."""
        return result.solved(answer_within(shlex.split(result.solution)[1:]))

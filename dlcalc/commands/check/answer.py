"""Grades as answers."""

from __future__ import annotations

from typing import Any

from dlcalc.commands.check.grading import Grades, Sheet, check, check_class, grades_record
from dlcalc.errors import AnswerDiffersError, InputError
from dlcalc.output.answer import Answer, Block, Table
from dlcalc.shell.output import Output


def run_check(out: Output, sheet: str | None, folder: str | None) -> None:
    """Grade a sheet, or the sheets of a folder; status 1 where an answer is wrong."""
    if folder is not None:
        sheets = check_class(folder, sheet)
        out.emit(class_answer(sheets))
        bad = [each for each in sheets if each.grades is None]
        if bad:
            raise InputError(f"{bad[0].error}; {len(bad)} of {len(sheets)} files are no sheets")
        return
    if sheet is None:
        raise InputError("usage: dlcalc check SHEET (a TOML or JSON file) [--class FOLDER]")
    grades = check(sheet)
    out.emit(grades_answer(grades))
    if grades.wrong:
        raise AnswerDiffersError(
            f"{len(grades.wrong)} of {len(grades.entries)} answers differ: "
            f"{', '.join(grades.wrong)}"
        )


def grades_answer(grades: Grades) -> Answer:
    """A sheet: a row an entry, and the points in total."""
    headers = ("entry", "answer", "points", "of", "why")
    rows: list[list[Any]] = [
        [each.name, "right" if each.right else "wrong", each.points, each.of, each.why]
        for each in grades.entries
    ]
    total: list[Any] = ["total", "", grades.points, grades.of, ""]

    def drawn() -> Table:
        return Table(headers, [*rows, total])

    blocks: list[Block] = [Table(headers, rows, drawn=drawn)]
    return Answer(grades_record(grades), blocks, main="entries")


def class_answer(sheets: list[Sheet]) -> Answer:
    """A class: a row a sheet."""
    rows = [
        [each.name, None, None, each.error] if each.grades is None
        else [each.name, each.grades.points, each.grades.of, " ".join(each.grades.wrong)]
        for each in sheets
    ]  # fmt: skip
    record = {
        "sheets": [
            {"name": each.name, "error": each.error} if each.grades is None
            else {"name": each.name, **grades_record(each.grades)}
            for each in sheets
        ]
    }  # fmt: skip
    return Answer(record, [Table(("sheet", "points", "of", "wrong"), rows)], main="sheets")

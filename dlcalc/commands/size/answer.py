"""Sizes and solutions as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.commands.size.size import Size
    from dlcalc.numbers.solve import Solutions


def size_answer(result: Size, working: Any) -> Answer:
    """The output size alone for people, the remainder beside it for programs."""
    record = {"output": _listed(result.output), "remainder": _listed(result.remainder)}
    table = Table(list(record), [list(record.values())], bare=_sizes(result.output))
    return Answer(
        record, [table], working=working, whole=True,
        element=lambda name, index: _output_step(working, index) if name == "output" else None,
    )


def _output_step(working: Any, index: tuple[int, ...]) -> Any:
    steps = [step for step in working() if step.formula is not None]
    outputs = [step for step in steps if step.name != "remainder"]
    return outputs[index[0] if index else 0]


def solutions_answer(result: Solutions, **explained: Any) -> Answer:
    """Every solution with what it leaves over."""
    name = result.solve
    rows = [[_listed(each.value), _listed(each.remainder)] for each in result.solutions]
    record: dict[str, Any] = {
        "solve": name,
        "solutions": [{name: value, "remainder": rest} for value, rest in rows],
    }
    table = Table([name, "remainder"], rows)
    if result.count != len(rows):
        record["ranges"] = [list(each) for each in result.ranges]
        table = table._replace(bare=" x ".join(_range(*each) for each in result.ranges))
    return Answer(
        record, [table], main="solutions", whole=True,
        adapt=lambda expected: _as_solutions(expected, name, len(result.ranges)), **explained,
    )


def _as_solutions(expected: Any, name: str, axes: int) -> Any:
    """Bare values, one a solution, in the form of the record."""
    if isinstance(expected, dict) or not isinstance(expected, list):
        return expected
    single = axes > 1 and not isinstance(expected[0], list)
    return {"solutions": [{name: each} for each in ([expected] if single else expected)]}


def _range(first: int, last: int | None) -> str:
    return f"{first} and every larger one" if last is None else f"{first} to {last}"


def _listed(value: int | tuple[int, ...]) -> int | list[int]:
    return value if isinstance(value, int) else list(value)


def _sizes(value: int | tuple[int, ...]) -> str:
    return str(value) if isinstance(value, int) else "x".join(map(str, value))

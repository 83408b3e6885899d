"""A student's numbers of a cell, step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dlcalc.errors import InputError


def by_steps(
    expected: Any, steps: int, names: Collection[str], alone: Collection[str] = ()
) -> Any:
    """Expected numbers with the fields of steps, by their `names`, under `steps`.

    Of one step `{"di": [1, 2]}` is enough; of several, a row a step, or steps by number,
    from 1. Fields that the result has outside its steps too are left `alone`.

    Raises InputError for another number of rows.

    >>> by_steps({"di": [1, 2], "dW": 3}, 1, ["di"])
    {'dW': 3, 'steps': [{'di': [1, 2]}]}
    >>> by_steps({"c": [[1], [2]]}, 2, ["c"])
    {'steps': [{'c': [1]}, {'c': [2]}]}
    """
    if not isinstance(expected, Mapping):
        return expected
    rest = dict(expected)
    known = rest.pop("steps", [{} for _ in range(steps)])
    if isinstance(known, Mapping) and known and all(each.isdigit() for each in known):
        if outside := [each for each in known if not 1 <= int(each) <= steps]:
            raise InputError(f"there is no step {outside[0]}: they count from 1 to {steps}").at(
                "`expect`"
            )
        known = [known.get(str(t), {}) for t in range(1, steps + 1)]
    if not isinstance(known, list) or len(known) != steps:
        return expected
    records = [dict(each) if isinstance(each, Mapping) else each for each in known]
    for name in names:
        if name not in rest or name in alone or not all(isinstance(each, dict) for each in records):
            continue
        rows = [rest[name]] if steps == 1 else rest[name]
        if not isinstance(rows, list) or len(rows) != steps:
            raise InputError(
                f"{name} stands outside steps: of {steps} steps it has a row each, {steps} rows"
            ).at("`expect`")
        del rest[name]
        for record, row in zip(records, rows, strict=True):
            record.setdefault(name, row)
    return {**rest, "steps": records} if any(records) or "steps" in expected else rest

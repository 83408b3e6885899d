"""Counts of forty configurations that were counted elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.commands.mults.stages import Stage, mults

REFERENCE = Path(__file__).parents[2] / "data" / "reference_multiplications.json"
CASES = json.loads(REFERENCE.read_text())


def counted(case: dict[str, Any], tile: int) -> Stage:
    where: dict[str, Any]
    if case["mode"] == "grid":
        where = {"grid_pad": [tuple(pair) for pair in case["grid_pad"]]}
    else:
        where = {"pad": case["padding"], "output_padding": case["output_padding"]}
    return mults(
        case["in"], case["kernel"], case["stride"], dilation=case["dilation"], **where,
        channels=(case["cin"], case["cout"]), groups=case["groups"], tile=tile,
    ).stages[0]


@pytest.mark.parametrize("tile", [2, 4])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_counts_agree_with_the_reference(case: dict[str, Any], tile: int) -> None:
    stage, expected = counted(case, tile), case["expected"]
    assert stage.output == tuple(case["out"])
    assert stage.pairs == expected["pairs"]
    for method, count in stage.methods.items():
        assert count.per_pair == expected["per_pair"][method], method
        assert count.total == expected["total"][method], method
    for axis, line in enumerate(expected["per_dim"]):
        for method in ("dense", "polyphase", "zero_skip", "winograd"):
            assert stage.methods[method].per_axis[axis] == line[method], method


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_ranks_agree_with_the_reference(case: dict[str, Any]) -> None:
    for line, axis in zip(counted(case, 4).phases, case["expected"]["per_dim"], strict=True):
        bounds = [[bound * p.copies for bound in p.rank] for p in line]
        lower, upper = map(sum, zip(*bounds, strict=True))
        assert (lower, upper) == (axis["rank_lb"], axis["rank_ub"])

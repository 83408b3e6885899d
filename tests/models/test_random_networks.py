"""Thirty random networks against what PyTorch made of them; `about` in the data says how."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.models.count import params
from dlcalc.models.notation import read_notation
from dlcalc.models.receptive_fields import AxisField

DATA = Path(__file__).parents[1] / "data" / "random_networks.json"
NETWORKS = json.loads(DATA.read_text())["networks"]


@pytest.mark.parametrize("network", NETWORKS, ids=range(len(NETWORKS)))
def test_counts_and_shapes(network: Any) -> None:
    count = params(read_notation(network["notation"]), tuple(network["input"]))
    assert count.params == network["params"]
    assert list(count.output) == network["output"]
    assert network["macs"] in (None, count.macs)
    # A joining block is one line in the data and several rows here: its last is the join.
    outputs = [list(row.output) for row in count.rows]
    for layer in network["layers"]:
        assert layer["output"] in outputs
        del outputs[: outputs.index(layer["output"]) + 1]


def seen_by(axis: AxisField, output: int) -> list[int] | None:
    turns, phase = divmod(output, axis.period)
    first = max(axis.within[0], axis.first[phase] + turns * axis.jump)
    last = min(axis.within[1], axis.last[phase] + turns * axis.jump)
    return [first, last] if first <= last else None


def has_holes_at_a_border(network: Any) -> bool:
    """Whether a dilated window may end in padding, where a field counts to its last tap."""
    return any(
        "dilation=2" in line and "pad=0 " not in line for line in network["notation"].split("\n")
    )


@pytest.mark.parametrize(
    "network",
    [each for each in NETWORKS if each["seen"] and not has_holes_at_a_border(each)],
    ids=lambda each: each["output"],
)
def test_every_output_sees_what_its_gradient_reaches(network: Any) -> None:
    field = params(read_notation(network["notation"]), tuple(network["input"])).rows[-1].field
    assert field is not None
    seen = network["seen"]
    for axis, columns in zip(field[-len(seen) :], seen, strict=True):
        assert [seen_by(axis, output) for output in range(len(columns))] == columns
        assert axis.clipped == max(last - first + 1 for first, last in filter(None, columns))


def test_the_data_hold_what_they_promise() -> None:
    assert len(NETWORKS) == 30
    assert sum(each["macs"] is not None for each in NETWORKS) > 20
    assert sum(each["seen"] is not None for each in NETWORKS) > 10


@pytest.mark.parametrize("network", [each for each in NETWORKS if each["seen"]])
def test_no_output_sees_less_than_its_gradient_reaches(network: Any) -> None:
    field = params(read_notation(network["notation"]), tuple(network["input"])).rows[-1].field
    assert field is not None
    seen = network["seen"]
    for axis, columns in zip(field[-len(seen) :], seen, strict=True):
        for output, reached in enumerate(columns):
            found = seen_by(axis, output)
            if reached is not None:
                assert found is not None
                assert found[0] <= reached[0] <= reached[1] <= found[1]

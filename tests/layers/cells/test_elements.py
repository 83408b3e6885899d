"""Each element of a record has a line and a place there that give its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.derive.derivation import entry_of, value_of
from dlcalc.layers.cells.problem import CellResult
from dlcalc.layers.cells.working import CellWorking
from tests.commands.lstm.cases import undressed

RANDOM = np.random.default_rng(0)
GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def some(*shape: int) -> Any:
    return RANDOM.normal(size=shape)


def problem(kind: str, form: str, *lead: int, T: int = 3, H: int = 2, D: int = 3) -> CellResult:
    """A random cell whose weights stand in one matrix, under PyTorch's names or Keras's."""
    rows = GATES[kind] * H
    weights: dict[str, Any] = {"W": some(rows, H + D), "b": some(rows)}
    if form == "two biases":
        weights["b"] = some(2, rows)
    if form == "torch":
        weights = {"weight_ih_l0": some(rows, D), "weight_hh_l0": some(rows, H),
                   "bias_ih_l0": some(rows), "bias_hh_l0": some(rows)}
    if form == "keras":
        weights = {"kernel": some(D, rows), "recurrent_kernel": some(H, rows),
                   "bias": some(2, rows) if kind == "gru" else some(rows), "framework": "keras"}
    fields = {**weights, "x": some(T, *lead, D), "h0": some(*lead, H)}
    if form == "next":
        fields |= {"next": {name: some(*lead, H) for name in (*"ifogc", "dc")}
                   | {f"d{gate}": some(*lead, H) for gate in "ifog"}}
    if form == "target":
        fields["target"] = some(T, *lead, H)
    else:
        fields["dh"] = some(T, *lead, H)
    result: CellResult = getattr(dlcalc, kind)(**fields)
    return result


def entries(result: CellResult) -> Iterator[tuple[str, Any]]:
    """The fields of a record with their numbers."""
    for name, each in result.values.items():
        for t in range(result.problem.steps):
            yield f"steps[{t}].{name}", each[t]
    torch = result.problem.torch
    for name, each in result.gradients.items():
        state = name in ("x", "h0", "c0")
        yield f"d{name}" if state or not torch else f"d_{name}", each
    if torch:
        yield "h", result.h
    if result.loss is not None:
        yield "loss", np.array(result.loss)
    for name in ("dz", "dh", "dx") if result.problem.after else ():
        later = result.run.later[name]
        yield f"next.{name}", later if result.problem.batched else later[0]


@pytest.mark.parametrize("lead", [(), (2,)], ids=["one", "batch"])
@pytest.mark.parametrize(("kind", "form"), [
    ("lstm", ""), ("lstm", "torch"), ("lstm", "keras"), ("lstm", "next"), ("lstm", "target"),
    ("gru", "torch"), ("gru", "keras"), ("gru", "two biases"), ("rnn", "torch"), ("rnn", "target"),
])
def test_each_element_is_given_by_its_line(kind: str, form: str, lead: tuple[int, ...]) -> None:
    result = problem(kind, form, *lead)
    working = CellWorking(result)
    for field, array in entries(result):
        for index in np.ndindex(array.shape):
            place = working.place_of(field, index)
            assert place is not None, field
            lines, key, at = place
            entry = entry_of(lines.lines[key].value, at)
            np.testing.assert_allclose(entry, array[index], rtol=1e-9, err_msg=f"{field} {index}")
            step = working.element(field, index)
            for numbers in step.numbers if step is not None else ():
                found = value_of(undressed(numbers), {})
                np.testing.assert_allclose(found, array[index], rtol=1e-9, err_msg=field)


@pytest.mark.parametrize(("kind", "fields"), [
    ("lstm", "i f o g c h dh dc do di df dg dz"), ("gru", "r z n h dh dz dn dr da"),
    ("rnn", "h dh da"),
])
def test_fields_of_a_step_stand_in_the_order_of_the_work_by_hand(kind: str, fields: str) -> None:
    assert list(problem(kind, "").values) == fields.split()


@pytest.mark.parametrize("kind", GATES)
def test_what_stands_before_the_activations_has_a_gradient_of_all_gates(kind: str) -> None:
    result = problem(kind, "")
    *_, last = result.values.values()
    assert result.da.shape == (3, 2 * GATES[kind])
    np.testing.assert_array_equal(result.da, last)
    np.testing.assert_allclose(result.da.sum(axis=0), result.gradients["b"], rtol=1e-9)


def test_what_is_no_field_of_a_record_has_no_place() -> None:
    working = CellWorking(problem("lstm", ""))
    assert working.place_of("verdict", ()) is None
    assert working.place_of("loss", ()) is None
    assert CellWorking(problem("rnn", "", T=41)).place_of("dW", (0, 0)) is None


def test_in_long_runs_each_step_is_worked_out_by_itself() -> None:
    result = problem("gru", "", T=30)
    working = CellWorking(result)
    for field, array in entries(result):
        if field.startswith("d"):
            continue
        place = working.place_of(field, (1,))
        assert place is not None
        assert entry_of(place[0].lines[place[1]].value, place[2]) == pytest.approx(array[1])

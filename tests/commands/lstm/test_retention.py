"""What a cell keeps: each step of the table against a run that ends there."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from dlcalc.commands.lstm.answer import lstm, solve
from dlcalc.errors import DlcalcError
from dlcalc.layers.cells import run as retention
from dlcalc.layers.cells.problem import run_on
from dlcalc.layers.cells.run import closed, norms
from tests.commands.lstm.cases import problem, problems

memory = partial(retention.memory, solve=solve)
GROWING: dict[str, Any] = {"W": [[0, 1]] * 4, "x": [2], "c0": [1], "activations": {"f": "relu"}}


@settings(max_examples=25)
@given(problems(kinks=False))
def test_each_row_is_the_run_that_ends_there(fields: dict[str, Any]) -> None:
    rows = memory(lstm(**fields)).records["run"]
    for t, row in enumerate(rows, 1):
        dh = np.zeros_like(fields["dh"][:t])
        dh[-1] = fields["dh"][-1]
        run = lstm(**fields | {"x": fields["x"][:t], "dh": dh})
        assert row["step"] == t
        assert row["f"] == pytest.approx(run.gates["f"][-1].max())
        assert row["c"] == pytest.approx(np.linalg.norm(run.c[-1]))
        assert row["h"] == pytest.approx(np.linalg.norm(run.h[-1]))
        assert row["dc0"] == pytest.approx(np.linalg.norm(run.dc0), rel=1e-9, abs=1e-12)


def test_relu_above_one_multiplies_and_sigmoid_does_not() -> None:
    grown = memory(lstm(**GROWING, steps=10))
    assert grown.columns["f_product"][-1] == grown.columns["dc0"][-1] == 2.0**10
    assert grown.words[0].startswith("No loss gradient is given: ones are sent into c")
    assert grown.beside["dc0"][-1] < 1
    assert not memory(lstm(**GROWING | {"activations": {}})).beside


def test_relu_at_zero_stops_the_gradient_for_good() -> None:
    run = lstm(**GROWING | {"x": [[1], [-1], [1]]})
    assert closed(run) == [(0, 0, 2)]
    assert memory(run).columns["dc0"] == [1.0, 0.0, 0.0]


def test_a_gradient_that_overflows_is_refused_by_its_first_step() -> None:
    """f = 2 at every step, and c stays 0: 2¹⁰²⁴ is the first power of 2 that no float64 has."""
    doubling = lstm([[0, 1], [0, 1], [0, 1], [0, 0]], x=[2], activations={"f": "relu"}, steps=1100)
    with pytest.raises(DlcalcError, match="reaches c0 passes the largest float64 from step 1024 "
                       "of 1100; fewer steps stay within it"):
        memory(doubling)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_norms_neither_overflow_nor_vanish_on_the_way(size: float) -> None:
    values = size * np.array([[[3.0], [4.0]], [[0.0], [0.0]]])
    assert norms(values) == pytest.approx([5 * size, 0], abs=0)


@pytest.mark.parametrize(("x", "inputs", "expected"), [
    ([1], "repeat", [1, 1, 1, 1]), ([[1], [2]], "repeat", [1, 2, 1, 2]),
    ([[1], [2]], "zero", [1, 2, 0, 0]), ([[1], [2]], [[5], [6], [7]], [1, 2, 5, 6]),
    ([[1], [2], [3], [4], [5]], "repeat", [1, 2, 3, 4]),
])
def test_inputs_of_further_steps(x: Any, inputs: Any, expected: Any) -> None:
    assert run_on({"x": x}, 4, inputs)["x"].ravel().tolist() == expected


def test_without_a_number_of_steps_the_rows_of_inputs_are_all_taken() -> None:
    assert run_on({"x": [1]}, None, [[2], [3]])["x"].ravel().tolist() == [1, 2, 3]


def test_a_gradient_given_step_by_step_enters_no_further_ones() -> None:
    fields = problem(2, T=2)
    longer = lstm(**fields, steps=4)
    assert longer.problem.dh[2:].any() == np.False_
    assert lstm(**fields | {"dh": [1, 2]}, steps=4).problem.dh[:, 0].tolist() == [[1, 2]] * 4


@pytest.mark.parametrize(("steps", "inputs", "message"), [
    (0, "repeat", "steps 0 is below 1"),
    (3, "repat", "unknown inputs 'repat'; did you mean repeat"),
    (9, [[1, 2, 3]], "inputs has 1 rows; 5 further steps need as many"),
    (5, [[1, 2]], "inputs has shape 1x2; expected steps x 3"),
])
def test_refused(steps: int, inputs: Any, message: str) -> None:
    with pytest.raises(DlcalcError, match=message):
        lstm(**problem(0), steps=steps, inputs=inputs)
    with pytest.raises(DlcalcError, match="missing field 'x', the inputs: 3 numbers, or steps x 3"):
        lstm(problem(0)["W"], steps=4)


def test_next_and_further_steps_contradict_each_other() -> None:
    later = {name: [0.1, 0.2] for name in ("i", "f", "o", "g", "di", "df", "do", "dg", "dc")}
    fields = problem(0) | {"next": later}
    assert lstm(**fields, steps=4).later
    with pytest.raises(DlcalcError, match="next follows step 4; it cannot follow step 5"):
        lstm(**fields, steps=5)

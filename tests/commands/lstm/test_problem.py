"""What is refused, each beside the nearest that is not."""

from typing import Any

import numpy as np
import pytest

from dlcalc.commands.lstm.answer import lstm
from dlcalc.errors import DlcalcError, InputError
from dlcalc.layers.cells.problem import as_target
from dlcalc.shell.cells import by_steps
from tests.commands.lstm.cases import problem

GOOD = problem(0, H=2, D=3, T=2)
TORCH: dict[str, Any] = {
    "weight_ih_l0": np.ones((8, 3)), "weight_hh_l0": np.ones((8, 2)), "x": np.ones((2, 3)),
}
NEXT = {name: [0.1, 0.2] for name in ("i", "f", "o", "g", "di", "df", "do", "dg")}


@pytest.mark.parametrize("change", [
    {}, {"x": [1, 2, 3], "dh": [1, 2]}, {"b": None}, {"dh": [1, 2]}, {"h0": [[1, 2]]},
    {"gates": "ogfi"}, {"activations": {"f": "relu"}},
    {"next": NEXT | {"dc": [1, 1], "f": [0, 0.5]}, "activations": {"f": "softplus"}},
    {"next": NEXT | {"dc": [1, 1], "c": [1, 2]}},
])
def test_taken(change: dict[str, Any]) -> None:
    assert np.isfinite(lstm(**GOOD | change).dW).all()


@pytest.mark.parametrize(("change", "message"), [
    ({"W": None}, "missing field 'W', 4H x (H+D), or weight_ih_l0 and weight_hh_l0"),
    ({"W": np.ones((7, 5))}, "W has shape 7x5; expected a matrix of 4H rows, H a gate"),
    ({"W": np.ones(8)}, "W has shape 8; expected a matrix of 4H rows, H a gate"),
    ({"W": np.ones((8, 2))}, "W has shape 8x2; 8 rows (4H) ask for more than 2 columns (H+D)"),
    ({"b": [1, 2]}, "b has shape 2; expected 8"),
    ({"x": None}, "missing field 'x', the inputs: 3 numbers, or steps x 3"),
    ({"x": [[1, 2]]}, "x has shape 1x2; W asks for 3, steps x 3 or steps x batch x 3"),
    ({"x": np.ones((0, 3))}, "x has no numbers (shape 0x3)"),
    ({"h0": [1]}, "h0 has shape 1; expected 2"),
    ({"dc": [[1, 2], [3, 4]]}, "dc has shape 2x2; expected 2"),
    ({"dh": np.ones((3, 2))}, "dh has shape 3x2; expected 2x2"),
    ({"gates": "iffg"}, "gates 'iffg' is not an order of i, f, o and g such as 'ifog'"),
    ({"activations": {"F": "relu"}}, "unknown gate 'F'; the gates are i, f, o and g"),
    ({"activations": {"f": "rellu"}}, "unknown activation 'rellu' of gate f; did you mean relu?"),
    ({"activations": "relu"}, 'activations is not an object such as {"f": "relu"}'),
    ({"wieght_ih_l0": 1}, "unknown field 'wieght_ih_l0'; did you mean weight_ih_l0"),
    ({"weight_ih_l0": np.ones((8, 3))}, "W beside weight_ih_l0: give the weights in one layout"),
    ({"next": [1]}, "next is not an object with the fields i f o g di df do dg"),
    ({"next": NEXT | {"dj": [1, 2]}}, "next: unknown field 'dj'"),
    ({"next": {"i": [1, 2]}}, "next: missing field 'f'"),
    ({"next": NEXT | {"f": [1]}}, "next: f has shape 1; expected 2"),
    ({"next": NEXT | {"di": [9, 9]}}, "next: dc is missing, and di = dc g, df = dc c"),
    ({"next": NEXT | {"g": [1, -2]}, "activations": {"g": "softplus"}},
     "next: g: no softplus is -2: all are above 0"),
    ({"dh": None, "target": [[0.5, 0.6], [1, 0]], "loss": "cross_entropy"},
     "target: probabilities of cross_entropy add up to 1"),
    ({"W": [[1, 2], [3]]}, "W is ragged"),
    ({"b": ["a"] * 8}, "b holds text, not real numbers"),
])
def test_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        lstm(**GOOD | change)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(("change", "message"), [
    ({"weight_hh_l0": None}, "missing field 'weight_hh_l0'"),
    ({"weight_hh_l0": np.ones((8, 3))}, "weight_hh_l0 has shape 8x3; expected 8x2"),
    ({"bias_ih_l0": [1]}, "bias_ih_l0 has shape 1; expected 8"),
    ({"gates": "ifog"}, "gates 'ifog': PyTorch's weights are in the order 'ifgo'"),
])
def test_refused_in_pytorchs_layout(change: dict[str, Any], message: str) -> None:
    assert lstm(**TORCH).h.shape == (2, 2)
    with pytest.raises(DlcalcError) as caught:
        lstm(**TORCH | change)
    assert str(caught.value).startswith(message)


def test_overflow_is_named_with_its_step() -> None:
    growing: dict[str, Any] = {"W": [[0, 1]] * 4, "c0": [1], "activations": {"f": "relu"}}
    assert np.isfinite(lstm(**growing, x=[[2.0]], steps=1000).c).all()
    with pytest.raises(InputError, match=r"c passes the largest float64 at step \d+ of 2000"):
        lstm(**growing, x=[[2.0]], steps=2000)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("fields", "message"), [
    ({"W": [[0, 1e-5]] * 4, "x": [1e5], "dh": [1e305]}, "dW passes the largest float64"),
    ({"W": [[0, 1e5]] * 4, "x": [1e-5], "dh": [1e305], "c0": [1]}, "dx passes the largest float64"),
    ({"W": [[1e5, 1]] * 4, "x": [1], "dh": [1e305], "c0": [1]}, "dh0 passes the largest float64"),
    ({"W": [[0, 0]] * 4, "x": [[1]] * 20, "dh": [1e308], "c0": [99999]}, "db passes the largest"),
    ({"W": [[0, 1]] * 4, "x": [1], "dc": [1e307], "c0": [1e3],
      "activations": {"f": "identity"}}, "dz passes the largest float64 at step 1 of 1"),
])
def test_no_gradient_overflows_in_silence(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        lstm(**fields)


@pytest.mark.filterwarnings("error")
def test_a_gates_gradient_that_overflows_is_named() -> None:
    result = lstm([[0, 0.01]] * 4, x=[[1], [1]], c0=[3], dh=[1e308], dc=[1e308])
    with pytest.raises(InputError, match="df passes the largest float64 at step 2 of 2"):
        _ = result.dgates


def test_absurd_sizes_are_refused_at_once() -> None:
    """Of a unit and step there are 14 numbers, beside those of x."""
    with pytest.raises(DlcalcError, match="8,388,608 steps of 85 numbers are 713,031,680"):
        lstm(np.zeros((24, 7)), x=np.broadcast_to(1.0, (2**23, 1)))
    with pytest.raises(DlcalcError, match="at most 536,870,912 are kept at once"):
        lstm([[0.5, 1]] * 4, x=[1], steps=10**12)


@pytest.mark.parametrize(("target", "rows"), [
    ([1, 1, 0], [[0, 1, 0], [0, 1, 0], [1, 0, 0]]), ([2, 0, 0], [[0, 0, 1], [1, 0, 0], [1, 0, 0]]),
    ([0.5, 0.5, 0], [[0.5, 0.5, 0]]), ([0, 1, 0], [[0, 1, 0]]),
])
def test_of_as_many_steps_as_units_numbers_that_add_up_to_1_are_probabilities(
    target: Any, rows: Any
) -> None:
    found = as_target(target, "cross_entropy", 3, (), 3)
    assert found.values[:, 0].tolist() == rows


ROWS = {"i": [[1], [2]], "dW": 3}


@pytest.mark.parametrize(("expected", "steps", "found"), [
    (ROWS, 2, {"dW": 3, "steps": [{"i": [1]}, {"i": [2]}]}),
    (ROWS | {"steps": [{"f": [5]}, {"i": [9]}]}, 2,
     {"dW": 3, "steps": [{"f": [5], "i": [1]}, {"i": [9]}]}),
    ({"h": [[1], [2]], "dW": 3}, 2, {"h": [[1], [2]], "dW": 3}),
    ({"steps": [{}, {}], "dW": 3}, 2, {"dW": 3, "steps": [{}, {}]}),
    ({"steps": {"2": {"i": [1]}}}, 3, {"steps": [{}, {"i": [1]}, {}]}),
    ({"steps": {"1": {"i": [1]}}}, 1, {"steps": [{"i": [1]}]}),
    # What has no such form is left to be compared, and found to differ.
    (ROWS | {"steps": [{}]}, 2, ROWS | {"steps": [{}]}),
    ({"steps": {}}, 2, {"steps": {}}), ({"steps": {"i": [1]}}, 1, {"steps": {"i": [1]}}),
    ({"i": [1], "steps": [7]}, 1, {"i": [1], "steps": [7]}), ([1, 2], 2, [1, 2]),
])
def test_expected_rows_are_put_under_their_steps(expected: Any, steps: int, found: Any) -> None:
    assert by_steps(expected, steps, ["i", "f", "h"], alone=["h"]) == found


@pytest.mark.parametrize(("expected", "message"), [
    ({"steps": {"0": {}}}, "there is no step 0: they count from 1 to 2"),
    ({"steps": {"3": {}}}, "there is no step 3: they count from 1 to 2"),
    ({"i": [[1]]}, "i stands outside steps: of 2 steps it has a row each, 2 rows"),
    ({"i": 1}, "i stands outside steps: of 2 steps it has a row each, 2 rows"),
])
def test_rows_of_no_step_are_refused(expected: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        by_steps(expected, 2, ["i"])

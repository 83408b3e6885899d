"""Values at the ends and at kinks, and every slope against complex-step differences."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.derive.activations import ACTIVATIONS, activation, parametrised
from dlcalc.errors import InputError


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=st.floats(-30, 30))
def test_slope_is_the_complex_step_derivative(name: str, x: float) -> None:
    each = activation(name)
    point = np.array([x])
    slope = each.slope(point, each.value(point))
    step = each.value(point + 1e-30j).imag / 1e-30
    assert slope == pytest.approx(step, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_arguments_neither_overflow_nor_warn(name: str) -> None:
    each = activation(name)
    points = np.array([-745.0, -40.0, 0.0, 40.0, 745.0])
    assert np.isfinite(each.value(points)).all()
    assert np.isfinite(each.slope(points, each.value(points))).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_is_not_hidden(name: str) -> None:
    assert np.isnan(activation(name).value(np.array([np.nan]))).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name: str) -> None:
    each = activation(name)
    points = np.array([-1.0, 0.5], dtype=np.float32)
    assert each.value(points).dtype == np.float32
    assert each.slope(points, each.value(points)).dtype == np.float32


@pytest.mark.parametrize(("name", "values", "slopes"), [
    ("relu6", [0, 0.5, 5.5, 6, 6], [0, 1, 1, 0, 0]),
    ("hard_sigmoid", [0, 0.5 + 1 / 12, 1, 1, 1], [0, 1 / 6, 0, 0, 0]),
    ("hard_swish", [0, 0.5 * (0.5 + 1 / 12), 5.5, 6.5, 9], [0, 0.5 + 1 / 6, 1, 1, 1]),
    ("leaky_relu", [-0.035, 0.5, 5.5, 6.5, 9], [0.01, 1, 1, 1, 1]),
])  # fmt: skip
def test_pieces_of_straight_lines(name: str, values: list[float], slopes: list[float]) -> None:
    each, points = activation(name), np.array([-3.5, 0.5, 5.5, 6.5, 9])
    found = each.value(points)
    np.testing.assert_allclose(found, values, rtol=1e-12)
    np.testing.assert_allclose(each.slope(points, found), slopes, rtol=1e-12)


def test_an_unknown_name_gets_its_nearest() -> None:
    with pytest.raises(InputError, match="unknown activation 'sigmod'; did you mean sigmoid"):
        activation("sigmod")


def test_what_a_formula_writes_behind_x_is_a_parameter_that_is_not_the_usual_one() -> None:
    chosen = [parametrised("elu", alpha=2.0), parametrised("elu", alpha=1.0),
              parametrised("leaky_relu", slope=0.3), parametrised("leaky_relu", slope=0.01)]
    assert [each.chosen for each in chosen] == [(2.0,), (), (0.3,), ()]
    assert [each.name for each in ACTIVATIONS.values() if each.chosen] == []


def test_an_activation_is_pickled_by_its_name_and_never_becomes_another() -> None:
    for each in ACTIVATIONS.values():
        assert pickle.loads(pickle.dumps(each)) is each
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(parametrised("leaky_relu", slope=0.3))

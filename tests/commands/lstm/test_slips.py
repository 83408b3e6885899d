"""Each slip, made on paper here with its own formula, is recognised by its numbers."""

from typing import Any

import numpy as np
import pytest

from dlcalc.commands.lstm.answer import LstmResult, lstm
from dlcalc.layers.cells.working import CellWorking
from tests.commands.lstm.cases import problem
from tests.commands.lstm.cases import recognised as words

FIELDS = problem(11, H=2, D=2, T=3)


def full_run() -> LstmResult:
    return lstm(**FIELDS)


def with_next() -> LstmResult:
    """The first two steps, the third known by its gates and their gradients."""
    run = full_run()
    later = {gate: values[2] for gate, values in run.gates.items()}
    later |= {"d" + gate: values[2] for gate, values in run.dgates.items()}
    part = {"x": FIELDS["x"][:2], "dh": FIELDS["dh"][:2], "dc": None, "next": later}
    return lstm(**FIELDS | part)


def wrong_dz(run: LstmResult, gate: str, at: str) -> Any:
    """δẑ of the last step with one gate's slope taken with the values of the step before."""
    parts = []
    for each in "ifog":
        y = run.gates[each][1 if each == gate and at == "before" else 2]
        slope = 1 - y**2 if each == "g" else y * (1 - y)
        if each == gate and at == "without":
            slope = np.ones(2)
        parts.append(run.dgates[each][2] * slope)
    return np.concatenate(parts)


@pytest.mark.parametrize("result", [full_run(), with_next()], ids=["full", "next"])
def test_the_circulated_slips_are_recognised(result: LstmResult) -> None:
    run = full_run()
    i, f, o, g = (run.gates[gate] for gate in "ifog")
    tanh_c = np.tanh(run.c[1])
    dh = run.dh[1]
    by_h = dh * o[1] * (1 - tanh_c**2)
    for field, wrong, expected in (
        ("di", dh * g[1], "δh in place of δc"),
        ("df", dh * run.c[0], "δh in place of δc"),
        ("dg", dh * i[1], "δh in place of δc"),
        ("dc", by_h + run.dc[2] * f[1], "f_t in place of f_(t+1)"),
        ("di", (by_h + run.dc[2] * f[1]) * g[1], "f_t in place of f_(t+1) in δc"),
        ("dc", by_h, "δc_(t+1) ⊙ f_(t+1) left out"),
        ("do", dh, "tanh(c) left out"),
    ):
        assert words(result, f"steps[1].{field}", wrong) == expected, field
    back = FIELDS["W"][:, :2]
    for gate, at, expected in (
        ("i", "before", "i_t in place of i_(t+1) in δẑ"),
        ("f", "before", "f_(t-1) in place of f_t in δ"),
        ("g", "without", "(1 − g²) left out"),
    ):
        wrong = FIELDS["dh"][1] + wrong_dz(run, gate, at) @ back
        assert words(result, "steps[1].dh", wrong).startswith(expected)
    if result.later:
        wrong = wrong_dz(run, "i", "before")
        assert words(result, "next.dz", wrong) == "i_t in place of i_(t+1) in δẑ"


def test_a_sigmoid_in_place_of_tanh_is_recognised_at_g_and_behind_it() -> None:
    run = full_run()
    hx = np.concatenate([run.h[0], FIELDS["x"][1]])
    z = FIELDS["W"][6:] @ hx + FIELDS["b"][6:]
    sigmoid = 1 / (1 + np.exp(-z))
    assert words(run, "steps[1].g", sigmoid) == "sigmoid as the activation of g"
    c = run.gates["f"][1] * run.c[0] + run.gates["i"][1] * sigmoid
    assert words(run, "steps[1].c", c) == "sigmoid as the activation of g"


def test_one_wrong_element_is_enough() -> None:
    run = full_run()
    wrong = run.dgates["i"][1].copy()
    wrong[1] = run.dh[1][1] * run.gates["g"][1][1]
    assert words(run, "steps[1].di", wrong) == "δh in place of δc"


def test_in_a_long_run_slips_are_recognised_in_their_own_step() -> None:
    run = lstm(**problem(3, T=400))
    at = "steps[200]."
    assert words(run, at + "di", run.dh[200] * run.gates["g"][200]) == "δh in place of δc"
    by_h = run.dh[200] * run.gates["o"][200] * (1 - np.tanh(run.c[200]) ** 2)
    wrong = by_h + run.dc[201] * run.gates["f"][200]
    assert words(run, at + "dc", wrong) == "f_t in place of f_(t+1)"
    assert words(run, "dW", run.dW * 2) == ""


def test_numbers_rounded_to_four_digits_are_enough_and_a_small_deviation_is_no_slip() -> None:
    run = full_run()
    wrong = [float(f"{value:.4g}") for value in run.dh[1] * run.gates["g"][1]]
    assert words(run, "steps[1].di", wrong) == "δh in place of δc"
    rounded = [float(f"{value:.4g}") for value in run.dgates["i"][1]]
    assert words(run, "steps[1].di", rounded) == ""


def test_numbers_that_no_slip_gives_get_no_advice() -> None:
    run = full_run()
    assert words(run, "steps[1].di", run.dgates["i"][1] + 0.123) == ""
    assert words(run, "dW", run.dW + 0.123) == ""
    assert words(run, "dW", run.dW[:1]) == ""
    assert words(run, "steps[1].di", ["a", 1]) == ""
    assert words(run, "check", [1]) == ""


def test_the_order_is_that_of_the_derivation() -> None:
    order = CellWorking(with_next()).order()
    for first, then in (
        ("steps[0].g", "steps[0].c"), ("steps[0].h", "steps[1].i"), ("steps[1].h", "next.dz"),
        ("next.dh", "steps[1].dh"), ("steps[1].dh", "steps[1].do"), ("steps[1].dc", "steps[1].di"),
        ("steps[1].dz", "steps[0].dh"),
    ):
        assert order.index(first) < order.index(then)


@pytest.mark.parametrize("digits", [4, 5, 7])
def test_right_numbers_that_are_rounded_hide_no_slip_beside_them(digits: int) -> None:
    run, part = full_run(), with_next()
    for gate, at, expected in (
        ("i", "before", "i_t in place of i_(t+1) in δẑ"), ("g", "without", "(1 − g²) left out"),
    ):
        wrong = wrong_dz(run, gate, at)
        rounded = [float(f"{number:.{digits}g}") for number in wrong]
        assert words(part, "next.dz", rounded) == expected, rounded
        assert words(part, "next.dz", wrong.round(digits)) == expected, rounded


def test_slips_of_each_quantity_are_named_where_they_are_made() -> None:
    run = full_run()
    i, f, o, g = (run.gates[gate][1] for gate in "ifog")
    x, W, b, before = FIELDS["x"][1], FIELDS["W"], FIELDS["b"], run.h[0]
    z = (W @ np.concatenate([before, x]) + b).reshape(4, 2)

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    for field, wrong, expected in (
        ("i", sigmoid(z[2]), "ẑ_o in place of ẑ_i"),
        ("f", sigmoid(z[1] - b[2:4]), "b left out in ẑ_f"),
        ("o", sigmoid(W[4:6] @ np.concatenate([x, before]) + b[4:6]),
         "(x_t; h_(t-1)) in place of (h_(t-1); x_t) in ẑ_o"),
        ("g", np.tanh(W[6:, 2:] @ x + b[6:]), "h_(t-1) left out in ẑ_g"),
        ("c", i * run.c[0] + f * g, "f and i exchanged"),
        ("h", o * run.c[1], "tanh left out"),
        ("do", run.dh[1] * run.h[1], "h in place of tanh(c)"),
        ("df", run.dc[1] * f, "f_t in place of c_(t-1)"),
        ("di", run.dc[1] * g * i * (1 - i), "δẑ_i in place of δi"),
        ("dz", np.concatenate([run.dgates["i"][1] * (1 - i**2), run.dz[1][2:]]),
         "the slope of tanh at i"),
        ("dz", np.concatenate([run.dz[1][:6], run.dgates["g"][1] * g]), "g in place of 1 − g²"),
    ):
        said = words(run, f"steps[1].{field}", wrong)
        assert said.replace("z\u0302", "ẑ") == expected.replace("z\u0302", "ẑ"), (field, said)
    outer = [np.outer(run.dz[t], np.concatenate([run.h[t], FIELDS["x"][t]])) for t in range(3)]
    assert words(run, "dW", sum(outer)) == "h_t in place of h_(t-1)"
    assert words(run, "db", run.dz[2]) == "the last step alone"

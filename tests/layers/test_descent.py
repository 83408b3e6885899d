"""What steps change, and what they can not change from a bad start."""

import numpy as np
import pytest

from dlcalc.commands.mlp.answer import other_starts
from dlcalc.errors import DlcalcError
from dlcalc.layers.network import (
    Network,
    as_network,
    back_propagate,
    descend,
    draw,
    initial_weights,
)
from dlcalc.names import INITIALS


def start(init: str, bias: bool = False) -> Network:
    weights = initial_weights([2, 2, 2], init, seed=1)
    return as_network([0.5, 0.5], 0, weights, [[0, 0], [0, 0]] if bias else None)


def test_zero_weights_never_move() -> None:
    run = descend(start("zeros"), 50)
    assert set(run.losses) == {np.log(2)}
    assert run.moved == ()
    assert run.twins == (((0, 1),),)


def test_with_biases_the_output_biases_alone_move() -> None:
    run = descend(start("zeros", bias=True), 50)
    assert run.moved == ("b3", "b4")
    assert run.losses[-1] < run.losses[0]


def test_from_a_constant_the_hidden_units_stay_equal() -> None:
    run = descend(start("constant", bias=True), 200)
    assert run.losses[-1] < 0.1
    assert run.twins == (((0, 1),),)


@pytest.mark.parametrize("init", ["xavier", "he"])
def test_from_a_random_start_it_learns(init: str) -> None:
    run = descend(start(init), 200)
    assert run.losses[-1] < 0.1 < run.losses[0]
    assert run.twins == ((),)


def test_the_rule_is_w_minus_eta_times_gradient() -> None:
    network = as_network([2.0], [1.0], [[[3.0]]], output="identity", learning_rate=0.25)
    run = descend(network, 1)
    assert run.weights[0].item() == 3 - 0.25 * (3 * 2 - 1) * 2
    assert run.output.tolist() == [1.0]
    assert network.weights[0].item() == 3.0


@pytest.mark.parametrize(
    ("rate", "steps", "message"),
    [
        (0.1, -1, "steps -1 is below 0"),
        (0.1, 10**9, "steps: 1,000,000,000 are more than the 1,000,000 taken at once"),
        (1e308, 9, "step 1 at learning rate 1e\\+308: the values overflow"),
        (1e200, 9, "step 1 at learning rate 1e\\+200: the values overflow"),
    ],
)
def test_runs_that_can_not_be_are_refused(rate: float, steps: int, message: str) -> None:
    network = as_network([2.0], [1.0], [[[3.0]]], output="identity", learning_rate=rate)
    with pytest.raises(DlcalcError, match=message):
        descend(network, steps)


@pytest.mark.parametrize("init", INITIALS)
def test_a_seed_gives_the_same_weights_again(init: str) -> None:
    first, again = (initial_weights([3, 4, 2], init, seed=7) for _ in range(2))
    assert [each.shape for each in first] == [(4, 3), (2, 4)]
    assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_spreads_are_those_of_the_papers() -> None:
    [xavier] = initial_weights([300, 200], "xavier", seed=1)
    assert np.abs(xavier).max() == pytest.approx(np.sqrt(6 / 500), rel=1e-3)
    [he] = initial_weights([300, 200], "he", seed=1)
    assert he.std() == pytest.approx(np.sqrt(2 / 300), rel=0.02)


def test_the_taps_of_a_kernel_count_with_its_channels() -> None:
    kernel, generator = (80, 50, 3, 2), np.random.default_rng(1)
    xavier, he = (draw(init, generator, kernel) for init in ("xavier", "he"))
    assert np.abs(xavier).max() == pytest.approx(np.sqrt(6 / (50 * 6 + 80 * 6)), rel=1e-3)
    assert he.std() == pytest.approx(np.sqrt(2 / (50 * 6)), rel=0.02)


def test_the_last_layer_gives_its_logits() -> None:
    network = as_network([1, 2], 0, [[[1, -2], [3, 4]], [[1, -1], [-2, 1]]])
    first, last = back_propagate(network, network.parameters).passes
    assert first.h.value.tolist() == [[0, 11]]
    assert last.h.value.tolist() == last.q.value.tolist() == [[-11, 11]]


def test_what_is_frozen_stays() -> None:
    weights, biases = [[[0.1, 0.2], [0.3, 0.4]], [[1, 1], [2, 1.5]]], [[0, 1], [0, 0]]
    network = as_network([1, 2], 0, weights, biases, activation="tanh", freeze=["w8", "b1"])
    moved = descend(network, 1).moved
    assert moved == (*(f"w{n}" for n in range(1, 8)), "b2", "b3", "b4")
    for wrong in ("w9", "b5", "w0", "c1"):
        with pytest.raises(DlcalcError, match=f"no weight or bias is called '{wrong}'"):
            as_network([1, 2], 0, weights, biases, freeze=wrong)


def test_twins_are_told_by_what_comes_in_and_what_goes_out() -> None:
    same = [[1, 1], [1, 1]]
    found = descend(as_network([1, 2], [0, 0], [[[1, 2], [3, 4]], same, same]), 0)
    assert len(found.losses) == 1
    assert found.twins == ((), ((0, 1),))
    assert descend(as_network([1, 2], [0, 0], [same, same, [[1, 1], [1, 2]]]), 0).twins == (
        ((0, 1),), ())  # fmt: skip
    huge = as_network([0, 0], [0, 0], [[[1e300, 0], [2e300, 0]], same], output="identity")
    assert descend(huge, 0).twins == ((),)
    other_bias = as_network([1, 2], [0, 0], [same, same], [[0, 1], [0, 0]])
    assert descend(other_bias, 0).twins == ((),)


@pytest.mark.parametrize(
    ("sizes", "init", "message"),
    [
        ([2], "zeros", "sizes 2: expected the input's and at least one layer's"),
        ([2, 0], "zeros", "sizes 2, 0: expected"),
        ([10**6, 10**6], "zeros", "1,000,000,000,000 weights are more than"),
        ([2, 2], "xaver", "unknown init 'xaver'; did you mean xavier"),
    ],
)
def test_bad_sizes_and_schemes_are_refused(sizes: list[int], init: str, message: str) -> None:
    with pytest.raises(DlcalcError, match=message):
        initial_weights(sizes, init)


def test_starts_tell_what_each_lets_move() -> None:
    zeros, with_biases, constant, xavier, he = other_starts(start("zeros"), 100, seed=1)
    assert zeros.last_loss == zeros.first_loss
    assert with_biases.moved == ("b3", "b4")
    assert constant.last_loss < 0.1
    assert constant.twins == (((0, 1),),)
    assert xavier.last_loss < 0.1
    assert xavier.twins == he.twins == ((),)

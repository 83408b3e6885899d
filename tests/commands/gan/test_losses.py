"""The players' losses: the plain formulas, and their slopes against differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcalc.commands.gan.training import LOSSES, Term, gan_loss
from dlcalc.errors import InputError
from dlcalc.numbers.differences import check_gradients

Array = np.ndarray[Any, np.dtype[Any]]
ROLES = ("real", "fake", "generator")
PLAIN: dict[str, tuple[Callable[[Array], Array], ...]] = {
    "non_saturating": (lambda d: -np.log(d), lambda d: -np.log(1 - d), lambda d: -np.log(d)),
    "minimax": (lambda d: -np.log(d), lambda d: -np.log(1 - d), lambda d: np.log(1 - d)),
    "least_squares": (
        lambda d: (d - 1) ** 2 / 2, lambda d: d**2 / 2, lambda d: (d - 1) ** 2 / 2
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("role", range(3))
def test_values_are_the_formulas_and_slopes_their_derivatives(name: str, role: int) -> None:
    loss = gan_loss(name)
    term: Term = getattr(loss, ROLES[role])
    q = np.random.default_rng(role).normal(scale=3, size=(6, 1))
    assert term.value(q) == pytest.approx(PLAIN[name][role](loss.real.pair.y(q))[:, 0])
    [check] = check_gradients(lambda p: term.value(p["q"]).sum(), {"q": q}, {"q": term.slope(q)})
    assert check.passed


@pytest.mark.parametrize("name", LOSSES)
def test_far_logits_overflow_nothing_and_float32_stays(name: str) -> None:
    q = np.array([[-1e4], [1e4]], np.float32)
    for role in ROLES:
        term = getattr(gan_loss(name), role)
        assert np.isfinite(term.value(q)).all()
        assert np.isfinite(term.slope(q)).all()
        assert term.slope(q).dtype == np.float32


def test_the_non_saturating_generator_still_learns_where_it_is_seen_through() -> None:
    q = np.array([[-20.0]])
    assert gan_loss("non_saturating").generator.slope(q)[0, 0] == pytest.approx(-1)
    assert gan_loss("minimax").generator.slope(q)[0, 0] == pytest.approx(0, abs=1e-8)


def test_an_unknown_loss_gets_its_nearest() -> None:
    with pytest.raises(InputError, match="unknown loss 'minmax'; did you mean minimax"):
        gan_loss("minmax")

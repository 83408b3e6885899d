"""Steps against PyTorch and differences, samples and batches as means, and bad input."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.vae.answer import Autoencoder, as_autoencoder, vae_step
from dlcalc.commands.vae.working import VaeWorking
from dlcalc.errors import InputError
from dlcalc.shell.runner import read_example

REFERENCE = Path(__file__).parents[2] / "data" / "reference_vae.json"
CASES = json.loads(REFERENCE.read_text())["cases"]


@pytest.mark.parametrize("case", CASES)
def test_step_is_that_of_pytorch(case: dict[str, Any]) -> None:
    step = vae_step(as_autoencoder(**case["input"]))
    for name in ("mu", "sigma", "z", "y", "L1", "L2"):
        assert getattr(step, name) == pytest.approx(np.array(case[name]), rel=1e-12), name
    for term in ("L1", "L2"):
        expected, found = case[f"grad_{term}"], step.gradients[term]
        for name, key in (("z", "z"), ("mu", "mu_value"), ("sigma", "sigma_value")):
            assert getattr(found, name) == pytest.approx(np.array(expected[key]), rel=1e-9)
        matrices = [
            *expected["encoder"],
            *expected["mu"],
            *expected["sigma"],
            *expected["decoder"],
        ]
        for ours, theirs in zip(found.weights, matrices, strict=True):
            assert ours == pytest.approx(np.array(theirs), rel=1e-9, abs=1e-14)


def random_vae(
    seed: int, hidden: list[int], latent: int, samples: int, batch: int, head: str
) -> Autoencoder:
    draw = np.random.default_rng(seed)
    sizes = [3, *hidden]
    encoder = [draw.normal(size=(sizes[n + 1], sizes[n])) for n in range(len(hidden))]
    return as_autoencoder(
        draw.uniform(size=(batch, 3)),
        draw.normal(size=(samples, batch, latent)),
        draw.normal(size=(latent, sizes[-1])),
        draw.normal(size=(latent, sizes[-1])),
        [draw.normal(size=(2, latent)), draw.normal(size=(3, 2))],
        encoder,
        head=head,
    )


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 999),
    hidden=st.lists(st.integers(1, 3), max_size=2),
    latent=st.integers(1, 2),
    samples=st.integers(1, 2),
    batch=st.integers(1, 2),
    head=st.sampled_from(["sigmoid", "identity"]),
)
def test_gradients_are_those_of_differences(
    seed: int, hidden: list[int], latent: int, samples: int, batch: int, head: str
) -> None:
    checks = VaeWorking(vae_step(random_vae(seed, hidden, latent, samples, batch, head))).checks()
    assert len(checks) == 2 * (len(hidden) + 2 + 2 + 3)
    for check in checks:
        assert check.passed, check


def test_a_small_sigma_does_not_spoil_its_check() -> None:
    vae = as_autoencoder([1], [0.3], [[5]], [[-20]], [[[2]]], head="identity")
    assert all(check.passed for check in VaeWorking(vae_step(vae)).checks())


def test_samples_and_examples_are_means() -> None:
    vae = random_vae(4, [2], 2, 3, 2, "sigmoid")
    whole = vae_step(vae)
    parts = [
        vae_step(
            as_autoencoder(vae.x[n], vae.noise[k, n], vae.mu, vae.sigma, vae.decoder, vae.encoder)
        )
        for k in range(3)
        for n in range(2)
    ]
    for term in ("L1", "L2"):
        mean = np.mean([getattr(each, term) for each in parts])
        assert getattr(whole, term) == pytest.approx(mean)
    assert whole.z.shape == whole.gradients["L1"].z.shape == (3, 2, 2)
    assert whole.y == pytest.approx(np.array([each.y for each in parts]).reshape(3, 2, 3))
    for term, found in whole.gradients.items():
        for index, gradient in enumerate(found.weights):
            mean = np.mean([each.gradients[term].weights[index] for each in parts], axis=0)
            assert gradient == pytest.approx(mean)


SMALL = read_example("vae")["values"]


def test_named_gradients_are_the_exercises_formulas() -> None:
    step = vae_step(as_autoencoder(**SMALL))
    x, w5, w6 = SMALL["x"], 1.0, -1.0
    s2 = 1 / (1 + np.exp(-(0.2 * x[0] + 0.4 * x[1])))
    sigma = np.exp(s2)
    dz = (x[0] - step.y[0]) * w5 + (x[1] - step.y[1]) * w6
    assert step.named["dL1/dz1"] == pytest.approx(dz)
    assert step.named["dL1/dw4"] == pytest.approx(dz * 0.5 * sigma * s2 * (1 - s2) * x[1])
    slope = (sigma - 1 / sigma) * sigma * s2 * (1 - s2) * x[1]
    assert step.named["dL2/dw4"] == pytest.approx(slope)
    assert step.named["dL2/dz1"] == step.named["dL2/dw6"] == 0
    assert step.loss == -(step.L1 + step.L2)
    assert step.negative_elbo == step.L2 - step.L1


def test_samples_of_z_have_no_single_name() -> None:
    several = vae_step(as_autoencoder(**{**SMALL, "noise": [[0.5], [-1.0]]}))
    assert "dL1/dz1" not in several.named
    assert "dL1/dmu1" in several.named
    assert several.z.shape == (2, 1)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"x": 0.5}, "x: expected one example"),
    ({"x": [0.5, 1.5]}, "x: Bernoulli outputs are compared with values from 0 to 1"),
    ({"x": [0.5, 0.5, 0.5]}, r"mu: shape 1x2 takes 2 values, 3 come in; expected 1x3"),
    ({"head": "tanh"}, "unknown head 'tanh'; known: sigmoid, identity"),
    ({"sigma": [[0.1, 0.2], [0.3, 0.4]]}, "sigma: 2 rows, but mu has 1"),
    ({"decoder": []}, "decoder: expected at least one matrix"),
    ({"decoder": [[[1.0], [1.0], [1.0]]]}, r"decoder\[0\]: 3 outputs; expected 2, as x has"),
    ({"decoder": [[[1.0, 2.0]]]}, r"decoder\[0\]: shape 1x2 takes 2 values, 1 come in"),
    ({"encoder": [[[1.0]]]}, r"encoder\[0\]: shape 1x1 takes 1 values, 2 come in"),
    ({"noise": [1, 2]}, "noise: shape 2; expected 1, or samples x 1"),
    ({"noise": []}, "noise: shape 0; expected 1"),
    ({"sigma": [[1e3, 1e3]], "head": "identity"}, "the values overflow: σ"),
    ({"sigma": [[-1e4, -1e4]], "head": "identity"}, "the values overflow: σ"),
    ({"noise": [1e10], "decoder": [[[1e308], [1e308]]]}, "the values overflow: noise or weights"),
    ({"decoder": [[[1.7e308], [1.7e308]]], "noise": [9]}, "the values overflow: noise or weights"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    assert vae_step(as_autoencoder(**SMALL)).L2 > 0
    with pytest.raises(InputError, match=message):
        vae_step(as_autoencoder(**{**SMALL, **change}))

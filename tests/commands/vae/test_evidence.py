"""The terms of the bound against sums over a wide, fine grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.vae.answer import Autoencoder, as_autoencoder, evidence_of, vae_step
from dlcalc.errors import InputError


def random_vae(seed: int, latent: int, batch: int = 1) -> Autoencoder:
    draw = np.random.default_rng(seed)
    return as_autoencoder(
        draw.uniform(size=(batch, 3)),
        draw.normal(size=(batch, latent)),
        draw.normal(size=(latent, 3)),
        draw.normal(size=(latent, 3)),
        [draw.normal(size=(3, latent))],
    )


def test_terms_are_the_integrals() -> None:
    vae = random_vae(1, 1)
    [found] = evidence_of(vae)
    step = vae_step(vae)
    z, dz = np.linspace(-40, 40, 200_001, retstep=True)
    y = 1 / (1 + np.exp(-z[:, np.newaxis] @ vae.decoder[0].T))
    likelihood = np.prod(y**vae.x * (1 - y) ** (1 - vae.x), axis=1)
    prior = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    mu, sigma = step.mu.item(), step.sigma.item()
    q = np.exp(-(((z - mu) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    p_x = (prior * likelihood).sum() * dz
    inside = np.abs(z) < 25
    posterior = (prior * likelihood / p_x)[inside]
    kl = (q[inside] * np.log(q[inside] / posterior)).sum() * dz
    assert found.log_evidence == pytest.approx(np.log(p_x), abs=1e-8)
    assert found.kl_posterior == pytest.approx(kl, abs=1e-8)
    assert found.reconstruction == pytest.approx((q * np.log(likelihood)).sum() * dz, abs=1e-8)
    assert found.kl_prior == pytest.approx(step.L2)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999), latent=st.integers(1, 2), batch=st.integers(1, 2))
def test_bound_and_divergence_add_up(seed: int, latent: int, batch: int) -> None:
    found = evidence_of(random_vae(seed, latent, batch))
    assert len(found) == batch
    for each in found:
        assert abs(each.gap) < 1e-6
        assert each.kl_posterior > -1e-9
        assert each.elbo <= each.log_evidence + 1e-9


def test_where_the_output_ignores_z_the_posterior_is_the_prior() -> None:
    vae = as_autoencoder([0.0, 1.0], [0.0], [[1, 0]], [[1, 0]], [[[0], [0]]])
    [found] = evidence_of(vae)
    assert found.log_evidence == pytest.approx(-2 * np.log(2))
    assert found.kl_posterior == pytest.approx(found.kl_prior)


def test_a_latent_of_three_dimensions_is_refused() -> None:
    with pytest.raises(InputError, match="latent of 1 or 2 dimensions, not 3"):
        evidence_of(random_vae(0, 3))

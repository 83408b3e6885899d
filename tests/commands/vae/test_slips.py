"""Mistakes made on purpose, in an autoencoder written out here, are named."""

import re
from typing import Any

import numpy as np
import pytest

from dlcalc.commands.vae.answer import vae
from dlcalc.commands.vae.working import VaeWorking

MISTAKES = [
    ("activation", "mu", "sigmoid left out|[qQ](_1|⁽¹⁾) in place of [sS](_1|⁽¹⁾)"),
    ("exp", "sigma", "exp left out"),
    ("transposed", "mu", "W_μᵀ? in place of W_μᵀ?"), ("σ²", "z", "σ(_.)?² in place of σ"),
    ("ε", "z", "ε(_.)? left out"), ("minus", "z", "a wrong sign at σ"),
    ("mean", "L1", "1/9 left out"), ("σ", "L2", r"σ(_.)? in place of σ(_.)?²"),
    ("ln σ", "L2", r"ln\(σ(_.)?\) in place of ln\(σ(_.)?²\)"), ("half", "L2", "½ left out"),
    ("ln sign", "L2", "a wrong sign at ln"), ("sign", "gradients.L1.z", "a wrong sign"),
    ("transposed back", "gradients.L1.z", "V_1ᵀ? in place of V_1ᵀ?"),
    ("ε back", "gradients.L1.sigma", "ε(_.)? left out"),
    ("slope", "gradients.L1.mu_weights", "in place of ∂L1/∂[qQ]|left out"),
    ("turned", "gradients.L1.decoder[0]", "the transposed matrix"),
    ("path", "gradients.L1.encoder[0]", "W_σ.* left out"),
    ("1/σ", "gradients.L2.sigma", r"1/(σ|\(3·σ\))(_.)? left out"),
]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def worked(x: Any, W: Any, mu: Any, sigma: Any, V: Any, noise: Any, mistake: str) -> Any:
    """A hidden layer, the heads and one layer of the decoder, with one mistake."""
    wrong, n = mistake.__eq__, noise.size // noise.shape[-1]
    s = x @ W.T if wrong("activation") else sigmoid(x @ W.T)
    m = sigmoid(s @ (mu if wrong("transposed") else mu.T))
    log_σ = sigmoid(s @ sigma.T)
    σ = log_σ if wrong("exp") else np.exp(log_σ)
    spread = (σ**2 if wrong("σ²") else σ) * (np.ones_like(noise) if wrong("ε") else noise)
    z = m - spread if wrong("minus") else m + spread
    y = sigmoid(z @ V.T)
    likelihood = (x * np.log(y) + (1 - x) * np.log(1 - y)).sum()
    logs = np.log(σ) if wrong("ln σ") else np.log(σ**2)
    logs = -logs if wrong("ln sign") else logs
    L2 = (m**2 + (σ if wrong("σ") else σ**2) - logs - 1).sum() / len(x)
    da = (y - x if wrong("sign") else x - y) / n
    dz = da @ (V.T if wrong("transposed back") else V)
    dm = dz.sum(axis=0)
    dσ = (dz if wrong("ε back") else dz * noise).sum(axis=0)
    dq_m = dm if wrong("slope") else dm * m * (1 - m)
    dq_σ = dσ * σ * log_σ * (1 - log_σ)
    ds = dq_m @ mu + (0 if wrong("path") else dq_σ @ sigma)
    dV = np.einsum("sbi,sbj->ij", da, z)
    return {
        "mu": m, "sigma": σ, "z": z, "L1": likelihood / (1 if wrong("mean") else n),
        "L2": L2 / (1 if wrong("half") else 2), "gradients.L1.z": dz, "gradients.L1.sigma": dσ,
        "gradients.L1.mu_weights": dq_m.T @ s, "gradients.L1.decoder[0]": dV.T if wrong("turned")
        else dV, "gradients.L1.encoder[0]": (ds * s * (1 - s)).T @ x,
        "gradients.L2.sigma": (σ if wrong("1/σ") else σ - 1 / σ) / len(x),
    }


@pytest.mark.parametrize("kind", ["small", "several"])
@pytest.mark.parametrize(("mistake", "field", "words"), MISTAKES)
def test_mistakes_are_named(kind: str, mistake: str, field: str, words: str) -> None:
    small = kind == "small"
    size, examples = (2, 1) if small else (3, 3)
    for seed in range(3):
        draw = np.random.default_rng(seed)
        x = draw.uniform(size=(examples, size)).round(2)
        W, mu, sigma, V = draw.normal(size=(4, size, size)).round(2)
        noise = draw.normal(size=(examples, examples, size)).round(2)
        right, wrong = (worked(x, W, mu, sigma, V, noise, each)[field] for each in ("", mistake))
        if small and field in ("mu", "sigma", "gradients.L1.sigma", "gradients.L2.sigma"):
            right, wrong = right[0], wrong[0]
        elif small and field in ("z", "gradients.L1.z"):
            right, wrong = right[0, 0], wrong[0, 0]
        right, wrong = np.round(right, 6), np.round(wrong, 6)
        if np.array_equal(right, wrong):
            continue
        given = (x[0], noise[0, 0]) if small else (x, noise)
        lines = VaeWorking(vae(given[0], mu, sigma, [V], [W], given[1]))
        said = lines.slip(field, wrong.tolist(), None)
        assert said.endswith(" gives that"), (seed, said)
        assert re.search(words, said), (seed, said)
        strange = (right * (1 + draw.normal(size=right.shape))).round(6)
        assert lines.slip(field, strange.tolist(), None) == "", (seed, strange)

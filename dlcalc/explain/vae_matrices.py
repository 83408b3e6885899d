"""An autoencoder worked out in matrices, samples and examples a row each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlcalc.explain.matrices import array_step
from dlcalc.explain.notation import Step, call, hadamard, symbol, transpose
from dlcalc.explain.vae_forward import ELBO_NOTE, STATED_NOTE

if TYPE_CHECKING:
    from dlcalc.calc.vae import VaeStep

X, Z, Y, NOISE, M, SIGMA = (symbol(name) for name in ("X", "Z", "Y", "ε", "μ", "σ"))
L1, L2 = symbol("L1"), symbol("L2")


def matrix_steps(result: VaeStep) -> Iterator[Step]:
    """Forward pass, terms and gradients."""
    yield Step("Forward pass", note="S_0 = X, a row an example")
    yield from _forward(result)
    yield Step("Terms of the loss", note="means over samples and examples")
    yield from _terms(result)
    for term in ("L1", "L2"):
        yield Step(f"Gradients of {term}")
        yield from _gradients(result, term)


def _forward(result: VaeStep) -> Iterator[Step]:
    for n, each in enumerate(result.encoding.hidden, start=1):
        formula = call("sigmoid", symbol("S", n - 1) @ transpose(symbol("W", n)))
        yield array_step(symbol("S", n), each.h, formula)
    s = symbol("S", len(result.encoding.hidden))
    head = result.vae.head
    μ, ln_σ = (s @ transpose(symbol("W", each)) for each in ("mu", "sigma"))
    if head == "sigmoid":
        μ, ln_σ = call("sigmoid", μ), call("sigmoid", ln_σ)
    yield array_step(M, result.mu, μ)
    yield array_step(SIGMA, result.sigma, call("exp", ln_σ))
    yield array_step(Z, result.z, M + hadamard(SIGMA, NOISE))
    yield array_step(Y, result.y, call("decoder", Z))


def _terms(result: VaeStep) -> Iterator[Step]:
    logs = call("mean", hadamard(X, call("ln", Y)) + hadamard(1 - X, call("ln", 1 - Y)))
    yield Step(L1, result.L1, logs, note="ln p(x|z), summed over the outputs")
    half = call("mean", 0.5 * (M**2 + SIGMA**2 - call("ln", SIGMA**2) - 1))
    yield Step(L2, result.L2, half, note="KL(q(z|x)‖p(z)), summed over the latent")
    stated, bound = -(L1 + L2), -L1 + L2
    ends = {L1: result.L1, L2: result.L2}
    yield Step("loss", result.loss, stated, (stated.put(ends),), STATED_NOTE)
    yield Step("−ELBO", result.negative_elbo, bound, (bound.put(ends),), ELBO_NOTE)


def _gradients(result: VaeStep, term: str) -> Iterator[Step]:
    found = result.gradients[term]
    samples, batch, _ = result.vae.noise.shape
    dz, dσ = symbol(f"∂{term}/∂z"), symbol(f"∂{term}/∂σ")
    if term == "L1":
        logits = symbol("∂L1/∂logits")
        count = samples * batch
        difference = X - Y
        yield Step(logits, None, difference if count == 1 else difference / count)
        yield array_step(dz, found.z, call("back through the decoder", logits))
        formulas: tuple[Any, Any] = (call("sum over samples", dz),
                                     call("sum over samples", hadamard(dz, NOISE)))
    else:
        formulas = (M, SIGMA - 1 / SIGMA)
        if batch > 1:
            formulas = (M / batch, (SIGMA - 1 / SIGMA) / batch)
    yield array_step(symbol(f"∂{term}/∂μ"), found.mu, formulas[0])
    yield array_step(dσ, found.sigma, formulas[1])
    for name, value in zip(result.vae.weights, found.weights, strict=True):
        yield array_step(f"gradient of {term}, {name.replace('_', ' ')}", value, None)

"""An autoencoder worked out in matrices, samples and examples a row each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlcalc.commands.vae.forward import ELBO_NOTE, L2_NOTE, NO_Z, STATED_NOTE
from dlcalc.formulas.expressions import Expr, Step, call, hadamard, symbol, total, transpose
from dlcalc.formulas.matrices import array_step

if TYPE_CHECKING:
    from dlcalc.commands.vae.vae import VaeStep

Lines = Iterator[tuple[str, Step]]
"""Each step with the field of the record that it gives; "" where it gives none."""
X, Z, Y, NOISE, M, SIGMA = (symbol(name) for name in ("X", "Z", "Y", "ε", "μ", "σ"))
L1, L2 = symbol("L1"), symbol("L2")


def matrix_steps(result: VaeStep) -> Lines:
    """Forward pass, terms and gradients; W are the encoder's matrices, V the decoder's."""
    yield "", Step("Forward pass", note="S_0 = X and H_0 = Z, a row an example or a sample of one")
    yield from _forward(result)
    yield "", Step("Terms of the loss", note="means over samples and examples")
    yield from _terms(result)
    yield "", Step("Gradients of L1")
    yield from _decoder_gradients(result)
    yield from _latent_gradients(result, "L1")
    yield from _encoder_gradients(result, "L1")
    yield "", Step("Gradients of L2", note=NO_Z)
    yield from _latent_gradients(result, "L2")
    yield from _encoder_gradients(result, "L2")


def _forward(result: VaeStep) -> Lines:
    vae = result.vae
    for n, each in enumerate(result.encoding.hidden, start=1):
        formula = call("sigmoid", symbol("S", n - 1) @ transpose(symbol("W", n)))
        yield "", array_step(symbol("S", n), each.h, formula)
    s = symbol("S", len(vae.encoder))
    μ, ln_σ = (s @ transpose(symbol("W", each)) for each in "μσ")
    if vae.head == "sigmoid":
        μ, ln_σ = call("sigmoid", μ), call("sigmoid", ln_σ)
    yield "mu", array_step(M, result.mu, μ)
    yield "sigma", array_step(SIGMA, result.sigma, call("exp", ln_σ))
    yield "z", array_step(Z, result.z, M + hadamard(SIGMA, NOISE))
    *hidden, _ = result.decoding
    for n, each in enumerate(hidden, start=1):
        formula = call("sigmoid", symbol("H", n - 1) @ transpose(symbol("V", n)))
        yield "", array_step(symbol("H", n), each.h, formula)
    last = len(vae.decoder)
    formula = call("sigmoid", symbol("H", last - 1) @ transpose(symbol("V", last)))
    yield "y", array_step(Y, result.y, formula)


def _terms(result: VaeStep) -> Lines:
    samples, batch, _ = result.vae.noise.shape
    logs = hadamard(X, call("ln", Y)) + hadamard(1 - X, call("ln", 1 - Y))
    note = "ln p(x|z), computed from the arguments of Y, where no digits are lost"
    yield "L1", Step(L1, result.L1, _over(total(logs), samples * batch), note=note)
    half = total(M**2 + SIGMA**2 - call("ln", SIGMA**2) - 1) / (2 * batch)
    yield "L2", Step(L2, result.L2, half, note=L2_NOTE)
    ends = {L1: result.L1, L2: result.L2}
    stated, bound = -(L1 + L2), -L1 + L2
    yield "loss", Step("loss", result.loss, stated, (stated.put(ends),), STATED_NOTE)
    yield "negative_elbo", Step("−ELBO", result.negative_elbo, bound, (bound.put(ends),), ELBO_NOTE)


def _over(formula: Expr, count: int) -> Expr:
    return formula if count == 1 else formula / count


def _decoder_gradients(result: VaeStep) -> Lines:
    """From the output back to z; A are the arguments of the decoder's sigmoids."""
    found = result.gradients["L1"]
    for n in range(len(result.vae.decoder), 0, -1):
        name, argument = f"decoder[{n - 1}]", symbol("∂L1/∂A", n)
        if n == len(result.vae.decoder):
            formula = _over(X - Y, len(result.decoding[-1].h))
        else:
            h = symbol("H", n)
            formula = hadamard(symbol("∂L1/∂A", n + 1) @ symbol("V", n + 1), h, 1 - h)
        yield "", array_step(argument, found.arguments[name], formula)
        formula = transpose(argument) @ symbol("H", n - 1)
        yield f"gradients.L1.{name}", array_step(symbol("∂L1/∂V", n), found.decoder[n - 1], formula)
    formula = symbol("∂L1/∂A", 1) @ symbol("V", 1)
    yield "gradients.L1.z", array_step(symbol("∂L1/∂Z"), found.z, formula)


def _latent_gradients(result: VaeStep, term: str) -> Lines:
    found, batch = result.gradients[term], len(result.vae.x)
    if term == "L1":
        dz = symbol("∂L1/∂Z")
        formulas: Any = (dz, hadamard(dz, NOISE))
        if len(result.vae.noise) > 1:
            formulas = [total(each, "samples") for each in formulas]
    else:
        formulas = [_over(each, batch) for each in (M, SIGMA - 1 / SIGMA)]
    yield f"gradients.{term}.mu", array_step(symbol(f"∂{term}/∂μ"), found.mu, formulas[0])
    yield f"gradients.{term}.sigma", array_step(symbol(f"∂{term}/∂σ"), found.sigma, formulas[1])


def _encoder_gradients(result: VaeStep, term: str) -> Lines:
    """From μ and σ back to the first matrix; Q are the arguments of the encoder's units."""
    vae, found = result.vae, result.gradients[term]
    dq, dw = f"∂{term}/∂Q", f"∂{term}/∂W"
    depth = len(vae.encoder)
    for letter, name in (("μ", "mu_weights"), ("σ", "sigma_weights")):
        argument, formula = symbol(dq, letter), _head(term, letter, vae.head)
        yield "", array_step(argument, found.arguments[name], formula)
        formula = transpose(argument) @ symbol("S", depth)
        weights = getattr(found, name)
        yield f"gradients.{term}.{name}", array_step(symbol(dw, letter), weights, formula)
    above = symbol(dq, "μ") @ symbol("W", "μ") + symbol(dq, "σ") @ symbol("W", "σ")
    for n in range(depth, 0, -1):
        name, argument, s = f"encoder[{n - 1}]", symbol(dq, n), symbol("S", n)
        yield "", array_step(argument, found.arguments[name], hadamard(above, s, 1 - s))
        formula = transpose(argument) @ symbol("S", n - 1)
        yield f"gradients.{term}.{name}", array_step(symbol(dw, n), found.encoder[n - 1], formula)
        above = argument @ symbol("W", n)


def _head(term: str, letter: str, head: str) -> Expr:
    """From μ, or from σ = exp of its head, to the argument of the head."""
    factors = [symbol(f"∂{term}/∂{letter}"), *([SIGMA] if letter == "σ" else [])]
    if head == "sigmoid":
        s = M if letter == "μ" else call("ln", SIGMA)
        factors += [s, 1 - s]
    return factors[0] if len(factors) == 1 else hadamard(*factors)

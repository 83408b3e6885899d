"""The working of one element of an autoencoder's step, as its sum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.commands.vae.autoencoder import divergence_from_prior, log_likelihood
from dlcalc.commands.vae.matrices import matrix_steps
from dlcalc.formulas.expressions import Expr, Step, call, mul
from dlcalc.formulas.sums import dot, products
from dlcalc.numbers.compare import unravel

if TYPE_CHECKING:
    from dlcalc.commands.vae.vae import VaeStep

Array = np.ndarray[Any, np.dtype[Any]]
Index = tuple[int, ...]


def element_step(result: VaeStep, field: str, index: Index) -> Step | None:
    """The formula of a field of the record in matrices, and one element of it in numbers."""
    step = next((step for place, step in matrix_steps(result) if place == field), None)
    if step is None:
        return None
    numbers = _of_gradient if field.startswith("gradients.") else _of_value
    found = numbers(result, field.removeprefix("gradients."), index)
    return Step(step.name, None, step.formula, (*step.numbers, *([found] if found else [])))


def unnamed(result: VaeStep, field: str, index: Index) -> tuple[str, Index]:
    """The array and the place in it of a named gradient, named.dL1/dw7 or named.dL2/dmu1."""
    named = re.fullmatch(r"named\.d(L[12])/d(w|z|mu|sigma)(\d+)", field)
    if named is None:
        return field, index
    term, kind, place = named[1], named[2], int(named[3]) - 1
    if kind != "w":
        return f"gradients.{term}.{kind}", (place,)
    for name, weight in result.vae.weights.items():
        if place < weight.size:
            return f"gradients.{term}.{name}", unravel(place, weight.shape)
        place -= weight.size
    return field, index


def _place(result: VaeStep, index: Index) -> tuple[int, int]:
    """The sample and the example that an index of z or y means."""
    vae, leading = result.vae, index[:-1]
    return leading[0] if vae.sampled else 0, 0 if vae.single else leading[-1]


def _of_value(result: VaeStep, field: str, index: Index) -> Expr | None:
    vae = result.vae
    samples, batch, latent = vae.noise.shape
    if field in ("mu", "sigma"):
        example = 0 if vae.single else index[0]
        run = result.encoding.mu if field == "mu" else result.encoding.log_sigma
        weight = vae.mu if field == "mu" else vae.sigma
        sum_ = dot(run.x[example], weight[index[-1]])
        sum_ = sum_ and call("sigmoid", sum_) if vae.head == "sigmoid" else sum_
        return sum_ and call("exp", sum_) if field == "sigma" else sum_
    if field == "z":
        sample, example = _place(result, index)
        k = index[-1]
        mu, sigma = (each.reshape(batch, latent)[example, k] for each in (result.mu, result.sigma))
        return products([(mu.item(), 1), (sigma.item(), vae.noise[sample, example, k].item())])
    if field == "y":
        sample, example = _place(result, index)
        sum_ = dot(result.decoding[-1].x[sample * batch + example], vae.decoder[-1][index[-1]])
        return sum_ and call("sigmoid", sum_)
    if field not in ("L1", "L2"):
        return None
    found = divergence_from_prior(result.encoding.mu.h, result.encoding.log_sigma.h)
    if field == "L1":
        logits = result.decoding[-1].q.reshape(samples, batch, -1)
        found = log_likelihood(logits, vae.x).ravel()
    mean = products((each, 1) for each in found.tolist())
    return mean / found.size if mean and found.size > 1 else None


def _of_gradient(result: VaeStep, field: str, index: Index) -> Expr | None:
    term, name = field.split(".")
    if name in ("mu", "sigma"):
        return _latent(result, term, name, index)
    vae, arguments = result.vae, result.gradients[term].arguments
    if name == "z":
        sample, example = _place(result, index)
        row = arguments["decoder[0]"][sample * len(vae.x) + example]
        return dot(row, vae.decoder[0][:, index[-1]])
    inputs = {f"encoder[{n}]": each.x for n, each in enumerate(result.encoding.hidden)}
    inputs |= {f"decoder[{n}]": each.x for n, each in enumerate(result.decoding)}
    below = inputs.get(name, result.encoding.mu.x)
    return dot(arguments[name][:, index[0]], below[:, index[1]])


def _latent(result: VaeStep, term: str, name: str, index: Index) -> Expr | None:
    """∂L/∂μ or ∂L/∂σ: over the samples for L1, at once for L2."""
    vae = result.vae
    example, k = 0 if vae.single else index[0], index[-1]
    if term == "L1":
        dz = result.gradients["L1"].z.reshape(vae.noise.shape)[:, example, k]
        noise = vae.noise[:, example, k]
        return products((each, 1) for each in dz.tolist()) if name == "mu" else dot(dz, noise)
    value = getattr(result, name).reshape(len(vae.x), -1)[example, k].item()
    whole = mul(value) if name == "mu" else Expr("sub", (value, Expr("div", (1, value))))
    return whole / len(vae.x) if len(vae.x) > 1 else whole

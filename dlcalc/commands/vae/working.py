"""The working of a variational autoencoder's step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isclose
from typing import TYPE_CHECKING, Any

from dlcalc.commands.vae.forward import NO_Z
from dlcalc.formulas.expressions import Step, call, symbol
from dlcalc.numbers.places import Place

if TYPE_CHECKING:
    from dlcalc.commands.vae.evidence import Evidence
    from dlcalc.commands.vae.vae import VaeStep

MOST_WEIGHTS = 64
"""Weights of an autoencoder that is still worked out unit by unit."""
NEAR = 1e-4
"""How near an expected loss comes to the other one to be taken for it."""
GAP = 1e-6
"""Beyond it the quadrature has not resolved the posterior."""


def vae_steps(result: VaeStep) -> Iterator[Step]:
    """Every quantity by its formula: unit by unit, or in matrices for many."""
    if is_small(result):
        from dlcalc.commands.vae.unit_steps import unit_steps

        yield from (step for _, step in unit_steps(result))
    else:
        from dlcalc.commands.vae.matrices import matrix_steps

        yield from (step for _, step in matrix_steps(result))
    for number, found in enumerate(result.evidence or (), start=1):
        several = len(result.evidence or ()) > 1
        yield Step("Evidence" + (f" of example {number}" if several else ""))
        yield from evidence_steps(found).values()


def is_small(result: VaeStep) -> bool:
    """Whether there is one example and one sample, and few enough weights to name each."""
    vae = result.vae
    few = sum(each.size for each in vae.weights.values()) <= MOST_WEIGHTS
    return vae.single and not vae.sampled and few


def vae_element(result: VaeStep, field: str, index: tuple[int, ...]) -> Step | None:
    """The working of one element of the record."""
    if evidence := re.fullmatch(r"evidence(?:\[(\d+)\])?\.(\w+)", field):
        return evidence_steps((result.evidence or ())[int(evidence[1] or 0)])[evidence[2]]
    from dlcalc.commands.vae.elements import element_step, unnamed

    array, place = unnamed(result, field, index)
    if array.startswith(("gradients.L2.z", "gradients.L2.decoder")):
        return Step(array, note=NO_Z)
    if not is_small(result):
        return element_step(result, array, place)
    from dlcalc.commands.vae.unit_steps import unit_steps

    return next((step for place, step in unit_steps(result) if (field, index) in place), None)


def evidence_steps(found: Evidence) -> dict[str, Step]:
    """ln p(x) beside the sum of the bound and the divergence that it leaves out, by field."""
    inner, prior = symbol("R"), symbol("KL", "prior")
    elbo, rest = symbol("ELBO"), symbol("KL", "posterior")
    values = {inner: found.reconstruction, prior: found.kl_prior}
    both = elbo + rest
    numbers = both.put({elbo: found.elbo, rest: found.kl_posterior})
    left = call("ln", call("p", symbol("x")))
    gap = (left - symbol("sum")).put(
        {left: found.log_evidence, symbol("sum"): found.elbo + found.kl_posterior}
    )
    integral = "the integral of p(z) p(x|z) over z, with nodes laid over the prior"
    finer = "KL(q‖p(z|x)) = E_q ln q(z)/p(z|x), by a finer rule of its own"
    return {
        "log_evidence": Step(left, found.log_evidence, note=integral),
        "reconstruction": Step(
            inner, found.reconstruction, note="E_q ln p(x|z), with nodes laid over q"
        ),
        "kl_prior": Step(prior, found.kl_prior, note="KL(q‖p(z)) = L2, in closed form"),
        "elbo": Step(elbo, found.elbo, inner - prior, ((inner - prior).put(values),)),
        "kl_posterior": Step(rest, found.kl_posterior, note=finer),
        "sum": Step(both, found.elbo + found.kl_posterior, None, (numbers,)),
        "gap": Step(symbol("gap"), found.gap, left - both, (gap,), evidence_words(found)),
    }


def evidence_words(found: Evidence) -> str:
    """Whether the two sides meet."""
    if abs(found.gap) <= GAP:
        return f"ln p(x) to within {abs(found.gap):.1g}: the identity holds"
    return (
        f"ln p(x) differs by {abs(found.gap):.1g}: the decoder is too steep for the nodes, "
        "and none of these integrals is to be trusted further than that"
    )


def advice(
    result: VaeStep, field: Place, expected: Any, tolerance: float | None = None
) -> str:
    """Which of the two losses an expected one is, or the slip that gives expected numbers.

    >>> from dlcalc.commands.vae.vae import vae
    >>> step = vae([0, 1], [[1, 0]], [[1, 0]], [[[1], [1]]], noise=[0.5])
    >>> advice(step, Place(("loss",)), step.negative_elbo)
    'that is the negative ELBO, −L1 + L2'
    """
    losses = {
        "loss": (result.negative_elbo, "that is the negative ELBO, −L1 + L2"),
        "negative_elbo": (result.loss, "that is the loss as the problem states it, −(L1 + L2)"),
    }
    other, words = losses.get(str(field), (0.0, ""))
    value = expected
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if words and isinstance(value, int | float) and isclose(value, other, rel_tol=NEAR):
        return words
    if not is_small(result):
        return ""
    from dlcalc.commands.vae.unit_steps import unit_steps
    from dlcalc.derive.slips import slip_in_steps

    return slip_in_steps(unit_steps(result), str(field), expected, tolerance)


def derivation(result: VaeStep) -> tuple[str, ...]:
    """The fields of the record, and their parts, in the order in which they are derived."""
    fields = ["mu", "sigma", "z", "y", "L1", "L2", "loss", "negative_elbo"]
    weights = list(result.vae.weights)
    heads = ["mu_weights", "sigma_weights"]
    encoder = [name for name in weights if name.startswith("encoder")]
    decoder = [name for name in weights if name.startswith("decoder")]
    for term in ("L1", "L2"):
        latent = ("z", "mu", "sigma")
        for name in (*reversed(decoder), *latent, *heads, *reversed(encoder)):
            fields.append(f"gradients.{term}.{name}")
            fields += _names(result, term, name)
    return tuple(fields)


def _names(result: VaeStep, term: str, field: str) -> Sequence[str]:
    """The named gradients of a field: named.dL1/dw4 …"""
    if field in ("z", "mu", "sigma"):
        count = len(result.vae.mu)
        return [f"named.d{term}/d{field}{number}" for number in range(1, count + 1)]
    before = 0
    for name, weight in result.vae.weights.items():
        if name == field:
            break
        before += weight.size
    count = result.vae.weights[field].size
    return [f"named.d{term}/dw{number}" for number in range(before + 1, before + count + 1)]

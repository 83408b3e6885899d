"""A step of a variational autoencoder with a Gaussian latent, Bernoulli outputs and no biases.

Kingma and Welling 2014, "Auto-encoding variational Bayes": z = μ + σ⊙ε with noise ε
(section 2.4), and the divergence from the standard normal prior in closed form
(appendix B). ln p(x) of a small latent is by Gauss–Hermite quadrature (Abramowitz and Stegun
25.4.46): an expectation over N(0, 1) is a weighted sum over the roots of a Hermite polynomial,
exact for polynomials of degree below twice their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcalc.derive.activations import ACTIVATIONS
from dlcalc.derive.rules import RULES, Graph, Node
from dlcalc.errors import InputError, LimitError, ShapeError, require_known
from dlcalc.input.fields import takes_record
from dlcalc.layers.counted import whole
from dlcalc.layers.losses import binary_cross_entropy
from dlcalc.layers.network import (
    Dense,
    as_examples,
    dense,
    dense_layers,
    numbered,
    require_chain,
    require_few,
    require_matrix,
)
from dlcalc.numbers.axes import by_x, check_flags
from dlcalc.numbers.exact import Array, all_finite, as_doubles, as_layers_of, as_word
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, explained, require_checkable

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck

working = lazily("dlcalc.commands.vae.working")

SIGMOID = ACTIVATIONS["sigmoid"]
HEADS = ("sigmoid", "identity")
MOST_NOISE = 1 << 20
"""Numbers of noise, each of which leads to a z and a gradient of its own."""
MOST_VALUES = 1 << 24
"""Values of one layer, over samples and examples: 128 MiB of them."""


@dataclass(frozen=True)
class Autoencoder:
    """Weights, inputs and noise that fit each other."""

    x: Array
    """The inputs, from 0 to 1, (batch, in)."""
    noise: Array
    """ε, drawn from N(0, 1), (samples, batch, latent)."""
    encoder: tuple[Array, ...]
    """Matrices of the hidden layers before the heads, sigmoid; none is a valid number."""
    mu: Array
    """W_μ, (latent, hidden)."""
    sigma: Array
    """W_σ, (latent, hidden)."""
    decoder: tuple[Array, ...]
    """Matrices from z to the output, sigmoid each."""
    head: str
    """The heads' activation: μ = head(W_μ s), σ = exp(head(W_σ s))."""
    single: bool
    """Whether x was one example."""
    sampled: bool
    """Whether the noise had an axis of samples."""

    @property
    def weights(self) -> dict[str, Array]:
        """Every matrix by name, in the order in which w₁, w₂ … are counted."""
        return {
            **{f"encoder[{n}]": weight for n, weight in enumerate(self.encoder)},
            "mu_weights": self.mu,
            "sigma_weights": self.sigma,
            **{f"decoder[{n}]": weight for n, weight in enumerate(self.decoder)},
        }


class Passes(NamedTuple):
    """What a batch becomes on its way, in one graph."""

    graph: Graph
    encoder: list[Dense]
    """The hidden layers before the heads."""
    mu: Dense
    """The μ head: its h is μ, (batch, latent)."""
    log_sigma: Dense
    """The σ head: its h is ln σ, (batch, latent)."""
    sigma: Node
    """σ, (batch, latent)."""
    z: Node
    """(samples, batch, latent)."""
    decoder: list[Dense]
    """Samples and batch on one axis; its first x is z."""


def as_autoencoder(
    x: Any, noise: Any, mu: Any, sigma: Any, decoder: Sequence[Any],
    encoder: Sequence[Any] = (), *, head: str = "sigmoid",
) -> Autoencoder:
    """An autoencoder of those parts, or InputError or ShapeError naming what does not fit.

    x is one example (in,) or a batch (batch, in), from 0 to 1. The noise has the shape of
    the latent, (latent,) or (batch, latent), or an axis of samples before it.

    >>> as_autoencoder([0.5, 1], [[1], [2], [3]], [[1, 2]], [[3, 4]], [[[5], [6]]]).noise.shape
    (3, 1, 1)
    """
    inputs, single = as_examples(x)
    if ((inputs < 0) | (inputs > 1)).any():
        raise InputError("Bernoulli outputs are compared with values from 0 to 1").at("x")
    require_known(as_word(head, "head"), HEADS, "head")
    hidden = as_layers_of(encoder, "encoder")
    require_chain(hidden, inputs.shape[1], "encoder")
    w_mu, w_sigma = _as_heads(mu, sigma, len(hidden[-1]) if hidden else inputs.shape[1])
    outward = _as_decoder(decoder, len(w_mu), inputs.shape[1])
    epsilon, sampled = _as_noise(noise, len(inputs), len(w_mu), single)
    require_few(sum(each.size for each in (*hidden, w_mu, w_sigma, *outward)))
    widest = epsilon[..., 0].size * max(len(each) for each in outward)
    if widest > MOST_VALUES:
        message = f"{widest:,} values of one layer are more than {MOST_VALUES:,}"
        raise LimitError(message).at("noise")
    return Autoencoder(inputs, epsilon, hidden, w_mu, w_sigma, outward, head, single, sampled)


def _as_heads(mu: Any, sigma: Any, inputs: int) -> tuple[Array, Array]:
    """W_μ and W_σ, of as many rows both."""
    w_mu, w_sigma = as_doubles(mu, "mu"), as_doubles(sigma, "sigma")
    require_matrix(w_mu, inputs, "mu")
    require_matrix(w_sigma, inputs, "sigma")
    if len(w_mu) != len(w_sigma):
        message = f"{len(w_sigma)} rows, but mu has {len(w_mu)}: one a latent dimension in both"
        raise ShapeError(message).at("sigma")
    return w_mu, w_sigma


def _as_decoder(decoder: Sequence[Any], latent: int, outputs: int) -> tuple[Array, ...]:
    """The matrices that lead from the latent to as many outputs as x has."""
    matrices = as_layers_of(decoder, "decoder")
    if not matrices:
        raise InputError("expected at least one matrix").at("decoder")
    require_chain(matrices, latent, "decoder")
    last = len(matrices) - 1
    if len(matrices[last]) != outputs:
        message = f"{len(matrices[last])} outputs; expected {outputs}, as x has"
        raise ShapeError(message).at(f"decoder[{last}]")
    return matrices


def _as_noise(noise: Any, batch: int, latent: int, single: bool) -> tuple[Array, bool]:
    """ε as (samples, batch, latent), and whether it had an axis of samples."""
    given = as_doubles(noise, "noise")
    one = (latent,) if single else (batch, latent)
    sampled = given.ndim == len(one) + 1 and len(given) > 0
    if given.shape[sampled:] != one:
        shape, expected = by_x(given.shape) or "a number", by_x(one)
        raise ShapeError(f"shape {shape}; expected {expected}, or samples x {expected}").at("noise")
    return given.reshape(-1, batch, latent), sampled


def drawn_noise(x: Any, mu: Any, samples: int | None, seed: int) -> Array:
    """ε from N(0, 1) in the shape that x and W_μ ask for, after an axis of `samples` if any.

    LimitError beyond 2²⁰ numbers.

    >>> drawn_noise([[0, 1], [1, 1]], [[1, 2]], 3, seed=0).shape
    (3, 2, 1)
    """
    batch = as_doubles(x, "x").shape[:-1]
    shape = (*batch, *as_doubles(mu, "mu").shape[:1])
    if samples is not None:
        shape = (whole("samples", samples), *shape)
    if prod(shape) > MOST_NOISE:
        raise LimitError(f"{prod(shape):,} numbers are more than {MOST_NOISE:,}").at("noise")
    return np.random.default_rng(whole("seed", seed, 0)).normal(size=shape)


def passes_of(vae: Autoencoder) -> Passes:
    """The batch through encoder, heads, z and decoder.

    >>> vae = as_autoencoder([0.5, 1], [1], [[2, 0]], [[0, 3]], [[[5], [6]]], head="identity")
    >>> found = passes_of(vae)
    >>> found.mu.h.value.tolist(), found.log_sigma.h.value.tolist()
    ([[1.0]], [[3.0]])
    """
    graph, head = Graph(), ACTIVATIONS[vae.head]
    x = graph.given(vae.x, "x")
    encoder = sigmoid_layers(graph, x, vae.encoder)
    s = encoder[-1].h if encoder else x
    mu, log_sigma = (dense(graph, s, each, None, head) for each in (vae.mu, vae.sigma))
    sigma = graph.apply(RULES["exp"], log_sigma.h)
    spread = graph.apply(RULES["mul"], sigma, graph.given(vae.noise, "ε"))
    z = graph.apply(RULES["add"], mu.h, spread)
    rows = graph.apply(RULES["move"], z, shape=(-1, len(vae.mu)))
    decoder = sigmoid_layers(graph, rows, vae.decoder)
    return Passes(graph, encoder, mu, log_sigma, sigma, z, decoder)


def sigmoid_layers(graph: Graph, x: Node, weights: Sequence[Array]) -> list[Dense]:
    """The hidden layers before the heads, or those from z to the output."""
    return dense_layers(graph, x, weights, None, SIGMOID, SIGMOID)


def divergence_from_prior(mu: Array, log_sigma: Array) -> Array:
    """KL(N(μ, σ²)‖N(0, 1)) = ½ Σ μ² + σ² − ln σ² − 1, along the last axis.

    >>> divergence_from_prior(np.array([[3.0, 4.0]]), np.zeros((1, 2))).tolist()
    [12.5]
    """
    total: Array = (mu * mu + np.expm1(2 * log_sigma) - 2 * log_sigma).sum(axis=-1) / 2
    return total


class VaeGradients(NamedTuple):
    """The total gradients of one term of the loss."""

    z: Array
    """With respect to z, (samples, batch, latent) without the axes that were not given."""
    mu: Array
    """With respect to μ, (batch, latent), likewise."""
    sigma: Array
    """With respect to σ, (batch, latent), likewise."""
    encoder: tuple[Array, ...]
    """With respect to the matrices before the heads."""
    mu_weights: Array
    """With respect to W_μ."""
    sigma_weights: Array
    """With respect to W_σ."""
    decoder: tuple[Array, ...]
    """With respect to the matrices from z to the output."""

    @property
    def weights(self) -> tuple[Array, ...]:
        """Those of the matrices, in the order in which w₁, w₂ … are counted."""
        return (*self.encoder, self.mu_weights, self.sigma_weights, *self.decoder)


def gradients_of(vae: Autoencoder, passes: Passes, slopes: Mapping[Node, Array]) -> VaeGradients:
    """Those of a term of the loss, from what its gradients are where it is made."""
    passes.graph.backward(slopes)
    of, heads = passes.graph.gradient, (passes.mu, passes.log_sigma)
    encoder, (mu, sigma), decoder = (
        tuple(of(each.weight) + 0.0 for each in layers)
        for layers in (passes.encoder, heads, passes.decoder)
    )
    return VaeGradients(
        by_sample(vae, of(passes.z)), by_example(vae, of(passes.mu.h)),
        by_example(vae, of(passes.sigma)), encoder, mu, sigma, decoder,
    )


def by_example(vae: Autoencoder, values: Array) -> Array:
    """(batch, …) without the batch axis where x had none; -0.0 becomes 0.0."""
    return (values[0] if vae.single else values) + 0.0


def by_sample(vae: Autoencoder, values: Array) -> Array:
    """(samples, batch, …) without those of the axes that were not given."""
    values = values[:, 0] if vae.single else values
    return (values if vae.sampled else values[0]) + 0.0


CHUNK = 1024
"""Nodes that are decoded at once."""
NODES = {1: (192, 256), 2: (96, 128)}
"""Nodes along an axis of the usual and of the finer rule, by the latent's dimensions."""


@dataclass(frozen=True)
class Evidence:
    """The terms of the lower bound for one example, in nats."""

    log_evidence: float
    """ln p(x) = ln ∫ p(z) p(x|z) dz, with nodes laid over the prior."""
    reconstruction: float
    """E_q ln p(x|z), with nodes laid over q."""
    kl_prior: float
    """KL(q‖p(z)), in closed form."""
    kl_posterior: float
    """KL(q‖p(z|x)), by a finer rule of its own, its ln p(x) included."""

    @property
    def elbo(self) -> float:
        """E_q ln p(x|z) − KL(q‖p(z))."""
        return self.reconstruction - self.kl_prior

    @property
    def gap(self) -> float:
        """ln p(x) − (ELBO + KL(q‖p(z|x))): 0 but for the error of the quadrature."""
        return self.log_evidence - (self.elbo + self.kl_posterior)


def evidence_of(vae: Autoencoder) -> tuple[Evidence, ...]:
    """The bound and what it leaves out, for each example; the noise plays no part.

    InputError for a latent of more than two dimensions.

    >>> vae = as_autoencoder([0, 1], [0.5], [[1, 0]], [[1, 0]], [[[1], [1]]])
    >>> [found] = evidence_of(vae)
    >>> round(found.log_evidence, 6), round(found.elbo, 6), round(found.kl_posterior, 6)
    (-1.576869, -2.457066, 0.880197)
    """
    latent = len(vae.mu)
    if latent not in NODES:
        raise InputError(f"evidence is integrated over a latent of 1 or 2 dimensions, not {latent}")
    passes = passes_of(vae)
    (nodes, weights), (finer, finer_weights) = (
        normal_nodes(count, latent) for count in NODES[latent])

    def of_example(x: Array, mu: Array, log_sigma: Array) -> Evidence:
        sigma = np.exp(log_sigma)
        z = mu + sigma * finer
        # ln q(z) − ln p(z); the factors 1/√2π are in both.
        log_ratio = ((z * z - finer * finer) / 2 - log_sigma).sum(axis=-1)
        finer_evidence = _log_mean(finer_weights, _log_likelihood(vae, x, finer))
        return Evidence(
            _log_mean(weights, _log_likelihood(vae, x, nodes)),
            float(weights @ _log_likelihood(vae, x, mu + sigma * nodes)),
            float(divergence_from_prior(mu, log_sigma)),
            float(finer_weights @ (log_ratio - _log_likelihood(vae, x, z))) + finer_evidence,
        )

    return tuple(map(of_example, vae.x, passes.mu.h.value, passes.log_sigma.h.value))


def _log_likelihood(vae: Autoencoder, x: Array, z: Array) -> Array:
    found = []
    for start in range(0, len(z), CHUNK):
        graph = Graph()
        part = graph.given(z[start : start + CHUNK], "z")
        logits = sigmoid_layers(graph, part, vae.decoder)[-1].q.value
        found.append(-binary_cross_entropy(logits, x))
    return np.concatenate(found)


def _log_mean(weights: Array, logs: Array) -> float:
    largest = logs.max()
    return float(largest + np.log(weights @ np.exp(logs - largest)))


def normal_nodes(count: int, dimensions: int) -> tuple[Array, Array]:
    """Nodes, (count**dimensions, dimensions), and weights of the mean over N(0, I).

    >>> nodes, weights = normal_nodes(4, 2)
    >>> float(weights @ (nodes[:, 0] ** 4 * nodes[:, 1] ** 2)).__round__(12)
    3.0
    """
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    nodes, factors = (
        np.stack(np.meshgrid(*[each] * dimensions, indexing="ij"), axis=-1).reshape(-1, dimensions)
        for each in (points, weights / weights.sum())
    )
    return nodes, factors.prod(axis=1)


@dataclass(frozen=True, eq=False, repr=False)
class VaeStep(Result):
    """What one step computes, means over samples and batch."""

    vae: Autoencoder
    """What was computed on."""
    mu: Array
    """μ = head(W_μ s)."""
    sigma: Array
    """σ = exp(head(W_σ s))."""
    z: Array
    """z = μ + σ⊙ε."""
    y: Array
    """The decoder's output, of the shape of z but for the last axis."""
    L1: float
    """Σ x ln y + (1−x) ln(1−y)."""
    L2: float
    """½ Σ μ² + σ² − ln σ² − 1 = KL(q(z|x)‖p(z))."""
    gradients: dict[str, VaeGradients]
    """Of "L1" and of "L2"."""
    evidence: tuple[Evidence, ...] | None = None
    """The lower bound and what it leaves out, one an example, where it was asked for."""

    @property
    def loss(self) -> float:
        """−(L1 + L2), the loss as the problem states it."""
        return -(self.L1 + self.L2)

    @property
    def negative_elbo(self) -> float:
        """−L1 + L2, the negative evidence lower bound, which training a VAE minimises."""
        return -self.L1 + self.L2

    @property
    def record(self) -> dict[str, Any]:
        """The result by the names of the fields, as JSON has it."""
        values = ("mu", "sigma", "z", "y", "L1", "L2", "loss", "negative_elbo")
        return {
            **{name: getattr(self, name) for name in values},
            "gradients": {term: found._asdict() for term, found in self.gradients.items()},
            "named": self.named,
            "noise": by_sample(self.vae, self.vae.noise),
        }

    @property
    def named(self) -> dict[str, float]:
        """dL1/dz1 …, dL1/dmu1 …, dL1/dsigma1 …, dL1/dw1 …, and the same of L2.

        The weights count through encoder, W_μ, W_σ and decoder, row by row. z is left out
        where there are several samples, z, μ and σ where there is a batch.
        """
        found: dict[str, float] = {}
        for term, gradient in self.gradients.items():
            latent = {"z": gradient.z, "mu": gradient.mu, "sigma": gradient.sigma}
            for name, values in latent.items():
                if values.ndim == 1:
                    found |= numbered(f"d{term}/d{name}", [values])
            found |= numbered(f"d{term}/dw", gradient.weights)
        return found


@takes_record
def vae(
    x: Any, mu: Any, sigma: Any, decoder: Sequence[Any], encoder: Sequence[Any] = (),
    noise: Any = None, *, head: str = "sigmoid", samples: int | None = None, seed: int = 0,
    evidence: bool = False,
) -> VaeStep:
    """One step of a variational autoencoder: values, terms, and the gradients of each term.

    x is one example (in,) or a batch (batch, in), from 0 to 1; mu, sigma, encoder and
    decoder are matrices (out, in), without biases. The noise has the shape of the latent,
    or an axis of samples before it; where it is None, or `samples` are asked for, it is
    drawn with `seed`. `evidence` adds ln p(x), for a latent of one or two dimensions.
    Raises InputError or ShapeError naming what does not fit.

    >>> step = vae([0, 1], [[1, 0]], [[1, 0]], [[[1], [1]]], noise=[0.5])
    >>> step.mu.tolist(), round(step.named["dL1/dz1"], 6)
    ([0.5], -0.579813)
    """
    if noise is None or samples is not None:
        noise = drawn_noise(x, mu, samples, seed)
    check_flags(evidence=evidence)
    checked = as_autoencoder(x, noise, mu, sigma, decoder, encoder, head=head)
    step = vae_step(checked)
    return replace(step, evidence=evidence_of(checked)) if evidence else step


def vae_step(vae: Autoencoder) -> VaeStep:
    """μ, σ, z, y, both terms of the loss, and the gradients of each through z to the weights.

    InputError where σ, or a gradient, overflows.
    """
    samples, batch, _ = vae.noise.shape
    with np.errstate(over="ignore", invalid="ignore"):
        passes = passes_of(vae)
        mu, log_sigma, sigma, z = (
            each.value for each in (passes.mu.h, passes.log_sigma.h, passes.sigma, passes.z))
        last = passes.decoder[-1]
        logits, y = (each.value.reshape(samples, batch, -1) for each in (last.q, last.h))
        first = (-binary_cross_entropy(logits, vae.x)).sum() / (samples * batch)
        second = divergence_from_prior(mu, log_sigma).sum() / batch
        likelihood = ((vae.x - y) / (samples * batch)).reshape(last.h.value.shape)
        divergence = {passes.mu.h: mu / batch, passes.sigma: 2 * np.sinh(log_sigma) / batch}
        gradients = {  # of L2 by σ it is σ − 1/σ
            "L1": gradients_of(vae, passes, {last.q: likelihood}),
            "L2": gradients_of(vae, passes, divergence),
        }
    derived = [(each.z, each.mu, each.sigma, *each.weights) for each in gradients.values()]
    finite = all_finite(vae.x, vae.noise, *vae.weights.values())
    if finite and not all_finite(first, second, *chain(*derived)):
        with np.errstate(over="ignore", divide="ignore"):
            fits = all_finite(sigma * sigma, 1 / sigma)
        too_far = "noise or weights are too large" if fits else (
            "σ = exp(head(W_σ s)) is too large or too small")
        raise InputError(f"the values overflow: {too_far}")
    return VaeStep(
        vae, by_example(vae, mu), by_example(vae, sigma), by_sample(vae, z),
        by_sample(vae, y), float(first), float(second), gradients,
    )


MOST_ROWS = 500
"""Gradients that get a row each; of more, every matrix gets one."""


class VaeRun(Run[VaeStep]):
    """Read the autoencoder and take its step."""

    fields = ("x", "noise", "encoder", "mu", "sigma", "decoder", "head")
    required = ("x", "mu", "sigma", "decoder")
    layered = ("encoder", "decoder")

    def checked(self, result: VaeStep) -> Sequence[GradientCheck]:
        """Each gradient of both terms against its differences."""
        require_checkable(2 * len(result.named))
        checks: list[GradientCheck] = working.VaeWorking(result).checks()
        return checks

    def answer(self, result: VaeStep) -> Answer:
        """The step, in the order of its derivation."""
        lines = cache(lambda: working.VaeWorking(result))
        record, complete = result.record, self.out.format.complete
        latent = {"mu": result.mu, "sigma": result.sigma, "z": result.z}
        blocks: list[Block] = [
            _listing(result, "Latent", "dimension", latent, complete),
            _listing(result, "Outputs", "output", {"x": result.vae.x, "y": result.y}, complete),
            Table(("term", "value", "what it is"), [
                ("L1", result.L1, "ln p(x|z)"),
                ("L2", result.L2, "KL(q(z|x)||p(z))"),
                ("-(L1 + L2)", result.loss, "loss as the problem states it"),
                ("-L1 + L2", result.negative_elbo, "negative ELBO, what training minimises"),
            ], title="Terms"),
            _gradients(result, complete),
        ]  # fmt: skip
        if result.evidence is not None:
            found = [{name: getattr(each, name) for name in EVIDENCE} for each in result.evidence]
            record["evidence"] = found[0] if result.vae.single else found
            headers = ("ln p(x)", "ELBO", "KL(q||p(z|x))", "sum of both", "gap")
            rows = [
                (one.log_evidence, one.elbo, one.kl_posterior, one.elbo + one.kl_posterior, one.gap)
                for one in result.evidence
            ]
            blocks += [Table(headers, rows, title="Evidence, by Gauss–Hermite quadrature"),
                       Text([working.evidence_words(each) for each in result.evidence])]
        add_checks(record, blocks, self.checks)
        return Answer(
            record, blocks, main="loss", main_table="gradients", **explained(lines, self.out)
        )


EVIDENCE = ("log_evidence", "reconstruction", "kl_prior", "elbo", "kl_posterior", "gap")


def _listing(
    result: VaeStep, title: str, what: str, arrays: Mapping[str, Array], complete: bool
) -> Table:
    """A row for each example, sample and number; of many, unless `complete`, the first."""
    samples, batch, _ = result.vae.noise.shape
    shape = (samples, batch, next(iter(arrays.values())).shape[-1])
    spread = [
        np.broadcast_to(each.reshape(-1, batch, shape[-1]), shape) for each in arrays.values()
    ]
    count, skipped = prod(shape), 1 if result.vae.single else 0
    shown = count if complete else min(count, MOST_ROWS)
    rows = [
        (example + 1, sample + 1, k + 1, *(each[sample, example, k] for each in spread))
        for sample, example, k in islice(np.ndindex(shape), shown)
    ]
    note = f"the first {shown:,} of {count:,}; json and csv have them all"
    return Table(
        ("example", "sample", what, *arrays)[skipped:], [row[skipped:] for row in rows],
        title=title, footnotes=(note,) if shown < count else (),
    )


def _gradients(result: VaeStep, complete: bool) -> Table:
    named = result.named
    if len(named) > 2 * MOST_ROWS and not complete:
        first, second = (result.gradients[term].weights for term in ("L1", "L2"))
        largest = [
            (name, list(a.shape), float(abs(a).max()), float(abs(b).max()))
            for name, a, b in zip(result.vae.weights, first, second, strict=True)
        ]
        return Table(
            ("matrix", "shape", "largest dL1", "largest dL2"), largest, title="Gradients",
            footnotes=("json and csv have every gradient",),
        )
    rows = [(name.removeprefix("dL1/d"), value, named[name.replace("dL1", "dL2", 1)])
            for name, value in named.items() if name.startswith("dL1")]
    return Table(("with respect to", "dL1", "dL2"), rows, title="Gradients")

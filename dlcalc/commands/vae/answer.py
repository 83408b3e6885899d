"""A variational autoencoder's step as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from dlcalc.commands.vae.vae import VaeStep, vae
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, explained, require_checkable

if TYPE_CHECKING:
    from dlcalc.commands.vae import working
    from dlcalc.commands.vae.vae import Evidence
    from dlcalc.numbers.differences import GradientCheck
else:
    working = lazily("dlcalc.commands.vae.working")

MOST_ROWS = 500
"""Gradients that get a row each; of more, every matrix gets one."""


class VaeRun(Run[VaeStep]):
    """Read the autoencoder and take its step."""

    command = "vae"
    fields = ("x", "noise", "encoder", "mu", "sigma", "decoder", "head")
    required = ("x", "mu", "sigma", "decoder")
    layered = ("encoder", "decoder")
    function = staticmethod(vae)

    def checked(self, result: VaeStep) -> Sequence[GradientCheck]:
        """Each gradient of both terms against its differences."""
        require_checkable(2 * len(result.named))
        return working.VaeWorking(result).checks()

    def answer(self, result: VaeStep, checks: Sequence[GradientCheck] | None) -> Answer:
        """The step, in the order of its derivation."""
        lines = cache(lambda: working.VaeWorking(result))
        record, complete = result.record, self.out.format.complete
        blocks: list[Block] = [
            _latent(result, complete), _outputs(result, complete),
            _terms(result), _gradients(result, complete),
        ]  # fmt: skip
        if result.evidence is not None:
            found = [{name: getattr(each, name) for name in EVIDENCE} for each in result.evidence]
            record["evidence"] = found[0] if result.vae.single else found
            words = [working.evidence_words(each) for each in result.evidence]
            blocks += [_evidence_table(result.evidence), Text(words)]
        add_checks(record, blocks, checks)
        return Answer(
            record, blocks, main="loss", main_table="gradients", **explained(lines, self.out)
        )


EVIDENCE = ("log_evidence", "reconstruction", "kl_prior", "elbo", "kl_posterior", "gap")


def _evidence_table(found: Sequence[Evidence]) -> Table:
    headers = ("ln p(x)", "ELBO", "KL(q||p(z|x))", "sum of both", "gap")
    rows = [
        (one.log_evidence, one.elbo, one.kl_posterior, one.elbo + one.kl_posterior, one.gap)
        for one in found
    ]
    return Table(headers, rows, title="Evidence, by Gauss–Hermite quadrature")


def _latent(result: VaeStep, complete: bool) -> Table:
    samples, batch, latent = result.vae.noise.shape
    mu, sigma = (each.reshape(batch, latent) for each in (result.mu, result.sigma))
    z = result.z.reshape(samples, batch, latent)
    rows = (
        (example + 1, sample + 1, k + 1, mu[example, k], sigma[example, k], z[sample, example, k])
        for sample in range(samples)
        for example in range(batch)
        for k in range(latent)
    )
    return _listed(result, ("dimension", "mu", "sigma", "z"), rows, z.size, complete, "Latent")


def _outputs(result: VaeStep, complete: bool) -> Table:
    samples, batch, _ = result.vae.noise.shape
    x, y = result.vae.x, result.y.reshape(samples, batch, -1)
    rows = (
        (example + 1, sample + 1, n + 1, x[example, n], y[sample, example, n])
        for sample in range(samples)
        for example in range(batch)
        for n in range(x.shape[1])
    )
    return _listed(result, ("output", "x", "y"), rows, y.size, complete, "Outputs")


def _listed(
    result: VaeStep, headers: Sequence[str], rows: Iterator[Sequence[Any]], count: int,
    complete: bool, title: str,
) -> Table:
    """The rows, each after its example and sample; of many, unless `complete`, the first."""
    shown = count if complete else min(count, MOST_ROWS)
    note = f"the first {shown:,} of {count:,}; json and csv have them all"
    skipped = 1 if result.vae.single else 0
    return Table(
        ("example", "sample", *headers)[skipped:], [row[skipped:] for row in islice(rows, shown)],
        title=title, footnotes=(note,) if shown < count else (),
    )


def _terms(result: VaeStep) -> Table:
    rows = [
        ("L1", result.L1, "ln p(x|z)"),
        ("L2", result.L2, "KL(q(z|x)||p(z))"),
        ("-(L1 + L2)", result.loss, "loss as the problem states it"),
        ("-L1 + L2", result.negative_elbo, "negative ELBO, what training minimises"),
    ]
    return Table(("term", "value", "what it is"), rows, title="Terms")


def _gradients(result: VaeStep, complete: bool) -> Table:
    named: dict[str, dict[str, float]] = {term: {} for term in result.gradients}
    for name, value in result.named.items():
        term, _, quantity = name.partition("/")
        named[term[1:]][quantity[1:]] = value
    if len(named["L1"]) > MOST_ROWS and not complete:
        return _matrices(result)
    rows = [(name, value, named["L2"][name]) for name, value in named["L1"].items()]
    return Table(("with respect to", "dL1", "dL2"), rows, title="Gradients")


def _matrices(result: VaeStep) -> Table:
    first, second = (result.gradients[term].weights for term in ("L1", "L2"))
    rows = [
        (name, list(a.shape), float(abs(a).max()), float(abs(b).max()))
        for name, a, b in zip(result.vae.weights, first, second, strict=True)
    ]
    return Table(
        ("matrix", "shape", "largest dL1", "largest dL2"), rows, title="Gradients",
        footnotes=("json and csv have every gradient",),
    )

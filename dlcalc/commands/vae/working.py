"""A variational autoencoder as a recipe: its equations, its fields and their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.commands.vae.answer import by_sample
from dlcalc.derive.arrays import Arrays
from dlcalc.derive.derivation import Index
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.recipe import Layer, Recipe, Section, backward_order, forward_order
from dlcalc.derive.tape import arranged, forward, recorded
from dlcalc.derive.working_terms import named
from dlcalc.formulas.expressions import Step, call, symbol
from dlcalc.input.sources import text_beside
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.differences import GradientCheck, check_gradients

if TYPE_CHECKING:
    from dlcalc.commands.vae.answer import Evidence, VaeStep

MOST_WEIGHTS = 64
"""Weights of an autoencoder that is still worked out unit by unit."""
GAP = 1e-6
"""Beyond it the quadrature has not resolved the posterior."""
NO_Z = "L2 has neither z nor the decoder's weights in it: their gradients are 0"
PARTS = dict(part.split("\n", 1) for part in text_beside(
    __file__, "equations.txt").rstrip().split("\n\n")[1:])
"""Equations, and what is said of lines."""


class VaeWorking(Recipe):
    """The lines of one step; small letters are one example, capitals a row for each."""

    chained = True

    def __init__(self, result: VaeStep) -> None:
        super().__init__()
        self.result = result
        vae = self.vae = result.vae
        self.single, self.bare = vae.single, result.z.ndim == 1
        x, s, q = "xsq" if self.single else "XSQ"
        z, a, h, y = "zahy" if self.bare else "ZAHY"
        depth, last = len(vae.encoder), len(vae.decoder)
        names = [x, *(f"{s}_{n}" for n in range(1, depth + 1))]
        self.encoder = [Layer(f"W_{n}", f"{q}_{n}", each, below, "", self.single)
                        for n, (below, each) in enumerate(pairwise(names), start=1)]
        self.heads = [Layer(f"W_{head}", f"{q}_{head}", f"{s}_{head}", names[-1], "", self.single)
                      for head in "μσ"]
        names = [z, *(f"{h}_{n}" for n in range(1, last)), y]
        self.decoder = [Layer(f"V_{n}", f"{a}_{n}", each, below, "", self.bare)
                        for n, (below, each) in enumerate(pairwise(names), start=1)]
        self.x, self.z, self.y = x, z, y
        rows = len(vae.x) * len(vae.noise)
        self.words: dict[str, Any] = {
            "x": x, "s": s, "q": q, "z": z, "a": f"{a}_{last}", "y": y,
            "λ": f"{s if vae.head == 'sigmoid' else q}_σ",
            "mean": f"/{rows}" if rows > 1 else "", "twice": 2 * len(vae.x),
        }  # fmt: skip
        self.given: dict[str, Any] = {
            x: vae.x[0] if self.single else vae.x, "ε": by_sample(vae, vae.noise),
            **{self.weights[field]: each for field, each in vae.weights.items()},
        }
        text, given = self.equations("terms"), {
            **self.given, "μ": result.mu, "σ": result.sigma, z: result.z, "L1": result.L1,
            "L2": result.L2,
        }
        difference = named(x) - named(y)
        self.derive(text, given, "L1", {self.words["a"]: (
            difference / rows if rows > 1 else difference, (self.given[x] - result.y) / rows,
        )})
        self.derive(text, given, "L2", {"L2": (1, 1)})
        bound = self.lines.lines["bound"]
        self.lines.add("bound", bound._replace(name=symbol("−ELBO")))
        self._order()
        self.give(result.record)
        few = sum(each.size for each in vae.weights.values()) <= MOST_WEIGHTS
        if self.bare and self.single and few:
            # Units and weights count through encoder, heads and decoder.
            letters = self.letters_of([*self.encoder, *self.heads, *self.decoder], "s")
            letters |= {self.x: ("x", 1), self.z: ("z", 1), self.y: ("y", 1)}
            letters |= {letter: (letter, 1) for letter in "μσε"}
            self.letters = letters | {name: (name, 0) for name in ("L1", "L2", "loss", "−ELBO")}

    def equations(self, terms: str) -> str:
        """Those of the whole network, with its terms as they are told."""
        lines = [f"{each.equation}\n{each.value} = sigmoid({each.argument})"
                 for each in (*self.encoder, *self.decoder)]
        lines += [each.equation for each in self.heads]
        lines += [PARTS[self.vae.head], "{z} = μ + σ⊙ε"]
        return "\n".join([*lines, PARTS[terms]]).format(**self.words)

    @property
    def weights(self) -> dict[str, str]:
        """Each matrix as the equations name it, by its name in the record."""
        layers = (*self.encoder, *self.heads, *self.decoder)
        return {field: each.weight for field, each in zip(self.vae.weights, layers, strict=True)}

    def _order(self) -> None:
        z, latent = self.z, {"z": self.z, "mu": "μ", "sigma": "σ"}
        self.fields = {**latent, "y": self.y, "L1": "L1", "L2": "L2", "loss": "loss",
                       "negative_elbo": "bound"}
        forward = [*forward_order([*self.encoder, *self.heads]), "μ", "σ", z,
                   *forward_order(self.decoder)]
        back = [*backward_order(self.decoder), z, "μ", "σ", *backward_order(self.heads[:1]),
                *backward_order(self.heads[1:]), *backward_order(self.encoder)]
        several = not (self.single and self.bare)
        rows, means = "a row an example or a sample of one", "means over samples and examples"
        self.sections = [
            Section("Forward pass", forward, rows * several),
            Section("Terms of the loss", ["L1", "L2", "loss", "bound"], means * several),
            Section("Gradients of L1", [f"L1 {name}" for name in back]),
            Section("Gradients of L2", [f"L2 {name}" for name in back], NO_Z),
        ]
        self.notes = dict(line.split(": ", 1) for line in PARTS["notes"].split("\n"))
        self.ends = (f"L1 {z}", "L2 μ", "L2 σ")
        within = [each.value for each in (*self.encoder, *self.decoder)]
        within += forward_order(self.heads)
        self.hidden = tuple(f"{term} {name}" for term in ("L1", "L2") for name in within)
        self.numbered = {}
        for term, found in self.result.gradients.items():
            whole = f"gradients.{term}"
            self.fields |= {f"{whole}.{field}": f"{term} {name}"
                            for field, name in (latent | self.weights).items()}
            self.numbered |= {f"named.d{term}/d{field}": [f"{whole}.{field}"]
                              for field in latent if getattr(found, field).ndim == 1}
            self.numbered[f"named.d{term}/dw"] = [f"{whole}.{field}" for field in self.weights]

    def steps(self) -> Iterator[Step]:
        """All lines, then those of the evidence."""
        yield from super().steps()
        several = len(self.result.evidence or ()) > 1
        for number, found in enumerate(self.result.evidence or (), start=1):
            yield Step("Evidence" + (f" of example {number}" if several else ""))
            yield from evidence_steps(found).values()

    def element(self, field: str, index: Index) -> Step | None:
        """The working of one element of the record, that of the evidence among them."""
        before, _, name = field.partition(".")
        if before.startswith("evidence"):
            number = int(before[9:-1] or 0) if before[8:] else 0
            return evidence_steps((self.result.evidence or ())[number])[name]
        array, _place = self.named.get(field, (field, index))
        if array.startswith(("gradients.L2.z", "gradients.L2.decoder")):
            return Step(array, note=NO_Z)
        return super().element(field, index)

    def slip(self, field: str, expected: Any, tolerance: float | None) -> str:
        """Which of the two losses an expected one is, or the slip that gives expected numbers."""
        losses = {
            "loss": ("the negative ELBO, −L1 + L2,", self.result.negative_elbo),
            "negative_elbo": (
                "the loss as the problem states it, −(L1 + L2),", self.result.loss),
        }
        other = [losses[field]] if field in losses else []
        return slip_of(expected, other) or super().slip(field, expected, tolerance)

    def checks(self) -> list[GradientCheck]:
        """Every gradient of both terms against central and complex-step differences.

        That of σ is checked as σ ∂L/∂σ, the gradient of ln σ, which no small σ can spoil.
        """
        result, latent = self.result, {"mu": "μ", "ln_sigma": self.words["λ"], "z": self.z}
        system = arranged(parse_equations(self.equations("stable")))
        tape = recorded(system, system.computed, system.inputs)
        names: dict[str, str] = {**self.weights, **latent}
        values = {"mu": result.mu, "ln_sigma": np.log(result.sigma), "z": result.z}

        def loss(term: str, moved: Mapping[str, Any]) -> Any:
            given = {names[name]: each for name, each in moved.items()}
            places = forward(tape, Arrays, {**self.given, **given}, watched=False)
            return places[tape.names[term]]

        checks: list[GradientCheck] = []
        for term, found in result.gradients.items():
            of_weights = dict(zip(self.weights, found.weights, strict=True))
            of_heads = {"mu": found.mu, "ln_sigma": result.sigma * found.sigma}
            heads = {name: values[name] for name in of_heads}
            for moved, gradients in ((self.vae.weights, of_weights), (heads, of_heads),
                                     (values, {"z": found.z})):
                each = check_gradients(partial(loss, term), moved, gradients)
                checks += [replace(one, name=f"d{term}/d{one.name}") for one in each]
        return checks


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

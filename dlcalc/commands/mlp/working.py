"""A fully connected network as a recipe: its equations, its fields and their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.derive.derivation import Line, each_name, gradient
from dlcalc.derive.recipe import Layer, Recipe, Section, backward_order, forward_order, slope_of
from dlcalc.derive.slips import numbers_in
from dlcalc.derive.working_terms import named
from dlcalc.formulas.expressions import Expr, Step, call, hadamard, symbol
from dlcalc.layers.network import Moves, network_loss
from dlcalc.layers.optimisers import mistaken, optimiser, states, update_steps
from dlcalc.numbers.compare import slip_of

if TYPE_CHECKING:
    from dlcalc.commands.mlp.answer import MlpStep
    from dlcalc.derive.recipe import Entry

MOST_WEIGHTS = 64
"""Weights of a network that is still worked out unit by unit."""
LOSSES = {
    "cross_entropy": "-sum({t}⊙ln({y}))",
    "binary_cross_entropy": "-sum({t}⊙ln({y}) + (1 - {t})⊙ln(1 - {y}))",
    "squared_error": "sum(({y} - {t})^2)",
}
"""J of one example; half of it for the squared error."""
IN_ONE = {
    "cross_entropy": "softmax and cross entropy in one",
    "binary_cross_entropy": "sigmoid and binary cross entropy in one",
}
"""Losses whose gradient is taken at q, past the output function, where it is y − t."""
LONG = ("gelu", "mish", "silu", "selu", "hard_swish", "hard_sigmoid", "relu6")
"""Activations whose slope is written by its name, gelu'(q)."""


class MlpWorking(Recipe):
    """The lines of a gradient step; small letters are one example, capitals a row for each."""

    def __init__(self, result: MlpStep) -> None:
        super().__init__()
        self.result, self.network = result, result.network
        network, depth = self.network, len(result.layers)
        self.biased = result.updates.biases is not None
        x, q, h, y, self.t = "xqhyt" if network.single else "XQHYT"
        self.q = [f"{q}_{n}" for n in range(1, depth + 1)]
        """What each layer's function is applied to."""
        self.h = [x, *(f"{h}_{n}" for n in range(1, depth)), y]
        """The input, and each layer's value."""
        self.layers = [
            Layer(f"W_{n}", q, h, below, f"b_{n}" * self.biased, network.single)
            for n, (q, below, h) in enumerate(zip(self.q, self.h, self.h[1:], strict=False), 1)
        ]
        names = [each.weight for each in self.layers] + [each.bias for each in self.layers]
        self.parameters = dict(zip(network.parameters, names, strict=False))
        """Each parameter as the equations name it, by its name in the record."""
        self.fused = network.objective.loss in IN_ONE
        self.derive(self._equations(), self._given_values(), "J", {
            self.q[-1]: (self._difference(), result.gradients.q[-1])
        } if self.fused else {"J": (1, 1)})
        if network.activation in LONG:
            for q, h in zip(self.q[:-1], self.h[1:], strict=False):
                line, slope = self.lines.lines[f"J {q}"], call(f"{network.activation}'", named(q))
                formula = hadamard(slope_of("J", h), slope)
                self.know_slopes(formula)
                self.lines.lines[f"J {q}"] = line._replace(formula=formula)
        if network.single and sum(each.size for each in network.weights) <= MOST_WEIGHTS:
            scalars = {"J": ("J", 0), "η": ("η", 0)}
            vectors = {x: ("x", 1), self.t: ("t", 1), y: ("y", 1)}
            self.letters = self.letters_of(self.layers, "h") | scalars | vectors
        self._add_updates()
        self._order()
        self.give(result.record)

    def _equations(self) -> str:
        network, objective = self.network, self.network.objective
        functions = [network.activation] * (len(self.layers) - 1) + [objective.output]
        lines = [f"{each.equation}\n{each.value} = {function}({each.argument})"
                 for each, function in zip(self.layers, functions, strict=True)]
        loss = LOSSES[objective.loss].format(t=self.t, y=self.h[-1])
        target = network.target[0].tolist()
        if network.single and objective.loss == "cross_entropy" and (
                sorted(target) == [0.0] * (len(target) - 1) + [1.0]):
            loss = f"-ln({self.h[-1]}[{target.index(1.0)}])"
        parts = len(network.target) * (1 if self.fused else 2)
        return "\n".join([*lines, f"J = {loss}" + (f"/{parts}" if parts > 1 else "")])

    def _given_values(self) -> dict[str, Any]:
        network, result = self.network, self.result
        given: dict[str, Any] = {self.h[0]: network.x, self.t: network.target}
        if network.single:
            given = {name: each[0] for name, each in given.items()}
        given |= {own: network.parameters[name] for name, own in self.parameters.items()}
        return {**given, "J": result.loss}

    def _difference(self) -> Expr:
        """∂J/∂q of the last layer, a row over the number of examples."""
        y, t, target = named(self.h[-1]), named(self.t), self.network.target
        if self.network.objective.loss == "cross_entropy" and (target.sum(axis=1) != 1).any():
            y = hadamard(y, call("sum", t, "axis=-1", "keepdims=yes"))
        return (y - t) / len(target) if len(target) > 1 else y - t

    def _add_updates(self) -> None:
        """ΔW = −η ∂J/∂W and W⁺ = W + ΔW; F_W is 0 for weights that are frozen."""
        network, rate = self.network, symbol("η")
        self.lines.values[rate] = network.learning_rate
        changes, news = self.result.updates.parameters, self.result.updated.parameters
        for name, own in self.parameters.items():
            now, free = named(own), network.free[name]
            change, mask = symbol(f"Δ{own[0]}", own[2:]), symbol("F", own.replace("_", ""))
            formula: Any = -(rate * slope_of("J", own))
            if network.optimizer is not None:
                formula = None
                self.notes[f"Δ{own}"] = f"moved by {network.optimizer['type']}"
            elif not free.any():
                formula = 0
            elif not free.all():
                self.lines.values[mask] = free
                formula = hadamard(formula, mask)
                if self.letters is None:
                    self.notes[f"Δ{own}"] = f"F_{mask.args[1]} is 0 for what is frozen"
            self.lines.add(f"Δ{own}", Line(change, formula, changes[name]))
            new = Line(_new(now), now + change, news[name])
            self.lines.add(_later(own), new)
        after = Line(Expr("new", (symbol("J"),)), None, self.result.loss_after)
        self.lines.add("J⁺", after)

    def _order(self) -> None:
        layers = range(len(self.q))
        self.fields = {"output": self.h[-1], "loss": "J", "loss_after": "J⁺",
                       "gradients.x": f"J {self.h[0]}"}
        for n in layers:
            self.fields |= {f"layers[{n}].q": self.q[n], f"layers[{n}].h": self.h[n + 1],
                            f"gradients.q[{n}]": f"J {self.q[n]}"}
        for name, own in self.parameters.items():
            self.fields |= {f"gradients.{name}": f"J {own}", f"updates.{name}": f"Δ{own}",
                            f"updated.{name}": _later(own)}
        self.numbered = {
            f"{before}.{letter}": [f"{whole}.{name}" for name in self.parameters
                                   if name[0] == letter]
            for before, whole in (("named", "gradients"), ("updated.named", "updated"))
            for letter in ("wb" if self.biased else "w")
        }
        back = [f"J {name}" for name in backward_order(self.layers)]
        each = [f"{letter}_{n + 1}" for n in layers for letter in ("Wb" if self.biased else "W")]
        changes, news = [f"Δ{own}" for own in each], [_later(own) for own in each]
        self.sections = [
            Section("Forward pass", [*forward_order(self.layers), "J"],
                    "" if self.network.single else "a row an example"),
            Section("Backward pass", [*back, f"J {self.h[0]}"]),
            Section("Updates", changes, "every weight and bias at once"),
            Section("Parameters after the step", [*news, "J⁺"]),
        ]
        examples = len(self.network.x)
        self.notes |= {"J⁺": "the loss after the step"}
        self.notes["J"] = f"mean over {examples} examples" if examples > 1 else ""
        if self.fused:
            self.notes["J"] = self.notes["J"] or "computed from q, where no digits are lost"
            self.notes[f"J {self.q[-1]}"] = IN_ONE[self.network.objective.loss]
        self.ends = (f"J {self.q[-1]}",)
        self.direct = (f"J {self.h[0]}", *(f"J b_{n + 1}" for n in layers))
        shown = self.h[-1:] if self.network.objective.output == "softmax" else []
        self.hidden = tuple(f"J {each}" for each in self.h[1:] if each not in shown)

    def more_names(self, names: Mapping[Expr, Any]) -> dict[Expr, Any]:
        """Changes, new values, and what is frozen."""
        found: dict[Expr, Any] = {Expr("new", (symbol("J"),)): each_name(_new, names[symbol("J")])}
        for name, own in self.parameters.items():
            now, letter, n = named(own), own[0], own[2:]
            found[symbol(f"Δ{letter}", n)] = each_name(
                lambda name: symbol(f"Δ{name.args[0]}", name.args[1]), names[now])
            found[_new(now)] = each_name(_new, names[now])
            found[symbol("F", f"{letter}{n}")] = self.network.free[name].astype(object)
        return found

    def steps_of(self, key: str) -> Iterator[Step]:
        """A line, or its entries; before a new weight the lines of the optimiser's rule."""
        if self.network.optimizer is None or self.units is None or "⁺_" not in key:
            yield from super().steps_of(key)
            return
        found, options = optimiser(self.network.optimizer)
        state = states(found, options)
        values = self.units.lines.values
        for index in np.ndindex(self.lines.lines[key].value.shape):
            step = self.units.steps[key, index]
            now = step.name.args[0]
            if "".join(now.args) not in self.network.frozen:
                slope = gradient("J", now)
                yield from update_steps(found, {**options, "t": 1}, state, (now, values[now]),
                                        (slope, values[slope]))
            yield step

    def slip(self, field: str, expected: Any, tolerance: float | None) -> str:
        """The slip that gives the expected numbers of a field; "" for none."""
        if field == "loss_after":
            return slip_of(expected, self._losses_after())
        found = super().slip(field, expected, tolerance)
        return found or slip_of(expected, self._moved_otherwise(field, numbers_in(expected)))

    def _moved_otherwise(self, field: str, student: Any) -> Iterator[tuple[str, Any]]:
        """What becomes of a parameter, or is added to it, by slips of the optimiser.

        Of an array of which a part was given, by its name, the others are those of the record.
        """
        kind, _, name = field.partition(".")
        fields = {"updates": self.result.updates, "updated": self.result.updated}
        right = fields[kind].parameters.get(name) if kind in fields else None
        if self.network.optimizer is None or right is None or np.shape(student) != right.shape:
            return
        for words, rule, options in mistaken(*optimiser(self.network.optimizer)):
            moves = Moves(self.network)
            moves.chosen = rule, dict(options)
            held = self.network.parameters
            with np.errstate(all="ignore"):
                wrong = moves.changes(held, self.result.gradients.parameters)[name]
            wrong = wrong + held[name] if kind == "updated" else wrong
            yield words, np.where(np.isclose(student, right), student, wrong)

    def _losses_after(self) -> Iterator[tuple[str, float]]:
        """What becomes of the loss by slips of the step."""
        network, count = self.network, len(self.layers)
        before, changes = network.parameters, self.result.updates.parameters

        def loss(factors: Mapping[str, float]) -> float:
            moved = {name: before[name] + factors[name] * each for name, each in changes.items()}
            with np.errstate(all="ignore"):
                return float(network_loss(network, moved))

        every = dict.fromkeys(changes, 1.0)
        yield "the loss before the step", self.result.loss
        yield "the other sign of the step", loss(dict.fromkeys(changes, -1.0))
        yield "the step taken twice", loss(dict.fromkeys(changes, 2.0))
        if network.optimizer is None and network.learning_rate:
            yield "η left out", loss(dict.fromkeys(changes, 1 / network.learning_rate))
        for kind in ("weights", "biases") if self.biased else ():
            kept = {name: 0.0 for name in changes if name.startswith(kind)}
            yield f"the {kind} left as they were", loss(every | kept)
        for n in range(count if count > 1 else 0):
            kept = {name: 0.0 for name in changes if name.endswith(f"[{n}]")}
            yield f"layer {n + 1} left as it was", loss(every | kept)

    def screen_names(self) -> dict[str, Entry]:
        """dJ/dw5, and w5, the new one, of a large network, too."""
        found = super().screen_names()
        for field, entry in self.named.items():
            before, _, name = field.rpartition("named.")
            found[name if before else f"dJ/d{name}"] = entry
        return found


def _later(name: str) -> str:
    """The line of a parameter after the step: W⁺_1 of W_1."""
    return name.replace("_", "⁺_")


def _new(quantity: Expr) -> Expr:
    return Expr("new", (quantity,))

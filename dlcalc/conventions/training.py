"""What a training step asks of a framework: activations and slopes, norms, optimisers."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from dlcalc.conventions.equations import as_framework
from dlcalc.conventions.tables import ask, others, refusal, table, value
from dlcalc.derive.activations import Activation, parametrised
from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import FUNCTIONS, OPERATIONS
from dlcalc.layers.optimisers import OPTIMISERS, Optimiser, Rule
from dlcalc.layers.windowed import adaptive_windows
from dlcalc.models.tree import Block, Layer, Model, Node


def activation(framework: str, name: str, **options: float) -> Activation:
    """The activation of a layer type as `framework` has it, with its slope where it bends.

    >>> activation("tinygrad", "elu").slope(np.zeros(1), np.zeros(1)).tolist()
    [0.0]
    """
    plain = OPERATIONS[name]
    with as_framework(framework):
        own = OPERATIONS[name]
    if own is plain:
        return parametrised(name, **options)
    given = [options.get(each, usual) for each, usual in FUNCTIONS[name].defaults]

    def value(x: Any) -> Any:
        return own.value(Arrays, x, *given)

    def slope(x: Any, y: Any) -> Any:
        return own.pull(Arrays, np.ones_like(x), y, (x, *given), 0)

    return Activation(name, value, slope)


def facts_of(framework: str) -> dict[str, Any]:
    """What the layers' passes ask of a framework: `Store.facts`."""
    norms = table("frameworks")["norms"]
    eps = {fact: ask(framework, "norms", fact) for fact in norms if fact.startswith("eps of ")}
    old = ask(framework, "norms", "momentum is of") == "the old"
    momentum = Fraction(ask(framework, "norms", "momentum of batchnorm"))
    return {
        **{fact: float(Fraction(text)) for fact, text in eps.items() if text[0].isdigit()},
        "momentum": float(1 - momentum if old else momentum),
        "biased": ask(framework, "norms", "running variance divides by") == "n",
        "by rest": ask(framework, "norms", "groups of groupnorm") != "neighbours",
        "activation": lambda name, **options: activation(framework, name, **options),
        "adaptive windows": partial(_adaptive, framework),
        "shared ties": ask(framework, "pooling", "max of a tie, its gradient") == "shared",
        "start of prelu": float(ask(framework, "activations", "start of prelu")),
        "prelu at 0": lambda slope: value(ask(framework, "slopes", "prelu at 0"), {"slope": slope}),
        "lrn": ask(framework, "norms", "lrn") == "alpha over size",
    }


def differing(types: Collection[str]) -> str:
    """What frameworks have otherwise than PyTorch for layers of these types, in one line.

    >>> differing(["gelu"])
    'gelu: flax, equinox, tinygrad, flax-nnx tanh, here erf'
    """
    found = []
    for kind in ("norms", "activations"):
        for fact in table("frameworks")[kind]:
            if fact.rpartition(" of ")[2] not in types:
                continue
            told, usual = others(kind, fact), ask("pytorch", kind, fact)
            found += [f"{fact}: {told}, here {usual}"] if told else []
    return "; ".join(found)


def _adaptive(framework: str, length: int, wanted: int) -> list[tuple[int, int]]:
    """The windows of an adaptive pool: overlapping as PyTorch's, or apart, the longer first."""
    does = ask(framework, "pooling", "adaptive windows")
    if does == "none":
        raise refusal(framework, "an adaptive pool")
    if does == "overlap":
        return adaptive_windows(length, wanted)
    ends = [i * (length // wanted) + min(i, length % wanted) for i in range(wanted + 1)]
    return list(pairwise(ends))


def with_defaults(model: Model, framework: str) -> Model:
    """The model with the slopes that `framework` takes where the notation says none."""
    slope = float(ask(framework, "activations", "slope of leaky_relu"))

    def changed(node: Node) -> Node:
        if isinstance(node, Block):
            return node.replaced(body=[changed(each) for each in node.body])
        if node.type != "leaky_relu" or node.arguments or "slope" in node.options:
            return node
        return Layer(node.type, (), {**node.options, "slope": slope}, node.name, node.place)

    return model.replaced([changed(node) for node in model.body])


def optimisers_of(framework: str, wanted: object = None) -> dict[str, Optimiser]:
    """All optimisers of a framework by name, with its defaults; InputError where it has none
    of the type that is `wanted`.

    >>> optimisers_of("keras")["adagrad"].options["initial_accumulator_value"]
    0.1
    """
    found, lacking = {}, []
    for name, each in {**OPTIMISERS, "adadelta": ADADELTA, "ftrl": FTRL}.items():
        facts = dict(ask(framework, "optimisers", name))
        if facts.pop("missing", ""):
            lacking.append(name)
            continue
        rule = facts.pop("rule", "")
        decoupled = ask(framework, "training", "weight decay") == "is taken off the weight"
        state = {key: facts.pop(key, begin) for key, begin in each.state.items()}
        found[name] = each._replace(
            rule=_rule(rule) if rule else each.rule, options={**each.options, **facts},
            state=state, decoupled=each.decoupled or decoupled,
            lacks=tuple(ask(framework, "lacking", name).split()),
        )
    if wanted in lacking:
        raise refusal(framework, f"the optimizer {wanted}", f"it has {', '.join(found)}")
    return found


def _rule(name: str) -> Rule:
    return Rule(table("frameworks")["rules"][name])


ADADELTA = Optimiser(_rule("adadelta"), {
    "lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0, "maximize": False,
}, {"square_avg": 0.0, "acc_delta": 0.0})
FTRL = Optimiser(_rule("ftrl"), {
    "lr": 1e-3, "initial_accumulator_value": 0.1, "weight_decay": 0.0, "maximize": False,
}, {"sum": "initial_accumulator_value", "linear": 0.0}, counts=False)

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
from dlcalc.layers.optimisers import OPTIMISERS, Optimiser, Put, moments, nadam
from dlcalc.layers.windowed import adaptive_windows
from dlcalc.models.tree import Block, Layer, Model, Node

NORMS = ("layernorm", "groupnorm", "instancenorm", "batchnorm", "rmsnorm")


def number(text: str) -> float:
    """A number of the table: `1/6`, `1e-5`.

    >>> number("1e-3"), number("1/2")
    (0.001, 0.5)
    """
    return float(Fraction(text))


def activation(framework: str, name: str, **options: float) -> Activation:
    """The activation of a layer type as `framework` has it, with its slope where it bends.

    >>> activation("tinygrad", "elu").slope(np.zeros(1), np.zeros(1)).tolist()
    [0.0]
    """
    plain = OPERATIONS.get(name)
    with as_framework(framework):
        own = OPERATIONS.get(name)
    if own is None or own is plain:
        return parametrised(name, **options)
    given = [options.get(each, usual) for each, usual in FUNCTIONS[name].defaults]

    def value(x: Any) -> Any:
        return own.value(Arrays, x, *given)

    def slope(x: Any, y: Any) -> Any:
        return own.pull(Arrays, np.ones_like(x), y, (x, *given), 0)

    return Activation(name, value, slope)


def facts_of(framework: str) -> dict[str, Any]:
    """What the layers' passes ask of a framework: `Store.facts`."""
    eps = {f"eps of {norm}": ask(framework, "norms", f"eps of {norm}") for norm in NORMS}
    old = ask(framework, "norms", "momentum is of") == "the old"
    momentum = Fraction(ask(framework, "norms", "momentum of batchnorm"))
    return {
        **{fact: number(text) for fact, text in eps.items() if text[0].isdigit()},
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
        return Layer(
            node.type, (), {**node.options, "slope": slope}, node.name, node.place
        )

    return model.replaced([changed(node) for node in model.body])


Values = dict[str, Any]


def optimisers_of(framework: str) -> dict[str, Optimiser]:
    """All optimisers of a framework by name, with its defaults.

    >>> optimisers_of("keras")["adagrad"].options["initial_accumulator_value"]
    0.1
    """
    found = {}
    for name, each in {**OPTIMISERS, "adadelta": ADADELTA, "ftrl": FTRL}.items():
        facts = dict(ask(framework, "optimisers", name))
        if facts.pop("missing", ""):
            continue
        rule, amsgrad = facts.pop("rule", ""), facts.pop("amsgrad_rule", "")
        decoupled = ask(framework, "training", "weight decay") == "is taken off the weight"
        made = each._replace(
            options={**each.options, **facts}, decoupled=each.decoupled or decoupled
        )
        if rule:
            made = made._replace(rule=RULES[rule])
        if amsgrad:
            made = made._replace(rule=_either(made.rule, RULES[amsgrad]))
        found[name] = made
    return found


def _either(plain: Any, amsgrad: Any) -> Any:
    def rule(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
        (amsgrad if o["amsgrad"] else plain)(put, f, w, g, state, o)

    return rule


def _adam_uncorrected_root(
    put: Put, f: Any, w: Any, g: Any, state: Values, o: Values
) -> None:
    """ε beside the root of the moment as it is: Keras's form, after Kingma and Ba section 2."""
    m, v = moments(put, g, state, o)
    if o["amsgrad"]:
        v = put("max_exp_avg_sq", f.max(state["max_exp_avg_sq"], v))
    rate = put("rate", o["lr"] * f.sqrt(1 - o["beta2"] ** o["t"]) / (1 - o["beta1"] ** o["t"]))
    put("w", w - rate * m / (f.sqrt(v) + o["eps"]))


def _adam_uncorrected(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
    """Without bias correction."""
    m, v = moments(put, g, state, o)
    put("w", w - o["lr"] * m / (f.sqrt(v) + o["eps"]))


def _adam_largest_corrected(
    put: Put, f: Any, w: Any, g: Any, state: Values, o: Values
) -> None:
    """The largest of the corrected second moments: optax's amsgrad."""
    m, v = moments(put, g, state, o)
    corrected = put("m̂", m / (1 - o["beta1"] ** o["t"]))
    second = v / (1 - o["beta2"] ** o["t"])
    second = put("max_exp_avg_sq", f.max(state["max_exp_avg_sq"], second))
    put("w", w - o["lr"] * corrected / (f.sqrt(second) + o["eps"]))


def _adagrad_inside(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
    """ε under the root."""
    summed = put("sum", state["sum"] + g * g)
    put("w", w - o["lr"] * g / f.sqrt(summed + o["eps"]))


def _rmsprop_inside(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
    """ε under the root."""
    average = put("square_avg", o["alpha"] * state["square_avg"] + (1 - o["alpha"]) * (g * g))
    if o["centered"]:
        mean = put("grad_avg", o["alpha"] * state["grad_avg"] + (1 - o["alpha"]) * g)
        average = put("variance", average - mean * mean)
    step = o["lr"] * g / f.sqrt(average + o["eps"])
    if o["momentum"]:
        step = put("momentum_buffer", o["momentum"] * state["momentum_buffer"] + step)
    put("w", w - step)


def _adamax(corrected: bool, inside: bool) -> Any:
    """Adamax with ε beside the decayed norm, `inside` the largest of the two, or behind both."""

    def rule(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
        m = put("exp_avg", o["beta1"] * state["exp_avg"] + (1 - o["beta1"]) * g)
        norm = o["beta2"] * state["exp_inf"]
        largest = put("exp_inf", f.max(norm + o["eps"] if inside else norm, f.abs(g)))
        step = m / (largest if inside else largest + o["eps"])
        put("w", w - o["lr"] * (step / (1 - o["beta1"] ** o["t"]) if corrected else step))

    return rule


def _nadam_without_schedule(
    put: Put, f: Any, w: Any, g: Any, state: Values, o: Values
) -> None:
    """b1 at every step."""
    m, v = moments(put, g, state, o)
    put("mu_product", state["mu_product"] * o["beta1"])
    ahead = o["beta1"] * m / (1 - o["beta1"] ** (o["t"] + 1))
    ahead = put("m̂", ahead + (1 - o["beta1"]) * g / (1 - o["beta1"] ** o["t"]))
    second = put("v̂", v / (1 - o["beta2"] ** o["t"]))
    put("w", w - o["lr"] * ahead / (f.sqrt(second) + o["eps"]))


def _adadelta(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
    """Steps in units of the weight (Zeiler 2012, algorithm 1)."""
    average = put("square_avg", o["rho"] * state["square_avg"] + (1 - o["rho"]) * (g * g))
    step = f.sqrt(state["acc_delta"] + o["eps"]) / f.sqrt(average + o["eps"]) * g
    put("acc_delta", o["rho"] * state["acc_delta"] + (1 - o["rho"]) * (step * step))
    put("w", w - o["lr"] * step)


def _ftrl(put: Put, f: Any, w: Any, g: Any, state: Values, o: Values) -> None:
    """Follow the regularised leader (McMahan et al. 2013), without penalties."""
    summed = state["sum"] + g * g
    rise = (f.sqrt(summed) - f.sqrt(state["sum"])) / o["lr"]
    linear = put("linear", state["linear"] + g - rise * w)
    put("sum", summed)
    put("w", -linear * o["lr"] / f.sqrt(summed))


RULES = {
    "adam_uncorrected_root": _adam_uncorrected_root, "adam_uncorrected": _adam_uncorrected,
    "adam_largest_corrected": _adam_largest_corrected, "adagrad_inside": _adagrad_inside,
    "rmsprop_inside": _rmsprop_inside, "adamax_uncorrected": _adamax(False, False),
    "adamax_eps_behind": _adamax(True, False), "adamax_eps_in_decay": _adamax(True, True),
    # As in Dozat 2016, without a decay beside t.
    "nadam_by_steps": nadam(lambda o, t: o["beta1"] * (1 - 0.5 * 0.96**t)),
    "nadam_without_schedule": _nadam_without_schedule,
}
"""The rules that the table of frameworks names."""
ADADELTA = Optimiser(_adadelta, {
    "lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0, "maximize": False,
}, {"square_avg": 0.0, "acc_delta": 0.0})
FTRL = Optimiser(_ftrl, {
    "lr": 1e-3, "initial_accumulator_value": 0.1, "weight_decay": 0.0, "maximize": False,
}, {"sum": "initial_accumulator_value", "linear": 0.0}, counts=False)

"""Activations as frameworks have them: defaults, constants, and slopes at kinks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from dlcalc.conventions.tables import answer, ask, others, refusal, table, value
from dlcalc.layers.windowed import adaptive_windows
from dlcalc.models.tree import Block, Layer, Model, Node
from dlcalc.numbers.activations import Activation, elu, parametrised

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
    base = parametrised(name, **options)
    if name == "gelu" and ask(framework, "activations", "gelu") == "tanh":
        base = Activation("gelu", gelu_tanh, _gelu_tanh_slope)
    if name == "selu":
        scale, alpha = (
            float(ask(framework, "activations", f"{each} of selu")) for each in ("scale", "alpha")
        )
        base = elu(alpha, scale, "selu")
    if name == "hard_sigmoid" and (
        rise := number(ask(framework, "activations", "slope of hard_sigmoid"))
    ) != 1 / 6:
        base = Activation(
            name, lambda x: np.clip(rise * x + 0.5, 0, 1),
            lambda x, y: np.where(np.abs(rise * x) < 0.5, rise, 0).astype(x.dtype),
        )
    kinks = dict(_kinks(framework, name, options))

    def slope(x: Any, y: Any) -> Any:
        found = base.slope(x, y)
        for at, there in kinks.items():
            found = np.where(x.real == at, there, found).astype(found.dtype)
        return found

    return Activation(name, base.value, slope) if kinks else base


def _kinks(framework: str, name: str, options: dict[str, float]) -> Iterator[tuple[float, float]]:
    names: dict[str, Any] = {
        "slope": options.get("slope", 0.01),
        **{each: float(ask(framework, "activations", f"{each} of selu"))
           for each in ("scale", "alpha")},
    }
    for fact, values in table("frameworks")["slopes"].items():
        function, _, place = fact.partition(" at ")
        if function == name and place.lstrip("-").isdigit():
            yield float(place), float(value(answer(values, framework), names))


def gelu_tanh(x: Any) -> Any:
    """gelu by its tanh approximation (Hendrycks and Gimpel 2016, section 2).

    >>> gelu_tanh(np.array([1.0])).round(6).tolist()
    [0.841192]
    """
    return 0.5 * x * (1 + np.tanh(_inner(x)))


def _inner(x: Any) -> Any:
    return np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)


def _gelu_tanh_slope(x: Any, y: Any) -> Any:
    tanh = np.tanh(_inner(x))
    rise = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * rise


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
        "prelu at 0": partial(_bend, ask(framework, "slopes", "prelu at 0")),
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


def _bend(text: str, slope: Any) -> Any:
    """The slope of prelu where it bends, by that of its left side."""
    return value(text, {"slope": slope})


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
            return node.replaced([changed(each) for each in node.body])
        if node.type != "leaky_relu" or node.arguments or "slope" in node.options:
            return node
        return Layer(
            node.type, (), {**node.options, "slope": slope}, node.name, node.place
        )

    return model.replaced([changed(node) for node in model.body])

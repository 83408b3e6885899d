"""Mistakes that people make, on random problems, and how many of them are named.

`python -m tests.mistakes --count 100` prints a row a mistake; the wrong answers are made here,
with NumPy and Python alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.random import Generator

from tests.shell.running import Run, invoke

Problem = tuple[list[str], Any]
"""The words of a command, and the wrong answer to it."""
Mistake = Callable[[Generator], Problem]
MISTAKES: dict[tuple[str, str], Mistake] = {}
"""By command and by words that the line about it must hold."""


def mistake(command: str, words: str) -> Callable[[Mistake], Mistake]:
    """A mistake that a command is to name with these words."""

    def kept(made: Mistake) -> Mistake:
        MISTAKES[command, words] = made
        return made

    return kept


# size

SIZES: dict[str, Callable[[dict[str, int]], float]] = {
    "padding left out": lambda g: floor((g["L"] - span(g)) / g["S"]) + 1,
    "padding counted on one side": lambda g: floor((g["L"] + g["P"] - span(g)) / g["S"]) + 1,
    "dilation left out": lambda g: floor((g["L"] + 2 * g["P"] - g["F"]) / g["S"]) + 1,
    "stride left out": lambda g: g["L"] + 2 * g["P"] - span(g) + 1,
    "the + 1 left out": lambda g: floor((g["L"] + 2 * g["P"] - span(g)) / g["S"]),
    "rounding up": lambda g: ceil((g["L"] + 2 * g["P"] - span(g)) / g["S"]) + 1,
    "padding counted twice": lambda g: floor((g["L"] + 4 * g["P"] - span(g)) / g["S"]) + 1,
    "a span of D·F": lambda g: floor((g["L"] + 2 * g["P"] - g["D"] * g["F"]) / g["S"]) + 1,
    "kernel left out": lambda g: floor((g["L"] + 2 * g["P"] - 1) / g["S"]) + 1,
}


def span(given: dict[str, int]) -> int:
    """The columns that a window covers."""
    return given["D"] * (given["F"] - 1) + 1


def sized(name: str, rng: Generator) -> Problem:
    """A size at which this mistake gives what neither the answer nor an earlier one gives."""
    while True:
        low = {"L": 20, "F": 2, "P": 1, "S": 2, "D": 2}
        high = {"L": 90, "F": 6, "P": 4, "S": 5, "D": 4}
        given = {key: int(rng.integers(low[key], high[key])) for key in low}
        right = floor((given["L"] + 2 * given["P"] - span(given)) / given["S"]) + 1
        values = {each: made(given) for each, made in SIZES.items()}
        if (values["rounding up"] - 1) * given["S"] >= given["L"] + given["P"]:
            continue  # that window would lie in the padding alone
        others = [value for each, value in values.items() if each != name]
        # An answer of one whole number tells slips apart where no other gives it.
        if values[name] != right and values[name] > 0 and values[name] not in others and (
            right + 1 != values[name] or name == "rounding up"
        ):
            words = [word for key, value in given.items() for word in (f"-{key}", str(value))]
            return ["size", *words], values[name]


for each in list(SIZES)[:6]:
    mistake("size", each)(lambda rng, name=each: sized(name, rng))  # type: ignore[misc]


# conv and pool


def slid(x: Any, w: Any, stride: int = 1, pad: int = 0, dilation: int = 1) -> Any:
    """A convolution by its definition."""
    x = np.pad(x, pad)
    spans = [dilation * (size - 1) + 1 for size in w.shape]
    rows = range(0, x.shape[0] - spans[0] + 1, stride)
    columns = range(0, x.shape[1] - spans[1] + 1, stride)
    return np.array([
        [(x[i : i + spans[0] : dilation, j : j + spans[1] : dilation] * w).sum() for j in columns]
        for i in rows
    ])


def text(array: Any) -> str:
    """An array as it is typed."""
    return "; ".join(" ".join(map(str, row)) for row in np.atleast_2d(array).tolist())


def image(rng: Generator, size: int = 9) -> tuple[Any, Any]:
    """An image and a kernel of whole numbers."""
    return rng.integers(-9, 10, (size, size)), rng.integers(-5, 6, (3, 3))


def convolved(name: str, rng: Generator) -> Problem:
    """A convolution, and what the mistake makes of it."""
    x, w = image(rng)
    line = ["conv", "-x", text(x), "-w", text(w), "-s", "2", "-p", "1", "-d", "2"]
    return line, {
        "turned": lambda: slid(x, w[::-1, ::-1], 2, 1, 2),
        "kernel transposed": lambda: slid(x, w.T, 2, 1, 2),
        "transpos": lambda: slid(x, w, 2, 1, 2).T,
        "padding left out": lambda: slid(x, w, 2, 0, 2),
        "dilation left out": lambda: slid(x, w, 2, 1, 1),
        "stride": lambda: slid(x, w, 1, 1, 2),
        "sign": lambda: -slid(x, w, 2, 1, 2),
    }[name]().tolist()


for each in ("turned", "kernel transposed", "padding left out", "dilation left out", "stride",
             "sign", "transpos"):
    mistake("conv", each)(lambda rng, name=each: convolved(name, rng))  # type: ignore[misc]


@mistake("conv", "bias left out")
def _(rng: Generator) -> Problem:
    x, w = image(rng)
    bias = int(rng.integers(1, 9))
    return ["conv", "-x", text(x), "-w", text(w), "--bias", str(bias)], slid(x, w).tolist()


@mistake("conv", "not turned round")
def _(rng: Generator) -> Problem:
    x, w = image(rng, 6)
    g = rng.integers(-4, 5, (4, 4))
    right = ["conv", "-x", text(x), "-w", text(w), "--upstream", text(g)]
    return right, {"dx": slid(np.pad(g, 2), w).tolist()}


def pooled(x: Any, size: int, stride: int, how: Any = np.max) -> Any:
    """A pooling by its definition."""
    at = range(0, x.shape[0] - size + 1, stride)
    return np.array([[how(x[i : i + size, j : j + size]) for j in at] for i in at])


@mistake("pool", "the mean")
def _(rng: Generator) -> Problem:
    x = rng.integers(-9, 10, (6, 6))
    return ["pool", "-x", text(x), "-F", "2"], pooled(x, 2, 2, np.mean).tolist()


@mistake("pool", "stride")
def _(rng: Generator) -> Problem:
    x = rng.integers(-9, 10, (6, 6))
    return ["pool", "-x", text(x), "-F", "2"], pooled(x, 2, 1).tolist()


@mistake("pool", "the largest element")
def _(rng: Generator) -> Problem:
    x = rng.integers(-9, 10, (6, 6))
    return ["pool", "-x", text(x), "-F", "3", "--kind", "avg"], pooled(x, 3, 3).tolist()


# params

LAYERS: dict[str, Callable[[int, int, int, int], dict[str, int]]] = {
    "biases left out": lambda c, f, k, o: {"params": k * k * c * f},
    "input channels left out": lambda c, f, k, o: {"params": (k * k + 1) * f},
    "FLOPs": lambda c, f, k, o: {"macs": 2 * k * k * c * f * o * o},
    "a bias for each input channel": lambda c, f, k, o: {"params": (k * k + 1) * c * f},
}


def counted(name: str, rng: Generator) -> Problem:
    """A convolution counted with a mistake."""
    c, f, k = (int(rng.integers(low, high)) for low, high in ((2, 20), (2, 40), (2, 6)))
    words = ["params", "--input", f"{c}x16x16", f"conv {f} {k}"]
    return words, {"total": LAYERS[name](c, f, k, 17 - k)}


for each in LAYERS:
    mistake("params", each)(lambda rng, name=each: counted(name, rng))  # type: ignore[misc]


@mistake("params", "one bias")
def _(rng: Generator) -> Problem:
    width, hidden = (int(each) for each in rng.integers(2, 40, 2))
    wrong = {"total": {"params": 4 * hidden * (width + hidden + 1)}}
    return ["params", "--input", f"5x{width}", f"lstm {hidden}"], wrong


# kl


def divergence(q: Any, p: Any) -> tuple[float, float, float]:
    """The three terms of KL(q‖p) in one dimension."""
    return (q[1] / p[1]) ** 2, ((q[0] - p[0]) / p[1]) ** 2, 2 * np.log(p[1] / q[1])


DIVERGENCES: dict[str, Callable[[Any, Any], float]] = {
    "exchanged": lambda q, p: (sum(divergence(p, q)) - 1) / 2,
    "σ": lambda q, p: (
        sum(divergence((q[0], q[1] ** 0.5), (p[0], p[1] ** 0.5))) - 1) / 2,
    "½": lambda q, p: sum(divergence(q, p)) - 1,
    "bits": lambda q, p: (sum(divergence(q, p)) - 1) / 2 / np.log(2),
    "without the − D": lambda q, p: sum(divergence(q, p)) / 2,
}


def diverging(name: str, rng: Generator) -> Problem:
    """Two Gaussians, and a divergence with a mistake."""
    q, p = ((round(rng.normal(), 2), round(rng.uniform(0.3, 3), 2)) for _ in range(2))
    words = ["kl", "--q", f"{q[0]},{q[1]}", "--p", f"{p[0]},{p[1]}"]
    return words, {"kl": round(float(DIVERGENCES[name](q, p)), 6)}


for each in DIVERGENCES:
    mistake("kl", each)(lambda rng, name=each: diverging(name, rng))  # type: ignore[misc]


# A neuron, a layer and a network: what grad, mlp and step derive


def neuron(rng: Generator) -> tuple[dict[str, float], dict[str, float]]:
    """y = sigmoid(w·x + b), L = (y − t)²/2: the values and dL/dw with mistakes."""
    given = {name: round(float(rng.normal()), 2) or 0.5 for name in ("w", "x", "b", "t")}
    w, x, b, t = given.values()
    y = 1 / (1 + np.exp(-(w * x + b)))
    return given, {
        "∂y/∂z left out": (y - t) * x,
        "sign": -(y - t) * y * (1 - y) * x,
        "∂z/∂w left out": (y - t) * y * (1 - y),
        "∂L/∂y left out": y * (1 - y) * x,
    }


def graded(name: str, rng: Generator) -> Problem:
    """The neuron in dlcalc grad."""
    given, wrong = neuron(rng)
    words = ["grad", "z = w*x + b; y = sigmoid(z); L = (y - t)^2/2"]
    values = [f"{key}={value}" for key, value in given.items()]
    return [*words, *values], {"dL/dw": round(wrong[name], 7)}


for each in ("∂y/∂z left out", "sign", "∂z/∂w left out", "∂L/∂y left out"):
    mistake("grad", each)(lambda rng, name=each: graded(name, rng))  # type: ignore[misc]


def layer(rng: Generator) -> tuple[Any, Any, Any]:
    """Weights, an input and a target of a linear layer with the squared error."""
    return (rng.normal(size=(3, 3)).round(2), rng.normal(size=3).round(2),
            rng.normal(size=3).round(2))


MATRICES: dict[str, Callable[[Any, Any, Any], dict[str, Any]]] = {
    "transpose": lambda W, x, t: {"dL/dW": np.outer(x, 2 * (W @ x - t))},
    "sign": lambda W, x, t: {"dL/dW": -np.outer(2 * (W @ x - t), x)},
    "mean": lambda W, x, t: {"dL/dW": np.outer(2 * (W @ x - t), x) / 3},
    "Wᵀ": lambda W, x, t: {"h": W.T @ x},
}


def matrix(name: str, rng: Generator) -> Problem:
    """The layer in dlcalc grad."""
    W, x, t = layer(rng)
    words = ["grad", "h = W @ x; L = sum((h - t)^2)", f"W={json.dumps(W.tolist())}",
             f"x={json.dumps(x.tolist())}", f"t={json.dumps(t.tolist())}"]
    [(field, wrong)] = MATRICES[name](W, x, t).items()
    return words, {field: wrong.round(6).tolist()}


for each in MATRICES:
    mistake("grad", each + " ")(lambda rng, name=each: matrix(name, rng))  # type: ignore[misc]


def network(rng: Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """A network 3–2–2 of sigmoids with the squared error, and its gradients with mistakes."""
    W1, b1, W2, b2, x, t = (
        rng.normal(size=size).round(2) for size in ((2, 3), 2, (2, 2), 2, 3, 2)
    )

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    h = sigmoid(W1 @ x + b1)
    y = sigmoid(W2 @ h + b2)
    pull = (y - t) * y * (1 - y)
    back = W2.T @ pull
    given = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "x": x, "t": t, "h": h, "pull": pull}
    return given, {
        "bias left out": sigmoid(W2 @ h),
        "slope of the activation left out": np.outer(back, x),
        "its transpose": np.outer((W2 @ pull) * h * (1 - h), x),
        "sign": -np.outer(back * h * (1 - h), x),
        "before the activation": np.outer(pull, W1 @ x + b1),
    }


def stepped(name: str, rng: Generator) -> Problem:
    """The network in dlcalc step."""
    given, wrong = network(rng)
    data = {
        "x": given["x"].tolist(), "target": given["t"].tolist(), "loss": "mse",
        "parameters": {
            f"linear{place}.{kind}": given[f"{letter}{place}"].tolist()
            for place in (1, 2) for kind, letter in (("weight", "W"), ("bias", "b"))
        },
    }
    words = ["step", "input 3; linear 2; sigmoid; linear 2; sigmoid", json.dumps(data)]
    field = "output" if name == "bias left out" else "gradients"
    value = wrong[name].round(7).tolist()
    weight = "linear2.weight" if name == "before the activation" else "linear1.weight"
    return words, {field: value if field == "output" else {weight: value}}


for each in ("bias left out", "slope of the activation left out", "its transpose", "sign",
             "before the activation"):
    mistake("step", each)(lambda rng, name=each: stepped(name, rng))  # type: ignore[misc]


def trained(name: str, rng: Generator) -> Problem:
    """The network in dlcalc mlp."""
    given, wrong = network(rng)
    data = {
        "x": given["x"].tolist(), "target": given["t"].tolist(), "loss": "squared_error",
        "weights": [given["W1"].tolist(), given["W2"].tolist()],
        "biases": [given["b1"].tolist(), given["b2"].tolist()],
        "activation": "sigmoid", "output": "sigmoid",
    }
    if name == "left out in q":
        return ["mlp", json.dumps(data)], {"output": wrong["bias left out"].round(7).tolist()}
    second = np.outer(given["pull"], given["h"]).tolist()
    both = {"weights": [wrong[name].round(7).tolist(), second]}
    return ["mlp", json.dumps(data)], {"gradients": both}


for each in ("left out in q", "sign"):
    mistake("mlp", each)(lambda rng, name=each: trained(name, rng))  # type: ignore[misc]


def answered(made: Problem) -> Run:
    """The command with the wrong answer."""
    words, wrong = made
    return invoke(*words, "--expect", json.dumps(wrong))


def named(command: str, words: str, count: int, seed: int = 0) -> list[str]:
    """What was said of so many random problems where the mistake was not named, or not seen."""
    rng = np.random.default_rng(seed)
    found = (answered(MISTAKES[command, words](rng)) for _ in range(count))
    lines = ((done.status, done.err.splitlines()[-1]) for done in found)
    return [
        line for status, line in lines
        if status != 1 or words.strip() not in line.partition(";")[2]
    ]


def main() -> None:
    """Print how many of so many problems have their mistake named, a row a mistake."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--count", type=int, default=100)
    reader.add_argument("--only", default="")
    asked = reader.parse_args()
    for command, words in MISTAKES:
        if asked.only in command:
            missed = named(command, words, asked.count)
            print(f"{asked.count - len(missed):4} of {asked.count}  {command:7} {words}")
            for line in missed[:2]:
                print("      ", line[:200])


if __name__ == "__main__":
    main()

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


def set_in_place(name: str, rng: Generator) -> Problem:
    """What lands on each element, where each window sets what it should add."""
    g, w = rng.integers(1, 9, (2, 3, 4)), rng.integers(1, 6, (2, 2, 3, 3))
    wrong = np.zeros((2, 8, 10), int)
    for i, j in np.ndindex(3, 4):
        window = wrong[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        window[...] = np.tensordot(g[:, i, j], w, 1)
    wrong = wrong[:, 1:7, 1:9]
    line = ["conv", "-w", json.dumps(w.tolist()), "-s", "2", "-p", "1", "-x"]
    if name != name.strip():
        options = ["--transposed", "--output-padding", "1"]
        return [*line, json.dumps(g.tolist()), *options], wrong.tolist()
    x = json.dumps(rng.integers(-9, 10, wrong.shape).tolist())
    return [*line, x, "--upstream", json.dumps(g.tolist())], {"dx": wrong.tolist()}


for each in ("the last window alone", "the last window alone "):
    mistake("conv", each)(lambda rng, name=each: set_in_place(name, rng))  # type: ignore[misc]


@mistake("conv", "the bias added for each input channel")
def _(rng: Generator) -> Problem:
    x, w, bias = rng.integers(-9, 10, (3, 5, 5)), rng.integers(-5, 6, (1, 3, 3, 3)), 4
    wrong = sum(slid(*pair) + bias for pair in zip(x, w[0], strict=True))
    line = ["conv", "-x", json.dumps(x.tolist()), "-w", json.dumps(w.tolist()), "--dims", "2"]
    return [*line, "--bias", str(bias)], [wrong.tolist()]


@mistake("conv", "the channels not added up")
def _(rng: Generator) -> Problem:
    x, w = rng.integers(-9, 10, (3, 5, 5)), rng.integers(-5, 6, (1, 3, 3, 3))
    wrong = [slid(*pair).tolist() for pair in zip(x, w[0], strict=True)]
    return ["conv", "-x", json.dumps(x.tolist()), "-w", json.dumps(w.tolist())], wrong


FILTERS: dict[str, Callable[[Any, Any], Any]] = {
    "the filters in reverse order": lambda x, w: (x, w[::-1]),
    "the input channels in reverse order": lambda x, w: (x[::-1], w),
}


def filtered(name: str, rng: Generator) -> Problem:
    """A convolution of two channels by three filters, and what is made of it with others."""
    x, w = rng.integers(-9, 10, (2, 5, 5)), rng.integers(-5, 6, (3, 2, 3, 3))
    line = ["conv", "-x", json.dumps(x.tolist()), "-w", json.dumps(w.tolist()), "--dims", "2"]
    x, w = FILTERS[name](x, w)
    return line, [sum(map(slid, x, each)).tolist() for each in w]


for each in FILTERS:
    mistake("conv", each)(lambda rng, name=each: filtered(name, rng))  # type: ignore[misc]


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


@mistake("pool", "the last window alone")
def _(rng: Generator) -> Problem:
    x, g = rng.permutation(25).reshape(5, 5), rng.integers(1, 9, (3, 3))
    wrong = np.zeros((5, 5), int)
    for i, j in np.ndindex(3, 3):
        window = x[i : i + 3, j : j + 3]
        at = np.unravel_index(window.argmax(), (3, 3))
        wrong[i + at[0], j + at[1]] = g[i, j]
    line = ["pool", "-x", text(x), "-F", "3", "-S", "1", "--upstream", text(g)]
    return line, {"dx": wrong.tolist()}


@mistake("pool", "the last window alone ")
def _(rng: Generator) -> Problem:
    g = rng.integers(1, 9, 5)
    line = ["pool", "-x", text(rng.integers(-9, 10, 7)), "-F", "3", "-S", "1", "--kind", "avg"]
    wrong = [float(g[max(0, i - 2) : i + 1][-1]) / 3 for i in range(5)] + [g[4] / 3] * 2
    return [*line, "--upstream", text(g)], {"dx": [wrong]}


@mistake("pool", "places within the window")
def _(rng: Generator) -> Problem:
    x = rng.permutation(36).reshape(6, 6)
    line = ["pool", "-x", text(x), "-F", "3x2"]
    return line, {"indices": [[int(x[i : i + 3, j : j + 2].argmax()) for j in (0, 2, 4)]
                              for i in (0, 3)]}


# mults

UPSAMPLED: dict[str, Callable[[int, int, int], int]] = {
    "dense for all of it": lambda met, all, pairs: all * all * pairs,
    "zero_skip for one channel pair": lambda met, all, pairs: met * met,
    "zero_skip for one line": lambda met, all, pairs: met,
    "zero_skip added over the axes of": lambda met, all, pairs: 2 * met * pairs,
    "zero_skip for all of it in FLOPs": lambda met, all, pairs: 2 * met * met * pairs,
}
"""What is said of the products that meet an input, by those of a line and all of it."""


def upsampled(name: str, rng: Generator) -> Problem:
    """A transposed convolution by the definition, its products counted with a mistake."""
    n, k, c, f = (int(each) for each in rng.integers((4, 3, 3, 3), (9, 6, 30, 30)))
    output = 2 * (n - 1) + k - 2
    taps = [(o + 1 - tap) for o in range(output) for tap in range(k)]
    met = sum(each % 2 == 0 and 0 <= each // 2 < n for each in taps)
    line = ["mults", "-L", f"{n}x{n}", "-F", str(k), "-S", "2", "-P", "1"]
    return [*line, "--channels", f"{c}:{f}"], UPSAMPLED[name](met, len(taps), c * f)


for each in UPSAMPLED:
    mistake("mults", each)(lambda rng, name=each: upsampled(name, rng))  # type: ignore[misc]


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


SEQUENCES: dict[str, tuple[str, Callable[[int, int], dict[str, int]]]] = {
    "one gate alone": ("lstm 8", lambda d, t: {"params": 8 * (8 + d + 2)}),
    "a gate too few": ("lstm 8", lambda d, t: {"params": 3 * 8 * (8 + d + 2)}),
    "the recurrent weights left out": ("gru 8", lambda d, t: {"params": 3 * 8 * (d + 2)}),
    "a gate too many": ("gru 8", lambda d, t: {"params": 4 * 8 * (8 + d + 2)}),
    "of its own for each position": ("linear 9", lambda d, t: {"params": t * 9 * (d + 1)}),
    "one position alone": ("linear 9", lambda d, t: {"macs": 9 * d}),
    "the output projection left out": ("attention 1", lambda d, t: {"params": 3 * d * (d + 1)}),
    "the products of attention left out": ("attention 1", lambda d, t: {"macs": 4 * t * d * d}),
}


def in_sequence(name: str, rng: Generator) -> Problem:
    """A layer of a sequence counted with a mistake."""
    positions, width = (int(each) for each in rng.integers(5, 40, 2))
    layer, wrong = SEQUENCES[name]
    return ["params", "--input", f"{positions}x{width}", layer], {"total": wrong(width, positions)}


for each in SEQUENCES:
    mistake("params", each)(lambda rng, name=each: in_sequence(name, rng))  # type: ignore[misc]


@mistake("params", "groups left out")
def _(rng: Generator) -> Problem:
    f, k, total = (int(each) for each in rng.integers(2, 6, 3))
    line = ["params", "--input", f"{4 * total}x9x9", f"conv {4 * f} {k} groups=4"]
    return line, {"total": {"params": (k * k * 4 * total + 1) * 4 * f}}


@mistake("params", "the running statistics counted too")
def _(rng: Generator) -> Problem:
    f, k = (int(each) for each in rng.integers(2, 6, 2))
    wrong = {"total": {"params": 9 * k * f + 4 * f}}
    return ["params", "--input", f"{k}x9x9", f"conv {f} 3 bias=no", "batchnorm"], wrong


@mistake("params", "one bias")
def _(rng: Generator) -> Problem:
    width, hidden = (int(each) for each in rng.integers(2, 40, 2))
    wrong = {"total": {"params": 4 * hidden * (width + hidden + 1)}}
    return ["params", "--input", f"5x{width}", f"lstm {hidden}"], wrong


SIZES_IN: dict[str, Callable[[int], Any]] = {
    "KB of 1024 bytes": lambda size: f"{size / 1024:.1f} KB",
    "KiB of 1000 bytes": lambda size: f"{size / 1000:.1f} KiB",
    "the size in KB": lambda size: round(size / 1000, 2),
    "the size in KiB": lambda size: round(size / 1024, 2),
    "bits in place of bytes": lambda size: 8 * size,
}


def sized_in(name: str, rng: Generator) -> Problem:
    """The bytes of a layer's weights in a unit that is not theirs."""
    width, outputs = (int(each) for each in rng.integers(100, 200, 2))
    wrong = {"weights_bytes": SIZES_IN[name](4 * outputs * (width + 1))}
    return ["params", "--input", str(width), f"linear {outputs}"], {"total": wrong}


for each in SIZES_IN:
    mistake("params", each)(lambda rng, name=each: sized_in(name, rng))  # type: ignore[misc]


PARTS: dict[str, Callable[[int, int, int], dict[str, Any]]] = {
    "the biases of conv1 left out": lambda c, f, o: {"params": 9 * c * f + o * (f * 64 + 1)},
    "conv1 left out": lambda c, f, o: {"params": o * (f * 64 + 1)},
    "2 bytes a number": lambda c, f, o: {
        "weights_bytes": 2 * ((9 * c + 1) * f + o * (f * 64 + 1))},
    "the activations left out": lambda c, f, o: {
        "training_bytes": 16 * ((9 * c + 1) * f + o * (f * 64 + 1))},
    "the gradients left out": lambda c, f, o: {
        "training_bytes": 12 * ((9 * c + 1) * f + o * (f * 64 + 1)) + 4 * (f * 64 + o)},
}
"""Totals of a convolution, flattened, and a linear layer."""


def added_up(name: str, rng: Generator) -> Problem:
    """A total of two layers without one of its terms, or with numbers of another type."""
    c, f, o = (int(each) for each in rng.integers(4, 30, 3))
    layers = f"conv {f} 3", "flatten", f"linear {o}"
    return ["params", "--input", f"{c}x10x10", *layers], {"total": PARTS[name](c, f, o)}


for each in PARTS:
    mistake("params", each)(lambda rng, name=each: added_up(name, rng))  # type: ignore[misc]


CACHED: dict[str, Callable[[int, int], int]] = {
    "the keys or the values alone": lambda each, size: each * size // 2,
    "keys and values of every head": lambda each, size: each * size * 4,
    "the positions before alone": lambda each, size: each * (size - 2),
    "one layer alone": lambda each, size: each * size // 3,
    "one example alone": lambda each, size: each * size // 5,
    "4 bytes a number": lambda each, size: each * size * 2,
}


def kept(name: str, rng: Generator) -> Problem:
    """The cache of three layers whose queries share keys and values by fours, for five examples."""
    width, heads, cached = (int(each) for each in rng.integers(2, 30, 3))
    layer = f"attention {4 * heads} kv_heads={heads} head_width={width}"
    each = 3 * 5 * 2 * heads * width * 2
    line = ["params", "--input", f"9x{width}", f"repeat 3: {layer}", "--batch", "5",
            "--dtype", "bfloat16", "--cached", str(cached), "--tokens", "2"]
    return line, {"cache_bytes": CACHED[name](each, cached + 2)}


for each in CACHED:
    mistake("params", each)(lambda rng, name=each: kept(name, rng))  # type: ignore[misc]


SEEN: dict[str, Callable[[int, int, int, int, int], int]] = {
    "the jump left out": lambda r, j, k, d, plain: r + (k - 1) * d,
    "the dilation left out": lambda r, j, k, d, plain: r + (k - 1) * j,
    "every dilation left out": lambda r, j, k, d, plain: plain + (k - 1) * j,
    "the dilation before the layer left out": lambda r, j, k, d, plain: plain + (k - 1) * d * j,
    "the jump behind the layer": lambda r, j, k, d, plain: r + (k - 1) * d * j * 2,
    "the kernel in place of the kernel less 1": lambda r, j, k, d, plain: r + k * d * j,
    "the fields multiplied": lambda r, j, k, d, plain: r * k,
    "the channels last": lambda r, j, k, d, plain: 0,
}


def seen(name: str, rng: Generator) -> Problem:
    """What a second convolution sees, or the order of its output's axes."""
    first, j, k, d, e = (int(each) for each in rng.integers((4, 5, 4, 2, 2), (9, 7, 7, 4, 4)))
    layers = f"conv 7 {first} stride={j} dilation={e}", f"conv 5 {k} stride=2 dilation={d}"
    r = (first - 1) * e + 1
    rows = (200 - r) // j + 1
    left = (rows - (k - 1) * d - 1) // 2 + 1
    wrong = {"output": [left, left, 5]} if name == "the channels last" else {
        "field": [SEEN[name](r, j, k, d, first)] * 2
    }
    return ["params", "--input", "3x200x200", *layers], {"conv2": wrong}


for each in SEEN:
    mistake("params", each)(lambda rng, name=each: seen(name, rng))  # type: ignore[misc]


@mistake("params", "stride left out")
def _(rng: Generator) -> Problem:
    c, f, k = (int(each) for each in rng.integers((2, 2, 2), (20, 40, 6)))
    line = ["params", "--input", f"{c}x16x16", f"conv {f} {k} stride=3"]
    return line, {"total": {"macs": k * k * c * f * (17 - k) ** 2}}


# reduce

WAYS: dict[str, Callable[[int, int, int, int], dict[str, int]]] = {
    "biases left out": lambda c, f, k, o: {"params": (k * k + f) * c},
    "input channels left out": lambda c, f, k, o: {"params": k * k + 2 * f},
    "FLOPs": lambda c, f, k, o: {"macs": 2 * (k * k * c + c * f) * o * o},
    "what is left": lambda c, f, k, o: {"saved": k * k * c + (c + 1) * f},
    "'as it is'": lambda c, f, k, o: {"macs": k * k * c * f * o * o},
}
"""What is said wrongly of a depthwise separable convolution."""


def reduced(name: str, rng: Generator) -> Problem:
    """The second layer's channels forgotten, what is left for what is saved, and such."""
    c, f, k = (int(rng.integers(low, high)) for low, high in ((3, 30), (20, 40), (4, 7)))
    words = ["reduce", "--layer", "conv1", "--input", f"{c}x16x16", f"conv {f} {k}"]
    proposals = json.loads(invoke(*words, "-f", "json").out)["proposals"]
    [place] = [at for at, each in enumerate(proposals) if each["way"] == "depthwise separable"]
    [(field, number)] = WAYS[name](c, f, k, 17 - k).items()
    return words, {f"proposals[{place}].{field}": number}


for each in WAYS:
    mistake("reduce", each)(lambda rng, name=each: reduced(name, rng))  # type: ignore[misc]


# posterior


@mistake("posterior", "σ in place of σ²")
def _(rng: Generator) -> Problem:
    means, variances = rng.uniform(-0.5, 0.5, 2).round(2), rng.uniform(0.5, 1.5, 2).round(2)
    p = {"weights": [0.5, 0.5], "means": means.tolist(), "covariances": variances.tolist()}
    sigma = np.sqrt(variances.mean() + means.var())
    return ["posterior", json.dumps(p), "--starts", "0"], {"fits[1].covariance": [[sigma]]}


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
    "− D left out": lambda q, p: sum(divergence(q, p)) / 2,
    "log10 in place of ln": lambda q, p: (sum(divergence(q, p)) - 1) / 2 / np.log(10),
    "ln σ in place of ln σ²": lambda q, p: (
        sum(divergence(q, p)[:2]) + np.log(p[1] / q[1]) - 1) / 2,
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


@mistake("grad", "log10 in place of ln")
def _(rng: Generator) -> Problem:
    x = round(float(rng.uniform(2, 9)), 2)
    return ["grad", "y = ln(x); L = y^2", f"x={x}"], {"y": round(float(np.log10(x)), 7)}


@mistake("grad", "a wrong sign at x")
def _(rng: Generator) -> Problem:
    x = round(float(rng.uniform(0.3, 2)), 2)
    return ["grad", "y = sigmoid(x); L = y^2", f"x={x}"], {
        "y": round(float(1 / (1 + np.exp(x))), 7)}


@mistake("grad", "gelu's tanh form")
def _(rng: Generator) -> Problem:
    x = round(float(rng.uniform(0.3, 2)), 2)
    wrong = 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))
    return ["grad", "y = gelu(x); L = y^2", f"x={x}"], {"y": round(float(wrong), 9)}


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
        "sigmoid1 left out": sigmoid(W2 @ (W1 @ x + b1) + b2),
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
    field = "output" if name in ("bias left out", "sigmoid1 left out") else "gradients"
    value = wrong[name].round(7).tolist()
    weight = "linear2.weight" if name == "before the activation" else "linear1.weight"
    return words, {field: value if field == "output" else {weight: value}}


for each in ("bias left out", "sigmoid1 left out", "slope of the activation left out",
             "its transpose", "sign", "before the activation"):
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


BATCHES = {
    "over all 15 elements": 15, "over all 15 elements ": 15, "over the examples": 0,
    "over the examples ": 0, "classes counted from 1": 0, "classes counted from 1 ": 0,
    "the slope of softmax": 0, "twice": 0,
}
"""Mistakes in a batch of five examples and three classes, and what the loss is divided by where it
is not 5; those with a space behind them are looked for in a gradient, not in the loss."""


def of_batch(command: str, name: str, rng: Generator) -> Problem:
    """A network 2–4–3 of tanh with softmax and the cross entropy, over five examples."""
    shapes = (5, 2), (4, 2), (3, 4), (4,), (3,)
    X, V, W, a, b = (rng.normal(size=shape).round(2) for shape in shapes)
    classes = rng.integers(1, 3, 5)
    H = np.tanh(X @ V.T + a)
    powers = np.exp(H @ W.T + b)
    y = powers / powers.sum(axis=0 if "examples" in name else 1, keepdims=True)
    t = np.eye(3)[classes - ("classes" in name)]
    d = (y - t) * (y * (1 - y) if "softmax" in name else 1) / (BATCHES[name] or 5)
    slope = (1 - H**2) ** (2 if "twice" in name else 1)
    loss = {"loss": round(float(-(t * np.log(y)).sum() / (BATCHES[name] or 5)), 7)}
    gradients = [((d @ W * slope).T @ X).round(7).tolist(), (d.T @ H).round(7).tolist()]
    in_loss = name == name.strip() and not {"softmax", "twice"} & {*name.split()}
    data = {"x": X.tolist(), "target": classes.tolist(), "loss": "cross_entropy"}
    if command == "mlp":
        data |= {"weights": [V.tolist(), W.tolist()], "biases": [a.tolist(), b.tolist()],
                 "activation": "tanh", "output": "softmax"}
        return ["mlp", json.dumps(data)], loss if in_loss else {
            "gradients": {"weights": gradients}}
    given = {"linear1.weight": V, "linear1.bias": a, "linear2.weight": W, "linear2.bias": b}
    data["parameters"] = {name: each.tolist() for name, each in given.items()}
    wrong = {"gradients": {f"linear{n}.weight": each for n, each in enumerate(gradients, 1)}}
    net = "input 2; linear 4; tanh; linear 3"
    return ["step", net, json.dumps(data)], loss if in_loss else wrong


for command in ("mlp", "step"):
    for each in BATCHES:
        mistake(command, each)(
            lambda rng, command=command, name=each: of_batch(command, name, rng)  # type: ignore[misc]
        )


def adam(g: float, m: float, v: float, t: int, eps: float = 1e-8, **wrong: bool) -> float:
    """A step of Adam's at a rate of 1, with mistakes."""
    b1, b2 = (0.999, 0.9) if wrong.get("exchanged") else (0.9, 0.999)
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    if not wrong.get("uncorrected"):
        m, v = m / (1 - b1**t), v / (1 - b2**t)
    if wrong.get("rootless"):
        return m / (v + eps)
    return float(m / np.sqrt(v + eps) if wrong.get("within") else m / (np.sqrt(v) + eps))


UPDATES: dict[str, tuple[dict[str, Any], Callable[[Any, float, float, float], float]]] = {
    "the bias correction left out": (
        {"type": "adam"}, lambda w, g, m, v: adam(g, m, v, 4, uncorrected=True)),
    "β₁ and β₂ exchanged": (
        {"type": "adam"}, lambda w, g, m, v: adam(g, m, v, 4, exchanged=True)),
    "the root left out": (
        {"type": "adam"}, lambda w, g, m, v: adam(g, m, v, 4, rootless=True)),
    "ε within the root": (
        {"type": "adam", "eps": 0.5}, lambda w, g, m, v: adam(g, m, v, 4, 0.5, within=True)),
    "plain gradient descent": ({"type": "adam"}, lambda w, g, m, v: g),
    "the weight decay left out": (
        {"type": "adamw", "weight_decay": 0.3}, lambda w, g, m, v: adam(g, m, v, 4)),
    "the weight decay added to the gradient": (
        {"type": "adamw", "weight_decay": 0.3},
        lambda w, g, m, v: adam(g + 0.3 * w, m, v, 4)),
    "the other sign of the weight decay": (
        {"type": "sgd", "weight_decay": 0.3}, lambda w, g, m, v: g - 0.3 * w),
    "the momentum left out": ({"type": "sgd", "momentum": 0.9}, lambda w, g, m, v: g),
    "the gradient times 1 − μ": (
        {"type": "sgd", "momentum": 0.9}, lambda w, g, m, v: 0.9 * m + 0.1 * g),
    "Nesterov's momentum left out": (
        {"type": "sgd", "momentum": 0.9, "nesterov": True}, lambda w, g, m, v: 0.9 * m + g),
}
"""By what goes wrong, the optimiser, and its step at a rate of 1 after three with a state."""


def updating(name: str, rng: Generator) -> Problem:
    """One weight w with the loss (w·x − t)², moved by an optimiser with a mistake."""
    w, x, t, m, v = (round(float(each), 2) for each in rng.uniform(0.5, 3, 5))
    given, wrong = UPDATES[name]
    state = {"momentum_buffer": m} if given["type"] == "sgd" else {"exp_avg": m, "exp_avg_sq": v}
    held: dict[str, Any] = {key: {"linear1.weight": [[each]]} for key, each in state.items()}
    if given["type"] == "sgd" and "momentum" not in given:
        held = {}
    data = {
        "x": [x], "target": [t], "loss": "mse", "parameters": {"linear1.weight": [[w]]},
        "optimizer": {**given, "lr": 0.1, "state": {"step": 3, **held}},
    }
    new = w - 0.1 * wrong(w, 2 * (w * x - t) * x, m, v)
    line = ["step", "input 1; linear 1 bias=no", json.dumps(data)]
    return line, {"updated": {"linear1.weight": [[round(new, 8)]]}}


def moved_in_mlp(name: str, rng: Generator) -> Problem:
    """The same of one weight of an mlp, whose optimiser begins anew."""
    w, x, t = (round(float(each), 2) for each in rng.uniform(0.5, 3, 3))
    given, wrong = UPDATES[name]
    data = {
        "x": [x], "target": [t], "weights": [[[w]]], "output": "identity",
        "optimizer": {**given, "lr": 0.1},
    }
    g = (w * x - t) * x
    step = adam(g, 0, 0, 1, uncorrected=True) if "correction" in name else wrong(w, g, 0, 0)
    return ["mlp", json.dumps(data)], {"w1": round(w - 0.1 * step, 8)}


for each in ("the bias correction left out", "the other sign of the weight decay",
             "plain gradient descent"):
    mistake("mlp", each)(lambda rng, name=each: moved_in_mlp(name, rng))  # type: ignore[misc]


for each in UPDATES:
    mistake("step", each)(lambda rng, name=each: updating(name, rng))  # type: ignore[misc]


REPEATED = (
    "the gradient of the first step in each", "1 step in place of 3", "2 steps in place of 3",
    "4 steps in place of 3", "the bias correction left out ", "1 − β left out ",
    "β and 1 − β exchanged ",
)


def repeated(name: str, rng: Generator, state: bool = False) -> Problem:
    """Three steps of Adam on one weight w with the loss (w·x − t)², with a mistake."""
    w, x, t = (round(float(each), 2) for each in rng.uniform(0.5, 3, 3))
    data = {
        "x": [x], "target": [t], "loss": "mse", "parameters": {"linear1.weight": [[w]]},
        "optimizer": {"type": "adam", "lr": 0.1}, "steps": 3,
    }
    m = v = 0.0
    first = 2 * (w * x - t) * x
    pairs = {"1": ((0.9, 1), (0.999, 1)), "β": ((0.1, 0.9), (0.001, 0.999))}
    (a, b), (c, d) = pairs.get(name[0] * ("β" in name), ((0.9, 0.1), (0.999, 0.001)))
    for step in range(1, 1 + (int(name[0]) if "place" in name else 3)):
        g = first if "gradient" in name else 2 * (w * x - t) * x
        m, v = a * m + b * g, c * v + d * g * g
        raised = (1, 1) if "correction" in name else (1 - 0.9**step, 1 - 0.999**step)
        w -= 0.1 * m / raised[0] / (np.sqrt(v / raised[1]) + 1e-8)
    held = {"exp_avg": {"linear1.weight": [[float(f"{m:.9g}")]]}}
    wrong = {"state": held} if state else {"updated": {"linear1.weight": [[round(w, 8)]]}}
    return ["step", "input 1; linear 1 bias=no", json.dumps(data)], wrong


for each in REPEATED:
    if "gradient" not in each:  # a step of Adam's hardly knows
        mistake("step", each)(lambda rng, name=each: repeated(name, rng))  # type: ignore[misc]
    if "correction" not in each:
        mistake("step", f"{each} ")(
            lambda rng, name=each: repeated(name, rng, state=True))  # type: ignore[misc]


@mistake("step", "1 − β left out   ")
def _(rng: Generator) -> Problem:
    line, _ = updating("the bias correction left out", rng)
    data = json.loads(line[-1])
    (x,), (t,), ((w,),) = data["x"], data["target"], data["parameters"]["linear1.weight"]
    m, g = data["optimizer"]["state"]["exp_avg"]["linear1.weight"][0][0], 2 * (w * x - t) * x
    return line, {"state": {"exp_avg": {"linear1.weight": [[round(0.9 * m + g, 8)]]}}}


@mistake("mlp", "the rows in the order 2, 0, 1")
def _(rng: Generator) -> Problem:
    """The outputs of three examples, the last of them first."""
    X, W = (rng.normal(size=shape).round(2) for shape in ((3, 2), (2, 2)))
    wrong = {"output": (X @ W.T)[[2, 0, 1]].round(7).tolist()}
    data = {"x": X.tolist(), "target": [[0, 0]] * 3, "weights": [W.tolist()],
            "output": "identity"}
    return ["mlp", json.dumps(data)], wrong


# Recurrent cells and the autoencoder


def logistic(z: Any) -> Any:
    """σ(z)."""
    return 1 / (1 + np.exp(-z))


def lstm_steps(given: dict[str, Any], wrong: str) -> dict[str, Any]:
    """An LSTM's states and the gradients of its steps, with one mistake."""
    W, b, x, dh = (given[name] for name in ("W", "b", "x", "dh"))
    H, gates = 2, []
    b = 0 * b if wrong == "all biases left out" else b
    W = W[:, [2, 3, 0, 1]] if wrong == "(x; h) in place of (h; x)" else W
    order = [0, 1, 2, 3, 6, 7, 4, 5] if wrong == "the rows of o and g exchanged" else slice(None)
    W, b = W[order], b[order]
    h, c = [0 * given["h0"] if wrong == "h_0 left out" else given["h0"]], [given["c0"]]
    for row in x:
        z = (W @ np.concatenate([h[-1], row]) + b).reshape(4, H)
        g = (logistic if wrong == "sigmoid as the activation of g" else np.tanh)(z[3])
        i, f, o = logistic(z[:3])
        c.append({"c_(t-1) left out": i * g, "f and i exchanged": i * c[-1] + f * g,
                  }.get(wrong, f * c[-1] + i * g))
        h.append(o * (c[-1] if wrong == "tanh left out" else np.tanh(c[-1])))
        gates.append((i, f, o, g))
    back_h, back_c = np.zeros(H), np.zeros(H)
    rows: list[dict[str, Any]] = []
    for t in reversed(range(len(x))):
        i, f, o, g = gates[t]
        d, s = dh[t] + back_h, np.tanh(c[t + 1])
        dc = d * o * (1 if wrong == "(1 − tanh(c)²) left out" else 1 - s**2) + back_c
        dg = (d if wrong == "δh in place of δc" else dc) * i
        slope = 1 + 0 * g if wrong == "(1 − g²) left out" else 1 - g**2
        own = np.concatenate([dc * g, dc * c[t], d * s, dg])
        dz = own * np.concatenate([i * (1 - i), f * (1 - f), o * (1 - o), slope])
        of_w = {"in place of δz\u0302": own,
                "δi in place of δz\u0302_i": np.r_[own[:2], dz[2:]]}.get(wrong, dz)
        rows.insert(0, {"dh": d, "dc": dc, "dg": dg, "dz": dz, "db": of_w,
                        "dW": np.outer(of_w, np.concatenate([h[t], x[t]]))})
        before = gates[t - 1][1] if wrong == "f_t in place of f_(t+1)" else f
        back_h = W.T[:H] @ dz
        back_c = 0 * dc if wrong == "f_(t+1) left out" else dc * before
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    found |= {name: found[name].sum(axis=0) for name in ("dW", "db")}
    return {"c": np.array(c[1:]), "h": np.array(h[1:]), **found}


LSTM = {
    "all biases left out": "h", "(x; h) in place of (h; x)": "h", "h_0 left out": "h",
    "the rows of o and g exchanged": "h",
    "sigmoid as the activation of g": "c", "c_(t-1) left out": "c", "f and i exchanged": "c",
    "tanh left out": "h", "(1 − tanh(c)²) left out": "dc", "δh in place of δc": "dg",
    "(1 − g²) left out": "dz", "f_t in place of f_(t+1)": "dc", "f_(t+1) left out": "dc",
    "in place of δz\u0302": "dW", "δi in place of δz\u0302_i": "db",
}


def gru_steps(given: dict[str, Any], wrong: str) -> dict[str, Any]:
    """A GRU's states and the gradients of its steps, with one mistake."""
    W, U, b, x, dh = (given[name] for name in ("W", "U", "b", "x", "dh"))
    H, h, kept = 2, [given["h0"]], []
    for row in x:
        a, u = (W @ row + b).reshape(3, H), (U @ h[-1]).reshape(3, H)
        r, z = logistic(a[:2] + u[:2])
        early = U[4:] @ (r * h[-1])
        reset = {"r left out": u[2], "a_z in place of a_r": z * u[2],
                 "r before the product with h_(t-1)": early}.get(wrong, r * u[2])
        n = np.tanh(a[2] + reset)
        kept.append((r, z, n, u[2]))
        new = z * n + (1 - z) * h[-1] if wrong == "exchanged" else (1 - z) * n + z * h[-1]
        h.append(new)
    back = np.zeros(H)
    rows: list[dict[str, Any]] = []
    for t in reversed(range(len(x))):
        r, z, n, u = kept[t]
        d = dh[t] + back
        dn = d * (z if wrong == "z in place of 1 − z" else 1 - z)
        dz = d * (h[t] if wrong == "n left out" else h[t] - n)
        dan = dn * (1 if wrong == "(1 − n²) left out" else 1 - n**2)
        da = np.concatenate([dan * u * r * (1 - r), dz * z * (1 - z), dan])
        rows.insert(0, {"dh": d, "dz": dz, "dn": dn, "da": da})
        back = U.T @ np.concatenate([da[:4], dan * r])
        back = back if wrong == "z_(t+1) left out" else back + d * z
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"h": np.array(h[1:]), "n": np.array([each[2] for each in kept]), **found}


GRU = {
    "r before the product with h_(t-1)": "n",
    "r left out": "n", "a_z in place of a_r": "n", "exchanged": "h", "z in place of 1 − z": "dn",
    "n left out": "dz", "(1 − n²) left out": "da", "z_(t+1) left out": "dh",
}


def rnn_steps(given: dict[str, Any], wrong: str) -> dict[str, Any]:
    """A simple recurrent network's states and gradients, with one mistake."""
    W, U, b, x, dh = (given[name] for name in ("W", "U", "b", "x", "dh"))
    h = [given["h0"]]
    for row in x:
        of_h = (U.T if wrong == "W_hhᵀ in place of W_hh" else U) @ h[-1]
        of_h = 0 * of_h if wrong == "h_(t-1) left out" else of_h
        a = W @ row + of_h + (0 if wrong == "b left out" else b)
        h.append(a if wrong == "tanh left out" else np.tanh(a))
    back = 0 * b
    rows: list[dict[str, Any]] = []
    for t in reversed(range(len(x))):
        d = dh[t] + back
        da = d * (1 if wrong == "(1 − h²) left out" else 1 - h[t + 1] ** 2)
        rows.insert(0, {"dh": d, "da": da, "dW": np.outer(da, x[t]), "dU": np.outer(da, h[t])})
        back = (U if wrong == "W_hh in place of W_hhᵀ" else U.T) @ da
        back = 0 * back if wrong == "δa_(t+1) left out" else back
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    one = -1 if wrong == "the last step alone" else 0
    alone = wrong in ("the last step alone", "the first step alone")
    for name in ("dW", "dU"):
        found[name] = found[name][one] if alone else found[name].sum(axis=0)
    return {"h": np.array(h[1:]), **found, "d_weight_ih_l0": found["dW"],
            "d_weight_hh_l0": found["dU"]}


RNN = {
    "W_hhᵀ in place of W_hh": "h", "h_(t-1) left out": "h", "b left out": "h",
    "tanh left out": "h", "(1 − h²) left out": "da", "W_hh in place of W_hhᵀ": "dh",
    "δa_(t+1) left out": "dh", "the last step alone": "d_weight_ih_l0",
    "the first step alone": "d_weight_hh_l0",
}


def recurred(command: str, name: str, rng: Generator) -> Problem:
    """A cell of two units over three steps, and what the mistake makes of a field."""
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[command]
    shapes = {"W": (2 * gates, 4) if command == "lstm" else (2 * gates, 2), "U": (2 * gates, 2),
              "b": (2 * gates,), "x": (3, 2), "h0": (2,), "c0": (2,), "dh": (3, 2)}
    given = {field: rng.normal(size=shape).round(2) for field, shape in shapes.items()}
    made, fields = {"lstm": (lstm_steps, LSTM), "gru": (gru_steps, GRU),
                    "rnn": (rnn_steps, RNN)}[command]
    wrong = made(given, name)[fields[name]].round(6).tolist()
    typed = {field: each.tolist() for field, each in given.items() if field not in ("U", "c0")}
    if command == "lstm":
        typed["c0"] = given["c0"].tolist()
    else:
        typed |= {"weight_ih_l0": typed.pop("W"), "weight_hh_l0": given["U"].tolist(),
                  "bias_ih_l0": typed.pop("b")}
    return [command, json.dumps(typed)], {fields[name]: wrong}


for command, fields in (("lstm", LSTM), ("gru", GRU), ("rnn", RNN)):
    for each in fields:
        mistake(command, each)(
            lambda rng, command=command, name=each: recurred(command, name, rng)  # type: ignore[misc]
        )


AUTOENCODERS: dict[str, Callable[..., dict[str, Any]]] = {
    "½ left out": lambda m, s, e, d: {"L2": (m**2 + s**2 - 2 * np.log(s) - 1).sum()},
    "σ in place of σ²": lambda m, s, e, d: {"L2": (m**2 + s - 2 * np.log(s) - 1).sum() / 2},
    "wrong sign": lambda m, s, e, d: {"L2": (m**2 + s**2 + 2 * np.log(s) - 1).sum() / 2},
    "ε left out": lambda m, s, e, d: {"z": m + s},
    "/2 in place of": lambda m, s, e, d: {"sigma": np.sqrt(s)},
    "σ·ε left out": lambda m, s, e, d: {"z": m},
    "σ² in place of σ": lambda m, s, e, d: {"z": m + s**2 * e},
    "1/σ left out": lambda m, s, e, d: {"gradients": {"L2": {"sigma": s}}},
    "ε left out ": lambda m, s, e, d: {"gradients": {"L1": {"sigma": d}}},
}


def encoded(name: str, rng: Generator) -> Problem:
    """An autoencoder of two latent numbers, and what the mistake makes of a field."""
    sizes = ((2, 3), (2, 3), (3, 2))
    head, log_head, decoder = (rng.normal(size=size).round(2) for size in sizes)
    x, e = rng.integers(0, 2, 3), rng.normal(size=2).round(2)
    x[0] = 1
    mu, sigma = head @ x, np.exp(log_head @ x)
    back = decoder.T @ (x - logistic(decoder @ (mu + sigma * e)))
    data = {"x": x.tolist(), "noise": e.tolist(), "mu": head.tolist(), "sigma": log_head.tolist(),
            "decoder": [decoder.tolist()], "head": "identity"}
    wrong = AUTOENCODERS[name](mu, sigma, e, back)
    rounded = json.loads(json.dumps(wrong, default=lambda each: np.round(each, 6).tolist()))
    return ["vae", json.dumps(data)], rounded


for each in AUTOENCODERS:
    mistake("vae", each)(lambda rng, name=each: encoded(name, rng))  # type: ignore[misc]


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

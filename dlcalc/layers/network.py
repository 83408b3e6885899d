"""A fully connected network with its examples, checked once; its gradients, and steps down them.

Dense layers on batches: q = x Wᵀ + b and h = φ(q), forwards and backwards; starting weights.
Arrays keep their type: float32 stays float32, and complex weights pass through for the
complex-step check of gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import Any, NamedTuple

import numpy as np

from dlcalc.derive.activations import ACTIVATIONS, Activation
from dlcalc.derive.activations import activation as named_activation
from dlcalc.derive.rules import RULES, Activate, Graph, Node
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean, require_known
from dlcalc.layers.counted import whole
from dlcalc.layers.losses import Objective, as_targets, objective
from dlcalc.layers.optimisers import begun, optimiser, updated
from dlcalc.names import INITIALS
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import (
    FLOAT_EXACT,
    Array,
    all_finite,
    as_double,
    as_doubles,
    as_layers_of,
    as_numbers,
    as_word,
)
from dlcalc.numbers.parse import kind_of

IDENTITY = ACTIVATIONS["identity"]
CONSTANT = 0.5
MOST_DRAWN = 1 << 26
"""The most weights that are drawn: 512 MiB of them."""


class Dense(NamedTuple):
    """One fully connected layer in the graph of a pass."""

    x: Node
    """Its input, (batch, in)."""
    weight: Node
    """W, (out, in)."""
    bias: Node | None
    """b, (out,), or None."""
    q: Node
    """x Wᵀ + b, (batch, out)."""
    h: Node
    """φ(q), (batch, out)."""


def dense(
    graph: Graph, x: Node, weight: Array, bias: Array | None = None, φ: Activation = IDENTITY
) -> Dense:
    """A fully connected layer on x (batch, in); whatever it holds can be differentiated by.

    >>> graph = Graph()
    >>> x = graph.given(np.array([[3.0]]), "x", wants=True)
    >>> layer = dense(graph, x, np.array([[2.0], [-2.0]]), None, ACTIVATIONS["relu"])
    >>> graph.backward({layer.h: np.array([[1.0, 10.0]])})
    >>> layer.h.value.tolist(), graph.gradient(x).tolist()
    ([[6.0, 0.0]], [[2.0]])
    """
    held = [graph.given(each, "", wants=True) for each in (weight, bias) if each is not None]
    q = graph.apply(RULES["einsum"], x, *held, spec="ni,oi->no")
    h = q if φ is IDENTITY else graph.apply(Activate(φ), q)
    return Dense(x, held[0], None if bias is None else held[1], q, h)


def dense_layers(
    graph: Graph, x: Node, weights: Sequence[Array], biases: Sequence[Array] | None,
    φ: Activation, last: Activation,
) -> list[Dense]:
    """Layers one behind the other, each one's h being the next one's x."""
    found: list[Dense] = []
    for n, weight in enumerate(weights):
        activation = φ if n < len(weights) - 1 else last
        found.append(dense(graph, x, weight, biases[n] if biases else None, activation))
        x = found[-1].h
    return found


def require_chain(weights: Sequence[Array], inputs: int, place: str = "weights") -> None:
    """ShapeError unless every matrix takes what the one before it gives, the first `inputs`.

    >>> require_chain([np.zeros((2, 3))], 4)
    Traceback (most recent call last):
        ...
    dlcalc.errors.ShapeError: weights[0]: shape 2x3 takes 3 values, 4 come in; expected 2x4
    """
    for index, weight in enumerate(weights):
        require_matrix(weight, inputs, f"{place}[{index}]")
        inputs = len(weight)


def require_matrix(weight: Array, inputs: int, place: str) -> None:
    """ShapeError unless `weight` is a matrix that takes `inputs` values.

    >>> require_matrix(np.zeros((2, 3)), 3, "mu")
    """
    if weight.ndim != 2 or 0 in weight.shape:
        message = f"shape {by_x(weight.shape)} is" if weight.shape else "a number is"
        raise ShapeError(f"{message} no matrix (outputs x inputs)").at(place)
    rows, columns = weight.shape
    if columns != inputs:
        message = f"shape {rows}x{columns} takes {columns} values, {inputs} come in"
        turned = f"; its transpose, {columns}x{rows}, does" if rows == inputs else ""
        raise ShapeError(f"{message}; expected {rows}x{inputs}{turned}").at(place)


def initial_weights(
    sizes: Sequence[int], init: str = "xavier", *, seed: int | np.random.Generator = 0,
    constant: float = CONSTANT,
) -> list[Array]:
    """Weight matrices (out, in) of a network whose layers have `sizes` values, input first.

    zeros; constant (every weight the same); xavier: uniform within ±√(6/(in + out))
    (Glorot and Bengio 2010, equation 16); he: normal with standard deviation √(2/in)
    (He et al. 2015, "Delving deep into rectifiers", equation 10). A generator as `seed` is
    drawn from as it stands. InputError for an
    unknown scheme or a size below 1, LimitError beyond 2²⁶ weights.

    >>> [each.tolist() for each in initial_weights([2, 1, 2], "constant")]
    [[[0.5, 0.5]], [[0.5], [0.5]]]
    """
    require_known(init, INITIALS, "init")
    if len(sizes) < 2 or min(sizes) < 1:
        text = ", ".join(map(str, sizes)) or "none"
        raise InputError(f"sizes {text}: expected the input's and at least one layer's, each >= 1")
    count = sum(before * after for before, after in pairwise(sizes))
    if count > MOST_DRAWN:
        raise LimitError(
            f"{count:,} weights are more than the {MOST_DRAWN:,} that are drawn at once")
    if not math.isfinite(constant):
        raise InputError(f"expected a finite number, not {constant:g}").at("constant")
    generator = np.random.default_rng(whole("seed", seed, 0))
    shapes = [(after, before) for before, after in pairwise(sizes)]
    return [draw(init, generator, shape, constant) for shape in shapes]


def as_sizes(sizes: object) -> list[int]:
    """`sizes` as a list of ints; InputError where they are no whole numbers.

    >>> as_sizes((2, 3, 2))
    [2, 3, 2]
    """
    array = as_numbers(sizes, "sizes")
    if array.ndim != 1 or array.dtype.kind == "f":
        raise InputError("expected a list of whole numbers, as [2, 3, 2]").at("sizes")
    return [int(size) for size in array]


def draw(
    init: str, generator: np.random.Generator, shape: tuple[int, ...], constant: float = CONSTANT
) -> Array:
    """A weight (out, in, …) by a scheme; a kernel's taps count with its channels."""
    inputs = math.prod(shape[1:])
    if init == "xavier":
        outputs = shape[0] * math.prod(shape[2:])
        bound = math.sqrt(6 / (inputs + outputs))
        return generator.uniform(-bound, bound, shape)
    if init == "he":
        return generator.normal(0, math.sqrt(2 / inputs), shape)
    return np.full(shape, constant if init == "constant" else 0.0)


MOST_STEPS = 1_000_000
MOST_PRODUCTS = 20_000_000_000
"""Products of a weight with a value, over all steps and examples, forwards."""
TWIN_DECIMALS = 9
Parameters = Mapping[str, Array]
"""By the names of a record, weights[0] …, then biases[0] … where there are any."""


@dataclass(frozen=True)
class Network:
    """Parameters, functions, inputs and targets that fit each other."""

    x: Array
    """The inputs, (batch, in)."""
    target: Array
    """What the output should be, (batch, out)."""
    parameters: Parameters
    """W of each layer, (out, in), and b, (out,)."""
    activation: str
    """φ of the hidden layers."""
    objective: Objective
    """The last layer's output function, and the loss."""
    learning_rate: float
    """η of the updates Δw = −η ∂J/∂w."""
    single: bool
    """Whether x was one example, so that results have no batch axis."""
    frozen: frozenset[str] = frozenset()
    """The weights (w1 …) and biases (b1 …) that no step changes."""

    optimizer: Mapping[str, Any] | None = None
    """What moves the parameters in place of −η ∂J/∂w: its type and options."""

    @property
    def weights(self) -> tuple[Array, ...]:
        """W of each layer."""
        return tuple(by_kind(self.parameters)["weights"])

    @property
    def biases(self) -> tuple[Array, ...] | None:
        """b of each layer; None for a network without."""
        found: tuple[Array, ...] | None = by_kind(self.parameters)["biases"]
        return found

    @cached_property
    def free(self) -> Parameters:
        """1 for each entry of a parameter that a step changes, 0 for the frozen."""
        numbers = {"w": count(1), "b": count(1)}
        return {
            name: np.reshape([float(f"{name[0]}{next(numbers[name[0]])}" not in self.frozen)
                              for _ in range(each.size)], each.shape)
            for name, each in self.parameters.items()
        }

    @cached_property
    def finite(self) -> bool:
        """Whether no NaN and no infinity was let in, so that any that comes out overflowed."""
        return all_finite(self.x, self.target, *self.parameters.values())


def by_kind(parameters: Parameters) -> dict[str, Any]:
    """The `weights` and the `biases`, layer by layer; None where there are no biases.

    >>> by_kind({"weights[0]": np.zeros((1, 2))})["biases"] is None
    True
    """
    return {
        kind: tuple([each for name, each in parameters.items() if name[0] == kind[0]]) or None
        for kind in ("weights", "biases")
    }


def named_entries(parameters: Parameters) -> dict[str, float]:
    """Every entry by its number, layer by layer and row by row: w1, w2 …, then b1 …

    >>> named_entries({"weights[0]": np.array([[5.0]]), "biases[0]": np.array([7.0])})
    {'w1': 5.0, 'b1': 7.0}
    """
    arrays = by_kind(parameters)
    return numbered("w", arrays["weights"]) | numbered("b", arrays["biases"] or ())


MOST_WEIGHTS = 1 << 20
"""Weights of a network each of which is still named and listed."""


def require_few(count: int) -> None:
    """LimitError for more weights than are named one by one.

    >>> require_few(1000)
    """
    if count > MOST_WEIGHTS:
        raise LimitError(f"{count:,} weights are more than the {MOST_WEIGHTS:,} worked out at once")


def as_examples(x: Any) -> tuple[Array, bool]:
    """x as a batch, (batch, in), and whether it was one example, (in,); else ShapeError.

    >>> as_examples([1, 2])[0].shape
    (1, 2)
    """
    inputs = as_doubles(x, "x")
    if inputs.ndim not in (1, 2) or inputs.size == 0:
        raise ShapeError("expected one example (a list) or a batch (a list of lists)").at("x")
    return np.atleast_2d(inputs), inputs.ndim == 1


def as_network(
    x: Any, target: Any, weights: Sequence[Any], biases: Sequence[Any] | None = None, *,
    activation: str = "relu", output: str = "softmax", loss: str | None = None,
    learning_rate: float = 0.1, freeze: str | Sequence[str] = (),
    optimizer: Mapping[str, Any] | None = None,
) -> Network:
    """A network of those parts, or InputError or ShapeError naming the one that does not fit.

    x is one example (in,) or a batch (batch, in); the target as
    :func:`~dlcalc.layers.losses.as_targets` takes it; weights (out, in) and biases (out,)
    one a layer. `freeze` names what no step changes: w5, b1, or all `weights` or `biases`;
    `optimizer` what moves the rest: {"type": "adam", "lr": 0.1}.

    >>> as_network([1, 2], 0, [[[1, 2], [3, 4]]]).target.tolist()
    [[1.0, 0.0]]
    """
    batch, single = as_examples(x)
    matrices = as_layers_of(weights, "weights")
    if not matrices:
        raise InputError("a network has at least one layer").at("weights")
    require_few(sum(matrix.size for matrix in matrices))
    require_chain(matrices, batch.shape[1])
    named_activation(as_word(activation, "activation"))
    rate = as_double(learning_rate, "learning_rate")
    if not np.isfinite(rate):
        raise InputError(f"expected a finite number, not {rate}").at("learning_rate")
    pair = objective(as_word(output, "output"), None if loss is None else as_word(loss, "loss"))
    parameters = {f"weights[{n}]": each for n, each in enumerate(matrices)}
    if biases is not None:
        vectors = _as_biases(biases, matrices)
        parameters |= {f"biases[{n}]": each for n, each in enumerate(vectors)}
    return Network(
        batch, as_targets(target, len(batch), len(matrices[-1]), pair, single=single), parameters,
        activation, pair, rate, single, _as_frozen(freeze, parameters), _as_optimizer(optimizer),
    )


def _as_optimizer(given: Any) -> Mapping[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InputError('optimizer is no object such as {"type": "adam", "lr": 0.1}')
    if "state" in given:
        raise InputError("optimizer: here every state begins anew; dlcalc step goes on from one")
    optimiser(given)
    return given


def _as_frozen(freeze: str | Sequence[str], parameters: Parameters) -> frozenset[str]:
    if not isinstance(freeze, str | list | tuple):
        raise InputError(f"freeze is {kind_of(freeze)}, where names belong")
    chosen = [freeze] if isinstance(freeze, str) else freeze
    names = [*named_entries(parameters)] if chosen else []
    found: set[str] = set()
    for given in chosen:
        each = as_word(given, "freeze")
        if each in ("weights", "biases"):
            found.update(name for name in names if name[0] == each[0])
        elif each in names:
            found.add(each)
        else:
            last = sorted(names, key=lambda name: name[0] == "w")  # biases first
            known = did_you_mean(each, ["weights", "biases", *last][:50])
            raise InputError(f"no weight or bias is called {each!r}{known}").at("freeze")
    return frozenset(found)


def _as_biases(biases: Sequence[Any], matrices: tuple[Array, ...]) -> tuple[Array, ...]:
    vectors = as_layers_of(biases, "biases")
    if len(vectors) != len(matrices):
        raise ShapeError(f"{len(vectors)} for {len(matrices)} layers").at("biases")
    for index, (vector, matrix) in enumerate(zip(vectors, matrices, strict=True)):
        if vector.shape != matrix.shape[:1]:
            shape = by_x(vector.shape) or "of one number"
            raise ShapeError(f"shape {shape}; expected {len(matrix)} values").at(f"biases[{index}]")
    return vectors


def passes_of(network: Network, parameters: Parameters, x: Array) -> tuple[Graph, list[Dense]]:
    """The layers' values for x by those parameters; the last gives its logits."""
    graph, φ = Graph(), named_activation(network.activation)
    start = graph.given(x, "x", wants=True)
    return graph, dense_layers(graph, start, **by_kind(parameters), φ=φ, last=IDENTITY)


@dataclass(frozen=True)
class Propagated:
    """A network's passes, forward and backward."""

    passes: list[Dense]
    """The layers; the last one's h is its logits."""
    y: Array
    """The output, (batch, out)."""
    loss: float
    """J, the mean over the batch."""
    gradients: Parameters
    """∂J/∂ of each parameter."""
    slope: Callable[[Node], Array]
    """∂J/∂ of anything in the layers."""


def back_propagate(network: Network, parameters: Parameters) -> Propagated:
    """The passes, y, J and gradients of the network with those parameters.

    InputError where any of them overflows; what is not finite in the input is passed on.

    >>> network = as_network([1.0], [1.0], [[[3.0]]], output="identity")
    >>> found = back_propagate(network, network.parameters)
    >>> found.loss, found.gradients["weights[0]"].tolist()
    (2.0, [[2.0]])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        graph, passes = passes_of(network, parameters, network.x)
        logits, pair = passes[-1].h, network.objective
        y = pair.y(logits.value)
        loss = float(pair.value(logits.value, network.target).mean())
        graph.backward({logits: pair.slope(y, network.target) / len(y)})
    nodes = [each.weight for each in passes] + [each.bias for each in passes if each.bias]
    gradients = {name: graph.gradient(node) for name, node in zip(parameters, nodes, strict=True)}
    shown = [each.q.value for each in passes] + [
        graph.gradient(node) for each in passes for node in (each.q, each.weight, each.x)
    ]
    if network.finite and not all_finite(np.asarray(loss), *shown):
        raise InputError(f"the values overflow (loss {loss:g}): inputs or weights are too large")
    return Propagated(passes, y, loss, gradients, graph.gradient)


def network_loss(network: Network, moved: Parameters) -> Any:
    """J, the mean over the batch, with other values of some parameters, or of `x`."""
    held = {**network.parameters, "x": network.x, **moved}
    kind = np.result_type(*held.values())
    held = {name: each.astype(kind, copy=False) for name, each in held.items()}
    _, passes = passes_of(network, held, held.pop("x"))
    return network.objective.value(passes[-1].h.value, network.target).mean()


@dataclass(frozen=True)
class Descent:
    """A run of gradient descent, w ← w − η ∂J/∂w."""

    losses: tuple[float, ...]
    """J before the first step, and after each one."""
    output: Array
    """y after the last step."""
    weights: tuple[Array, ...]
    """W of each layer after the last step."""
    biases: tuple[Array, ...] | None
    """b of each layer after the last step; None for a network without."""
    moved: tuple[str, ...]
    """The weights (w1 …) and biases (b1 …) that differ from their first values."""
    twins: tuple[tuple[tuple[int, ...], ...], ...]
    """For each hidden layer, the groups of units (from 0) that still compute the same."""


class Moves:
    """How parameters are moved, step by step: −η times the gradient, or an optimiser's rule."""

    def __init__(self, network: Network) -> None:
        self.network = network
        if network.optimizer is not None:
            self.chosen = optimiser(network.optimizer)
            self.state = begun(*self.chosen, network.parameters)

    def changes(self, held: Parameters, gradients: Parameters) -> dict[str, Array]:
        """What is added to each parameter; 0 for what is frozen."""
        if self.network.optimizer is None:
            rate = self.network.learning_rate
            found = {name: -rate * each for name, each in gradients.items()}
        else:
            new = updated(*self.chosen, self.state, held, gradients)
            found = {name: each - held[name] for name, each in new.items()}
        if not self.network.frozen:
            return found
        return {name: each * self.network.free[name] for name, each in found.items()}


def descend(network: Network, steps: int) -> Descent:
    """Take that many steps of gradient descent over the whole batch.

    InputError for a negative count, or where the loss overflows, with the step;
    LimitError beyond a million steps, or 20 billion products on the way forward.

    >>> run = descend(as_network([1.0], [0.0], [[[1.0]]], output="identity"), 2)
    >>> [round(loss, 6) for loss in run.losses], run.moved
    ([0.5, 0.405, 0.32805], ('w1',))
    """
    steps = whole("steps", steps, 0)
    if steps > MOST_STEPS:
        raise LimitError(f"{steps:,} are more than the {MOST_STEPS:,} taken at once").at("steps")
    products = steps * len(network.x) * sum(weight.size for weight in network.weights)
    if products > MOST_PRODUCTS:
        raise LimitError(
            f"{products:,} products, forwards, are more than the {MOST_PRODUCTS:,} taken at once"
        ).at("steps")
    held, losses, moves = dict(network.parameters), [], Moves(network)
    for step in range(steps + 1):
        try:
            run = back_propagate(network, held)
        except InputError as error:
            rate = network.learning_rate
            raise error.at(f"step {step} at learning rate {rate:g}") from None
        losses.append(run.loss)
        if step < steps:
            # What overflows here is refused where the next loss is computed.
            with np.errstate(over="ignore", invalid="ignore"):
                changes = moves.changes(held, run.gradients)
                held = {name: each + changes[name] for name, each in held.items()}
    arrays, before, after = by_kind(held), *map(named_entries, (network.parameters, held))
    return Descent(
        tuple(losses), run.y[0] if network.single else run.y, **arrays,
        moved=tuple(name for name in before if before[name] != after[name]),
        twins=tuple(_twins(**arrays, layer=n) for n in range(len(arrays["weights"]) - 1)),
    )


def _twins(
    weights: Sequence[Array], biases: Sequence[Array] | None, layer: int
) -> tuple[tuple[int, ...], ...]:
    """Units of a hidden layer with the same weights in, weights out, and bias."""
    units = np.hstack([weights[layer], weights[layer + 1].T])
    if biases:
        units = np.hstack([units, biases[layer][:, np.newaxis]])
    # Rounded, since a matrix product need not round two equal rows alike; large ones are as whole.
    whole = np.abs(units) >= FLOAT_EXACT
    rounded = np.where(whole, units, np.where(whole, 0, units).round(TWIN_DECIMALS))
    _, group = np.unique(rounded, axis=0, return_inverse=True)
    members = (np.flatnonzero(group.ravel() == each).tolist() for each in range(group.max() + 1))
    return tuple(sorted(tuple(each) for each in members if len(each) > 1))


def numbered(letter: str, arrays: Sequence[Array]) -> dict[str, float]:
    """Entries of the arrays by number, in order.

    >>> numbered("w", [np.array([[5.0, 6.0]]), np.array([[7.0]])])
    {'w1': 5.0, 'w2': 6.0, 'w3': 7.0}
    """
    entries = (value for array in arrays for value in array.ravel().tolist())
    return {f"{letter}{number}": value for number, value in enumerate(entries, start=1)}

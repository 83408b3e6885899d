"""Forward pass, loss, gradients and update of a network in the layer notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.derive.rules import RULES, Array, MaxPool, Node
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean, require_known
from dlcalc.input.fields import record_of, takes_record
from dlcalc.input.sources import read_source
from dlcalc.layers.counted import whole
from dlcalc.layers.criteria import loss_of, upstream_of
from dlcalc.layers.optimisers import OPTIMISERS, Optimiser, begun, optimiser, updated
from dlcalc.layers.table import types
from dlcalc.layers.values import Store
from dlcalc.models.reading import as_model
from dlcalc.models.reading import model as read_model
from dlcalc.models.running import Ran, check_names, runner_of
from dlcalc.models.tree import Kind, Model
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.convolution.plan import check_size, check_work
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import as_doubles, as_object, as_word
from dlcalc.numbers.places import unravel
from dlcalc.numbers.results import Result
from dlcalc.numbers.threads import Aside
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import Output, terminal_page
from dlcalc.shell.runner import Run, require_checkable, shape_of

if TYPE_CHECKING:
    from dlcalc.pictures.images import Maps

working = lazily("dlcalc.commands.step.working")

FIELDS = (
    "x", "target", "upstream", "parameters", "loss", "reduction", "optimizer", "steps", "mode",
    "masks",
)
INITIALS = ("zeros", "uniform", "xavier", "he")
MOST_STEPS = 1_000_000


@dataclass(frozen=True, eq=False)
class LayerStep:
    """One row of the network."""

    name: str
    """Its name, as `dlcalc params` has it."""
    output: Array
    """Its output."""
    gradient: Array
    """The gradient of the loss with respect to that output, over all paths."""


@dataclass(frozen=True, eq=False)
class LastStep:
    """The last of several steps."""

    output: Array
    loss: float | None
    gradients: dict[str, Array]


@dataclass(frozen=True, eq=False, repr=False)
class NetworkStep(Result):
    """What a step of training computes; of several, the first, and what comes after the last."""

    layers: tuple[LayerStep, ...]
    """Every row of the network, in its order."""
    output: Array
    """The network's output."""
    loss: float | None
    """The loss; None with an upstream gradient."""
    gradients: dict[str, Array]
    """By parameter, those that are trained, and of `x` where it holds no tokens."""
    updated: dict[str, Array]
    """Parameters after the update, and running statistics."""
    state: dict[str, Any] | None
    """The optimiser's state, to go on from; None without one."""
    losses: tuple[float, ...] = ()
    """Of several steps: the loss of each before its update."""
    last: LastStep | None = None
    """Of several steps: the last one."""
    ran: Ran = field(kw_only=True, repr=False)
    """The first forward pass, operation by operation."""
    problem: Problem = field(kw_only=True, repr=False)
    """What was computed on."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Computed anew where it is unpickled: its operations bear no names to be found by."""
        return partial(step, **self.problem.asked), ()


class Problem:
    """A network and everything it is given, checked."""

    def __init__(
        self, model: Model, x: Any, given: Mapping[str, Any], parameters: Mapping[str, Any],
        init: str | None, seed: int, facts: Mapping[str, Any] | None = None,
        known: Mapping[str, Optimiser] = OPTIMISERS,
    ) -> None:
        self.model = model
        self.asked: Mapping[str, Any] = {}
        """The arguments of `step`."""
        self.facts = facts or {}
        shape = model.input
        array = as_doubles(x, "x")
        if shape is None:
            shape = array.shape
        if array.shape not in (shape, (*array.shape[:1], *shape)):
            raise ShapeError(
                f"x is {by_x(array.shape) or 'a single number'}; the model takes {by_x(shape)}, "
                "or a batch with one axis more in front"
            )
        if not array.size:
            raise ShapeError(f"x has no numbers (shape {by_x(array.shape)})")
        self.single = array.ndim == len(shape)
        self.x = array.reshape(-1, *shape)
        self.given = given
        self.runner = runner_of(model, shape)
        values = self.runner.params + len(self.x) * self.runner.activations
        check_size(values, "parameters and activations")
        self.products = len(self.x) * self.runner.macs
        """Of one pass forward."""
        check_work(self.products, np.dtype(float))
        mode = as_word(given.get("mode", "train"), "mode")
        self.training = require_known(mode, ("train", "eval"), "mode") == "train"
        chosen: tuple[Optimiser | None, dict[str, Any]] = (None, {})
        if given.get("optimizer") is not None:
            chosen = optimiser(given["optimizer"], known)
        self.optimiser, self.options = chosen
        self.draw = None if init is None else drawing(init, seed)
        self.parameters = dict(as_object(parameters, "parameters"))
        """As they were given: a copy of all weights of a network would take a tenth of its step."""
        self.masks = as_object(given.get("masks", {}), "masks")
        if ("target" in given) == ("upstream" in given):
            raise InputError(
                "target and upstream are both given: one is wanted" if "target" in given
                else "a target is wanted, or upstream, the gradient of the output"
            )

    def forward(
        self, parameters: Mapping[str, Any], x: Array, kind: type = float,
        without: Collection[str] = (),
    ) -> Ran:
        """One forward pass with those parameters, and without some of the layers."""
        draw = self.draw if kind is float else None
        store = Store(parameters, self.masks, self.training, kind, draw)
        store.facts, store.without = self.facts, without
        return self.runner.run(np.asarray(x, kind), store, self.single)

    def loss(self, ran: Ran) -> Node:
        """The loss of a pass, or what stands in its place, as a node of its graph."""
        if "upstream" in self.given:
            return upstream_of(ran.graph, ran.output, self.given["upstream"], self.single)
        if self.given.get("loss") is None:
            raise InputError("loss is missing: mse, cross_entropy, … go with a target")
        return loss_of(
            ran.graph, ran.output, self.given["loss"], self.given.get("reduction", "mean"),
            self.given["target"], self.single,
        )

    def begun(self, ran: Ran) -> dict[str, Any]:
        """The optimiser's state before the first step; nothing where there is no optimiser."""
        if self.optimiser is None:
            return {}
        held = {name: ran.store.parameters[name].value for name in trained(ran)}
        given = self.given["optimizer"].get("state") or {}
        return begun(self.optimiser, self.options, held, given)

    def shown(self, array: Array) -> Array:
        """An array without the batch axis of a single example."""
        return array[0] if self.single else array


def drawing(init: str, seed: int) -> Callable[[str, tuple[int, ...]], Array]:
    """What draws the parameters that are not given, by a scheme.

    uniform and biases: within ±1/√inputs; norms as PyTorch has them, 1 and 0.
    """
    from dlcalc.layers.network import draw

    require_known(init, INITIALS, "init")
    generator = np.random.default_rng(whole("seed", seed, 0))

    def drawn(name: str, shape: tuple[int, ...]) -> Array:
        if len(shape) < 2 and name.endswith("weight"):
            return np.ones(shape)
        if init != "uniform":
            return np.zeros(shape) if len(shape) < 2 else draw(init, generator, shape)
        inputs = int(np.prod(shape[1:])) if len(shape) > 1 else shape[0]
        bound = max(1, inputs) ** -0.5
        return generator.uniform(-bound, bound, shape)

    return drawn


@takes_record
def step(
    model: str | Model | Sequence[str], x: Any, target: Any = None, *,
    upstream: Any = None, parameters: Mapping[str, Any] | None = None, loss: str | None = None,
    reduction: str = "mean", optimizer: Mapping[str, Any] | str | None = None,
    steps: int | None = None, mode: str = "train", masks: Mapping[str, Any] | None = None,
    init: str | None = None, seed: int = 0, framework: str | None = None,
) -> NetworkStep:
    """One step of training, or several, of a network in the layer notation.

    `model` is a name, a notation text or a Model; x one example of the model's input shape,
    or a batch of them. `target` goes with a `loss` (cross_entropy, nll,
    binary_cross_entropy, bce_with_logits, mse, l1, huber) and its `reduction` (mean, sum);
    `upstream`, the gradient of the output, stands in place of both. `parameters` and
    running statistics bear PyTorch's names (`conv1.weight`); what is not given can be drawn
    by `init` (zeros, uniform, xavier, he) and `seed`. `optimizer` is a name, or
    {"type", options, "state"}: sgd, adagrad, rmsprop, adam, adamw, adamax, nadam, radam, lion.
    `masks` are those of dropouts by the layer's name. `framework` takes its epsilons,
    momentum, slopes and optimisers.

    Raises InputError or ShapeError that names the layer or field that does not fit.

    >>> found = step("input 2; linear 1", [1.0, 2.0], [1.0], loss="mse",
    ...     parameters={"linear1.weight": [[3, 4]], "linear1.bias": [0]},
    ...     optimizer={"type": "sgd", "lr": 0.1})
    >>> found.output.tolist(), found.gradients["linear1.weight"].tolist()
    ([11.0], [[20.0, 40.0]])
    >>> found.updated["linear1.weight"].tolist()
    [[1.0, 0.0]]
    """
    net = as_model(model)
    asked = {**locals(), "model": net}
    del asked["net"]
    if isinstance(optimizer, str):
        optimizer = {"type": optimizer}
    given = {
        "target": target, "upstream": upstream, "loss": loss, "reduction": reduction,
        "optimizer": optimizer, "mode": mode, "masks": masks,
    }
    known = {name: each for name, each in given.items() if each is not None}
    framed: tuple[Any, ...] = ()
    if framework is not None:
        from dlcalc.conventions.training import facts_of, optimisers_of, with_defaults

        wanted = as_object(optimizer or {}, "optimizer").get("type")
        framed = facts_of(framework), optimisers_of(framework, wanted)
        net = with_defaults(net, framework)
    problem = Problem(net, x, known, {} if parameters is None else parameters, init, seed, *framed)
    problem.asked = asked
    count = whole("steps", 1 if steps is None else steps)
    if count > MOST_STEPS:
        raise LimitError(f"{count:,} steps are more than the {MOST_STEPS:,} taken at once")
    with Aside(problem.products):
        return train(problem, count)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def train(problem: Problem, steps: int) -> NetworkStep:
    """So many steps of a problem."""
    ran = problem.forward(problem.parameters, problem.x)
    check_names(ran.store)
    layers = [row.name for row, _ in ran.rows]
    for name in problem.masks:
        if name not in layers:
            raise InputError(f"masks: the model has no {name}{did_you_mean(name, layers)}")
    state = problem.begun(ran)
    losses: list[float] = []
    first: list[Any] = []
    held = {**{name: node.value for name, node in ran.store.parameters.items()},
            **ran.store.buffers}
    for number in range(steps):
        if number:
            ran = problem.forward(held, problem.x)
        value, gradients = differentiated(problem, ran)
        losses += [] if value is None else [value]
        first = first or [ran, value, gradients]
        held = {**held, **ran.store.tracked}
        if problem.optimiser is not None:
            held |= updated(problem.optimiser, problem.options, state, held, gradients)
    last = LastStep(problem.shown(ran.output.value), value, gradients) if steps > 1 else None
    ran, value, gradients = first
    kept = held if problem.optimiser else {name: held[name] for name in ran.store.buffers}
    return NetworkStep(
        layers=tuple(
            LayerStep(row.name, problem.shown(node.value), problem.shown(ran.graph.gradient(node)))
            for row, node in ran.rows
        ),
        output=problem.shown(ran.output.value), loss=value, gradients=gradients, updated=kept,
        state=state if problem.optimiser else None,
        losses=tuple(losses) if steps > 1 else (), last=last, ran=ran, problem=problem,
    )


def trained(ran: Ran) -> list[str]:
    """The parameters that are trained."""
    return [name for name in ran.store.parameters if name not in ran.store.frozen]


def differentiated(problem: Problem, ran: Ran) -> tuple[float | None, dict[str, Array]]:
    """The loss of a pass, and its gradients; InputError where they overflow."""
    end = problem.loss(ran)
    ran.graph.backward({end: np.ones((), ran.output.value.dtype)})
    gradients = {name: ran.graph.gradient(ran.store.parameters[name]) for name in trained(ran)}
    if ran.x.wants:
        gradients["x"] = problem.shown(ran.graph.gradient(ran.x))
    # A variance that overflows makes a plausible 0 of all that it divides.
    divisors = [node.arguments[1] for node in ran.graph.nodes if node.rule is RULES["div"]]
    named = [
        ("the output", ran.output.value), ("the loss", end.value),
        *((node.name, node.value) for node in divisors), *gradients.items(),
    ]
    # The sum of squares is finite where all are, but for numbers whose squares overflow.
    overflowing = [
        name for name, array in named if not isfinite((flat := array.ravel("K")) @ flat)
        and not np.isfinite(flat).all()
    ]
    if overflowing:
        for node in ran.graph.nodes:
            if isinstance(node.rule, MaxPool):
                node.rule.require_input(node)
        raise InputError(f"{overflowing[0]} overflows: inputs or parameters are too large")
    return None if "upstream" in problem.given else float(end.value), gradients


def data_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of DATA as `step` takes them; a result is one, too."""
    fields = {name: each for name, each in record.items() if name in FIELDS}
    if "updated" in record and "parameters" not in fields:
        fields["parameters"] = record["updated"]
    if isinstance(fields.get("loss"), int | float):
        del fields["loss"]
    if "state" in record and record["state"] is not None:
        chosen = fields.get("optimizer")
        if isinstance(chosen, str):
            chosen = {"type": chosen}
        if chosen is not None and "state" not in chosen:
            fields["optimizer"] = {**chosen, "state": record["state"]}
    return fields


def check_step(result: NetworkStep) -> list[GradientCheck]:
    """Each gradient against central and complex-step differences, all entries moved in turn."""
    problem, ran = result.problem, result.ran
    parameters = {name: node.value for name, node in ran.store.parameters.items()}

    def loss(moved: Any) -> Any:
        kind = complex if any(np.iscomplexobj(each) for each in moved.values()) else float
        x = np.reshape(moved["x"], problem.x.shape) if "x" in moved else problem.x
        given = {**parameters, **ran.store.buffers, **moved}
        return problem.loss(problem.forward(given, x, kind)).value

    values = {**parameters, "x": problem.shown(problem.x)}
    at = {name: values[name] for name in result.gradients}
    return check_gradients(loss, at, result.gradients)


RESULT = ("layers", "output", "losses", "gradients", "updated", "state", "last", "check")
"""Fields of a result, which may stand in DATA."""
MOST_ROWS = 60
"""Elements of parameters that people get a row each for."""


class StepRun(Run[NetworkStep]):
    """Read the network and its data, and take the steps."""

    fields = FIELDS

    def __init__(self, out: Output, plot: str | None = None, **options: Any) -> None:
        self.shows_maps = plot == "-"
        super().__init__(out, plot=None if self.shows_maps else plot, **options)

    def picture(self, result: NetworkStep) -> str:
        """The maps of every layer, as SVG."""
        from dlcalc.pictures.images import maps_svg

        return maps_svg(_maps(result))

    def read(self) -> dict[str, Any]:
        """The model, and the fields of DATA with those of --with in their place."""
        words, more = self.options.pop("words", ()), self.options.pop("more", None)
        size = shape_of(self.options.pop("input", None))
        if not (words or more or size or self.out.piped):
            example = self.example()
            return {"model": read_model(example["model"]), **data_fields(example["data"])}
        *layers, data = words if len(words) > 1 and _is_data(words[-1]) else (*words, "")
        if not data and not self.out.piped and more is None:
            raise InputError("no data: give a JSON file, - or a literal behind the model")
        if not layers:
            raise InputError("no model: give its name, a file, or its layers")
        record = self._record(data or "-") if data or self.out.piped else {}
        fields = {} if more is None else self._record(more, "--with")
        model = read_model(*layers)
        if size is not None:
            model = Model(model.body, size, model.name, model.source, model.published)
        given = data_fields({**record, **fields})
        if "x" not in given:
            raise InputError("field 'x' is missing: give it in DATA or by --with")
        return {"model": model, **given}

    def _record(self, value: str, name: str = "") -> dict[str, Any]:
        source = read_source(value, name, "JSON")
        return record_of(source, FIELDS, (), self.out.allow_nonfinite, beside=RESULT)

    def checked(self, result: NetworkStep) -> Sequence[Any]:
        """Each gradient against differences."""
        require_checkable(sum(each.size for each in result.gradients.values()))
        return check_step(result)

    def answer(self, result: NetworkStep) -> Answer:
        """Every value, each of which can be asked to explain itself."""
        if "framework" not in self.options:
            from dlcalc.conventions.equations import kinks_of
            from dlcalc.conventions.training import differing

            told = differing({row.type for row, _ in result.ran.rows})
            self.notes += [f"{told}; --framework computes as they do"] if told else []
            self.notes += kinks_of(
                (row.type, node.arguments[0].value)
                for row, node in result.ran.rows if node.arguments
            )
        complete = self.out.format.complete
        blocks: list[Block] = [_parameters(result, complete)]
        if not complete:
            rows = [
                (row.name, row.type, _short(each.output), _short(each.gradient))
                for (row, _), each in zip(result.ran.rows, result.layers, strict=True)
            ]
            layers = Table(("layer", "type", "output", "gradient"), rows, title="Layers")
            blocks = [layers, *blocks]
            if result.losses:
                losses = list(enumerate(result.losses, 1))
                few = losses if len(losses) <= 20 else [*losses[:10], *losses[-10:]]
                blocks.insert(0, Table(("step", "loss"), few))
            elif result.loss is not None:
                blocks.insert(0, Table(("loss",), [(result.loss,)]))
        if self.shows_maps:
            from dlcalc.pictures.images import maps_text

            page = terminal_page()
            blocks.insert(0, Text(maps_text(_maps(result), page.width, page.ascii)))
        last = None if result.last is None else _without_empty(vars(result.last))
        record = _without_empty({
            "layers": [vars(each) for each in result.layers], "output": result.output,
            "loss": result.loss, "losses": result.losses or None, "gradients": result.gradients,
            "updated": result.updated or None, "state": result.state, "last": last,
        })
        add_checks(record, blocks, self.checks)
        return Answer(
            record, blocks, working=partial(working.step_steps, result),
            at=partial(working.steps_at, result),
            element=lambda place, index: working.element(result, str(place), index),
            advice=lambda place, wanted: working.advice(result, str(place), wanted),
            adapt=partial(_adapted, result),
            order=working.derivation(result) if self.out.expect is not None else (),
        )


def _maps(result: NetworkStep) -> list[Maps]:
    """The input and every layer's output of the first example, vectors as one row."""
    from dlcalc.pictures.images import Maps

    arrays = [("x", result.problem.x[0])]
    arrays += [(row.name, node.value[0]) for row, node in result.ran.rows]
    return [
        Maps(name, array.reshape((-1, *array.shape[-2:]) if array.ndim > 1 else (1, 1, -1)))
        for name, array in arrays if array.size
    ]


def _is_data(word: str) -> bool:
    """Whether the last word is DATA: what is no layer and no block of the notation."""
    if word.lstrip()[:1] in ("{", "["):
        return True
    first = word.replace(":", " : ").split() or [""]
    named = first[2:] if first[1:2] == [":"] and first[0] not in Kind.ALL else first
    return not named or named[0] not in (*types(), *Kind.ALL)


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that there are."""
    return {name: each for name, each in fields.items() if each is not None}


def _short(array: Any) -> str:
    from dlcalc.formulas.text import formula_text

    if array.size <= 4:
        return ", ".join(formula_text(each, 4) for each in array.ravel().tolist())
    shape = "x".join(map(str, array.shape))
    return f"{shape}, up to {formula_text(float(abs(array).max()), 4)}"


def _parameters(result: NetworkStep, complete: bool) -> Table:
    values = {name: node.value for name, node in result.ran.store.parameters.items()}
    updated = result.state is not None
    headers = ("parameter", "value", "gradient") + (("updated",) if updated else ())
    total = sum(each.size for each in values.values())
    if total > MOST_ROWS and not complete:
        rows: list[tuple[Any, ...]] = [
            (name, "x".join(map(str, array.shape)), float(abs(result.gradients[name]).max())
             if name in result.gradients else "frozen")
            for name, array in values.items()
        ]
        return Table(
            ("parameter", "shape", "largest gradient"), rows, title="Parameters",
            footnotes=(f"csv and json have all {total:,} elements; --at NAME:INDEX shows one",),
        )
    rows = []
    for name, array in values.items():
        gradient = result.gradients.get(name)
        columns = [array, gradient] + ([result.updated[name]] if updated else [])
        for place, value in enumerate(array.ravel().tolist()):
            index = ",".join(map(str, unravel(place, array.shape)))
            rest = [None if each is None else each.ravel()[place].item() for each in columns[1:]]
            rows.append((f"{name}({index})", value, *rest))
    return Table(headers, rows, title="Parameters")


def _by_name(layers: Any) -> dict[str, Any]:
    if isinstance(layers, Mapping):
        return {
            name: each if isinstance(each, Mapping) else {"output": each}
            for name, each in layers.items()
        }
    named = [each for each in layers if isinstance(each, Mapping)]
    return {each["name"]: each for each in named if isinstance(each.get("name"), str)}


_NAME = re.compile(r"(?P<slope>[∂d]L/[∂d])?(?P<name>.+?)(?P<index>\([\d,]+\))?(?P<new>[⁺+])?")


def _adapted(result: NetworkStep, expected: Any) -> Any:
    """Names as the screen shows them: a layer's output, a parameter's gradient, its new value,
    and one element of any of them."""
    from dlcalc.derive.recipe import put

    if not isinstance(expected, Mapping):
        return expected
    outputs = {each.name: vars(each) for each in result.layers}
    record = {"layers": outputs, "gradients": result.gradients, "updated": result.updated}
    adapted: dict[str, Any] = {}
    for name, value in expected.items():
        path = _path_of(result, outputs, name)
        if name == "layers" and isinstance(value, list | Mapping):
            value = {**adapted.get(name, {}), **_by_name(value)}
        elif name in record and isinstance(value, Mapping):
            value = {**adapted.get(name, {}), **value}
        try:
            put(adapted, record, path, value)
        except InputError:
            index = ",".join(str(each) for each in path if isinstance(each, int))
            if not index:
                raise
            raise InputError(f"{path[1]} has no element ({index})") from None
    layers = adapted.get("layers")
    if isinstance(layers, Mapping) and not layers:
        del adapted["layers"]  # where nothing else is expected, that is told
    elif isinstance(layers, Mapping):
        adapted["layers"] = [layers.get(name, {}) for name in outputs]
    return adapted


def _path_of(result: NetworkStep, layers: Collection[str], name: str) -> list[Any]:
    """The way to what the screen calls so in the record, in which layers go by their names."""
    found = _NAME.fullmatch(name)
    bare, slope = (found["name"], found["slope"]) if found else (name, None)
    if found and found["new"] and bare in result.updated:
        path = ["updated", bare]
    elif bare in result.gradients and (slope or bare != "x"):
        path = ["gradients", bare]
    elif bare in layers and (slope or bare != "output"):
        path = ["layers", bare, "gradient" if slope else "output"]
    else:
        return [name]
    return [*path, *map(int, re.findall(r"\d+", found["index"] or "" if found else ""))]

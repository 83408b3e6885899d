"""Optimisers, each written once: run on arrays it updates, run on symbols it shows how.

A rule is a few equations in the file beside this module, behind its options and its state: of
these by name, the weight w, its gradient g, and t, the number of the step. Each gives a value on
the way, which the working tells, unless `let` stands before it; behind `if` stands when. What is
named `w` is the new weight, what is named as the state the new state.
"""

from __future__ import annotations

import operator
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from dlcalc.derive.operations import World
from dlcalc.derive.rules import FORMULAS
from dlcalc.errors import InputError, did_you_mean
from dlcalc.formulas.expressions import Expr, Step, symbol
from dlcalc.input.sources import text_beside
from dlcalc.numbers.axes import plain
from dlcalc.numbers.exact import FLOAT_EXACT, as_double, as_doubles, as_object, fitting

Put = Callable[[str, Any], Any]
"""A name and a value → the value, or its symbol."""
_NUMERIC: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt, "sign": np.sign, "abs": np.abs, "max": np.maximum, "above": operator.gt,
    "given": lambda value: value is not None,
}
FUNCTIONS = World(**_NUMERIC)
"""What optimisers use, on arrays; `above` says which branch is taken."""


class Rule(str):
    """How a weight is moved, by equations."""

    __slots__ = ()

    def __call__(
        self, put: Put, f: Any, w: Any, g: Any, state: Mapping[str, Any], options: Mapping[str, Any]
    ) -> None:
        """Compute all values in the world f; `put` names them."""
        functions = _NUMERIC if f is FUNCTIONS else {name: getattr(f, name) for name in _NUMERIC}
        known = {"momentum_buffer": None, **options, **state, "w": w, "g": g,
                 "__builtins__": functions}
        for condition, name, value, told in _lines(str(self)):
            if condition is None or _value(condition, known):
                found = _value(value, known)
                known[name] = put(name, found) if told else found


@cache
def _lines(equations: str) -> list[tuple[Any, str, Any, bool]]:
    """Of each equation when it holds, its name, its value, and whether it is told."""
    found = []
    for line in equations.splitlines():
        condition, _, plain = line.removeprefix("if ").rpartition(": ")
        name, _, value = plain.removeprefix("let ").partition(" = ")
        when = _read(condition) if condition else None
        found.append((when, name, _read(value), not plain.startswith("let ")))
    return found


def _read(text: str) -> Any:
    """The code of an expression, whose grammar is that of Python."""
    return compile(text.replace("^", "**"), __file__, "eval")


def _value(code: Any, known: dict[str, Any]) -> Any:
    """What it comes to: it sees these names and functions alone, and is of our own tables."""
    return eval(code, known)  # noqa: S307


class Optimiser(NamedTuple):
    """How an optimiser moves a weight."""

    rule: Callable[..., None]
    options: Mapping[str, Any]
    """Its options, as they are by default."""
    state: Mapping[str, Any]
    """Its state of each parameter, as it begins; an option's name stands for its value."""
    decoupled: bool = False
    """Whether weight decay is taken off the weight and not added to the gradient."""
    counts: bool = True
    """Whether its state has the number of steps done."""
    lacks: tuple[str, ...] = ()
    """The options that it does not take."""


def _optimisers() -> dict[str, Optimiser]:
    found: dict[str, Optimiser] = {}
    for entry in text_beside(__file__, "optimisers.txt").split("\n\n")[1:]:
        head, keeps, equations = entry.split("\n", 2)
        name, *options = head.split()
        states = keeps.removeprefix("keeps ").split()
        rule = found[equations[3:].strip()].rule if equations[:3] == "as " else Rule(equations)
        found[name] = Optimiser(
            rule, _settings(options) | {"maximize": False}, _settings(states),
            "decoupled" in states, "uncounted" not in states,
        )
    return found


def _settings(words: list[str]) -> dict[str, Any]:
    """The values of name=value, as Python writes them."""
    pairs = (word.split("=") for word in words if "=" in word)
    return {name: literal_eval(value) for name, value in pairs}


OPTIMISERS = _optimisers()
"""Every optimiser by its name, with the defaults of PyTorch 2.13."""

SINGLE = ("mu_product",)
"""States that are one number for all parameters."""
_OPTIONAL = {"max_exp_avg_sq": "amsgrad", "grad_avg": "centered", "momentum_buffer": "momentum"}
"""States that there are only where an option asks for them."""


def optimiser(
    given: Mapping[str, Any], known: Mapping[str, Optimiser] = OPTIMISERS
) -> tuple[Optimiser, dict[str, Any]]:
    """An optimiser as it was asked for and all its options; InputError for what it has not.

    `known` are those to choose from, by name.

    >>> optimiser({"type": "adam", "lr": 0.1})[1]["beta2"]
    0.999
    """
    kind = as_object(given, "optimizer").get("type")
    if not isinstance(kind, str) or kind not in known:
        raise InputError(f"optimizer: unknown type {kind!r}{did_you_mean(str(kind), known)}")
    found = known[kind]
    options = dict(found.options)
    for name, value in given.items():
        if name in ("type", "state"):
            continue
        if name not in options or name in found.lacks:
            known_options = [each for each in options if each not in found.lacks]
            raise InputError(f"optimizer: {kind} has no {name}{did_you_mean(name, known_options)}")
        options[name] = _checked(name, value, options[name])
    if options.get("nesterov") and (not options["momentum"] or options["dampening"]):
        raise InputError("optimizer: nesterov wants a momentum and no dampening")
    if "betas" in options:
        options["beta1"], options["beta2"] = options.pop("betas")
    return found, options


def _checked(name: str, value: Any, usual: Any) -> Any:
    value = plain(value)
    if isinstance(usual, bool):
        if not isinstance(value, bool):
            raise InputError(f"optimizer: {name} is true or false, not {value}")
        return value
    pair = isinstance(usual, tuple)
    numbers = list(value) if pair and isinstance(value, list | tuple) else [value]
    wanted = "two numbers" if pair else "a number"
    if len(numbers) != 1 + pair or any(
        isinstance(each, bool) or not isinstance(each, int | float) for each in numbers
    ):
        raise InputError(f"optimizer: {name} is {wanted}, not {value}")
    end = 1 if name in ("betas", "alpha") else sys.float_info.max
    if any(not 0 <= each < end for each in numbers):
        raise InputError(f"optimizer: {name} {value!s:.40} is out of range")
    return tuple(numbers) if pair else value


def states(found: Optimiser, options: Mapping[str, Any]) -> dict[str, Any]:
    """The states that an optimiser keeps with these options, as they begin."""
    return {
        name: options[begin] if isinstance(begin, str) else begin
        for name, begin in found.state.items()
        if name not in _OPTIONAL or options.get(_OPTIONAL[name])
    }


def moved(
    found: Optimiser, put: Put, f: Any, w: Any, g: Any, state: Mapping[str, Any],
    options: Mapping[str, Any],
) -> None:
    """One update: what all optimisers do to gradient and weight, and then the rule."""
    if options["maximize"]:
        g = put("g′", -g)
    if options["weight_decay"]:
        if found.decoupled or options.get("decoupled_weight_decay"):
            w = put("w′", w * (1 - options["lr"] * options["weight_decay"]))
        else:
            g = put("g″", g + options["weight_decay"] * w)
    found.rule(put, f, w, g, state, options)


def stepped(
    found: Optimiser, options: Mapping[str, Any], w: Any, g: Any, state: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The new weight and the new state of one update, of numbers or arrays.

    >>> found, options = optimiser({"type": "sgd", "lr": 0.5, "momentum": 0.5})
    >>> stepped(found, options, 3.0, 2.0, {"momentum_buffer": 4.0})
    (1.0, {'momentum_buffer': 4.0})
    """
    values: dict[str, Any] = {}

    def put(label: str, value: Any) -> Any:
        values[label] = value
        return value

    moved(found, put, FUNCTIONS, w, g, state, options)
    return values["w"], {name: each for name, each in values.items() if name in found.state}


def begun(
    found: Optimiser, options: Mapping[str, Any], held: Mapping[str, Any],
    given: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """The state before the first step of parameters by name: as it was given, else as it begins.

    InputError or ShapeError for what is given and does not fit.

    >>> found = begun(*optimiser({"type": "adagrad"}), {"w": np.zeros(2)})
    >>> found["step"], found["sum"]["w"].tolist()
    (0, [0.0, 0.0])
    """
    given, known = as_object(given, "state"), states(found, options)
    allowed = [*known, *(["step"] if found.counts else [])]
    for name in given:
        if name not in allowed and name != "step" and name not in found.state:
            raise InputError(f"state: no {name} is kept{did_you_mean(name, allowed)}")
    state: dict[str, Any] = {}
    if found.counts:
        state["step"] = given.get("step", 0)
        if type(state["step"]) is not int or not 0 <= state["step"] < FLOAT_EXACT:
            raise InputError(f"state: step is {state['step']!r:.40}, no whole number from 0")
    for name, begin in known.items():
        if name in SINGLE:
            state[name] = as_double(given.get(name, begin), f"state: {name}")
            continue
        parts = as_object(given.get(name, {}), f"state: {name}")
        state[name] = {
            parameter: np.full(each.shape, float(begin)) if parameter not in parts
            else fitting(as_doubles(parts[parameter], of := f"state: {name} of {parameter}"),
                         each.shape, of)
            for parameter, each in held.items() if parameter in parts or begin is not None
        }
    return state


def updated(
    found: Optimiser, options: Mapping[str, Any], state: dict[str, Any], held: Mapping[str, Any],
    gradients: Mapping[str, Any],
) -> dict[str, Any]:
    """The parameters that have gradients after one update; the state is moved on.

    >>> chosen, held = optimiser({"type": "sgd", "lr": 0.5}), {"w": np.ones(1)}
    >>> updated(*chosen, begun(*chosen, held), held, {"w": np.ones(1)})["w"].tolist()
    [0.5]
    """
    if "step" in state:
        state["step"] += 1
        options = {**options, "t": state["step"]}
    new: dict[str, Any] = {}
    singles: dict[str, Any] = {}
    kinds = [(key, each) for key, each in state.items() if key != "step"]
    for name in [each for each in held if each in gradients]:
        own = {key: each if key in SINGLE else each.get(name) for key, each in kinds}
        new[name], kept = stepped(found, options, held[name], gradients[name], own)
        for key, each in kept.items():
            if key in SINGLE:
                singles[key] = each
            else:
                state[key][name] = each
    state.update(singles)
    return new


def mistaken(
    found: Optimiser, options: Mapping[str, Any]
) -> Iterator[tuple[str, Optimiser, Mapping[str, Any]]]:
    """What goes wrong with an update, each in words, with the rule and the options it is made by.

    >>> found, options = optimiser({"type": "adam", "lr": 0.5})
    >>> wrong = {words: stepped(*each, 3.0, 2.0, {"exp_avg": 0.0, "exp_avg_sq": 0.0})
    ...          for words, *each in mistaken(found, {**options, "t": 1})}
    >>> round(wrong["the root left out"][0], 6)
    2.75
    """
    for line in text_beside(__file__, "optimiser_slips.txt").splitlines()[1:]:
        words, _, changes = line.partition(" | ")
        rule, changed = str(found.rule), {**options}
        for change in changes.split("; "):
            old, arrow, new = change.partition(" => ")
            if arrow:
                rule = rule.replace(old, new)
                continue
            name, _, value = change.partition(" = ")
            if name in options:
                changed[name] = _value(_read(value), {**options, "__builtins__": {}})
        if rule != str(found.rule):
            yield words, found._replace(rule=Rule(rule)), changed
        elif changed != options:
            yield words, found, changed
    if options["weight_decay"]:
        where = "added to the gradient" if found.decoupled else "taken off the weight"
        yield f"the weight decay {where}", found._replace(decoupled=not found.decoupled), options
    yield "plain gradient descent", found._replace(rule=Rule("w = w - lr*g")), options


LETTERS = dict(line.split() for line in text_beside(__file__, "letters.txt").splitlines())
"""How options and states are written."""


def update_steps(
    optimiser: Optimiser, options: Mapping[str, Any], state: Mapping[str, Any],
    weight: tuple[Expr, float], gradient: tuple[Expr, float],
) -> list[Step]:
    """Each line of an optimiser's rule for one number, which has a symbol and a value.

    >>> found, options = optimiser({"type": "sgd", "lr": 0.5})
    >>> [step] = update_steps(found, options, {}, (symbol("w"), 3.0), (symbol("g"), 2.0))
    >>> step.value
    2.0
    """
    numbers: list[Any] = []

    def put_number(label: str, value: Any) -> Any:
        numbers.append(value)
        return value

    moved(optimiser, put_number, FUNCTIONS, weight[1], gradient[1], state, options)
    values: dict[Any, Any] = dict([weight, gradient])
    symbols = FORMULAS.but(above=lambda a, b: bool(values[a] > b), given=_NUMERIC["given"])
    steps: list[Step] = []

    def option(key: str, value: Any) -> Any:
        if value is None or isinstance(value, bool) or value == 0:
            return value
        name = symbol("β", key[-1]) if key[:-1] == "beta" else symbol(LETTERS.get(key, key))
        values[name] = value if isinstance(value, int) else float(value)  # 0.9¹, not 0.9^(1.0)
        return name

    def old(key: str, value: Any) -> Any:
        if value is None:
            return None
        name = symbol(LETTERS.get(key, key), "old")
        values[name] = float(value)
        return name

    def put_symbol(label: str, formula: Any) -> Any:
        value = numbers[len(steps)]
        name = Expr("new", (weight[0],)) if label == "w" else symbol(LETTERS.get(label, label))
        put = formula.put(values) if isinstance(formula, Expr) and formula not in values else None
        steps.append(Step(name, float(value), formula, () if put is None else (put,)))
        values[name] = float(value)
        return name

    moved(
        optimiser, put_symbol, symbols, weight[0], gradient[0],
        {key: old(key, each) for key, each in state.items()},
        {key: option(key, each) for key, each in options.items()},
    )
    return steps

"""Formulas with their numbers put in, computed: what a reader with a calculator would get."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlcalc.formulas.expressions import Expr, Step

FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "identity": lambda x: x,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "max": max,
    "min": min,
}
KINDS: dict[str, Callable[..., float]] = {
    "add": lambda *terms: math.fsum(terms),
    "sub": lambda a, b: a - b,
    "mul": lambda *factors: math.prod(factors),
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "floor": math.floor,
    "ceil": math.ceil,
}


def evaluate(term: Any) -> float:
    """The value of a formula without symbols; ValueError where one is left."""
    if not isinstance(term, Expr):
        return float(term)
    if term.kind == "call":
        function, *arguments = term.args
        return FUNCTIONS[function](*map(evaluate, arguments))
    if term.kind not in KINDS:
        raise ValueError(f"{term} has no number")
    return KINDS[term.kind](*map(evaluate, term.args))


def disagreement(step: Step) -> str:
    """What the last numbers of a step give, where it is not its value; else nothing."""
    found = evaluate(step.numbers[-1])
    if math.isclose(found, step.value, rel_tol=1e-9, abs_tol=1e-12):
        return ""
    return f"{step.name}: {found} instead of {step.value}"


def elements(record: Any, field: str = "") -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Every number of a record, with its field and its place there."""
    if isinstance(record, dict):
        for name, each in record.items():
            yield from elements(each, f"{field}.{name}".lstrip("."))
    elif isinstance(record, list | tuple):
        for n, each in enumerate(record):
            yield from elements(each, f"{field}[{n}]")
    elif record is not None:
        for index in np.ndindex(np.shape(record)):
            yield field, index, np.asarray(record)[index].item()

"""The update of one parameter by an optimiser, in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.formulas.expressions import Expr, Step, call, symbol
from dlcalc.layers.descent import Functions
from dlcalc.layers.optimisers import Optimiser, moved

LETTERS = {
    "lr": "η", "eps": "ε", "weight_decay": "λ", "momentum": "μ",
    "alpha": "α", "exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "v_max",
    "momentum_buffer": "buf", "square_avg": "v", "grad_avg": "ḡ", "exp_inf": "u",
    "mu_product": "Π", "dampening": "τ", "sum": "S", "momentum_decay": "ψ", "lr_decay": "δ",
}
"""How options and states are written."""


class _Symbols:
    def __init__(self, values: dict[Any, Any]) -> None:
        self.values = values

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: call(name, *arguments)

    def above(self, a: Any, b: Any) -> bool:
        """Which branch is taken, by the numbers."""
        return bool(self.values[a] > b)


def update_steps(
    optimiser: Optimiser, options: Mapping[str, Any], state: Mapping[str, Any],
    weight: tuple[Expr, float], gradient: tuple[Expr, float],
) -> list[Step]:
    """Each line of an optimiser's rule for one number, which has a symbol and a value.

    >>> from dlcalc.layers.optimisers import optimiser
    >>> found, options = optimiser({"type": "sgd", "lr": 0.5})
    >>> [step] = update_steps(found, options, {}, (symbol("w"), 3.0), (symbol("g"), 2.0))
    >>> step.value
    2.0
    """
    numbers: dict[str, list[Any]] = {}

    def put_number(label: str, value: Any) -> Any:
        numbers.setdefault(label, []).append(value)
        return value

    moved(optimiser, put_number, Functions, weight[1], gradient[1], dict(state), dict(options))
    values: dict[Any, Any] = dict([weight, gradient])
    steps: list[Step] = []

    def option(key: str, value: Any) -> Any:
        if value is None or isinstance(value, bool) or value == 0:
            return value
        name = symbol("β", key[-1]) if key[:-1] == "beta" else symbol(LETTERS.get(key, key))
        values[name] = value if isinstance(value, int) else float(value)
        return name

    def old(key: str, value: Any) -> Any:
        if value is None:
            return None
        name = symbol(LETTERS.get(key, key), "old")
        values[name] = float(value)
        return name

    def put_symbol(label: str, formula: Any) -> Any:
        value = numbers[label].pop(0)
        name = Expr("new", (weight[0],)) if label == "w" else symbol(LETTERS.get(label, label))
        put = formula.put(values) if isinstance(formula, Expr) and formula not in values else None
        steps.append(Step(name, float(value), formula, () if put is None else (put,)))
        values[name] = float(value)
        return name

    moved(
        optimiser, put_symbol, _Symbols(values), weight[0], gradient[0],
        {key: old(key, each) for key, each in state.items()},
        {key: option(key, each) for key, each in options.items()},
    )
    return steps

"""Random LSTM problems for the tests."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from dlcalc.formulas.expressions import Column, Expr
from dlcalc.layers.cells.problem import CellResult
from dlcalc.layers.cells.working import CellWorking
from dlcalc.names import GATE_ACTIVATIONS

SMOOTH = ("sigmoid", "tanh", "identity", "softplus")


def problem(
    seed: int, H: int = 2, D: int = 3, T: int = 4, batch: int | None = None,
    gates: str = "ifog", activations: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The fields of a problem of that size, numbers of order one."""
    random = np.random.default_rng(seed)
    lead = () if batch is None else (batch,)

    def some(*shape: int) -> Any:
        return random.normal(size=shape)

    return {
        "W": some(4 * H, H + D), "b": some(4 * H), "x": some(T, *lead, D), "h0": some(*lead, H),
        "c0": some(*lead, H), "dh": some(T, *lead, H), "dc": some(*lead, H), "gates": gates,
        "activations": activations or {},
    }


def recognised(result: CellResult, field: str, wrong: Any) -> str:
    """The slip that gives the wrong numbers of a field, in words."""
    return CellWorking(result).slip(field, wrong, 1e-6).removesuffix(" gives that")


def undressed(formula: Any) -> Any:
    """A formula with the names of functions that the engine knows."""
    if isinstance(formula, Column):
        return formula.tolist()
    if not isinstance(formula, Expr):
        return formula
    names = {"σ": "sigmoid", "ReLU": "relu", "ReLU'": "relu'", "id": "identity"}
    args = tuple(undressed(each) for each in formula.args)
    return Expr(formula.kind, (names.get(args[0], args[0]), *args[1:])
                if formula.kind == "call" else args)


def problems(kinks: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Problems of all small sizes, gate orders and activations."""
    names = st.sampled_from(GATE_ACTIVATIONS if kinks else SMOOTH)
    return st.builds(
        problem,
        seed=st.integers(0, 2**32 - 1), H=st.integers(1, 3), D=st.integers(1, 3),
        T=st.integers(1, 4), batch=st.none() | st.integers(1, 3),
        gates=st.permutations("ifog").map("".join),
        activations=st.dictionaries(st.sampled_from("ifog"), names),
    )

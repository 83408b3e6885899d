"""Formulas of each type of layer: parameters and multiply-accumulates, and what is put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlcalc.formulas.expressions import Expr, mul, symbol
from dlcalc.layers.counted import product
from dlcalc.layers.recurrent import bias_vectors
from dlcalc.models.rows import Row
from dlcalc.numbers.axes import per_axis

Formula = tuple[Expr, dict[Expr, Any], str] | None

K, C, F, G, N, U, D, T, H = (symbol(name) for name in "KCFGNUDTH")
V, Q, B, R, L = (symbol(name) for name in "VQBRL")
KV = symbol("K")


def _axes(letter: str, sizes: tuple[int, ...]) -> tuple[Expr, dict[Expr, Any]]:
    """A product with one factor an axis, such as K₁·K₂, and its numbers."""
    factors = [symbol(letter, place) for place in range(1, len(sizes) + 1)]
    return mul(*factors) if len(factors) > 1 else factors[0], dict(zip(factors, sizes, strict=True))


def _conv(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    kernel = per_axis(arguments["kernel"], len(row.input) - 1, "kernel")
    taps, values = _axes("K", kernel)
    if row.type == "dwconv":
        filters, groups = row.output[0], row.input[0]
    else:
        filters, groups = arguments["filters"], arguments.get("groups", 1)
    values |= {C: row.input[0], F: filters, G: groups}
    if arguments.get("connections"):
        pairs = row.weights // product(kernel)
        each: Expr = mul(symbol("pairs"), taps)
        if what == "params":
            return each + F, values | {symbol("pairs"): pairs}, "pairs of a channel and a filter"
        return _uses(row, each, values | {symbol("pairs"): pairs})
    per_filter = mul(taps, C) if groups == 1 else mul(C / G, taps)
    legend = "K kernel, C channels, F filters" + (", G groups" if groups > 1 else "")
    if what == "params":
        held = per_filter + 1 if row.biases else per_filter
        return mul(held, F), values, legend + (", 1 bias" if row.biases else "")
    return _uses(row, mul(per_filter, F), values)


def _uses(row: Row, weights: Expr, values: dict[Expr, Any]) -> Formula:
    """Every weight once for each output position, or input position where transposed."""
    transposed = row.type == "conv_transpose"
    places, sizes = _axes("L" if transposed else "O", (row.input if transposed else row.output)[1:])
    side = "input" if transposed else "output"
    return mul(weights, places), values | sizes, f"every weight once for each {side} position"


def _linear(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    values = {N: row.input[-1], U: arguments["units"]}
    if what == "params":
        held = mul(N + 1, U) if row.biases else mul(N, U)
        return held, values, "N inputs, U units" + (", 1 bias" if row.biases else "")
    if len(row.input) == 1:
        return mul(N, U), values, ""
    return mul(T, N, U), values | {T: row.input[0]}, "at each of T positions"


def _table(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    rows = row.params // row.output[-1]
    return mul(V, D), {V: rows, D: row.output[-1]}, "V vectors of D numbers"


def _normalisation(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    if what == "macs":
        return None
    if not row.biases:
        return C, {C: row.weights}, "a scale for each of C"
    return mul(2, C), {C: row.weights}, "a scale and a shift for each of C"


def _pooling(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    """LeCun's (1998) pooling, whose sums have a coefficient and a bias."""
    if what == "params":
        return mul(2, C), {C: row.output[0]}, "a coefficient and a bias for each of C channels"
    return _uses(row, C, {C: row.output[0]})


def _slopes(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    return None if what == "macs" else (C, {C: row.weights}, "a slope for each of C, or one")


def _distances(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    values = {N: row.input[0], U: row.output[0]}
    return mul(N, U), values, "a square for each of N inputs and U codes"


def _recurrent(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[row.type]
    layers, directions = arguments["layers"], 2 if arguments["bidirectional"] else 1
    vectors = bias_vectors(arguments["bias"]) if what == "params" else 0
    values = {
        G: gates, H: arguments["hidden"], D: row.input[1], T: row.input[0], B: vectors,
        R: directions, L: layers,
    }
    columns, deeper = D + H, (mul(R, H) if directions > 1 else H) + H
    if vectors:
        columns, deeper = columns + B, deeper + B
    if layers > 1:
        columns = columns + mul(L - 1, deeper)
    held = mul(R, G, H, columns) if directions > 1 else mul(G, H, columns)
    if what == "macs":
        return mul(T, held), values, "every weight once at each of T steps"
    legend = "G gates, H hidden units, D inputs"
    legend += ", B bias vectors a gate" * (vectors > 0) + ", L layers" * (layers > 1)
    return held, values, legend + ", R directions" * (directions > 1)


def _attention(row: Row, arguments: dict[str, Any], what: str) -> Formula:
    heads = arguments["heads"]
    width = row.input[1]
    each = arguments["head_width"] or width // heads
    groups = arguments["kv_heads"] or heads
    values = {D: width, Q: heads * each, KV: groups * each, T: row.input[0]}
    weights = mul(2, D, Q) + mul(2, D, KV)
    if what == "macs":
        legend = "T times the weights, and T² products for each feature of QKᵀ and AV"
        return mul(T, weights) + mul(2, T**2, Q), values, legend
    legend = "D inputs, Q features of the queries, K of the keys"
    return (weights + Q + 2 * KV + D if row.biases else weights), values, legend


FORMULAS: dict[str, Callable[[Row, dict[str, Any], str], Formula]] = {
    "conv": _conv, "dwconv": _conv, "conv_transpose": _conv, "linear": _linear,
    "embedding": _table, "position": _table, "prepend": _table,
    "batchnorm": _normalisation, "layernorm": _normalisation, "groupnorm": _normalisation,
    "instancenorm": _normalisation, "rmsnorm": _normalisation,
    "avgpool": _pooling, "prelu": _slopes, "rbf": _distances,
    "lstm": _recurrent, "gru": _recurrent, "rnn": _recurrent, "attention": _attention,
}
"""The formulas of a type, for `params` and for `macs`."""

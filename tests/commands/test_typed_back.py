"""Every line of a working typed back gives its number: size, conv, pool and mults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.errors import DlcalcError
from dlcalc.formulas.expressions import Expr, element, symbol
from dlcalc.layers.size_steps import values_of
from dlcalc.numbers.sizes import Axis
from dlcalc.shell.runner import answer_of
from tests.derive.typed import untrue

SMALL = st.integers(1, 3)


def steps_of(result: Any) -> list[Any]:
    return list(answer_of(result, result.command).working())


def sizes_of(axes: tuple[Axis, ...]) -> Mapping[Expr, Any]:
    """The letters of a size, of its only axis."""
    return values_of(axes[0]) | {symbol("O"): axes[0].output}


def elements_of(name: str, array: Any) -> Mapping[Expr, Any]:
    return {element(name, at): array[at] for at in np.ndindex(*np.shape(array))}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), SMALL, st.integers(0, 3), SMALL, st.data())
def test_size(input: int, kernel: int, stride: int, pad: int, dilation: int, data: Any) -> None:
    kind = data.draw(st.sampled_from(["", "ceil", "transposed"]))
    given: dict[str, Any] = {kind: True} if kind else {}
    sides = data.draw(st.sampled_from([pad, ((pad, 1),)]))
    try:
        result = dlcalc.size(input, kernel, stride, sides, dilation, **given)
    except DlcalcError:
        assume(False)
    assert untrue(steps_of(result), values_of(result.axes[0])) == []


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 5), SMALL, st.integers(0, 2), SMALL, SMALL, st.booleans(),
    st.integers(1, 2),
)
def test_mults(
    input: int, kernel: int, stride: int, pad: int, dilation: int, channels: int, conv: bool,
    dims: int,
) -> None:
    try:
        result = dlcalc.mults(
            input, kernel, stride, pad, dilation=dilation, channels=(channels, 2), dims=dims,
            conv=conv,
        )
    except DlcalcError:
        assume(False)
    [stage] = result.stages
    outputs = [phase.outputs for phase in stage.phases[0] for _ in range(phase.copies)]
    taps = [phase.taps for phase in stage.phases[0] for _ in range(phase.copies)]
    given = {symbol("m"): outputs, symbol("r"): taps, symbol("t"): stage.tile}
    assert untrue(steps_of(result), {**sizes_of(stage.axes), **given}) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), SMALL, st.integers(0, 1), st.booleans(), st.booleans())
def test_conv(seed: int, stride: int, pad: int, transposed: bool, flip: bool) -> None:
    """Decimals, channels, a bias and all gradients."""
    draw = np.random.default_rng(seed)
    x, w = draw.normal(size=(2, 4)).round(2), draw.normal(size=(2, 2, 3)).round(2)
    given: dict[str, Any] = {
        "stride": stride, "pad": pad, "transposed": transposed, "flip": flip, "bias": [0.5, -1],
    }
    shape = dlcalc.conv(x, w, **given).shape
    result = dlcalc.conv(x, w, **given, upstream=draw.integers(-9, 9, shape))
    assert untrue(steps_of(result), values_of(result.axes[0])) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), SMALL, st.sampled_from(["max", "avg"]), st.booleans())
def test_pool(seed: int, stride: int, kind: str, ceil: bool) -> None:
    draw = np.random.default_rng(seed)
    x = draw.integers(-9, 9, (3, 4))
    given: dict[str, Any] = {"kernel": 2, "stride": stride, "pad": 1, "kind": kind, "ceil": ceil}
    upstream = draw.integers(-9, 9, dlcalc.pool(x, **given).shape)
    result = dlcalc.pool(x, **given, upstream=upstream)
    known = {**values_of(result.axes[0]), **elements_of("dy", upstream)}
    assert untrue(steps_of(result), known) == []

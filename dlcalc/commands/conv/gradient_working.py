"""The working of a convolution's gradients: each element as its sum of products."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from dlcalc.commands.conv.names import (
    LANDINGS,
    PLACES,
    TAPS,
    channels,
    meeting,
    scaled_sums,
    sum_step,
)
from dlcalc.formulas.expressions import Step, add, element, mul, symbol, total
from dlcalc.numbers.compare import unravel
from dlcalc.numbers.convolution.conv import Convolution
from dlcalc.numbers.convolution.gradient_terms import input_gradient_terms, weight_gradient_terms
from dlcalc.numbers.exact import as_numbers

MOST_ELEMENTS = 100
"""Elements of each gradient that are written out."""


def gradient_steps(x: Any, w: Any, upstream: Any, result: Convolution) -> Iterator[Step]:
    """Both gradients: the sums that define them, and their first elements."""
    for field in ("dx", "dw", "db"):
        if getattr(result, field) is None:
            continue
        yield definition_of(result, field)
        shape = getattr(result, field).shape
        count = prod(shape)
        for place in range(min(count, MOST_ELEMENTS)):
            yield gradient_step(x, w, upstream, result, field, unravel(place, shape))
        if count > MOST_ELEMENTS:
            more = f"{count - MOST_ELEMENTS:,} more elements of {field}"
            yield Step(f"… and {more}", note=f"--at {field}:INDEX shows any one of them")


def definition_of(result: Convolution, field: str) -> Step:
    """The sum that defines a gradient."""
    if field == "db":
        outer, places = channels(result)[0], tuple(PLACES[: result.dims])
        name = element("db", outer) if outer else symbol("db")
        return Step(name, None, total(element("dy", (*outer, *places)), ",".join(places)))
    return _input_definition(result) if field == "dx" else _weight_definition(result)


def gradient_step(
    x: Any, w: Any, upstream: Any, result: Convolution, field: str, index: tuple[int, ...]
) -> Step:
    """One element of a gradient as the sum of its products; of the bias's, of what enters."""
    if field == "db":
        assert result.db is not None
        given = as_numbers(upstream, "upstream")
        own = given.reshape(-1, len(result.db), *result.shape[len(result.shape) - result.dims :])
        terms = own[:, index[0]].ravel().tolist()
        return Step(element("db", index), result.db[index].item(), None, (add(*terms),))
    if field == "dx":
        found = input_gradient_terms(w, upstream, result, index)
    else:
        found = weight_gradient_terms(x, upstream, result, index)
    return sum_step(field, index, getattr(result, field), found.factors, found.count)


def _input_definition(result: Convolution) -> Step:
    outer, inner, mixed = channels(result)
    places, taps, columns = (names[: result.dims] for names in (PLACES, TAPS, LANDINGS))
    body = mul(element("dy", (*outer, *columns)), element("w", (*mixed, *taps)))
    note = f"where {meeting(result)}"
    if result.pad_mode != "zeros" and any(map(sum, result.pad)):
        note += f"; {result.pad_mode} padding passes its gradient to the columns it repeats"
    return Step(
        element("dx", (*inner, *places)), None,
        total(body, ",".join((*outer, *columns, *taps))), (), note,
    )


def _weight_definition(result: Convolution) -> Step:
    outer, inner, mixed = channels(result)
    places, taps, columns = (names[: result.dims] for names in (PLACES, TAPS, LANDINGS))
    name = element("dw", (*mixed, *taps))
    if result.transposed:
        body = mul(element("dy", (*outer, *columns)), element("x", (*inner, *places)))
        note = f"where {meeting(result)}"
        return Step(name, None, total(body, ",".join((*places, *columns))), (), note)
    met = element("x", (*inner, *scaled_sums(result)))
    body = mul(element("dy", (*outer, *places)), met)
    note = "x is the padded input" if any(map(sum, result.pad)) else ""
    return Step(name, None, total(body, ",".join(places)), (), note)

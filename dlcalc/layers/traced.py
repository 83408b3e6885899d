"""The working of a layer's counts, by the function that counts: its numbers carry letters.

Nothing here states a formula. The function of a type is called once more with numbers that
remember where they came from, so a type that can be counted can be explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dlcalc.formulas.counting import N
from dlcalc.formulas.expressions import Expr, Step, symbol
from dlcalc.layers.counted import Counted, Shape
from dlcalc.layers.table import handler, usual

LETTERS = {
    "N": "inputs", "T": "positions", "D": "features", "C": "channels", "L": "input length",
    "O": "output length", "S": "positions before", "filters": ("F", "filters"),
    "kernel": ("K", "kernel"), "groups": ("G", "groups"), "units": ("U", "units"),
    "hidden": ("H", "hidden units"), "layers": ("L", "layers"), "heads": ("H", "heads"),
    "kv_heads": ("K", "key-value heads"), "head_width": ("W", "features a head"),
    "vocabulary": ("V", "vectors"), "width": ("D", "numbers each"), "length": ("V", "vectors"),
    "multiplier": ("M", "filters a channel"), "count": ("V", "vectors"), "slopes": ("P", "slopes"),
}
"""What the letters of a shape mean; and of an argument, its letter and what that means."""


class Traced(NamedTuple):
    """A layer, counted with numbers that carry their formulas."""

    counted: Counted
    values: dict[Expr, int]
    """Every symbol with its number."""
    words: dict[Expr, str]
    """Every symbol with what it is."""

    def step(self, name: Any, number: int) -> Step:
        """The step that gives one of its counts: formula, numbers, and what the letters are."""
        if not isinstance(number, N) or not number.symbols:
            return Step(name, int(number))
        formula = number.formula
        legend = dict.fromkeys(
            f"{each.args[0]} {self.words[each]}" for each in number.symbols
        )
        # A symbol alone has nothing to put its number into.
        shown = () if formula in self.values else (formula.put(self.values),)
        return Step(name, int(number), formula, shown, ", ".join(legend))


def traced(type: str, shape: Shape, arguments: Mapping[str, Any], **context: Any) -> Traced:
    """Count a layer of this type with letters for its shape and for what it was given.

    An argument left as it is by default is a bare number, which a formula need not name.

    >>> found = traced("linear", (84,), {"units": 10, "bias": True})
    >>> found.counted.weights.formula.put(found.values)
    Expr('mul', (84, 10))
    """
    function = handler(type)
    found = Traced(Counted(()), {}, {})
    lettered = tuple(
        _letter(found, letter, index, size, str(LETTERS[letter]))
        for (letter, index), size in zip(_shape_letters(function, len(shape)), shape, strict=True)
    )
    defaults = usual(function)
    given = {
        name: value if name in defaults and defaults[name] == value
        else _argument(found, function, name, value, len(shape) - 1)
        for name, value in arguments.items()
    }
    for name, value in context.items():
        if name == "cached" and value:
            value = _letter(found, "S", "", value, str(LETTERS["S"]))
        given[name] = value
    counted = function(lettered, **given)
    for size in counted.output:
        for each in size.symbols if isinstance(size, N) else ():
            if each not in found.values:  # an output size, which is named and not worked out
                found.values[each], found.words[each] = int(size), str(LETTERS["O"])
    return found._replace(counted=counted)


def _shape_letters(function: Any, axes: int) -> list[tuple[str, object]]:
    """The letters of the axes: N, T×D or C×L of windows; C×L_1×L_2 of an image."""
    if axes == 1:
        return [("N", "")]
    spatial = function.__module__.endswith("windowed")
    if axes == 2:
        return [("C", ""), ("L", "")] if spatial else [("T", ""), ("D", "")]
    return [("C", ""), *(("L", place) for place in range(1, axes))]


def _argument(found: Traced, function: Any, name: str, value: Any, axes: int) -> Any:
    letter, words = LETTERS.get(name, (name, name))
    if symbol(letter) in found.values or symbol(letter, 1) in found.values:
        letter = name  # taken by another
    if function.__annotations__.get(name) == "PerAxisValue" and not isinstance(value, tuple):
        value = (value,) * max(1, axes)
    if isinstance(value, tuple):
        if not all(type(each) is int for each in value):
            return value
        return tuple(
            _letter(found, letter, place if len(value) > 1 else "", each, words)
            for place, each in enumerate(value, 1)
        )
    return _letter(found, letter, "", value, words) if type(value) is int else value


def _letter(found: Traced, letter: str, index: object, value: int, words: str) -> N:
    name = symbol(letter, index)
    found.values[name], found.words[name] = value, words
    return N(value, name)

"""Layer types of sequences TxD, and of some images CxHxW, as tables of formulas.

    mixer inner rank= bias=no kind=own|shared   # arguments, and what they are where not given
      image                                     # of an image CxHxW: `channels` and its `sizes`
      zero rank                                 # arguments that may be 0
      letters bias qk                           # one that is yes, no, or some of these letters
      refuse inner % rank: {inner} over {rank}  # an error where this holds; misfit: of the input
      projected = width * inner                 # a definition, worked out where it is named
      weights = projected                       # what `Counted` has: weights, macs, output, …
      cache.each = inner                        # what `Cache` has; none is kept if not `caches`
      matrices.q = [width, inner]
      like _carried                             # all of that entry that is not said anew

Formulas may name the arguments, the positions that are `cached`, and of a sequence `steps` and
`features` (also `width`, where no argument is called that). Arguments are whole numbers from 1 on;
from 0 on where they are 0 if not given; yes or no, or one of some words, where these stand behind
the equals sign; of `axes` one, or one an axis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from dlcalc.errors import InputError, ShapeError
from dlcalc.input.expressions import FUNCTIONS, Expression, Fields
from dlcalc.input.sources import text_beside
from dlcalc.layers.attention import blocks_before, seen_before, unseen
from dlcalc.layers.counted import (
    COUNTER,
    Cache,
    Counted,
    Shape,
    choice,
    flag,
    letters,
    spatial,
    steps_and_width,
    whole,
)
from dlcalc.numbers.axes import at_least, by_x, per_axis
from dlcalc.typed import Any

FUNCTIONS |= {each.__name__: each for each in (blocks_before, seen_before, unseen, per_axis)}
_USUAL = {"yes": True, "no": False, "": None, "0": 0}


class Formula:
    """A layer type, which counts as a function does and tells its arguments as one does."""

    def __init__(self, family: str, entries: Mapping[str, Sequence[str]], name: str) -> None:
        self.__module__, self.__name__ = f"dlcalc.layers.{family}", name
        self.entries = entries
        parts = [word.partition("=") for word in entries[name][0].split()[1:]]
        self.names = [each for each, _, _ in parts]
        self.usual = {each: _usual(value) for each, equals, value in parts if equals}
        self.words = {each: value.split("|") for each, _, value in parts if "|" in value}
        """Words that an argument may be, the usual one first."""
        self.least = {each: int(value != "0") for each, _, value in parts}
        self.letters: dict[str, str] = {}
        self.refused: list[tuple[type[InputError], Expression, str]] = []
        self.formulas: dict[str, Expression] = {}
        self.__code__ = SimpleNamespace(
            co_varnames=("shape", *self.names, "cached"), co_argcount=1 + len(self.names),
            co_kwonlyargcount=1,
        )
        self.__defaults__ = tuple(self.usual.values())
        self.__kwdefaults__ = {"cached": 0}
        self.__annotations__: dict[str, str] = {}

    def read(self, name: str) -> None:
        """Take in the lines of an entry, and those of one that it is like."""
        for line in self.entries[name][1:]:
            word, _, rest = line.strip().partition(" ")
            if word in ("refuse", "misfit"):
                condition, _, text = rest.partition(": ")
                kind = InputError if word == "refuse" else ShapeError
                self.refused.append((kind, Expression(condition), text))
            elif word == "zero":
                self.least.update(dict.fromkeys(rest.split(), 0))
            elif word == "letters":
                name, self.letters[name] = rest.split()
            elif word == "like":
                self.read(rest)
            else:
                self.formulas[word] = Expression(rest.removeprefix("= "))

    def __call__(self, shape: Shape, *given: Any, cached: int = 0, **named: Any) -> Counted:
        """What a layer with these arguments makes of a shape."""
        if "  image" in self.entries[self.__name__]:
            channels, sizes = spatial(shape, self.__name__)
            known: dict[str, Any] = {"channels": channels, "sizes": [*sizes]}
        else:
            steps, features = steps_and_width(shape, self.__name__)
            known = {"width": features, "steps": steps, "features": features}
        if not self.formulas:
            self.read(self.__name__)
        usual = self.usual
        arguments = usual | dict(zip(self.names, given, strict=False)) | named
        for name in self.names:
            value = arguments[name]
            if value is not usual.get(name, self):
                arguments[name] = self.checked(name, value)
        fields = Fields(
            {**known, **arguments, "cached": cached, "COUNTER": COUNTER}, self.formulas,
        )
        for kind, condition, text in self.refused:
            if condition(fields):
                said = re.sub(r"{(.+?)}", lambda found: str(Expression(found[1])(fields)), text)
                raise kind(said if kind is InputError else f"input is {by_x(shape)}; {said}")
        found: dict[str, dict[str, Any]] = {"": {}, "cache": {}, "matrices": {}}
        for name, each in self.formulas.items():
            part, _, own = name.rpartition(".")
            if part or own in Counted._fields:
                value = each(fields)
                found[part][own] = tuple(value) if isinstance(value, list) else value
        keeps = found["cache"] and fields.get("caches") in (None, True)
        matrices = {name: sizes for name, sizes in found["matrices"].items() if sizes}
        return Counted(**{
            "output": shape, **found[""], "matrices": matrices,
            "cache": Cache(**found["cache"]) if keeps else None,
        })

    def checked(self, name: str, value: Any) -> Any:
        """An argument; InputError where it is not of its kind."""
        words = self.words.get(name, ())
        if name in self.letters:
            letters(name, value, self.letters[name])
            return value
        either = "yes" in words
        if (either or isinstance(self.usual.get(name), bool)) and (
                isinstance(value, bool) or not words):
            return flag(name, value)
        if "axes" in words:
            at_least(1, name, value if isinstance(value, tuple) else (value,))
            return value
        if words:
            others = [each for each in words if each not in _USUAL]
            return choice(name, value, ["yes or no", *others] if either else others)
        return whole(name, value, self.least[name])


def _usual(text: str) -> Any:
    word = text.partition("|")[0]
    return _USUAL[word] if word in _USUAL else int(word) if word.isdigit() else word


def read_family(family: str) -> dict[str, Callable[..., Counted]]:
    """The layer types of a table by name, each read in full when it is first counted.

    >>> read_family("state")["mamba"]((16, 64), 128, 16, 4, 4).weights
    32384
    """
    entries: dict[str, list[str]] = {}
    for entry in text_beside(__file__, f"{family}.txt").split("\n\n"):
        lines = [line for line in entry.splitlines() if line[:1] not in ("", "#")]
        if lines:
            entries[lines[0].partition(" ")[0]] = lines
    return {name: Formula(family, entries, name) for name in entries if name[0] != "_"}

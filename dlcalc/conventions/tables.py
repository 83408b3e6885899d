"""The tables of conventions, each read once, and the arithmetic that stands in them.

What frameworks and counters of operations do otherwise; each table is a TOML file with the
versions in which its facts were seen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from dlcalc.errors import InputError, require_known
from dlcalc.names import FRAMEWORKS
from dlcalc.typed import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

Number: TypeAlias = "int | Fraction"


class _Groups(dict[str, Any]):
    """A TOML file's groups by name, each read when it is asked for: all take 13 ms."""

    def __init__(self, text: str) -> None:
        self._texts: dict[str, str] = {}
        for part in text.split("\n[")[1:]:
            name = part[: part.index("]")].partition(".")[0]
            self._texts[name] = self._texts.get(name, "") + f"[{part}\n"

    def __missing__(self, name: str) -> Any:
        import tomllib

        self.update(tomllib.loads(self._texts[name]))
        return self[name]


@cache
def table(name: str) -> Mapping[str, Any]:
    """A table by the name of its file.

    >>> table("counters")["torchinfo"]["version"]
    '1.8.0'
    """
    path = os.path.join(os.path.dirname(__file__), f"{name}.toml")
    with open(path, encoding="utf-8") as file:
        return _Groups(file.read())


@cache
def _parsed(text: str) -> Callable[..., Any]:
    from dlcalc.input.expressions import read_expression

    return read_expression(text)


def value(text: str, names: Any) -> Number:
    """An expression of a table for the names at hand, exact; `names.get` gives their values.

    >>> value("2*n*(axes == 2) + n/4", {"n": 6, "axes": 2})
    Fraction(27, 2)
    """
    found: Number = _parsed(text)(names)
    return found


USUAL = "usual"
_LIKE = {"flax": ("jax",), "equinox": ("jax",), "flax-nnx": ("flax", "jax")}
"""Under which names else a framework's facts stand."""


def ask(framework: str, kind: str, fact: str) -> Any:
    """What `framework` does: a fact of a kind, as the table has it.

    >>> ask("flax", "pooling", "default stride"), ask("keras", "norms", "eps of layernorm")
    ('1', '1e-3')
    """
    facts: Any = table("frameworks")
    for key in kind.split("."):
        facts = facts[key]
    return answer(facts[fact], checked(framework))


@cache
def facts_of(framework: str, kind: str) -> Mapping[str, Any]:
    """All facts of a kind as `framework` has them."""
    return {fact: answer(each, framework) for fact, each in table("frameworks")[kind].items()}


def answer(values: Mapping[str, Any], framework: str) -> Any:
    """The framework's value of a fact, or the usual one."""
    names = (framework, *_LIKE.get(framework, ()), USUAL)
    return next(values[name] for name in names if name in values)


def others(kind: str, fact: str) -> str:
    """What frameworks do otherwise than PyTorch; "" where none does.

    >>> others("activations", "gelu"), others("slopes", "relu at 0")
    ('flax, equinox, tinygrad, flax-nnx tanh', '')
    """
    usual = ask("pytorch", kind, fact)
    found: dict[str, list[str]] = {}
    for name in FRAMEWORKS:
        if (does := ask(name, kind, fact)) != usual:
            found.setdefault(does, []).append(name)
    return "; ".join(f"{', '.join(names)} {does}" for does, names in found.items())


def checked(framework: str) -> str:
    """The framework of that name; InputError with a near one."""
    return require_known(framework, FRAMEWORKS, "framework")


def refusal(framework: str, what: str, instead: str = "") -> InputError:
    """The error where a framework has no such thing."""
    version = table("frameworks")["versions"][framework]
    return InputError(f"{framework} refuses {what}{f'; {instead}' if instead else ''} ({version})")


def is_matrix(axes: Sequence[str]) -> bool:
    """Whether these are the axes of a matrix, and of no bias."""
    return len(axes) - axes.count("1") == 2 and "2" not in axes

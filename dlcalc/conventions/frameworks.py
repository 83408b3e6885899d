"""What a framework does, asked of the table of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlcalc.conventions.tables import table
from dlcalc.errors import InputError, did_you_mean
from dlcalc.names import FRAMEWORKS

USUAL = "usual"


def ask(framework: str, kind: str, fact: str) -> Any:
    """What `framework` does: a fact of a kind, as the table has it.

    >>> ask("flax", "pooling", "default stride"), ask("keras", "norms", "eps of layernorm")
    ('1', '1e-3')
    """
    facts: Any = table("frameworks")
    for key in kind.split("."):
        facts = facts[key]
    return answer(facts[fact], framework)


def answer(values: Mapping[str, Any], framework: str) -> Any:
    """The framework's value of a fact, or the usual one."""
    names = (framework, "flax", USUAL) if framework == "flax-nnx" else (framework, USUAL)
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
    if framework not in FRAMEWORKS:
        raise InputError(f"unknown framework {framework!r}{did_you_mean(framework, FRAMEWORKS)}")
    return framework


def refusal(framework: str, what: str, instead: str = "") -> InputError:
    """The error where a framework has no such thing."""
    version = table("frameworks")["versions"][framework]
    return InputError(f"{framework} refuses {what}{f'; {instead}' if instead else ''} ({version})")


def is_matrix(axes: Sequence[str]) -> bool:
    """Whether these are the axes of a matrix, and of no bias."""
    return len(axes) - axes.count("1") == 2 and "2" not in axes

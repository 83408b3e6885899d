"""Modules that are imported when something of theirs is used, never before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any


class lazily:  # noqa: N801 - it is called as a function
    """A module's functions, each of which imports the module when it is called.

    For what only `--explain` or a wrong answer needs. The type checker sees through it where
    the import itself stands beside it, for types alone:

        if TYPE_CHECKING:
            from dlcalc.commands.kl import working
        else:
            working = lazily("dlcalc.commands.kl.working")

    >>> lazily("math").hypot(3, 4)
    5.0
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            return getattr(import_module(self._module), name)(*arguments, **options)

        return call


class _Later(ModuleType):
    """A module of the standard library before it is executed.

    Unlike that of `importlib.util.LazyLoader`, a second `import` does not execute it, which
    Python 3.11 does there.
    """

    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)


def _later(name: str, **light: Any) -> None:
    """Put a module into `sys.modules`, with what is `light`; any other name executes it."""
    if name not in sys.modules:
        module = sys.modules[name] = _Later(name)
        module.__spec__ = PathFinder.find_spec(name)
        vars(module).update(light)


def import_click() -> None:
    """Import Click without `inspect` and `uuid`, a quarter of its time, until one is used."""
    # Click cleans each help text, and names the class UUID in the type of a parameter's type.
    _later("inspect", cleandoc=_one_line_doc)
    _later("uuid", UUID=object)
    import_module("click")
    if isinstance(sys.modules["uuid"], _Later):
        del vars(sys.modules["uuid"])["UUID"]


def _one_line_doc(text: str) -> str:
    """`inspect.cleandoc`, which a text of several lines is worth."""
    if "\n" not in text:
        return text.strip()
    vars(sys.modules["inspect"]).pop("cleandoc")
    cleaned: str = sys.modules["inspect"].cleandoc(text)
    return cleaned

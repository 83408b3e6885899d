"""Functions of a module that is imported when one of them is called, never before."""

from __future__ import annotations

from collections.abc import Callable
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
            from importlib import import_module

            return getattr(import_module(self._module), name)(*arguments, **options)

        return call

"""Modules that are imported when something of theirs is used, never before."""

from __future__ import annotations

import _thread
import os
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from dlcalc import typed
from dlcalc.typed import Any


class lazily:  # noqa: N801 - it is called as a function
    """A module's functions, each of which imports the module when it is called.

    For what only `--explain` or a wrong answer needs; beside it the import itself may stand for
    the type checker alone.

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
        if name == "__path__":  # `from module import` asks whether it is a package
            raise AttributeError(name)
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec

        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = PathFinder.find_spec(self.__name__)
        assert spec is not None
        assert spec.loader is not None
        vars(self).update(vars(module_from_spec(spec)))
        spec.loader.exec_module(self)
        return getattr(self, name)


def import_click() -> None:
    """Import Click without the modules that it names and that no command here uses.

    Each is there when something of it is touched, but for what Click takes of it on the way.
    """
    # What does the same, for help that is written in English; NumPy wants a cleandoc, too, and
    # names platform and pickle.
    kept: dict[str, dict[str, Any]] = {
        "inspect": {"cleandoc": _clean_doc}, "pickle": {}, "platform": {},
        "gettext": {"gettext": str,
                    "ngettext": lambda one, many, count: one if count == 1 else many},
        "threading": {"local": _thread._local},
        "typing": {"TYPE_CHECKING": False, "cast": lambda kind, value: value},
    }
    # What Click names in types, and where it keeps its streams.
    lent: dict[str, dict[str, Any]] = {
        "datetime": {"datetime": object},
        "typing": {
            **{name: getattr(typed, name) for name in ("Any", "Generic", "TypeVar", "overload")},
            "Callable": Callable, "IO": list, "SupportsFloat": float, "SupportsIndex": int,
            "SupportsInt": int, "Literal": typed.Generic, "TypedDict": typed.Generic,
        },
        "uuid": {"UUID": object},
        "weakref": {"WeakKeyDictionary": dict},
    }
    for name in {**kept, **lent}:
        if name not in sys.modules:
            sys.modules[name] = _Later(name)
            vars(sys.modules[name]).update(kept.get(name, {}) | lent.get(name, {}))
    __import__("click.shell_completion" if "_DLCALC_COMPLETE" in os.environ else "click")
    for name, light in lent.items():
        if isinstance(sys.modules[name], _Later):
            for each in light:
                del vars(sys.modules[name])[each]


def _clean_doc(text: str) -> str:
    """What `inspect.cleandoc` gives."""
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    lines = [first.lstrip(), *(line[margin:] for line in rest)]
    full = [place for place, line in enumerate(lines) if line]
    return "\n".join(lines[full[0] : full[-1] + 1]) if full else ""

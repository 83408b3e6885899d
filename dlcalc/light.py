"""What every start needs, at a third of its usual cost: named tuples, modules by their names."""

from __future__ import annotations

import sys
from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class Defined(type):
        """What makes a named tuple of a class."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
            """The class that has the fields, and all else that stands in the body."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body["__annotations__"]
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body.pop("__module__"))
            for key, value in body.items():
                setattr(made, key, value)
            return made

    class NamedTuple(metaclass=Defined):
        """As `typing.NamedTuple`, which compiles each annotation; here none is looked at.

        >>> class Point(NamedTuple):
        ...     x: int
        ...     y: int = 0
        >>> Point(3)
        Point(x=3, y=0)
        """


def import_module(name: str) -> Any:
    """As `importlib.import_module`, without the import of `importlib`.

    >>> import_module("os.path").sep
    '/'
    """
    __import__(name)
    return sys.modules[name]

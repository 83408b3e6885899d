"""What modules name of `typing`, without its import: type checkers see the originals.

At run time names of types stand for nothing, and `NamedTuple` is that of `collections`.
"""

from __future__ import annotations

from collections import namedtuple

__all__ = (
    "Any", "BinaryIO", "ClassVar", "Generic", "NamedTuple", "NoReturn", "SupportsIndex",
    "TypeAlias", "TypeVar", "overload",
)
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        BinaryIO,
        ClassVar,
        Generic,
        NamedTuple,
        NoReturn,
        SupportsIndex,
        TypeAlias,
        TypeVar,
        overload,
    )
else:
    Any = BinaryIO = ClassVar = NoReturn = SupportsIndex = TypeAlias = object

    class Generic:
        """A base whose parameters are for type checkers alone."""

        def __class_getitem__(cls, parameters):
            return cls

        def __init_subclass__(cls, **options):
            pass

    def TypeVar(name, *bounds, **options):  # noqa: N802 - as typing calls it
        """A name in its own place."""
        return name

    def overload(function):
        """A signature that the function itself replaces."""
        return function

    class _Fields(type):
        """The class of named tuples: of what is annotated in a class, with its methods."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Fields):
        """A tuple whose items have names."""

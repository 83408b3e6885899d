"""What modules name of `typing`, without its import: type checkers see the originals.

At run time names of types stand for nothing, and a `NamedTuple` is what `collections` makes, but
its `__new__`, whose text is compiled, comes when some tuples have been made: most classes make few.
"""

from __future__ import annotations

from collections import _tuplegetter, namedtuple  # type: ignore[attr-defined]

__all__ = (
    "Any", "BinaryIO", "ClassVar", "Generic", "NamedTuple", "NoReturn", "SupportsIndex",
    "TypeAlias", "TypeVar", "overload",
)
FEW = 32
"""Tuples of a class that are made before the making of more is compiled."""
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

    class _Named(tuple):
        """What all named tuples have; `_fields` and `_defaults` are of each."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            kind = next(kind for kind in cls.__mro__ if "_defaults" in vars(kind))
            fields, kind._few = kind._fields, kind._few - 1
            given = {**dict(zip(fields, values, strict=False)), **named}
            found = {**kind._defaults, **given}
            fits = len(given) == len(values) + len(named) and found.keys() == {*fields}
            if kind._few and fits:
                return tuple.__new__(cls, map(found.__getitem__, fields))
            made = namedtuple(kind.__name__, fields, defaults=kind._defaults.values()).__new__
            kind.__new__ = staticmethod(made)
            return made(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            return tuple.__new__(cls, values)

        def _replace(self, **changes):
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"unexpected names: {list(changes)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({shown})"

    class _Fields(type):
        """The class of named tuples: of what is annotated in a class, with its methods."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            getters = {field: _tuplegetter(at, None) for at, field in enumerate(fields)}
            own = {"__slots__": (), "_fields": fields, "_defaults": defaults, "_few": FEW}
            return type(name, (_Named,), body | getters | own)

    class NamedTuple(metaclass=_Fields):
        """A tuple whose items have names."""

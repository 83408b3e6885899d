"""A pickle walked opcode by opcode: what it would build, with nothing imported and nothing called.

The opcodes are those of `pickletools`, which takes them apart without running them. A global
that is not on the list below is refused by name; one that is stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pickletools import genops
from typing import Any, BinaryIO

from dlcalc.errors import InputError, LimitError
from dlcalc.models.files.stream import printable

MOST_STEPS = 30_000_000
"""Opcodes of one pickle."""
MOST_VALUE, MOST_LINE = 64 << 20, 1 << 16
"""Bytes of one value, and of a line of the text opcodes."""
KNOWN = re.compile(r"""
    collections\.(OrderedDict|defaultdict|Counter|deque) | argparse\.Namespace
  | (__builtin__|builtins)\.(set|frozenset|slice|range|dict|list|tuple|int|float|complex|bool|str
    |bytes|bytearray|object) | types\.SimpleNamespace
  | (pathlib(\._local)?)\.(Pure)?(Posix|Windows)?Path | datetime\.(datetime|date|timedelta)
  | decimal\.Decimal | fractions\.Fraction | uuid\.UUID | _codecs\.encode | copy_reg\._reconstructor
  | copyreg\._reconstructor
  | torch\.(\w+Storage|Tensor|Size|device|dtype|Generator|storage\.(\w+Storage))
  | torch\.(float|double|half|bfloat|complex|int|uint|qint|quint|long|short|bool|float8_)\w*
  | torch\.(per_(tensor|channel)_\w+|strided|sparse_\w+|\w+_format|nested\.\w+(\.\w+)*)
  | torch\._utils\._rebuild_\w+ | torch\._tensor\._rebuild_from_type_v2
  | torch\.nn\.parameter\.\w+ | torch\.nn\.(quantized\.|quantizable\.)?modules(\.\w+)+
  | torch\.ao\.nn\.[\w.]+ | torch\.serialization\._get_layout | torch\.jit\._pickle\.\w+
  | __torch__[\w.$]* | numpy\.(dtype|ndarray|dtypes\.\w+) | numpy\.\w+\d*_?
  | numpy\.(_)?core\.(_)?(multiarray\.(scalar|_reconstruct)|numeric\._frombuffer)
  | numpy\.random\._pickle\.\w+
""", re.VERBOSE)
"""Globals that honest checkpoints name; each is kept as a name, whatever it would do."""
_CALLED = re.compile(r"numpy\.(?!dtype$|ndarray$)[a-z]+$|numpy\.\w*(load|exec|eval|open|file)\w*")
"""NumPy's functions, as against its types."""


@dataclass(slots=True, eq=False)
class Global:
    """A class or function by its name."""

    name: str


@dataclass(slots=True, eq=False)
class Made:
    """What a global would make of its arguments, and what is then put into it."""

    name: str
    arguments: Any
    items: dict[Any, Any] | list[Any] | None = None
    state: Any = None


@dataclass(slots=True, eq=False)
class Stored:
    """What a persistent identity stands for."""

    key: Any


class _Forward:
    """What `genops` needs of a file or pipe; no value is longer than a checkpoint's."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def read(self, count: int) -> bytes:
        """Some bytes."""
        if count > MOST_VALUE:
            raise LimitError(f"its pickle has a value of {count:,} bytes")
        return self.file.read(count)

    def readline(self) -> bytes:
        """A line of some length."""
        return self.file.readline(MOST_LINE)


MARK = object()
_PLAIN = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_GIVEN = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}
_NOTHING = {"PROTO", "FRAME", "STOP"}


class Walker:
    """One pickle: a stack, a memo, and no world outside."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def walk(self, file: BinaryIO) -> Any:
        """What the pickle at the file's place builds; the file is left behind its end."""
        steps = 0
        try:
            for opcode, argument, _ in genops(_Forward(file)):  # type: ignore[arg-type]
                steps += 1
                if steps > MOST_STEPS:
                    raise LimitError(f"a pickle of more than {MOST_STEPS:,} steps")
                self.step(opcode.name, argument)
            return self.stack.pop()
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, EOFError,
                OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError("its pickle is damaged or cut off") from None

    def step(self, name: str, argument: Any) -> None:
        """One opcode."""
        if name in _GIVEN:
            self.stack.append(argument)
        elif name in _PLAIN:
            self.stack.append(_PLAIN[name])
        elif name in _STEPS:
            _STEPS[name](self, argument)
        elif name not in _NOTHING:
            raise InputError(f"its pickle has the opcode {name}, which no checkpoint needs")

    def marked(self) -> list[Any]:
        """Everything above the last mark, taken off."""
        at = len(self.stack) - 1
        while self.stack[at] is not MARK:
            at -= 1
            if at < 0:
                raise InputError("its pickle is damaged or cut off")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def found(self, module: str, name: str) -> None:
        """A global by its name, refused where it is not understood."""
        full = f"{module}.{name}"
        if KNOWN.fullmatch(full) is None or _CALLED.match(full):
            shown = printable(full[:120]).replace("__builtin__.", "builtins.")
            raise InputError(
                f"its pickle names {shown}, which is not understood and was not run; "
                "a state_dict alone can be read"
            )
        self.stack.append(Global(full))

    def put_items(self, pairs: list[Any]) -> None:
        """Keys and values into the object on top."""
        target = self.stack[-1]
        if isinstance(target, Made):
            if not isinstance(target.items, dict):
                target.items = {}
            target = target.items
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            target[_key(key)] = value

    def append_items(self, values: list[Any]) -> None:
        """Values behind those of the list on top."""
        target = self.stack[-1]
        if isinstance(target, Made):
            if not isinstance(target.items, list):
                target.items = []
            target = target.items
        if isinstance(target, set):
            return
        target.extend(values)

    def build(self) -> None:
        """The state of the object below it."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Made):
            self.stack[-1].state = state

    def make(self) -> None:
        """What a call would make."""
        arguments = self.stack.pop()
        function = self.stack.pop()
        if not isinstance(function, Global):
            raise InputError("its pickle calls what is no function")
        self.stack.append(Made(function.name, arguments))


def _key(key: Any) -> Any:
    return key if isinstance(key, str | int | float | bool | bytes | type(None)) else id(key)


def _tuple(count: int) -> Callable[[Walker, Any], None]:
    def step(walker: Walker, _: Any) -> None:
        if len(walker.stack) < count:
            raise IndexError
        walker.stack[-count:] = [tuple(walker.stack[-count:])]

    return step


def _stack_global(walker: Walker, _: Any) -> None:
    name, module = walker.stack.pop(), walker.stack.pop()
    walker.found(str(module), str(name))


def _put(walker: Walker, key: int) -> None:
    walker.memo[key] = walker.stack[-1]


def _get(walker: Walker, key: int) -> None:
    walker.stack.append(walker.memo[key])


_STEPS: dict[str, Callable[[Walker, Any], Any]] = {
    "MARK": lambda walker, _: walker.stack.append(MARK),
    "EMPTY_DICT": lambda walker, _: walker.stack.append({}),
    "EMPTY_LIST": lambda walker, _: walker.stack.append([]),
    "EMPTY_SET": lambda walker, _: walker.stack.append(set()),
    "POP": lambda walker, _: walker.stack.pop(),
    "POP_MARK": lambda walker, _: walker.marked(),
    "DUP": lambda walker, _: walker.stack.append(walker.stack[-1]),
    "TUPLE": lambda walker, _: walker.stack.append(tuple(walker.marked())),
    "TUPLE1": _tuple(1), "TUPLE2": _tuple(2), "TUPLE3": _tuple(3),
    "LIST": lambda walker, _: walker.stack.append(walker.marked()),
    "FROZENSET": lambda walker, _: walker.stack.append(tuple(walker.marked())),
    "SETITEM": lambda walker, _: walker.put_items([walker.stack.pop(), walker.stack.pop()][::-1]),
    "SETITEMS": lambda walker, _: walker.put_items(walker.marked()),
    "APPEND": lambda walker, _: walker.append_items([walker.stack.pop()]),
    "APPENDS": lambda walker, _: walker.append_items(walker.marked()),
    "ADDITEMS": lambda walker, _: walker.append_items(walker.marked()),
    "GLOBAL": lambda walker, name: walker.found(*name.split(" ", 1)),
    "STACK_GLOBAL": _stack_global,
    **dict.fromkeys(("REDUCE", "NEWOBJ"), lambda walker, _: walker.make()),
    "BUILD": lambda walker, _: walker.build(),
    "BINPERSID": lambda walker, _: walker.stack.append(Stored(walker.stack.pop())),
    "MEMOIZE": lambda walker, _: _put(walker, len(walker.memo)),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _get),
}

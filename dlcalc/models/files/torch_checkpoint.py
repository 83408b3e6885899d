"""Checkpoints of PyTorch (torch.save of 2.13.0; the zip, and the layout before version 1.6)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from math import prod
from typing import Any, BinaryIO

from dlcalc.errors import InputError, LimitError
from dlcalc.models.files.pickles import Global, Made, Stored, Walker
from dlcalc.models.files.stream import Stream, member_bytes, open_zip, printable
from dlcalc.models.files.tensors import (
    BUFFER,
    COPY,
    HELD_APART,
    OPTIMIZER,
    OTHER,
    PARAMETER,
    UNDECIDED,
    Place,
    Tensor,
)

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""How the old layout begins: a pickle of the number 0x1950a86a20f9469cfc6c."""
MOST_PICKLE = 256 << 20
MOST_FOUND = 2_000_000
"""Values that are looked at in search of tensors."""
MOST_DEPTH = 100

_STORAGES = {
    "Float": ("float32", 4), "Double": ("float64", 8), "Half": ("float16", 2),
    "BFloat16": ("bfloat16", 2), "Long": ("int64", 8), "Int": ("int32", 4),
    "Short": ("int16", 2), "Char": ("int8", 1), "Byte": ("uint8", 1), "Bool": ("bool", 1),
    "ComplexFloat": ("complex64", 8), "ComplexDouble": ("complex128", 16),
    "QInt8": ("qint8", 1), "QUInt8": ("quint8", 1), "QInt32": ("qint32", 4),
    "Untyped": ("uint8", 1),
}
_WIDTHS = {
    "complex32": 4, "complex64": 8, "complex128": 16, "float64": 8, "double": 8, "float32": 4,
    "float": 4, "float16": 2, "half": 2, "bfloat16": 2, "int64": 8, "long": 8, "int32": 4,
    "int": 4, "int16": 2, "short": 2, "uint64": 8, "uint32": 4, "uint16": 2,
}
"""Bytes of one number of a type without a storage class; all others take one."""
WEIGHTS = ("state_dict", "model_state_dict", "model", "module", "net")
"""Where checkpoints keep the weights."""
COPIES = ("ema", "state_dict_ema", "model_ema", "ema_state_dict", "ema_model")
"""Where they keep them a second time, averaged."""


def read_torch(file: BinaryIO) -> tuple[str, list[Tensor]]:
    """The layout of a checkpoint and its tensors; InputError for one that lies or is not known."""
    if file.seekable():
        start = file.read(4)
        file.seek(0)
    else:
        start = file.peek(4)[:4]  # type: ignore[attr-defined]
    if start.startswith(b"PK"):
        return _read_zip(file)
    return "torch-legacy", _tensors(*_legacy(file))


def _read_zip(file: BinaryIO) -> tuple[str, list[Tensor]]:
    with open_zip(file, "a checkpoint of PyTorch") as archive:
        members = {info.filename: info.file_size for info in archive.infolist()}
        pickles = [name for name in members if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise InputError("no checkpoint of PyTorch: the zip lacks data.pkl")
        prefix = pickles[0].removesuffix("data.pkl")
        root = Walker().walk(io.BytesIO(member_bytes(archive, pickles[0], MOST_PICKLE)))
        sizes = {
            name.removeprefix(f"{prefix}data/"): size for name, size in members.items()
            if name.startswith(f"{prefix}data/")
        }
        scripted = f"{prefix}constants.pkl" in members
        return "torchscript" if scripted else "torch-zip", _tensors(root, sizes)


def _legacy(file: BinaryIO) -> tuple[Any, dict[str, int]]:
    """What five pickles in a row hold, and the bytes of every storage behind them."""
    if Walker().walk(file) != 0x1950A86A20F9469CFC6C:
        raise InputError("no checkpoint of PyTorch: its first pickle is not the magic number")
    Walker().walk(file)
    Walker().walk(file)
    root = Walker().walk(file)
    keys = Walker().walk(file)
    if not isinstance(keys, list) or len(keys) > MOST_FOUND:
        raise InputError("its list of storages is damaged")
    widths = {
        str(key): width for key, width in _storage_widths(root)
    }
    stream = Stream(file)
    sizes: dict[str, int] = {}
    for key in keys:
        numbers = int.from_bytes(stream.take(8, "a storage"), "little")
        sizes[str(key)] = numbers * widths.get(str(key), 1)
        stream.skip(sizes[str(key)], f"storage {key}"[:60])
    if stream.rest():
        raise InputError(f"{stream.rest():,} bytes behind its last storage")
    return root, sizes


def _storage_widths(root: Any) -> Iterator[tuple[Any, int]]:
    for _, value in _walk(root, ()):
        if isinstance(value, Made) and value.name.startswith("torch._utils._rebuild"):
            for stored in _inside(value):
                yield stored.key[2], _storage(stored)[1]


def _inside(value: Any, depth: int = 0) -> Iterator[Stored]:
    if isinstance(value, Stored):
        if not isinstance(value.key, tuple) or len(value.key) < 5:
            raise InputError("a storage is damaged")
        yield value
    elif depth < MOST_DEPTH and isinstance(value, Made):
        yield from _inside(value.arguments, depth + 1)
    elif depth < MOST_DEPTH and isinstance(value, tuple):
        for each in value:
            yield from _inside(each, depth + 1)


def _storage(stored: Any) -> tuple[str, int]:
    """Type and bytes of one number of a storage."""
    kind = stored.key[1] if isinstance(stored, Stored) and len(stored.key) > 4 else None
    name = kind.name.rpartition(".")[2] if isinstance(kind, Global) else ""
    if name.removesuffix("Storage") not in _STORAGES:
        raise InputError(f"has a storage of the unknown type {name or '?'}")
    return _STORAGES[name.removesuffix("Storage")]


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every tensor within a value with the keys that lead to it, each container once."""
    budget = MOST_FOUND
    waiting: list[tuple[Any, tuple[str, ...], frozenset[int]]] = [(value, path, frozenset())]
    while waiting:
        value, path, above = waiting.pop()
        budget -= 1
        if budget < 0 or len(path) > MOST_DEPTH:
            raise LimitError("holds more values, or deeper ones, than any checkpoint needs")
        if isinstance(value, Made) and _is_tensor(value):
            yield path, value
            continue
        if id(value) in above:
            raise InputError("its values hold themselves")
        inner = above | {id(value)}
        waiting += [(each, (*path, *key), inner) for key, each in reversed(_parts(value))]


def _is_tensor(value: Made) -> bool:
    return value.name.startswith((
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_qtensor", "torch._tensor._rebuild_from_type_v2",
    ))


def _parts(value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """What a container holds, by name; a module's parameters, buffers and modules as PyTorch."""
    if isinstance(value, Made):
        if isinstance(value.items, dict):
            return _parts(value.items)
        if isinstance(value.items, list):
            return _parts(value.items)
        if value.name == "collections.OrderedDict" and _pairs(value.arguments):
            return [((str(key),), each) for key, each in value.arguments[0]]
        state = value.state
        if isinstance(state, dict) and "_modules" in state:
            return [
                part for key in ("_parameters", "_buffers", "_modules")
                for part in _parts(state.get(key))
            ]
        return _parts(state) if isinstance(state, dict) else []
    if isinstance(value, dict):
        return [((str(key),), each) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [((str(at),), each) for at, each in enumerate(value)]
    return []


def _pairs(arguments: Any) -> bool:
    """Whether a dictionary is made of a list of pairs, as Python 2 wrote it."""
    return isinstance(arguments, tuple) and len(arguments) == 1 and isinstance(
        arguments[0], list
    ) and all(isinstance(each, list | tuple) and len(each) == 2 for each in arguments[0])


def _tensors(root: Any, sizes: dict[str, int]) -> list[Tensor]:
    """All tensors of a checkpoint, those of its model as such and the others apart."""
    top = dict(_top(root))
    known = next((
        key for key in WEIGHTS if key in top and any(True for _ in _walk(top[key], ()))
    ), None)
    nested = known is not None or (any(
        not (isinstance(each, Made) and _is_tensor(each)) for each in top.values()
    ) and not isinstance(root, Made))
    tensors = []
    for path, made in _walk(root, ()):
        role = _place(path, top, known)
        inner = path[1:] if known is not None and path[0] == known else path
        tensor = _tensor(".".join(inner), made, sizes)
        if nested and len(path) == 1 and tensor.dtype == "uint8":
            role = OTHER  # the state of a random generator
        tensors.append(tensor.but(role=role) if role else tensor)
    if all(tensor.role in HELD_APART for tensor in tensors):
        raise InputError("its pickle holds no tensors of a model")
    # Where parameters are marked as such, what is not marked is none.
    marked = any(tensor.role == PARAMETER for tensor in tensors)
    return [
        each.but(role=BUFFER) if marked and not each.role else each for each in tensors
    ]


def _top(root: Any) -> list[tuple[str, Any]]:
    return [(key[0], each) for key, each in _parts(root) if key]


def _place(path: tuple[str, ...], top: dict[str, Any], known: str | None) -> str:
    """Whether a tensor belongs to the model, by where in the checkpoint it lies."""
    if known is not None and path[0] == known:
        return UNDECIDED
    value = top.get(path[0]) if path else None
    if len(path) > 1 and (_is_optimizer(value) or "optim" in path[0].lower()):
        return OPTIMIZER
    if path and path[0] in COPIES and len(top) > 1:
        return COPY
    return UNDECIDED if known is None else OTHER


def _is_optimizer(value: Any) -> bool:
    values = value if isinstance(value, list) and value else [value]
    return all(isinstance(each, dict) and {"state", "param_groups"} <= each.keys()
               for each in values)


def _tensor(name: str, made: Made, sizes: dict[str, int]) -> Tensor:
    """One tensor from what would rebuild it, checked against its storage."""
    name = printable(name)
    explicit, trains = False, True
    arguments = made.arguments
    try:
        while "_rebuild_tensor" not in made.name and "qtensor" not in made.name:
            if "_rebuild_parameter" in made.name:
                explicit, trains = True, arguments[1] is not False
            inner = arguments[0]
            # A subclass of Tensor is rebuilt by another function, which is named first.
            made = Made(inner.name, arguments[2]) if isinstance(inner, Global) else inner
            arguments = made.arguments
        stored, offset, shape, strides = arguments[:4]
        dtype, width = _storage(stored)
        if made.name.endswith("_v3"):
            dtype = arguments[6].name.removeprefix("torch.")
            width = _WIDTHS.get(dtype, 1)
        shape, strides = tuple(_sizes(shape)), tuple(_sizes(strides))
        whole = len(shape) == len(strides) <= 64 and all(
            type(each) is int and 0 <= each < 1 << 63 for each in (offset, *shape, *strides)
        )
        key = str(stored.key[2])
    except (TypeError, ValueError, IndexError, AttributeError):
        whole = False
    if not whole:
        raise InputError("is no tensor that PyTorch would write").at(name)
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    held = sizes.get(key)
    if held is None:
        raise InputError(f"its storage {printable(key)[:60]} is not there").at(name)
    if prod(shape) and (last + 1) * width > held:
        raise InputError(f"reaches beyond its storage of {held:,} bytes").at(name)
    return Tensor(
        name, dtype, shape, prod(shape) * width, PARAMETER if explicit else UNDECIDED,
        trains=trains, place=Place(key, offset, strides),
    )


def _sizes(value: Any) -> Any:
    return value.arguments[0] if isinstance(value, Made) else value

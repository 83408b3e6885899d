"""Checkpoints of PyTorch (torch.save of 2.13.0; the zip, and the layout before version 1.6).

Their pickle is followed: what it would build, with nothing imported and nothing called. A
global that is not on the list below is refused by name; one that is stands for itself.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO, ClassVar

from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.input.sources import read_table
from dlcalc.input.zips import member_bytes, open_zip
from dlcalc.models.files.stream import Stream, printable
from dlcalc.models.files.tensors import Held, Place, Role, Tensor, are_sizes

MOST_STEPS = 30_000_000
"""Opcodes and values of one pickle."""
MOST_VALUE, MOST_LINE = 64 << 20, 1 << 16
"""Bytes of one value, and of a line of the text opcodes."""
DAMAGED = (
    ValueError, IndexError, KeyError, TypeError, AttributeError, EOFError, OverflowError,
    MemoryError,
)
"""What a pickle raises that no pickler wrote."""
_TABLE = read_table(__file__, "names.txt")
KNOWN = re.compile("|".join(_TABLE["global"]))
"""Globals that honest checkpoints name; each is kept as a name, whatever it would do."""
_CALLED = re.compile(r"numpy\.(?!dtype$|ndarray$)[a-z]+$|numpy\.\w*(load|exec|eval|open|file)\w*")
"""NumPy's functions, as against its types."""


class Items(dict[Any, Any]):
    """A dictionary whose keys are plain; others, which may take long to hash, go by identity."""

    def __setitem__(self, key: Any, value: Any) -> None:
        plain = isinstance(key, str | int | float | bool | bytes | type(None))
        super().__setitem__(key if plain else id(key), value)


@dataclass(slots=True, eq=False)
class Made:
    """What a global would make of its arguments, and what is then put into it."""

    name: str
    arguments: Any
    items: Items | list[Any] | None = None
    state: Any = None

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(self.items, Items):
            self.items = Items()
        self.items[key] = value

    def append(self, value: Any) -> None:
        """Put a value behind those it has."""
        if not isinstance(self.items, list):
            self.items = []
        self.items.append(value)


@dataclass(slots=True, eq=False)
class Global:
    """A class or function by its name."""

    name: str

    def __call__(self, *arguments: Any) -> Made:
        """What it would make: the arguments are noted, and nothing is done."""
        return Made(self.name, arguments)


@dataclass(slots=True, eq=False)
class Stored:
    """What a persistent identity stands for."""

    key: Any


class _Forward:
    """A file or pipe of pickles, of which no more than a checkpoint's is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.steps = 0

    def read(self, count: int) -> bytes:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise LimitError(f"a pickle of more than {MOST_STEPS:,} steps")
        if count > MOST_VALUE:
            raise LimitError(f"its pickle has a value of {count:,} bytes")
        data = self.file.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def readline(self) -> bytes:
        return self.file.readline(MOST_LINE)


def _put_state(walker: Walker) -> None:
    state = walker.stack.pop()
    if isinstance(walker.stack[-1], Made):
        walker.stack[-1].state = state


_READ = pickle._Unpickler.dispatch


class Walker(pickle._Unpickler):
    """Python's own reader of pickles, for which every global is its name and no more."""

    stack: list[Any]
    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = _READ | {
        pickle.EMPTY_DICT[0]: lambda walker: walker.append(Items()),
        pickle.BUILD[0]: _put_state, pickle.NEWOBJ[0]: _READ[pickle.REDUCE[0]],
        # What a set holds is no tensor, and where a frame ends is plain without its length.
        pickle.ADDITEMS[0]: _READ[pickle.POP_MARK[0]],
        pickle.FROZENSET[0]: _READ[pickle.TUPLE[0]],
        pickle.FRAME[0]: lambda walker: walker.read(8),
        pickle.BYTEARRAY8[0]: _READ[pickle.BINBYTES8[0]],
    }
    for unwanted in (pickle.DICT, pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.PERSID):
        del dispatch[unwanted[0]]

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(_Forward(file), encoding="latin-1")
        self.stored: list[Stored] = []
        """The storages that it names."""

    def walk(self) -> Any:
        """What the pickle at the file's place builds; the file is left behind its end."""
        try:
            return self.load()
        except DlcalcError:
            raise
        except (*DAMAGED, pickle.UnpicklingError):
            raise InputError("its pickle is damaged or cut off") from None

    def find_class(self, module: str, name: str) -> Global:
        """A global by its name, refused where it is not understood."""
        full = f"{module}.{name}"
        if KNOWN.fullmatch(full) is None or _CALLED.match(full):
            shown = printable(full[:120]).replace("__builtin__.", "builtins.")
            raise InputError(
                f"its pickle names {shown}, which is not understood and was not run; "
                "a state_dict alone can be read"
            )
        return Global(full)

    def persistent_load(self, key: Any) -> Any:
        """What an identity stands for is kept by that; a class stands there with its source."""
        if isinstance(key, tuple) and key[:1] == ("module",):
            return key[1]
        self.stored.append(Stored(key))
        return self.stored[-1]


MOST_PICKLE = 256 << 20
MOST_FOUND = 2_000_000
"""Values that are looked at in search of tensors."""
MOST_DEPTH = 100

_WIDTHS = {"double": 8, "float": 4, "half": 2, "long": 8, "int": 4, "short": 2}
"""Bytes of one number of a type whose name has no bits."""
WEIGHTS = ("state_dict", "model_state_dict", "model", "module", "net")
"""Where checkpoints keep the weights."""
COPIES = re.compile(r"(?i:(.*_)?ema(_.*)?)")
"""Where they keep them a second time, averaged."""


def read_torch(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The tensors of a checkpoint; InputError for one that lies or is not known."""
    if file.seekable():
        start = file.read(2)
        file.seek(0)
    else:
        start = file.peek()  # type: ignore[attr-defined]
    layout, root, sizes = _zip(file) if start.startswith(b"PK") else _legacy(file)
    checkpoint = _Checkpoint(root, sizes)
    return Held(path, layout, checkpoint.tensors(), notes=checkpoint.notes)


def _zip(file: BinaryIO) -> tuple[str, Any, dict[str, int]]:
    """The layout, what the pickle holds, and the bytes of every storage."""
    with open_zip(file, "a checkpoint of PyTorch") as archive:
        members = {info.filename: info.file_size for info in archive.infolist()}
        heads = [found for found in map(_HEAD.search, members) if found]
        if len(heads) != 1:
            raise InputError("no checkpoint of PyTorch: the zip lacks data.pkl")
        prefix, head = heads[0].string[: heads[0].start()], heads[0][0]
        data = member_bytes(archive, prefix + head, MOST_PICKLE)
        if head == "data.pkl":
            root, layout, folder = Walker(io.BytesIO(data)).walk(), "torch-zip", "data/"
        else:
            root, layout, folder = _exported(data), "torch-export", "data/weights/"
        if f"{prefix}constants.pkl" in members:
            layout = "torchscript"
            if not any(True for _ in _walk(root, ())):  # frozen: its weights are constants
                data = member_bytes(archive, f"{prefix}constants.pkl", MOST_PICKLE)
                root, folder = Walker(io.BytesIO(data)).walk(), "constants/"
    start = prefix + folder
    return layout, root, {
        name.removeprefix(start): size for name, size in members.items() if name.startswith(start)
    }


_HEAD = re.compile(r"(?<![^/])(data\.pkl|data/weights/\w+_weights_config\.json)$")
"""The member that says what a checkpoint holds, or a program of torch.export."""


def _exported(data: bytes) -> Items:
    """The weights of a program of torch.export, as the pickle of a checkpoint would make them."""
    from dlcalc.input.json_text import parse_json

    found = Items()
    try:
        for name, entry in parse_json(data.decode())["config"].items():
            meta = entry["tensor_meta"]
            shape, strides = (tuple(n["as_int"] for n in meta[key]) for key in ("sizes", "strides"))
            key = ("storage", Global("torch.UntypedStorage"), entry["path_name"], "cpu", 0)
            kind = Global(f"torch.{_TABLE['scalar'][str(meta['dtype'])]}")
            start = meta["storage_offset"]["as_int"]
            found[name] = Made(
                "torch._utils._rebuild_tensor_v3",
                (Stored(key), start, shape, strides, False, None, kind),
            )
            if entry["is_param"]:
                trains = meta["requires_grad"]
                found[name] = Made("torch._utils._rebuild_parameter", (found[name], trains))
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError):
        raise InputError("its list of weights is damaged") from None
    return found


def _legacy(file: BinaryIO) -> tuple[str, Any, dict[str, int]]:
    """What five pickles in a row hold, and the bytes of every storage behind them."""
    walkers = [Walker(file) for _ in range(5)]
    magic, _, _, root, keys = (each.walk() for each in walkers)
    if magic != 0x1950A86A20F9469CFC6C:
        raise InputError("no checkpoint of PyTorch: its first pickle is not the magic number")
    if not isinstance(keys, list) or len(keys) > MOST_FOUND:
        raise InputError("its list of storages is damaged")
    stored = walkers[3].stored
    if not all(isinstance(each.key, tuple) and len(each.key) > 4 for each in stored):
        raise InputError("a storage is damaged")
    widths = {str(each.key[2]): _storage(each)[1] for each in stored}
    stream = Stream(file)
    sizes: dict[str, int] = {}
    for key in map(str, keys):
        numbers = int.from_bytes(stream.take(8, "a storage"), "little")
        sizes[key] = numbers * widths.get(key, 1)
        stream.skip(sizes[key], f"storage {key}"[:60])
    if behind := stream.rest():
        raise InputError(f"{behind:,} bytes behind its last storage")
    return "torch-legacy", root, sizes


def _storage(stored: Any) -> tuple[str, int]:
    """Type and bytes of one number of a storage."""
    kind = stored.key[1] if isinstance(stored, Stored) and len(stored.key) > 4 else None
    name = kind.name.rpartition(".")[2] if isinstance(kind, Global) else ""
    if name.removesuffix("Storage") not in _TABLE["storage"]:
        raise InputError(f"has a storage of the unknown type {name or '?'}")
    return _with_bytes(_TABLE["storage"][name.removesuffix("Storage")])


def _walk(
    value: Any, path: tuple[str, ...], parts: bool = False
) -> Iterator[tuple[tuple[str, ...], Made]]:
    """Every tensor within a value with the keys that lead to it, each container once.

    With `parts` the tensors that a subclass of Tensor holds stand in its place.
    """
    budget = MOST_FOUND
    waiting: list[tuple[Any, tuple[str, ...], frozenset[int]]] = [(value, path, frozenset())]
    while waiting:
        value, path, above = waiting.pop()
        budget -= 1
        if budget < 0 or len(path) > MOST_DEPTH:
            raise LimitError("holds more values, or deeper ones, than any checkpoint needs")
        if _is_tensor(value) and not (parts and _parts(value)):
            yield path, value
            continue
        if id(value) in above:
            raise InputError("its values hold themselves")
        inner = above | {id(value)}
        waiting += [(each, (*path, *key), inner) for key, each in reversed(_children(value))]


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Made) and value.name.startswith((
        "torch._utils._rebuild_", "torch._tensor._rebuild_from_type_v2", "torch.nested.",
        "numpy._core.multiarray._reconstruct", "numpy.core.multiarray._reconstruct",
    ))


def _parts(made: Made) -> Any:
    """What a subclass of Tensor holds, or the one that a parameter is."""
    if "_rebuild_parameter" in made.name:
        return made.arguments[:1]
    made_by = made.arguments[0] if "_rebuild_from_type" in made.name and made.arguments else None
    wraps = isinstance(made_by, Global) and made_by.name == "torch._utils._rebuild_wrapper_subclass"
    return made.arguments[3:] if wraps else ()


def _children(value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """What a container holds, by name; a module's parameters, buffers and modules as PyTorch."""
    if isinstance(value, Made):
        if value.items is not None:
            return _children(value.items)
        if value.name == "collections.OrderedDict" and _pairs(value.arguments):
            return [((str(key),), each) for key, each in value.arguments[0]]
        if value.name.startswith("torch.jit._pickle.") and value.arguments:  # a typed list
            return _children(value.arguments[0])
        state = _parts(value) or value.state
        if isinstance(state, dict) and "_modules" in state:
            return [
                part for key in ("_parameters", "_buffers", "_modules")
                for part in _children(state.get(key))
            ]
        return _children(state)  # of an object of C++, a tuple
    if isinstance(value, dict):
        return [((str(key),), _sized(value, str(key), each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [((str(at),), each) for at, each in enumerate(value)]
    return []


def _sized(beside: dict[Any, Any], key: str, value: Any) -> Any:
    """A packed weight of HQQ with its shape, which lies beside it, or in `meta` before 0.2."""
    if not key.endswith("W_q") or not _is_tensor(value):
        return value
    stem = key.removesuffix("W_q")
    meta = beside.get(f"{stem}meta")
    shape = meta.get("shape") if isinstance(meta, dict) else beside.get(f"{stem}shape")
    if isinstance(shape, list):
        shape = tuple(shape)
    try:
        _sizes(shape)
    except (TypeError, ValueError, IndexError):
        return value
    return Made("torch._utils._rebuild_wrapper_subclass", (None, None, shape), state=(value,))


def _pairs(arguments: Any) -> bool:
    """Whether a dictionary is made of a list of pairs, as Python 2 wrote it."""
    return isinstance(arguments, tuple) and len(arguments) == 1 and isinstance(
        arguments[0], list
    ) and all(isinstance(each, list | tuple) and len(each) == 2 for each in arguments[0])


class _Checkpoint:
    """What a pickle holds: the tensors of a model, and those beside it."""

    def __init__(self, root: Any, sizes: dict[str, int]) -> None:
        self.root = root
        self.sizes = sizes
        self.top = {key[0]: each for key, each in _children(root) if key}
        held = [
            key for key, each in self.top.items()
            if not _is_optimizer(each) and any(True for _ in _walk(each, ()))
        ]
        module = isinstance(root, Made) and root.items is None and "Namespace" not in root.name
        several = len(held) > 1 and not module
        self.copies = [key for key in held if several and COPIES.fullmatch(key)]
        """The keys under which they lie once more; a module's parts may bear any name."""
        self.notes: list[str] = []
        self.known = next((key for key in WEIGHTS if key in held and not module), None)
        """The key under which the weights lie."""

    def tensors(self) -> list[Tensor]:
        """All tensors, those of the model as such and the others apart."""
        nested = self.known is not None or (
            not isinstance(self.root, Made) and not all(map(_is_tensor, self.top.values()))
        )
        found = []
        for path, made in _walk(self.root, ()):
            inner = path[1:] if self.known is not None and path[0] == self.known else path
            tensor = self.tensor(printable(".".join(inner)), made)
            if tensor is None:
                continue
            role = self.place(path)
            if nested and len(path) == len(tensor.shape) == 1 and tensor.dtype == "uint8":
                role = Role.OTHER  # the state of a random generator
            found.append(tensor.but(role=role) if role else tensor)
        if all(tensor.role in Role.APART for tensor in found):
            raise InputError("its pickle holds no tensors of a model")
        # PyTorch's own quantised layers mark their biases alone as parameters.
        if any(_QUANTISED.search(f"{tensor.name} {tensor.dtype}") for tensor in found):
            return [
                each.but(role=Role.QUANTISATION) if _STEP.search(each.name) else each
                for each in found
            ]
        # Where parameters are marked as such, what is not marked is none.
        if any(tensor.role == Role.PARAMETER for tensor in found):
            return [each if each.role else each.but(role=Role.BUFFER) for each in found]
        return found

    def place(self, path: tuple[str, ...]) -> str:
        """Whether a tensor belongs to the model, by where in the checkpoint it lies."""
        if self.known is not None and path[0] == self.known:
            return Role.UNDECIDED
        if _is_optimizer(self.root):
            return Role.OPTIMIZER
        first = path[0] if path else ""
        if len(path) > 1 and (_is_optimizer(self.top.get(first)) or "optim" in first.lower()):
            return Role.OPTIMIZER
        if len(path) > 1 and first in self.copies:
            return Role.COPY
        return Role.UNDECIDED if self.known is None else Role.OTHER

    def tensor(self, name: str, made: Made) -> Tensor | None:
        """One tensor from what would rebuild it; None for one whose sizes are not understood."""
        role, trains = Role.UNDECIDED, True
        try:
            while not made.name.startswith(("torch._utils._rebuild_tensor", *_OWN_WAYS)):
                inner = made.arguments[0]
                if "_rebuild_parameter" in made.name:
                    role, trains = Role.PARAMETER, made.arguments[1] is not False
                elif "_rebuild_from_type" in made.name and isinstance(inner, Global):
                    # A subclass of Tensor is rebuilt by another function, which is named first.
                    inner = Made(inner.name, made.arguments[2], state=made.arguments[3])
                else:
                    kind = printable(made.name)[:80]
                    self.notes.append(f"{name} is made by {kind} and is not counted")
                    return None
                made = inner
            own_way = next((way for way in _OWN_WAYS if made.name.startswith(way)), "")
            found = _OWN_WAYS[own_way](self, name, made) if own_way else self.placed(name, made)
        except InputError as error:
            raise error.at(name) from None
        except (TypeError, ValueError, IndexError, AttributeError):
            raise InputError("is no tensor that PyTorch would write").at(name) from None
        return found.but(role=found.role or role, trains=trains)

    def placed(self, name: str, made: Made) -> Tensor:
        """A tensor that lies in a storage, checked against it."""
        stored, offset, shape, strides = made.arguments[:4]
        dtype, width = _storage(stored)
        if made.name.endswith("_v3"):
            dtype, width = _type(made.arguments[6])
        shape, strides = _sizes(shape), _sizes(strides)
        if len(shape) != len(strides) or not are_sizes((offset, *strides)):
            raise ValueError
        key = str(stored.key[2])
        if (held := self.sizes.get(key)) is None:
            raise InputError(f"its storage {printable(key)[:60]} is not there")
        last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
        if prod(shape) and (last + 1) * width > held:
            raise InputError(f"reaches beyond its storage of {held:,} bytes")
        place = Place(key, offset, strides)
        return Tensor(name, dtype, shape, prod(shape) * width, place=place)

    def sparse(self, name: str, made: Made) -> Tensor:
        """A sparse tensor: it stands for all of its sizes, and takes its indices and values."""
        parts = made.arguments[1]
        held = [self.placed(name, part) for part in parts if _is_tensor(part)]
        shape = _sizes(parts[len(held)])
        return Tensor(name, held[-1].dtype, shape, sum(part.bytes for part in held))

    def wrapped(self, name: str, made: Made) -> Tensor:
        """A tensor of torchao: the weights that it stands for, and all that it holds for them."""
        held = [each for _, each in _walk(made.state, (), parts=True)]
        parts = [part for each in held if (part := self.tensor(name, each))]
        kept = sum(part.bytes for part in parts)
        return parts[0].but(bytes=kept, place=None).for_weights(_sizes(made.arguments[2]))

    def meta(self, name: str, made: Made) -> Tensor:
        """A tensor without numbers."""
        return Tensor(name, _type(made.arguments[0])[0], _sizes(made.arguments[1]), 0)


_OWN_WAYS: dict[str, Callable[[_Checkpoint, str, Made], Tensor]] = {
    "torch._utils._rebuild_sparse": _Checkpoint.sparse,
    "torch._utils._rebuild_meta_tensor": _Checkpoint.meta,
    "torch._utils._rebuild_qtensor": _Checkpoint.placed,
    "torch._utils._rebuild_wrapper_subclass": _Checkpoint.wrapped,
}
"""Functions that rebuild tensors otherwise."""
_QUANTISED = re.compile(r"\b_packed_params\.| qu?int\d+$")
_STEP = re.compile(r"(^|\.)(scale|zero_point)$")
"""What PyTorch's own quantised layers hold, and the names of what rounds their outputs."""


def _is_optimizer(value: Any) -> bool:
    values = value if isinstance(value, list) and value else [value]
    return all(isinstance(each, dict) and {"state", "param_groups"} <= each.keys()
               for each in values)


def _type(kind: Any) -> tuple[str, int]:
    return _with_bytes(kind.name.removeprefix("torch."))


def _with_bytes(name: str) -> tuple[str, int]:
    bits = re.search(r"\d+", name)
    return name, max(int(bits[0]) // 8, 1) if bits else _WIDTHS.get(name, 1)


def _sizes(value: Any) -> tuple[int, ...]:
    """Sizes or strides; ValueError for what is none."""
    sizes = value.arguments[0] if isinstance(value, Made) else value
    if not isinstance(sizes, tuple) or len(sizes) > 64 or not are_sizes(sizes):
        raise ValueError
    return sizes

"""Any file of weights, by what it holds: one or several files, an index of shards, or a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from dlcalc.errors import At, DlcalcError, FileError, InputError
from dlcalc.input.sources import Reading, Source, decode, read_file, read_table
from dlcalc.models.tree import Model

if TYPE_CHECKING:
    from dlcalc.models.files.tensors import Held, Tensor

_TABLE = read_table(__file__, "reading.txt")
ENDINGS = tuple(_TABLE["reader"])
"""How the names of such files end."""
INDEX = ".index.json"
SPLIT = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.\w+)$")
"""The name of one part of a model in several files."""


def is_weights_file(name: str) -> bool:
    """Whether a name is that of a file of weights or of a graph: by its ending or first bytes."""
    if name.lower().endswith((*ENDINGS, INDEX)):
        return True
    try:
        if not os.path.isfile(name):
            return False
        with open(name, "rb") as file:
            return by_content(file) is not None
    except (OSError, ValueError):
        return False


def is_part(name: str) -> bool:
    """Whether a name is that of a part of a model."""
    return SPLIT.match(os.path.basename(name)) is not None


def are_parts(names: Sequence[str]) -> bool:
    """Whether names are those of the parts of one model: `model-00001-of-00003.safetensors`."""
    found = [SPLIT.match(os.path.basename(name)) for name in names]
    return len({(each["stem"], each["count"]) if each else None for each in found} - {None}) == 1 \
        and all(found)


def in_folder(folder: str) -> str | None:
    """The file of weights that a folder holds."""
    names = sorted(os.listdir(folder))
    for name in (*_TABLE["folder"], *(n for n in names if n.endswith(INDEX))):
        if name in names:
            return os.path.join(folder, name)
    paths = [os.path.join(folder, name) for name in names]
    return next(filter(is_weights_file, paths), None)


def of_folder(folder: str) -> tuple[str | None, str]:
    """The weights in a folder, but where its config.json tells the same count and more.

    Beside it what is to be said where both tell different counts.
    """
    from dlcalc.models.count import params
    from dlcalc.models.reading import model

    path, config = in_folder(folder), os.path.join(folder, "config.json")
    if path is None or not os.path.exists(config):
        return path, ""
    try:
        told = params(model(folder)).params
    except DlcalcError:
        return path, ""
    held = read_weights(path).params
    if told == held:
        return None, ""
    return path, (
        f"{path} holds {held:,} parameters, and is counted; the config.json beside it tells "
        f"{told:,}, which {config} in its place shows"
    )


def read_weights(*paths: str, input: tuple[int, ...] | None = None) -> Held:
    """What a file of weights holds, or several files that are parts of one.

    `input` is the shape of a graph's input, without the batch, where the file leaves it open.
    Raises InputError for a file that is damaged, unknown or not what it promises, FileError
    where it cannot be read, LimitError for a header beyond what any honest one has.
    """
    if len(paths) == 1 and paths[0].lower().endswith(INDEX):
        return _indexed(paths[0])
    if len(paths) == 1:
        paths = _split_parts(paths[0])
    found = [_one(path, input) for path in paths]
    config = _config_beside(paths[0])
    return _decided(paths[0], found, config)


def _decided(name: str, found: Sequence[Held], config: dict[str, Any]) -> Held:
    """All parts as one, each tensor with its role."""
    from dlcalc.models.files.tensors import Held, decide

    seen: dict[str, Tensor] = {}
    for part in found:
        for tensor in part.tensors:
            if len(found) > 1 and tensor.name in seen:
                raise InputError(f"{tensor.name} is in two of the files").at(name)
            seen[tensor.name] = tensor
    first = found[0]
    tensors = first.tensors if len(found) == 1 else list(seen.values())
    notes = [note for part in found for note in part.notes]
    with At(name):
        decided = decide(tensors, config, first.metadata, notes)
    if len(found) > 1:
        notes.append(f"all {len(found)} files of the model together")
    held = Held(
        name, first.format, decided, first.metadata, notes, first.rows, first.graph, first.input
    )
    if held.format == "gguf":
        from dlcalc.models.files.gguf import counted

        return counted(held)
    return held


def _split_parts(path: str) -> tuple[str, ...]:
    """All parts of a split GGUF file of which one is named, where they lie beside it."""
    found = SPLIT.match(os.path.basename(path))
    if found is None or found["ending"] != ".gguf":
        return (path,)
    names = tuple(
        os.path.join(os.path.dirname(path), f"{found['stem']}-{at + 1:05}-of-{found['count']}.gguf")
        for at in range(int(found["count"]))
    )
    return names if names and all(map(os.path.exists, names)) else (path,)


def _indexed(path: str) -> Held:
    """The shards that an index names, each read for its header alone."""
    index = _json(path)
    places = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(places, dict) or not places:
        raise InputError("an index of shards has weight_map, of tensors to files").at(path)
    folder = os.path.dirname(path)
    shards = list(dict.fromkeys(places.values()))
    found = []
    for shard in shards:
        if not isinstance(shard, str) or os.path.basename(shard) != shard or shard in ("", ".."):
            raise InputError(f"names the shard {str(shard)[:80]!r}, no file beside it").at(path)
        if not os.path.exists(os.path.join(folder, shard)):
            raise FileError(f"names the shard {shard}, which is not there").at(path)
        found.append(_one(os.path.join(folder, shard)))
    held = {
        tensor.name: shard for shard, part in zip(shards, found, strict=True)
        for tensor in part.tensors
    }
    for name, shard in places.items():
        if held.get(name) != shard:
            raise InputError(f"{str(name)[:80]} is not in {shard}, where it is said to be").at(path)
    return _decided(path, found, _config_beside(path))


def _config_beside(path: str) -> dict[str, Any]:
    """The config.json in the same folder, for what it says of packed weights."""
    try:
        found = _json(os.path.join(os.path.dirname(path), "config.json"))
    except DlcalcError:
        return {}
    return found if isinstance(found, dict) else {}


def _json(path: str) -> Any:
    from dlcalc.input.json_text import parse_json

    source = Source(read_file(path), path)
    with At(source.place, once=True):
        return parse_json(decode(source))


def layered(held: Held) -> Model:
    """The layers of a file with a graph, in the notation; InputError where it cannot say them."""
    from dlcalc.models.count import params

    name = os.path.splitext(os.path.basename(held.name))[0]
    with At(held.name, once=True):
        if held.format not in ("onnx", "keras", "gguf"):
            raise InputError("a file of weights has tensors, and no layers to show or change")
        module: Any = import_module(f"dlcalc.models.files.{held.format}")
        model: Model = module.model_of(held, name)
        said, own = params(model).params, sum(tensor.params for tensor in held.tensors)
    if said != own:
        note = f"the layers have {said:,} parameters, the file {own:,}"
        model.notes = (*model.notes, note)
    return model


def read_stream(file: BinaryIO, place: str, input: tuple[int, ...] | None = None) -> Held:
    """What standard input holds, read forward."""
    with At(place, once=True):
        return _decided(place, [read_open(file, place, input)], {})


def _one(path: str, input: tuple[int, ...] | None = None) -> Held:
    """One file, by its first bytes, and by its ending where these do not tell."""
    with Reading(path, once=True), open(path, "rb") as file:
        return read_open(file, path, input)


def read_open(file: BinaryIO, path: str, input: tuple[int, ...] | None = None) -> Held:
    """What an open file or pipe holds; its name tells where its first bytes do not."""
    ending = os.path.splitext(path)[1].lower()
    if ending == ".bin" or ending not in ENDINGS:
        ending = by_content(file) or ending
    if ending == ".zip":
        from dlcalc.input.zips import seekable

        file = seekable(file)
        ending = _of_zip(file)
    function = (_TABLE["reader"] | _TABLE["inner"]).get(ending)
    if function is None:
        raise InputError(f"is no file of weights that is known: {', '.join(ENDINGS)}")
    module, _, name = function.partition(".")
    read: Callable[..., Held] = getattr(import_module(f"dlcalc.models.files.{module}"), name)
    return read(file, path, input)


def _of_zip(file: BinaryIO) -> str:
    """What ending a zip deserves, by its members."""
    from dlcalc.input.zips import open_zip

    with open_zip(file, "a zip") as archive:
        names = archive.namelist()
    file.seek(0)
    if any(name.endswith(("data.pkl", "_weights_config.json")) for name in names):
        return ".pt"
    return ".keras" if "config.json" in names else ".npz"


def by_content(file: BinaryIO) -> str | None:
    """The ending that the first bytes deserve; None for text, and for what is not known."""
    start = file.peek() if hasattr(file, "peek") else b""
    for first, ending in _STARTS.items():
        if start.startswith(first):
            return ending
    if start[8:9] == b"{" and 0 in start[:8]:
        return ".safetensors"
    if start.startswith(b"{") and b'"class_name"' in start:
        return ".json"
    return ".onnx" if start.startswith(b"\x08") and start[2:3] in _ONNX_SECOND else None


_STARTS = {
    b"GGUF": ".gguf", b"PK": ".zip", b"\x93NUMPY": ".npy", b"\x80\x02\x8a\x0a": ".pt",
    b"\x89HDF": ".h5",
}
_ONNX_SECOND = (b"\x12", b"\x1a", b"\x22", b"\x28", b"\x32", b"\x3a", b"\x42")
"""The fields that may follow the version at the start of an ONNX file."""

"""Mutated files for the readers of files: what they raise, how long they take, what they hold.

By hand: `python -m tests.fuzz_files --seconds 60 [--seed N]`. Every file of tests/data/files is
changed (bits, numbers, stretches cut, doubled and exchanged with those of others), and read. A
finding is anything that is raised and is no error of dlcalc's, and any file that takes long.
Graphs are put into the layer notation and counted again, too.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import random
import struct
import sys
import tempfile
import time
import traceback
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dlcalc.commands.params.files_answer import held_answer
from dlcalc.errors import DlcalcError
from dlcalc.models.count import params
from dlcalc.models.files.reading import layered, read_weights

FILES = Path(__file__).parent / "data" / "files"
ENDINGS = (".safetensors", ".npz", ".gguf", ".pt", ".pth", ".bin", ".ckpt", ".onnx", ".keras",
           ".json")
SLOW = 5.0
"""Seconds beyond which one small file is a finding."""
MOST_HELD = 256 << 20
"""Bytes beyond which what one small file makes us hold is a finding."""
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1,
         1 << 63, (1 << 64) - 1)


def seeds() -> dict[str, bytes]:
    """The files that are changed, by their names."""
    return {
        str(path.relative_to(FILES)): path.read_bytes() for path in sorted(FILES.rglob("*"))
        if path.suffix in ENDINGS and path.name != "expected.json"
    }


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A file with a few changes."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not changed:
            break
        # Headers are where a reader can be led astray: half of all changes are in the first KiB.
        end = len(changed) if chance.random() < 0.5 else min(len(changed), 1024)
        at = chance.randrange(end)
        kind = chance.randrange(8)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[at] = chance.randrange(256)
        elif kind == 2:
            width = chance.choice((1, 2, 4, 8))
            changed[at : at + width] = struct.pack("<Q", chance.choice(EDGES))[:width]
        elif kind == 3:
            del changed[at : at + chance.randrange(1, 64)]
        elif kind == 4:
            changed[at:at] = changed[at : at + chance.randrange(1, 64)]
        elif kind == 5:
            other = chance.choice(others)
            begin = chance.randrange(len(other))
            changed[at : at + 16] = other[begin : begin + 16]
        elif kind == 6:
            del changed[at:]
        else:
            changed[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    return bytes(changed)


def rezipped(data: bytes, path: Path, others: list[bytes], chance: random.Random) -> bytes:
    """A zip with one member changed, so that the change is not caught by its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError):
        return mutated(data, others, chance)
    name = chance.choice([
        name for name in members
        if name.endswith(("data.pkl", "config.json", ".npy"))
    ] or list(members))
    members[name] = mutated(members[name], others, chance)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for key, value in members.items():
            archive.writestr(key, value)
    return target.getvalue()


def findings(seed: int, folder: str) -> Iterator[tuple[int, str]]:
    """The number of files read so far, and what was found at the last of them, if anything.

    Without end.
    """
    chance, files = random.Random(seed), seeds()
    names, others = list(files), list(files.values())
    for count in itertools.count(1):
        name = chance.choice(names)
        data = files[name]
        zipped = data[:2] == b"PK" and chance.random() < 0.8
        made = (
            rezipped(data, FILES / name, others, chance) if zipped
            else mutated(data, others, chance)
        )
        path = os.path.join(folder, f"case{Path(name).suffix}")
        Path(path).write_bytes(made)
        yield count, tried(path, f"{name}, seed {seed}, file {count}")


def tried(path: str, label: str) -> str:
    """What is wrong with how a file is read, nothing where all is well."""
    began = time.process_time()
    try:
        held = read_weights(path)
        answer = held_answer(held)
        answer.blocks[0].for_people  # type: ignore[union-attr]  # noqa: B018
        if held.graph is not None:
            params(layered(held))
    except DlcalcError as error:
        if "\n" in str(error) or len(str(error)) > 1000:
            return f"{label}: an error of several lines, or a long one: {str(error)[:300]!r}"
    except Exception:
        return f"{label}: {traceback.format_exc()}"
    took = time.process_time() - began
    return f"{label}: {took:.1f} s" if took > SLOW else ""


def main() -> int:
    """Run for some seconds; status 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", default="", help="folder for the files that were findings")
    parser.add_argument("--memory", action="store_true", help="measure what is held (slow)")
    given = parser.parse_args()
    found, end = 0, time.monotonic() + given.seconds
    if given.memory:
        tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:
        for count, what in findings(given.seed, folder):
            if given.memory:
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.reset_peak()
                what = what or (f"file {count}: {peak:,} bytes held" if peak > MOST_HELD else "")
            if what:
                found += 1
                print(what, file=sys.stderr)
                if given.keep:
                    for each in Path(folder).iterdir():
                        kept = Path(given.keep) / f"{given.seed}-{count}{each.suffix}"
                        kept.write_bytes(each.read_bytes())
                        each.unlink()
            if time.monotonic() > end:
                break
    print(f"{count:,} files, {found} findings")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env bash
# gguf 0.19.0: the format has arrays of arrays for its metadata, and GGUFWriter writes them. GGUFReader
# lays them into one row, so that where one array ends and the next begins is lost; the lengths of the
# outer and the inner arrays stand in the file and among the parts of the field, but not in contents()
# nor in the types, which say how deep the nesting goes and not how long it is. gguf-new-metadata,
# which says that it makes a copy, writes the row: [[1, 2], [3, 4, 5]] comes out as five numbers. A
# string or an array that is empty is not written at all.
# Output seen: original [[1, 2], [3, 4, 5]] read [1, 2, 3, 4, 5] copy [1, 2, 3, 4, 5] strings [['a'], ['b', 'c']] read ['a', 'b', 'c'] copy ['a', 'b', 'c'] empty none none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import struct, subprocess
import numpy as np
from gguf import GGUFReader, GGUFWriter

writer = GGUFWriter("first.gguf", "llama")
writer.add_array("x.numbers", [[1, 2], [3, 4, 5]])
writer.add_array("x.strings", [["a"], ["b", "c"]])
writer.add_string("x.empty string", "")
writer.add_array("x.empty array", [])
writer.add_tensor("t", np.zeros(4, np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
subprocess.run(["venv/bin/gguf-new-metadata", "--force", "--general-name", "copy", "first.gguf", "second.gguf"], capture_output=True, check=True)

def values(path):
    """The metadata of a file by the format's own description, for the kinds that this file has."""
    data, place = open(path, "rb").read(), 0

    def take(kind):
        nonlocal place
        place += struct.calcsize("<" + kind)
        return struct.unpack_from("<" + kind, data, place - struct.calcsize("<" + kind))[0]

    def value(kind):
        if kind == 9:
            inner, length = take("I"), take("Q")
            return [value(inner) for _ in range(length)]
        if kind == 8:
            length = take("Q")
            return bytes(take("B") for _ in range(length)).decode()
        return take({4: "I", 5: "i"}[kind])

    magic, version, tensors, count = take("I"), take("I"), take("Q"), take("Q")
    return {value(8): value(take("I")) for _ in range(count)}

first, second, read = values("first.gguf"), values("second.gguf"), GGUFReader("first.gguf").fields
rows = ["original", first["x.numbers"], "read", read["x.numbers"].contents(), "copy", second["x.numbers"]]
rows += ["strings", first["x.strings"], "read", read["x.strings"].contents(), "copy", second["x.strings"]]
print(*rows, "empty", *(first.get(f"x.empty {kind}", "none") for kind in ("string", "array")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="original [[1, 2], [3, 4, 5]] read [1, 2, 3, 4, 5] copy [1, 2, 3, 4, 5] strings [['a'], ['b', 'c']] read ['a', 'b', 'c'] copy ['a', 'b', 'c'] empty none none"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

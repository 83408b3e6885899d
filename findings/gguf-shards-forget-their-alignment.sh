#!/usr/bin/env bash
# gguf 0.19.0: GGUFWriter writes every shard of a split model with the alignment of
# add_custom_alignment, but general.alignment into the first shard only. By the format a file without
# that key has 32, so that a reader, GGUFReader too, looks for the numbers of the other shards in the
# padding before them and finds zeros, and says nothing; where their header happens to end at a
# multiple of the greater alignment they are right. With use_temp_file the data of all the shards
# go into the first one, and the others end behind their headers. Of three tensors, each in a shard,
# the first number as it is read.
# Output seen: alignment 32 1 11 21 alignment 64 1 0 0 alignment 4096 1 0 0 temporary file 1 none none bytes 288 160 160
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from pathlib import Path
import numpy as np
from gguf import GGUFReader, GGUFWriter

def shards(name, alignment=32, **words):
    """The files of three tensors of four numbers, one tensor to a file."""
    writer = GGUFWriter(f"{name}.gguf", "llama", split_max_tensors=1, **words)
    if alignment != 32:
        writer.add_custom_alignment(alignment)
    for i in range(3):
        writer.add_tensor(f"t{i}", np.arange(4, dtype=np.float32) + 10 * i + 1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sorted(Path().glob(f"{name}-0000*.gguf"))

def first(path):
    """The first number of a file's tensor, or none if the file ends before it."""
    try:
        return f"{GGUFReader(path).tensors[0].data[0]:g}"
    except ValueError:
        return "none"

for alignment in (32, 64, 4096):
    print("alignment", alignment, *map(first, shards(f"a{alignment}", alignment)), end=" ")
found = shards("temporary", use_temp_file=True)
print("temporary file", *map(first, found), "bytes", *(each.stat().st_size for each in found))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alignment 32 1 11 21 alignment 64 1 0 0 alignment 4096 1 0 0 temporary file 1 none none bytes 288 160 160"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

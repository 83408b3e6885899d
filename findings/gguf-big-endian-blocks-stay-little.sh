#!/usr/bin/env bash
# gguf 0.19.0: GGUFWriter with endianess=BIG turns the bytes of plain tensors, but not those of
# packed ones: the float16 scales of Q8_0 and Q4_0 blocks and all of bfloat16 stay little-endian in
# a file that says it is big-endian. The package's own gguf-convert-endian turns them. GGUFReader
# turns plain tensors back and leaves the blocks as they lie, so that dequantize makes other numbers
# of a right big-endian file, and the right ones of the writer's. The first byte or two of each
# tensor, then -1 as it is read: from a little-endian file, the writer's big one, the converted one.
# Output seen: little F32 -1 BF16 80 bf -1 Q8_0 08 20 -1 Q4_0 00 30 -1 big F32 -1 BF16 80 bf -1 Q8_0 08 20 -1 Q4_0 00 30 -1 converted F32 -1 BF16 bf 80 -1.75e-38 Q8_0 20 08 -0.016 Q4_0 30 00 -2.29e-05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import shutil, subprocess
import numpy as np
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFEndian, GGUFReader, GGUFWriter, quants

x = np.linspace(-1, 1, 32, dtype=np.float32).reshape(1, 32)
for name, order in (("little", GGUFEndian.LITTLE), ("big", GGUFEndian.BIG)):
    writer = GGUFWriter(f"{name}.gguf", "llama", endianess=order)
    writer.add_tensor("plain", x)
    for kind in (Kind.BF16, Kind.Q8_0, Kind.Q4_0):
        writer.add_tensor(kind.name, quants.quantize(x, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
shutil.copy("little.gguf", "converted.gguf")
subprocess.run(["venv/bin/gguf-convert-endian", "converted.gguf", "big"], input="YES\n", text=True, capture_output=True, check=True)
for name in ("little", "big", "converted"):
    print(name, end=" ")
    reader = GGUFReader(f"{name}.gguf")
    assert reader.endianess.name == ("LITTLE" if name == "little" else "BIG")
    for each in reader.tensors:
        if each.tensor_type == Kind.F32:
            print("F32", f"{each.data.ravel()[0]:g}", end=" ")
        else:
            print(each.tensor_type.name, each.data.ravel()[:2].tobytes().hex(" "), f"{quants.dequantize(each.data, each.tensor_type).ravel()[0]:.3g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen="${seen% }"
echo "$seen"
expected="little F32 -1 BF16 80 bf -1 Q8_0 08 20 -1 Q4_0 00 30 -1 big F32 -1 BF16 80 bf -1 Q8_0 08 20 -1 Q4_0 00 30 -1 converted F32 -1 BF16 bf 80 -1.75e-38 Q8_0 20 08 -0.016 Q4_0 30 00 -2.29e-05"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

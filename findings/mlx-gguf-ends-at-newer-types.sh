#!/usr/bin/env bash
# mlx 0.32.4: load of a GGUF file stops at the first tensor whose type it does not know (TQ1_0,
# TQ2_0, MXFP4) and gives what came before it as if it were all: of three tensors one, with no
# error. gguf 0.19.0 reads all three.
# Output seen: TQ2_0 3 1 MXFP4 3 1 Q6_K 3 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gguf, mlx.core as mx, numpy as np
from gguf import GGMLQuantizationType as Type

def read(kind):
    file = gguf.GGUFWriter("model.gguf", "llama")
    file.add_tensor("first", np.ones(3, "float32"))
    file.add_tensor("second", np.zeros((2, gguf.GGML_QUANT_SIZES[kind][1] * 256 // gguf.GGML_QUANT_SIZES[kind][0]), "uint8"), raw_dtype=kind)
    file.add_tensor("third", np.ones(3, "float32"))
    file.write_header_to_file(), file.write_kv_data_to_file(), file.write_tensors_to_file()
    file.close()
    return [len(gguf.GGUFReader("model.gguf").tensors), len(mx.load("model.gguf"))]

print("TQ2_0", *read(Type.TQ2_0), "MXFP4", *read(Type.MXFP4), "Q6_K", *read(Type.Q6_K))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="TQ2_0 3 1 MXFP4 3 1 Q6_K 3 3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

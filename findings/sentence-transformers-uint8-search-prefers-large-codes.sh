#!/usr/bin/env bash
# sentence-transformers 6.2.0: semantic_search_faiss with corpus_precision="uint8" looks for
# candidates by the inner product of the codes from 0 to 255 as they are. Half the range is in each
# of them as an offset, so that a vector wins whose codes are large on the whole, whatever was
# asked: of 2000 random directions of 64 dimensions that are each asked for themselves 11 in 100
# come first, and with rescoring, which sees the first two, 15. Floats find all, and so do single
# bits ("ubinary") and the same codes less 128. With 256 dimensions it is 92 and 95 in 100.
# Output seen: 64 float32 1.00 ubinary 1.00 uint8 0.11 uint8 rescored 0.15 less 128 1.00 256 float32 1.00 ubinary 1.00 uint8 0.92 uint8 rescored 0.95 less 128 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 faiss-cpu==1.15.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps sentence-transformers==6.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, pathlib, sys, sysconfig, types

# Only the module of the search is loaded: the package at its door wants transformers.
for name in ("sentence_transformers", "sentence_transformers.util"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
logging.disable(logging.WARNING)
import numpy as np
from sentence_transformers.util.quantization import quantize_embeddings, semantic_search_faiss

generator = np.random.default_rng(0)
for dimensions in (64, 256):
    corpus = generator.normal(size=(2000, dimensions)).astype(np.float32)
    corpus /= np.linalg.norm(corpus, axis=1, keepdims=True)
    ranges = np.vstack([corpus.min(0), corpus.max(0)])
    print(dimensions, end=" ")
    for precision, rescore in (("float32", False), ("ubinary", False), ("uint8", False), ("uint8", True)):
        stored = quantize_embeddings(corpus, precision, ranges=ranges)
        answers = semantic_search_faiss(corpus, stored, corpus_precision=precision, top_k=1, ranges=ranges, rescore=rescore)[0]
        found = np.mean([answer[0]["corpus_id"] == row for row, answer in enumerate(answers)])
        print(f"{precision}{' rescored' if rescore else ''} {found:.2f}", end=" ")
    codes = quantize_embeddings(corpus, "uint8", ranges=ranges).astype(np.float32) - 128
    print(f"less 128 {np.mean((codes @ codes.T).argmax(1) == np.arange(2000)):.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="64 float32 1.00 ubinary 1.00 uint8 0.11 uint8 rescored 0.15 less 128 1.00 256 float32 1.00 ubinary 1.00 uint8 0.92 uint8 rescored 0.95 less 128 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

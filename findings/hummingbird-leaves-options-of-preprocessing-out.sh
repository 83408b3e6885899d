#!/usr/bin/env bash
# hummingbird-ml 0.4.11 converts steps of scikit-learn 1.9.1 and leaves options of theirs out, without
# a word: StandardScaler(with_mean=False) is centred all the same (the mean is noted, but not to be
# used); OneHotEncoder(drop="first") drops nothing and SimpleImputer(add_indicator=True) adds nothing,
# so that there are columns more and less; MinMaxScaler(clip=True) does not clip; and Normalizer makes
# a row of zeros no numbers, which scikit-learn leaves. scikit-learn / hummingbird.
# Output seen: scaler 1 3 / -1 1 one-hot 1,0 0,1 / 0,1,0 0,0,1 imputer 5,0 2,1 / 5 2 clip 0.5 1 / 0.5 2 normalizer 1 0 / 1 nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hummingbird-ml==0.4.11 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 onnx==1.23.2 onnxconverter-common==1.16.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from hummingbird.ml import convert
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler

def both(step, rows, asked):
    step.fit(np.array(rows, np.float32)[:, None])
    x = np.array(asked, np.float32)[:, None]
    found = (step.transform(x), convert(step, "torch", x).transform(x))
    return " / ".join(" ".join(",".join(f"{each:g}" for each in row) for row in np.asarray(each)) for each in found)

print(
    "scaler", both(StandardScaler(with_mean=False), [1, 3], [1, 3]),
    "one-hot", both(OneHotEncoder(drop="first", sparse_output=False), [0, 1, 2], [1, 2]),
    "imputer", both(SimpleImputer(add_indicator=True), [1, 3, np.nan], [5, np.nan]),
    "clip", both(MinMaxScaler(clip=True), [0, 4], [2, 8]),
    "normalizer", both(Normalizer(), [3], [3, 0]),
)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="scaler 1 3 / -1 1 one-hot 1,0 0,1 / 0,1,0 0,0,1 imputer 5,0 2,1 / 5 2 clip 0.5 1 / 0.5 2 normalizer 1 0 / 1 nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

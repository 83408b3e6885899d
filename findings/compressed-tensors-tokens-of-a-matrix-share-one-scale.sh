#!/usr/bin/env bash
# compressed-tensors 0.20.1: dynamic quantization of activations by token takes the axes 0 and 1 for
# batch and sequence, whatever there is. In an input of two axes, as layers get it where the tokens of
# a batch lie in a row, axis 1 are the features: no axis is left to reduce, and one scale is found for
# all tokens together, in one of four axes one for each pair of the first two. A token of 1 and 0.5
# behind one of 100 and 50 comes out of an identity as 0.78 and 0.78, one of 0.01 as 0, and with a
# batch axis before them as they are, to 8 bits. Nothing is said.
# Output seen: 3x2 99.6 50.2 / 0.784 0.784 / 0 0 1x3x2 99.6 50.2 / 0.996 0.502 / 0.00996 0.00502 1x1x3x2 99.6 50.2 / 0.784 0.784 / 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 compressed-tensors==0.20.1 transformers==5.24.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, torch
from compressed_tensors.quantization import QuantizationArgs, QuantizationConfig, QuantizationScheme, apply_quantization_config

tokens = QuantizationArgs(num_bits=8, type="int", strategy="token", dynamic=True, symmetric=True)
model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False)).requires_grad_(False)
model[0].weight.copy_(torch.eye(2))
with contextlib.redirect_stderr(io.StringIO()):
    apply_quantization_config(model, QuantizationConfig(config_groups={"all": QuantizationScheme(targets=["Linear"], input_activations=tokens)}))
x = torch.tensor([[100.0, 50.0], [1.0, 0.5], [0.01, 0.005]])

def shown(y):
    return " / ".join(" ".join(f"{each:.3g}" for each in row) for row in y.reshape(3, 2).tolist())

print("3x2", shown(model(x)), "1x3x2", shown(model(x[None])), "1x1x3x2", shown(model(x[None, None])))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="3x2 99.6 50.2 / 0.784 0.784 / 0 0 1x3x2 99.6 50.2 / 0.996 0.502 / 0.00996 0.00502 1x1x3x2 99.6 50.2 / 0.784 0.784 / 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

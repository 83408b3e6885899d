#!/usr/bin/env bash
# openvino 2026.4.1: convert_model of a PyTorch 2.13.0 model leaves out Softplus's beta, a
# variance's correction beyond 1 and round's decimals; whole numbers divided with // are cut
# towards 0 and not down; and cdist with p=1 sums differences with their signs, so that its root
# of order 1 of a negative sum is no number. Nothing is said. Each pair is PyTorch's and
# OpenVINO's figure.
# Output seen: softplus 0.66 0.97 variance 26.00 13.00 round 1.30 1.00 floor -2.00 -1.00 cdist 2.00 nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 openvino==2026.4.1 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import openvino, torch
from torch.nn import functional

class Model(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)

def pair(function, *numbers):
    x = torch.tensor([numbers])
    converted = openvino.convert_model(Model(function).eval(), example_input=x)
    compiled = openvino.Core().compile_model(converted, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return f"{function(x).ravel()[0].item():.2f} {float(compiled(x.numpy())[0].ravel()[0]):.2f}"

print(
    "softplus", pair(lambda x: functional.softplus(x, beta=2.0), 0.5), "variance", pair(lambda x: x.var(1, correction=2), 1.0, 3.0, 8.0),
    "round", pair(lambda x: torch.round(x, decimals=1), 1.26), "floor", pair(lambda x: (x.long() // 2).float(), -3.0),
    "cdist", pair(lambda x: torch.cdist(x, x + 1, p=1.0), 1.0, 2.0),
)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="softplus 0.66 0.97 variance 26.00 13.00 round 1.30 1.00 floor -2.00 -1.00 cdist 2.00 nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

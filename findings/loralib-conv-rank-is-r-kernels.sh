#!/usr/bin/env bash
# loralib 0.1.2: a convolution's r is no rank. The factors of Conv2d(16, 32, 3, r=1) are (3, 48) and
# (96, 3), 432 numbers, and their product, read as the kernel in the order of its memory, is an
# update of rank 9 as a matrix of 32 rows; r=4 has 1,728 numbers and rank 32, which is full. Factors
# (r, 144) and (32, r), as peft has them, are 176 and 704 numbers of rank 1 and 4.
# Output seen: 1 432 9 4 1728 32 plain 176 704
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 loralib==0.1.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import loralib, torch

torch.manual_seed(0)
for r in (1, 4):
    layer = loralib.Conv2d(16, 32, 3, r=r, bias=False)
    start = layer(torch.zeros(1, 16, 5, 5)), layer.conv.weight.clone()
    torch.nn.init.normal_(layer.lora_B)
    trained = sum(each.numel() for each in layer.parameters() if each.requires_grad)
    layer.eval()
    update = (layer.conv.weight - start[1]).reshape(32, -1).double()
    print(r, trained, torch.linalg.matrix_rank(update, rtol=1e-3).item(), end=" ")
print("plain", 1 * (16 * 9 + 32), 4 * (16 * 9 + 32))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 432 9 4 1728 32 plain 176 704"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

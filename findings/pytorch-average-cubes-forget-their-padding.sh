#!/usr/bin/env bash
# PyTorch 2.13.0, CPU: an average pool in three dimensions holds its window against the input
# without the padding. A window of 3 with padding 1 over two columns gives two means in one and two
# dimensions, and so do max pools in one to three; avg_pool3d (and AvgPool3d) says that the input is
# smaller than the kernel. The same volume padded by hand with F.pad is averaged, to the same means.
# Output seen: 1 [1.0, 1.0] 2 [1.0, 1.0] 3 RuntimeError max [2.0, 2.0] padded by hand [1.0, 1.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import torch.nn.functional as F


def row(axes):
    """The columns 1 and 2, with axes of three equal rows or layers before them."""
    return torch.tensor([1.0, 2.0]).expand(1, 1, *[3] * (axes - 1), 2).contiguous()


found = []
for axes, pool in ((1, F.avg_pool1d), (2, F.avg_pool2d), (3, F.avg_pool3d)):
    window, padding = [3] * axes, [0] * (axes - 1) + [1]
    try:
        found += [axes, pool(row(axes), window, 1, padding).flatten().tolist()]
    except RuntimeError as error:
        assert "smaller than kernel size" in str(error), error
        found += [axes, "RuntimeError"]
found += ["max", F.max_pool3d(row(3), 3, 1, [0, 0, 1]).flatten().tolist()]
print(*found, "padded by hand", F.avg_pool3d(F.pad(row(3), (1, 1)), 3, 1).flatten().tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 [1.0, 1.0] 2 [1.0, 1.0] 3 RuntimeError max [2.0, 2.0] padded by hand [1.0, 1.0]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# mlx 0.32.4: a transposed convolution whose padding reaches beyond the kernel. Padding takes so many
# numbers off either end of the whole result: of five numbers with a kernel of 1, a stride of 3 and
# a padding of 1, whose whole result has 13, it leaves 11. mlx leaves out numbers of the input
# instead, and gives 7; with a kernel of 2 both are the same.
# Output seen: defined 0 0 0 0 0 -3 0 0 9 0 0 mlx 0 0 0 -3 0 0 9 kernel of 2: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import mlx.core as mx

def defined(x, w, stride, pad):
    whole = [0.0] * ((len(x) - 1) * stride + len(w))
    for i, a in enumerate(x):
        for k, b in enumerate(w):
            whole[i * stride + k] += a * b
    return [f"{each + 0:g}" for each in whole[pad : len(whole) - pad]]

def computed(x, w, stride, pad):
    y = mx.conv_transpose1d(mx.array(x)[None, :, None], mx.array(w)[None, :, None], stride, pad)
    return [f"{each + 0:g}" for each in y.flatten().tolist()]

x = [-8.0, 0.0, -3.0, 9.0, -6.0]
one, two = ([1.0], 3, 1), ([1.0, 2.0], 3, 1)
print("defined", *defined(x, *one), "mlx", *computed(x, *one), "kernel of 2:", defined(x, *two) == computed(x, *two))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="defined 0 0 0 0 0 -3 0 0 9 0 0 mlx 0 0 0 -3 0 0 9 kernel of 2: True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

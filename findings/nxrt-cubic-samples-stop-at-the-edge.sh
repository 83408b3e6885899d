#!/usr/bin/env bash
# nxrt 0.1.0.dev6: GridSample with mode cubic and padding_mode border or reflection folds the place
# itself into the image before it weighs the four pixels around it. In ONNX, as in PyTorch, each of
# the four pixels is folded and the place stays where it is. So a place between an edge and its half
# pixel becomes the pixel at the edge, and what lies past the edge is constant, where the cubic curve
# goes on and overshoots; with padding zeros it is right. The row is 1 2 4 8 16, sampled at -1.2, -0.9,
# 0, 0.9 and 1.4; the first figures of each pair are those of onnxruntime 1.32.0, which are PyTorch's
# as well.
# Output seen: zeros 0 0.668 4 13.219 -1.5 / 0 0.668 4 13.219 -1.5 border 1 0.895 4 16.844 16 / 1 1 4 16 16 reflection 1 0.859 4 17.125 12.375 / 1 1 4 16 12.375 aligned border 0.892 1.128 4 14.688 16.192 / 1 1.128 4 14.688 16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nxrt==0.1.0.dev6 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, nxrt, onnx, onnxruntime
from onnx import TensorProto, helper

x = np.array([1, 2, 4, 8, 16], np.float32).reshape(1, 1, 1, 5)
places = np.array([-1.2, -0.9, 0, 0.9, 1.4], np.float32)
grid = np.stack([places, 0 * places], -1).reshape(1, 1, 5, 2)

def both(padding, aligned=0):
    """The samples by onnxruntime and by nxrt, as two rows of figures."""
    node = helper.make_node("GridSample", ["x", "grid"], ["y"], mode="cubic", padding_mode=padding, align_corners=aligned)
    info = [helper.make_tensor_value_info(key, TensorProto.FLOAT, each.shape) for key, each in (("x", x), ("grid", grid))]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1, 1, 5))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    feed, model = {"x": x, "grid": grid}, model.SerializeToString()
    right = onnxruntime.InferenceSession(model).run(None, feed)[0]
    found = nxrt.InferenceSession(model).run(None, feed)[0]
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3) + 0) for row in (right, found))

rows = ["zeros", both("zeros"), "border", both("border"), "reflection", both("reflection"), "aligned border", both("border", 1)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="zeros 0 0.668 4 13.219 -1.5 / 0 0.668 4 13.219 -1.5 border 1 0.895 4 16.844 16 / 1 1 4 16 16 reflection 1 0.859 4 17.125 12.375 / 1 1 4 16 12.375 aligned border 0.892 1.128 4 14.688 16.192 / 1 1.128 4 14.688 16"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx-ad 0.3.0: a reduction whose axes are an empty tensor is, by ONNX, one over all the axes, and
# the model that reverse() writes computes it so; its gradient, though, is that of no reduction at all:
# 1 for each number, whatever the reduction: of a mean of four not a quarter, of the largest not 0 for
# the others, of the sum of squares not 2x. With the axes left out it is right. With
# noop_with_empty_axes, where nothing is summed but squares and absolute values remain, it is 1 as well.
# Of each pair the first are the slopes of the sum of the outputs by differences of onnxruntime 1.32.0.
# Output seen: left out 0.25 0.25 0.25 0.25 / 0.25 0.25 0.25 0.25 empty Sum 1 1 1 1 / 1 1 1 1 empty Mean 0.25 0.25 0.25 0.25 / 1 1 1 1 empty Max 0 0 0 1 / 1 1 1 1 empty SumSquare 2 -4 6 8 / 1 1 1 1 no-op Sum 1 1 1 1 / 1 1 1 1 no-op SumSquare 2 -4 6 8 / 1 1 1 1 no-op L1 1 -1 1 1 / 1 1 1 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx-ad==0.3.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx_ad import reverse

x = np.array([1, -2, 3, 4], np.float32)
empty = numpy_helper.from_array(np.array([], np.int64), "axes")
run = lambda model, feed, *names: onnxruntime.InferenceSession(model.SerializeToString()).run(names or None, feed)[0]

def slopes(name, axes=True, noop=0):
    """The slopes of the sum of the outputs with each input, by differences and by reverse()."""
    node = helper.make_node(f"Reduce{name}", ["x", "axes"][:1 + axes], ["y"], noop_with_empty_axes=noop)
    ends = helper.make_tensor_value_info("x", TensorProto.FLOAT, [4]), helper.make_tensor_value_info("y", TensorProto.FLOAT, [4 if noop else 1])
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:], [empty] * axes), opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    y, steps = run(model, {"x": x}), np.eye(4, dtype=np.float32) / 64
    right = np.array([(run(model, {"x": x + each}) - run(model, {"x": x - each})).sum() * 32 for each in steps])
    back = reverse(model, layout="onnx")
    feed = {"x": x, "adj_y": np.ones((*y.shape, 1), np.float32)}
    back = run(back, {each.name: feed[each.name] for each in back.graph.input}, "adj_x")
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 2)) for row in (right, back))

rows = ["left out", slopes("Mean", axes=False)]
for name in ("Sum", "Mean", "Max", "SumSquare"):
    rows += [f"empty {name}", slopes(name)]
for name in ("Sum", "SumSquare", "L1"):
    rows += [f"no-op {name}", slopes(name, noop=1)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="left out 0.25 0.25 0.25 0.25 / 0.25 0.25 0.25 0.25 empty Sum 1 1 1 1 / 1 1 1 1 empty Mean 0.25 0.25 0.25 0.25 / 1 1 1 1 empty Max 0 0 0 1 / 1 1 1 1 empty SumSquare 2 -4 6 8 / 1 1 1 1 no-op Sum 1 1 1 1 / 1 1 1 1 no-op SumSquare 2 -4 6 8 / 1 1 1 1 no-op L1 1 -1 1 1 / 1 1 1 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

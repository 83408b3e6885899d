#!/usr/bin/env bash
# onnx-ad 0.3.0: the gradient of a Conv or an AveragePool with regard to its input becomes an ONNX
# ConvTranspose with output_shape, where ONNX takes the pads from the shape and no longer those that
# are named beside it: they are split as evenly as can be. So of a causal convolution, padded by two
# before and none after, reverse() gives the gradient of one that is padded by one on both sides, and
# of windows that leave a pixel out at the end, with a stride of 3, that of windows elsewhere. Nothing
# is said. Of each three the first are the slopes of the sum of the outputs by differences of
# onnxruntime 1.32.0, the second those of forward(), which are right, the third those of reverse().
# Output seen: even 3 7 7 7 7 6 / 3 7 7 7 7 6 / 3 7 7 7 7 6 causal 7 7 7 7 6 4 / 7 7 7 7 6 4 / 3 7 7 7 7 6 after 1 2 5 2 5 2 / 1 2 5 2 5 2 / 2 5 2 5 2 4 stride 3 2 4 1 2 4 0 / 2 4 1 2 4 0 / 1 2 4 1 2 4 average 0.33 0.67 1 1 1.17 0.83 / 0.33 0.67 1 1 1.17 0.83 / 0.67 1 1 1.17 0.83 0.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx-ad==0.3.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx_ad import forward, reverse

x = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 6)
weights = numpy_helper.from_array(np.array([1, 2, 4], np.float32).reshape(1, 1, 3), "w")
run = lambda model, feed, *names: onnxruntime.InferenceSession(model.SerializeToString()).run(names or None, feed)[0]

def slopes(name, pads, stride):
    """The slopes of the sum of the outputs with each input, by differences and by both modes."""
    conv = name == "Conv"
    node = helper.make_node(name, ["x", "w"][:1 + conv], ["y"], kernel_shape=[3], pads=pads, strides=[stride])
    ends = helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:], [weights] * conv), opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model, full_check=True)
    y, steps = run(model, {"x": x}), np.eye(6, dtype=np.float32)
    right = np.array([(run(model, {"x": x + each}) - y).sum() for each in steps])
    ahead = run(forward(model, layout="onnx"), {"x": x, "fwd_x": steps.reshape(1, 1, 6, 6)}, "fwd_y").sum((0, 1, 2))
    back = reverse(model, layout="onnx")
    feed = {"x": x, "adj_y": np.ones((*y.shape, 1), np.float32)}
    back = run(back, {each.name: feed[each.name] for each in back.graph.input}, "adj_x")
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 2)) for row in (right, ahead, back))

rows = ["even", slopes("Conv", [1, 1], 1), "causal", slopes("Conv", [2, 0], 1), "after", slopes("Conv", [0, 2], 2)]
rows += ["stride 3", slopes("Conv", [1, 1], 3), "average", slopes("AveragePool", [0, 1], 1)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="even 3 7 7 7 7 6 / 3 7 7 7 7 6 / 3 7 7 7 7 6 causal 7 7 7 7 6 4 / 7 7 7 7 6 4 / 3 7 7 7 7 6 after 1 2 5 2 5 2 / 1 2 5 2 5 2 / 2 5 2 5 2 4 stride 3 2 4 1 2 4 0 / 2 4 1 2 4 0 / 1 2 4 1 2 4 average 0.33 0.67 1 1 1.17 0.83 / 0.33 0.67 1 1 1.17 0.83 / 0.67 1 1 1.17 0.83 0.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

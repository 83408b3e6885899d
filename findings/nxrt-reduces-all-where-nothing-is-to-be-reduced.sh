#!/usr/bin/env bash
# nxrt 0.1.0.dev6: a reduction with noop_with_empty_axes = 1 is, by ONNX, the identity where its axes
# are not provided or are empty. nxrt has it right where the axes are an empty tensor; where the input
# is left out, ReduceSum and its like reduce over all the axes: one number in the place of
# the whole tensor, so that a following Add spreads it. The first figures of each pair are those of
# onnxruntime 1.32.0, for no axes and for empty ones.
# Output seen: ReduceSum 3 4 / 7 empty 3 4 / 3 4 ReduceMax 3 4 / 4 empty 3 4 / 3 4 ReduceMin 3 4 / 3 empty 3 4 / 3 4 ReduceProd 3 4 / 12 empty 3 4 / 3 4 ReduceL1 3 4 / 7 empty 3 4 / 3 4 ReduceL2 3 4 / 5 empty 3 4 / 3 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nxrt==0.1.0.dev6 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, nxrt, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper

x = np.array([[3, 4]], np.float32)

def both(name, *axes):
    """The reduction by onnxruntime and by nxrt, as two rows of figures."""
    node = helper.make_node(name, ["x", "axes"][:1 + len(axes)], ["y"], noop_with_empty_axes=1)
    ends = [helper.make_tensor_value_info(key, TensorProto.FLOAT, (1, 2)) for key in "xy"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [numpy_helper.from_array(each, "axes") for each in axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    model = model.SerializeToString()
    rows = (kind(model).run(None, {"x": x})[0] for kind in (onnxruntime.InferenceSession, nxrt.InferenceSession))
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3)) for row in rows)

rows = []
for name in ("Sum", "Max", "Min", "Prod", "L1", "L2"):
    rows += [f"Reduce{name}", both(f"Reduce{name}"), "empty", both(f"Reduce{name}", np.array([], np.int64))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="ReduceSum 3 4 / 7 empty 3 4 / 3 4 ReduceMax 3 4 / 4 empty 3 4 / 3 4 ReduceMin 3 4 / 3 empty 3 4 / 3 4 ReduceProd 3 4 / 12 empty 3 4 / 3 4 ReduceL1 3 4 / 7 empty 3 4 / 3 4 ReduceL2 3 4 / 5 empty 3 4 / 3 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx2pytorch 0.6.0: an InstanceNormalization whose scale and bias come out of the graph, as in
# adaptive instance normalization for styles, is not normalized once the model is in eval mode: it is
# scale * x + bias, as if the means were 0 and the variances 1. With the scale and the bias as constants
# it is right, and so is it, either way, before eval() is called. Its own page says that what it cannot
# express raises and is never a wrong tensor. The first figures of each pair are those of onnxruntime
# 1.32.0.
# Output seen: constant -1.225 0 1.225 2.551 5 7.449 / -1.225 0 1.225 2.551 5 7.449 computed -1.225 0 1.225 2.551 5 7.449 / 10 20 30 3 5 7 before eval -1.225 0 1.225 2.551 5 7.449 / -1.225 0 1.225 2.551 5 7.449
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps onnx2pytorch==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types
for name in ("torchvision", "torchvision.io", "torchvision.ops"):  # imported at the door, not used here
    sys.modules[name] = types.ModuleType(name)
sys.modules["torchvision.io"].decode_image = sys.modules["torchvision.io"].ImageReadMode = None
sys.modules["torchvision.ops"].deform_conv2d = sys.modules["torchvision.ops"].roi_align = sys.modules["torchvision.ops"].roi_pool = None
import numpy as np, onnx, onnxruntime, torch
from onnx import helper, numpy_helper
from onnx2pytorch import ConvertModel

def both(name, given, inputs, still=True, **attributes):
    """The first output of one operator by onnxruntime and by the converted model, as two rows of figures."""
    node = helper.make_node(name, [key if each is not None else "" for key, each in inputs.items()], ["y"], **attributes)
    typed = lambda key, each: helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(each.dtype), each.shape)
    info = [typed(key, each) for key, each in inputs.items() if key in given.split()]
    fixed = [numpy_helper.from_array(each, key) for key, each in inputs.items() if each is not None and key not in given.split()]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info(key, 0, None) for key in node.output], fixed)
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    feed = {key: inputs[key] for key in given.split()}
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, feed)[0]
    with torch.no_grad():
        found = ConvertModel(model).train(not still)(*(torch.from_numpy(each.copy()) for each in feed.values()))
    found = found[0] if isinstance(found, (list, tuple)) else found
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3) + 0) for row in (right, found))

x = np.array([[[10, 20, 30], [-1, 0, 1]]], np.float32)
scale, bias = np.array([1, 2], np.float32), np.array([0, 5], np.float32)
inputs = {"x": x, "scale": scale, "bias": bias}
rows = ["constant", both("InstanceNormalization", "x", inputs), "computed", both("InstanceNormalization", "x scale bias", inputs)]
rows += ["before eval", both("InstanceNormalization", "x scale bias", inputs, still=False)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="constant -1.225 0 1.225 2.551 5 7.449 / -1.225 0 1.225 2.551 5 7.449 computed -1.225 0 1.225 2.551 5 7.449 / 10 20 30 3 5 7 before eval -1.225 0 1.225 2.551 5 7.449 / -1.225 0 1.225 2.551 5 7.449"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

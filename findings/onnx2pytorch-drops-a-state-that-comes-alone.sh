#!/usr/bin/env bash
# onnx2pytorch 0.6.0: an LSTM that is given only one of its two first states, initial_h or initial_c,
# starts from neither: by ONNX the other one is zeros. A Resize of ONNX 11 or later without any words
# takes the nearest pixel by its centre, and half way the lower one; the converted one takes the pixel
# before, so that five pixels become 1 2 4 and not 1 3 5. Nothing is said; its own page says that what
# it cannot express raises and is never a wrong tensor. The first figures of each pair are those of
# onnxruntime 1.32.0.
# Output seen: no state 0.206 -0.067 0.406 / 0.206 -0.067 0.406 both 0.549 0.122 0.678 / 0.549 0.122 0.678 only h 0.149 -0.075 0.389 / 0.206 -0.067 0.406 only c 0.59 0.098 0.652 / 0.206 -0.067 0.406 linear 1.333 3 4.667 / 1.333 3 4.667 nearest 1 3 5 / 1 2 4
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

def both(name, given, inputs, outputs=1, **attributes):
    """The first output of one operator by onnxruntime and by the converted model, as two rows of figures."""
    node = helper.make_node(name, [key if each is not None else "" for key, each in inputs.items()], [f"y{i}" for i in range(outputs)], **attributes)
    typed = lambda key, each: helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(each.dtype), each.shape)
    info = [typed(key, each) for key, each in inputs.items() if key in given.split()]
    fixed = [numpy_helper.from_array(each, key) for key, each in inputs.items() if each is not None and key not in given.split()]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info(key, 0, None) for key in node.output], fixed)
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    feed = {key: inputs[key] for key in given.split()}
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, feed)[0]
    with torch.no_grad():
        found = ConvertModel(model).eval()(*(torch.from_numpy(each.copy()) for each in feed.values()))
    found = found[0] if isinstance(found, (list, tuple)) else found
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3)) for row in (right, found))

x = np.array([0.5, -1, 2], np.float32).reshape(3, 1, 1)
weights, recurrence = np.linspace(0.5, 1.5, 4, dtype=np.float32).reshape(1, 4, 1), np.linspace(-0.4, 0.6, 4, dtype=np.float32).reshape(1, 4, 1)
state = np.full((1, 1, 1), 3, np.float32)

def lstm(h, c):
    inputs = {"x": x, "w": weights, "r": recurrence, "b": None, "lengths": None, "h": state if h else None, "c": state if c else None}
    return both("LSTM", "x" + " h" * h + " c" * c, inputs, outputs=3, hidden_size=1)

rows = ["no state", lstm(0, 0), "both", lstm(1, 1), "only h", lstm(1, 0), "only c", lstm(0, 1)]
pixels = np.arange(1, 6, dtype=np.float32).reshape(1, 1, 1, 5)
for mode in ("linear", "nearest"):
    rows += [mode, both("Resize", "x", {"x": pixels, "roi": None, "scales": None, "sizes": np.array([1, 1, 1, 3])}, mode=mode)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="no state 0.206 -0.067 0.406 / 0.206 -0.067 0.406 both 0.549 0.122 0.678 / 0.549 0.122 0.678 only h 0.149 -0.075 0.389 / 0.206 -0.067 0.406 only c 0.59 0.098 0.652 / 0.206 -0.067 0.406 linear 1.333 3 4.667 / 1.333 3 4.667 nearest 1 3 5 / 1 2 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

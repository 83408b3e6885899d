#!/usr/bin/env bash
# nxrt 0.1.0.dev6: takes a model whose Attention has left_window_size and right_window_size and leaves
# both out: with a left window of 1 and a right one of 0 each query is to see its own key and the one
# before, and here it sees all five, or all up to its own where the model is causal as well. The keys
# are equal, so that each row is the mean of the values 1 to 5 that are seen. SpaceToDepth of the same
# runtime leaves its mode CRD out and gives DCR. Nothing is said of either. The first figures of each
# pair are those of the reference evaluator of onnx 1.23.2.
# Output seen: left 1 right 0 1 1.5 2.5 3.5 4.5 / 3 3 3 3 3 left 1 causal 1 1.5 2.5 3.5 4.5 / 1 1.5 2 2.5 3 right 1 1.5 2 2.5 3 3 / 3 3 3 3 3 causal 1 1.5 2 2.5 3 / 1 1.5 2 2.5 3 space DCR 0 4 1 5 2 6 3 7 / 0 4 1 5 2 6 3 7 space CRD 0 1 2 3 4 5 6 7 / 0 4 1 5 2 6 3 7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nxrt==0.1.0.dev6 onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, nxrt, onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

def both(name, opset, feed, shape, **attributes):
    """What one operator gives by the reference evaluator of onnx and by nxrt, as two rows of figures."""
    node = helper.make_node(name, list(feed), ["y"], **attributes)
    info = [helper.make_tensor_value_info(key, TensorProto.FLOAT, x.shape) for key, x in feed.items()]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=12)
    onnx.checker.check_model(model, full_check=True)
    rows = ReferenceEvaluator(model).run(None, feed)[0], nxrt.InferenceSession(model.SerializeToString()).run(None, feed)[0]
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3)) for row in rows)

same, values = np.ones((1, 1, 5, 1), np.float32), np.arange(1, 6, dtype=np.float32).reshape(1, 1, 5, 1)
attend = lambda **attributes: both("Attention", 25, {"q": same, "k": same, "v": values}, values.shape, **attributes)
x = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)
space = lambda mode: both("SpaceToDepth", 28, {"x": x}, (1, 8, 1, 1), blocksize=2, mode=mode)
rows = ["left 1 right 0", attend(left_window_size=1, right_window_size=0), "left 1 causal", attend(left_window_size=1, is_causal=1)]
rows += ["right 1", attend(right_window_size=1), "causal", attend(is_causal=1)]
rows += ["space DCR", space("DCR"), "space CRD", space("CRD")]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="left 1 right 0 1 1.5 2.5 3.5 4.5 / 3 3 3 3 3 left 1 causal 1 1.5 2.5 3.5 4.5 / 1 1.5 2 2.5 3 right 1 1.5 2 2.5 3 3 / 3 3 3 3 3 causal 1 1.5 2 2.5 3 / 1 1.5 2 2.5 3 space DCR 0 4 1 5 2 6 3 7 / 0 4 1 5 2 6 3 7 space CRD 0 1 2 3 4 5 6 7 / 0 4 1 5 2 6 3 7"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

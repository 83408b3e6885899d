#!/usr/bin/env bash
# onnx.shape_inference keeps the shapes that a model carries, though its input says others now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with onnx 1.23.2: a model that was inferred for a batch of 1 and whose input is then set
# to a batch of 8 keeps 1 in all that lies behind, without a word; strict mode raises. Shapes
# are inferred for the new size once value_info and the outputs' shapes are taken away.
import onnx
from onnx import helper, shape_inference

graph = helper.make_graph(
    [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Neg", ["a"], ["b"])], "g",
    [helper.make_tensor_value_info("x", 1, [1, 4])],
    [helper.make_tensor_value_info("b", 1, None)],
)
model = shape_inference.infer_shapes(helper.make_model(graph))
model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 8


def shape(model, name):
    found = {each.name: each for each in [*model.graph.value_info, *model.graph.output]}
    return [dim.dim_value for dim in found[name].type.tensor_type.shape.dim]


again = shape_inference.infer_shapes(model)
print("onnx", onnx.__version__, "input [8, 4], Relu's output:", shape(again, "a"))
assert shape(again, "a") == shape(again, "b") == [1, 4], "shapes are inferred anew"
try:
    shape_inference.infer_shapes(model, strict_mode=True)
except shape_inference.InferenceError as error:
    print("strict:", str(error)[-60:])
else:
    raise AssertionError("strict mode keeps them too")
del model.graph.value_info[:]
model.graph.output[0].type.tensor_type.ClearField("shape")
assert shape(shape_inference.infer_shapes(model), "a") == [8, 4]
PYTHON

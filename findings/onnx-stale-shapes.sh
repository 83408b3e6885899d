#!/usr/bin/env bash
# onnx 1.23.2: shape_inference.infer_shapes keeps the shapes that a model carries, though its input
# says others now: a model that was inferred for a batch of 1 and whose input is then set to a batch
# of 8 keeps 1 in all that lies behind, without a word, and so do its size and its count of
# operations (strict mode raises). Shapes are inferred for the new size once value_info and the
# outputs' shapes are taken away.
# Output seen: input [8, 4] behind [1, 4] [1, 4] strict raises True taken away [8, 4] [8, 4]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from onnx import helper, shape_inference

graph = helper.make_graph(
    [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Neg", ["a"], ["b"])], "g",
    [helper.make_tensor_value_info("x", 1, [1, 4])],
    [helper.make_tensor_value_info("b", 1, None)],
)
model = shape_inference.infer_shapes(helper.make_model(graph))
model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 8


def shapes(model, *names):
    found = {each.name: each for each in [*model.graph.input, *model.graph.value_info, *model.graph.output]}
    return [[dim.dim_value for dim in found[name].type.tensor_type.shape.dim] for name in names]


print("input", *shapes(model, "x"), "behind", *shapes(shape_inference.infer_shapes(model), "a", "b"), end=" ")
try:
    shape_inference.infer_shapes(model, strict_mode=True)
    raises = False
except shape_inference.InferenceError:
    raises = True
del model.graph.value_info[:]
model.graph.output[0].type.tensor_type.ClearField("shape")
print("strict raises", raises, "taken away", *shapes(shape_inference.infer_shapes(model), "a", "b"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="input [8, 4] behind [1, 4] [1, 4] strict raises True taken away [8, 4] [8, 4]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

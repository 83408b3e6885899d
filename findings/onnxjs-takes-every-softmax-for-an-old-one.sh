#!/usr/bin/env bash
# onnxjs 0.1.8 loads models of any opset from 7 on, and knows Softmax as it was up to 12 alone: since 13
# it is along one axis, -1 unless told, where it was over all that lies behind an axis, 1 unless told.
# Of a model of opset 13 that leaves the axis out, or names one that is not the last, what should add up
# to 1 adds up to its share of a softmax over all further axes together, with nothing said. A tensor of
# 2x3x4: the sums of its first three rows for the axis left out and for -1, of its first columns for 1,
# by onnxruntime 1.32.0 and by onnxjs; and of the rows for -1 at opset 11.
# Output seen: onnxruntime default 1.00 1.00 1.00 last 1.00 1.00 1.00 middle 1.00 1.00 1.00 old 1.00 1.00 1.00  onnxjs default 0.18 0.37 0.45 last 1.00 1.00 1.00 middle 0.43 0.33 0.06 old 1.00 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
npm install --silent --no-audit --no-fund --ignore-scripts onnxjs@0.1.8 > /dev/null
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import helper

x = (np.arange(24, dtype="float32") % 5).reshape(2, 3, 4)
x.tofile("x.bin")
found = []
for name, opset, options in (("default", 13, {}), ("last", 13, {"axis": -1}), ("middle", 13, {"axis": 1}), ("old", 11, {"axis": -1})):
    graph = helper.make_graph([helper.make_node("Softmax", ["x"], ["y"], **options)], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, x.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, name + ".onnx")
    y = onnxruntime.InferenceSession(name + ".onnx").run(None, {"x": x})[0]
    found += [name, *(f"{each:.2f}" for each in y.sum(1 if name == "middle" else 2)[0, :3])]
print("onnxruntime", *found, end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
cat > main.js <<'JAVASCRIPT'
const {InferenceSession, Tensor} = require('onnxjs'), fs = require('fs');
const values = new Float32Array(new Uint8Array(fs.readFileSync('x.bin')).buffer);
(async () => {
  const found = [];
  for (const name of ['default', 'last', 'middle', 'old']) {
    const session = new InferenceSession({backendHint: 'cpu'});
    await session.loadModel(new Uint8Array(fs.readFileSync(name + '.onnx')).buffer);
    const {data} = (await session.run([new Tensor(values, 'float32', [2, 3, 4])])).get('y');
    const sums = [0, 1, 2].map(row => name === 'middle' ? data[row] + data[row + 4] + data[row + 8] : data.slice(4 * row, 4 * row + 4).reduce((sum, each) => sum + each));
    found.push(name, ...sums.map(each => each.toFixed(2)));
  }
  console.log('onnxjs', found.join(' '));
})();
JAVASCRIPT
seen+=" $(node main.js 2> errors | tail -n 1)" || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="onnxruntime default 1.00 1.00 1.00 last 1.00 1.00 1.00 middle 1.00 1.00 1.00 old 1.00 1.00 1.00  onnxjs default 0.18 0.37 0.45 last 1.00 1.00 1.00 middle 0.43 0.33 0.06 old 1.00 1.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

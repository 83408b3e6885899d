#!/usr/bin/env bash
# iree-base-compiler 3.13.0: of ONNX's recurrent layers it imports sequence_lens, the peepholes P of
# an LSTM and the clip of an RNN and leaves them out: a sequence of two steps in a batch padded to
# three runs on through the padding, where ONNX has zeros, and its last state is that after the
# padding. The first figures of each pair are those of onnxruntime 1.32.0.
# Output seen: RNN 0.24 -0.54 0.84 / 0.24 -0.54 0.84 lengths 0.24 -0.54 0 / 0.24 -0.54 0.84 GRU 0.28 -0.48 -0.14 / 0.28 -0.48 -0.14 lengths 0.28 -0.48 0 / 0.28 -0.48 -0.14 LSTM 0.21 -0.07 0.41 / 0.21 -0.07 0.41 lengths 0.21 -0.07 0 / 0.21 -0.07 0.41 peepholes 0.19 -0.08 0.37 / 0.21 -0.07 0.41 clip 0.24 -0.29 0.29 / 0.24 -0.54 0.84
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
import iree.compiler, iree.runtime
from iree.compiler.extras import onnx_importer
from iree.compiler.ir import Context
from onnx import helper, numpy_helper

def both(name, x, *constants, outputs=1, opset=18, **attributes):
    """The first outputs of one operator on x by onnxruntime and by IREE, as two rows of figures."""
    keys = [f"c{i}" if each is not None else "" for i, each in enumerate(constants)]
    node = helper.make_node(name, ["x", *keys], [f"y{i}" for i in range(outputs)], **attributes)
    info = [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)]
    given = [numpy_helper.from_array(np.array(each), key) for key, each in zip(keys, constants) if key]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info(each, 0, None) for each in node.output], given)
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    held = onnx_importer.ModelInfo(model)
    module = held.create_module(context=Context()).operation
    onnx_importer.NodeImporter.define_function(held.main_graph, module).import_all()
    code = iree.compiler.compile_str(str(module), target_backends=["llvm-cpu"], input_type="onnx", extra_args=["--iree-llvmcpu-target-cpu=generic"])
    config = iree.runtime.Config("local-sync")
    context = iree.runtime.SystemContext(config=config)
    context.add_vm_module(iree.runtime.VmModule.copy_buffer(config.vm_instance, code))
    found = context.modules.module["g"](x)
    found = (found[0] if isinstance(found, (list, tuple)) else found).to_host()
    return " / ".join(" ".join(f"{each:g}" for each in np.round(row.ravel().astype(float), 2)) for row in (right, found))

x = np.array([0.5, -1.0, 2.0], np.float32).reshape(3, 1, 1)
weights = lambda gates: (np.linspace(0.5, 1.5, gates, dtype=np.float32).reshape(1, gates, 1), np.linspace(-0.4, 0.6, gates, dtype=np.float32).reshape(1, gates, 1))
lengths, peepholes = np.array([2], np.int32), np.array([[0.5, -0.5, 0.8]], np.float32)
rows = []
for name, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    rows += [name, both(name, x, *weights(gates), hidden_size=1), "lengths", both(name, x, *weights(gates), None, lengths, hidden_size=1)]
rows += ["peepholes", both("LSTM", x, *weights(4), None, None, None, None, peepholes, hidden_size=1)]
rows += ["clip", both("RNN", x, *weights(1), hidden_size=1, clip=0.3)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="RNN 0.24 -0.54 0.84 / 0.24 -0.54 0.84 lengths 0.24 -0.54 0 / 0.24 -0.54 0.84 GRU 0.28 -0.48 -0.14 / 0.28 -0.48 -0.14 lengths 0.28 -0.48 0 / 0.28 -0.48 -0.14 LSTM 0.21 -0.07 0.41 / 0.21 -0.07 0.41 lengths 0.21 -0.07 0 / 0.21 -0.07 0.41 peepholes 0.19 -0.08 0.37 / 0.21 -0.07 0.41 clip 0.24 -0.29 0.29 / 0.24 -0.54 0.84"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# iree-base-compiler 3.13.0: an ONNX tensor of uint8 is taken as such where it is compared, cast or
# reduced to its largest, but Div, Mod, Clip and TopK compute with its bits as int8: 200 / 100 is 0,
# a Clip to 10 and 220, as quantized networks have, makes -36 of every byte, and TopK takes the
# smallest. What an operator made as uint8, QuantizeLinear above all, comes back as an array of
# int8, so that 210 is -46 for whoever reads it. Nothing is said. The first figures of each pair are
# those of onnxruntime 1.32.0.
# Output seen: div 0 2 85 1 / 0 0 0 1 mod 3 0 0 0 / 3 44 2 0 clip 10 200 220 10 / -36 -36 -36 -36 topk 255 200 / 7 3 max 9 200 255 7 / 9 -56 -1 7 less 1 0 0 0 / 1 0 0 0 quantize 12 210 4 / 12 -46 4
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

a, b = np.array([3, 200, 255, 7], np.uint8), np.array([9, 100, 3, 7], np.uint8)
rows = ["div", both("Div", a, b), "mod", both("Mod", a, b), "clip", both("Clip", a, np.uint8(10), np.uint8(220))]
rows += ["topk", both("TopK", a, np.array([2]), outputs=2), "max", both("Max", a, b), "less", both("Less", a, b)]
rows += ["quantize", both("QuantizeLinear", np.array([1, 100, -3], np.float32), np.float32(0.5), np.uint8(10), opset=13)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="div 0 2 85 1 / 0 0 0 1 mod 3 0 0 0 / 3 44 2 0 clip 10 200 220 10 / -36 -36 -36 -36 topk 255 200 / 7 3 max 9 200 255 7 / 9 -56 -1 7 less 1 0 0 0 / 1 0 0 0 quantize 12 210 4 / 12 -46 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

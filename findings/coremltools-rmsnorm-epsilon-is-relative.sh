#!/usr/bin/env bash
# coremltools 9.0: an RMSNorm of PyTorch is converted to one of the row divided by its largest
# magnitude, whose epsilon is then relative to it: a row of 0.001 with an epsilon of 1e-5 becomes
# 1 and not 0.30, and a row of zeros, 0 in PyTorch 2.13.0, is 0/0. The converted operators are
# worked out here with NumPy, one by one.
# Output seen: converted 1.000 1.000 nan PyTorch 0.302 1.000 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 coremltools==9.0 numpy==2.4.6 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import coremltools, logging, numpy as np, torch
logging.disable(logging.CRITICAL)
rows = torch.tensor([[0.001, 0.001], [1.0, 1.0], [0.0, 0.0]])
norm = torch.nn.RMSNorm(2, eps=1e-5).eval()
program = coremltools.convert(
    torch.jit.trace(norm, rows), inputs=[coremltools.TensorType(shape=rows.shape, name="rows")],
    convert_to="milinternal", compute_precision=coremltools.precision.FLOAT32,
)
along = {"axis": -1, "keepdims": True}
meaning = {
    "abs": np.abs, "square": np.square, "sqrt": np.sqrt, "add": np.add, "mul": np.multiply, "real_div": np.divide,
    "reduce_max": lambda x: x.max(**along), "reduce_mean": lambda x: x.mean(**along),
}
values = {"rows": rows.numpy()}
with np.errstate(invalid="ignore"):
    for operation in program.functions["main"].operations:
        if operation.op_type != "const":
            given = [operation.inputs[key] for key in ("x", "y") if key in operation.inputs]
            arrays = [each.val if each.val is not None else values[each.name] for each in given]
            values[operation.outputs[0].name] = meaning[operation.op_type](*arrays)
result = values[operation.outputs[0].name]
print("converted", *(f"{each:.3f}" for each in result[:, 0]), "PyTorch", *(f"{each:.3f}" for each in norm(rows)[:, 0].tolist()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="converted 1.000 1.000 nan PyTorch 0.302 1.000 0.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

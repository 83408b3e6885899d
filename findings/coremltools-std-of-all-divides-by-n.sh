#!/usr/bin/env bash
# coremltools 9.0: x.std() and x.var() of a traced PyTorch model, without arguments, are converted
# to sums divided by n; PyTorch 2.13.0 divides by n - 1 there. Along an axis, x.std(0), the
# conversion has n - 1, too. The converted operators are worked out here with NumPy.
# Output seen: std() 1.000 var() 1.000 std(0) 1.414 PyTorch 1.414 2.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 coremltools==9.0 numpy==2.4.6 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import coremltools, logging, numpy as np, torch
logging.disable(logging.CRITICAL)
numbers = torch.tensor([1.0, 3.0])

class Spread(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)

def converted(function):
    program = coremltools.convert(
        torch.jit.trace(Spread(function), numbers), inputs=[coremltools.TensorType(shape=numbers.shape, name="numbers")],
        convert_to="milinternal", compute_precision=coremltools.precision.FLOAT32,
    )
    values = {"numbers": numbers.numpy()}
    meaning = {"square": np.square, "sqrt": np.sqrt, "sub": np.subtract, "mul": np.multiply, "reduce_mean": np.mean}
    for operation in program.functions["main"].operations:
        if operation.op_type != "const":
            given = [operation.inputs[key] for key in ("x", "y") if key in operation.inputs]
            arrays = [each.val if each.val is not None else values[each.name] for each in given]
            values[operation.outputs[0].name] = meaning[operation.op_type](*arrays)
    return f"{float(np.squeeze(values[operation.outputs[0].name])):.3f}"

print("std()", converted(torch.std), "var()", converted(torch.var), "std(0)", converted(lambda x: x.std(0)), "PyTorch", *(f"{float(each):.3f}" for each in (numbers.std(), numbers.var())))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="std() 1.000 var() 1.000 std(0) 1.414 PyTorch 1.414 2.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

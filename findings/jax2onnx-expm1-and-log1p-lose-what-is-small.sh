#!/usr/bin/env bash
# jax2onnx 0.17.1: expm1, log1p and erfc, which are there for what is small beside 1, are exported
# as exp(x) - 1, log(1 + x) and 1 - erf(x): of 0.00000003 they make 0, and of a millionth 5% less. A
# loss that is written as log1p(exp(-x)) is 0 at a score of 17.5, and so is the tail of the normal
# distribution above 5.8 deviations. The numbers of JAX are the first of each pair, those of
# onnxruntime 1.32.0 on the export the second; jax.nn.softplus comes out right.
# Output seen: expm1 3.0e-08 1.0e-06 / 0.0e+00 9.5e-07 log1p 3.0e-08 1.0e-06 / 0.0e+00 9.5e-07 loss 6.7e-03 2.5e-08 / 6.7e-03 0.0e+00 softplus 6.7e-03 2.5e-08 / 6.7e-03 2.5e-08 tail 2.3e-02 3.3e-09 / 2.3e-02 0.0e+00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax2onnx==0.17.1 jax==0.10.2 jaxlib==0.10.2 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as jnp, numpy as np, onnxruntime
from jax.scipy.special import erfc
from jax2onnx import to_onnx

def both(function, *values):
    x = np.array(values, np.float32)
    model = to_onnx(function, [jax.ShapeDtypeStruct(x.shape, x.dtype)])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    found = session.run(None, {session.get_inputs()[0].name: x})[0]
    return " / ".join(" ".join(f"{each:.1e}" for each in np.asarray(row).ravel()) for row in (function(x), found))

rows = ["expm1", both(jnp.expm1, 3e-8, 1e-6), "log1p", both(jnp.log1p, 3e-8, 1e-6)]
rows += ["loss", both(lambda x: jnp.log1p(jnp.exp(-x)), 5.0, 17.5), "softplus", both(lambda x: jax.nn.softplus(-x), 5.0, 17.5)]
rows += ["tail", both(lambda x: erfc(x / 2**0.5) / 2, 2.0, 5.8)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="expm1 3.0e-08 1.0e-06 / 0.0e+00 9.5e-07 log1p 3.0e-08 1.0e-06 / 0.0e+00 9.5e-07 loss 6.7e-03 2.5e-08 / 6.7e-03 0.0e+00 softplus 6.7e-03 2.5e-08 / 6.7e-03 2.5e-08 tail 2.3e-02 3.3e-09 / 2.3e-02 0.0e+00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

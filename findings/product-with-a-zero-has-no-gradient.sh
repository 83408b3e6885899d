#!/usr/bin/env bash
# autograd 1.9.1 and paddle 3.3.1: the gradient of a product over an axis is made as product /
# factor, so that a factor of 0 gets 0/0. Of x = (2, 0, 3) the gradient is (0, 6, 0), as JAX 0.10.2
# gives it.
# Output seen: jax [0.0, 6.0, 0.0] autograd [0.0, nan, 0.0] paddle [0.0, nan, 0.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check autograd==1.9.1 paddlepaddle==3.3.1 setuptools==80.9.0 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 ml-dtypes==0.6.0 \
  protobuf==7.36.2 safetensors==0.8.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import autograd, autograd.numpy as anp, jax, numpy as np, paddle
x = np.array([2.0, 0.0, 3.0])
leaf = paddle.to_tensor(x, stop_gradient=False)
leaf.prod().backward()
seen = {"jax": jax.grad(jax.numpy.prod)(x), "autograd": autograd.grad(anp.prod)(x), "paddle": leaf.grad.numpy()}
print(*(f"{name} {np.asarray(each).tolist()}" for name, each in seen.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="jax [0.0, 6.0, 0.0] autograd [0.0, nan, 0.0] paddle [0.0, nan, 0.0]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

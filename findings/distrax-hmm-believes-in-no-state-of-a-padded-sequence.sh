#!/usr/bin/env bash
# distrax 0.1.9: HMM takes the length of a padded sequence, but its backward pass begins with zeros
# behind that length and never leaves them: forward_backward then gives a belief of 0 in every state
# at every step, within the length too. The log-likelihood is right, and without padding the beliefs
# of the same three values are 0.645, 0.638 and 0.540.
# Output seen: padded 0.000 0.000 0.000 -3.7075 alone 0.645 0.638 0.540 -3.7075
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 chex==0.1.92 \
  dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import distrax, jax.numpy as np

model = distrax.HMM(
    distrax.Categorical(probs=np.array([0.5, 0.5])),
    distrax.Categorical(probs=np.array([[0.9, 0.1], [0.1, 0.9]])),
    distrax.Normal(np.array([0.0, 1.0]), np.array([1.0, 1.0])),
)
values = np.array([0.1, -0.3, 1.2, 0, 0])
rows = []
for name, result in (("padded", model.forward_backward(values, 3)), ("alone", model.forward_backward(values[:3]))):
    rows += [name, *(f"{each:.3f}" for each in result[2][:3, 0].tolist()), f"{float(result[3]):.4f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="padded 0.000 0.000 0.000 -3.7075 alone 0.645 0.638 0.540 -3.7075"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

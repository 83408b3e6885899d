#!/usr/bin/env bash
# distreqx 0.0.3: Categorical gives draws and the mode as int8: of 200 categories the index 199
# comes back as -57, of 300 the index 299 as 43, another category. A token or an action that was
# drawn is then looked up from the end or is a wrong one, its log_prob is minus infinity where it is
# negative, and nothing is said. Of uniform draws from 256 categories half are negative.
# Output seen: 99: mode 99 drawn 99 log 0 199: mode -57 drawn -57 log -inf 299: mode 43 drawn 43 log -inf of 1000 draws negative 496 int8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check distreqx==0.0.3 equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as jnp
from distreqx.distributions import Categorical

rows = []
for count in (100, 200, 300):
    given = Categorical(probs=jax.nn.one_hot(count - 1, count))
    drawn = given.sample(jax.random.key(0))
    rows += [f"{count - 1}: mode {int(given.mode())} drawn {int(drawn)} log {float(given.log_prob(drawn)):.0f}"]
draws = jax.vmap(Categorical(logits=jnp.zeros(256)).sample)(jax.random.split(jax.random.key(0), 1000))
print(*rows, "of 1000 draws negative", int((draws < 0).sum()), draws.dtype)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="99: mode 99 drawn 99 log 0 199: mode -57 drawn -57 log -inf 299: mode 43 drawn 43 log -inf of 1000 draws negative 496 int8"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

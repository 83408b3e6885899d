#!/usr/bin/env bash
# river 0.26.1: the value of optim.losses.Quantile(alpha) is the loss of the quantile 1 - alpha and
# its gradient that of alpha: at 0.9 a forecast that is 1 too high costs 0.9 and one that is 1 too
# low 0.1, with the slopes 0.1 and -0.9. Descent goes where the value is not least: a search over
# models by the loss and the training disagree. Cauchy's value is the absolute error, and its
# gradient that of the logarithm, C^2/2 log(1 + (e/C)^2).
# Output seen: Quantile 0.9 0.1 0.9 0.1 -0.9 -0.1 Cauchy 80.0 40.0 1.0 400.0 15.4 1.0 Squared 9.0 6.0 6.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check river==0.26.1 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from river import optim

def seen(loss, *errors):
    """Value, gradient and the difference quotient of the values at each error."""
    for error in errors:
        quotient = (loss(0.0, error + 1e-4) - loss(0.0, error - 1e-4)) / 2e-4
        yield f"{loss(0.0, error):.1f}"
        yield f"{float(loss.gradient(0.0, error)):.1f}"
        yield f"{quotient:.1f}"

losses = optim.losses
print("Quantile", *seen(losses.Quantile(0.9), 1.0, -1.0), "Cauchy", *seen(losses.Cauchy(), 80.0, 400.0), "Squared", *seen(losses.Squared(), 3.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Quantile 0.9 0.1 0.9 0.1 -0.9 -0.1 Cauchy 80.0 40.0 1.0 400.0 15.4 1.0 Squared 9.0 6.0 6.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

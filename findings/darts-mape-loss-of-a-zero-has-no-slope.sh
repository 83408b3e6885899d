#!/usr/bin/env bash
# Darts 0.48.1: MapeLoss divides by the target and puts 0 where the quotient is not finite ("the
# resulted NaN or Inf are replaced by 0"): the value is right, the slope is not, since the division
# is still behind it: a single zero in the targets makes the gradient of its prediction NaN, and
# after one step of the optimizer every weight of the model. SmapeLoss has the same where target and
# prediction are both 0, as with a ReLU at the end and series with pauses. Dividing only where the
# target is not 0 has the same value and a slope of 0 there.
# Output seen: MAPE 0.250 slopes -0.167 0.083 nan sMAPE 0.148 slopes -0.111 0.037 nan weights after a step nan nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps darts==0.48.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, pathlib, sysconfig
import torch

# The one file, without the package's door, which opens everything else.
path = pathlib.Path(sysconfig.get_paths()["purelib"], "darts", "utils", "losses.py")
spec = importlib.util.spec_from_file_location("losses", path)
losses = importlib.util.module_from_spec(spec)
spec.loader.exec_module(losses)
for name, loss, target in (("MAPE", losses.MapeLoss(), [2.0, 4.0, 0.0]), ("sMAPE", losses.SmapeLoss(), [2.0, 4.0, 0.0])):
    guess = torch.tensor([1.0, 5.0, 3.0 if name == "MAPE" else 0.0], requires_grad=True)
    value = loss(guess, torch.tensor(target))
    value.backward()
    print(name, f"{value.item():.3f} slopes", *(f"{each:.3f}" for each in guess.grad.tolist()), end=" ")
model = torch.nn.Linear(2, 1)
losses.MapeLoss()(model(torch.ones(3, 2)), torch.tensor([[2.0], [4.0], [0.0]])).backward()
torch.optim.SGD(model.parameters(), lr=0.1).step()
print("weights after a step", *model.weight.flatten().tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MAPE 0.250 slopes -0.167 0.083 nan sMAPE 0.148 slopes -0.111 0.037 nan weights after a step nan nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

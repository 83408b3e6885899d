#!/usr/bin/env bash
# monai 1.6.1: JukeboxLoss(spatial_dims=2) transforms the channels along with the rows and columns,
# and amplitudes do not change when an axis is turned round: an image whose channels are rolled (red
# for green, green for blue, blue for red) costs nothing; of amplitudes within each channel it would
# cost 0.0488. And as each amplitude is a square root of what may be 0, the gradient of an image
# that is the same all over is not a number in every pixel, while the loss is finite.
# Output seen: rolled 0.0000 within channels 0.0488 even 0.0848 not a number 192 of 192
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import JukeboxLoss

torch.manual_seed(0)
image = torch.rand(1, 3, 8, 8)
rolled = image.roll(1, 1)
apart = torch.nn.functional.mse_loss(*(torch.fft.fft2(each, norm="ortho").abs() for each in (rolled, image)))
even = torch.full_like(image, 0.5, requires_grad=True)
loss = JukeboxLoss(spatial_dims=2)(even, image)
loss.backward()
print("rolled", f"{JukeboxLoss(spatial_dims=2)(rolled, image).item():.4f}", "within channels", f"{apart.item():.4f}", "even", f"{loss.item():.4f}", "not a number", int(even.grad.isnan().sum()), "of", even.numel())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rolled 0.0000 within channels 0.0488 even 0.0848 not a number 192 of 192"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

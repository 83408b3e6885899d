#!/usr/bin/env bash
# gluonts 0.17.0: PoissonOutput.distribution and NegativeBinomialOutput.distribution multiply the
# network's own output by the scale in place: the second distribution that is made of the same
# arguments, or the first after the loss, is scaled twice, the third thrice, and gradients that were
# to be taken of the output are of another one. NormalOutput gives the same mean each time. A rate
# of 2 at scale 10 is 20, 200, 2000.
# Output seen: Poisson after the loss 200 2000 negative binomial after the loss 200 2000 normal after the loss 20 20
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 'gluonts[torch]==0.17.0' scipy==1.17.1 lightning==2.6.6 lightning-utilities==0.15.3 \
  numpy==2.4.6 pandas==2.3.3 pytorch-lightning==2.6.6 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from gluonts.torch.distributions import NegativeBinomialOutput, NormalOutput, PoissonOutput

scale = torch.tensor([10.0])
outputs = {"Poisson": (PoissonOutput(), (torch.tensor([2.0]),)), "negative binomial": (NegativeBinomialOutput(), (torch.tensor([2.0]), torch.tensor([0.0]))), "normal": (NormalOutput(), (torch.tensor([2.0]), torch.tensor([1.0])))}
for name, (output, arguments) in outputs.items():
    output.loss(torch.tensor([20.0]), arguments, scale=scale)
    print(name, "after the loss", *(f"{output.distribution(arguments, scale=scale).mean.item():.0f}" for _ in range(2)), end="\n" if name == "normal" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Poisson after the loss 200 2000 negative binomial after the loss 200 2000 normal after the loss 20 20"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

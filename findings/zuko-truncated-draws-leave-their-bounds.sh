#!/usr/bin/env bash
# zuko 1.6.0: Truncated draws a number between the probabilities of its bounds, moves it by up to a
# millionth towards the middle and takes the quantile: that far out a millionth is many deviations.
# Of a standard normal distribution between 4 and 5, 3 in 100 draws are below 4; between 5 and 6
# every draw is below 5, at 4.75 at most, and its own log_prob calls all of them impossible. So in
# the lower tail: between -6 and -5 all draws are above -5. The documentation says that the density
# is 0 outside.
# Output seen: 1 to 2: outside 0.00 from 1.00 to 2.00 impossible 0.00 4 to 5: outside 0.03 from 3.99 to 4.70 impossible 0.03 5 to 6: outside 1.00 from 4.70 to 4.75 impossible 1.00 -6 to -5: outside 1.00 from -4.75 to -4.70 impossible 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps zuko==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch.distributions import Normal
from zuko.distributions import Truncated

for lower, upper in ((1.0, 2.0), (4.0, 5.0), (5.0, 6.0), (-6.0, -5.0)):
    torch.manual_seed(0)
    cut = Truncated(Normal(0.0, 1.0), torch.tensor(lower), torch.tensor(upper))
    draws = cut.sample((100000,))
    outside = ((draws < lower) | (draws > upper)).float().mean().item()
    print(f"{lower:g} to {upper:g}: outside {outside:.2f} from {draws.min().item():.2f} to {draws.max().item():.2f}", end=" ")
    impossible = torch.isinf(cut.log_prob(draws)).float().mean().item()
    print(f"impossible {impossible:.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 to 2: outside 0.00 from 1.00 to 2.00 impossible 0.00 4 to 5: outside 0.03 from 3.99 to 4.70 impossible 0.03 5 to 6: outside 1.00 from 4.70 to 4.75 impossible 1.00 -6 to -5: outside 1.00 from -4.75 to -4.70 impossible 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

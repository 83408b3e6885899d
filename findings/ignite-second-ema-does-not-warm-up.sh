#!/usr/bin/env bash
# pytorch-ignite 0.5.5: EMAHandler's warm-up of its momentum (momentum_warmup, warmup_iters) moves
# engine.state.ema_momentum, whatever name is given to attach, while the average takes the momentum
# of the name that was given. A second average of a trainer, for which the page asks a name of its
# own, has no warm-up: it starts with the full momentum.
# Output seen: ema_momentum 0.1 0.2 0.4 0.5 0.5 0.5 slow_ema_momentum 0.5 0.5 0.5 0.5 0.5 0.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-ignite==0.5.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import warnings
warnings.simplefilter("ignore")
import torch
from ignite.engine import Engine, Events
from ignite.handlers import EMAHandler

trainer = Engine(lambda engine, batch: None)
seen = {"ema_momentum": [], "slow_ema_momentum": []}
for name in seen:
    EMAHandler(torch.nn.Linear(1, 1), momentum=0.5, momentum_warmup=0.1, warmup_iters=4).attach(trainer, name=name)

@trainer.on(Events.ITERATION_COMPLETED)
def note(engine):
    for name, values in seen.items():
        values.append(f"{getattr(engine.state, name):.1f}")

trainer.run(range(6))
print(*(word for name, values in seen.items() for word in (name, *values)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="ema_momentum 0.1 0.2 0.4 0.5 0.5 0.5 slow_ema_momentum 0.5 0.5 0.5 0.5 0.5 0.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

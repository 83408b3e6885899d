#!/usr/bin/env bash
# avalanche-lib 0.6.0: AMLCriterion takes the largest similarity and the sum of the exponentials
# along each row and subtracts them along the columns, which fits since there are as many anchors as
# positives and negatives: each pair is normalized by the sum of another anchor. With anchors that
# all lie as near to their classes it is the loss of the paper (Caccia and others, 2022), and with
# others it is not: one that moves from between onto its class, while the other stays, costs 3.581
# after 0.990, where the paper's stays at 0.990.
# Output seen: 60 and 120 0.990 paper 0.990 0 and 120 3.581 paper 0.990 0 and 90 7.638 paper 1.485
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 typing_extensions==4.16.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps avalanche-lib==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
from unittest.mock import MagicMock
root = importlib.util.find_spec("avalanche").submodule_search_locations[0]
for part in ("", ".training"):  # without what they import at the door, which wants torchvision
    module = sys.modules["avalanche" + part] = types.ModuleType("avalanche" + part)
    module.__path__ = [root + part.replace(".", "/")]
sys.modules["avalanche.models"] = MagicMock()
import torch
from avalanche.training.regularization import AMLCriterion

def angle(*degrees):
    turns = torch.deg2rad(torch.tensor(degrees))
    return torch.stack((turns.cos(), turns.sin()), dim=1)

def paper(anchors, labels, features, targets, temperature=0.1, base=0.07):
    chances = (anchors @ features.T / temperature).log_softmax(1)
    same = (labels[:, None] == targets).float()
    return -(temperature / base) * ((same * chances).sum(1) / same.sum(1)).mean()

tasks = torch.zeros(2, dtype=torch.long)
memory = angle(0.0, 180.0), torch.tensor([0, 1]), tasks
for name, degrees in (("60 and 120", (60.0, 120.0)), ("0 and 120", (0.0, 120.0)), ("0 and 90", (0.0, 90.0))):
    labels = torch.tensor([0, 1])
    given = AMLCriterion(lambda x: x)(angle(*degrees), labels, tasks, torch.zeros(1, 2), torch.tensor([0]), memory).item() - torch.tensor(2.0).log().item()
    features, targets = torch.cat((memory[0], memory[0].flip(0))), torch.tensor([0, 1, 1, 0])
    print(name, f"{given:.3f}", "paper", f"{paper(angle(*degrees).repeat(2, 1), labels.repeat(2), features, targets).item():.3f}", end="\n" if name == "0 and 90" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="60 and 120 0.990 paper 0.990 0 and 120 3.581 paper 0.990 0 and 90 7.638 paper 1.485"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

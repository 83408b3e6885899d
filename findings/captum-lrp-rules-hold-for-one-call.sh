#!/usr/bin/env bash
# captum 0.9.0: custom rules of LRP are set as an attribute, module.rule, before it is made, and the
# first call of attribute uses them and deletes them: its clean-up removes the rules of all layers,
# not only those that it had put there itself. From the second call on, of the same object and of
# new ones, every layer has the epsilon rule again, without a word: in a loop over batches only the
# first has the relevance that was asked for. Neither documentation nor messages speak of it.
# Output seen: Epsilon first 3.00 0.00 -0.25 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone Gamma first 2.29 0.50 -0.04 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone Alpha1 first 1.86 0.75 0.14 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1 packaging==26.4 matplotlib==3.11.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps captum==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from captum.attr import LRP
from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule, EpsilonRule, GammaRule

x = torch.tensor([[2.0, 1.0, 0.5]])
model = torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 1, bias=False))
model[0].weight.data = torch.tensor([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]])
model[2].weight.data = torch.ones(1, 2)
for rule in (EpsilonRule(), GammaRule(1.0), Alpha1_Beta0_Rule()):
    model[0].rule = rule
    relevance = LRP(model)
    print(type(rule).__name__.split("_")[0].removesuffix("Rule"), end="")
    for call in ("first", "second", "third"):
        print("", call, *(f"{part:.2f}" for part in relevance.attribute(x)[0]), end="")
    print("", "kept" if hasattr(model[0], "rule") else "gone", end=" " if not isinstance(rule, Alpha1_Beta0_Rule) else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Epsilon first 3.00 0.00 -0.25 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone Gamma first 2.29 0.50 -0.04 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone Alpha1 first 1.86 0.75 0.14 second 3.00 0.00 -0.25 third 3.00 0.00 -0.25 gone"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

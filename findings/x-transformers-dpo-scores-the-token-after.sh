#!/usr/bin/env bash
# x-transformers 2.31.10: DPO shortens prompt_mask and the padding mask, which say what each token
# is, by their last place, where the log probabilities are those of the tokens from the second on:
# each is masked by the token before it. The first token of both answers is never scored, answers of
# one token have the loss log 2 and no slope, and the first padding after an answer is scored as if
# it were part of it. Marked are the tokens of the better answer that are trained.
# Output seen: prompt of 2: 1 2 3 loss 0.693 prompt of 2: 1 2 3 5* 7* loss 0.693 prompt of 2: 1 2 3 5* 0* 0 loss 0.693
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 einx==0.4.3 loguru==0.7.3 packaging==26.4 frozendict==2.5.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps x-transformers==2.31.10 torch-einops-utils==0.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from x_transformers.dpo import DPO


class Table(torch.nn.Module):
    """Logits of each place of either answer, whatever comes before it: (1, length, tokens)."""

    def __init__(self):
        super().__init__()
        self.calls = -1
        self.logits = torch.nn.Parameter(torch.zeros(2, 8, 10))

    def forward(self, tokens):
        self.calls += 1  # the better answer first
        return self.logits[self.calls % 2, : tokens.shape[1]].expand(len(tokens), -1, -1)


for good, bad, prompt, pad in (
    ([1, 2, 3], [1, 2, 4], 2, None), ([1, 2, 3, 5, 7], [1, 2, 4, 6, 8], 2, None),
    ([1, 2, 3, 5, 0, 0], [1, 2, 4, 6, 9, 0], 2, 0),
):
    dpo = DPO(Table(), pad_id=pad)
    mask = torch.tensor([[place < prompt for place in range(len(good))]])
    loss = dpo(torch.tensor([good]), torch.tensor([bad]), prompt_mask=mask)
    slope = torch.autograd.grad(loss, dpo.policy_model.logits)[0][0].abs().sum(1)
    marked = " ".join(f"{token}*" if place and slope[place - 1] else f"{token}" for place, token in enumerate(good))
    print(f"prompt of {prompt}: {marked} loss {loss.item():.3f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="prompt of 2: 1 2 3 loss 0.693 prompt of 2: 1 2 3 5* 7* loss 0.693 prompt of 2: 1 2 3 5* 0* 0 loss 0.693"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

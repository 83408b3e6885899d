#!/usr/bin/env bash
# torch-audiomentations 0.12.0: Mix says that it mixes an example with another one of its batch, but
# draws that one from all of them: in a batch of two every second example is mixed with itself, in a
# batch of eight every eighth, and in a batch of one each. What comes out is the same sound, only
# louder (by 3.9 to 6.0 dB for ratios of 5 to 0), with its own labels, and no noise at the ratio
# asked for. The batch counts what is left after p: with p=0.5 in a batch of four, half of what is
# mixed. (torchaudio and torch_pitch_shift, imported at the door but not used here, are left out.)
# Output seen: 1 with p 1: 1.0 2 with p 1: 0.5 8 with p 1: 0.1 4 with p 0.5: 0.5 louder by 6.0 dB
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-audiomentations==0.12.0 julius==0.2.8
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

sys.modules["torchaudio"] = sys.modules["torch_pitch_shift"] = MagicMock()
import torch
from torch_audiomentations.augmentations.mix import Mix

torch.manual_seed(0)
for size, share in ((1, 1.0), (2, 1.0), (8, 1.0), (4, 0.5)):
    sound, mix = torch.randn(size, 1, 500), Mix(p=share, output_type="tensor")
    changed = same = 0
    for _ in range(3000 // size):
        mixed = mix(sound)
        touched = (mixed != sound).any(dim=2).flatten()
        changed += touched.sum().item()
        same += (torch.cosine_similarity(mixed, sound, dim=2).flatten()[touched] > 0.9999).sum().item()
    louder = 20 * torch.log10(Mix(0.0, 0.001, p=1.0, output_type="tensor")(sound[:1]).std() / sound[:1].std()).item()
    print(f"{size} with p {share:g}: {same / changed:.1f}", end=" " if size != 4 else f" louder by {louder:.1f} dB\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 with p 1: 1.0 2 with p 1: 0.5 8 with p 1: 0.1 4 with p 0.5: 0.5 louder by 6.0 dB"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

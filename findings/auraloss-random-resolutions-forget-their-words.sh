#!/usr/bin/env bash
# auraloss 0.4.0: RandomResolutionSTFTLoss takes any words for the losses it is made of, as the
# MultiResolution one does, and hands none of them on: with mag_distance="L2" or
# perceptual_weighting=True it is what it is without, and a word that does not exist is taken too.
# Its largest transforms have half of max_fft_size, which the input must be longer than all the
# same: of 300 draws with 1,024 none is above 512.
# Output seen: random 1.4813 1.4813 1.4813 1.4813 multi 1.4027 1.6084 1.3937 largest 512
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps auraloss==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy, torch
from auraloss.freq import MultiResolutionSTFTLoss, RandomResolutionSTFTLoss

torch.manual_seed(0)
one, other = torch.randn(2, 1, 1, 4096)
found = []
for words in (dict(), dict(mag_distance="L2"), dict(sample_rate=16000, perceptual_weighting=True), dict(no_such_word=1)):
    numpy.random.seed(0)
    found.append(f"{RandomResolutionSTFTLoss(max_fft_size=1024, **words)(one, other).item():.4f}")
resolutions = [[256], [64], [256]]
multi = [f"{MultiResolutionSTFTLoss(*resolutions, **words)(one, other).item():.4f}" for words in (dict(), dict(mag_distance="L2"), dict(sample_rate=16000, perceptual_weighting=True))]
drawn = RandomResolutionSTFTLoss(resolutions=300, max_fft_size=1024)
print("random", *found, "multi", *multi, "largest", max(each.fft_size for each in drawn.stft_losses))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="random 1.4813 1.4813 1.4813 1.4813 multi 1.4027 1.6084 1.3937 largest 512"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

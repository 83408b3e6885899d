#!/usr/bin/env bash
# audiomentations 0.43.1: BitCrush to n bits rounds to multiples of 1/(2^(n-1) + 1), which makes 2^n
# + 3 values: 5 for one bit, 11 for three (where 8 fit) and 65539 for sixteen. The noise of
# AddColorNoise is scaled by the mean of the root mean squares of the channels, not by that of all
# samples: a signal-to-noise ratio of 10 dB is one of 13 in a stereo recording that sounds on one
# side, of 19 where one of eight microphones has a signal, and 10 only where all channels are as
# loud.
# Output seen: values of bits 1: 5 3: 11 5: 35 8: 259 mono 10.0 both 10.0 one side 13.0 one of eight 19.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check audiomentations==0.43.1 numpy==2.4.6 librosa==0.11.0 numba==0.68.1 numpy-minmax==0.6.0 numpy-rms==0.7.0 \
  scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import audiomentations, numpy as np, random

random.seed(0)
np.random.seed(0)
ramp = np.linspace(-1, 1, 300_001).astype(np.float32)
print("values of bits", *(f"{bits}: {len(np.unique(audiomentations.BitCrush(bits, bits, p=1.0)(ramp, 16000).round(7)))}" for bits in (1, 3, 5, 8)), end=" ")
wave = 0.3 * np.sin(0.05 * np.arange(160_000)).astype(np.float32)
for name, channels in (("mono", [1]), ("both", [1, 1]), ("one side", [1, 0]), ("one of eight", [1] + 7 * [0])):
    clean = np.outer(channels, wave).astype(np.float32)
    noise = audiomentations.AddColorNoise(min_snr_db=10.0, max_snr_db=10.0, p=1.0)(clean.copy(), 16000) - clean
    print(name, f"{10 * np.log10((clean**2).mean() / (noise**2).mean()):.1f}", end="\n" if len(channels) == 8 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="values of bits 1: 5 3: 11 5: 35 8: 259 mono 10.0 both 10.0 one side 13.0 one of eight 19.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

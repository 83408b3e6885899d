#!/usr/bin/env bash
# segmentation-models-pytorch 0.6.0: get_stats cuts not only the output at the threshold, which is
# documented as the binarization of the output, but the labels too. Logits cut at 0, the
# probability of a half, make every label a 1 (a right answer has recall 0.5 and no true
# negatives), and cut above 1 make every label a 0. By sigmoid and 0.5 the same prediction is
# without a fault. (The metrics are imported without the package's encoders, which need
# torchvision.) The four figures are true positives, false positives, false negatives and true
# negatives.
# Output seen: probabilities 2 0 0 2 logits at 0 2 0 2 0 IoU 0.50 logits at 2 0 2 0 2 IoU 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps segmentation-models-pytorch==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

package = types.ModuleType("segmentation_models_pytorch")
package.__path__ = find_spec("segmentation_models_pytorch").submodule_search_locations
sys.modules["segmentation_models_pytorch"] = package
from segmentation_models_pytorch import metrics

logits, labels = torch.tensor([3.0, -1.0, -3.0, 2.5]).reshape(1, 1, 2, 2), torch.tensor([1, 0, 0, 1]).reshape(1, 1, 2, 2)
found = ["probabilities", *(count.item() for count in metrics.get_stats(logits.sigmoid(), labels, mode="binary", threshold=0.5))]
for threshold in (0.0, 2.0):
    counts = metrics.get_stats(logits, labels, mode="binary", threshold=threshold)
    found += [f"logits at {threshold:.0f}", *(count.item() for count in counts), "IoU", f"{metrics.iou_score(*counts, reduction='micro').item():.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="probabilities 2 0 0 2 logits at 0 2 0 2 0 IoU 0.50 logits at 2 0 2 0 2 IoU 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

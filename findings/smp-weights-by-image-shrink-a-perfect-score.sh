#!/usr/bin/env bash
# segmentation-models-pytorch 0.6.0: the metrics' reduction "weighted-imagewise" multiplies the
# classes' scores by weights whose sum is 1, as "weighted" does, and then takes their mean in place
# of their sum: it is divided by the number of classes once more, and a perfect prediction of three
# classes has an IoU, F1 and accuracy of 1/3. (The metrics are imported without the package's
# encoders, which need torchvision.)
# Output seen: 2 weighted 1.000 1.000 1.000 2 weighted-imagewise 0.500 0.500 0.500 3 weighted 1.000 1.000 1.000 3 weighted-imagewise 0.333 0.333 0.333 10 weighted 1.000 1.000 1.000 10 weighted-imagewise 0.100 0.100 0.100
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

found = []
for classes in (2, 3, 10):
    labels = torch.arange(20).reshape(2, 10) % classes
    counts = metrics.get_stats(labels, labels, mode="multiclass", num_classes=classes)
    weights = [1.0 + number for number in range(classes)]
    for reduction in ("weighted", "weighted-imagewise"):
        scores = [score(*counts, reduction=reduction, class_weights=weights) for score in (metrics.iou_score, metrics.f1_score, metrics.accuracy)]
        found += [classes, reduction, *(f"{score.item():.3f}" for score in scores)]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2 weighted 1.000 1.000 1.000 2 weighted-imagewise 0.500 0.500 0.500 3 weighted 1.000 1.000 1.000 3 weighted-imagewise 0.333 0.333 0.333 10 weighted 1.000 1.000 1.000 10 weighted-imagewise 0.100 0.100 0.100"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

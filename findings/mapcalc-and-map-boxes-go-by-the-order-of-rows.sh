#!/usr/bin/env bash
# mapcalc 0.2.2 and map-boxes 1.0.6: the mean average precision of detections depends on the order in
# which they are listed. mapcalc takes scores and never looks at them: what is listed first is ranked
# first. map-boxes ranks by score, but gives a box to the first detection listed that overlaps it, so
# that a poor duplicate listed before a good one takes it. Two boxes, both found (0.9, 0.8), and a
# duplicate (0.3) or a wrong box (0.1) more: by VOC and COCO 1, in any order of the rows. What mapcalc
# and map-boxes say to the rows in order of score, and turned around.
# Output seen: duplicate 1.000 1.000 turned 1.000 0.667 wrong 1.000 1.000 turned 0.667 1.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mapcalc==0.2.2 map-boxes==1.0.6 numpy==2.4.6 pandas==3.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from map_boxes import mean_average_precision_for_boxes
from mapcalc import calculate_map

truth = [(0, 0, 99, 99), (200, 0, 299, 99)]

def both(*detections):
    """(score, box) of one picture and class, to each."""
    boxes, scores = [list(box) for _, box in detections], [score for score, _ in detections]
    first = calculate_map({"boxes": truth, "labels": [1, 1]}, {"boxes": boxes, "labels": [1] * len(boxes), "scores": scores}, 0.5)
    rows = np.array([("a", "c", x0, x1, y0, y1) for x0, y0, x1, y1 in truth], dtype=object)
    found = np.array([("a", "c", score, x0, x1, y0, y1) for score, (x0, y0, x1, y1) in detections], dtype=object)
    return f"{first:.3f} {mean_average_precision_for_boxes(rows, found, verbose=False)[0]:.3f}"

good, second, twice, wrong = (0.9, truth[0]), (0.8, truth[1]), (0.3, truth[0]), (0.1, (500, 0, 599, 99))
for name, rows in (("duplicate", (good, second, twice)), ("wrong", (good, second, wrong))):
    print(name, both(*rows), "turned", both(*rows[::-1]), end=" " if name == "duplicate" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=$(tail -n 1 <<< "$seen")
echo "$seen"
expected="duplicate 1.000 1.000 turned 1.000 0.667 wrong 1.000 1.000 turned 0.667 1.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

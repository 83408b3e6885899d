#!/usr/bin/env bash
# nltk 3.10.4: weighted_kappa takes max_distance, the greatest distance between two labels, to scale the
# disagreement seen and the one expected by chance alike, so that the kappa does not depend on it. It
# hands it on to the expected one only: with labels from 1 to 5 and the right max_distance=4 the kappa
# of two annotators who agree or are one apart is -0.30, worse than chance, and not 0.68, which it has
# with the default of 1 and with distances divided by 4 beforehand.
# Output seen: by hand 0.675 max_distance 1: 0.675 max_distance 2: 0.351 max_distance 4: -0.299 distances in quarters, 1: 0.675
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from nltk.metrics.agreement import AnnotationTask

first, second = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 2, 3, 4, 5, 4]
triples = [(coder, item, label) for coder, labels in (("a", first), ("b", second)) for item, label in enumerate(labels)]
task = AnnotationTask(triples, distance=lambda one, other: float(abs(one - other)))
seen = sum(abs(one - other) for one, other in zip(first, second)) / 10
chance = sum(abs(one - other) for one in first for other in second) / 100
found = [f"by hand {1 - seen / chance:.3f}"]
for greatest in (1.0, 2.0, 4.0):
    found.append(f"max_distance {greatest:g}: {task.weighted_kappa(max_distance=greatest):.3f}")
scaled = AnnotationTask(triples, distance=lambda one, other: abs(one - other) / 4)
found.append(f"distances in quarters, 1: {scaled.weighted_kappa(max_distance=1.0):.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="by hand 0.675 max_distance 1: 0.675 max_distance 2: 0.351 max_distance 4: -0.299 distances in quarters, 1: 0.675"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

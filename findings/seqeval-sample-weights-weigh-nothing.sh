#!/usr/bin/env bash
# seqeval 1.2.2: precision_score, recall_score, f1_score and classification_report take sample_weight,
# "sample weights" of n_samples on their page as in scikit-learn, hand it down and never use it, in
# the strict mode neither: with all weight on the one sentence that is right or on the two that are
# wrong every score is the one without weights, 0.57, where those sentences alone have 1.00 and 0.00.
# Output seen: none: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 0.57 only the right one: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 1.00 only the wrong ones: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps seqeval==1.2.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

true = [["B-PER", "O", "B-LOC"], ["B-PER", "I-PER", "O"], ["B-LOC", "O", "O"]]
guess = [["B-PER", "O", "B-LOC"], ["O", "O", "O"], ["O", "O", "B-PER"]]
found = []
for name, weights in (("none", None), ("only the right one", [1, 0, 0]), ("only the wrong ones", [0, 1, 1])):
    scores = [f"{score(true, guess, sample_weight=weights):.2f}" for score in (precision_score, recall_score, f1_score)]
    strict = f1_score(true, guess, sample_weight=weights, mode="strict", scheme=IOB2)
    report = classification_report(true, guess, sample_weight=weights, output_dict=True)["micro avg"]["f1-score"]
    kept = [place for place in range(3) if weights is None or weights[place]]
    by_hand = f1_score([true[place] for place in kept], [guess[place] for place in kept])
    found.append(f"{name}: {' '.join(scores)} strict {strict:.2f} report {report:.2f} of those alone {by_hand:.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="none: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 0.57 only the right one: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 1.00 only the wrong ones: 0.67 0.50 0.57 strict 0.57 report 0.57 of those alone 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# rouge 1.0.1: n-grams and words are kept in sets, so that what a text says twice counts once: a
# summary that says "the the the the cat cat cat" of "the cat" has a precision of 1 in ROUGE-1 and in
# ROUGE-L (Lin, 2004, and rouge-score 0.1.2: 0.286), and one that has half of a text of two equal
# sentences a recall of 1 (0.5): the degenerate repetition of a language model costs nothing. Its
# page says that it is the full score. Precision and recall of ROUGE-1, 2 and L for three pairs, of rouge
# and of rouge-score.
# Output seen: repeated 1.00 1.00 0.33 1.00 1.00 1.00 / 0.29 1.00 0.17 1.00 0.29 1.00 half 1.00 1.00 1.00 0.83 1.00 1.00 / 1.00 0.50 1.00 0.45 1.00 0.50 plain 0.83 0.83 0.60 0.60 0.83 0.83 / 0.83 0.83 0.60 0.60 0.83 0.83
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rouge==1.0.1 rouge-score==0.1.2 numpy==2.4.6 setuptools==80.9.0 nltk==3.10.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from rouge import Rouge
from rouge_score import rouge_scorer

def figures(summary, reference):
    first = Rouge().get_scores(summary, reference)[0]
    second = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"]).score(reference, summary)
    ours = " ".join(f"{first[each]['p']:.2f} {first[each]['r']:.2f}" for each in ("rouge-1", "rouge-2", "rouge-l"))
    return ours + " / " + " ".join(f"{second[each].precision:.2f} {second[each].recall:.2f}" for each in ("rouge1", "rouge2", "rougeL"))

print("repeated", figures("the the the the cat cat cat", "the cat"), end=" ")
print("half", figures("a cat sat on the mat", "a cat sat on the mat a cat sat on the mat"), end=" ")
print("plain", figures("a cat lay on the mat", "a cat sat on the mat"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="repeated 1.00 1.00 0.33 1.00 1.00 1.00 / 0.29 1.00 0.17 1.00 0.29 1.00 half 1.00 1.00 1.00 0.83 1.00 1.00 / 1.00 0.50 1.00 0.45 1.00 0.50 plain 0.83 0.83 0.60 0.60 0.83 0.83 / 0.83 0.83 0.60 0.60 0.83 0.83"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

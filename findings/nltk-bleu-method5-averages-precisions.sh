#!/usr/bin/env bash
# nltk 3.10.4: BLEU's smoothing method5, by the paper (Chen and Cherry, 2014) an average of the matched
# counts of n-1, n and n+1 words, averages precisions instead and starts with a precision of p1 + 1,
# where the paper has a count of m1 + 1: a perfect translation has a BLEU of 1.117, above the 1 that is
# its most and that the paper's counts give, and all others are too good. method7 inherits it.
# Output seen: same: method1 1.000 method5 1.117 by the paper 1.000 method7 1.117 one wrong: method1 0.595 method5 0.675 by the paper 0.605 method7 0.675 two wrong: method1 0.181 method5 0.308 by the paper 0.280 method7 0.330
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

smoothing = SmoothingFunction()
reference = "a b c d e f g h".split()


def by_the_paper(guess):
    # method 5 of the paper: averages of matched counts, not of precisions
    grams = [[tuple(guess[i : i + n]) for i in range(len(guess) - n + 1)] for n in range(1, 6)]
    have = [{tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)} for n in range(1, 6)]
    counts = [sum(gram in there for gram in each) for each, there in zip(grams, have)]
    before, score = counts[0] + 1, 1.0
    for n in range(4):
        before = (before + counts[n] + counts[n + 1]) / 3
        score *= (before / len(grams[n])) ** 0.25
    return score


found = []
for name, guess in (("same", "a b c d e f g h"), ("one wrong", "a b x d e f g h"), ("two wrong", "a b c x e f y h")):
    scores = [sentence_bleu([reference], guess.split(), smoothing_function=method) for method in (smoothing.method1, smoothing.method5, smoothing.method7)]
    found.append(f"{name}: method1 {scores[0]:.3f} method5 {scores[1]:.3f} by the paper {by_the_paper(guess.split()):.3f} method7 {scores[2]:.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="same: method1 1.000 method5 1.117 by the paper 1.000 method7 1.117 one wrong: method1 0.595 method5 0.675 by the paper 0.605 method7 0.675 two wrong: method1 0.181 method5 0.308 by the paper 0.280 method7 0.330"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# nltk 3.10.4: BLEU's smoothing method4, by the paper (Chen and Cherry, 2014), divides the count of an
# order without a match by K / ln(length) once more each time, in place of the 2 of method3. nltk keeps
# the 2 beside it and multiplies by K / ln(length) only once: the first smoothed count is half of what
# it should be, and eight words of which no four match have 0.278 for 0.330. method7 builds on it.
# Output seen: no 4 words: method3 0.346 method4 0.278 by the paper 0.330 no 3 words: method3 0.191 method4 0.123 by the paper 0.167 no pair: method3 0.078 method4 0.040 by the paper 0.059 of 20, no 4 words: method3 0.136 method4 0.120 by the paper 0.142
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math

from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

smoothing = SmoothingFunction()
reference = "a b c d e f g h".split()
found = []
for name, guess in (("no 4 words", "a b c x d e f y"), ("no 3 words", "a b x c d y e f"), ("no pair", "a x b y c z d w"), ("of 20, no 4 words", "a b c x d e f y g h z a b c v d e f u w")):
    guess = guess.split()
    counts, totals = [], []
    for n in range(1, 5):
        grams = [tuple(guess[i : i + n]) for i in range(len(guess) - n + 1)]
        have = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]
        counts.append(sum(min(grams.count(gram), have.count(gram)) for gram in set(grams)))
        totals.append(len(grams))
    inverse, score = 1.0, 1.0
    for count, total in zip(counts, totals):
        if count == 0:
            inverse *= 5 / math.log(len(guess))
            count = 1 / inverse
        score *= (count / total) ** 0.25
    seen = [sentence_bleu([reference], guess, smoothing_function=method) for method in (smoothing.method3, smoothing.method4)]
    found.append(f"{name}: method3 {seen[0]:.3f} method4 {seen[1]:.3f} by the paper {score:.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="no 4 words: method3 0.346 method4 0.278 by the paper 0.330 no 3 words: method3 0.191 method4 0.123 by the paper 0.167 no pair: method3 0.078 method4 0.040 by the paper 0.059 of 20, no 4 words: method3 0.136 method4 0.120 by the paper 0.142"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# nltk 3.10.4: the length penalty of LEPOR, by the paper e^(1 - r/c) for a translation of c words that
# is shorter than the r words of the reference and e^(1 - c/r) for a longer one, has both cases
# swapped: every wrong length is a bonus of up to e. One word of six has a factor of 2.30 in place of
# 0.01, and a sentence with its tail four times more scores 2.24 where the perfect one has 1.00.
# Output seen: same: penalty 1.00 by the paper 1.00 LEPOR 1.00 two words: penalty 1.95 by the paper 0.14 LEPOR 0.59 one word: penalty 2.30 by the paper 0.01 LEPOR 0.56 tail four times: penalty 1.95 by the paper 0.14 LEPOR 2.24
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math

from nltk.translate.lepor import length_penalty, sentence_lepor

reference = "the cat sat on the mat"
found = []
for name, guess in (("same", reference), ("two words", "the cat"), ("one word", "the"), ("tail four times", reference + 4 * " on the mat")):
    r, c = len(reference.split()), len(guess.split())
    right = math.exp(1 - max(r / c, c / r))
    found.append(f"{name}: penalty {length_penalty(reference.split(), guess.split()):.2f} by the paper {right:.2f} LEPOR {sentence_lepor([reference], guess, tokenizer=str.split)[0]:.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="same: penalty 1.00 by the paper 1.00 LEPOR 1.00 two words: penalty 1.95 by the paper 0.14 LEPOR 0.59 one word: penalty 2.30 by the paper 0.01 LEPOR 0.56 tail four times: penalty 1.95 by the paper 0.14 LEPOR 2.24"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# nltk 3.10.4: sentence_chrf averages over n-grams of 1 to 6 characters and counts an n for which
# neither text has an n-gram as a score of 0: a text of fewer than six characters (spaces left out)
# never reaches 1, not even against itself: "cat" for "cat" has 0.50 and "a" for "a" 0.17. sacrebleu
# averages over the orders that there are. In a corpus of short texts, such as words, the score ranks
# by length.
# Output seen: a for a: 0.17 sacrebleu 1.00 cat for cat: 0.50 sacrebleu 1.00 a_cat for a_cat: 0.67 sacrebleu 1.00 the_cat for the_cat: 1.00 sacrebleu 1.00 bat for cat: 0.19 sacrebleu 0.39 cat for dog: 0.00 sacrebleu 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19 sacrebleu==2.6.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sacrebleu
from nltk.translate.chrf_score import sentence_chrf

found = []
for reference, guess in (("a", "a"), ("cat", "cat"), ("a cat", "a cat"), ("the cat", "the cat"), ("cat", "bat"), ("dog", "cat")):
    found.append(f"{guess.replace(' ', '_')} for {reference.replace(' ', '_')}: {sentence_chrf(reference, guess):.2f} sacrebleu {sacrebleu.sentence_chrf(guess, [reference], beta=3).score / 100:.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="a for a: 0.17 sacrebleu 1.00 cat for cat: 0.50 sacrebleu 1.00 a_cat for a_cat: 0.67 sacrebleu 1.00 the_cat for the_cat: 1.00 sacrebleu 1.00 bat for cat: 0.19 sacrebleu 0.39 cat for dog: 0.00 sacrebleu 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

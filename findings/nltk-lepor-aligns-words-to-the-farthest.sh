#!/usr/bin/env bash
# nltk 3.10.4: where a word occurs more than once in the reference LEPOR, which should align it to the
# nearest of its places, takes the farthest (it starts with a least distance of 0 and asks for a
# greater one): "a b a b" against itself is aligned to 3 2 1 4 and has 0.78, though a perfect
# translation has 1 by definition. Moreover it counts the places in the translation over matched words
# only, so that two words score the same in their places, behind a wrong word, as one place ahead.
# Output seen: a b c d: aligned to 1 2 3 4 LEPOR 1.00 a a: aligned to 1 1 LEPOR 0.78 a b a b: aligned to 3 2 1 4 LEPOR 0.78 x x y x x: aligned to 4 2 3 1 5 LEPOR 0.79 b c at 2 3 of four: 0.441 at 1 2: 0.441
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from nltk.translate.lepor import alignment, sentence_lepor

found = []
for sentence in ("a b c d", "a a", "a b a b", "x x y x x"):
    words = sentence.split()
    found.append(f"{sentence}: aligned to {' '.join(map(str, alignment(words, words)))} LEPOR {sentence_lepor([sentence], sentence, tokenizer=str.split)[0]:.2f}")
found.append(f"b c at 2 3 of four: {sentence_lepor(['a b c d'], 'x b c y', tokenizer=str.split)[0]:.3f} at 1 2: {sentence_lepor(['a b c d'], 'b c x y', tokenizer=str.split)[0]:.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="a b c d: aligned to 1 2 3 4 LEPOR 1.00 a a: aligned to 1 1 LEPOR 0.78 a b a b: aligned to 3 2 1 4 LEPOR 0.78 x x y x x: aligned to 4 2 3 1 5 LEPOR 0.79 b c at 2 3 of four: 0.441 at 1 2: 0.441"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# jiwer 4.0.0: SubstituteWords takes a mapping of words to replacement words and applies it one
# entry after the other to the text that the last one left: a word that was put in is replaced
# again by a later entry. A mapping that exchanges two words makes both of them one, so that a
# wrong word has the word error rate 0, and the same mapping in another order gives another text.
# Output seen: left or left | each word once: right or left | rate 0.00 without 0.50 | order / won zero / one zero
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jiwer==4.0.0 rapidfuzz==3.14.6 click==8.5.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jiwer

exchange = {"left": "right", "right": "left"}
steps = jiwer.Compose([jiwer.SubstituteWords(exchange), jiwer.ReduceToListOfListOfWords()])
rate = jiwer.wer("turn left", "turn right", reference_transform=steps, hypothesis_transform=steps)
once = " ".join(exchange.get(word, word) for word in "left or right".split())
print(jiwer.SubstituteWords(exchange)("left or right"), "| each word once:", once, f"| rate {rate:.2f} without {jiwer.wer('turn left', 'turn right'):.2f}", end=" ")
numbers = [("ten", "one zero"), ("one", "won")]
print("| order", *(jiwer.SubstituteWords(dict(each))("ten") for each in (numbers, numbers[::-1])), sep=" / ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="left or left | each word once: right or left | rate 0.00 without 0.50 | order / won zero / one zero"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

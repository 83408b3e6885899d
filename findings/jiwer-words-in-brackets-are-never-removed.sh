#!/usr/bin/env bash
# jiwer 4.0.0: RemoveSpecificWords and SubstituteWords say that they match whole words and leave
# words alone of which the given one is a part. A word that begins or ends with a sign, like the
# marks of transcripts, is matched only where a letter touches it: "[noise]", "<unk>", "%" and
# "c++" by themselves stay, and inside another word they are replaced. The word error rate counts
# the marks that were to be removed, 0.67 for 0.
# Output seen: a [noise] b|a <unk> b|a   b inside a b substitute 5 % of c++ xpercenty rate 0.67 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jiwer==4.0.0 rapidfuzz==3.14.6 click==8.5.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jiwer

marks = ["[noise]", "<unk>", "uh"]
steps = jiwer.Compose([jiwer.RemoveSpecificWords(marks), jiwer.RemoveMultipleSpaces(), jiwer.Strip(), jiwer.ReduceToListOfListOfWords()])
print("|".join(jiwer.RemoveSpecificWords([mark])(f"a {mark} b") for mark in marks), end=" ")
print("inside", jiwer.RemoveSpecificWords(["<unk>"])("a<unk>b"), "substitute", jiwer.SubstituteWords({"%": "percent", "c++": "cpp"})("5 % of c++ x%y"), end=" ")
print("rate", *(f"{jiwer.wer('turn it off', said, reference_transform=steps, hypothesis_transform=steps):.2f}" for said in ("turn [noise] it off <unk>", "turn uh it off uh")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="a [noise] b|a <unk> b|a   b inside a b substitute 5 % of c++ xpercenty rate 0.67 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

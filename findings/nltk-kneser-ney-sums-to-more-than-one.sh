#!/usr/bin/env bash
# nltk 3.10.4: Kneser-Ney with an order above two takes for a shortened context the numbers of different
# words before its n-grams, but weighs the lower order by the number of different words that followed
# it in the text, those at the very start of the padding too, which have nothing before them. At the
# start of a sentence the probabilities of all words sum to 1.03 with the discount of 0.1 and to 1.25
# with 0.75, and the perplexity is too good. The other two smoothings sum to 1.
# Output seen: KneserNey 0.1: none 1.000 a 1.000 <s> 1.033 <s> <s> 1.003 a b 1.000 KneserNey 0.75: none 1.000 a 1.000 <s> 1.250 <s> <s> 1.187 a b 1.000 AbsoluteDiscounting 0.75: none 1.000 a 1.000 <s> 1.000 <s> <s> 1.000 a b 1.000 WittenBell: none 1.000 a 1.000 <s> 1.000 <s> <s> 1.000 a b 1.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 regex==2026.11.19
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from nltk.lm import AbsoluteDiscountingInterpolated, KneserNeyInterpolated, WittenBellInterpolated
from nltk.lm.preprocessing import padded_everygram_pipeline

text = [list("abca"), list("bac"), list("ccb")]
found = []
for kind, options in ((KneserNeyInterpolated, {"discount": 0.1}), (KneserNeyInterpolated, {"discount": 0.75}), (AbsoluteDiscountingInterpolated, {"discount": 0.75}), (WittenBellInterpolated, {})):
    grams, words = padded_everygram_pipeline(3, text)
    model = kind(3, **options)
    model.fit(grams, words)
    sums = {context: sum(model.score(word, context) for word in model.vocab) for context in ((), ("a",), ("<s>",), ("<s>", "<s>"), ("a", "b"))}
    found.append(f"{kind.__name__[:-12]} {options.get('discount', '')}:".replace(" :", ":") + " " + " ".join(f"{' '.join(context) or 'none'} {total:.3f}" for context, total in sums.items()))
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="KneserNey 0.1: none 1.000 a 1.000 <s> 1.033 <s> <s> 1.003 a b 1.000 KneserNey 0.75: none 1.000 a 1.000 <s> 1.250 <s> <s> 1.187 a b 1.000 AbsoluteDiscounting 0.75: none 1.000 a 1.000 <s> 1.000 <s> <s> 1.000 a b 1.000 WittenBell: none 1.000 a 1.000 <s> 1.000 <s> <s> 1.000 a b 1.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

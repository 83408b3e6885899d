#!/usr/bin/env bash
# sktime 1.2.0: EmpiricalCoverage and ConstraintViolation take interval forecasts of several variables
# and several coverages. The intervals lie variable by variable, but the true values are laid out anew
# for every coverage, a b a b: with two of each the intervals of a for 0.9 are held against b and those
# of b for 0.5 against a. A forecast whose every interval holds the truth covers half of it and violates
# its bounds by 95; each coverage by itself is right. The argument "coverage", the nominal coverage to
# evaluate at, changes nothing.
# Output seen: EmpiricalCoverage 0.50 each a 0.5 1.0 a 0.9 0.0 b 0.5 0.0 b 0.9 1.0 by themselves 1.00 1.00 ConstraintViolation 95.50 each a 0.5 0.0 a 0.9 189.0 b 0.5 193.0 b 0.9 0.0 by themselves 0.00 0.00 asked for 0.9 alone: 4 scores
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pandas as pd
from sktime.performance_metrics.forecasting.probabilistic import ConstraintViolation, EmpiricalCoverage

truth = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [100.0, 200.0, 300.0]})
sides = {(name, level, side): truth[name] + sign * 10 * level for name in truth for level in (0.5, 0.9) for side, sign in (("lower", -1), ("upper", 1))}
intervals, found = pd.DataFrame(sides), []
for metric in (EmpiricalCoverage, ConstraintViolation):
    alone = [metric()(truth, intervals.loc[:, [column for column in intervals if column[1] == level]]) for level in (0.5, 0.9)]
    each = metric(multioutput="raw_values", score_average=False)(truth, intervals)
    found += [metric.__name__, f"{metric()(truth, intervals):.2f}", "each", *(f"{name} {level} {value:.1f}" for (name, level), value in each.items()), "by themselves", *(f"{value:.2f}" for value in alone)]
asked = EmpiricalCoverage(coverage=0.9, multioutput="raw_values", score_average=False)(truth, intervals)
print(*found, "asked for 0.9 alone:", len(asked), "scores")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="EmpiricalCoverage 0.50 each a 0.5 1.0 a 0.9 0.0 b 0.5 0.0 b 0.9 1.0 by themselves 1.00 1.00 ConstraintViolation 95.50 each a 0.5 0.0 a 0.9 189.0 b 0.5 193.0 b 0.9 0.0 by themselves 0.00 0.00 asked for 0.9 alone: 4 scores"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

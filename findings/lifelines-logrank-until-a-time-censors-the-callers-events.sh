#!/usr/bin/env bash
# lifelines 0.30.3: multivariate_logrank_test takes t_0, the time up to which the groups are compared. It
# sets the events after it to 0 in the caller's own array: the test without t_0 that follows finds half of
# the events censored and gives 0.79 for 2.40, as does any model that is fitted to them afterwards, whose
# mean is 9.0 for 4.5. logrank_test, which joins two arrays, leaves them as they are.
# Output seen: whole 2.40 mean 4.5 events 8 logrank_test up to 4 0.79 events 8 multivariate up to 4 0.79 then whole 0.79 mean 9.0 events 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 pandas==2.3.3 autograd==1.9.1 autograd-gamma==0.5.0 formulaic==1.2.2 matplotlib==3.11.2 lifelines==0.30.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from lifelines import ExponentialFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test

times, groups, events = np.arange(1.0, 9.0), np.array([0, 1, 0, 1, 0, 1, 1, 1]), np.ones(8)


def shown():
    return f"whole {multivariate_logrank_test(times, groups, events).test_statistic:.2f} mean {ExponentialFitter().fit(times, events).lambda_:.1f} events {events.sum():.0f}"


first, one = shown(), groups == 0
halves = [events[one], events[~one]]
two = logrank_test(times[one], times[~one], *halves, t_0=4).test_statistic
found = [first, f"logrank_test up to 4 {two:.2f} events {sum(half.sum() for half in halves):.0f}"]
part = multivariate_logrank_test(times, groups, events, t_0=4).test_statistic
print(*found, f"multivariate up to 4 {part:.2f}", "then", shown())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="whole 2.40 mean 4.5 events 8 logrank_test up to 4 0.79 events 8 multivariate up to 4 0.79 then whole 0.79 mean 9.0 events 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

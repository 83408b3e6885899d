#!/usr/bin/env bash
# Torch-RecHub 0.9.0: the Hit of topk_metrics and hit_score is not the share of users with a hit
# among their first k but the hits of all users over the items of all: of three users who each have
# a hit it makes 0.38 where one has six items, and no list of two can bring it to 1. gauc_score asks
# for the AUC of each user, and one user with clicks only, or with none, whom the paper of DIN (Zhou
# and others, 2018) leaves out since there is no AUC, makes it no number for all.
# Output seen: Hit@2: 0.375 of users 1.00 Hit@2: 1.0 of users 1.00 gAUC 0.75 and a third user with one click nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-rechub==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, pathlib, sysconfig

# The one file, without the package's door, which opens everything else.
path = pathlib.Path(sysconfig.get_paths()["purelib"], "torch_rechub", "basic", "metric.py")
spec = importlib.util.spec_from_file_location("metric", path)
metric = importlib.util.module_from_spec(spec)
spec.loader.exec_module(metric)
liked = {"a": [1], "b": [2], "c": [3, 4, 5, 6, 7, 8]}
shown = {"a": [1, 9], "b": [9, 2], "c": [3, 9]}
for each in (liked, {"a": [1], "b": [2], "c": [3]}):
    share = sum(any(item in each[user] for item in shown[user]) for user in each) / len(each)
    print(*metric.hit_score(each, shown, [2]), f"of users {share:.2f}", end=" ")
users = ["a", "a", "a", "b", "b", "b"]
print(f"gAUC {metric.gauc_score([1, 0, 0, 0, 1, 0], [0.9, 0.2, 0.1, 0.3, 0.2, 0.1], users):.2f}", end=" ")
print(f"and a third user with one click {metric.gauc_score([1, 0, 0, 0, 1, 0, 1], [0.9, 0.2, 0.1, 0.3, 0.2, 0.1, 0.5], users + ['c']):.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Hit@2: 0.375 of users 1.00 Hit@2: 1.0 of users 1.00 gAUC 0.75 and a third user with one click nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

"""Counting models: whole processes, relative to the quickest of five peers, on the meta device."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from importlib.util import find_spec
from statistics import median

from dlcalc.models import zoo_path
from tests.bench.measure import heading, left_out
from tests.bench.process import Done, command, peak, start

PEERS = ("torchinfo", "thop", "fvcore", "ptflops", "calflops")
MODELS = ("vgg16", "resnet50", "gpt2", "gpt3")
LEAST_TIMES, MOST_MIB = 40, 40
ROUNDS = 3


CONFIGS = ("deepseek-v3", "gpt-oss-120b", "gpt2-xl")
"""Models of the zoo that are fields of a config.json."""
LEAST_CONFIG_TIMES, MOST_CONFIG_MIB, MOST_BESIDE_LENET = 100, 25, 1.3
TRANSFORMERS = """
import json, sys, torch, transformers
fields = json.load(open(sys.argv[1]))["config"]
[name] = fields.pop("architectures")
config = transformers.AutoConfig.for_model(fields.pop("model_type"), **fields)
with torch.device("meta"):
    print(getattr(transformers, name)(config).num_parameters())
"""


def run() -> None:
    """Print how many times as long, and how much memory, the quickest peer takes."""
    configs()
    if not find_spec("torch"):
        left_out("torch")
        return
    peers = [peer for peer in PEERS if find_spec(peer)]
    for peer in sorted({*PEERS} - {*peers}):
        left_out(peer)
    heading("Counting models", "dlcalc ms", "peer ms", "times", "reach", "dlcalc MiB", "peer MiB",
            "macs")
    for name in MODELS if peers else ():
        quickest = min((_peer(peer, name) for peer in peers), key=lambda each: each[1].seconds)
        if quickest[1].failed:
            print(f"{name:44}no peer counts it: {quickest[1].failed}")
            continue
        _row(name, quickest[0])


def configs() -> None:
    """Language models beside transformers on the meta device, and beside `params lenet`.

    The peer is run by the Python that DLCALC_PEER_PYTHON names, by default this one.
    """
    peer = os.environ.get("DLCALC_PEER_PYTHON", sys.executable)
    if start([peer, "-c", "import transformers"]).failed:
        left_out("transformers")
        return
    heading("Counting configs", "dlcalc ms", "peer ms", "times", "reach", "/ lenet", "reach", "MiB")
    lenet = [*command(), "params", "lenet", "-f", "json"]
    for name in CONFIGS:
        line = [*command(), "params", name, "-f", "json"]
        path = str(zoo_path(name))
        rounds = [
            (start(line), start(lenet), start([peer, "-c", TRANSFORMERS, path]))
            for _ in range(ROUNDS)
        ]
        total = json.loads(start(line).out)["total"]["params"]
        if int(rounds[0][2].out) != total:
            raise AssertionError(f"{name}: {total} parameters here, {rounds[0][2].out} in PyTorch")
        mine, small, its = (median(each[side].seconds for each in rounds) for side in range(3))
        held = peak(line)
        within = its >= LEAST_CONFIG_TIMES * mine and mine <= MOST_BESIDE_LENET * small
        print(
            f"{name:44}{mine * 1e3:>12.1f}{its * 1e3:>12.1f}{its / mine:>12.1f}"
            f"{LEAST_CONFIG_TIMES:>12}{mine / small:>12.2f}{MOST_BESIDE_LENET:>12}{held:>12.1f}"
            f"{'' if within and held <= MOST_CONFIG_MIB else '  missed'}",
            flush=True,
        )


def _peer(peer: str, model: str) -> tuple[str, Done]:
    done = start(_counting(peer, model))
    return peer, done._replace(seconds=float("inf")) if done.failed else done


def _counting(peer: str, model: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.peer_models", peer, model]


def _row(model: str, peer: str) -> None:
    """Both in turn; the parameters must agree, the multiply-accumulates are printed as a ratio."""
    line = [*command(), "params", model, "-f", "json"]
    ours = partial(start, line)
    pairs = [(ours(), _peer(peer, model)[1]) for _ in range(ROUNDS)]
    total = json.loads(pairs[0][0].out)["total"]
    params, macs = map(int, pairs[0][1].out.split())
    if params != total["params"]:
        raise AssertionError(f"{model}: {total['params']} parameters here, {params} in PyTorch")
    mine, its = (median(each[side].seconds for each in pairs) for side in (0, 1))
    held = [peak(line), peak(_counting(peer, model))]
    missed = "  missed" if its / mine < LEAST_TIMES or held[0] > MOST_MIB else ""
    print(
        f"{f'{model}, {peer}':44}{mine * 1e3:>12.1f}{its * 1e3:>12.1f}{its / mine:>12.1f}"
        f"{LEAST_TIMES:>12}{held[0]:>12.1f}{held[1]:>12.1f}{total['macs'] / macs:>12.4f}{missed}",
        flush=True,
    )

"""Some hundred inputs of the fuzzer, the same in every run; `python -m tests.fuzz` tries more."""

import subprocess
import sys

from tests.shell.running import ROOT, environment


def test_the_fuzzer_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--seed", "20", "--inputs", "250"], cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("seed 20: 250 inputs, 0 findings"), done.stdout[-6000:]

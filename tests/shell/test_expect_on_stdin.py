"""What `--expect` reads: what a command prints, piped back, and numbers as people write them."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from dlcalc.shell.commands import COMMANDS
from tests.shell.running import invoke

WITHOUT_EXAMPLE = {"models", "examples", "completion", "check", "quiz", "docs", "man"}
DRAWN_BY_CHANCE_OR_TIMED = {"gan"}
CALCULATING = [
    name for name in COMMANDS if name not in WITHOUT_EXAMPLE | DRAWN_BY_CHANCE_OR_TIMED
]


def changed(value: object) -> object:
    """The same record, its first number one more."""
    text = json.dumps(value)
    start = next(i for i, sign in enumerate(text) if sign.isdigit() and text[i - 1] in " [")
    return json.loads(f"{text[:start]}9{text[start:]}")


@pytest.mark.parametrize("name", CALCULATING)
def test_the_record_agrees_with_itself_and_not_with_another(name: str) -> None:
    printed = invoke(name, "-f", "json").out
    agreed = invoke(name, "-f", "json", "--expect", "-", stdin=printed)
    assert (agreed.status, agreed.out) == (0, printed), agreed.err
    differs = invoke(name, "--expect", "-", stdin=json.dumps(changed(json.loads(printed))))
    assert differs.status == 1, differs.err
    assert "expected" in differs.err


@pytest.mark.parametrize("name", CALCULATING)
def test_what_npz_keeps_of_an_answer_agrees_with_it_and_not_with_another(
    name: str, tmp_path: Path
) -> None:
    path = str(tmp_path / "answer.npz")
    printed = invoke(name, "--save", path).out
    agreed = invoke(name, "--expect", path)
    assert (agreed.status, agreed.out) == (0, printed), agreed.err
    with np.load(path) as file:
        kept = dict(file)
    last = list(kept)[-1]
    np.savez(path, **{**kept, last: kept[last] + 1})
    differs = invoke(name, "--expect", path)
    assert differs.status == 1, differs.err
    assert "expected" in differs.err


@pytest.mark.parametrize(("command", "answer", "status"), [
    ("size -L 32 -F 5", "56/2", 0), ("size -L 32 -F 5", "57/2", 1),
    ("size -L 32 -F 5", '{"output": "28"}', 0), ("size -L 32 -F 5", '{"output": "27"}', 1),
    ("kl --q 0,1 --p 1,1", '{"kl": "0.500"}', 0), ("kl --q 0,1 --p 1,1", '{"kl": "0.6"}', 1),
    ("kl --q 0,1 --p 1,1", "1/2", 0), ("kl --q 0,1 --p 1,1", " 50 %", 0),
    ("kl --q 0,1 --p 1,1", "1/3", 1), ("kl --q 0,1 --p 1,1", "1/0", 2),
    ("conv -x '1 2 4' -w '1 1'", "6/2 12/2", 0), ("conv -x '1 2 4' -w '1 1'", "3 1/0.0", 2),
    ("conv -x '1 2 4' -w '-0.5 0'", "−1/2 -100%", 0),
    ("grad 'L = w*x' w=1/3 x=1", '{"L": "1/3", "dL/dw": "100%"}', 0),
    ("grad 'L = w*x' w=1/3 x=1", '{"L": "2/3"}', 1), ("params lenet", "61.7k", 0),
])
def test_fractions_percentages_and_shortened_counts(
    command: str, answer: str, status: int
) -> None:
    assert invoke(*shlex.split(command), "--expect", answer).status == status


@pytest.mark.parametrize("form", ["csv", "tsv", "markdown", "table"])
def test_a_table_is_told_to_be_no_answer(form: str) -> None:
    table = invoke("params", "lenet", "-f", form).out
    done = invoke("params", "lenet", "--expect", "-", stdin=table)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith("--expect: standard input: line 1: ")
    assert done.complaint.endswith("a table is no answer: give its numbers, or its JSON (-f json)")

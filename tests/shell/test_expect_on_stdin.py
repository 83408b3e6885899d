"""What a command prints is what it expects: its JSON, piped back into `--expect -`, agrees."""

import json

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

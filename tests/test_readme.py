"""Every transcript of the README is what the commands print, and its two commands stand."""

import re
import shutil
from pathlib import Path

import pytest

import dlcalc
from dlcalc.commands.docs.command import topics
from tests.shell.running import ROOT, shell

README = (ROOT / "README.md").read_text()


def transcripts() -> list[tuple[str, str]]:
    """Each command line of the console blocks, with what is shown under it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            found.append((line, shown))
    return found


@pytest.mark.parametrize(("line", "shown"), transcripts(), ids=lambda text: text[:60])
def test_transcripts_are_what_is_printed(line: str, shown: str, tmp_path: Path) -> None:
    if "jq" in line and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    assert shell(f"{{ {line}; }} 2>&1", cwd=tmp_path).out == shown


def test_the_two_commands_are_one_line_each() -> None:
    section = README.partition("## Quick start")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "dlcalc conv --stride 2 --pad 1" in blocks[0]
    assert "pytest" in blocks[1]


def test_it_is_no_longer_than_it_may_be() -> None:
    assert len(README.splitlines()) <= 600


def test_the_python_session_runs() -> None:
    import doctest

    [session] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    parsed = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert parsed.examples
    assert doctest.DocTestRunner().run(parsed).failed == 0


INPUTS = {
    "batchnorm": "6x16x16", "conv_transpose": "16x16x16", "embedding": "7", "lstm": "5x64",
    "attention": "5x64", "layernorm": "5x64", "linear": "84", "relu": "84", "dropout": "84",
}


def test_the_words_of_frameworks_are_read_as_the_table_has_them() -> None:
    section = README.partition("## The layer notation")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `.*$", section, re.MULTILINE)
    assert len(rows) == 9
    told = topics()["notation"]
    for row in rows:
        assert row in told  # README's table is that of dlcalc docs notation
        for layer, *others in zip(*(re.findall(r"`([^`]+)`", each) for each in row.split(" | ")),
                                  strict=True):
            size = INPUTS.get(layer.split()[0], "1x16x16" if "conv 6" in layer else "32x16x16")
            count = dlcalc.params(layer, size)
            for words in others:
                found = dlcalc.params(words, size)
                fewer = 4 * 128 if layer.startswith("lstm") and "nn." not in words else 0
                assert found.params == count.params - fewer, words


def test_the_picture_is_what_the_command_draws(tmp_path: Path) -> None:
    data = ROOT / "tests" / "data"
    drawn = tmp_path / "maps.svg"
    done = shell(f"dlcalc step '{data}/seven.txt' '{data}/seven.json' --plot '{drawn}'")
    assert done.status == 0
    assert drawn.read_bytes() == (ROOT / ".github" / "maps.svg").read_bytes()
    assert "(.github/maps.svg)" in README


def test_the_forms_in_json_are_accepted(tmp_path: Path) -> None:
    [step] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    (tmp_path / "data.json").write_text(step)
    assert shell("dlcalc step 'input 2; linear 2' data.json", cwd=tmp_path).status == 0


def test_nobody_is_sent_to_the_other_package_of_this_name() -> None:
    assert not re.search(r"pip install\s+(-\S+\s+)*dlcalc\b", README)

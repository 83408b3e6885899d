"""Help pages: golden files, each with a formula and examples that run."""

import re
import shlex
from pathlib import Path

import pytest

from dlcalc.shell.commands import COMMANDS
from tests.shell.running import invoke, line_of, run

GOLDEN = Path(__file__).parent / "help"
PAGES = ["", *COMMANDS]
WITHOUT_FORMULA = {
    "", "completion", "models", "examples", "gan", "diagnose", "docs", "man"
}  # fmt: skip


def examples(page: str) -> list[str]:
    """The lines of a help page under `Examples:`."""
    block = re.search(r"Examples:\n((?: +.*\n)+)", page)
    assert block, page
    return [line.strip() for line in block[1].splitlines()]


def page_of(name: str) -> str:
    return invoke(*[name] if name else [], "--help").out


@pytest.mark.parametrize("name", PAGES)
def test_help_is_as_kept(name: str, regenerate: bool) -> None:
    golden = GOLDEN / f"{name or 'dlcalc'}.txt"
    if regenerate:
        golden.write_text(page_of(name))
    assert page_of(name) == golden.read_text()


@pytest.mark.parametrize("name", PAGES)
def test_help_starts_with_one_sentence_and_fits_the_page(name: str) -> None:
    lines = page_of(name).splitlines()
    if name:
        assert lines[2].endswith("."), lines[2]
        assert lines[2].strip() == COMMANDS[name]
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", [page for page in PAGES if page not in WITHOUT_FORMULA])
def test_help_has_a_formula(name: str) -> None:
    before_examples = page_of(name).partition("Examples:")[0]
    assert re.search(r"[=∗·Σ∑]", before_examples)


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name in PAGES for line in examples(page_of(name))]
)
def test_help_examples_run(name: str, line: str, tmp_path: Path) -> None:
    if name == "completion":
        line = shlex.split(line.partition(">")[0])[-1]
        assert "_DLCALC_COMPLETE" in run("completion", line).out
        return
    done = line_of(line, tmp_path)
    assert done.status == 0, done.err
    assert done.out or any(tmp_path.iterdir())  # what some write, they write into files


def test_short_help_is_the_same_page() -> None:
    assert run("size", "-h").out == run("size", "--help").out


def test_what_a_command_does_not_take_is_told_with_a_form_to_copy() -> None:
    done = invoke("size", "32", "5")
    assert (done.status, done.out) == (2, "")
    assert "; as dlcalc size -L 32 -F 5; dlcalc size --help shows" in done.complaint

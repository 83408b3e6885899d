"""What README says of extending, done to a copy of the package: each is one entry."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell.running import ROOT, environment

FORMAT = '        Format("latex", _document("latex"), ascii=True),\n'
LAYER = '''

def layerscale(shape: Shape, scales: int = 1) -> Counted:
    """Every channel times a learned scale."""
    return Counted(shape, shape[0] * scales)
'''
ENTRY = '''

# Every feature times a learned scale.
featurescale scales=1
  weights = features * scales
'''
HELP = "Twice a number.\n"
ANSWER = '''
from typing import Any
from dlcalc.output.answer import Answer, Values
from dlcalc.shell.runner import Run

class DoubleRun(Run[Any]):
    function = staticmethod(lambda number: 2 * number)

    def read(self) -> dict[str, Any]:
        return {} if "number" in self.options else self.example()

    def answer(self, result: Any) -> Answer:
        return Answer({"output": result}, [Values(result)], whole=True)
'''
OPTIONS = "--number | 1.. | N | What is doubled.\n@shared\n"
EXAMPLE = '{"about": "twice 21", "instead": "--number N", "values": {"number": 21}}'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "dlcalc", tmp_path / "dlcalc", ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def ran(folder: Path, *words: str, stdin: str = "", **env: str) -> str:
    """What the copy prints."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv.pop(1)); "
         "from dlcalc.shell import run; sys.exit(run(sys.argv[1:]))", str(folder), *words],
        input=stdin, capture_output=True, text=True, check=True, cwd=folder,
        env=environment(**env),
    )  # fmt: skip
    return done.stdout


def insert(file: Path, before: str, text: str) -> None:
    source = file.read_text()
    assert source.count(before) == 1
    file.write_text(source.replace(before, text + before))


def test_a_format_is_one_object(copy: Path) -> None:
    line = (
        '        Format("dots", _as_text(partial(_block, plain=True)), True, '
        'streams=_divided_rows(".")),\n'
    )
    insert(copy / "dlcalc/output/formats.py", FORMAT, line)
    records = ran(copy, "size", "-f", "dots", stdin="input,kernel\n32,5\n")
    assert records == "input.kernel.output.remainder\n32.5.28.0\n"
    assert ran(copy, "params", "lenet", "-f", "dots").splitlines()[0].startswith("C1 conv 6x28x28")
    assert "|dots|" in ran(copy, "size", "--help").replace("\n", "")
    completed = ran(copy, _DLCALC_COMPLETE="bash_complete", COMP_WORDS="dlcalc size -f do",
                    COMP_CWORD="3")  # fmt: skip
    assert completed == "plain,dots\n"


def test_a_command_is_a_folder_and_a_line(copy: Path) -> None:
    folder = copy / "dlcalc/commands/double"
    folder.mkdir()
    (folder / "help.txt").write_text(HELP)
    (folder / "options.txt").write_text(OPTIONS)
    (folder / "answer.py").write_text(ANSWER)
    (folder / "example.json").write_text(EXAMPLE)
    insert(copy / "dlcalc/shell/commands.txt", "conv ", "double Twice.\n")
    assert ran(copy, "double") == "42\n"
    assert json.loads(ran(copy, "double", "--number", "4", "-f", "json", "--expect", "8")) == {
        "output": 8
    }
    assert "  double      Twice.\n" in ran(copy, "--help")
    assert "Twice a number." in ran(copy, "help", "double")
    ran(copy, "man", "pages")
    assert (copy / "pages/dlcalc-double.1").exists()


def test_a_type_of_layer_is_a_function(copy: Path) -> None:
    with (copy / "dlcalc/layers/pointwise.py").open("a") as file:
        file.write(LAYER)
    words = ["params", "--input", "64x8x8", "L: layerscale"]
    assert json.loads(ran(copy, *words, "-f", "json"))["total"]["params"] == 64
    assert "L = C = 64" in ran(copy, *words, "--layer", "L", "--explain")
    assert "layerscale" in ran(copy, "params", "--help")


def test_a_type_of_layer_may_be_formulas_in_a_table(copy: Path) -> None:
    with (copy / "dlcalc/layers/state.txt").open("a") as file:
        file.write(ENTRY)
    words = ["params", "--input", "5x8", "L: featurescale 2"]
    assert json.loads(ran(copy, *words, "-f", "json"))["total"]["params"] == 16
    assert "L = D·scales = 8·2 = 16" in ran(copy, *words, "--layer", "L", "--explain")
    assert "featurescale" in ran(copy, "params", "--help")

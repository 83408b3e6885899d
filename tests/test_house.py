"""The rules of the house, held against the code: who may import whom, and what loads what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dlcalc
from tests.cli.running import ROOT, environment

PACKAGE = ROOT / "dlcalc"
MAY_IMPORT = {
    "errors": set(),
    "calc": {"errors", "calc"},
    "readers": {"errors", "calc", "readers"},
    "explain": {"errors", "calc", "explain"},
    "render": {"errors", "render"},
    "cli": {"errors", "calc", "readers", "explain", "render", "cli"},
}
ONLY_IN = {"click": {"cli"}, "tabulate": {"render"}}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py") if len(parts) == 1 else parts[0]


def imports(path: Path) -> set[str]:
    """The names of all modules that a file imports, wherever in it; types alone left out."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downward(path: Path) -> None:
    room = room_of(path)
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "dlcalc" and rest and room in MAY_IMPORT:
            assert rest.split(".")[0] in MAY_IMPORT[room], name
        assert room in ONLY_IN.get(package, {room}), name


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The modules that a child process has loaded after `code`."""
    report = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}", *arguments],
        capture_output=True, text=True, check=True, cwd=ROOT, stdin=subprocess.DEVNULL,
        env=environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def loaded_by_command(*arguments: str) -> set[str]:
    return loaded_by("import sys; from dlcalc.cli import run; run(sys.argv[1:])", *arguments)


@pytest.mark.parametrize(
    "line",
    ["--version", "--help", "size -L 32 -F 5", "size -L 32 -F 5 -f json", "size -f csv",
     "size -L 9 -F 3 -O 9 --solve pad -f plain", "size --explain", "completion bash",
     "mults -L 4 -F 5 -f json", "grad L=w^2*x w=3 x=0.5 -f json", "mults dcgan -f csv"],
)  # fmt: skip
def test_integer_commands_load_neither_numpy_nor_tabulate(line: str) -> None:
    assert not {"numpy", "tabulate"} & loaded_by_command(*line.split())


def test_importing_the_package_imports_nothing_of_it() -> None:
    loaded = loaded_by("import dlcalc")
    assert [name for name in loaded if name.startswith("dlcalc")] == ["dlcalc"]
    assert not {"numpy", "click", "tabulate", "dataclasses", "typing"} & loaded


def test_a_command_imports_no_other() -> None:
    loaded = {name for name in loaded_by_command("size") if name.startswith("dlcalc.cli.")}
    assert "dlcalc.cli.conv" not in loaded


@pytest.mark.parametrize("name", dlcalc._FUNCTIONS)
def test_functions_are_listed_and_loaded_on_first_use(name: str) -> None:
    assert callable(getattr(dlcalc, name))
    assert name in dir(dlcalc)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dlcalc.nothing

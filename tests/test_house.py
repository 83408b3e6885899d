"""The rules of the house, held against the code: who may import whom, and what loads what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dlcalc
from tests.shell.running import ROOT, environment

PACKAGE = ROOT / "dlcalc"
GROUND = {"errors", "names", "typed"}
CALCULATION = GROUND | {"formulas", "numbers", "derive"}
MODELS = CALCULATION | {"input", "layers", "models", "conventions"}
MAY_IMPORT = {
    "errors": set(),
    "names": set(),
    "typed": set(),
    "numbers": GROUND,
    "formulas": GROUND | {"numbers"},
    "derive": CALCULATION,
    "input": GROUND | {"numbers"},
    "layers": CALCULATION | {"input"},
    "models": CALCULATION | {"input", "layers"},
    "conventions": CALCULATION | {"input", "layers", "models"},
    "pictures": GROUND | {"formulas", "numbers"},
    "output": GROUND | {"formulas", "numbers", "pictures"},
    "shell": MODELS | {"output", "pictures"},
    "commands": MODELS | {"output", "pictures", "shell"},
}
"""The rooms that each room may import, beside itself."""
DOORS = {("models.__init__", "commands")}
"""The ways up, each taken when it is called: `dlcalc.models()` bears the name of its room."""


def modules() -> dict[str, Path]:
    """Every module of the package by its name within it."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


def imports(path: Path, types: bool = False) -> set[str]:
    """The names of all modules that a file imports, wherever in it; types alone if asked."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if not types and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_no_module_gives_a_name_two_values() -> None:
    """Modules that become one may each have had a constant of that name."""
    for name, path in modules().items():
        found = [
            target.id for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        ]
        assert len(found) == len(set(found)), (name, sorted(found))


def test_imports_point_downward() -> None:
    """Rooms import rooms below them; a command none but its own."""
    wrong = []
    for module, path in modules().items():
        room = module.split(".")[0]
        for name in imports(path):
            target = name.removeprefix("dlcalc.").split(".")
            if not name.startswith("dlcalc.") or room not in MAY_IMPORT:
                continue
            if room == target[0] == "commands":
                allowed = len(target) == 1 or target[1] == module.split(".")[1]
            else:
                allowed = target[0] in MAY_IMPORT[room] | {room} or not is_room(target[0])
            if not allowed and (module, target[0]) not in DOORS:
                wrong.append(f"{module} imports {name}")
    assert not wrong


def is_room(name: str) -> bool:
    """Whether this is a room: `from dlcalc import __version__` names none."""
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def test_click_and_tabulate_stay_where_they_belong() -> None:
    wrong = []
    for module, path in modules().items():
        room, name = module.split(".")[0], module.rpartition(".")[2]
        packages = {each.split(".")[0] for each in imports(path)}
        if "click" in packages and room != "shell" and (room, name) != ("commands", "command"):
            wrong.append(f"{module} imports click")
        if "tabulate" in packages and room != "output":
            wrong.append(f"{module} imports tabulate")
    assert not wrong


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The modules that a child process has loaded after `code`."""
    report = (
        "import sys; sys.stderr.write(' '.join(name for name, module in sys.modules.items() "
        "if type(module).__name__ != '_Later'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}", *arguments],
        capture_output=True, text=True, check=True, cwd=ROOT, stdin=subprocess.DEVNULL,
        env=environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def loaded_by_command(*arguments: str) -> set[str]:
    return loaded_by("import sys; from dlcalc.shell import run; run(sys.argv[1:])", *arguments)


@pytest.mark.parametrize(
    "line",
    ["--version", "--help", "size -L 32 -F 5", "size -L 32 -F 5 -f json", "size -f csv",
     "size -L 9 -F 3 -O 9 --solve pad -f plain", "size --explain", "completion bash",
     "mults -L 4 -F 5 -f json", "grad L=w^2*x w=3 x=0.5 -f json", "mults dcgan -f csv"],
)  # fmt: skip
def test_integer_commands_load_neither_numpy_nor_tabulate(line: str) -> None:
    assert not {"numpy", "tabulate"} & loaded_by_command(*line.split())


def test_what_click_seldom_uses_waits_until_it_is_used() -> None:
    start = "import sys; from dlcalc.shell import lazy, run; lazy.import_click(); "
    runs = "run(['size', '-L', '32', '-F', '5']); "
    late = {"ast", "dis", "inspect", "pickle", "platform", "locale", "_datetime"}
    assert not late & loaded_by(start + runs)
    used = (
        "import click, datetime, gettext, inspect, pickle, platform, threading, uuid, weakref; "
        "from inspect import cleandoc; "
        "assert click.UUID.convert('0' * 32, None, None) == uuid.UUID(int=0); "
        "assert inspect.cleandoc(' a\\n  b') == cleandoc('a\\nb') == 'a\\nb'; "
        "assert datetime.datetime(2026, 1, 2).day == 2; "
        "assert gettext.NullTranslations().gettext('a') == gettext.gettext('a') == 'a'; "
        "assert threading.current_thread() is threading.main_thread(); "
        "assert not weakref.WeakKeyDictionary().keyrefs(); "
        "assert pickle.loads(pickle.dumps({1})) == {1}; "
        "assert platform.python_version() == sys.version.split()[0].rstrip('+'); "
        "assert inspect.__file__.endswith('inspect.py')"
    )
    assert late <= loaded_by(start + runs + used)


def test_importing_the_package_imports_nothing_of_it() -> None:
    loaded = loaded_by("import dlcalc")
    assert [name for name in loaded if name.startswith("dlcalc")] == ["dlcalc"]
    assert not {"numpy", "click", "tabulate", "dataclasses", "typing"} & loaded


def test_a_command_imports_no_other() -> None:
    loaded = {name for name in loaded_by_command("size") if name.startswith("dlcalc.commands.")}
    assert "dlcalc.commands.size.answer" in loaded
    assert not {f"dlcalc.commands.{name}" for name in ("conv.answer", "mults.command")} & loaded


@pytest.mark.parametrize("name", vars(dlcalc)["_FUNCTIONS"])
def test_functions_are_listed_and_loaded_on_first_use(name: str) -> None:
    assert callable(getattr(dlcalc, name))
    assert name in dir(dlcalc)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(dlcalc, "nothing")  # noqa: B009


def test_editors_know_each_function_where_it_lives() -> None:
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text())
    told = {
        alias.name: node.module
        for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    errors = dict.fromkeys(vars(dlcalc)["_ERRORS"], "dlcalc.errors")
    assert told == vars(dlcalc)["_FUNCTIONS"] | errors


def test_the_top_level_holds_what_was_asked_for() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    top = {line.partition("/")[0] for line in listed}
    assert {name for name in top if not name.startswith(".")} == {
        "README.md", "completions", "dlcalc", "findings", "pyproject.toml", "tests"
    }

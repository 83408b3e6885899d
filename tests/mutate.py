"""Mutation of the code itself: `python -m tests.mutate dlcalc/numbers --seconds 600`.

One operator, constant or return value of a function is changed at a time, and the tests that call
the function run until one fails. Whatever no test sees is printed, with the share that was seen.
The tests are collected once; each mutant runs in a forked child, which only exchanges the code
of the one function. What stands outside functions, text, and what is raised is left alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
MEMORY_LIMIT = 4 << 30
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.And: ast.Or, ast.Or: ast.And,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}
"""What each operator becomes."""
Key = tuple[str, str, int, int]
"""A function: its file, qualified name, first line, and the column where its code begins."""


class Mutant(NamedTuple):
    """One change."""

    path: str
    line: int
    what: str
    key: Key
    code: CodeType

    def __str__(self) -> str:
        return f"{os.path.relpath(self.path, ROOT)}:{self.line}: {self.what}"


def changes(node: ast.AST) -> Iterator[Callable[[ast.AST], str]]:
    """What can be changed at a node: functions that change it, and say what they have done."""
    if isinstance(node, ast.Compare | ast.BoolOp | ast.BinOp | ast.AugAssign):
        for place in range(len(node.ops) if isinstance(node, ast.Compare) else 1):
            yield lambda node, place=place: _operator(node, place)  # type: ignore[misc]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield lambda node: _become(node, node.operand, "its sign or `not` left out")  # type: ignore[attr-defined]
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        yield _constant
    elif isinstance(node, ast.Return) and node.value is not None:
        yield lambda node: _become(node, ast.Return(ast.Constant(None)), "returns None")
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield _condition


def _operator(node: Any, place: int) -> str:
    compared = isinstance(node, ast.Compare)
    held = node.ops[place] if compared else node.op
    made = OPERATORS[type(held)]()
    if compared:
        node.ops[place] = made
    else:
        node.op = made
    return f"{type(held).__name__} becomes {type(made).__name__}"


def _constant(node: Any) -> str:
    old = node.value
    node.value = not old if isinstance(old, bool) else old + 1
    return f"{old} becomes {node.value}"


def _condition(node: Any) -> str:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return "its condition turned round"


def _become(node: ast.AST, other: ast.AST, what: str) -> str:
    node.__class__ = other.__class__
    node.__dict__ = {**other.__dict__, "lineno": node.lineno, "col_offset": node.col_offset,  # type: ignore[attr-defined]
                     "end_lineno": node.end_lineno, "end_col_offset": node.end_col_offset}  # type: ignore[attr-defined]  # fmt: skip
    return what


def _sites(node: ast.AST, path: tuple[Any, ...] = (), within: bool = False) -> Iterator[Any]:
    """The ways to every node within functions that may be changed."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.arguments | ast.Assert):
        return
    if within:
        yield path
    function = isinstance(node, ast.FunctionDef | ast.Lambda)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for place, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(each, ast.AST):
                yield from _sites(each, (*path, (name, place)), within or function)


def _at(tree: ast.AST, path: Sequence[tuple[str, int | None]]) -> ast.AST:
    for name, place in path:
        value = getattr(tree, name)
        tree = value if place is None else value[place]
    return tree


def key_of(code: CodeType) -> Key:
    """Which function a code belongs to, whatever of it is changed."""
    column = next((at[2] or 0 for at in code.co_positions() if at[0] is not None), 0)
    return code.co_filename, code.co_qualname, code.co_firstlineno, column


def codes(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module or class, not those within functions."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & 2:  # CO_NEWLOCALS: a function
                yield each
            else:
                yield from codes(each)


def mutants(path: str, text: str) -> list[Mutant]:
    """Every mutant of a file.

    >>> found = mutants("f.py", "def f(a): return a + 1 < 3")
    >>> [each.what for each in found]  # doctest: +NORMALIZE_WHITESPACE
    ['returns None', 'Lt becomes LtE', 'Add becomes Sub', '1 becomes 2', '3 becomes 4']
    """
    tree = ast.parse(text)
    before = {key_of(each): each for each in codes(compile(tree, path, "exec"))}
    found = []
    for way in _sites(tree):
        for change in changes(_at(tree, way)):
            changed = copy.deepcopy(tree)
            node = _at(changed, way)
            what = change(node)
            ast.fix_missing_locations(changed)
            for code in codes(compile(changed, path, "exec")):
                key = key_of(code)
                if before.get(key, code) != code:
                    line = getattr(node, "lineno", code.co_firstlineno)
                    found.append(Mutant(path, line, what, key, code))
    return found


class Runner:
    """A plugin of pytest that runs the collected tests once a mutant, in place of once."""

    def __init__(self, files: Sequence[str], given: argparse.Namespace) -> None:
        self.files, self.given = files, given
        self.killed, self.tried = 0, 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try mutants in an order drawn by the seed, as many as the time allows."""
        calls, took = self.baseline(session)
        waiting = [each for path in self.files for each in mutants(path, Path(path).read_text())]
        total = len(waiting)
        random.Random(self.given.seed).shuffle(waiting)
        functions = {
            key_of(each.__code__): each for each in gc.get_objects()
            if isinstance(each, FunctionType)
        }
        end = time.monotonic() + self.given.seconds
        for mutant in waiting:
            if time.monotonic() > end:
                break
            names = sorted(calls.get(mutant.key, ()), key=took.__getitem__)
            function = functions.get(mutant.key)
            self.tried += 1
            if function is not None and names and self.is_killed(session, mutant, function, names,
                                                                 took):  # fmt: skip
                self.killed += 1
            else:
                print(mutant if names else f"{mutant} (no test calls it)", flush=True)
        share = self.killed / self.tried if self.tried else 0.0
        print(f"{self.killed} of {self.tried} mutants seen by the tests, {share:.1%}; "
              f"{total:,} there are; seed {self.given.seed}")  # fmt: skip
        return True

    def baseline(self, session: pytest.Session) -> tuple[dict[Key, set[str]], dict[str, float]]:
        """The functions that each test calls, and how long it takes; all of them must pass."""
        calls: dict[CodeType, set[str]] = {}
        took: dict[str, float] = {}
        seen: set[CodeType] = set()

        def called(frame: FrameType, event: str, _: Any) -> None:
            if event == "call":
                seen.add(frame.f_code)

        def tests() -> bool:
            files = {*self.files}
            for item in session.items:
                seen.clear()
                began = time.perf_counter()
                sys.setprofile(called)
                passed = run_one(session, item)
                sys.setprofile(None)
                if not passed:
                    print(f"fails without any change: {item.nodeid}", file=sys.__stderr__)
                    continue
                took[item.nodeid] = time.perf_counter() - began
                for code in seen:
                    if code.co_filename in files:
                        calls.setdefault(code, set()).add(item.nodeid)
            keyed: dict[Key, set[str]] = {}
            for code, names in calls.items():
                keyed.setdefault(key_of(code), set()).update(names)
            Path(kept).write_bytes(pickle.dumps((keyed, took)))
            return True

        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "calls")
            in_child(tests, 3600)
            found: tuple[dict[Key, set[str]], dict[str, float]] = pickle.loads(
                Path(kept).read_bytes()
            )
        return found

    def is_killed(
        self, session: pytest.Session, mutant: Mutant, function: FunctionType,
        names: Sequence[str], took: dict[str, float],
    ) -> bool:
        """Whether a test fails with the changed code, or takes far longer."""
        items = {item.nodeid: item for item in session.items}

        def tests() -> bool:
            function.__code__ = mutant.code
            return all(run_one(session, items[name]) for name in names)

        return in_child(tests, 10 + 5 * sum(took[name] for name in names)) != 0


def run_one(session: pytest.Session, item: pytest.Item) -> bool:
    """Whether a test passes."""
    failed = session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return session.testsfailed == failed


def in_child(work: Callable[[], bool], seconds: float) -> int:
    """Do something in a forked child that says nothing; 0 where it comes out true."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(int(seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
            nothing = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(nothing, stream)
            status = 0 if work() else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Collect the tests of the rooms that the files are in, and run them once a mutant."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", help="files, or folders of them")
    parser.add_argument("--tests", nargs="*", help="in place of tests/ROOM")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    files: list[str] = []
    for name in given.files:
        path = Path(name).resolve()
        files += map(str, sorted(path.rglob("*.py")) if path.is_dir() else [path])
    rooms = {os.path.relpath(path, ROOT / "dlcalc").split(os.sep)[0] for path in files}
    tests = given.tests or [f"tests/{room}" for room in sorted(rooms)]
    runner = Runner(files, given)
    options = ["-p", "no:cacheprovider", "-p", "no:randomly", "--capture=no", "-q"]
    pytest.main([*options, *tests, *files], plugins=[runner])
    return 0


if __name__ == "__main__":
    sys.exit(main())

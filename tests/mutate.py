"""Mutation of the code itself: `python -m tests.mutate dlcalc/numbers --seconds 600`.

One operator, constant or return value of a function is changed at a time, and the tests that call
the function run until one fails. Whatever no test sees is printed, with the share that was seen.
The tests are collected once; each mutant runs in a forked child, which only exchanges the code
of the one function. What stands outside functions, text, and what is raised is left alone.
"""

from __future__ import annotations

import argparse
import ast
import gc
import inspect
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
NEAR = {
    "numbers": ("conv", "size", "pool"), "derive": ("grad",), "models": ("params",),
    "layers": ("gru", "lstm", "mlp", "step"),
}
"""The commands whose tests are a room's own, too."""
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr, ast.And: ast.Or,
    ast.Or: ast.And, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}
"""What each operator becomes."""
Key = tuple[str, str, int, int]
"""A function: its file, qualified name, first line, and the column where its code begins."""


class Mutant(NamedTuple):
    """One change of a function's code."""

    text: str
    codes: list[CodeType]
    """The code of the function, of those around it first."""


class Change(ast.NodeTransformer):
    """Changes the place of the number `at`, counted through a file."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.count, self.within = at, 0, False
        self.what = ""

    def visit(self, node: ast.AST) -> Any:
        """The node, changed if it is the one; text and what stands outside functions is not."""
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.arguments | ast.Assert):
            return node
        if isinstance(node, ast.keyword) and node.arg in ("strict", "copy"):
            return node  # it asserts, or saves memory
        outer = self.within
        self.within = outer or isinstance(node, ast.FunctionDef | ast.Lambda)
        if isinstance(node, ast.FunctionDef):
            node.body = [self.visit(each) for each in node.body]
        else:
            self.generic_visit(node)
        self.within = outer
        return self._changed(node) if outer else node

    def _here(self, node: Any, what: str) -> bool:
        self.count += 1
        if self.count == self.at:
            self.what = f"{node.lineno}: {what}"
        return self.count == self.at

    def _operator(self, node: Any, held: ast.AST) -> Any:
        made = OPERATORS[type(held)]()
        here = self._here(node, f"{type(held).__name__} becomes {type(made).__name__}")
        return made if here else held

    def _changed(self, node: Any) -> Any:
        if isinstance(node, ast.Compare):
            node.ops = [self._operator(node, each) for each in node.ops]
        elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
            node.op = self._operator(node, node.op)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            if self._here(node, "its sign or `not` left out"):
                return node.operand
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            other = not node.value if isinstance(node.value, bool) else node.value + 1
            if self._here(node, f"{node.value} becomes {other}"):
                node.value = other
        elif isinstance(node, ast.Return) and not isinstance(node.value, ast.Constant | None):
            if self._here(node, "returns None"):
                node.value = ast.Constant(None)
        elif isinstance(node, ast.If | ast.IfExp | ast.While) and self._here(
            node, "its condition turned round"
        ):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node


def key_of(code: CodeType) -> Key:
    """Which function a code belongs to, whatever of it is changed."""
    column = next((at[2] or 0 for at in code.co_positions() if at[0] is not None), 0)
    return code.co_filename, code.co_qualname, code.co_firstlineno, column


def codes(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module, class or function, each before those within it."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & inspect.CO_NEWLOCALS:
                yield each
            yield from codes(each)


class Mutable:
    """A file with the places where it can be changed.

    >>> file = Mutable("f.py", "def f(a): return a + 1 < 3")
    >>> [file.mutant(at + 1).text for at in range(file.places)]  # doctest: +NORMALIZE_WHITESPACE
    ['f.py:1: 1 becomes 2', 'f.py:1: Add becomes Sub', 'f.py:1: 3 becomes 4',
     'f.py:1: Lt becomes LtE', 'f.py:1: returns None']
    """

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.codes = {key_of(each): each for each in codes(compile(text, path, "exec"))}
        counted = Change()
        counted.visit(ast.parse(text))
        self.places = counted.count

    def mutant(self, at: int) -> Mutant | None:
        """The file with one change; None where no code of a function differs."""
        change = Change(at)
        tree = ast.fix_missing_locations(change.visit(ast.parse(self.text)))
        changed = [
            code for code in codes(compile(tree, self.path, "exec"))
            if self.codes.get(key_of(code), code) != code
        ]
        return Mutant(f"{os.path.relpath(self.path)}:{change.what}", changed) if changed else None


class Runner:
    """A plugin of pytest that runs the collected tests once a mutant, in place of once."""

    def __init__(self, files: Sequence[Mutable], given: argparse.Namespace) -> None:
        self.files, self.given = files, given

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try mutants in an order drawn by the seed, as many as the time allows."""
        items = {item.nodeid: item for item in session.items}
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "calls"
            in_child(lambda: bool(kept.write_bytes(pickle.dumps(self.called(session)))), 3600)
            calls, took = pickle.loads(kept.read_bytes())
        functions: dict[Key, list[FunctionType]] = {}
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                functions.setdefault(key_of(each.__code__), []).append(each)
        waiting = [(file, at + 1) for file in self.files for at in range(file.places)]
        random.Random(self.given.seed).shuffle(waiting)
        killed, tried, end = 0, 0, time.monotonic() + self.given.seconds
        for file, at in waiting:
            mutant = file.mutant(at)
            if mutant is None or time.monotonic() > end:
                continue
            names = sorted(calls.get(key_of(mutant.codes[-1]), ()), key=took.__getitem__)

            def survives(mutant: Mutant = mutant, names: Sequence[str] = names) -> bool:
                for code in mutant.codes:
                    for function in functions.get(key_of(code), ()):
                        function.__code__ = code
                return all(passes(session, items[name]) for name in names)

            tried += 1
            if names and in_child(survives, 10 + 5 * sum(map(took.__getitem__, names))):
                killed += 1
            else:
                print(mutant.text, "" if names else "(no test calls it)", flush=True)
        print(f"{killed} of {tried} mutants seen by the tests, {killed / max(tried, 1):.1%}; "
              f"{len(waiting):,} there are; seed {self.given.seed}")  # fmt: skip
        return True

    def called(self, session: pytest.Session) -> tuple[dict[Key, set[str]], dict[str, float]]:
        """The tests that call each function, and how long each test takes unchanged."""
        paths = {file.path for file in self.files}
        calls: dict[Key, set[str]] = {}
        took: dict[str, float] = {}
        seen: set[CodeType] = set()

        def note(frame: FrameType, event: str, _: Any) -> None:
            if event == "call":
                seen.add(frame.f_code)

        for item in session.items:
            seen.clear()
            began = time.perf_counter()
            sys.setprofile(note)
            passed = passes(session, item)
            sys.setprofile(None)
            took[item.nodeid] = time.perf_counter() - began
            for code in seen if passed else ():
                if code.co_filename in paths:
                    calls.setdefault(key_of(code), set()).add(item.nodeid)
        return calls, took


def passes(session: pytest.Session, item: pytest.Item) -> bool:
    """Whether a test passes."""
    failed = session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return session.testsfailed == failed


def in_child(work: Callable[[], bool], seconds: float) -> int:
    """Do something in a forked child that says nothing; 0 where it comes out true in time."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(int(seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            status = 0 if work() else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Collect the tests of the rooms that the files are in, and run them once a mutant."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", help="files, or folders of them")
    parser.add_argument("--tests", nargs="*", help="in place of a room's own")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    files: list[str] = []
    for name in given.files:
        path = Path(name).resolve()
        files += map(str, sorted(path.rglob("*.py")) if path.is_dir() else [path])
    rooms = sorted({os.path.relpath(path, ROOT / "dlcalc").split(os.sep)[0] for path in files})
    own = [f"tests/{room}" for room in rooms]
    own += [f"tests/commands/{name}" for room in rooms for name in NEAR.get(room, ())]
    runner = Runner([Mutable(path, Path(path).read_text()) for path in files], given)
    pytest.main(
        ["-p", "no:cacheprovider", "--capture=no", *(given.tests or own), *files], plugins=[runner]
    )


if __name__ == "__main__":
    main()

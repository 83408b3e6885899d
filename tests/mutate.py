"""Mutation of the code itself: `python -m tests.mutate dlcalc/numbers --seconds 600`.

One operator, constant or return value of a function is changed at a time, and the tests that reach
its line run until one fails. Whatever no test sees is printed, with the share that was seen.
The tests are collected once; each mutant runs in a forked child, which only exchanges the code
of the one function. What stands outside functions, types, text, and what is raised is left alone,
and whether a bound on cost (MOST_…) is kept at its number or one beyond.
"""

from __future__ import annotations

import argparse
import ast
import copy
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
MEMORY_LIMIT = 4 << 30
LEAST_WORK = 0.02
"""Seconds of work in two minutes below which a process waits for what never comes."""
NEAR = {
    "numbers": ("conv", "size", "pool"), "derive": ("grad", "lstm", "mlp", "step", "vae"),
    "models": ("mults", "params", "reduce", "size", "step"),
    "layers": ("conv", "gan", "gru", "lstm", "mlp", "params", "size", "step", "vae"),
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
CACHED = type(cache(int))
Lines = dict[int, list[str]]
"""The tests that reach each line of a file."""
Key = tuple[str, str, int, int]
"""A function: its file, qualified name, first line, and the column where its code begins."""


class Mutant(NamedTuple):
    """One change of a function's code."""

    text: str
    lines: set[int]
    """Where it can be met."""
    codes: list[CodeType]
    """The code of the function, of those around it first."""


class Change(ast.NodeTransformer):
    """Changes the place of the number `at`, counted through a statement of a module."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.count, self.within = at, 0, False
        self.what = ""
        self.statement: set[int] = set()
        """The lines of the statement at hand, without the statements in it."""
        self.lines: set[int] = set()

    def visit(self, node: ast.AST) -> Any:
        """The node, changed if it is the one; text and what stands outside functions is not."""
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.arguments | ast.Assert):
            return node
        if isinstance(node, ast.keyword) and node.arg in ("strict", "copy"):
            return node  # it asserts, or saves memory
        if isinstance(node, ast.Compare) and ast.unparse(node.comparators[-1]).startswith("MOST_"):
            return node  # a bound may be one off
        outer = self.within, self.statement
        self.within = self.within or isinstance(node, ast.FunctionDef | ast.Lambda)
        if isinstance(node, ast.stmt):
            inner = [each.lineno - 1 for each in getattr(node, "body", ())]
            self.statement = lines_of(node.lineno, inner[0] if inner else node.end_lineno)
        if isinstance(node, ast.FunctionDef):
            node.body = [self.visit(each) for each in node.body]
        elif isinstance(node, ast.AnnAssign):
            node.value = node.value and self.visit(node.value)
        else:
            self.generic_visit(node)
        made = self._changed(node) if outer[0] else node
        self.within, self.statement = outer
        return made

    def _here(self, node: Any, what: str) -> bool:
        self.count += 1
        if self.count == self.at:
            self.what = f"{node.lineno}: {what}"
            own = () if isinstance(node, ast.stmt) else lines_of(node.lineno, node.end_lineno)
            self.lines = self.statement.union(own)
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


def lines_of(first: int, last: int | None) -> set[int]:
    """Lines from the first to the last of them."""
    return set(range(first, (last or first) + 1))


class Mutable:
    """A file with the places where it can be changed.

    >>> file = Mutable("f.py", "def f(a): return a + 1 < 3")
    >>> [file.mutant(*at).text for at in file.places]  # doctest: +NORMALIZE_WHITESPACE
    ['f.py:1: 1 becomes 2', 'f.py:1: Add becomes Sub', 'f.py:1: 3 becomes 4',
     'f.py:1: Lt becomes LtE', 'f.py:1: returns None']
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.statements = ast.parse(text).body
        self.places: list[tuple[int, int]] = []
        """A statement of the module, and a place in it."""
        self.codes: dict[Key, CodeType] = {}
        for index, statement in enumerate(self.statements):
            self.codes |= {key_of(each): each for each in self._codes(statement)}
            counted = Change()
            counted.visit(copy.deepcopy(statement))
            self.places += [(index, at + 1) for at in range(counted.count)]

    def mutant(self, index: int, at: int) -> Mutant | None:
        """The file with one change; None where no code of a function differs."""
        change = Change(at)
        tree = ast.fix_missing_locations(change.visit(copy.deepcopy(self.statements[index])))
        changed = [
            code for code in self._codes(tree) if self.codes.get(key_of(code), code) != code
        ]
        text = f"{os.path.relpath(self.path)}:{change.what}"
        return Mutant(text, change.lines, changed) if changed else None

    def _codes(self, statement: ast.stmt) -> Iterator[CodeType]:
        tree = ast.Module([statement], [])
        return codes(compile(tree, self.path, "exec", annotations.compiler_flag))


class Runner:
    """A plugin of pytest that runs the collected tests once a mutant, in place of once."""

    def __init__(self, files: Sequence[Mutable], given: argparse.Namespace) -> None:
        self.files, self.given = files, given
        from coverage import Coverage  # the suite, which looks for doctests here, has none

        self.coverage = Coverage(data_file=None, include=[file.path for file in files])
        self.coverage.start()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try mutants in an order drawn by the seed, as many as the time allows."""
        items = {item.nodeid: item for item in session.items}
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "reached"
            in_child(lambda: bool(kept.write_bytes(pickle.dumps(self.reached(session)))))
            reached, took = pickle.loads(kept.read_bytes())
        self.coverage.stop()
        functions: dict[Key, list[FunctionType]] = {}
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                functions.setdefault(key_of(each.__code__), []).append(each)
        killed = tried = 0
        for mutant, met in self.mutants(reached):
            names = sorted(met, key=took.__getitem__)

            def survives(mutant: Mutant = mutant, names: Sequence[str] = names) -> bool:
                for code in mutant.codes:
                    for function in functions.get(key_of(code), ()):
                        function.__code__ = code
                return all(passes(session, items[name], 2 + 5 * took[name]) for name in names)

            tried += 1
            if names and in_child(survives):
                killed += 1
            else:
                print(mutant.text, "" if names else "(no test reaches it)", flush=True)
        places = sum(len(file.places) for file in self.files)
        print(f"{killed} of {tried} mutants seen by the tests, {killed / max(tried, 1):.1%}; "
              f"{places:,} there are; seed {self.given.seed}")  # fmt: skip
        return True

    def mutants(self, reached: Mapping[str, Lines]) -> Iterator[tuple[Mutant, set[str]]]:
        """Mutants in an order drawn by the seed, with the tests that reach them, for a while."""
        waiting = [(file, at) for file in self.files for at in file.places]
        random.Random(self.given.seed).shuffle(waiting)
        end = time.monotonic() + self.given.seconds
        for file, at in waiting:
            if time.monotonic() > end:
                return
            mutant = file.mutant(*at)
            if mutant is None or not (self.given.lines or mutant.lines) & mutant.lines:
                continue
            met = {name for line in mutant.lines for name in reached[file.path].get(line, ())}
            if met != {""}:  # where the imports have done its work, it cannot be exchanged
                yield mutant, met - {""}

    def reached(self, session: pytest.Session) -> tuple[dict[str, Lines], dict[str, float]]:
        """The tests that reach each line of each file, and how long each works unchanged."""
        took: dict[str, float] = {}
        modules = 0
        for item in session.items:
            if len(sys.modules) != modules:
                modules = len(sys.modules)
                caches = [each for each in gc.get_objects() if isinstance(each, CACHED)]
            for each in caches:
                if each.__module__.partition(".")[0] in ("dlcalc", "tests"):
                    each.cache_clear()  # or one test alone would be seen to do the work
            self.coverage.switch_context(item.nodeid)
            began = time.process_time()
            if not passes(session, item):
                self.coverage.switch_context("")
            took[item.nodeid] = time.process_time() - began
        self.coverage.stop()
        data = self.coverage.get_data()
        return {file.path: data.contexts_by_lineno(file.path) for file in self.files}, took


def passes(session: pytest.Session, item: pytest.Item, seconds: float = 0) -> bool:
    """Whether a test passes; one that works for longer, where that is said, ends the process.

    Work is the processor's time: a busy machine lets no mutant pass for one that a test sees.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    failed = session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return session.testsfailed == failed


def in_child(work: Callable[[], bool]) -> int:
    """Do something in a forked child that says nothing; 0 where it comes out true.

    One that waits for itself, as threads may, ends: in two minutes it has done no work at all.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            worked = [-1.0, -1.0]

            def look(*_: object) -> None:
                worked.append(time.process_time())
                if worked[-1] - worked[-3] < LEAST_WORK:
                    os._exit(1)

            signal.signal(signal.SIGALRM, look)
            signal.setitimer(signal.ITIMER_REAL, 60, 60)
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
    parser.add_argument("files", nargs="+", help="files, lines of them (FILE:LINE), or folders")
    parser.add_argument("--tests", nargs="*", help="in place of a room's own")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    files: list[str] = []
    given.lines = set()
    for name in given.files:
        path, _, line = name.partition(":")
        given.lines |= {int(line)} if line else set()
        folder = Path(path).resolve()
        files += map(str, sorted(folder.rglob("*.py")) if folder.is_dir() else [folder])
    files = sorted(set(files))
    rooms = sorted({os.path.relpath(path, ROOT / "dlcalc").split(os.sep)[0] for path in files})
    own = [f"tests/{room}" for room in rooms]
    own += [f"tests/commands/{name}" for room in rooms for name in NEAR.get(room, ())]
    runner = Runner([Mutable(path, Path(path).read_text()) for path in files], given)
    pytest.main(
        ["-p", "no:cacheprovider", "--capture=no", *(given.tests or own), *files], plugins=[runner]
    )


if __name__ == "__main__":
    main()

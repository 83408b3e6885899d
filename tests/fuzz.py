"""A fuzzer of the command line: `python -m tests.fuzz --seconds 3600`.

It knows the grammars: options by their types, layer notation, equations, JSON documents,
records, arrays, and NumPy's files. Each input runs in a forked child, in a folder of its own,
under limits of time and memory, and must end as every command promises: status 0, 1 or 2; with
2 one line of complaint and nothing on stdout; strict JSON; the same status in every format;
its own JSON accepted by its own `--expect`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import click

from dlcalc.layers.table import types
from dlcalc.shell.commands import root
from tests.faults.binary import BINARY, GOOD, npy
from tests.faults.commands import TABLE
from tests.forked import TIME_LIMIT, outcome, prepare
from tests.shell.running import Run

WARNINGS = ("Traceback", "Warning", "fault of dlcalc's own", "NoneType", " object at 0x")
SLOW = {"gan", "posterior"}
"""Commands whose honest answers take seconds: asked for rarely."""

NUMBERS = (
    "0", "1", "2", "3", "5", "7", "16", "-1", "-0", "0.5", "-2.5", "1e3", "1e-300", "1e308",
    "1e999", "nan", "inf", "-inf", "NaN", "Infinity", "9223372036854775808", "1_000", "0x10",
    "1,5", "½", "٣", "", " ", "+3", "3.", ".5", "1e30", "4294967296", "1/2", "pi",
)  # fmt: skip
SIZES = (
    "4", "8x8", "3x8x8", "1x28x28", "0", "-1", "4x", "x4", "4x-4", "2:1", "1:2x0:1", "same",
    "valid", "full", "1e12x1e12", "99999999999999999999", "1x1x1x1x1", "3,8,8",
)  # fmt: skip
WORDS = ("", "-", "--", "lenet", "C1", "relu", "x", "W", "none", "é", "a b", "0,0", "a:b:c", "=")
KEYS = ("", "", "stride=2", "pad=same", "bias=no", "tie=C1", "groups=3", "frozen=yes")
EQUATIONS = (
    "y = w*x + b", "L = (y - t)^2", "z = sigmoid(w*x)", "p = softmax(z)", "L = -ln(y)",
    "h = relu(W @ x)", "y = x^0.5", "a = b", "y = sum(x)", "y = max(x, 0)", "c = f*c0 + i*g",
    "y = exp(x)/x", "y = sqrt(x^2 + 1)", "L = sum((h - t)^2)", "y = tanh(x)'", "é = π*x",
)  # fmt: skip
CELL = "W b x h0 c0 dh dc gates activations next target loss weight_ih_l0 bias_ih_l0 learning_rate"
FIELDS = {
    "lstm": CELL, "gru": f"{CELL} reset", "rnn": f"{CELL} activation nonlinearity",
    "mlp": "x target weights biases sizes activation output loss learning_rate freeze optimizer",
    "vae": "x noise encoder mu sigma decoder head", "posterior": "weights means covariances",
    "step": "x target upstream parameters loss reduction optimizer steps mode masks state",
    "grad": "equations values of wrt",
}
"""Fields that the documents of a command may have."""
NOISE = ("", " ", "\n", "\t", "(", ")", "[", "]", "{", "}", ",", ";", "=", "*", "^", "'", '"', "#",
         "\0", "\ufeff", "é", "²", "-", "1e999", "NaN", "null", "true", "x" * 300)  # fmt: skip


class Input(NamedTuple):
    """One call: arguments, files that lie about, and what stands on standard input."""

    words: list[str]
    files: dict[str, bytes]
    stdin: bytes | None

    def __str__(self) -> str:
        files = ", ".join(f"{name}={data[:300]!r}" for name, data in self.files.items())
        return f"dlcalc {shlex.join(self.words)}\n  files: {files}\n  stdin: {self.stdin!r:.300}"


class Fuzzer:
    """Inputs drawn by one seed."""

    def __init__(self, seed: int, commands: list[str]) -> None:
        self.random = random.Random(seed)
        self.commands = commands

    def draw(self) -> Input:
        """The next input."""
        name = self.random.choice(self.commands)
        if name in SLOW and self.random.random() < 0.9:
            quick = [each for each in self.commands if each not in SLOW]
            name = self.random.choice(quick or [name])
        command = TABLE[name]
        files: dict[str, bytes] = {}
        stdin: bytes | None = None
        words = shlex.split(command.good)
        if command.takes and self.random.random() < 0.7:
            data = self._data(command.data, FIELDS.get(name, "").split())
            place = self.random.choice(("file", "-", "f.json", "f.npy", "f.csv"))
            words = shlex.split(command.takes.replace("{}", place))
            if place == "-":
                stdin = data
            else:
                files[place] = data
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 3))):
            words += self._option(name)
        while self.random.random() < 0.15:
            words = self._shaken(words)
        if name == "gan":
            words += ["--epochs", "1"]
        return Input([name, *words], files, stdin)

    def _option(self, name: str) -> list[str]:
        found = root.get_command(click.Context(root), name)
        assert found is not None
        params = [each for each in found.params if isinstance(each, click.Option)]
        if not params:
            return ["--precision", "3"]
        option = self.random.choice(params)
        flag = self.random.choice(option.opts)
        if option.name in ("help", "version", "plot", "save", "checkpoint", "samples"):
            return ["--precision", "3"]
        if option.is_flag:
            return [flag]
        return [flag, self._value(option)]

    def _value(self, option: click.Option) -> str:
        names = getattr(option.type, "names", None) or getattr(option.type, "choices", ())
        pools: list[tuple[str, ...]] = [NUMBERS, SIZES, WORDS]
        named = tuple((names() if callable(names) else names) or ())
        pools += [named] * 4 if named else []
        if "format" in option.opts[0] or option.name == "format":
            pools = [("json", "csv", "tsv", "plain", "markdown", "latex", "table", "jsn")]
        value = self.random.choice(self.random.choice(pools))
        return self._mutated(value) if self.random.random() < 0.1 else value

    def _shaken(self, words: list[str]) -> list[str]:
        """The words with one left out, doubled, exchanged or damaged."""
        if not words:
            return words
        place = self.random.randrange(len(words))
        kind = self.random.randrange(4)
        if kind == 0:
            return words[:place] + words[place + 1 :]
        if kind == 1:
            return [*words, words[place]]
        if kind == 2:
            other = self.random.choice(NUMBERS + SIZES + WORDS)
            return [*words[:place], other, *words[place + 1 :]]
        return [*words[:place], self._mutated(words[place]), *words[place + 1 :]]

    def _data(self, text: str, fields: list[str]) -> bytes:
        """Data of the kind that `text` is: changed where its grammar has joints, or anywhere."""
        draw = self.random.random()
        if draw < 0.15:
            return self._binary()
        makers: list[Callable[[str], str]] = [self._mutated, self._tokens]
        if text.lstrip().startswith("{"):
            makers = [self._json, self._json, self._json, self._tokens, self._mutated]
        elif text.startswith("input "):
            makers += [self._layers] * 3
        elif "=" in text:
            makers += [self._equations] * 3
        made = text
        for _ in range(self.random.choice((0, 1, 1, 2))):
            made = self.random.choice(makers)(made)
        if fields and makers[0] == self._json and self.random.random() < 0.3:
            made = self._with_field(made, self.random.choice(fields))
        return made.encode("utf-8", "surrogatepass")

    def _binary(self) -> bytes:
        maker, _ = self.random.choice(list(BINARY.values()))
        data = bytearray(self.random.choice((GOOD, GOOD, maker()[:100_000], npy_scalar())))
        for _ in range(self.random.randrange(4)):
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data[: self.random.randrange(len(data) + 1)] if self.random.random() < 0.2
                     else data)  # fmt: skip

    def _json(self, text: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self._mutated(text)
        return json.dumps(self._changed(value))

    def _with_field(self, text: str, field: str) -> str:
        """A document with anything at all in one of the fields that it may have."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        inner = self._changed(None)
        made = self.random.choice((inner, {"type": inner}, {"type": "adam", "state": inner}))
        return json.dumps({**value, field: made} if isinstance(value, dict) else value)

    def changed_answer(self, text: str) -> Any:
        """An answer to grade: one field of the record, or all of it, with a node changed."""
        value = json.loads(text)
        if isinstance(value, dict) and value and self.random.random() < 0.7:
            name = self.random.choice(list(value))
            value = {name: value[name]}
        for _ in range(self.random.choice((1, 1, 2))):
            value = self._changed(value)
        return value

    def _changed(self, value: Any) -> Any:
        """One node of a JSON value replaced, removed, doubled or wrapped."""
        if isinstance(value, dict) and value and self.random.random() < 0.8:
            key = self.random.choice(list(value))
            draw = self.random.random()
            if draw < 0.1:
                return {k: v for k, v in value.items() if k != key}
            if draw < 0.15:
                return {self._mutated(k) if k == key else k: v for k, v in value.items()}
            return {**value, key: self._changed(value[key])}
        if isinstance(value, list) and value and self.random.random() < 0.7:
            place = self.random.randrange(len(value))
            draw = self.random.random()
            if draw < 0.1:
                return value[:place] + value[place + 1 :]
            if draw < 0.2:
                return [*value, value[place]]
            return [*value[:place], self._changed(value[place]), *value[place + 1 :]]
        return self.random.choice((
            None, True, 0, 1, -1, 2.5, 1e200, -1e308, 10**30, "", "a", "NaN", "Infinity", [], {},
            [[]], [1, [2]], ["a", [1]], [value], {"a": value}, [value, value], "relu", float("nan"),
        ))  # fmt: skip

    def _layers(self, text: str) -> str:
        lines = text.split("\n")
        type = self.random.choice(list(types()))
        numbers = self.random.choices((*NUMBERS[:8], *SIZES[:6]), k=self.random.randrange(3))
        key = self.random.choice(KEYS)
        line = " ".join(filter(None, (type, *numbers, key)))
        block = self.random.choice(("", "", "", "repeat 2:\n  ", "sum:\n  branch:\n  branch: "))
        lines.insert(self.random.randrange(1, len(lines) + 1), block + line)
        return "\n".join(lines)

    def _equations(self, text: str) -> str:
        lines = [*text.split("\n"), self.random.choice(EQUATIONS)]
        self.random.shuffle(lines)
        return self.random.choice(("\n", "; ")).join(lines)

    def _tokens(self, text: str) -> str:
        """A word of the text exchanged for a number, a size or another word of it."""
        words = text.split(" ")
        place = self.random.randrange(len(words))
        words[place] = self.random.choice((*NUMBERS, *SIZES, *words))
        return " ".join(words)

    def _mutated(self, text: str) -> str:
        """Some characters of the text cut, doubled or replaced by noise."""
        place = self.random.randrange(len(text) + 1)
        end = min(len(text), place + self.random.choice((0, 1, 1, 3, 20)))
        middle = self.random.choice((*NOISE, text[place:end] * 2))
        return text[:place] + middle + text[end:]


def npy_scalar() -> bytes:
    """An .npy file of one number."""
    import numpy as np

    return npy(np.array([1.5]))


def called(case: Input, folder: Path) -> Run:
    """Run a call in a forked child; no argument can hold a NUL."""
    return outcome([word.replace("\0", "") for word in case.words], folder, case.stdin)


def complaint(case: Input, done: Run) -> str:
    """What a call did that none may do; nothing where all is well."""
    if done.status in (-signal.SIGPROF, -signal.SIGALRM):
        return f"worked for more than {TIME_LIMIT} s, or waited for ever"
    if done.status not in (0, 1, 2):
        return f"ended with status {done.status}"
    for word in WARNINGS:
        if word in done.err:
            return f"says {word!r}"
    if wrong := _wrong_lines(done):
        return wrong
    if done.status == 0 and _format(case) == "json" and case.words[0] not in ("gan", "size"):
        try:
            json.loads(done.out, parse_constant=_refuse)
        except ValueError as error:
            return f"no strict JSON: {error}"
        if "--allow-nonfinite" not in case.words and re.search(r'"(NaN|-?Infinity)"', done.out):
            return "NaN or Infinity in the result"
    return ""


def _wrong_lines(done: Run) -> str:
    lines = done.err.splitlines()
    if not all(line.startswith("dlcalc: ") for line in lines):
        return "a line on stderr does not begin with 'dlcalc: '"
    if any(len(line) > 3000 for line in lines):
        return "an endless line"
    if done.status == 2:
        return "status 2, and something on stdout" if done.out else "" if lines else "not a word"
    return ""


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _format(case: Input) -> str:
    given = [
        value for flag, value in pairwise(case.words) if flag in ("-f", "--format")
    ]
    return given[-1] if given else "table"


def other_forms(case: Input, done: Run, folder: Path, fuzzer: Fuzzer) -> str:
    """Whether json and csv end alike, and the own JSON is accepted as the expected answer.

    An answer that is the own one but for a node or two must be told as any input is.
    """
    asked = {"-f", "--format", "--expect", "-h", "--help", "--table", "--"} & {*case.words}
    if asked or done.status != 0 or case.words[0] in ("gan", "completion", "man"):
        return ""
    as_json = called(case._replace(words=[*case.words, "-f", "json"]), folder)
    for form in ("csv", "latex"):
        status = called(case._replace(words=[*case.words, "-f", form]), folder).status
        if status != 0:
            return f"status {status} in {form}, 0 as a table"
    if as_json.status != 0:
        return f"status {as_json.status} in json, 0 as a table"
    try:
        json.loads(as_json.out, parse_constant=_refuse)
    except ValueError as error:
        # Records answer line by line; all else is one value.
        return "" if case.words[0] == "size" else f"no strict JSON: {error}"
    if case.words[0] == "quiz" and "--answer" not in case.words:
        return ""  # --expect grades the answer, which a question is not
    (folder / "own.json").write_text(as_json.out)
    again = called(case._replace(words=[*case.words, "--expect", "own.json"]), folder)
    if again.status != 0:
        return f"refuses its own answer: {again.err.strip()[:300]}"
    if case.words[0] == "docs":  # whose text is as long as it is
        return ""
    odd = json.dumps(fuzzer.changed_answer(as_json.out))
    (folder / "odd.json").write_text(odd)
    told = case._replace(words=[*case.words, "--expect", "odd.json"])
    wrong = complaint(told, called(told, folder))
    return wrong and f"{wrong}, with --expect {odd[:600]}"


def findings(fuzzer: Fuzzer, going_on: Callable[[], bool], counts: Counter[str]) -> Iterator[str]:
    """Every input that ends as none may, with what is wrong of it."""
    while going_on():
        case = fuzzer.draw()
        counts[case.words[0]] += 1
        with tempfile.TemporaryDirectory() as name:
            for file, data in case.files.items():
                (Path(name) / file).write_bytes(data)
            done = called(case, Path(name))
            wrong = complaint(case, done)
            if not wrong and fuzzer.random.random() < 0.2:
                wrong = other_forms(case, done, Path(name), fuzzer)
        if wrong:
            yield f"{wrong}\n  {case}\n  status {done.status}, stderr: {done.err[-500:]!r}"


def main() -> None:
    """Fuzz as long as asked, and print what was found and how many inputs were tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--inputs", type=int, help="so many, however long they take")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("commands", nargs="*", default=[])
    asked = parser.parse_args()
    prepare()
    counts: Counter[str] = Counter()
    found = 0
    end = time.monotonic() + asked.seconds
    most: int | None = asked.inputs

    def going_on() -> bool:
        return time.monotonic() < end if most is None else counts.total() < most

    for each in findings(Fuzzer(asked.seed, asked.commands or list(TABLE)), going_on, counts):
        found += 1
        print(each, flush=True)
    print(f"seed {asked.seed}: {counts.total():,} inputs, {found} findings")
    print(", ".join(f"{name} {number:,}" for name, number in counts.most_common()))


if __name__ == "__main__":
    main()

"""Architecture files: the layer notation with fields, conditions and loops, put into layers.

    let inner = intermediate_size | 4 * width    # a definition, read when it is needed
    part mlp:                                    # lines of a name of their own
      up: linear {inner} bias={mlp_bias}         # the value of an expression; an option
      down: linear {width}                       #   whose value is null is left out
    layers: repeat num_hidden_layers:            # turn by turn, `i` counts from 0; `as j`
      if i < first_k_dense_replace:              # elif, else
        use mlp
    model vision_config head='model'             # the architecture of a nested config
    note {heads} heads are odd                   # a sentence for stderr; refuse: an error
    like decoder                                 # all of decoder.txt that is not said anew

Turns that come out alike are one block of the layer notation. Expressions over the fields of a
config.json:

    hidden_size // num_attention_heads      + - * // %, comparisons, and, or, not, in
    head_dim | hidden_size // heads         the first that is given and not null
    intermediate_size if i < first else 0   one of two
    layer_types[i] == 'full_attention'      elements of lists, words in quotes
    round_up(x, 256)                        also min, max, len, lengths, sum, range, places

A name is looked up in levels: the variables of loops, the facts of the type, the config,
the defaults of its class, the definitions of the architecture. What is nowhere is null.
"""

from __future__ import annotations

import _ast
import json
import operator
import re
from collections.abc import Callable, Mapping
from itertools import chain
from math import isqrt

from dlcalc.errors import InputError, LimitError
from dlcalc.models.tree import MOST_LAYERS, MOST_NESTING, written
from dlcalc.typed import Any

MOST_PRIME, MOST_PRIMES = 10**8, 1000
_CONSTANTS = {"yes": True, "no": False, "null": None}


def _make_divisible(x: float, unit: int, least: int | None = None) -> int:
    """The nearest multiple of a unit that is not more than a tenth below x, as in MobileNet."""
    nearest = max(unit if least is None else least, int(x + unit / 2) // unit * unit)
    return nearest + unit if nearest < 0.9 * x else nearest


def _primes(start: int, count: int) -> list[int]:
    """So many primes, from a number on; LimitError where finding them takes long."""
    if start > MOST_PRIME or count > MOST_PRIMES:
        raise LimitError(f"{count:,} primes from {start:,} on are not looked for")
    found: list[int] = []
    number = max(start, 2)
    while len(found) < count:
        if all(number % each for each in range(2, isqrt(number) + 1)):
            found.append(number)
        number += 1
    return found


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "round_up": lambda x, unit: -(-x // unit) * unit, "ceil_div": lambda x, y: -(-x // y),
    "make_divisible": _make_divisible, "primes": _primes, "pow": pow,
    "min": min, "max": max, "len": len, "sum": sum, "int": int, "round": round, "str": str,
    "range": lambda *ends: list(range(*ends)), "is_list": lambda x: isinstance(x, list),
    "starts": lambda x, start: str(x).startswith(start),
    "ends": lambda x, end: str(x).endswith(end),
    "lengths": lambda lists: [len(each) for each in lists],
    "places": lambda values, value: [at for at, each in enumerate(values) if each == value],
}

Evaluate = Callable[[Any], Any]
"""What an expression comes to for names, which `get` gives their values."""


class Expression:
    """An expression, read when its value is first wanted, to be evaluated often."""

    __slots__ = ("evaluate", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.evaluate: Evaluate | None = None

    def __call__(self, fields: Fields) -> Any:
        """Its value; InputError where a field that it needs is missing or of another type."""
        if self.evaluate is None:
            self.evaluate = read_expression(self.text.strip())
        try:
            return self.evaluate(fields)
        except (TypeError, ArithmeticError, IndexError, ValueError):
            raise InputError(fields.complaint(self.text)) from None


class Fields:
    """Names and what they stand for, in levels; the first that knows a name gives it."""

    def __init__(self, *levels: Mapping[str, Any]) -> None:
        self.levels = levels
        self.scope: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        """The variables of the loops around with what is set for a part alone, and the values
        that come of them."""
        self.varies = False
        """Whether one of these has been read."""
        self.read: set[str] = set()
        self._known: dict[str, Any] = {}
        self._from: dict[str, int] = {}

    def get(self, name: str) -> Any:
        """The value of a name, null where nothing gives one."""
        variables, bound = self.scope
        if name in variables:
            self.varies = True
            return variables[name]
        if name in self._known:
            return self._known[name]
        if name in bound:
            self.varies = True
            return bound[name]
        if "." in name and (inner := self._nested(name)) is not None:
            return inner
        first = self._from.get(name, 0)
        for at in range(first, len(self.levels)):
            if name in self.levels[at]:
                value, varies = self.levels[at][name], False
                if isinstance(value, Expression):
                    # A definition may name what it replaces: the levels behind are meant.
                    self._from[name] = at + 1
                    around, self.varies = self.varies, False
                    value = value(self)
                    varies, self.varies = self.varies, self.varies or around
                    self._from[name] = first
                self.read.add(name)
                break
        else:
            value, varies = None, False
        if not first:
            (bound if varies else self._known)[name] = value
        return value

    def named(self) -> set[str]:
        """Names in the definitions that hold, whether they have been read or not."""
        holding: dict[str, Expression] = {}
        for level in reversed(self.levels):
            holding.update({
                name: value for name, value in level.items() if isinstance(value, Expression)
            })
        return {name for each in holding.values() for name in names(each.text)}

    def _nested(self, name: str) -> Any:
        outer, dot, inner = name.rpartition(".")
        value = self.get(outer) if dot else None
        return value.get(inner) if isinstance(value, dict) else None

    def complaint(self, text: str) -> str:
        """What is wrong with an expression that has no value."""
        found = names(text)
        missing = [each for each in found if self.get(each) is None]
        if missing:
            return f"field {missing[0]!r} is missing; {text} needs it"
        given = ", ".join(f"{each} {json.dumps(self.get(each))}" for each in dict.fromkeys(found))
        return f"no value comes of {given}: {text.strip()}"


def names(text: str) -> list[str]:
    """The names in an expression, in its order.

    >>> names("min(width, 3) if kind == 'a' else depth")
    ['width', 'kind', 'depth']
    """
    return [
        each for each in re.findall(r"[A-Za-z_][\w.]*", re.sub("'[^']*'", "", text))
        if each not in _FUNCTIONS and each not in _KEYWORDS
    ]


_KEYWORDS = {"and", "or", "not", "in", "if", "else", *_CONSTANTS}


def read_expression(text: str) -> Evaluate:
    """What evaluates an expression, which the parser of Python reads: its grammar is the same.

    >>> read_expression("2*n + 1")({"n": 3})
    7
    """
    if text.isidentifier():  # most are
        return _name(text)
    try:
        tree: Any = compile(text, "", "eval", _ast.PyCF_ONLY_AST)
        return _built(tree.body)
    except (SyntaxError, KeyError):
        raise InputError(f"{text!r} is no expression") from None


def _built(node: Any) -> Evaluate:
    return _BUILT[type(node).__name__](node)


def _constant(value: Any) -> Evaluate:
    return lambda fields: value


def _named(node: Any) -> Evaluate:
    name, parts = node, list[str]()
    while isinstance(name, _ast.Attribute):
        parts.insert(0, name.attr)
        name = name.value
    return _name(".".join([name.id, *parts]))


def _name(name: str) -> Evaluate:
    if name in _CONSTANTS:
        return _constant(_CONSTANTS[name])
    return lambda fields: fields.get(name)


def _joined(node: Any) -> Evaluate:
    first, *others = map(_built, node.values)
    for each in others:
        first = _BINARY[type(node.op).__name__](first, each)
    return first


def _compared(node: Any) -> Evaluate:
    [sign], [right] = node.ops, node.comparators
    return _BINARY[type(sign).__name__](_built(node.left), _built(right))


def _unary(node: Any) -> Evaluate:
    value = _built(node.operand)
    if isinstance(node.op, _ast.Not):
        return lambda fields: not value(fields)
    return lambda fields: -value(fields)


def _chosen(node: Any) -> Evaluate:
    test, value, other = map(_built, (node.test, node.body, node.orelse))
    return lambda fields: value(fields) if test(fields) else other(fields)


def _called(node: Any) -> Evaluate:
    function, given = _FUNCTIONS[node.func.id], [*map(_built, node.args)]
    return lambda fields: function(*[each(fields) for each in given])


def _listed(node: Any) -> Evaluate:
    parts = [*map(_built, node.elts)]
    return lambda fields: [each(fields) for each in parts]


_BUILT: dict[str, Callable[[Any], Evaluate]] = {
    "Constant": lambda node: _constant(node.value), "Name": _named, "Attribute": _named,
    "BoolOp": _joined, "Compare": _compared, "UnaryOp": _unary, "IfExp": _chosen, "Call": _called,
    "List": _listed,
    "BinOp": lambda node: _BINARY[type(node.op).__name__](_built(node.left), _built(node.right)),
    "Subscript": lambda node: _applied(_place)(_built(node.value), _built(node.slice)),
}
"""What evaluates each part of an expression."""


def _applied(function: Callable[[Any, Any], Any]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    return lambda left, right: lambda fields: function(left(fields), right(fields))


def _divided(a: Any, b: Any) -> Any:
    from fractions import Fraction

    ratio = Fraction(a) / Fraction(b)
    return ratio.numerator if ratio.denominator == 1 else ratio


_BINARY: dict[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "Or": lambda left, right: lambda fields: left(fields) or right(fields),
    "And": lambda left, right: lambda fields: left(fields) and right(fields),
    "Eq": _applied(operator.eq), "NotEq": _applied(operator.ne), "Lt": _applied(operator.lt),
    "LtE": _applied(operator.le), "Gt": _applied(operator.gt), "GtE": _applied(operator.ge),
    "In": _applied(lambda a, b: a in b), "NotIn": _applied(lambda a, b: a not in b),
    # The first that is given.
    "BitOr": lambda left, right: lambda fields: (
        right(fields) if (found := left(fields)) is None else found
    ),
    "Add": _applied(operator.add), "Sub": _applied(operator.sub),
    "Mult": _applied(operator.mul), "Div": _applied(_divided),
    "FloorDiv": _applied(operator.floordiv), "Mod": _applied(operator.mod),
}
"""The signs between two values."""


def _place(values: Any, at: Any) -> Any:
    if isinstance(values, dict):  # layers by number may be written "05"
        keys = [key for key in values if key == at or (key.isdigit() and int(key) == at)]
        return values[keys[0]] if keys else None
    return None if values is None else values[at]


_REPEAT = re.compile(r"(?:(\w+): *)?repeat (.+?)( shared)?(?: as (\w+))?:$")
_OPTION = re.compile(r"\S+=$")
MOST_KNOWN = 4
"""Turns of a loop that are kept, for others that come out alike."""
_NEVER = object()
"""What no expression comes to: turns with loops in them are never taken to be alike."""

Include = Callable[[str, dict[str, Expression]], list[str]]
"""Lines of the architecture of a nested config: the field, and facts that are set for it."""


class Line:
    """A line of an architecture file, its expressions read, and the lines below it."""

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self.body: list[Line] = []
        self.word = text.partition(" ")[0].rstrip(":")
        self.name = ""
        self.variable, self.shared = "i", ""
        self.pieces: list[str | Expression] = []
        self.facts: dict[str, Expression] = {}
        if self.word in ("if", "elif"):
            self.pieces = [Expression(text[len(self.word) :].rstrip(":"))]
        elif self.word in ("use", "else", "model"):
            _, self.name, rest = f"{text.rstrip(':')}  ".split(" ", 2)
            self.facts = facts(rest)
        elif "repeat " in text and (found := _REPEAT.match(text)):
            self.word, self.name = "repeat", found[1] or ""
            self.shared, self.variable = found[3] or "", found[4] or "i"
            self.pieces = [Expression(found[2])]
        else:
            self.word = self.word if self.word in ("note", "refuse") else ""
            plain, *parts = text.removeprefix(f"{self.word} ").split("{")
            self.pieces = [plain]
            for part in parts:
                inner, _, plain = part.partition("}")
                self.pieces += [Expression(inner), plain]


def facts(text: str) -> dict[str, Expression]:
    """Facts as the tables write them, a semicolon between two.

    >>> {name: each.text for name, each in facts("a = 1; b = 'c d' if e else f").items()}
    {'a': '1', 'b': "'c d' if e else f"}
    """
    found = {}
    for part in filter(str.strip, text.split(";")):
        name, _, value = part.partition("=")
        found[name.strip()] = Expression(value.strip())
    return found


class Architecture:
    """An architecture file, read: its definitions, its parts and its lines.

    `find` gives the text of the file that one is `like`.
    """

    def __init__(self, text: str, file: str, find: Callable[[str], str] = str) -> None:
        self.file = file
        self.definitions: dict[str, Expression] = {}
        self.texts: dict[str, tuple[str, list[tuple[int, str]]]] = {}
        """The lines of each part as they stand, with file and numbers."""
        self.parts: dict[str, list[Line]] = {}
        self.lines: list[Line] = []
        own: list[tuple[int, str]] = []
        below = own
        for number, line in enumerate(text.splitlines(), 1):
            if line[:1] == " ":
                below.append((number, line))
            elif line.startswith("let "):
                name, _, value = line[4:].partition(" = ")
                self.definitions[name] = Expression(value)
            elif line.startswith("part "):
                below = []
                self.texts[line[5:].rstrip(": ")] = file, below
            elif line.startswith("like "):
                base = f"{line[5:]}.txt"
                like = Architecture(find(base), base, find)
                self.definitions, self.texts, self.lines = like.definitions, like.texts, like.lines
            elif line and line[0] != "#":
                below = own
                own.append((number, line))
        self.lines = _tree(file, own) or self.lines

    def part(self, name: str) -> list[Line]:
        """The lines of a part, read when it is first used."""
        if name not in self.parts:
            self.parts[name] = _tree(*self.texts[name])
        return self.parts[name]

    @property
    def names(self) -> set[str]:
        """Names in the lines themselves, whether they are put in or not."""
        found: set[str] = set()
        left = [*self.lines, *chain.from_iterable(map(self.part, self.texts))]
        for line in left:
            left += line.body
            expressions = (*line.pieces, *line.facts.values())
            found.update(
                name for each in expressions if isinstance(each, Expression)
                for name in names(each.text)
            )
        return found


def _tree(file: str, texts: list[tuple[int, str]]) -> list[Line]:
    """Lines with those that stand deeper below them."""
    found: list[Line] = []
    around = [(-1, found)]
    for number, text in texts:
        content = text.strip()
        if not content or content[0] == "#":
            continue
        indent = text.index(content)
        line = Line(content, f"{file}:{number}")
        while around[-1][0] >= indent:
            around.pop()
        around[-1][1].append(line)
        around.append((indent, line.body))
    return found


class _RefusedError(InputError):
    """What an architecture refuses of a config, whose own words say where."""


class Expander:
    """Puts the fields of one config into an architecture."""

    def __init__(self, architecture: Architecture, fields: Fields, include: Include) -> None:
        self.architecture = architecture
        self.fields = fields
        self.include = include
        self.notes: list[str] = []
        self.known: dict[tuple[Expression, tuple[str, ...]], object] = {}
        """Values that no variable has a part in, among those that there were."""
        self.asked: list[tuple[Expression | Line | None, object]] = []
        """What the turn of a loop has asked so far that a variable may change: expressions and
        their values, parts that are put in (a line), and their ends (null)."""

    def value(self, expression: Expression) -> object:
        """The value of an expression, once for all turns where no loop varies it."""
        place = expression, tuple(self.fields.scope[0])
        if place in self.known:
            return self.known[place]
        around, self.fields.varies = self.fields.varies, False
        value = expression(self.fields)
        if self.fields.varies:
            self.asked.append((expression, value))
        else:
            self.known[place] = value
        self.fields.varies = self.fields.varies or around
        return value

    def lines(self, lines: list[Line], indent: int = 0) -> list[str]:
        """The lines of the layer notation that these lines come to."""
        if indent > MOST_NESTING:
            raise LimitError(f"blocks are nested more than {MOST_NESTING} deep")
        done = False
        found: list[str] = []
        for line in lines:
            try:
                if line.word in ("if", "elif", "else"):
                    if line.word == "if" or not done:
                        done = line.word == "else" or bool(self.value(_only(line)))
                        if done:
                            found += self.lines(line.body, indent)
                else:
                    found += self.line(line, indent)
            except _RefusedError:
                raise
            except InputError as error:
                if error.message.startswith("field ") or error.places:
                    raise
                raise error.at(line.place) from None
        return found

    def line(self, line: Line, indent: int) -> list[str]:
        """The lines that one comes to, whatever it is."""
        if line.word == "repeat":
            return self.repeat(line, indent)
        if line.word == "use":
            return self.part(line, indent)
        margin = "  " * indent
        if line.word == "model":
            return [margin + text for text in self.include(line.name, line.facts)]
        text = self.text(line)
        if line.word == "refuse":
            raise _RefusedError(text)
        if line.word == "note":
            self.notes += [text] * (text not in self.notes)
            return []
        return [margin + text, *self.lines(line.body, indent + 1)]

    def part(self, line: Line, indent: int) -> list[str]:
        """The lines of a part, with what is set for it alone."""
        body = self.architecture.part(line.name)
        if not line.facts:
            return self.lines(body, indent)
        outer = self.fields.scope
        self.fields.scope = self.scope_of(line)
        self.asked.append((line, None))
        found = self.lines(body, indent)
        self.asked.append((None, None))
        self.fields.scope = outer
        return found

    def scope_of(self, line: Line) -> tuple[dict[str, object], dict[str, object]]:
        """The scope of a part: the variables with what is set for it."""
        own = {name: each(self.fields) for name, each in line.facts.items()}
        return self.fields.scope[0] | own, {}

    def text(self, line: Line) -> str:
        """One line with the values of its expressions."""
        text = ""
        for piece in line.pieces:
            if isinstance(piece, str):
                text += piece
                continue
            value = self.value(piece)
            if value is None:
                if not _OPTION.search(text):
                    raise InputError(f"{piece.text} is missing")
                text = _OPTION.sub("", text)
            else:
                text += written(tuple(value) if isinstance(value, list) else value)
        return text

    def repeat(self, line: Line, indent: int) -> list[str]:
        """The turns of a loop, those alike in a row as one block."""
        count = self.value(_only(line))
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise InputError(f"{_only(line).text} is {count!r}, and no whole number of layers")
        if count > MOST_LAYERS:
            raise LimitError(f"{count:,} layers; at most {MOST_LAYERS:,} are counted")
        outer, around = self.fields.scope, self.asked
        name = f"{line.name}: " if line.name else ""
        found: list[str] = []
        known: list[tuple[list[tuple[Any, object]], list[str]]] = []
        first, alike = 0, list[str]()
        for turn in range(count + 1):
            body = list[str]()
            if turn < count:
                self.fields.scope = ({**outer[0], line.variable: turn}, {})
                for place, (asked, made) in enumerate(known):
                    if self.is_answered_alike(asked):
                        body = made
                        known.insert(0, known.pop(place))
                        break
                else:
                    self.asked = []
                    body = self.lines(line.body, indent + 1)
                    known = [(self.asked, body), *known[: MOST_KNOWN - 1]]
            if turn and (body != alike or turn == count):
                if alike:
                    head = f"{name}repeat {turn - first} from={first}{line.shared}:"
                    found += ["  " * indent + head, *alike]
                first = turn
            alike = body
        self.fields.scope, self.asked = outer, around
        around.append((_only(line), _NEVER))
        return found

    def is_answered_alike(self, questions: list[tuple[Any, object]]) -> bool:
        """Whether all that an earlier turn has asked has the same answer in this one."""
        around = self.fields.scope
        outer = []
        try:
            for asked, answer in questions:
                if isinstance(asked, Line):
                    outer.append(self.fields.scope)
                    self.fields.scope = self.scope_of(asked)
                elif asked is None:
                    self.fields.scope = outer.pop()
                elif asked(self.fields) != answer:
                    return False
        except InputError:  # which the turn itself tells with its place
            return False
        finally:
            self.fields.scope = around
        return True


def _only(line: Line) -> Expression:
    (expression,) = line.pieces
    assert isinstance(expression, Expression)
    return expression

"""The part of Python that models are written in, followed on the syntax tree; nothing is run.

Assignments, loops over what is known, the text's own classes and functions, and calls. What names
from elsewhere give is for a follower of this one to say. Work is bounded, and what is not followed
is an error with its line.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from dlcalc.errors import DlcalcError, InputError, LimitError, words_of

MOST_STEPS = 200_000
"""Statements and expressions that are followed, and elements that they work on."""
MOST_BITS = 4096
"""Bits of a whole number."""
MOST_CALLS = 60
"""Calls within calls."""


class Unknown:
    """A value that is not known here."""


class External:
    """A name that the text has from elsewhere, with its dots."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = path.rpartition(".")[2]


Scope = ChainMap[str, Any]
"""Names and their values, and the scopes around."""


class Class:
    """A class of the text."""

    def __init__(self, node: ast.ClassDef, scope: Scope, bases: Sequence[Any]) -> None:
        self.name = node.name
        self.scope = scope
        self.bases = bases
        self.mentions = names_in(node)
        self.fields = [
            each.target.id for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        """What is declared with a type, as dataclasses have it."""

    def lineage(self, after: Class | None = None) -> list[Class]:
        """The class and those of the text that it comes from, or those behind one of them."""
        seen = [self]
        for each in seen:
            seen += [base for base in each.bases if isinstance(base, Class) and base not in seen]
        return seen if after is None else seen[seen.index(after) + 1 :] if after in seen else []

    def find(self, name: str, after: Class | None = None) -> Any:
        """A method or value of the class; None where it has none."""
        owners = (each for each in self.lineage(after) if name in each.scope.maps[0])
        return next((each.scope.maps[0][name] for each in owners), None)

    @property
    def framework(self) -> str:
        """The class of a framework that it comes from."""
        bases = [base for each in self.lineage() for base in each.bases]
        return next((base.name for base in bases if isinstance(base, External)), "")


class Function:
    """A function of the text."""

    def __init__(self, node: Any, scope: Scope, kind: str = "") -> None:
        self.node = node
        self.scope = scope
        self.kind = kind
        """`staticmethod`, `classmethod` or `property`."""
        self.cls: Class | None = None

    def takes(self) -> tuple[list[str], dict[str, ast.expr]]:
        """The names of what it takes in order, and what it takes by default."""
        wanted: ast.arguments = self.node.args
        places = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
        usual: dict[str, Any] = dict(zip(reversed(places), reversed(wanted.defaults), strict=False))
        only = zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True)
        return places, usual | {each.arg: value for each, value in only if value is not None}

    def needs(self, given: int) -> list[str]:
        """The arguments behind some that a call has to give in their place."""
        places, usual = self.takes()
        return [name for name in places[given:] if name not in usual]


class Object:
    """An object of a class of the text, or of one that is not there."""

    def __init__(self, cls: Class | None) -> None:
        self.cls = cls
        self.parts: dict[str, Any] = {}
        """Its attributes."""


@dataclass(eq=False)
class Super:
    """An object as `super()` has it: with the methods behind those of one of its classes."""

    object: Object
    after: Class


class _Jump(Exception):  # noqa: N818
    def __init__(self, kind: str, value: Any = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.value = value


RAISED = (
    TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
    MemoryError, _Jump,
)
"""What following a text may raise beside errors of its own."""
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_,
    ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
    ast.MatMult: operator.matmul, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.Not: lambda a, b: not b, ast.USub: lambda a, b: -b, ast.UAdd: lambda a, b: +b,
}
NUMBERS = ("sqrt", "log", "log2", "log10", "ceil", "floor", "exp", "gcd")
"""Functions of numbers."""
_OF_ELEMENTS = (len, sum, max, min, any, all, list, tuple, set, sorted)
_BUILTINS: dict[str, Any] = {
    each.__name__: each for each in (
        *_OF_ELEMENTS, int, float, bool, dict, abs, round, enumerate, zip, reversed, divmod,
    )
} | {"range": range, "__name__": "__main__", "object": object}
_METHODS = {
    str: "lower upper strip split startswith endswith isdigit",
    list: "append extend insert pop index reverse copy count",
    dict: "items keys values get update pop setdefault copy", tuple: "index count", set: "add",
}
"""Methods of Python's own objects that are called."""


class Follower:
    """Follows statements and expressions; `found` has what those outside of functions give."""

    def __init__(self) -> None:
        self.left = MOST_STEPS
        self.depth = self.line = 0
        self.found: list[Any] = []

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Follow some statements."""
        for node in body:
            self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        """Follow one statement."""
        self.line = node.lineno
        try:
            value = self.value(node, scope)
            if self.depth == 0:
                self.found.append(value)
        except DlcalcError as error:
            if not any(place.startswith("line ") for place in error.places):
                error.at(f"line {node.lineno}")
            raise
        except _Jump:
            raise
        except RAISED as error:
            place = f"line {node.lineno}"
            raise InputError(f"{first_line(node)}: {words_of(error)}").at(place) from None

    def value(self, node: ast.AST, scope: Scope) -> Any:
        """The value of an expression, or of what a statement says last."""
        self.charge(1)
        follow = _FOLLOWED.get(type(node))
        if follow is None:
            raise InputError(f"{first_line(node)} is not followed here")
        return follow(self, node, scope)

    def charge(self, *values: Any) -> None:
        """Take the work on some values, element by element, from what is left to do."""
        ahead = list(values)
        while ahead:
            each = ahead.pop()
            self.left -= len(each) if isinstance(each, str | range) else 1
            if self.left < 0:
                raise LimitError(f"more than {MOST_STEPS:,} steps to follow")
            if isinstance(each, dict):
                ahead += [*each, *each.values()]
            elif isinstance(each, list | tuple | set):
                ahead += each

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        room = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
        for each in node.names:
            if room or each.asname:  # another name is of elsewhere by itself
                scope[each.asname or each.name] = External(room + each.name)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        inner = scope.new_child()
        self.block(node.body, inner)
        made = Class(node, inner, [self.value(each, scope) for each in node.bases])
        for each in inner.maps[0].values():
            if isinstance(each, Function):
                each.cls = made
        scope[node.name] = made

    def _function(self, node: ast.FunctionDef, scope: Scope) -> None:
        kinds = [ast.unparse(each) for each in node.decorator_list]
        known = [each for each in kinds if each in ("staticmethod", "property", "classmethod")]
        scope[node.name] = Function(node, scope, known[0] if known else "")

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, scope: Scope) -> Any:
        value = None if node.value is None else self.value(node.value, scope)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets if node.value is not None else ():
            self.assign(target, value, scope)
        return value

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.value(node.target, scope)
        self.assign(node.target, self.operated(node.op, before, self.value(node.value, scope)),
                    scope)

    def _jump(self, node: ast.Return | ast.Break | ast.Continue, scope: Scope) -> NoReturn:
        given = getattr(node, "value", None)
        raise _Jump(type(node).__name__, None if given is None else self.value(given, scope))

    def _raise(self, node: ast.Raise, scope: Scope) -> NoReturn:
        raise InputError(ast.unparse(node)[:80])

    def _if(self, node: ast.If, scope: Scope) -> None:
        value = self.value(node.test, scope)
        if not self.is_known(value):
            raise InputError(f"whether {ast.unparse(node.test)[:60]} is not known here")
        self.block(node.body if value else node.orelse, scope)

    def _for(self, node: ast.For, scope: Scope) -> None:
        for each in self.items(self.value(node.iter, scope)):
            self.assign(node.target, each, scope)
            try:
                self.block(node.body, scope)
            except _Jump as jump:
                if jump.kind == "Return":
                    raise
                if jump.kind == "Break":
                    break

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, an attribute, an element, or to several."""
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = self.unpacked(value, len(target.elts))
            for each, part in zip(target.elts, parts, strict=True):
                self.assign(each, part, scope)
        elif isinstance(target, ast.Attribute):
            self.attach(self.value(target.value, scope), target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value, scope), self.key(target.slice, scope)
            if isinstance(owner, Object):
                owner = owner.parts
                key = list(owner)[key] if isinstance(key, int) and owner else str(key)
            owner[key] = value

    def unpacked(self, value: Any, count: int) -> Sequence[Any]:
        """The elements of a value that are given to so many names."""
        return self.items(value)

    def attach(self, owner: Any, name: str, value: Any) -> None:
        """Give an attribute to an object."""
        owner.parts[name] = value

    def key(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression by which something is found, which is work where it nests."""
        value = self.value(node, scope)
        self.charge(value)
        return value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return scope[node.id] if node.id in scope else _BUILTINS.get(node.id, External(node.id))

    def elements(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Any]:
        """The values of expressions, those behind an asterisk one by one."""
        found: list[Any] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                found += self.items(self.value(each.value, scope))
            else:
                found.append(self.value(each, scope))
        return found

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, each in zip(node.keys, node.values, strict=True):
            value = self.value(each, scope)
            if key is None:
                self.charge(value)
                found |= value
            else:
                found[self.key(key, scope)] = value
        return found

    def turns(self, loops: Sequence[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        """The scope of each turn of a comprehension."""
        if not loops:
            yield scope
            return
        for each in self.items(self.value(loops[0].iter, scope)):
            inner = scope.new_child()
            self.assign(loops[0].target, each, inner)
            if all(self.value(test, inner) for test in loops[0].ifs):
                yield from self.turns(loops[1:], inner)

    def _text(self, node: ast.JoinedStr, scope: Scope) -> Any:
        parts = [self.value(each, scope) for each in node.values]
        self.charge(parts)
        known = all(isinstance(each, str | int | float | None) for each in parts)
        return "".join(map(str, parts)) if known else Unknown()

    def _choice(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        if isinstance(test, Unknown):
            return Unknown()
        return self.value(node.body if test else node.orelse, scope)

    def _either(self, node: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for each in node.values:
            value = self.value(each, scope)
            if isinstance(value, Unknown) or bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        return self.operated(node.op, 0, value) if self.is_known(value) else value

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        found: Any = True
        for op, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, scope)
            found = self.operated(op, left, right)
            if isinstance(found, Unknown) or not found:
                return found
            left = right
        return True

    def _part(self, node: ast.Subscript, scope: Scope) -> Any:
        found = self.part_of(self.value(node.value, scope), self.key(node.slice, scope))
        if isinstance(node.slice, ast.Slice):
            self.charge(found)
        return found

    def is_known(self, value: Any) -> bool:
        """Whether this is a value of Python's own."""
        return not isinstance(value, Unknown)

    def operated(self, op: ast.AST, left: Any, right: Any) -> Any:
        """What an operator makes of two values."""
        if any(isinstance(each, Unknown | External) for each in (left, right)) and not isinstance(
            op, ast.Is | ast.IsNot
        ):
            return Unknown()
        _check_size(op, left, right)
        self.charge(left, right)
        for many, times in ((left, right), (right, left)):
            if isinstance(op, ast.Mult) and isinstance(many, str | list | tuple):
                self.charge(range(len(many) * times))
        return _OPERATORS[type(op)](left, right)

    def part_of(self, value: Any, index: Any) -> Any:
        """An element, or some of them."""
        return Unknown() if isinstance(value, Unknown | External) else value[index]

    def items(self, value: Any) -> list[Any]:
        """The elements of a value; InputError where they are not known."""
        if not self.is_known(value) or isinstance(value, External | Object):
            raise InputError("a loop over what is not known here")
        self.charge(value)
        found = list(value)
        self.charge(range(len(found)))
        return found

    # Calls

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        word = node.func.id if isinstance(node.func, ast.Name) else ""
        if word == "super":
            return scope["super()"]
        if word == "print":
            return None
        function = self.value(node.func, scope)
        given = self.elements(node.args, scope)
        named: dict[str, Any] = {}
        for each in node.keywords:
            value = self.value(each.value, scope)
            named |= value if each.arg is None else {each.arg: value}
        return self.call(function, given, named)

    def call(self, function: Any, given: list[Any], named: dict[str, Any]) -> Any:
        """What a call gives."""
        if isinstance(function, Function):
            return self.invoke(function, *given, **named)
        if isinstance(function, Unknown):
            return Unknown()
        if function in _BUILTINS.values():
            return self._built_in(function, given, named)
        owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
        self.charge(given)
        if isinstance(owner, str) or name in ("copy", "count", "index"):
            self.charge(owner)
        return function(*given, **named)

    def _built_in(self, function: Any, given: list[Any], named: dict[str, Any]) -> Any:
        if function is len and not self.is_known(given[0]):
            return Unknown()
        if function in _OF_ELEMENTS and len(given) == 1:
            given = [self.items(given[0])]
        if function in (enumerate, zip, reversed):
            given = [self.items(each) if not isinstance(each, int) else each for each in given]
            return list(function(*given, **named))
        needed = flat(given) if function in (sum, max, min, any, all, sorted) else given
        if not all(map(self.is_known, needed)):
            return Unknown()
        if function is round and any(abs(each) > MOST_BITS for each in given[1:]):
            raise LimitError("a number beyond any honest size")
        self.charge(given)
        return function(*given, **named)

    def invoke(self, function: Function, *given: Any, **named: Any) -> Any:
        """Follow a function of the text."""
        self.depth += 1
        if self.depth > MOST_CALLS:
            raise LimitError("calls within calls beyond any honest depth")
        scope = function.scope.new_child()
        if function.cls is not None and given and isinstance(given[0], Object):
            scope["super()"] = Super(given[0], function.cls)
        self._bind(function, given, named, scope)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, scope)
            self.block(function.node.body, scope)
        except _Jump as jump:
            return jump.value
        finally:
            self.depth -= 1
        return None

    def _bind(
        self, function: Function, given: Sequence[Any], named: dict[str, Any], scope: Scope
    ) -> None:
        wanted: ast.arguments = function.node.args
        places, usual = function.takes()
        scope.update(zip(places, given, strict=False))
        if wanted.vararg is not None:
            scope[wanted.vararg.arg] = tuple(given[len(places) :])
        elif len(given) > len(places):
            raise TypeError("too many positional arguments")
        for name in (*places[len(given) :], *(each.arg for each in wanted.kwonlyargs)):
            if name in named:
                scope[name] = named.pop(name)
            elif name in usual:
                scope[name] = self.value(usual[name], scope)
            else:
                raise InputError(f"{name} is not given, and has no default; add a line that does")
        if wanted.kwarg is not None:
            scope[wanted.kwarg.arg] = named
        elif named:
            raise TypeError(f"got an unexpected keyword argument {next(iter(named))!r}")

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute of a value."""
        if isinstance(owner, External):
            return math.pi if name == "pi" else External(f"{owner.path}.{name}")
        if isinstance(owner, Unknown):
            return Unknown()
        if isinstance(owner, Class):
            found: Any = owner.name if name == "__name__" else owner.find(name)
            of_class = isinstance(found, Function) and found.kind == "classmethod"
            return partial(self.invoke, found, owner) if of_class else found
        if isinstance(owner, Object | Super):
            return self._of_object(owner, name)
        known = next((names for kind, names in _METHODS.items() if type(owner) is kind), "")
        return getattr(owner, name) if name in known.split() else self.member(owner, name)

    def _of_object(self, owner: Object | Super, name: str) -> Any:
        if isinstance(owner, Super):
            object, after = owner.object, owner.after
        elif name in owner.parts:
            return owner.parts[name]
        else:
            object, after = owner, None
        found = object.cls.find(name, after) if object.cls else None
        if found is None:
            return self.member(owner, name)
        if not isinstance(found, Function) or found.kind == "staticmethod":
            return found
        if found.kind == "property":
            return self.invoke(found, object)
        return partial(self.invoke, found, object.cls if found.kind == "classmethod" else object)

    def member(self, owner: Any, name: str) -> Any:
        """An attribute that no text gives."""
        raise InputError(f"{name} of {type(owner).__name__} is not followed here")


Follow = Callable[[Any, Any, Scope], Any]
_FOLLOWED: dict[type[ast.AST], Follow] = {
    **dict.fromkeys(
        (ast.Pass, ast.Assert, ast.Delete, ast.Global, ast.Nonlocal), lambda run, node, scope: None
    ),
    **dict.fromkeys((ast.Import, ast.ImportFrom), Follower._import),
    ast.ClassDef: Follower._class, ast.FunctionDef: Follower._function,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr), Follower._assign),
    ast.AugAssign: Follower._augmented, ast.Raise: Follower._raise,
    **dict.fromkeys((ast.Return, ast.Break, ast.Continue), Follower._jump),
    ast.If: Follower._if, ast.For: Follower._for,
    ast.With: lambda run, node, scope: run.block(node.body, scope),
    ast.Try: lambda run, node, scope: run.block([*node.body, *node.orelse, *node.finalbody], scope),
    **dict.fromkeys((ast.Expr, ast.FormattedValue), lambda run, node, scope: (
        run.value(node.value, scope)
    )),
    ast.Constant: lambda run, node, scope: node.value,
    ast.Name: Follower._name,
    ast.Attribute: lambda run, node, scope: run.attribute(run.value(node.value, scope), node.attr),
    ast.Subscript: Follower._part,
    ast.Slice: lambda run, node, scope: slice(*(
        None if each is None else run.value(each, scope)
        for each in (node.lower, node.upper, node.step)
    )),
    ast.List: lambda run, node, scope: run.elements(node.elts, scope),
    ast.Tuple: lambda run, node, scope: tuple(run.elements(node.elts, scope)),
    ast.Dict: Follower._dict,
    **dict.fromkeys((ast.ListComp, ast.GeneratorExp, ast.SetComp), lambda run, node, scope: [
        run.value(node.elt, inner) for inner in run.turns(node.generators, scope)
    ]),
    ast.DictComp: lambda run, node, scope: {
        run.key(node.key, inner): run.value(node.value, inner)
        for inner in run.turns(node.generators, scope)
    },
    ast.JoinedStr: Follower._text,
    ast.Lambda: lambda run, node, scope: Function(node, scope),
    ast.IfExp: Follower._choice, ast.BoolOp: Follower._either, ast.UnaryOp: Follower._unary,
    ast.BinOp: lambda run, node, scope: run.operated(
        node.op, run.value(node.left, scope), run.value(node.right, scope)
    ),
    ast.Compare: Follower._compare, ast.Call: Follower._call,
}
"""What follows each kind of statement and expression."""


def _check_size(op: ast.AST, left: Any, right: Any) -> None:
    """Refuse numbers that an operator would make too large, and texts of such a width."""
    whole = [each for each in (left, right) if isinstance(each, int)]
    if isinstance(op, ast.Mod) and isinstance(left, str) and re.search(r"\*|\d{3}", left):
        raise LimitError("a text of a width beyond any honest size")
    bits = sum(each.bit_length() for each in whole)
    if isinstance(op, ast.Pow) and isinstance(right, int) and len(whole) == 2:
        bits = left.bit_length() * abs(right)
    if bits > MOST_BITS:
        raise LimitError("a number beyond any honest size")


def names_in(node: ast.AST) -> set[str]:
    """The names in a part of the text."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def first_line(node: ast.AST) -> str:
    """The first line of a part of the text, cut."""
    return ast.unparse(node).partition("\n")[0][:60]


def flat(values: Sequence[Any]) -> Iterator[Any]:
    """Values, those of lists one by one."""
    for each in values:
        yield from each if isinstance(each, list | tuple) else [each]

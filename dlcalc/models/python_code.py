"""Models as users of PyTorch and Keras write them in Python, read off the syntax tree.

`nn.Sequential(…)`, what `print(model)` shows, Keras's functions and lists of layers, and classes
with `__init__` and `forward` (Keras: `call`). Nothing is run: a reader of its own follows
assignments, loops over what is known, the text's own classes and functions and the calls of known
layers, and writes down which layer takes what. What it cannot follow is an error with its line.
"""

from __future__ import annotations

import ast
import math
import operator
import os
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from dlcalc.errors import DlcalcError, InputError, LimitError, words_of
from dlcalc.input.sources import read_file
from dlcalc.layers.table import bind, handler
from dlcalc.models.count import params
from dlcalc.models.foreign import (
    JOINED,
    LAYERS,
    NAMES,
    bound,
    layers_of,
    names_of,
    spec_of,
    unknown,
)
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import (
    BUILT,
    CONCAT,
    REPEAT,
    Block,
    Layer,
    Model,
    Node,
    layers_in,
)

MOST_STEPS = 200_000
"""Statements and expressions that are followed, and elements that they work on."""
MOST_TEXT = 1_000_000
"""Characters of the code."""
MOST_BITS = 4096
"""Bits of a whole number."""
MOST_CALLS = 60
"""Calls within calls."""


class Tensor:
    """A value of the graph: what the model takes, or what a layer gives."""

    def __init__(self, name: str, rank: int = 0, width: int = 0, last: bool = False) -> None:
        self.name = name
        self.rank = rank
        """Axes without the batch; 0 where not known."""
        self.width = width
        """Channels or features; 0 where not known."""
        self.last = last
        """Whether channels or features lie last though there are other axes."""
        self.turned: Tensor | None = None
        """What this is the transpose of."""
        self.zeros: tuple[tuple[int, ...], ...] = ()
        """Zeros around it, for the window behind it to take in."""
        self.source: tuple[Module, Tensor] | None = None
        """The linear layer that gives it, and what that takes."""
        self.states = 0
        """Directions whose last states it holds end to end, of a recurrent layer's."""


class Heads(Tensor):
    """What a linear layer gives, divided into queries, keys and values, or what comes of them."""

    def __init__(self, given: Tensor, pieces: int = 1, heads: int = 0, each: int = 0) -> None:
        super().__init__(given.name, given.rank, given.width, given.last)
        self.given = given
        self.pieces = pieces
        """Parts that it still has to be divided into."""
        self.heads = heads
        self.each = each
        """Features of a head."""
        self.met: tuple[Heads, ...] = ()
        """Queries and keys whose scores these are, and values that were summed by them."""


class Unknown:
    """A value that no count needs: the batch, a device, a mask; maybe the size of an axis."""

    def __init__(self, tensor: Tensor | None = None, kind: str = "") -> None:
        self.tensor = tensor
        """The tensor whose shape this is."""
        self.kind = kind
        """`size` of one axis, or the `gap` between two such sizes."""


class External:
    """A name that the text has from elsewhere, with its dots."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = path.rpartition(".")[2]


class Scope(dict[str, Any]):
    """Names and their values, and the scope around."""

    def __init__(self, outer: Scope | None = None) -> None:
        super().__init__()
        self.outer = outer

    def __missing__(self, name: str) -> Any:
        if self.outer is None:
            raise KeyError(name)
        return self.outer[name]


class Class:
    """A class of the text."""

    def __init__(self, name: str, scope: Scope, bases: Sequence[Any], fields: list[str]) -> None:
        self.name = name
        self.scope = scope
        self.bases = bases
        self.fields = fields
        """What is declared with a type, as dataclasses have it."""
        self.mentions: set[str] = set()
        """The names in its text."""

    def lineage(self) -> Iterator[Class]:
        """The class and those of the text that it comes from."""
        seen = [self]
        for each in seen:
            yield each
            seen += [b for b in each.bases if isinstance(b, Class) and b not in seen]

    def find(self, name: str) -> Any:
        """A method or value of the class; None where it has none."""
        return next((dict.get(each.scope, name) for each in self.lineage() if name in each.scope),
                    None)

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
        """`staticmethod` or `property`."""
        self.cls: Class | None = None


class Module:
    """A layer, a container of layers, a parameter, or an object of a class of the text."""

    def __init__(
        self, kind: str, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None,
        cls: Class | None = None,
    ) -> None:
        self.kind = kind
        self.given = given
        self.named = dict(named or {})
        self.cls = cls
        self.parts: dict[str, Any] = {}
        """Attributes, or the layers that a container holds."""
        self.name = str(self.named.get("name") or "")
        self.times = 0
        """How often print(model) says that it repeats."""
        self.tied: Module | None = None
        """The layer whose weights it has."""
        self.frozen = False
        self.ran: list[Layer] = []
        """What it is in the notation, where it has run."""

    @property
    def container(self) -> str:
        """The kind of container that it is; nothing where it is none."""
        kind = self.cls.framework if self.cls else self.kind
        return kind if kind in CONTAINERS else ""

    @property
    def is_layer(self) -> bool:
        """Whether it holds no other modules."""
        return self.cls is None and not self.container

    def leaves(self, path: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, Module]]:
        """The layers within it by their paths, each once."""
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        if self.is_layer:
            yield path, self
        for name, part in self.parts.items():
            for inner, each in _modules(name, part):
                whole = f"{path}.{inner}" if path else inner
                yield from each.leaves("" if each.times else whole, seen)  # a scope of its own


def _modules(name: str, part: Any) -> Iterator[tuple[str, Module]]:
    """An attribute that is a module, or modules in a list, which Keras finds too."""
    if isinstance(part, Module):
        yield name, part
    elif isinstance(part, list | tuple | dict):
        pairs = part.items() if isinstance(part, dict) else enumerate(part)
        for key, each in pairs:
            if isinstance(each, Module):
                yield f"{name}.{key}", each


CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "Model")
PARAMETER, ARRAY, POSITIONS = "Parameter", "array", "positions"
"""Modules that are bare numbers: trained, not trained, or a table that positions look up."""
_SAME_HEADS = (
    "transpose", "permute", "view", "reshape", "softmax", "dropout", "flatten", "repeat",
    "repeat_interleave", "unsqueeze", "squeeze",
)
"""What is done to queries, keys, values and their scores, and leaves them what they are."""
_SAME_STATES = ("squeeze", "unsqueeze", "view", "reshape", "permute", "transpose", "flatten")
"""What is done to the last states of a recurrent layer, whose axes are directions first."""
_MODULES_OWN = re.compile(
    "__init__|__call__|forward|call|append|add|extend|add_.*|register_.*|(named_)?parameters|children"
    "|(named_)?modules|items|keys|values|to|cuda|cpu|eval|train|half|float|double|apply|.*_"
    "|state_dict|load_state_dict|compile|summary|build|fit|save_hyperparameters|post_init"
)
"""Methods that modules have by themselves."""
KEPT = re.compile(
    "abs|cast|clamp|clip|clone|contiguous|cos|cpu|cuda|detach|exp|expand|expand_as|float|half|log"
    "|masked_fill|normalize|pow|sign|sin|sqrt|rsqrt|square|stop_gradient|to|type_as"
)
"""Functions whose value has the shape of the first argument, with no parameters or macs."""
MADE = re.compile("empty|full|ones|rand|randn|zeros|Tensor|FloatTensor|.*_like")
ITSELF = re.compile(
    "to|cuda|cpu|eval|train|double|half|float|bfloat16|compile|DataParallel|script|spectral_norm"
    "|TimeDistributed"
)
WINDOWS = ("conv", "conv_transpose", "dwconv", "maxpool", "avgpool")
HOLDING = re.compile(
    "conv|conv_transpose|dwconv|linear|embedding|.*norm|attention|lstm|gru|rnn|prelu|weight"
)
"""Types that hold parameters."""
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_,
    ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
    ast.MatMult: operator.matmul, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.Not: lambda a, b: not b, ast.USub: lambda a, b: -b, ast.UAdd: lambda a, b: +b,
}
_NUMBERS = {
    name: getattr(math, name)
    for name in ("sqrt", "log", "log2", "log10", "ceil", "floor", "exp", "gcd")
}
_BUILTINS: dict[str, Any] = {
    each.__name__: each for each in (
        len, int, float, bool, list, tuple, dict, set, sum, max, min, abs, round, any, all,
        enumerate, zip, reversed, sorted, divmod,
    )
} | {"range": range, "__name__": "__main__", "object": object}
_METHODS = {
    str: "lower upper strip split startswith endswith isdigit",
    list: "append extend insert pop index reverse copy count",
    dict: "items keys values get update pop setdefault copy", tuple: "index count", set: "add",
}
"""Methods of Python's own objects that are called."""
_RAISED = (
    TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
    MemoryError,
)


class _Return(Exception):  # noqa: N818
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Break(Exception):  # noqa: N818
    pass


class _Continue(Exception):  # noqa: N818
    pass


_CHILD = re.compile(r"^([ \t]*)\(([\w-]+)\): ?(?:(\d+) x )?", re.MULTILINE)


def read_code(text: str, name: str = "") -> Model:
    """The model that Python code makes; InputError with the line of what is not followed.

    The last model that the text makes is taken, or the last class that no other uses.

    >>> model = read_code("nn.Sequential(nn.Conv2d(3, 64, kernel_size=3), nn.ReLU())")
    >>> [layer.text for layer in model.body]
    ['conv 64 3', 'relu']
    """
    if len(text) > MOST_TEXT:
        raise LimitError(f"code of more than {MOST_TEXT:,} characters")
    source = text.replace("\r\n", "\n").strip("\n")
    source = re.sub("^(?:[%!]|```).*", "", source, flags=re.MULTILINE)  # a notebook's own
    source = textwrap.dedent(source)
    printed = _CHILD.search(source) is not None
    if printed:
        source = _CHILD.sub(_keyword, source.strip())
        source = re.sub(r"\)[ \t]*\n(?=\s*_)", "),\n", source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of literals that other Pythons will refuse
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        raise InputError(
            f"is written as a framework writes layers, and is no Python{at}; "
            "in the notation a layer is: conv 64 3 pad=1"
        ) from None
    try:
        return _Reader(printed).model(tree, name)
    except RecursionError:
        raise LimitError("expressions within expressions beyond any honest depth") from None
    except (*_RAISED, _Return, _Break, _Continue) as error:
        raise InputError(f"is not followed: {words_of(error)}") from None


def _keyword(found: re.Match[str]) -> str:
    times = f"{found[3]} * " if found[3] else ""
    return f"{found[1]}_{found[2].replace('-', '_')}={times}"


class _Reader:
    """Follows the text: the statements and expressions of Python, then what frameworks add."""

    def __init__(self, printed: bool) -> None:
        self.printed = printed
        """Whether containers are shown in order and no code says how they run."""
        self.left = MOST_STEPS
        self.depth = self.line = self.values = self.building = 0
        self.found: list[Any] = []
        """What statements outside of functions give, and the objects made within none other."""
        self.steps: list[Step] = []
        self.input: Tensor | None = None
        self.sizes: tuple[int, ...] | None = None
        """The shape of the input, where Keras's code gives one."""
        self.takes: dict[int, int] = {}
        """The channels that the code gives a layer, by the layer's identity."""

    # Statements

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Follow some statements."""
        for node in body:
            self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        """Follow one statement; what it gives outside of functions may be the model."""
        self.line = node.lineno
        self.charge(1)
        try:
            follow = getattr(self, f"_{type(node).__name__.lower()}", None)
            if follow is None:
                raise InputError(f"{_first_line(node)} is not followed here")
            value = follow(node, scope)
            if self.depth == 0:
                self.found.append(value)
        except DlcalcError as error:
            if not any(place.startswith("line ") for place in error.places):
                error.at(f"line {node.lineno}")
            raise
        except _RAISED as error:
            raise InputError(f"{_first_line(node)}: {words_of(error)}").at(
                f"line {node.lineno}"
            ) from None

    def _nothing(self, node: ast.stmt, scope: Scope) -> None:
        """A statement that changes no layer."""

    _pass = _assert = _delete = _global = _nonlocal = _nothing

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for each in node.names:
            first = each.name.partition(".")[0]
            scope[each.asname or first] = External(each.name if each.asname else first)

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        for each in node.names:
            if each.name != "*":
                scope[each.asname or each.name] = External(f"{node.module or ''}.{each.name}")

    def _classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        inner = Scope(scope)
        self.block(node.body, inner)
        fields = [
            each.target.id for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        made = Class(node.name, inner, [self.value(each, scope) for each in node.bases], fields)
        made.mentions = _names_in(node)
        for each in inner.values():
            if isinstance(each, Function):
                each.cls = made
        scope[node.name] = made

    def _functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        kinds = [ast.unparse(each) for each in node.decorator_list]
        known = [each for each in kinds if each in ("staticmethod", "property", "classmethod")]
        scope[node.name] = Function(node, scope, known[0] if known else "")

    def _expr(self, node: ast.Expr, scope: Scope) -> Any:
        return self.value(node.value, scope)

    def _assign(self, node: ast.Assign, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)
        return value

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> Any:
        if node.value is None:
            return None
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        loaded = ast.parse(ast.unparse(node.target), mode="eval").body
        value = self.operated(node.op, self.value(loaded, scope), self.value(node.value, scope))
        self.assign(node.target, value, scope)

    def _return(self, node: ast.Return, scope: Scope) -> NoReturn:
        raise _Return(None if node.value is None else self.value(node.value, scope))

    def _raise(self, node: ast.Raise, scope: Scope) -> NoReturn:
        raise InputError(ast.unparse(node)[:80])

    def _break(self, node: ast.Break, scope: Scope) -> NoReturn:
        raise _Break

    def _continue(self, node: ast.Continue, scope: Scope) -> NoReturn:
        raise _Continue

    def _if(self, node: ast.If, scope: Scope) -> None:
        value = self.value(node.test, scope)
        if isinstance(value, Unknown | Tensor):
            raise InputError(f"whether {ast.unparse(node.test)[:60]} is not known here")
        self.block(node.body if value else node.orelse, scope)

    def _for(self, node: ast.For, scope: Scope) -> None:
        for each in self.items(self.value(node.iter, scope)):
            self.assign(node.target, each, scope)
            try:
                self.block(node.body, scope)
            except _Continue:
                continue
            except _Break:
                break

    def _with(self, node: ast.With, scope: Scope) -> None:
        self.block(node.body, scope)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        self.block([*node.body, *node.orelse, *node.finalbody], scope)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, an attribute, an element, or to several."""
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target.elts, value, scope)
        elif isinstance(target, ast.Attribute):
            self.attach(self.value(target.value, scope), target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value, scope), self.key(target.slice, scope)
            (owner.parts if isinstance(owner, Module) else owner)[
                str(key) if isinstance(owner, Module) else key
            ] = value

    def unpack(self, targets: Sequence[ast.expr], value: Any, scope: Scope) -> None:
        """Give the elements of a value to several names."""
        if isinstance(value, Unknown):
            if value.tensor is not None and not value.tensor.rank:
                value.tensor.rank = len(targets) - 1
                value.tensor.last = len(targets) == 3 and value.tensor.width > 0
            for at, target in enumerate(targets):
                self.assign(target, self.part_of(value, at), scope)
            return
        for target, each in zip(targets, self.items(value), strict=True):
            self.assign(target, each, scope)

    def attach(self, owner: Any, name: str, value: Any) -> None:
        """Give an attribute to an object; a weight that a layer is given is tied."""
        if not isinstance(owner, Module):
            if isinstance(value, Module):
                raise InputError(f"what is given the layer {name} is not known here")
            return
        if name in ("requires_grad", "trainable"):
            for _, each in owner.leaves():
                each.frozen = not value
        elif owner.is_layer and isinstance(value, Module):
            owner.tied = value
        else:
            owner.parts[name] = value

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

    # Expressions

    def value(self, node: ast.AST, scope: Scope) -> Any:
        """The value of an expression."""
        self.charge(1)
        follow = getattr(self, f"_{type(node).__name__.lower()}", None)
        if follow is None:
            raise InputError(f"{ast.unparse(node)[:60]} is not followed here")
        return follow(node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        try:
            return scope[node.id]
        except KeyError:
            return _BUILTINS.get(node.id, External(node.id))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.value(node.value, scope), node.attr)

    def _elements(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                found += self.items(self.value(each.value, scope))
            else:
                found.append(self.value(each, scope))
        return found

    def _list(self, node: ast.List, scope: Scope) -> list[Any]:
        return self._elements(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self._elements(node.elts, scope))

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

    def _listcomp(self, node: Any, scope: Scope) -> list[Any]:
        return [self.value(node.elt, inner) for inner in self._turns(node.generators, scope)]

    _generatorexp = _setcomp = _listcomp

    def key(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression by which something is found, which is work where it nests."""
        value = self.value(node, scope)
        self.charge(value)
        return value

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        return {
            self.key(node.key, inner): self.value(node.value, inner)
            for inner in self._turns(node.generators, scope)
        }

    def _turns(self, loops: Sequence[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        if not loops:
            yield scope
            return
        for each in self.items(self.value(loops[0].iter, scope)):
            inner = Scope(scope)
            self.assign(loops[0].target, each, inner)
            if all(self.value(test, inner) for test in loops[0].ifs):
                yield from self._turns(loops[1:], inner)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        parts = [
            self.value(each.value if isinstance(each, ast.FormattedValue) else each, scope)
            for each in node.values
        ]
        self.charge(parts)
        known = all(isinstance(each, str | int | float | None) for each in parts)
        return "".join(map(str, parts)) if known else Unknown()

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Function:
        return Function(node, scope)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        if isinstance(test, Unknown):
            return Unknown()
        return self.value(node.body if test else node.orelse, scope)

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for each in node.values:
            value = self.value(each, scope)
            if isinstance(value, Unknown) or bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        return value if isinstance(value, Unknown | Tensor | Module) else self.operated(
            node.op, 0, value
        )

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        return self.operated(
            node.op, self.value(node.left, scope), self.value(node.right, scope)
        )

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        for op, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, scope)
            found = self.operated(op, left, right)
            if isinstance(found, Unknown) or not found:
                return found
            left = right
        return True

    def operated(self, op: ast.AST, left: Any, right: Any) -> Any:
        """What an operator makes of two values."""
        both = left, right
        if isinstance(op, ast.Is | ast.IsNot):
            return _OPERATORS[type(op)](left, right)
        if isinstance(right, Module) and isinstance(left, int) and self.printed:
            right.times = left
            return right
        if any(isinstance(each, Tensor) or _is_parameter(each) for each in both):
            return self.operation(type(op).__name__.lower(), list(both), {})
        if isinstance(op, ast.cmpop) and any(isinstance(each, Unknown) for each in _flat(both)):
            return _compared_shapes(op, *both)
        if any(isinstance(each, Unknown | External) for each in both):
            kinds = {each.kind if isinstance(each, Unknown) else "" for each in both}
            gap = "gap" in kinds or (kinds == {"size"} and isinstance(op, ast.Sub))
            return Unknown(kind="gap" if gap else "")
        _check_size(op, left, right)
        self.charge(left, right)
        for many, times in (both, both[::-1]):
            if isinstance(op, ast.Mult) and isinstance(many, str | list | tuple):
                self.charge(range(len(many) * times))
        return _OPERATORS[type(op)](left, right)

    def _slice(self, node: ast.Slice, scope: Scope) -> slice:
        return slice(*(
            None if each is None else self.value(each, scope)
            for each in (node.lower, node.upper, node.step)
        ))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        found = self.part_of(self.value(node.value, scope), self.key(node.slice, scope))
        if isinstance(node.slice, ast.Slice):
            self.charge(found)
        return found

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        word = node.func.id if isinstance(node.func, ast.Name) else ""
        if word == "super":
            return scope["super()"]
        if word == "print":
            return None
        function = self.value(node.func, scope)
        given = self._elements(node.args, scope)
        named: dict[str, Any] = {}
        for each in node.keywords:
            value = self.value(each.value, scope)
            named |= value if each.arg is None else {each.arg: value}
        return self.call(function, given, named)

    def call(self, function: Any, given: list[Any], named: dict[str, Any]) -> Any:
        """What a call gives."""
        if isinstance(function, Function):
            return self.invoke(function, given, named)
        if isinstance(function, Class):
            return self.object_of(function, given, named)
        if isinstance(function, Module):
            return self.run(function, given, named)
        if isinstance(function, External):
            return self.external(function.path, given, named)
        if function in _BUILTINS.values():
            return self._built_in(function, given, named)
        if isinstance(function, Unknown):
            if any(isinstance(each, Tensor) for each in given):
                raise InputError("what a layer gives goes into a call that is not followed here")
            return Unknown()
        owner = getattr(function, "__self__", None)
        self.charge(given)
        name = getattr(function, "__name__", "")
        if isinstance(owner, str) or name in ("copy", "count", "index"):
            self.charge(owner)
        return function(*given, **named)

    def _built_in(self, function: Any, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function of Python's own gives."""
        if function is len and isinstance(given[0], Tensor | Unknown):
            return Unknown()
        if function in (len, sum, max, min, any, all, list, tuple, set, sorted) and len(given) == 1:
            given = [self.items(given[0])]
        if function in (enumerate, zip, reversed):
            given = [self.items(each) if not isinstance(each, int) else each for each in given]
            return list(function(*given, **named))
        needed = _flat(given) if function in (sum, max, min, any, all, sorted) else given
        if any(isinstance(each, Unknown | Tensor) for each in needed):
            return Unknown()
        if function is round and any(abs(each) > MOST_BITS for each in given[1:]):
            raise LimitError("a number beyond any honest size")
        self.charge(given)
        return function(*given, **named)

    def invoke(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any:
        """Follow a function of the text."""
        self.depth += 1
        if self.depth > MOST_CALLS:
            raise LimitError("calls within calls beyond any honest depth")
        scope = Scope(function.scope)
        if function.cls is not None and given and isinstance(given[0], Module):
            scope["super()"] = _Super(given[0], function.cls)
        self._bind(function.node.args, given, dict(named), scope)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, scope)
            self.block(function.node.body, scope)
        except _Return as returned:
            return returned.value
        finally:
            self.depth -= 1
        return None

    def _bind(
        self, wanted: ast.arguments, given: list[Any], named: dict[str, Any], scope: Scope
    ) -> None:
        places = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
        for name, value in zip(places, given, strict=False):
            scope[name] = value
        if wanted.vararg is not None:
            scope[wanted.vararg.arg] = tuple(given[len(places) :])
        elif len(given) > len(places):
            raise TypeError(f"{len(given)} arguments, and {len(places)} are taken")
        first = len(places) - len(wanted.defaults)
        usual = dict(zip(places[first:], wanted.defaults, strict=True))
        only = [each.arg for each in wanted.kwonlyargs]
        usual |= {
            name: each for name, each in zip(only, wanted.kw_defaults, strict=True)
            if each is not None
        }
        for name in (*places[len(given) :], *only):
            if name in named:
                scope[name] = named.pop(name)
            elif name in usual:
                scope[name] = self.value(usual[name], scope)
            else:
                raise InputError(f"{name} is not given, and has no default; add a line that does")
        if wanted.kwarg is not None:
            scope[wanted.kwarg.arg] = named
        elif named:
            raise TypeError(f"{next(iter(named))} is no argument")

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute of a value."""
        if isinstance(owner, External):
            return math.pi if name == "pi" else External(f"{owner.path}.{name}")
        if isinstance(owner, _Super):
            found = next((
                dict.get(each.scope, name) for each in owner.after if name in each.scope
            ), None)
            return partial(self._method, found, owner.module) if found else self.method_of(
                owner, name
            )
        if isinstance(owner, Class):
            found = owner.name if name == "__name__" else owner.find(name)
            if isinstance(found, Function) and found.kind == "classmethod":
                return partial(self._method, found, owner)
            return found
        if isinstance(owner, Module):
            return self._of_module(owner, name)
        if isinstance(owner, Unknown):
            return Unknown()
        if isinstance(owner, tuple) and name == "numel":  # some of the sizes of a tensor
            return lambda: self._call_prod([owner], {})
        known = next((names for kind, names in _METHODS.items() if type(owner) is kind), "")
        if name in known.split():
            return getattr(owner, name)
        return self.method_of(owner, name)

    def _of_module(self, owner: Module, name: str) -> Any:
        if name in owner.parts:
            return owner.parts[name]
        found = owner.cls.find(name) if owner.cls else None
        if not isinstance(found, Function):
            return found if found is not None else self.method_of(owner, name)
        if found.kind == "property":
            return self.invoke(found, [owner], {})
        if found.kind == "classmethod":
            return partial(self._method, found, owner.cls)
        return found if found.kind == "staticmethod" else partial(self._method, found, owner)

    def _method(self, function: Function, owner: Any, *given: Any, **named: Any) -> Any:
        return self.invoke(function, [owner, *given], named)

    def items(self, value: Any) -> list[Any]:
        """The elements of a value; InputError where they are not known."""
        if isinstance(value, Heads) and value.pieces > 1:
            return [self.part_of(value, at) for at in range(value.pieces)]
        if isinstance(value, Module) and value.container:
            found = list(value.parts if value.container == "ModuleDict" else value.parts.values())
        elif isinstance(value, Unknown) and value.tensor is not None:
            found = [Unknown()]  # whatever is made of all sizes is not known
        elif isinstance(value, Tensor | Unknown | Module | External):
            raise InputError("a loop over what is not known here")
        else:
            self.charge(value)
            found = list(value)
        self.charge(range(len(found)))
        return found


    def model(self, tree: ast.Module, name: str) -> Model:
        """The model that the text makes."""
        scope = Scope()
        errors: list[DlcalcError] = []
        mentions: dict[str, DlcalcError] = {}
        for node in tree.body:
            try:
                self.statement(node, scope)
            except DlcalcError as error:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                    raise  # it would have changed a model
                errors.append(error)
                mentions = dict.fromkeys(_names_in(node), error) | mentions
        root, end = self._root(scope, mentions)
        for path, module in root.leaves() if root else ():
            own = module.name or path
            if own and not path.replace(".", "").isdigit():
                module.name = plain_name(own)
        if root is not None and end is None:
            end = self._tensor_of(self._ran(root))
        body = arranged(self.steps, "input", end.name) if end else []
        _give_owners(list(layers_in(body)), root)
        body += self._idle(root, body)
        if not body:
            raise errors[0] if errors else InputError("holds no layers that are known here")
        model = Model(body, self.sizes, name)
        model.takes = self.takes
        return model

    def _root(
        self, scope: Scope, errors: Mapping[str, DlcalcError]
    ) -> tuple[Module | None, Tensor | None]:
        """The last model that is made, or the last class that no other uses.

        The errors are by the names in the statements that are not followed.
        """
        modules = [each for each in self.found if isinstance(each, Module)]
        layers = [each for each in modules if each.is_layer]
        for last in reversed(modules):
            if last.kind == "Model":
                return last, last.named.get("outputs")
            of_model = last.cls is None or _MODELS.fullmatch(last.cls.framework)
            if not last.is_layer and of_model and any(last.leaves()):
                return last, None
        given = [each for each in self.found if isinstance(each, Tensor) and each is not self.input]
        if given:
            return None, given[-1]
        classes = [
            each for each in scope.values() if isinstance(each, Class)
            and _MODELS.fullmatch(each.framework) and not each.name.endswith("Loss")
        ]
        if layers and not classes and not errors:
            made = Module("Sequential")
            made.parts = {str(at): each for at, each in enumerate(layers)}
            return made, None
        if not classes:
            return None, None
        used = {name for each in classes for name in each.mentions - {each.name}}
        cls = next((each for each in reversed(classes) if each.name not in used), classes[-1])
        if cls.name in errors:
            raise errors[cls.name]
        try:
            if self._needs(cls.find("__init__"), 1):
                return self._by_function(cls, scope), None
            return self.object_of(cls, [], {}), None
        except DlcalcError as error:
            raise error.at(f"{cls.name}()") from None

    def _needs(self, function: Any, given: int) -> list[str]:
        """The arguments behind some that a call has to give."""
        if not isinstance(function, Function):
            return []
        wanted = function.node.args
        places = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
        return places[given : len(places) - len(wanted.defaults)]

    def _by_function(self, cls: Class, scope: Scope) -> Module:
        """The model of the one function that makes it of no arguments."""
        makers = [
            each for each in scope.values() if isinstance(each, Function)
            and not self._needs(each, 0)
            and any(isinstance(e, ast.Return) for e in ast.walk(each.node))
            and cls.name in _names_in(each.node)
        ]
        if len(makers) > 1:
            calls = ", ".join(f"{each.node.name}()" for each in makers)
            raise InputError(f"several functions make it: end the code with one of {calls}")
        made = self.invoke(makers[0], [], {}) if makers else None
        if isinstance(made, Module):
            return made
        missing = ", ".join(f"{each}=…" for each in self._needs(cls.find("__init__"), 1))
        raise InputError(f"end the code with a line that makes it: {cls.name}({missing})")

    def _ran(self, root: Module) -> Any:
        self.input = self.input or Tensor("input")
        forward = root.cls.find("forward") or root.cls.find("call") if root.cls else None
        others = self._needs(forward, 2)
        if forward is not None and others:
            raise InputError(
                f"takes {', '.join(others)} beside its input, and a count has one input: make a "
                "class of what one input goes through"
            ).at(f"line {forward.node.lineno}")
        try:
            return self.run(root, [self.input], {})
        except DlcalcError as error:
            if not isinstance(error, LimitError):
                held = params(Model(self._idle(root, []), (1,))).params
                error.message += f"; {held:,} parameters in the layers that it has made"
            raise

    def _idle(self, root: Module | None, body: list[Node]) -> list[Node]:
        """The layers that hold parameters and are not run on the way to the output."""
        running = {id(each) for each in layers_in(body)}
        found: list[Node] = []
        idle: set[Module] = set()
        for _, module in root.leaves() if root else ():
            if any(id(layer) in running for layer in module.ran) or not module.name:
                continue
            layers = [
                each for each in self._made(module) if HOLDING.fullmatch(each.type)
            ]
            tied = module.tied
            if tied is not None and (
                tied in idle or any(id(layer) in running for layer in tied.ran)
            ):
                continue
            if layers:
                idle.add(module)
                found.append(Block(BUILT, layers, input=_least(layers[0], self._inputs(module))))
        return found

    # Modules

    def object_of(self, cls: Class, given: list[Any], named: dict[str, Any]) -> Module:
        """An object of a class of the text."""
        if spec_of(cls.framework):
            raise InputError(f"{cls.name} changes {cls.framework}, which is not followed here")
        made = Module(cls.name, named=named, cls=cls)
        made.name = ""
        self.building += 1
        try:
            self._start(made, cls, given, named)
        finally:
            self.building -= 1
        if not self.building and self.input is None:
            self.found.append(made)
        return made

    def _start(
        self, made: Module, cls: Class, given: list[Any], named: dict[str, Any]
    ) -> None:
        start = cls.find("__init__")
        if isinstance(start, Function):
            self.invoke(start, [made, *given], named)
        elif cls.framework in CONTAINERS:
            self._fill(made, given, {})
        else:
            made.parts.update(zip(cls.fields, given, strict=False))
            made.parts.update(named)

    def _fill(self, module: Module, given: list[Any], named: Mapping[str, Any]) -> None:
        """Put layers into a container: one by one, in a list, or by name."""
        held = given[0] if len(given) == 1 and isinstance(given[0], list | tuple | dict) else given
        pairs = held.items() if isinstance(held, dict) else enumerate(held)
        for key, each in [*pairs, *named.items()]:
            if isinstance(each, External | Unknown) or (
                isinstance(each, Tensor) and each is not self.input
            ):
                raise InputError(f"{getattr(each, 'path', 'a value')} is no layer")
            if isinstance(each, Module):
                module.parts[str(key).lstrip("_")] = each

    def external(self, path: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a name of a framework gives when it is called."""
        name = path.rpartition(".")[2]
        own = getattr(self, f"_call_{name.lower()}", None)
        if own is not None:
            return own(given, named)
        if name in _NUMBERS and all(isinstance(each, int | float) for each in given):
            return _NUMBERS[name](*given)
        if MADE.fullmatch(name):
            return self._array(given)
        if not name[:1].isupper() and any(map(_is_value, _flat(given))):
            return self.operation(name, given, named)
        if ITSELF.fullmatch(name):
            return given[0]
        if name in CONTAINERS:
            made = Module(name, given, named)
            self._fill(made, given, named if self.printed else {})
            return made
        if self.printed and any(isinstance(each, Module) for each in named.values()):
            return self._shown(name, named)
        if spec_of(name) or name.lower() in JOINED or name in _SPECIAL:
            return self._checked(name, given, named)
        if name.startswith("TransformerEncoder"):
            scope, path = Scope(), os.path.join(os.path.dirname(__file__), "torch_classes.txt")
            self.block(ast.parse(read_file(path)).body, scope)
            return self.object_of(scope[name], given, named)
        return self._strange(name, given, named)

    def _strange(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a name gives that is none of a layer's."""
        if name[:1].isupper() and not name.endswith(("Loss", "Error")):
            raise unknown(name)
        if any(isinstance(each, Module) and each.is_layer for each in given):
            raise InputError(f"{name}(…) of a layer is not followed here")
        return Unknown()

    def _shown(self, name: str, named: Mapping[str, Any]) -> Module:
        """What print(model) shows of a module whose forward is not there: its parts in order."""
        inner = named.get("_out_proj")
        if name == "MultiheadAttention" and isinstance(inner, Module):
            # The number of heads is not shown, and changes neither parameters nor macs.
            known = bound(inner.kind, inner.given, inner.named)
            return Module(name, [known["inputs"], 1], {"bias": known["bias"]})
        made = Module("Sequential")
        self._fill(made, [], named)
        return made

    def _array(self, given: list[Any]) -> Any:
        sizes = given[0] if given and isinstance(given[0], list | tuple) else given
        whole = sizes and all(type(each) is int for each in sizes)
        return Module(ARRAY, [tuple(sizes)]) if whole else Unknown()

    def _checked(self, name: str, given: list[Any], named: dict[str, Any]) -> Module:
        """A layer, whose numbers are known."""
        for key, each in [*enumerate(given), *named.items()]:
            if isinstance(each, External) and key in ("activation", 0, "hidden_act"):
                continue
            if isinstance(each, External) and "." not in each.path:
                raise InputError(f"{each.path} is no number: put it in its place")
            if isinstance(each, Unknown) and isinstance(key, int):
                raise InputError(f"an argument of {name} is no number that is known here")
        named = {
            key: each.name if isinstance(each, External) else each for key, each in named.items()
        }
        return Module(name, given, named)

    def _call_parameter(self, given: list[Any], named: dict[str, Any]) -> Module:
        data = given[0] if given else named.get("data")
        if data is None or not _is_parameter(data):
            raise InputError("the shape of a parameter is not known here")
        made = Module(PARAMETER, data.given)
        made.frozen = named.get("requires_grad") is False
        return made

    def _call_tensor(self, given: list[Any], named: dict[str, Any]) -> Any:
        value = given[0]
        if isinstance(value, int | float):
            return Module(ARRAY, [()])
        flat = isinstance(value, list) and all(isinstance(each, int | float) for each in value)
        return Module(ARRAY, [(len(value),)]) if flat else Unknown()

    def _call_prod(self, given: list[Any], named: dict[str, Any]) -> Any:
        if isinstance(given[0], Tensor):
            return self.operation("prod", given, named)
        product: Any = 1
        for each in self.items(given[0]):
            product = self.operated(ast.Mult(), product, each)
        return product

    def _call_linspace(self, given: list[Any], named: dict[str, Any]) -> list[Unknown]:
        return [Unknown() for _ in self.items(range(given[2]))]

    def _call_ordereddict(self, given: list[Any], named: dict[str, Any]) -> dict[Any, Any]:
        return dict(*given, **named)

    def _call_field(self, given: list[Any], named: dict[str, Any]) -> Any:
        """What a field of a dataclass is by default."""
        factory = named.get("default_factory")
        return named.get("default") if factory is None else self.call(factory, [], {})

    def _call_partial(self, given: list[Any], named: dict[str, Any]) -> Any:
        function, *first = given
        return lambda *more, **others: self.call(function, [*first, *more], {**named, **others})

    def _call_deepcopy(self, given: list[Any], named: dict[str, Any]) -> Any:
        self.charge(given[0])
        return _copied(given[0])

    def _call_isinstance(self, given: list[Any], named: dict[str, Any]) -> Any:
        value, kinds = given
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        if isinstance(value, Unknown):
            return Unknown()
        names = [getattr(each, "name", "") or getattr(each, "__name__", "") for each in kinds]
        own = getattr(value, "kind", type(value).__name__)  # of a Tensor, Tensor
        whole = value.cls.lineage() if isinstance(value, Module) and value.cls else ()
        return own in names or any(each.name in names for each in whole)

    def _call_getattr(self, given: list[Any], named: dict[str, Any]) -> Any:
        return self.attribute(given[0], given[1])

    def _call_setattr(self, given: list[Any], named: dict[str, Any]) -> None:
        self.attach(*given)

    def _call_hasattr(self, given: list[Any], named: dict[str, Any]) -> bool:
        return isinstance(given[0], External) or given[1] in getattr(given[0], "parts", {})

    def _call_input(self, given: list[Any], named: dict[str, Any]) -> Tensor:
        """What a model of Keras takes, its channels last."""
        shape = named.get("shape", given[0] if given else None)
        sizes = [shape] if isinstance(shape, int) else list(shape or ())
        if not sizes or not all(type(size) is int for size in sizes):
            raise InputError("the shape of its input is not in numbers: give `input`")
        if self.input is not None:
            raise InputError("several inputs; the notation has one")
        self.sizes = (sizes[-1], *sizes[:-1]) if len(sizes) > 2 else tuple(sizes)
        self.input = Tensor("input", len(sizes), sizes[-1], len(sizes) == 2)
        return self.input

    _call_inputlayer = _call_input

    def _call_bidirectional(self, given: list[Any], named: dict[str, Any]) -> Module:
        inner = given[0]
        if named.get("merge_mode", "concat") != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
        return Module(inner.kind, inner.given, {**inner.named, "bidirectional": True})

    def _call_model(self, given: list[Any], named: dict[str, Any]) -> Module:
        ends = named.get("outputs", given[1] if len(given) > 1 else None)
        return Module("Model", named={"outputs": self._tensor_of(ends)})

    def method_of(self, owner: Any, name: str) -> Any:
        """A method, or another attribute, of a framework's object."""
        if isinstance(owner, Tensor) and name in ("shape", "data", "T", "device", "dtype"):
            if name == "T":
                return self.operation("t", [owner], {})
            return owner if name == "data" else Unknown(owner if name == "shape" else None)
        if _is_parameter(owner):
            if name == "shape":
                return owner.given[0]
            if name == "numel":
                return lambda: math.prod(owner.given[0])
            return owner if name == "data" else lambda *given, **named: (
                self.operation("add", [given[0], owner], {})
                if given and isinstance(given[0], Tensor) and name == "add" else owner
            )
        if isinstance(owner, Module | _Super):
            return self._of_layers(owner, name)
        if isinstance(owner, Tensor):
            return lambda *given, **named: self.operation(name, [owner, *given], named)
        raise InputError(f"{name} of {type(owner).__name__} is not followed here")

    def _of_layers(self, owner: Any, name: str) -> Any:
        module = owner.module if isinstance(owner, _Super) else owner
        if module.is_layer and spec_of(module.kind):

            known = bound(module.kind, module.given, module.named)
            if NAMES.get(name, name) in known:
                return known[NAMES.get(name, name)]
            if name in ("weight", "bias", "kernel", "data", "embeddings"):
                return module
            if name == "numel":
                return Unknown  # one number of several parameters
        if name == "training":
            return False
        if not _MODULES_OWN.fullmatch(name):
            raise InputError(f"{module.kind} has no {name} that is known here")
        return lambda *given, **named: self._told(owner, module, name, list(given), named)

    def _told(
        self, owner: Any, module: Module, name: str, given: list[Any], named: dict[str, Any]
    ) -> Any:
        """What a method that modules have by themselves does."""
        parts = module.parts
        if name == "__init__":
            if module.container not in ("", "Model"):
                self._fill(module, given, {})
        elif name in ("forward", "call", "__call__"):
            return self.run(module, given, named)
        elif name == "__getattr__":
            return self.attribute(module, given[0])
        elif name == "__setattr__":
            self.attach(module, *given)
        elif name in ("append", "add", "extend"):
            new = self.items(given[0]) if name == "extend" else given
            parts.update((str(len(parts) + at), each) for at, each in enumerate(new))
        elif name in ("add_module", "register_module", "register_parameter", "register_buffer"):
            parts[given[0]] = given[1] if name != "register_buffer" else Unknown()
        elif name == "add_weight":
            return Module(PARAMETER, [tuple(named.get("shape", given[0] if given else ()))])
        elif name == "requires_grad_":
            self.attach(module, "requires_grad", not given or given[0])
        else:
            return self._listed(module, name)
        return module

    def _listed(self, module: Module, name: str) -> Any:
        """What a module lists of what it holds; the module for a method that changes no layer."""
        if name in ("parameters", "children"):
            held = [e for _, e in module.leaves()] if name[0] == "p" else [
                each for each in module.parts.values() if isinstance(each, Module)
            ]
            self.charge(held)
            return held
        if name in ("items", "keys", "values") and module.container:
            return list(getattr(module.parts, name)())
        return [] if name in ("modules", "named_modules", "named_parameters") else module

    def run(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        """What a module gives for what it takes."""
        self.charge(module)
        if module.times:
            return self._repeated(module, given[0])
        if module.cls is not None:
            for name in ("forward", "call"):
                function = module.cls.find(name)
                if isinstance(function, Function):
                    return self.invoke(function, [module, *given], named)
        if module.is_layer:
            return self._layer(module, given, named)
        if module.container != "Sequential" and not self.printed:
            raise InputError(f"{module.kind} is called, and has no forward that can be followed")
        value = given[0]
        for part in module.parts.values():
            if isinstance(part, Module):
                value = self._tensor_of(self.run(part, [value], {}))
        return value

    def _repeated(self, module: Module, taken: Tensor) -> Tensor:
        """A module that print(model) shows once, with how often it is there."""
        around, times = self.steps, module.times
        self.steps, module.times = [], 0
        end = self._tensor_of(self.run(module, [taken], {}))
        body = arranged(self.steps, taken.name, end.name)
        self.steps = around
        return self._step((taken,), [Block(REPEAT, body, times)])

    def _tensor_of(self, value: Any) -> Tensor:
        """The one value that something gives."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple):
            found = [each for each in value if isinstance(each, Tensor | tuple)]
            if not found:
                raise InputError("gives nothing that came through a layer")
            return self._tensor_of(found[0])
        if isinstance(value, Tensor):
            return value
        raise InputError("takes something that came through no layer, or that is not followed here")

    def _step(
        self, taken: Sequence[Tensor], layers: Sequence[Node], join: str = "", axis: int = 0
    ) -> Tensor:
        """A place of the graph more; what it gives is as what it takes."""
        if any(isinstance(each, Heads) for each in taken):
            raise InputError("a part of what a layer gives cannot be said")
        self.values += 1
        name = f"value {self.values} of line {self.line}"
        made = Tensor(name, taken[0].rank, taken[0].width, taken[0].last)
        self.steps.append(Step(
            made.name, tuple(each.name for each in taken), tuple(layers), join, axis
        ))
        return made

    def _made(self, module: Module) -> list[Layer]:
        """A module as layers of the notation."""
        if module.kind == POSITIONS:
            return [Layer("position", (module.given[0][0],), {}, module.name)]
        if module.kind == PARAMETER:
            shape = tuple(module.given[0])
            size = shape[0] if len(shape) == 1 else shape or 1
            return [Layer("weight", (size,), {}, module.name)]
        if not spec_of(module.kind):
            return []
        return layers_of(module.kind, module.given, module.named, module.name)

    def _inputs(self, module: Module) -> int:
        """The channels or features that its code gives a layer."""
        known = bound(module.kind, module.given, module.named) if spec_of(module.kind) else {}
        found = known.get("inputs", known.get("normalized"))
        return found if type(found) is int else 0

    def _layer(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        """One layer takes a value."""
        kind = module.kind
        if kind == "Embedding" and isinstance(given[0], Unknown | Module):
            # A table that positions look up.
            sizes = bound(kind, module.given, module.named)
            table = Module(POSITIONS, [(sizes["vocabulary"], sizes["width"])])
            table.name, table.ran = module.name, module.ran
            return table
        if kind.lower() in JOINED and kind not in LAYERS:
            return self.operation(kind.lower(), given, {**module.named, "keras": True})
        taken = [self._tensor_of(each) for each in given[:3] if isinstance(each, Tensor)]
        taken = taken or [self._tensor_of(given[0] if given else next(iter(named.values()), None))]
        if isinstance(taken[0], Heads):
            if kind.startswith(("Dropout", "Softmax", "Identity")):
                return taken[0]
            if kind == "Linear" and len(taken[0].met) == 3:
                return self._attended(module, taken[0])
        if kind in _SPECIAL:
            return self.operation(_SPECIAL[kind], [taken[0], *module.given], module.named)
        if any(each is not taken[0] for each in taken) and "ttention" in kind:
            raise InputError(f"{kind} of several values cannot be said in the notation")
        made = self._placed(module, taken[0])
        if kind in ("LSTM", "GRU", "RNN") and "inputs" in bound(kind, module.given, module.named):
            states = self._plain(made, ("select", (-1,)))
            states.states = 2 if module.ran[-1].options.get("bidirectional") else 1
            return made, (states, states) if kind == "LSTM" else states
        return (made, Unknown()) if kind == "MultiheadAttention" else made

    def _placed(self, module: Module, taken: Tensor) -> Tensor:
        """The step of a layer, with what its name, its ties and its input make of it."""
        again, inputs = module.ran, self._inputs(module)
        made: list[Layer] = []
        before = taken
        for layer in self._made(module):
            made.append(self._fitted(layer, module, before))
            if layer.type in WINDOWS:  # which has taken the zeros in
                before = Tensor("", taken.rank, taken.width, taken.last)
        for at, layer in enumerate(made if again else ()):
            if HOLDING.fullmatch(layer.type):
                if not again[at].name:
                    raise InputError("a layer without a name is called twice")
                shared = {**layer.options, "share": again[at].name}
                made[at] = Layer(layer.type, layer.arguments, shared)
        for layer in made:
            bind(layer.type, layer.arguments, dict(layer.options), handler(layer.type))
        if inputs:
            self.takes[id(made[0])] = inputs
            _take_in(taken, inputs, module.kind)
        if module.tied is not None and not module.tied.ran:
            module.tied.tied = module
        module.ran = again or made
        given = self._step((taken,), made)
        for layer in made:
            _behind(given, layer, module.kind)
        given.source = (module, taken) if module.kind == "Linear" else None
        return given

    def _fitted(self, layer: Layer, module: Module, taken: Tensor) -> Layer:
        """A layer with what its input, its ties and its training make of it."""
        word, arguments, options = layer.type, layer.arguments, dict(layer.options)
        if taken.zeros and word in WINDOWS and not options.get("pad"):
            options["pad"] = _pads(taken.zeros)
        elif taken.zeros and word != "transpose":
            raise InputError("zeros around what is no window's input cannot be said")
        if taken.rank > 2 and word == "linear" and (taken.last or module.kind == "Dense"):
            word, arguments = "conv", (*arguments, 1)
        if taken.rank > 2 and word in ("layernorm", "rmsnorm"):
            options.setdefault("over", "channels")
        if HOLDING.fullmatch(word) and not module.ran:
            if module.tied is not None and module.tied.ran:
                options["tie"] = module.tied.ran[0].name
            if module.frozen:
                options["frozen"] = True
        return Layer(word, arguments, options, "" if module.ran else layer.name)

    def _applied(self, kind: str, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        """A layer without parameters takes a value."""
        return self._placed(Module(kind, given, named), taken)

    def _plain(self, taken: Tensor, *layers: tuple[str, tuple[Any, ...]]) -> Tensor:
        """Layers of the notation, by type and arguments."""
        made = self._step((taken,), [Layer(*each) for each in layers])
        for each in layers:
            _behind(made, Layer(*each), "Global" if each[0] == "flatten" and layers[1:] else "")
        return made

    # Operations on what layers give

    def operation(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function or method gives for values of the graph."""
        word = {"mult": "mul", "matmult": "matmul", "bmm": "matmul"}.get(name, name).strip("_")
        if word in JOINED and not all(isinstance(each, Heads) for each in given[:2]):
            return self._joined(word, given, named)
        first = given[0]
        if isinstance(first, Heads) and not word.startswith("_"):
            return self._of_heads(word, first, given[1:], named)
        if isinstance(first, Tensor) and first.states and word in _SAME_STATES:
            return first
        own = getattr(self, f"_do_{word}", None)
        if own is not None and isinstance(first, Tensor):
            try:
                return own(first, *given[1:], **named)
            except TypeError:
                raise InputError(f"{name} with these arguments is not followed here") from None
        if _is_parameter(first) and not any(isinstance(each, Tensor) for each in given):
            return first
        if KEPT.fullmatch(word):
            return first
        kind = _FUNCTIONS.get(word.replace("_", ""))
        if kind and isinstance(first, Tensor):
            if re.match("(Avg|Max)Pool", kind) and any(
                isinstance(each, Unknown) for each in _flat(given[1:2])
            ):
                return self._applied(f"Adaptive{kind}", first, 1)  # a window as large as the image
            keep = {key: each for key, each in named.items() if not isinstance(each, Unknown)}
            return self._applied(kind, first, *given[1:], **keep)
        raise InputError(f"{name}(…) of what a layer gives is not followed here")

    def _joined(self, word: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Where several values meet, or one meets a number or a parameter."""
        values = list(given[0]) if isinstance(given[0], list | tuple) else given[:2]
        join = JOINED[word]
        if join == CONCAT and all(isinstance(e, Tensor) and e.states > 1 for e in values):
            return values[0]  # both directions, which it has already
        parameters = [each for each in values if _is_parameter(each)]
        found = [self._tensor_of(e) for e in values if isinstance(e, Tensor)]
        if not found:
            return parameters[0]
        if parameters and join == CONCAT:
            [parameter] = parameters
            count = [*(1, *parameter.given[0])][-2]
            parameter.ran = [Layer("prepend", (count,), {}, parameter.name)]
            return self._step(found[:1], parameter.ran)
        for parameter in parameters:
            if not parameter.ran and parameter.kind != ARRAY:
                parameter.ran += self._made(parameter)
                found[0] = self._step(found[:1], parameter.ran)
        if len(found) < 2:
            return found[0]
        axis = 0
        if join == CONCAT:
            rank = max(each.rank for each in found)
            others = [each for each in (*given[1:], named.get("dim"), named.get("axis"))
                      if type(each) is int]
            axis = self._axis(others[0] if others else (-1 if "keras" in named else 0), rank)
            if rank > 2 and ("keras" in named or "axis" in named):
                axis = (axis + 1) % rank
        made = self._step(found, (), join, axis)
        widths = [each.width for each in found]
        if join == CONCAT and all(widths) and (made.rank != 2 or axis == int(made.last)):
            made.width = sum(widths)
        return made

    def _axis(self, axis: int, rank: int) -> int:
        """An axis without the batch, counted from the front."""
        if axis < 0 and not rank:
            raise InputError(f"which axis {axis} is, is not known: count it from the front")
        axis = axis + rank if axis < 0 else axis - 1
        if axis < 0:
            raise InputError("values laid end to end along the batch cannot be said")
        return axis

    def _do_size(self, taken: Tensor, axis: Any = None, dim: Any = None) -> Any:
        axis = dim if axis is None else axis
        if axis is None:
            return Unknown(taken)
        return self.part_of(Unknown(taken), axis)

    def _do_dim(self, taken: Tensor) -> Any:
        return taken.rank + 1 if taken.rank else Unknown()

    def _do_flatten(
        self, taken: Tensor, start: Any = 0, end: Any = -1, start_dim: Any = None,
        end_dim: Any = None, **named: Any,
    ) -> Tensor:
        start = start if start_dim is None else start_dim
        end = end if end_dim is None else end_dim
        if start == 2 and taken.rank in (0, 3) and end in (-1, 3):
            return self._turned(self._plain(taken, ("sequence", ())))
        if start in (0, 1) and end in (-1, taken.rank):
            return taken if taken.rank == 1 else self._plain(taken, ("flatten", ()))
        if start == taken.rank or (start, end) == (0, 1):
            return taken
        raise InputError(f"flatten from axis {start} to {end} cannot be said")

    def _do_view(self, taken: Tensor, *sizes: Any, **named: Any) -> Tensor:
        first = sizes[0] if sizes else named.get("shape")
        if isinstance(first, Unknown) and len(sizes) == 1:
            return taken  # the shape of another value
        whole = list(first) if isinstance(first, list | tuple) else list(sizes)
        by_heads = self._by_heads(taken, whole)
        if by_heads is not None:
            return by_heads
        rest = [each if type(each) is int else None for each in whole[1:]]
        if not rest or (taken.rank == 2 and len(rest) == 1 and rest[0] == taken.width):
            return taken
        if rest in ([-1], [None]):
            return taken if taken.rank == 1 else self._plain(taken, ("flatten", ()))
        if len(rest) == 2 and rest[0] == taken.width and rest[1] in (-1, None) and taken.rank == 3:
            return self._do_flatten(taken, 2)
        if None not in rest and min(each for each in rest if each is not None) > 0:
            to = rest[0] if len(rest) == 1 else tuple(rest)
            return self._plain(taken, ("reshape", (to,)))
        if rest == [taken.width, *([-1] * (len(rest) - 1))] and taken.rank == len(rest):
            return taken
        raise InputError("its sizes are not in numbers that are known here")

    _do_reshape = _do_view

    def _do_unflatten(
        self, taken: Tensor, dim: Any, sizes: Any = (), unflattened_size: Any = ()
    ) -> Tensor:
        if dim not in (1, -1) or taken.rank > 1:
            raise InputError("unflatten of another axis than the first cannot be said")
        return self._do_view(taken, -1, *sizes, *unflattened_size)

    def _do_permute(self, taken: Tensor, *axes: Any, **named: Any) -> Tensor:
        order = list(axes[0] if axes and isinstance(axes[0], list | tuple) else axes)
        order = [each % len(order) if type(each) is int else each for each in order]
        if len(order) == 4 and order in ([0, 2, 3, 1], [0, 3, 1, 2]):
            made = self._step((taken,), ())
            made.rank, made.last = 3, order[-1] == 1
            return made
        if order in ([0, 2, 1], [2, 1]):
            return self._turned(taken)
        if order in ([0, 1, 2], [1, 0, 2]):  # the batch, before or behind the steps
            return taken
        raise InputError(f"permute to {order} cannot be said")

    def _do_transpose(self, taken: Tensor, a: Any = 1, b: Any = 2, **named: Any) -> Tensor:
        axes = {named.get("dim0", a), named.get("dim1", b)}
        if axes in ({1, 2}, {-1, -2}, {1, -1}, {2, -2}):
            return self._turned(taken)
        if axes == {0, 1}:
            return taken
        raise InputError(f"transpose of axes {sorted(axes)} cannot be said")

    _do_swapaxes = _do_transpose

    def _turned(self, taken: Tensor) -> Tensor:
        if taken.turned is not None:
            return taken.turned
        if taken.rank > 2:
            raise InputError("a transpose of an image cannot be said")
        made = self._plain(taken, ("transpose", ()))
        made.rank, made.last, made.turned = 2, not taken.last, taken
        return made

    def _do_mean(self, taken: Tensor, dim: Any = None, keepdim: Any = False, **named: Any) -> Any:
        dim = named.get("axis", dim)
        keepdim = named.get("keepdims", keepdim)
        axes = set(dim if isinstance(dim, list | tuple) else [dim])
        if axes in ({2, 3}, {-1, -2}, {1, 2}) and taken.rank in (0, 3):
            layers: list[tuple[str, tuple[Any, ...]]] = [("globalpool", ())]
        elif axes in ({1}, {-2}) and taken.rank == 2 and taken.last:
            layers = [("transpose", ()), ("globalpool", ())]
        elif axes in ({2}, {-1}) and taken.rank == 2 and not taken.last:
            layers = [("globalpool", ())]
        else:
            raise InputError(f"a mean over axis {dim} of what is taken here cannot be said")
        if keepdim:
            return self._plain(taken, *layers)
        return self._plain(taken, *layers, ("flatten", ()))

    _do_sum = _do_amax = _do_reduce_mean = _do_mean

    def _do_max(self, taken: Tensor, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], Tensor):
            return self._joined("maximum", [taken, given[0]], {})
        return self._do_mean(taken, *given, **named), Unknown()

    def _do_layer_norm(
        self, taken: Tensor, shape: Any, weight: Any = None, bias: Any = None, eps: Any = None
    ) -> Tensor:
        whole = {"elementwise_affine": weight is not None, "bias": bias is not None}
        module = Module("LayerNorm", [shape], whole)
        module.name = weight.name.rpartition(".")[0] if weight is not None else ""
        made = self._placed(module, taken)
        for each in (weight, bias):
            if each is not None:
                each.ran = module.ran
        return made

    def _do_squeeze(self, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        if taken.rank > 2 or (taken.rank == 2 and not taken.last):
            return self._plain(taken, ("flatten", ()))
        return taken

    def _do_pad(self, taken: Tensor, pad: Any = 0, *others: Any, **named: Any) -> Tensor:
        """Zeros, in PyTorch's order: behind each other from the last axis to the first."""
        pad = named.get("padding", pad)
        flat = [pad] * 2 * max(taken.rank - 1, 1) if isinstance(pad, int) else list(pad)
        pairs = [tuple(flat[at : at + 2]) for at in range(0, len(flat), 2)]
        return self._padded(taken, pairs[::-1])

    def _do_padding(self, taken: Tensor, padding: Any = 1, **named: Any) -> Tensor:
        """Zeros, as Keras has them: one number, one an axis, or a pair an axis."""
        axes = max(taken.rank - 1, 1)
        pairs = [padding] if axes == 1 else padding
        if isinstance(padding, int):
            pairs = [padding] * axes
        return self._padded(taken, [(p, p) if isinstance(p, int) else tuple(p) for p in pairs])

    def _padded(self, taken: Tensor, pairs: Sequence[tuple[Any, ...]]) -> Tensor:
        flat = [each for pair in pairs for each in pair]
        if any(isinstance(each, Unknown) and each.kind == "gap" for each in flat):
            return taken  # where the sizes differ, the values do not meet, which is an error
        if not all(type(each) is int for each in flat):
            raise InputError("zeros whose number is not known here")
        made = self._step((taken,), ())
        made.zeros = tuple(pairs)
        return made

    def _do_interpolate(self, taken: Tensor, size: Any = None, scale_factor: Any = None,
                        mode: str = "nearest", **named: Any) -> Tensor:
        if scale_factor is None:
            raise InputError("a size that follows another value cannot be said: give scale_factor")
        return self._applied("Upsample", taken, None, scale_factor, mode)

    _do_upsample = _do_interpolate

    # Attention that is written out: queries, keys and values by heads, and a projection behind

    def _do_chunk(self, taken: Tensor, count: Any, *axis: Any, **named: Any) -> list[Heads]:
        return self._divided(taken, count)

    def _do_split(self, taken: Tensor, size: Any, *axis: Any, **named: Any) -> list[Heads]:
        return self._divided(taken, taken.width // size if type(size) is int and size else 0)

    def _divided(self, taken: Tensor, count: Any) -> list[Heads]:
        """As many equal parts of what a linear layer gives."""
        if taken.source is None or not count or taken.width % count:
            raise InputError("a part of what a layer gives cannot be said")
        parts = [Heads(taken) for _ in range(count)]
        for each in parts:
            each.width = taken.width // count
        return parts

    def _by_heads(self, taken: Tensor, sizes: list[Any]) -> Heads | None:
        """What a linear layer gives by heads, as (…, pieces, heads, width) or without pieces."""
        shape = [each if type(each) is int else -1 for each in sizes[2:]]  # -1 is what is left
        known = math.prod(each for each in shape if each > 0)
        if taken.source is None or not taken.width or not taken.last or len(shape) not in (2, 3):
            return None
        if 0 in shape or shape.count(-1) > 1 or taken.width % known:
            return None
        whole = [taken.width // known if each == -1 else each for each in shape]
        if math.prod(whole) != taken.width:
            return None
        return Heads(taken, whole[0] if whole[2:] else 1, *whole[-2:])

    def _of_heads(self, word: str, first: Heads, given: list[Any], named: Any) -> Any:
        """What comes of queries, keys and values."""
        others = [each for each in given if isinstance(each, Heads)]
        if word == "scaled_dot_product_attention" or (word == "matmul" and others):
            made = Heads(first.given)
            made.met = (*(first.met or (first,)), *others)
            return made
        if word == "size":
            return Unknown()
        if word == "unbind":
            return [self.part_of(first, at) for at in range(first.pieces)]
        if word in ("view", "reshape") and not first.heads and not first.met:
            sizes = list(given[0]) if given and isinstance(given[0], list | tuple) else given
            made = self._by_heads(_of_width(first), sizes) or first
            made.given = first.given
            return made
        if word in _SAME_HEADS or KEPT.fullmatch(word) or word in JOINED:
            return first
        raise InputError(f"{word}(…) of queries, keys and values is not followed here")

    def _attended(self, module: Module, mixed: Heads) -> Tensor:
        """The projection behind attention: the whole of it is one layer."""
        sources = [each.given.source for each in mixed.met]
        projections = [each[0] for each in sources if each is not None]
        if len(projections) != 3 or any(each.ran[1:] for each in projections):
            raise InputError("attention that is written out in this way is not followed here")
        x = next(each[1] for each in sources if each is not None)
        if any(each is None or each[1] is not x for each in sources):
            raise InputError("attention of several values cannot be said in the notation")
        query, key, value = mixed.met
        if not query.heads:
            raise InputError("attention whose heads are not known here")
        arguments = [bound("Linear", each.given, each.named) for each in (*projections, module)]
        letters = "".join(
            letter for letter, each in zip("qkvo", arguments, strict=True) if each.get("bias", True)
        )
        options: dict[str, Any] = {"bias": letters}
        if letters in ("", "qkvo"):
            options["bias"] = bool(letters)
        inputs, units = arguments[0]["inputs"], arguments[3]["units"]
        for name, own, usual in (
            ("kv_heads", key.heads, query.heads), ("output", units, inputs),
            ("head_width", query.each, inputs // (query.heads or 1)),
            ("value_width", value.each, query.each),
        ):
            if own != usual:
                options[name] = own
        name = projections[0].name.rpartition(".")[0] or "attention"
        layer = Layer("attention", (query.heads,), {
            key: each for key, each in options.items() if each is not True
        }, name)
        bind("attention", layer.arguments, dict(layer.options), handler("attention"))
        self.takes[id(layer)] = inputs
        for each in (*projections, module):
            each.ran = [layer]
        made = self._step((x,), [layer])
        made.rank, made.last, made.width = 2, True, units
        return made

    def _do_matmul(self, taken: Any, other: Any) -> Tensor:
        if not (_is_parameter(other) and len(other.given[0]) == 2):
            raise InputError("a product of two values cannot be said")
        layer = Layer("linear", (other.given[0][1],), {"bias": False}, other.name)
        other.ran = [layer]
        made = self._step((taken,), other.ran)
        _behind(made, layer, "")
        return made

    def part_of(self, value: Any, index: Any) -> Any:
        """An element, or some of them."""
        if isinstance(value, Module):
            return _part_of_module(value, index)
        if isinstance(value, Unknown):
            return self._size_of(value.tensor, index)
        if isinstance(value, External):
            return Unknown()
        if isinstance(value, Heads) and value.pieces > 1 and isinstance(index, int):
            return Heads(value.given, 1, value.heads, value.each)
        if isinstance(value, Tensor) and (value.states or isinstance(value, Heads)):
            return value
        if not isinstance(value, Tensor):
            return value[index]
        places = [
            each[0] if isinstance(each, list) and len(each) == 1 else each
            for each in (index if isinstance(index, tuple) else [index])
        ]
        if len(places) > 1 and type(places[1]) is int and all(
            each == slice(None) for each in (places[0], *places[2:])
        ) and value.rank in (0, 2):
            return self._plain(value, ("select", (places[1],)))
        if all(each == slice(None) or each is Ellipsis for each in places):
            return value
        raise InputError("a part of what a layer gives cannot be said, but one step of a sequence")


    def _size_of(self, tensor: Tensor | None, index: Any) -> Any:
        """A size of a tensor, or some of them."""
        if tensor is None:
            return Unknown()
        if isinstance(index, slice) and tensor.rank:
            return tuple(self._size_of(tensor, at) for at in range(tensor.rank + 1))[index]
        if isinstance(index, slice):
            return Unknown(Tensor(tensor.name))  # from which axis on, is not known
        last = tensor.last or tensor.rank == 1 or self.sizes is not None
        if tensor.width and index in ((-1, tensor.rank) if last else (1,)):
            return tensor.width
        return Unknown(kind="size")


class _Super:
    """The methods of a module behind those of one of its classes."""

    def __init__(self, module: Module, cls: Class | None) -> None:
        self.module = module
        whole = list(module.cls.lineage()) if module.cls else []
        self.after = whole[whole.index(cls) + 1 :] if cls in whole else []


def _compared_shapes(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Whether shapes are the same: taken as so, since values of other sizes do not meet."""
    found = [*_flat([left]), *_flat([right])]
    widths = [each.tensor.width for each in found if isinstance(each, Unknown) and each.tensor]
    sizes = all(isinstance(each, Unknown) and each.kind == "size" for each in found)
    whole = len(widths) == 2 or (sizes and isinstance(left, tuple) and isinstance(right, tuple))
    if not whole or not isinstance(op, ast.Eq | ast.NotEq):
        return Unknown()
    return (len({width for width in widths if width}) < 2) == isinstance(op, ast.Eq)


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:60]


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for each in values:
        yield from each if isinstance(each, list | tuple) else [each]


def _is_value(each: Any) -> bool:
    return isinstance(each, Tensor) or _is_parameter(each)


def _is_parameter(value: Any) -> bool:
    return isinstance(value, Module) and value.kind in (PARAMETER, ARRAY, POSITIONS)


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


def _part_of_module(module: Module, index: Any) -> Any:
    if _is_parameter(module):
        return module
    if module.container == "ModuleDict":
        return module.parts[index]
    whole = list(module.parts.values())
    if not isinstance(index, slice):
        return whole[index]
    made = Module(module.kind, cls=None)
    made.parts = {str(at): each for at, each in enumerate(whole[index])}
    return made


def _copied(value: Any) -> Any:
    """A module with layers of its own."""
    if isinstance(value, list | tuple):
        return type(value)(map(_copied, value))
    if not isinstance(value, Module):
        return value
    made = Module(value.kind, value.given, value.named, value.cls)
    made.parts = {name: _copied(each) for name, each in value.parts.items()}
    made.frozen = value.frozen
    return made


def _least(layer: Layer, inputs: int) -> tuple[int, ...]:
    """The least input that a layer takes."""
    inputs = inputs or 1
    if layer.type in WINDOWS:
        kernel = layer.arguments[-1]
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        reach = layer.options.get("dilation", 1)
        steps = reach if isinstance(reach, tuple) else (reach,) * len(kernel)
        return (inputs, *(
            (size - 1) * step + 1 for size, step in zip(kernel, steps, strict=True)
        ))
    if layer.type in ("embedding", "weight"):
        return (1,)
    if layer.type in ("attention", "lstm", "gru", "rnn"):
        return (1, inputs)
    return (inputs, 1, 1) if layer.type in ("groupnorm", "instancenorm") else (inputs,)


def _of_width(part: Heads) -> Tensor:
    """A part as if a linear layer of its own gave it."""
    made = Tensor(part.name, part.rank, part.width, part.last)
    made.source = part.given.source
    return made


def _pads(pairs: tuple[tuple[int, ...], ...]) -> Any:
    sizes = {size for pair in pairs for size in pair}
    return sizes.pop() if len(sizes) == 1 else pairs


def _give_owners(body: Sequence[Layer], root: Module | None) -> None:
    """Let each layer that is called more than once have its name where the body has it first."""
    owners = {
        layer.name: (module, at)
        for _, module in (root.leaves() if root else ()) for at, layer in enumerate(module.ran)
    }
    named: set[Any] = set()
    for layer in body:
        shared = layer.options.get("share")
        if shared in owners and shared not in named:
            module, at = owners[shared]
            owner = module.ran[at]
            module.ran = [*module.ran[:at], layer, *module.ran[at + 1 :]]
            owner.name, layer.name = "", owner.name
            owner.options, layer.options = layer.options, owner.options
        named.add(layer.name)


def _take_in(value: Tensor, inputs: int, kind: str) -> None:
    """Put down what a layer's inputs say of a value of which nothing is known."""
    if not value.width:
        value.width = inputs
        value.last = value.rank == 2 and kind in ("Linear", "LayerNorm")


def _behind(value: Tensor, layer: Layer, kind: str) -> None:
    """Put down the axes and channels that a layer makes of a value."""
    word, options = layer.type, layer.options
    first = layer.arguments[0] if layer.arguments else 0
    digit = re.search(r"[123](?=[dD])", kind)
    if digit:
        value.rank, value.last = int(digit[0]) + 1, kind[-1] == "D" and digit[0] == "1"
    if word in ("conv", "conv_transpose", "linear"):
        value.width = first if isinstance(first, int) else 0
    elif word == "dwconv":
        value.width *= options.get("multiplier", 1)
    elif word in ("lstm", "gru", "rnn"):
        value.width = first * (2 if options.get("bidirectional") else 1)
    elif word == "embedding":
        value.width = layer.arguments[1]
    elif word == "reshape":
        sizes = first if isinstance(first, tuple) else (first,)
        value.rank, value.width, value.last = len(sizes), sizes[0], False
    elif word == "flatten" and not kind.startswith("Global"):
        value.width = 0
    if word in ("flatten", "select") or options.get("output") == "last":
        value.rank, value.last = 1, False
    elif word in ("embedding", "lstm", "gru", "rnn", "attention", "sequence"):
        value.rank, value.last = 2, True


_FUNCTIONS = {
    name.lower(): name
    for pattern, spec in LAYERS.items()
    if "(" not in pattern and not HOLDING.fullmatch(spec.split()[0])
    for name in names_of(pattern)
}
"""Classes without parameters by their names in small letters, as functions are called."""
_SPECIAL = {
    "ZeroPad1d": "pad", "ZeroPad2d": "pad", "ZeroPad3d": "pad", "ConstantPad2d": "pad",
    "ReflectionPad1d": "pad", "ReflectionPad2d": "pad", "ReplicationPad2d": "pad",
    "ZeroPadding1D": "padding", "ZeroPadding2D": "padding", "ZeroPadding3D": "padding",
    "Permute": "permute", "Flatten": "flatten", "Unflatten": "unflatten",
}
"""Layers that are read as the function of another name."""
_MODELS = re.compile("Module|.*Model|Layer|LightningModule|Sequential|ModuleList|ModuleDict")

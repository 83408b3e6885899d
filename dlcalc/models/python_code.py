"""Models as users of PyTorch and Keras write them in Python, read off the syntax tree.

`nn.Sequential(…)`, what `print(model)` shows, Keras's functions and lists of layers, and classes
with `__init__` and `forward` (Keras: `call`). Nothing is run: the text is followed, and which layer
takes what is written down.
"""

from __future__ import annotations

import ast
import math
import os
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dlcalc.errors import At, DlcalcError, InputError, LimitError, words_of
from dlcalc.input.expressions import Fields, facts
from dlcalc.input.sources import read_file
from dlcalc.layers.table import bind, complete, handler
from dlcalc.models import foreign
from dlcalc.models import python_language as python
from dlcalc.models.count import params
from dlcalc.models.foreign import JOINED, bound, spec_of
from dlcalc.models.python_language import Class, External, Follower, Scope, Unknown
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Block, Kind, Layer, Model, Node, layers_in
from dlcalc.numbers.sizes import span

MOST_TEXT = 1_000_000
"""Characters of the code."""


@dataclass(eq=False)
class Tensor:
    """A value of the graph: what the model takes, or what a layer gives."""

    name: str
    rank: int = 0
    """Axes without the batch; 0 where not known."""
    width: int = 0
    """Channels or features; 0 where not known."""
    last: bool = False
    """Whether channels or features lie last though there are other axes."""
    turned: Tensor | None = None
    """What this is the transpose of."""
    zeros: tuple[tuple[int, ...], ...] = ()
    """Zeros around it, for the window behind it to take in."""
    source: tuple[Module, Tensor] | None = None
    """The linear layer that gives it, and what that takes."""
    states: int = 0
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


@dataclass(eq=False)
class Sizes(Unknown):
    """The shape of a tensor, or a part of it."""

    tensor: Tensor


@dataclass(eq=False)
class Size(Unknown):
    """The size of one axis, or the gap between two such sizes."""

    gap: bool = False


class Module(python.Object):
    """A layer, a container of layers, a parameter, or an object of a class of the text."""

    def __init__(
        self, kind: str, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None,
        cls: Class | None = None, parts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(cls)
        self.kind = kind
        self.given = given
        self.named = dict(named or {})
        self.parts = dict(parts or {})
        self.name = str(self.named.get("name") or "")
        self.times = 0
        """How often print(model) says that it repeats."""
        self.tied: Module | None = None
        """The layer whose weights it has."""
        self.frozen = False
        self.ran: list[Layer] = []
        """What it is in the notation, where it has run."""
        self.calls = 0
        """How often it has run, since it was a part of attention."""
        self.entry: tuple[Tensor | None, tuple[int, ...] | None] = None, None
        """What a Sequential of Keras says that it takes, and its sizes."""

    @property
    def container(self) -> str:
        """The kind of container that it is; nothing where it is none."""
        kind = self.cls.framework if self.cls else self.kind
        return kind if kind in CONTAINERS else ""

    @property
    def is_layer(self) -> bool:
        """Whether it holds no other modules."""
        return self.cls is None and not self.container

    @property
    def arguments(self) -> dict[str, Any]:
        """What its call says, by the notation's names."""
        return bound(self.kind, self.given, self.named) if spec_of(self.kind) else {}

    @property
    def inputs(self) -> int:
        """The channels or features that its code gives a layer."""
        found = self.arguments.get("inputs", self.arguments.get("normalized"))
        return found if type(found) is int else 0

    @property
    def told(self) -> dict[str, Any]:
        """What stands beside the arguments of a layer that holds parameters."""
        return {"frozen": True} if self.frozen else {}

    @property
    def first(self) -> Module:
        """The innermost of the containers that a value comes into first."""
        parts = [each for each in self.parts.values() if isinstance(each, Module)]
        return self if self.entry[0] or not parts or not self.container else parts[0].first

    def layers(self) -> list[Layer]:
        """What it is in the notation."""
        if self.kind == POSITIONS:
            return [Layer("position", (self.given[0][0],), {}, self.name)]
        if self.kind == PARAMETER:
            shape = tuple(self.given[0])
            size = shape[0] if len(shape) == 1 else shape or 1
            return [Layer("weight", (size,), self.told, self.name)]
        if not spec_of(self.kind):
            return []
        made = foreign.layers_of(self.kind, self.given, self.named, self.name)
        said = [each for layer in made for each in (*layer.arguments, *layer.options.values())]
        for each in python.flat([*python.flat(said)]):
            if not isinstance(each, int | float | str | tuple | None):
                raise InputError(f"an argument of {self.kind} is no number that is known here")
        return made

    def leaves(
        self, path: str = "", seen: set[int] | None = None, listed: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """The layers within it by their paths, each once; those in plain lists if `listed`."""
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        if self.is_layer:
            yield path, self
        for name, part in self.parts.items():
            pairs: Any = [("", part)]
            if listed and isinstance(part, list | tuple | dict):  # which Keras finds, too
                pairs = part.items() if isinstance(part, dict) else enumerate(part)
            for key, each in pairs:
                if isinstance(each, Module):
                    inner = ".".join(filter(None, (path, name, str(key))))
                    yield from each.leaves("" if each.times else inner, seen, listed)  # its own


CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "Model")
PARAMETER, ARRAY, POSITIONS = "Parameter", "array", "positions"
"""Modules that are bare numbers: trained, not trained, or a table that positions look up."""
WRITTEN_OUT = "attention that is written out in this way is not followed here"
WINDOWS = ("conv", "conv_transpose", "dwconv", "maxpool", "avgpool")

SPECIAL = foreign.TABLE["function"]
"""Layers that are read as the function of another name."""
_IS = {
    name: re.compile(words.replace(" ", "|")).fullmatch
    for name, words in foreign.TABLE["pattern"].items()
}
"""Whether a name is of one kind: `kept` a function whose value is as the first argument, …"""
FUNCTIONS = {
    name.lower(): name
    for pattern, spec in foreign.LAYERS.items()
    if "(" not in pattern and not _IS["holding"](spec.split()[0])
    for name in foreign.names_of(pattern)
}
"""Classes without parameters by their names in small letters, as functions are called."""
WORDS = foreign.TABLE["word"]
"""Functions by other names."""
BEHIND = {type: facts(text) for type, text in foreign.TABLE["behind"].items()}
"""What is known of the value that a layer of a type gives."""
MODELS = re.compile("Module|.*Model|Layer|LightningModule|Sequential|ModuleList|ModuleDict")
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
        source = _CHILD.sub(lambda found: (
            f"{found[1]}_{found[2].replace('-', '_')}={f'{found[3]} * ' if found[3] else ''}"
        ), source.strip())
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
    except python.RAISED as error:
        raise InputError(f"is not followed: {words_of(error)}") from None


class _Reader(Follower):
    """Follows what frameworks add to Python: layers, and what is done to what they give."""

    def __init__(self, printed: bool) -> None:
        super().__init__()
        self.printed = printed
        """Whether containers are shown in order and no code says how they run."""
        self.building = 0
        self.steps: list[Step] = []
        self.count = 0
        """Values of the graph."""
        self.input: Tensor | None = None
        self.sizes: tuple[int, ...] | None = None
        """The shape of the input, where Keras's code gives one."""
        self.takes: dict[int, int] = {}
        """The channels that the code gives a layer, by the layer's identity."""
        self.within: set[Layer] = set()
        """Linear layers that are a part of attention, and run nowhere else."""

    def model(self, tree: ast.Module, name: str) -> Model:
        scope = Scope()
        errors: list[DlcalcError] = []
        mentions: dict[str, DlcalcError] = {}
        for node in tree.body:
            try:
                self.statement(node, scope)
            except DlcalcError as error:
                inner = [e for e in ast.walk(node) if getattr(e, "lineno", 0) == self.line]
                if any(_changes_a_model(each, scope) for each in (node, *inner)):
                    raise
                errors.append(error)
                value = getattr(node, "value", None)  # a model that could not be made
                if isinstance(value, ast.Call) and ast.unparse(value.func).endswith(CONTAINERS):
                    raise errors[0] from None
                mentions = dict.fromkeys(python.names_in(node), error) | mentions
        root, end = self._root(scope, mentions)
        for path, module in root.leaves() if root else ():
            own = module.name or path
            if own and not path.replace(".", "").isdigit():
                module.name = plain_name(own)
        if root is not None and end is None:
            end = self._ran(root)
        body = self._way_to(end) if end else []
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
        for last in reversed(modules):
            if last.kind == "Model":
                return last, last.named.get("outputs")
            of_model = last.cls is None or MODELS.fullmatch(last.cls.framework)
            if not last.is_layer and of_model and any(last.leaves()):
                return last, None
        given = [each for each in self.found if isinstance(each, Tensor) and each is not self.input]
        if given:
            return None, given[-1]
        classes = [
            each for each in scope.values() if isinstance(each, Class)
            and MODELS.fullmatch(each.framework) and not each.name.endswith("Loss")
        ]
        if not classes:
            layers = [each for each in modules if each.is_layer]
            parts = {str(at): each for at, each in enumerate(layers)}
            made = Module("Sequential", parts=parts) if layers and not errors else None
            return made, None
        used = {name for each in classes for name in each.mentions - {each.name}}
        cls = next((each for each in reversed(classes) if each.name not in used), classes[-1])
        if cls.name in errors:
            raise errors[cls.name]
        with At(f"{cls.name}()"):
            missing = _needs(cls.find("__init__"), 1)
            made = self._by_function(cls, scope, missing) if missing else self.object_of(cls)
        return made, None

    def _by_function(self, cls: Class, scope: Scope, missing: list[str]) -> Module:
        """The model of the one function that makes it of no arguments."""
        makers = [
            each for each in scope.values() if isinstance(each, python.Function)
            and not each.needs(0)
            and any(isinstance(e, ast.Return) for e in ast.walk(each.node))
            and cls.name in python.names_in(each.node)
        ]
        if len(makers) > 1:
            calls = ", ".join(f"{each.node.name}()" for each in makers)
            raise InputError(f"several functions make it: end the code with one of {calls}")
        made = self.invoke(makers[0]) if makers else None
        if isinstance(made, Module):
            return made
        shown = ", ".join(f"{each}=…" for each in missing)
        raise InputError(f"end the code with a line that makes it: {cls.name}({shown})")

    def _ran(self, root: Module) -> Tensor:
        if self.input is None:
            self.input, self.sizes = root.first.entry
        self.input = self.input or Tensor("input")
        forward: Any = root.cls.find("forward") or root.cls.find("call") if root.cls else None
        others = _needs(forward, 2)
        if others:
            raise InputError(
                f"takes {', '.join(others)} beside its input, and a count has one input: make a "
                "class of what one input goes through"
            ).at(f"line {forward.node.lineno}")
        try:
            end = self.tensor_of(self.run(root, [self.input], {}))
            if root.cls and root.cls.find("forward"):
                _require_registered(root)
            return end
        except DlcalcError as error:
            if not isinstance(error, LimitError):
                held = params(Model(self._idle(root, []), (1,))).params
                error.message += f"; {held:,} parameters in the layers that it has made"
            raise

    def _way_to(self, end: Tensor) -> list[Node]:
        if isinstance(end, Heads) or end.zeros:
            raise InputError("gives a part of what a layer gives, or zeros around it")
        body = arranged(self.steps, "input", end.name)
        if not self.within.isdisjoint(layers_in(body)):
            raise InputError(WRITTEN_OUT)
        return body

    def _idle(self, root: Module | None, body: list[Node]) -> list[Node]:
        """The layers that hold parameters and are not run on the way to the output."""
        running = {id(each) for each in layers_in(body)}
        found: list[Node] = []
        idle: set[Module] = set()
        for _, module in root.leaves() if root else ():
            ran = [*module.ran, *(module.tied.ran if module.tied else ())]
            if any(id(layer) in running for layer in ran) or not module.name or module.tied in idle:
                continue
            layers = [
                Layer(each.type, each.arguments, {**each.options, **module.told}, each.name)
                for each in module.layers() if _IS["holding"](each.type)
            ]
            if layers:
                idle.add(module)
                least = _least(layers[0], module.kind, module.inputs or 1)
                found.append(Block(Kind.BUILT, layers, input=least))
        return found

    # Modules

    def object_of(self, cls: Class, *given: Any, **named: Any) -> Module:
        if spec_of(cls.framework):
            raise InputError(f"{cls.name} changes {cls.framework}, which is not followed here")
        made = Module(cls.name, named=named, cls=cls)
        made.name = ""
        start = cls.find("__init__")
        self.building += 1
        try:
            if isinstance(start, python.Function):
                self.invoke(start, made, *given, **named)
            elif cls.framework in CONTAINERS:
                self.fill(made, given, {})
            else:
                made.parts |= {**dict(zip(cls.fields, given, strict=False)), **named}
        finally:
            self.building -= 1
        if not self.building and self.input is None:
            self.found.append(made)
        return made

    def fill(self, module: Module, given: Sequence[Any], named: Mapping[str, Any]) -> Module:
        """Put layers into a container: one by one, in a list, or by name."""
        held = given[0] if len(given) == 1 and isinstance(given[0], list | tuple | dict) else given
        pairs = held.items() if isinstance(held, dict) else enumerate(held, len(module.parts))
        for key, each in [*pairs, *named.items()]:
            if isinstance(each, External | Unknown | list) or (
                isinstance(each, Tensor) and each is not self.input
            ):
                raise InputError(f"{getattr(each, 'path', 'a value')} is no layer")
            if each is self.input is not None:  # which is this container's
                module.entry, self.input, self.sizes = (self.input, self.sizes), None, None
            if isinstance(each, Module):
                module.parts[str(key).lstrip("_")] = each
        return module

    def attach(self, owner: Any, name: str, value: Any) -> None:
        """Give an attribute to an object; a weight that a layer is given is tied."""
        if not isinstance(owner, Module):
            if isinstance(value, Module):
                raise InputError(f"what is given the layer {name} is not known here")
        elif name in ("requires_grad", "trainable"):
            for _, each in owner.leaves():
                each.frozen = not value
        elif owner.is_layer and (value is None or name in ("stride", "padding", "dilation")):
            owner.named[name] = value
        elif owner.is_layer and name == "bias" and isinstance(value, Module):
            if not _is_parameter(value):
                raise InputError("a bias of two layers cannot be said in the notation")
            owner.named["bias"], value.tied = True, owner
        elif owner.is_layer and isinstance(value, Module):
            owner.tied = value
        else:
            super().attach(owner, name, value)

    def call(self, function: Any, given: list[Any], named: dict[str, Any]) -> Any:
        if isinstance(function, Class):
            return self.object_of(function, *given, **named)
        if isinstance(function, Module):
            return self.run(function, given, named)
        if isinstance(function, External):
            return self.external(function.path, given, named)
        if isinstance(function, Unknown) and any(isinstance(each, Tensor) for each in given):
            raise InputError("what a layer gives goes into a call that is not followed here")
        return super().call(function, given, named)

    def external(self, path: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a name of a framework gives when it is called."""
        name = path.rpartition(".")[2]
        if name.lower() in _CALLED:
            return _CALLED[name.lower()](self, *given, **named)
        if name in python.NUMBERS and all(isinstance(each, int | float) for each in given):
            return getattr(math, name)(*given)
        if _IS["made"](name):
            sizes = given[0] if given and isinstance(given[0], list | tuple) else given
            whole = sizes and all(type(each) is int for each in sizes)
            return Module(ARRAY, [tuple(sizes)]) if whole else Unknown()
        if not name[:1].isupper() and any(
            isinstance(each, Tensor) or _is_parameter(each) for each in python.flat(given)
        ):
            return self.operation(name, given, named)
        if _IS["itself"](name):
            return given[0]
        return self._construct(name, given, named)

    def _construct(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What the name of a class gives: a container, a layer, or nothing that is known."""
        if name in CONTAINERS:
            return self.fill(Module(name, given, named), given, named if self.printed else {})
        if self.printed and any(isinstance(each, Module) for each in named.values()):
            inner = named.get("_out_proj")
            if name == "MultiheadAttention" and isinstance(inner, Module):
                # The number of heads is not shown, and changes neither parameters nor macs.
                known = inner.arguments
                return Module(name, [known["inputs"], 1], {"bias": known["bias"]})
            return self.fill(Module("Sequential"), [], named)
        if spec_of(name) or name.lower() in JOINED or name in SPECIAL:
            return self._checked(name, given, named)
        if name.startswith("TransformerEncoder"):
            scope, path = Scope(), os.path.join(os.path.dirname(__file__), "torch_classes.txt")
            self.block(ast.parse(read_file(path)).body, scope)
            return self.object_of(scope[name], *given, **named)
        if name[:1].isupper() and not name.endswith(("Loss", "Error")):
            raise foreign.unknown(name)
        if any(isinstance(each, Module) and each.is_layer for each in given):
            if name.endswith("_"):  # of torch.nn.init: other numbers in the same layer
                return given[0]
            raise InputError(f"{name}(…) of a layer is not followed here")
        return Unknown()

    def _checked(self, name: str, given: list[Any], named: dict[str, Any]) -> Module:
        for key, each in [*enumerate(given), *named.items()]:
            if isinstance(each, External) and key in ("activation", 0, "hidden_act"):
                continue
            if isinstance(each, External) and "." not in each.path:
                raise InputError(f"{each.path} is no number: put it in its place")
            if isinstance(each, Unknown) and isinstance(key, int):
                raise InputError(f"an argument of {name} is no number that is known here")
            if isinstance(each, python.Object | python.Function) and key == "activation":
                what = f"the activation of {name} is not followed"
                raise InputError(f"{what}: make it a layer behind it")
        given = [each.name if isinstance(each, External) else each for each in given]
        return Module(name, given, {
            key: each.name if isinstance(each, External) else each for key, each in named.items()
        })

    def parameter(self, data: Any = None, requires_grad: Any = True) -> Module:
        """What training changes, beside the layers."""
        if not _is_parameter(data):
            raise InputError("the shape of a parameter is not known here")
        made = Module(PARAMETER, data.given)
        made.frozen = requires_grad is False
        return made

    def array(self, value: Any, **named: Any) -> Any:
        if isinstance(value, int | float):
            return Module(ARRAY, [()])
        plain = isinstance(value, list) and all(isinstance(each, int | float) for each in value)
        return Module(ARRAY, [(len(value),)]) if plain else Unknown()

    def product(self, values: Any, **named: Any) -> Any:
        if isinstance(values, Tensor):
            return self.operation("prod", [values], named)
        product: Any = 1
        for each in self.items(values):
            product = self.operated(ast.Mult(), product, each)
        return product

    def is_instance(self, value: Any, kinds: Any) -> Any:
        if isinstance(value, Unknown):
            return Unknown()
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        names = {getattr(each, "name", "") or getattr(each, "__name__", "") for each in kinds}
        own = {getattr(value, "kind", type(value).__name__)}  # of a Tensor, Tensor
        if isinstance(value, Module) and not _is_parameter(value):
            own.add("Module")
            if value.cls is not None:
                own |= {value.cls.framework, *(each.name for each in value.cls.lineage())}
        return not own.isdisjoint(names)

    def entered(self, shape: Any = (), **named: Any) -> Tensor:
        """What a model of Keras takes, its channels last."""
        sizes = [shape] if isinstance(shape, int) else list(shape or ())
        if not sizes or not all(type(size) is int for size in sizes):
            raise InputError("the shape of its input is not in numbers: give `input`")
        if self.input is not None:
            raise InputError("several inputs; the notation has one")
        self.sizes = (sizes[-1], *sizes[:-1]) if len(sizes) > 2 else tuple(sizes)
        self.input = Tensor("input", len(sizes), sizes[-1], len(sizes) == 2)
        return self.input

    def bidirectional(self, layer: Any, merge_mode: Any = "concat", **named: Any) -> Module:
        if merge_mode != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
        return Module(layer.kind, layer.given, {**layer.named, "bidirectional": True})

    # Attributes and methods

    def member(self, owner: Any, name: str) -> Any:
        """A method, or another attribute, of a framework's object."""
        if isinstance(owner, tuple) and name == "numel":  # some of the sizes of a tensor
            return lambda: self.product(owner)
        if _is_parameter(owner):
            shape = owner.given[0]
            if name in ("data", "shape", "numel"):
                return {"data": owner, "shape": shape}.get(name, lambda: math.prod(shape))
            return lambda *given, **named: (
                self.operation("add", [given[0], owner], {})
                if name == "add" and given and isinstance(given[0], Tensor) else owner
            )
        if isinstance(owner, Module | python.Super):
            return self._of_module(owner, name)
        if not isinstance(owner, Tensor):
            return super().member(owner, name)
        if name == "T":
            return self.operation("t", [owner], {})
        if name in ("data", "shape", "device", "dtype"):
            return {"data": owner, "shape": Sizes(owner)}.get(name, Unknown())
        return lambda *given, **named: self.operation(name, [owner, *given], named)

    def _of_module(self, owner: Any, name: str) -> Any:
        module: Any = owner.object if isinstance(owner, python.Super) else owner
        if module.is_layer and spec_of(module.kind):
            known = module.arguments
            if (own := foreign.NAMES.get(name, name)) in known:
                return known[own]
            if name in ("weight", "bias", "kernel", "data", "embeddings"):
                return module
            if name == "numel":
                return Unknown  # one number of several parameters
        if name == "training":
            return False
        if isinstance(owner, python.Super) and name in ("forward", "call"):
            return partial(self._in_turn, module)
        act = _TOLD.get(name)
        if act is None and not _IS["unheeded"](name):
            raise InputError(f"{module.kind} has no {name} that is known here")
        if name in ("items", "keys", "values") and module.container:
            return lambda: list(getattr(module.parts, name)())
        if act is None or (name == "__init__" and module.container in ("", "Model")):
            return lambda *given, **named: module
        return partial(act, self, module)

    def run(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        """What a module gives for what it takes."""
        self.charge(module)
        if module.times:
            return self._repeated(module, given[0])
        for name in ("forward", "call") if module.cls else ():
            function = module.cls.find(name) if module.cls else None
            if isinstance(function, python.Function):
                return self.invoke(function, module, *given, **named)
        if module.is_layer:
            return self._layer(module, given, named)
        if module.container != "Sequential" and not self.printed:
            raise InputError(f"{module.kind} is called, and has no forward that can be followed")
        return self._in_turn(module, given[0])

    def _in_turn(self, module: Module, value: Any) -> Any:
        """What the parts of a container give, one behind the other."""
        for part in module.parts.values():
            if isinstance(part, Module):
                value = self.tensor_of(self.run(part, [value], {}))
        return value

    def _repeated(self, module: Module, taken: Tensor) -> Tensor:
        """A module that print(model) shows once, with how often it is there."""
        around, times = self.steps, module.times
        self.steps, module.times = [], 0
        end = self.tensor_of(self.run(module, [taken], {}))
        body = arranged(self.steps, taken.name, end.name)
        self.steps = around
        return self.step((taken,), [Block(Kind.REPEAT, body, times)])

    def tensor_of(self, value: Any) -> Tensor:
        """The one value that something gives."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple):
            found = [each for each in value if isinstance(each, Tensor | tuple)]
            if not found:
                raise InputError("gives nothing that came through a layer")
            return self.tensor_of(found[0])
        if isinstance(value, Tensor):
            return value
        raise InputError("takes something that came through no layer, or that is not followed here")

    def step(
        self, taken: Sequence[Tensor], layers: Sequence[Node] = (), join: str = "", axis: int = 0
    ) -> Tensor:
        """A place of the graph more; what it gives is as what it takes."""
        if any(isinstance(each, Heads) for each in taken):
            raise InputError("a part of what a layer gives cannot be said")
        self.count += 1
        name = f"value {self.count} of line {self.line}"
        self.steps.append(Step(
            name, tuple(each.name for each in taken), tuple(layers), join, axis
        ))
        return Tensor(name, taken[0].rank, taken[0].width, taken[0].last)

    def _layer(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        kind = module.kind
        if kind == "Embedding" and isinstance(given[0], Unknown | Module):
            # A table that positions look up.
            sizes = module.arguments
            table = Module(POSITIONS, [(sizes["vocabulary"], sizes["width"])])
            table.name, table.ran = module.name, module.ran
            return table
        if kind.lower() in JOINED and kind not in foreign.LAYERS:
            return self.operation(kind.lower(), given, {**module.named, "keras": True})
        taken = [each for each in given[:3] if isinstance(each, Tensor)]
        taken = taken or [self.tensor_of(given[0] if given else next(iter(named.values()), None))]
        first = taken[0]
        if isinstance(first, Heads):
            if kind.startswith(("Dropout", "Softmax", "Identity")):
                return first
            if kind == "Linear" and len(first.met) == 3:
                return self._attended(module, first)
        if kind in SPECIAL:
            return self.operation(SPECIAL[kind], [first, *module.given], module.named)
        if any(each is not first for each in taken) and "ttention" in kind:
            raise InputError(f"{kind} of several values cannot be said in the notation")
        made = self.placed(module, first)
        if kind in ("LSTM", "GRU", "RNN") and "inputs" in module.arguments:
            states = self.plain(made, ("select", -1))
            states.states = 2 if module.ran[-1].options.get("bidirectional") else 1
            return made, (states, states) if kind == "LSTM" else states
        return (made, Unknown()) if kind == "MultiheadAttention" else made

    def placed(self, module: Module, taken: Tensor) -> Tensor:
        """The step of a layer, with what its name, its ties and its input make of it."""
        again, inputs = module.ran, module.inputs
        module.calls += 1
        made: list[Layer] = []
        before = taken
        for layer in module.layers():
            made.append(_fitted(layer, module, before))
            if layer.type in WINDOWS:  # which has taken the zeros in
                before = replace(taken, zeros=())
        if again:
            made = [_shared(layer, owner) for layer, owner in zip(made, again, strict=True)]
        for layer in made:
            bind(layer.type, layer.arguments, dict(layer.options), handler(layer.type))
        if module.kind == "PReLU" and (self.sizes or "shared_axes" in module.named):
            made[0] = Layer("prelu", (_slopes(module, taken),), made[0].options, made[0].name)
        if inputs:
            self.takes[id(made[0])] = inputs
            if not taken.width:
                taken.width = inputs
                taken.last = taken.rank == 2 and module.kind in ("Linear", "LayerNorm")
        if module.tied is not None and not module.tied.ran:
            module.tied.tied = module
        module.ran = again or made
        given = self.step((taken,), made)
        for layer in made:
            _behind(given, layer, module.kind)
        given.source = (module, taken) if module.kind == "Linear" else None
        return given

    def applied(self, kind: str, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        """A layer without parameters takes a value."""
        return self.placed(Module(kind, given, named), taken)

    def plain(self, taken: Tensor, *layers: tuple[Any, ...]) -> Tensor:
        """Layers of the notation, by type and arguments."""
        made = [Layer(type, arguments) for type, *arguments in layers]
        given = self.step((taken,), made)
        for each in made:
            _behind(given, each, "Global" if each.type == "flatten" and made[1:] else "")
        return given

    # Operations on what layers give

    def is_known(self, value: Any) -> bool:
        return super().is_known(value) and not isinstance(value, Tensor)

    def operated(self, op: ast.AST, left: Any, right: Any) -> Any:
        both = left, right
        if isinstance(op, ast.Is | ast.IsNot):
            return super().operated(op, left, right)
        if isinstance(right, Module) and isinstance(left, int) and self.printed:
            right.times = left
            return right
        if any(isinstance(each, Tensor) or _is_parameter(each) for each in both):
            name = type(op).__name__.lower()
            return self.operation(WORDS.get(name, name), list(both), {})
        unknown = any(isinstance(each, Unknown) for each in python.flat(both))
        if isinstance(op, ast.cmpop) and unknown:
            return _compared_shapes(op, *both)
        sizes = [each for each in both if isinstance(each, Size)]
        if any(each.gap for each in sizes) or (len(sizes) == 2 and isinstance(op, ast.Sub)):
            return Size(gap=True)
        return super().operated(op, left, right)

    def unpacked(self, value: Any, count: int) -> Sequence[Any]:
        if not isinstance(value, Unknown):
            return super().unpacked(value, count)
        if isinstance(value, Sizes) and not value.tensor.rank:
            value.tensor.rank = count - 1
            value.tensor.last = count == 3 and value.tensor.width > 0
        return [self.part_of(value, at) for at in range(count)]

    def items(self, value: Any) -> list[Any]:
        if isinstance(value, Heads) and value.pieces > 1:
            return [self.part_of(value, at) for at in range(value.pieces)]
        if isinstance(value, Module) and value.container:
            parts = value.parts
            found: list[Any] = list(parts if value.container == "ModuleDict" else parts.values())
            self.charge(range(len(found)))
            return found
        if isinstance(value, Sizes):
            return [Unknown()]  # whatever is made of all sizes is not known
        return super().items(value)

    def part_of(self, value: Any, index: Any) -> Any:
        if isinstance(value, Module):
            return _part_of_module(value, index)
        if isinstance(value, Sizes):
            return self._sizes(value.tensor, index)
        if isinstance(value, Heads) and value.pieces > 1 and isinstance(index, int):
            return Heads(value.given, 1, value.heads, value.each)
        if not isinstance(value, Tensor):
            return super().part_of(value, index)
        if value.states or isinstance(value, Heads):
            return value
        places = [
            each[0] if isinstance(each, list) and len(each) == 1 else each
            for each in (index if isinstance(index, tuple) else [index])
        ]
        others = [each for at, each in enumerate(places) if at != 1]
        if len(places) > 1 and type(places[1]) is int and value.rank in (0, 2) and all(
            each == slice(None) for each in others
        ):
            return self.plain(value, ("select", places[1]))
        if all(each == slice(None) or each is Ellipsis for each in places):
            return value
        raise InputError("a part of what a layer gives cannot be said, but one step of a sequence")

    def _sizes(self, tensor: Tensor, index: Any) -> Any:
        if isinstance(index, slice):
            if not tensor.rank:
                return Sizes(Tensor(tensor.name))  # from which axis on, is not known
            return tuple(self._sizes(tensor, at) for at in range(tensor.rank + 1))[index]
        last = tensor.last or tensor.rank == 1 or self.sizes is not None
        known = tensor.width and index in ((-1, tensor.rank) if last else (1,))
        return tensor.width if known else Size()

    def operation(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function or method gives for values of the graph."""
        word = WORDS.get(name, name).strip("_")
        if word in JOINED and not all(isinstance(each, Heads) for each in given[:2]):
            return self._combine(word, given, named)
        first = given[0]
        if isinstance(first, Heads) and not word.startswith("_"):
            return self._of_heads(name, word, first, given[1:])
        if isinstance(first, Tensor) and first.states and _IS["same_states"](word):
            return first
        own = getattr(self, f"_do_{word}", None)
        if own is not None and isinstance(first, Tensor):
            try:
                return own(first, *given[1:], **named)
            except TypeError:
                raise InputError(f"{name} with these arguments is not followed here") from None
        if _IS["kept"](word) or (
            _is_parameter(first) and not any(isinstance(each, Tensor) for each in given)
        ):
            return first
        kind = FUNCTIONS.get(word.replace("_", ""))
        if kind and isinstance(first, Tensor):
            if re.match("(Avg|Max)Pool", kind) and any(
                isinstance(each, Unknown) for each in python.flat(given[1:2])
            ):
                return self.applied(f"Adaptive{kind}", first, 1)  # a window as large as the image
            keep = {key: each for key, each in named.items() if not isinstance(each, Unknown)}
            return self.applied(kind, first, *given[1:], **keep)
        raise InputError(f"{name}(…) of what a layer gives is not followed here")

    def _combine(self, word: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Where several values meet, or one meets a number or a parameter."""
        values = list(given[0]) if isinstance(given[0], list | tuple) else given[:2]
        join = JOINED[word]
        if join == Kind.CONCAT and all(isinstance(e, Tensor) and e.states > 1 for e in values):
            return values[0]  # both directions, which it has already
        parameters = [each for each in values if _is_parameter(each)]
        found = [each for each in values if isinstance(each, Tensor)]
        if not found:
            return parameters[0]
        if parameters and join == Kind.CONCAT:
            [parameter] = parameters
            count = [*(1, *parameter.given[0])][-2]
            parameter.ran = [Layer("prepend", (count,), {}, parameter.name)]
            return self.step(found[:1], parameter.ran)
        for parameter in parameters:
            if not parameter.ran and parameter.kind != ARRAY:
                parameter.ran += parameter.layers()
                found[0] = self.step(found[:1], parameter.ran)
        if len(found) < 2:
            return found[0]
        return self._concatenated(found, given[1:], named) if join == Kind.CONCAT else self.step(
            found, (), join
        )

    def _concatenated(
        self, values: Sequence[Tensor], given: Sequence[Any], named: Mapping[str, Any]
    ) -> Tensor:
        """Several values end to end, along an axis that is counted without the batch."""
        rank = max(each.rank for each in values)
        keras = "keras" in named or self.sizes is not None
        axes = [each for each in (*given, named.get("dim"), named.get("axis")) if type(each) is int]
        axis = (axes or [-1 if keras else 0])[0]
        if axis < 0 and not rank:
            raise InputError(f"which axis {axis} is, is not known: count it from the front")
        axis = axis + rank if axis < 0 else axis - 1
        if axis < 0:
            raise InputError("values laid end to end along the batch cannot be said")
        if rank > 2 and (keras or "axis" in named):
            axis = (axis + 1) % rank
        made = self.step(values, (), Kind.CONCAT, axis)
        widths = [each.width for each in values]
        if all(widths) and (made.rank != 2 or axis == int(made.last)):
            made.width = sum(widths)
        return made

    def _do_size(self, taken: Tensor, dim: Any = None) -> Any:
        return Sizes(taken) if dim is None else self._sizes(taken, dim)

    def _do_dim(self, taken: Tensor) -> Any:
        return taken.rank + 1 if taken.rank else Unknown()

    def _do_flatten(
        self, taken: Tensor, start_dim: Any = 0, end_dim: Any = -1, **named: Any
    ) -> Tensor:
        if start_dim == 2 and taken.rank in (0, 3) and end_dim in (-1, 3):
            return self._turned(self.plain(taken, ("sequence",)))
        if start_dim in (0, 1) and end_dim in (-1, taken.rank):
            return taken if taken.rank == 1 else self.plain(taken, ("flatten",))
        if start_dim == taken.rank or (start_dim, end_dim) == (0, 1):
            return taken
        raise InputError(f"flatten from axis {start_dim} to {end_dim} cannot be said")

    def _do_view(self, taken: Tensor, *sizes: Any, **named: Any) -> Tensor:
        first = sizes[0] if sizes else named.get("shape")
        if isinstance(first, Unknown) and len(sizes) == 1:
            return taken  # the shape of another value
        whole = list(first) if isinstance(first, list | tuple) else list(sizes)
        by_heads = self._by_heads(taken, whole)
        if by_heads is not None:
            return by_heads
        rest = [each if type(each) is int else -1 for each in whole[1:]]
        width = taken.width
        if not rest or (taken.rank == 2 and rest == [width]):
            return taken
        if rest == [-1]:
            return taken if taken.rank == 1 else self.plain(taken, ("flatten",))
        if rest == [width, -1] and taken.rank == 3:
            return self._do_flatten(taken, 2)
        if min(rest) > 0:
            return self.plain(taken, ("reshape", rest[0] if len(rest) == 1 else tuple(rest)))
        if rest == [width, *([-1] * (len(rest) - 1))] and taken.rank == len(rest):
            return taken
        raise InputError("its sizes are not in numbers that are known here")

    def _do_unflatten(
        self, taken: Tensor, dim: Any, sizes: Any = (), unflattened_size: Any = ()
    ) -> Tensor:
        if dim not in (1, -1) or taken.rank > 1:
            raise InputError("unflatten of another axis than the first cannot be said")
        return self._do_view(taken, -1, *sizes, *unflattened_size)

    def _do_permute(self, taken: Tensor, *axes: Any, **named: Any) -> Tensor:
        order = list(axes[0] if axes and isinstance(axes[0], list | tuple) else axes)
        if all(type(each) is int and each > 0 for each in order):  # Keras's, behind the batch
            order = [0, *order]
        order = [each % len(order) if type(each) is int else each for each in order]
        if order in ([0, 2, 3, 1], [0, 3, 1, 2]):
            made = self.step((taken,))
            made.rank, made.last = 3, order[-1] == 1
            return made
        if order == [0, 2, 1]:
            return self._turned(taken)
        if order in ([0, 1, 2], [1, 0, 2]):  # the batch, before or behind the steps
            return taken
        raise InputError(f"permute to {order} cannot be said")

    def _do_transpose(self, taken: Tensor, dim0: Any = 1, dim1: Any = 2, **named: Any) -> Tensor:
        axes = {dim0, dim1}
        if axes in ({1, 2}, {-1, -2}, {1, -1}, {2, -2}):
            return self._turned(taken)
        if axes == {0, 1}:
            return taken
        raise InputError(f"transpose of axes {sorted(axes)} cannot be said")

    def _turned(self, taken: Tensor) -> Tensor:
        if taken.turned is not None:
            return taken.turned
        if taken.rank > 2:
            raise InputError("a transpose of an image cannot be said")
        made = self.plain(taken, ("transpose",))
        made.rank, made.last, made.turned = 2, not taken.last, taken
        return made

    def _do_mean(self, taken: Tensor, dim: Any = None, keepdim: Any = False, **named: Any) -> Any:
        dim = named.get("axis", dim)
        axes = set(dim if isinstance(dim, list | tuple) else [dim])
        keras = self.sizes is not None or "axis" in named
        image = axes in (({1, 2}, {-2, -3}) if keras else ({2, 3}, {-1, -2}))
        layers: list[tuple[str, ...]] = [("globalpool",)]
        if axes in ({1}, {-2}) and taken.rank == 2 and taken.last:
            layers = [("transpose",), ("globalpool",)]
        elif not (image and taken.rank in (0, 3)) and not (
            axes in ({2}, {-1}) and taken.rank == 2 and not taken.last
        ):
            raise InputError(f"a mean over axis {dim} of what is taken here cannot be said")
        if not named.get("keepdims", keepdim):
            layers.append(("flatten",))
        return self.plain(taken, *layers)

    def _do_max(self, taken: Tensor, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], Tensor):
            return self._combine("maximum", [taken, given[0]], {})
        return self._do_mean(taken, *given, **named), Unknown()

    def _do_layer_norm(
        self, taken: Tensor, shape: Any, weight: Any = None, bias: Any = None, eps: Any = None
    ) -> Tensor:
        whole = {"elementwise_affine": weight is not None, "bias": bias is not None}
        module = Module("LayerNorm", [shape], whole)
        module.name = weight.name.rpartition(".")[0] if weight is not None else ""
        made = self.placed(module, taken)
        for each in (weight, bias):
            if each is not None:
                each.ran = module.ran
        return made

    def _do_squeeze(self, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        if taken.rank > 2 or (taken.rank == 2 and not taken.last):
            # One place is left of each channel; what has more is refused where it is counted.
            return self.plain(taken, ("reshape", (taken.width,)) if taken.width else ("flatten",))
        return taken

    def _do_pad(self, taken: Tensor, pad: Any = 0, *others: Any, **named: Any) -> Tensor:
        """Zeros, in PyTorch's order: behind each other from the last axis to the first."""
        pad = named.get("padding", pad)
        sides = [pad, pad] if isinstance(pad, int) else list(pad)
        return self._padded(taken, [sides[at : at + 2] for at in range(0, len(sides), 2)][::-1])

    def _do_padding(self, taken: Tensor, padding: Any = 1, **named: Any) -> Tensor:
        """Zeros, as Keras has them: one number, one an axis, or a pair an axis."""
        pairs = [padding] if isinstance(padding, int) or taken.rank < 3 else padding
        return self._padded(taken, [(p, p) if isinstance(p, int) else p for p in pairs])

    def _padded(self, taken: Tensor, pairs: Sequence[Sequence[Any]]) -> Tensor:
        sizes = [each for pair in pairs for each in pair]
        if any(isinstance(each, Size) and each.gap for each in sizes):
            return taken  # where the sizes differ, the values do not meet, which is an error
        if not all(type(each) is int for each in sizes):
            raise InputError("zeros whose number is not known here")
        made = self.step((taken,))
        made.zeros = tuple(map(tuple, pairs))
        return made

    def _do_interpolate(self, taken: Tensor, size: Any = None, scale_factor: Any = None,
                        mode: str = "nearest", **named: Any) -> Tensor:
        if scale_factor is None:
            raise InputError("a size that follows another value cannot be said: give scale_factor")
        return self.applied("Upsample", taken, None, scale_factor, mode)

    def _do_matmul(self, taken: Any, other: Any) -> Tensor:
        if not (_is_parameter(other) and len(other.given[0]) == 2):
            raise InputError("a product of two values cannot be said")
        layer = Layer("linear", (other.given[0][1],), {"bias": False}, other.name)
        other.ran = [layer]
        made = self.step((taken,), other.ran)
        _behind(made, layer, "")
        return made

    # Attention that is written out: queries, keys and values by heads, and a projection behind

    def _do_chunk(self, taken: Tensor, count: Any, *axis: Any, **named: Any) -> list[Heads]:
        """As many equal parts of what a linear layer gives."""
        if taken.source is None or not count or taken.width % count:
            raise InputError("a part of what a layer gives cannot be said")
        parts = [Heads(taken) for _ in range(count)]
        for each in parts:
            each.width = taken.width // count
        return parts

    def _do_split(self, taken: Tensor, size: Any, *axis: Any, **named: Any) -> list[Heads]:
        return self._do_chunk(taken, taken.width // size if type(size) is int and size else 0)

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

    def _of_heads(self, name: str, word: str, first: Heads, given: list[Any]) -> Any:
        """What comes of queries, keys and values."""
        others = [each for each in given if isinstance(each, Heads)]
        if word == "scaled_dot_product_attention" or (word == "matmul" and others):
            made = Heads(first.given)
            made.met = (*(first.met or (first,)), *others)
            return made
        if word == "size":
            return Unknown()
        if word == "unbind":
            return self.items(first) if first.pieces > 1 else [first]
        if word == "view" and not first.heads and not first.met:
            sizes = list(given[0]) if given and isinstance(given[0], list | tuple) else given
            # As if a linear layer of its own gave the part.
            own = Tensor(first.name, first.rank, first.width, first.last, source=first.given.source)
            made = self._by_heads(own, sizes) or first
            made.given = first.given
            return made
        if _IS["same_heads"](word) or _IS["kept"](word) or word in JOINED:
            return first
        raise InputError(f"{name}(…) of queries, keys and values is not followed here")

    def _attended(self, module: Module, mixed: Heads) -> Tensor:
        """The projection behind attention: the whole of it is one layer."""
        sources = [each.given.source for each in mixed.met if each.given.source is not None]
        projections = [each for each, _ in sources]
        query, key, value = mixed.met
        if not query.heads:
            raise InputError("attention whose heads are not known here")
        # All of a projection goes into this attention, and into no other but the same again.
        before = [each.ran[0] for each in projections if each.ran[0].type == "attention"]
        given = {id(each.given): each.given.width for each in mixed.met}
        if (
            before != 3 * module.ran or [each.calls for each in projections] != [1, 1, 1]
            or sum(given.values()) != sum(each.heads * each.each for each in mixed.met)
        ):
            raise InputError(WRITTEN_OUT)
        x = sources[0][1]
        if any(each is not x for _, each in sources):
            raise InputError("attention of several values cannot be said in the notation")
        arguments = [each.arguments for each in (*projections, module)]
        inputs, units = arguments[0]["inputs"], arguments[3]["units"]
        biases = "".join(
            letter for letter, each in zip("qkvo", arguments, strict=True) if each.get("bias", True)
        )
        options: dict[str, Any] = {} if biases == "qkvo" else {"bias": biases or False}
        options |= {
            name: own for name, own, usual in (
                ("kv_heads", key.heads, query.heads), ("output", units, inputs),
                ("head_width", query.each, inputs // query.heads),
                ("value_width", value.each, query.each),
            ) if own != usual
        }
        name = projections[0].name.rpartition(".")[0] or "attention"
        layer = Layer("attention", (query.heads,), options, name)
        bind("attention", layer.arguments, dict(options), handler("attention"))
        self.takes[id(layer)] = inputs
        owners = module.ran or [layer]
        for each in (*projections, module):
            self.within.update({*each.ran} - {*owners})
            each.ran, each.calls = owners, 0
        made = self.step((x,), [layer if owners == [layer] else _shared(layer, owners[0])])
        made.rank, made.last, made.width = 2, True, units
        return made


_CALLED: dict[str, Callable[..., Any]] = {
    "parameter": _Reader.parameter, "tensor": _Reader.array, "prod": _Reader.product,
    "isinstance": _Reader.is_instance, "bidirectional": _Reader.bidirectional,
    **dict.fromkeys(("input", "inputlayer"), _Reader.entered),
    "model": lambda reader, inputs=None, outputs=None, **named: (
        Module("Model", named={"outputs": reader.tensor_of(outputs)})
    ),
    "linspace": lambda reader, start, end, count, **named: [
        Unknown() for _ in reader.items(range(count))
    ],
    "ordereddict": lambda reader, *given, **named: dict(*given, **named),
    "field": lambda reader, default=None, default_factory=None, **named: (
        default if default_factory is None else reader.call(default_factory, [], {})
    ),
    "partial": lambda reader, function, *given, **named: lambda *more, **others: (
        reader.call(function, [*given, *more], {**named, **others})
    ),
    "deepcopy": lambda reader, value: reader.charge(value) or _copied(value),
    "getattr": lambda reader, owner, name, *usual: reader.attribute(owner, name),
    "setattr": lambda reader, owner, name, value: reader.attach(owner, name, value),
    "hasattr": lambda reader, owner, name: (
        isinstance(owner, External) or name in getattr(owner, "parts", {})
    ),
}
"""What functions and classes give, by their names in small letters."""
_TOLD: dict[str, Callable[..., Any]] = {
    "__init__": lambda reader, module, *given, **named: reader.fill(module, given, {}),
    **dict.fromkeys(("forward", "call", "__call__"), lambda reader, module, *given, **named: (
        reader.run(module, list(given), named)
    )),
    "__getattr__": lambda reader, module, name: reader.attribute(module, name),
    "__setattr__": lambda reader, module, name, value: reader.attach(module, name, value),
    **dict.fromkeys(("append", "add"), lambda reader, module, new: (
        reader.fill(module, [[new]], {})
    )),
    "extend": lambda reader, module, new: reader.fill(module, [reader.items(new)], {}),
    **dict.fromkeys(
        ("add_module", "register_module", "register_parameter"),
        lambda reader, module, name, value: module.parts.update({name: value}),
    ),
    "register_buffer": lambda reader, module, name, value, **named: (
        module.parts.update({name: Unknown()})
    ),
    "add_weight": lambda reader, module, shape=(), **named: Module(PARAMETER, [tuple(shape)]),
    "requires_grad_": lambda reader, module, wanted=True: (
        reader.attach(module, "requires_grad", wanted)
    ),
    "parameters": lambda reader, module: [each for _, each in module.leaves()],
    "children": lambda reader, module: [
        each for each in module.parts.values() if isinstance(each, Module)
    ],
    **dict.fromkeys(
        ("modules", "named_modules", "named_parameters"), lambda reader, module: []
    ),
}
"""What methods do that modules have by themselves."""


def _needs(function: Any, given: int) -> list[str]:
    return function.needs(given) if isinstance(function, python.Function) else []


def _compared_shapes(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Whether shapes are the same: taken as so, since values of other sizes do not meet."""
    found = [*python.flat([left]), *python.flat([right])]
    widths = [each.tensor.width for each in found if isinstance(each, Sizes)]
    sizes = all(isinstance(each, Size) and not each.gap for each in found)
    whole = len(widths) == 2 or (sizes and isinstance(left, tuple) and isinstance(right, tuple))
    if not whole or not isinstance(op, ast.Eq | ast.NotEq):
        return Unknown()
    return (len({width for width in widths if width}) < 2) == isinstance(op, ast.Eq)


def _is_parameter(value: Any) -> bool:
    return isinstance(value, Module) and value.kind in (PARAMETER, ARRAY, POSITIONS)


def _require_registered(root: Module) -> None:
    """A layer in a plain list is no part of a model of PyTorch's: InputError that names it."""
    registered = {id(each) for _, each in root.leaves(listed=False)}
    for path, each in root.leaves():
        if id(each) not in registered and any(_IS["holding"](of.type) for of in each.layers()):
            raise InputError(
                f"{path} is in a plain list or dict, where PyTorch finds no parameters to train: "
                "nn.ModuleList or nn.ModuleDict holds layers"
            )


def _part_of_module(module: Module, index: Any) -> Any:
    if _is_parameter(module):
        return module
    if module.container == "ModuleDict":
        return module.parts[index]
    whole = list(module.parts.values())
    if not isinstance(index, slice):
        return whole[index]
    return Module(module.kind, parts={str(at): each for at, each in enumerate(whole[index])})


def _copied(value: Any) -> Any:
    """A module with layers of its own."""
    if isinstance(value, list | tuple):
        return type(value)(map(_copied, value))
    if not isinstance(value, Module):
        return value
    parts = {name: _copied(each) for name, each in value.parts.items()}
    made = Module(value.kind, value.given, value.named, value.cls, parts)
    made.frozen = value.frozen
    return made


def _changes_a_model(node: ast.AST, scope: Scope) -> bool:
    """Whether a statement that is not followed would have changed a model, or a value of one."""
    held = {name: scope.get(name) for name in python.names_in(node)}
    models = {
        name for name, each in held.items()
        if isinstance(each, Tensor | Module) and not _is_parameter(each)
    }
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = ast.unparse(node.value.func).split(".")
        return called[0] in models and _IS["adding"](called[-1]) is not None
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return False
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    given = {name for name in models if isinstance(held[name], Tensor)} | python.names_in(target)
    return isinstance(target, ast.Attribute) or not models.isdisjoint(given)


def _axes(kind: str) -> int:
    """How many axes the name of a layer says that its images have; 0 where it says none."""
    found = re.search(r"[123](?=[dD])", kind)
    return int(found[0]) if found else 0


def _least(layer: Layer, kind: str, inputs: int) -> tuple[int, ...]:
    if layer.type in WINDOWS:
        kernel, apart = layer.arguments[-1], layer.options.get("dilation", 1)
        kernel = kernel if isinstance(kernel, tuple) else (kernel,) * _axes(kind)
        apart = apart if isinstance(apart, tuple) else (apart,) * len(kernel)
        return inputs, *map(span, kernel, apart)
    if layer.type in ("embedding", "weight"):
        return (1,)
    if layer.type in ("attention", "lstm", "gru", "rnn"):
        return (1, inputs)
    return (inputs, 1, 1) if layer.type in ("groupnorm", "instancenorm") else (inputs,)


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


def _fitted(layer: Layer, module: Module, taken: Tensor) -> Layer:
    """A layer with what its input, its ties and its training make of it."""
    word, arguments, options = layer.type, layer.arguments, dict(layer.options)
    if taken.zeros and word in WINDOWS and not options.get("pad"):
        sizes = {size for pair in taken.zeros for size in pair}
        options["pad"] = sizes.pop() if len(sizes) == 1 else taken.zeros
    elif taken.zeros and word != "transpose":
        raise InputError("zeros around what is no window's input cannot be said")
    if taken.rank > 2 and word == "linear" and (taken.last or module.kind == "Dense"):
        word, arguments = "conv", (*arguments, 1)
    if taken.rank > 2 and word in ("layernorm", "rmsnorm"):
        options.setdefault("over", "channels")
    if _IS["holding"](word) and not module.ran:
        if module.tied is not None and module.tied.ran:
            options["tie"] = module.tied.ran[0].name
        options |= module.told
    return Layer(word, arguments, options, "" if module.ran else layer.name)


def _slopes(module: Module, taken: Tensor) -> int:
    """The slopes of Keras's PReLU: one for each place of its input, but along the shared axes."""
    shared = set(python.flat([module.named.get("shared_axes") or ()]))
    if not taken.rank or not shared.issuperset(range(1, taken.rank)):
        raise InputError("slopes for each place of an image cannot be said: give shared_axes")
    return 1 if taken.rank in shared else taken.width


def _shared(layer: Layer, owner: Layer) -> Layer:
    """A layer that is called again, with the parameters of where it was called first."""
    if not _IS["holding"](layer.type):
        return layer
    if not owner.name:
        raise InputError("a layer without a name is called twice")
    return Layer(layer.type, layer.arguments, {**layer.options, "share": owner.name})


def _behind(value: Tensor, layer: Layer, kind: str) -> None:
    """Put down the axes and channels that a layer makes of a value."""
    if axes := _axes(kind):
        value.rank, value.last = axes + 1, axes == 1 and kind[-1] == "D"
    known = complete(layer.type, layer.arguments, dict(layer.options)) | {
        "kind": kind, "given": value.width, "sizes": [*python.flat(layer.arguments[:1])],
    }
    for name, each in BEHIND.get(layer.type, {}).items():
        setattr(value, name, each(Fields(known)))

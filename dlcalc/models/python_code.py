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
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dlcalc.errors import At, DlcalcError, InputError, LimitError, words_of
from dlcalc.input.sources import read_file
from dlcalc.models import foreign
from dlcalc.models import python_language as python
from dlcalc.models.count import params
from dlcalc.models.foreign import JOINED, spec_of
from dlcalc.models.python_graph import WRITTEN_OUT, Graph
from dlcalc.models.python_language import Class, External, Scope, Unknown
from dlcalc.models.python_modules import (
    ARRAY,
    CONTAINERS,
    IS,
    PARAMETER,
    POSITIONS,
    Heads,
    Module,
    Sizes,
    Tensor,
    copied,
    is_parameter,
    least_input,
)
from dlcalc.models.translation import arranged, plain_name
from dlcalc.models.tree import Block, Kind, Layer, Model, Node, layers_in

MOST_TEXT = 1_000_000
"""Characters of the code."""
SPECIAL = foreign.TABLE["function"]
"""Layers that are read as the function of another name."""
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


class _Reader(Graph):
    """Follows what frameworks add to Python: modules, what they are made of, and how they run."""

    def __init__(self, printed: bool) -> None:
        super().__init__(printed)
        self.building = 0
        self.input: Tensor | None = None

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
                for each in module.layers() if IS["holding"](each.type)
            ]
            if layers:
                idle.add(module)
                least = least_input(layers[0], module.kind, module.inputs or 1)
                found.append(Block(Kind.BUILT, layers, input=least))
        return found

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
            if not is_parameter(value):
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
        if IS["made"](name):
            sizes = given[0] if given and isinstance(given[0], list | tuple) else given
            whole = sizes and all(type(each) is int for each in sizes)
            return Module(ARRAY, [tuple(sizes)]) if whole else Unknown()
        if not name[:1].isupper() and any(
            isinstance(each, Tensor) or is_parameter(each) for each in python.flat(given)
        ):
            return self.operation(name, given, named)
        if IS["itself"](name):
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
        if not is_parameter(data):
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
        if isinstance(value, Module) and not is_parameter(value):
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

    def outcome(self, outputs: Any) -> Tensor:
        """What a model of Keras gives."""
        held = [*outputs.values()] if isinstance(outputs, dict) else outputs
        if isinstance(held, list | tuple) and len(held) > 1:
            raise InputError("several outputs; the notation has one")
        return self.tensor_of(outputs)

    def bidirectional(self, layer: Any, merge_mode: Any = "concat", **named: Any) -> Module:
        if merge_mode != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
        return Module(layer.kind, layer.given, {**layer.named, "bidirectional": True})

    def member(self, owner: Any, name: str) -> Any:
        """A method, or another attribute, of a framework's object."""
        if isinstance(owner, tuple) and name == "numel":  # some of the sizes of a tensor
            return lambda: self.product(owner)
        if is_parameter(owner):
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
        if act is None and not IS["unheeded"](name):
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


_CALLED: dict[str, Callable[..., Any]] = {
    "parameter": _Reader.parameter, "tensor": _Reader.array, "prod": _Reader.product,
    "isinstance": _Reader.is_instance, "bidirectional": _Reader.bidirectional,
    **dict.fromkeys(("input", "inputlayer"), _Reader.entered),
    "model": lambda reader, inputs=None, outputs=None, **named: (
        Module("Model", named={"outputs": reader.outcome(outputs)})
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
    "deepcopy": lambda reader, value: reader.charge(value) or copied(value),
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
    **dict.fromkeys(("modules", "named_modules", "named_parameters"), lambda reader, module: []),
}
"""What methods do that modules have by themselves."""


def _needs(function: Any, given: int) -> list[str]:
    return function.needs(given) if isinstance(function, python.Function) else []


def _require_registered(root: Module) -> None:
    """A layer in a plain list is no part of a model of PyTorch's: InputError that names it."""
    registered = {id(each) for _, each in root.leaves(listed=False)}
    for path, each in root.leaves():
        if id(each) not in registered and any(IS["holding"](of.type) for of in each.layers()):
            raise InputError(
                f"{path} is in a plain list or dict, where PyTorch finds no parameters to train: "
                "nn.ModuleList or nn.ModuleDict holds layers"
            )


def _changes_a_model(node: ast.AST, scope: Scope) -> bool:
    """Whether a statement that is not followed would have changed a model, or a value of one."""
    held = {name: scope.get(name) for name in python.names_in(node)}
    models = {
        name for name, each in held.items()
        if isinstance(each, Tensor | Module) and not is_parameter(each)
    }
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = ast.unparse(node.value.func).split(".")
        return called[0] in models and IS["adding"](called[-1]) is not None
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return False
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    given = {name for name in models if isinstance(held[name], Tensor)} | python.names_in(target)
    return isinstance(target, ast.Attribute) or not models.isdisjoint(given)


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

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

Turns that come out alike are one block of the layer notation. Expressions are those of
`input.expressions`, over the fields of a config.json.

A name is looked up in levels: the variables of loops, the facts of the type, the config,
the defaults of its class, the definitions of the architecture. What is nowhere is null.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from dlcalc.errors import InputError, LimitError
from dlcalc.input.expressions import Expression, Fields, facts, names
from dlcalc.models.tree import MOST_LAYERS, MOST_NESTING, written
from dlcalc.typed import Any

MOST_KNOWN = 4
"""Turns of a loop that are kept, for others that come out alike."""
_NEVER = object()
"""What no expression comes to: turns with loops in them are never taken to be alike."""

Include = Callable[[str, dict[str, Expression]], list[str]]
"""Lines of the architecture of a nested config: the field, and facts that are set for it."""


class Line:
    """A line of an architecture file, and the lines below it."""

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self.body: list[Line] = []
        self.word = text.partition(" ")[0].rstrip(":")
        self.name = ""
        self.variable, self.shared = "i", ""
        self.pieces: list[str | Expression] = []
        self.facts: dict[str, Expression] = {}

    def read(self) -> None:
        """Take the line apart, unless it has been; most lines are never asked for."""
        text = self.text
        if self.pieces or self.name:
            return
        if self.word in ("if", "elif"):
            self.pieces = [Expression(text[len(self.word) :].rstrip(":"))]
        elif self.word in ("use", "else", "model"):
            _, self.name, rest = f"{text.rstrip(':')}  ".split(" ", 2)
            self.facts = facts(rest)
        elif "repeat " in text and text[-1] == ":":  # NAME: repeat EXPRESSION shared as j:
            name, _, rest = text[:-1].partition("repeat ")
            self.word, self.name = "repeat", name.rstrip(": ")
            count, _, variable = rest.partition(" as ")
            plain = count.removesuffix(" shared")
            self.shared, self.variable = count[len(plain) :], variable or "i"
            self.pieces = [Expression(plain)]
        else:
            self.word = self.word if self.word in ("note", "refuse") else ""
            plain, *parts = text.removeprefix(f"{self.word} ").split("{")
            self.pieces = [plain]
            for part in parts:
                inner, _, plain = part.partition("}")
                self.pieces += [Expression(inner), plain]


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
            line.read()
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
            line.read()
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
                if text[-1:] != "=" or text[-2:] == " =":
                    raise InputError(f"{piece.text} is missing")
                text = text[: text.rfind(" ") + 1]
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

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

Turns that come out alike are one block of the layer notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain

from dlcalc.errors import InputError, LimitError
from dlcalc.models.fields import Expression, Fields, names
from dlcalc.models.tree import MOST_LAYERS, MOST_NESTING, written

_REPEAT = re.compile(r"(?:(\w+): *)?repeat (.+?)( shared)?(?: as (\w+))?:$")
_OPTION = re.compile(r"\S+=$")

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
        elif self.word in ("let", "part", "use", "else", "model"):
            words = text.rstrip(":").split()
            self.name = words[1] if len(words) > 1 else ""
            if self.word == "let":
                self.pieces = [Expression(text.partition("=")[2])]
            elif self.word in ("model", "use"):
                self.facts = facts(text.partition(self.name)[2])
        elif found := _REPEAT.match(text):
            self.word, self.name = "repeat", found[1] or ""
            self.shared, self.variable = found[3] or "", found[4] or "i"
            self.pieces = [Expression(found[2])]
        else:
            self.word = self.word if self.word in ("note", "refuse") else ""
            text = text.partition(" ")[2] if self.word else text
            parts = re.split(r"\{([^}]*)\}", text)
            self.pieces = [
                Expression(part) if at % 2 else part for at, part in enumerate(parts)
            ]


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
        self.parts: dict[str, list[Line]] = {}
        self.lines: list[Line] = []
        own: list[Line] = []
        around = [(-1, own)]
        for number, written_line in enumerate(text.splitlines(), 1):
            content = written_line.strip()
            if not content or content[0] == "#":
                continue
            indent = written_line.index(content)
            if content.startswith("like "):
                base = f"{content[5:]}.txt"
                like = Architecture(find(base), base, find)
                self.definitions, self.parts, self.lines = like.definitions, like.parts, like.lines
                continue
            try:
                line = Line(content, f"{file}:{number}")
            except InputError as error:
                raise error.at(f"{file}:{number}") from None
            while around[-1][0] >= indent:
                around.pop()
            if line.word == "let":
                (definition,) = line.pieces
                assert isinstance(definition, Expression)
                self.definitions[line.name] = definition
                continue
            if line.word == "part":
                self.parts[line.name] = line.body
            else:
                around[-1][1].append(line)
            around.append((indent, line.body))
        self.lines = own or self.lines

    @property
    def names(self) -> set[str]:
        """Names in the lines themselves, whether they are put in or not."""
        found: set[str] = set()
        left = [*self.lines, *chain.from_iterable(self.parts.values())]
        for line in left:
            left += line.body
            expressions = (*line.pieces, *line.facts.values())
            found.update(
                name for each in expressions if isinstance(each, Expression)
                for name in names(each.text)
            )
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
        self.blocks: dict[tuple[Line, int], list[str]] = {}
        self.known: dict[Expression | Line, object] = {}

    def value(self, expression: Expression) -> object:
        """The value of an expression, once for all turns where no loop varies it."""
        if expression in self.known:
            return self.known[expression]
        around, self.fields.varies = self.fields.varies, False
        value = expression(self.fields)
        if not self.fields.varies:
            self.known[expression] = value
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
                    found += self.kept(line, indent)
            except _RefusedError:
                raise
            except InputError as error:
                if error.message.startswith("field ") or error.places:
                    raise
                raise error.at(line.place) from None
        return found

    def kept(self, line: Line, indent: int) -> list[str]:
        """The lines that one comes to, once for all turns where no loop varies them."""
        known = self.blocks.get((line, indent))
        if known is not None:
            return known
        around, self.fields.varies = self.fields.varies, False
        found = self.line(line, indent)
        if not self.fields.varies:
            self.blocks[line, indent] = found
        self.fields.varies = self.fields.varies or around
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
            self.notes.append(text)
            return []
        return [margin + text, *self.lines(line.body, indent + 1)]

    def part(self, line: Line, indent: int) -> list[str]:
        """The lines of a part, with what is set for it alone."""
        variables = self.fields.variables
        outer = dict(variables)
        variables.update({name: each(self.fields) for name, each in line.facts.items()})
        found = self.lines(self.architecture.parts[line.name], indent)
        variables.clear()
        variables.update(outer)
        return found

    def text(self, line: Line) -> str:
        """One line with the values of its expressions."""
        if line in self.known:
            return str(self.known[line])
        around, self.fields.varies = self.fields.varies, False
        text = ""
        for piece in line.pieces:
            if isinstance(piece, str):
                text += piece
                continue
            value = piece(self.fields)
            if value is None:
                if not _OPTION.search(text):
                    raise InputError(f"{piece.text} is missing")
                text = _OPTION.sub("", text)
            else:
                text += written(tuple(value) if isinstance(value, list) else value)
        if not self.fields.varies:
            self.known[line] = text
        self.fields.varies = self.fields.varies or around
        return text

    def repeat(self, line: Line, indent: int) -> list[str]:
        """The turns of a loop, those alike in a row as one block."""
        count = self.value(_only(line))
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise InputError(f"{_only(line).text} is {count!r}, and no whole number of layers")
        if count > MOST_LAYERS:
            raise LimitError(f"{count:,} layers; at most {MOST_LAYERS:,} are counted")
        turns = self.fields.variables
        outer = turns.get(line.variable)
        name = f"{line.name}: " if line.name else ""
        found: list[str] = []
        first, alike = 0, list[str]()
        for turn in range(count + 1):
            body = list[str]()
            if turn < count:
                turns[line.variable] = turn
                body = self.lines(line.body, indent + 1)
            if turn and (body != alike or turn == count):
                if alike:
                    head = f"{name}repeat {turn - first} from={first}{line.shared}:"
                    found += ["  " * indent + head, *alike]
                first = turn
            alike = body
        turns.pop(line.variable, None)
        if outer is not None:
            turns[line.variable] = outer
        return found


def _only(line: Line) -> Expression:
    (expression,) = line.pieces
    assert isinstance(expression, Expression)
    return expression

"""The layer notation: one layer a line, blocks by indentation.

    name lenet                      # head lines: name, source, published, input
    input 1x32x32
    C1: conv 6 5                    # [NAME:] TYPE ARGUMENTS KEY=VALUE…
    S2: maxpool 2; relu             # a semicolon ends a layer as a newline does
    blocks: repeat 3:               # repeat N: sum: scale: concat: hold further lines
      sum:
        branch:                     # an empty branch is the identity
        branch: conv 6 3 pad=1; relu

`#` starts a comment at the start of a line or after a space. The lines of a block stand
deeper than its head; what stands on the line of the head is the whole of the block.
"""

from __future__ import annotations

from dlcalc.calc.models.tree import (
    BLOCKS,
    BRANCH,
    CONCAT,
    MOST_NESTING,
    REPEAT,
    Block,
    Layer,
    Model,
    Node,
    Value,
)
from dlcalc.errors import InputError, LimitError
from dlcalc.readers.notation_values import read_shape, read_value

HEAD = ("name", "source", "published", "input")


def read_notation(text: str, file: str = "", name: str = "") -> Model:
    """A model from its notation; `file` is the name that errors give.

    Raises InputError with file, line and layer, and LimitError where blocks are nested
    more than 100 deep.

    >>> model = read_notation("input 1x32x32; C1: conv 6 5; maxpool 2")
    >>> model.input, [layer.text for layer in model.body]
    ((1, 32, 32), ['conv 6 5', 'maxpool 2'])
    """
    reader = _Reader(file, name)
    try:
        for number, line in enumerate(text.splitlines(), 1):
            bare = _without_comment(line)
            if bare and not bare.isspace():
                reader.line = number
                reader.take(bare)
        return reader.finish()
    except InputError as error:
        raise error.at(reader.place) if reader.place else error from None


def _without_comment(line: str) -> str:
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


class _Open:
    """A block whose lines are being read."""

    def __init__(self, line: int, indent: int, block: Block | None) -> None:
        self.line = line
        """The line of its head."""
        self.indent = indent
        """Columns before its head; -1 for the model itself."""
        self.inner = -1
        """Columns before its lines, known from the first on."""
        self.on_one_line = False
        """Whether its body stands on the line of its head."""
        self.block = block
        self.body: list[Node] = []

    @property
    def is_branch(self) -> bool:
        """Whether this is one branch of a join."""
        return self.block is not None and self.block.kind == BRANCH


class _Reader:
    def __init__(self, file: str, name: str) -> None:
        self.file = file
        self.line = 0
        self.head: dict[str, str] = {"name": name}
        self.input: tuple[int, ...] | None = None
        self.published: dict[str, str] = {}
        self.open = [_Open(0, -1, None)]

    @property
    def place(self) -> str:
        """File and line as errors name them; nothing for layers typed in."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file

    def take(self, line: str) -> None:
        """Read one line: head lines, layers, or the head of a block and what follows it."""
        content = line.lstrip()
        indent = len(line[: len(line) - len(content)].expandtabs())
        self.close(indent)
        innermost = self.open[-1]
        if innermost.inner < 0:
            innermost.inner = indent
        elif indent != innermost.inner:
            raise InputError(f"indented by {indent}, the line above by {innermost.inner}")
        rest: str = content
        while rest:
            statement, _, behind = rest.partition(";")
            rest = self.statement(statement.strip(), rest, behind, indent)
        # What a head has on its own line is the whole of its block.
        while self.open[-1].on_one_line:
            self.end()

    def statement(self, statement: str, whole: str, behind: str, indent: int) -> str:
        """Read one layer, head line or block head; what is left of the line."""
        if not statement:
            return behind
        words = statement.split()
        name = ""
        first, colon, stuck = words[0].partition(":")
        if colon and first not in BLOCKS:
            name, words = first, [stuck, *words[1:]] if stuck else words[1:]
            if not words:
                raise InputError(f"{name}: names no layer; write NAME: TYPE ARGUMENTS")
        kind = words[0].partition(":")[0]
        if kind in BLOCKS:
            return self.start(name, words, whole, indent)
        if kind in HEAD and not name:
            return self.head_line(words, whole, behind)
        self.open[-1].body.append(self.layer(name, words))
        return behind

    def layer(self, name: str, words: list[str]) -> Layer:
        """One layer from its words."""
        try:
            arguments = [read_value(word) for word in words[1:] if "=" not in word]
            options: dict[str, Value] = {}
            for word in words[1:]:
                key, equals, value = word.partition("=")
                if equals:
                    if key in options:
                        raise InputError(f"{key} is given twice")
                    options[key] = read_value(value)
        except InputError as error:
            text = " ".join(words)
            raise error.at(f"{name}: {text}" if name else text) from None
        return Layer(words[0], arguments, options, name, self.place)

    def head_line(self, words: list[str], whole: str, behind: str) -> str:
        """A head line; name and source run to the end of the line."""
        key = words[0]
        if any(block.body for block in self.open) or len(self.open) > 1:
            raise InputError(f"{key} stands above the layers")
        if key == "input":
            if len(words) != 2:
                raise InputError("input wants one size, such as input 3x224x224")
            self.input = read_shape(words[1])
        elif key == "published":
            self.published.update(word.partition("=")[::2] for word in words[1:])
        else:
            self.head[key] = whole.strip()[len(key) :].strip()
            return ""
        return behind

    def start(self, name: str, words: list[str], whole: str, indent: int) -> str:
        """The head of a block; what stands behind its colon is its body."""
        at = next((i for i, word in enumerate(words) if ":" in word), -1)
        if at < 0:
            raise InputError(f"{' '.join(words)} wants a colon behind it")
        last, _, _ = words[at].partition(":")
        head = [*words[:at], last] if last else words[:at]
        block = self.block(name, head)
        around = self.open[-1]
        if block.kind == BRANCH and around.on_one_line and around.is_branch:
            self.end()  # `sum: branch:; branch: relu` are two branches, not one in the other
        if len(self.open) > MOST_NESTING:
            raise LimitError(f"blocks are nested more than {MOST_NESTING} deep")
        opened = _Open(self.line, indent, block)
        # Behind the colon of the head, which the colon of a name may precede.
        behind = whole[whole.index(":") + 1 :] if name else whole
        behind = behind[behind.index(":") + 1 :].strip()
        opened.on_one_line = bool(behind)
        self.open.append(opened)
        return behind

    def block(self, name: str, head: list[str]) -> Block:
        """A block from the words of its head."""
        kind, given = head[0], head[1:]
        numbers: dict[str, int] = {}
        known = {REPEAT: ("count", "from"), CONCAT: ("axis",)}.get(kind, ())
        for word, default in zip(given, known, strict=False):
            key, equals, value = word.rpartition("=")
            number = read_value(value)
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise InputError(f"{kind} {word}: {key or default} is a whole number")
            numbers[key if equals else default] = number
        if len(given) > len(known) or set(numbers) - set(known):
            raise InputError(f"{' '.join(head)}: write {_BLOCK_USAGE[kind]}")
        if kind == REPEAT and not numbers.get("count"):
            raise InputError("repeat wants the number of times, at least 1: repeat 3:")
        return Block(
            kind, (), numbers.get("count", 1), numbers.get("from", 0), numbers.get("axis", 0),
            name, self.place,
        )

    def close(self, indent: int) -> None:
        """End the blocks that a line of this indentation stands outside of."""
        while self.open[-1].block is not None and indent <= self.open[-1].indent:
            self.end()

    def end(self) -> None:
        """End the innermost block and put it into the one around it."""
        ended = self.open.pop()
        block = ended.block
        if block is None:
            return
        if not ended.body and block.kind != BRANCH:
            self.line = ended.line
            raise InputError(f"{block.kind} holds no layers; indent them below it")
        self.open[-1].body.append(block.replaced(body=ended.body))

    def finish(self) -> Model:
        """The model, once the last line is read."""
        while len(self.open) > 1:
            self.end()
        body = self.open[0].body
        if not body:
            self.line = 0
            raise InputError("no layers; write one a line, such as conv 6 5")
        return Model(
            body, self.input, self.head["name"], self.head.get("source", ""), self.published
        )


_BLOCK_USAGE = {
    "repeat": "repeat COUNT [from=FIRST]:", "concat": "concat [axis=AXIS]:", "sum": "sum:",
    "scale": "scale:", "branch": "branch:",
}

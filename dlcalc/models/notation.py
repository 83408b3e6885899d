"""The layer notation: one layer a line, blocks by indentation.

    name lenet                      # head lines: name, source, published, input
    input 1x32x32
    C1: conv 6 5                    # [NAME:] TYPE ARGUMENTS KEY=VALUE…
    S2: maxpool 2; relu             # a semicolon ends a layer as a newline does
    blocks: repeat 3:               # repeat N: sum: scale: concat: aside: built: hold lines
      sum:
        branch:                     # an empty branch is the identity
        branch: conv 6 3 pad=1; relu

What stands in `aside:` is counted, and the layer behind it gets what `aside:` got; it may
have an input of its own, `aside 3x224x224:`; `built:` is an aside that holds parameters and
does not run. The turns of `repeat 3 shared:` have the same parameters. `#` starts a comment
at the start of a line or after a space. The lines of a block stand deeper than its head; what
stands on the line of the head is the whole of the block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlcalc.errors import At, InputError, LimitError, did_you_mean
from dlcalc.layers.table import find, meant
from dlcalc.models.tree import (
    MOST_NESTING,
    SHARED,
    Again,
    Block,
    Kind,
    Layer,
    Model,
    Node,
    Value,
    folded,
)
from dlcalc.numbers.axes import as_whole, at_least, plain, sizes_in
from dlcalc.numbers.parse import parse_number, shorten
from dlcalc.typed import Any

HEAD = ("name", "source", "published", "input")
LEAST_AGAIN, LONGEST_AGAIN = 16, 256
"""How often lines come again that are read once, and how many lines these are at most."""
WORDS = {"yes": True, "no": False, "true": True, "false": False}


def read_notation(text: str, file: str = "", name: str = "", numbered: bool = True) -> Model:
    """A model from its notation; `file` is the name that errors give, and the line if `numbered`.

    Raises InputError with file, line and layer, and LimitError where blocks are nested
    more than 100 deep.

    >>> model = read_notation("input 1x32x32; C1: conv 6 5; maxpool 2")
    >>> model.input, [layer.text for layer in model.body]
    ((1, 32, 32), ['conv 6 5', 'maxpool 2'])
    """
    reader = _Reader(text, file, name, numbered)
    try:
        return reader.model()
    except InputError as error:
        raise error.at(reader.place) if reader.place else error from None


def _without_comment(line: str) -> str:
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


class _Reader:
    def __init__(self, text: str, file: str, name: str, numbered: bool) -> None:
        self.lines = text.splitlines()
        self.file = file
        self.numbered = numbered
        self.line = 0
        """Lines that have been read."""
        self.depth = 0
        """Blocks around."""
        self.begun = False
        """Whether a layer has been read."""
        self.head: dict[str, str] = {"name": name}
        self.input: tuple[int, ...] | None = None
        self.published: dict[str, str] = {}
        self.given: set[str] = set()
        self.known: dict[tuple[str, ...], list[Node]] = {}
        """What has been read of the lines of repeats, which are a scope each."""

    @property
    def place(self) -> str:
        """File and line as errors name them; nothing for layers typed in."""
        shown = self.file and self.line and self.numbered
        return f"{self.file}:{self.line}" if shown else self.file

    def model(self) -> Model:
        body = folded(self.deeper(-1, ""))
        if not body:
            self.line = 0
            raise InputError("no layers; write one a line, such as conv 6 5")
        return Model(
            body, self.input, self.head["name"], self.head.get("source", ""), self.published
        )

    def ahead(self) -> str:
        """The next line that says something, without its comment; nothing behind the last."""
        while self.line < len(self.lines):
            bare = _without_comment(self.lines[self.line])
            if bare and not bare.isspace():
                return bare
            self.line += 1
        return ""

    def deeper(self, outer: int, within: str) -> list[Any]:
        """Layers and blocks of the lines that are indented more than the head of a block.

        Of a model's own, those that are written many times in a row are one `Again`.
        """
        found: list[Any] = []
        latest: dict[str, tuple[int, int]] = {}
        inner = -1
        while line := self.ahead():
            content = line.lstrip()
            indent = len(line[: len(line) - len(content)].expandtabs())
            if indent <= outer:
                break
            self.line += 1
            inner = indent if inner < 0 else inner
            if indent != inner:
                tabs = "; a tab goes to the next column of eight" if line[:1] == "\t" else ""
                raise InputError(f"indented by {indent}, the line above by {inner}{tabs}")
            if outer < 0:
                before = latest.get(content)
                latest[content] = self.line - 1, len(found)
                if before and (again := self.written_again(before[0], found[before[1] :])):
                    found.append(again)
                    continue
            found += self.statements(content.split(";"), indent, within)
        return found

    def written_again(self, start: int, nodes: list[Any]) -> Again | None:
        """The nodes of the lines since that line, where these lines come many times more."""
        here = self.line - 1
        step, end = here - start, here
        if step > LONGEST_AGAIN:
            return None
        while self.lines[end : end + step] == self.lines[start:here]:
            end += step
        count = (end - here) // step
        if count < LEAST_AGAIN or not all(map(_is_bare, nodes)):
            return None
        self.line = end
        lines = step if self.file and self.numbered else 0
        return Again(Again(nodes, 2, lines).turn(1), count, lines)

    def statements(
        self, pieces: list[str], indent: int, within: str, on_one_line: bool = False
    ) -> list[Node]:
        """Layers and blocks of what is left of a line; of a branch's, up to the next branch."""
        found: list[Node] = []
        while pieces:
            words = pieces[0].split()
            if not words:
                pieces.pop(0)
                continue
            name, words = _split_name(words)
            kind = words[0].partition(":")[0]
            if kind in Kind.ALL:
                # `sum: branch:; branch: relu` are two branches, not one in the other.
                if on_one_line and kind == within == Kind.BRANCH:
                    break
                found.append(self.block(name, words, pieces, indent, within))
            elif kind in HEAD and not name:
                self.head_line(words, pieces)
            else:
                pieces.pop(0)
                found.append(self.layer(name, words))
            self.begun = self.begun or bool(found)
        return found

    def layer(self, name: str, words: list[str]) -> Layer:
        try:
            if find(words[0]) is None:
                raise _unknown(words)
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

    def head_line(self, words: list[str], pieces: list[str]) -> None:
        """A head line; name and source run to the end of the line."""
        key, *values = words
        if self.begun or self.depth:
            raise InputError(f"{key} stands above the layers")
        rest = ";".join(pieces).strip()[len(key) :].strip()
        pieces.pop(0)
        if key == "published":
            self.published.update(map(_figure, values))
            return
        if key in self.given:
            raise InputError(f"{key} is given twice")
        self.given.add(key)
        if key == "input":
            if len(values) != 1:
                raise InputError("input wants one size, such as input 3x224x224")
            self.input = read_shape(values[0])
            return
        self.head[key] = rest
        pieces.clear()

    def block(
        self, name: str, words: list[str], pieces: list[str], indent: int, within: str
    ) -> Block:
        """A block; what stands behind its colon is its body, or else the deeper lines."""
        at = next((i for i, word in enumerate(words) if ":" in word), -1)
        if at < 0:
            raise InputError(f"{' '.join(words)} wants a colon behind it")
        last, _, _ = words[at].partition(":")
        block = self.opened(name, [*words[:at], last] if last else words[:at])
        if block.kind == Kind.BRANCH and within not in Kind.JOINS:
            raise InputError("branch: stands in sum:, scale: or concat: alone")
        if self.depth >= MOST_NESTING:
            raise LimitError(f"blocks are nested more than {MOST_NESTING} deep")
        # Behind the colon of the head, which the colon of a name may precede.
        behind = pieces[0][pieces[0].index(":") + 1 :] if name else pieces[0]
        pieces[0] = behind[behind.index(":") + 1 :].strip()
        head = self.line
        self.depth += 1
        if pieces[0] or len(pieces) > 1:
            body = self.statements(pieces, indent, block.kind, True)
        else:
            pieces.clear()
            repeats = block.kind == Kind.REPEAT and not self.numbered
            body = self.again(indent) if repeats else self.deeper(indent, block.kind)
        self.depth -= 1
        if not body and block.kind != Kind.BRANCH:
            self.line = head
            raise InputError(f"{block.kind} holds no layers; indent them below it")
        return block.replaced(body=body)

    def again(self, indent: int) -> list[Node]:
        """The body of a repeat; lines that have been read before are passed over."""
        end = self.line
        while end < len(self.lines) and self.lines[end].startswith(" " * (indent + 1)):
            end += 1
        text = tuple(self.lines[self.line : end])
        if text in self.known:
            self.line = end
        else:
            self.known[text] = self.deeper(indent, Kind.REPEAT)
        return self.known[text]

    def opened(self, name: str, head: list[str]) -> Block:
        kind, given = head[0], head[1:]
        numbers: dict[str, int] = {}
        if kind in (Kind.ASIDE, Kind.BUILT) and len(given) == 1:
            return Block(kind, (), name=name, place=self.place, input=read_shape(given[0]))
        known = {Kind.REPEAT: ("count", "from"), Kind.CONCAT: ("axis",)}.get(kind, ())
        shared = kind == Kind.REPEAT and given[-1:] == [SHARED]
        given = given[: len(given) - shared]
        for word, default in zip(given, known, strict=False):
            key, equals, value = word.rpartition("=")
            number = read_value(value)
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise InputError(f"{kind} {word}: {key or default} is a whole number")
            numbers[key if equals else default] = number
        if len(given) > len(known) or set(numbers) - set(known):
            raise InputError(f"{' '.join(head)}: write {_BLOCK_USAGE[kind]}")
        if kind == Kind.REPEAT and not numbers.get("count"):
            raise InputError("repeat wants the number of times, at least 1: repeat 3:")
        return Block(
            kind, (), numbers.get("count", 1), numbers.get("from", 0), numbers.get("axis", 0),
            name, self.place, shared=shared,
        )


def _is_bare(node: Any) -> bool:
    """Whether a node is a layer that neither has a name nor uses one."""
    return isinstance(node, Layer) and not node.name and not {"tie", "share"} & {*node.options}


def _split_name(words: list[str]) -> tuple[str, list[str]]:
    """The name before the colon, where there is one, and the words behind it."""
    if words[0] not in Kind.ALL and len(words) > 1 and words[1].startswith(":"):
        words = [words[0] + words[1], *words[2:]]
    name, colon, stuck = words[0].partition(":")
    if not colon or name in Kind.ALL:
        return "", words
    words = [stuck, *words[1:]] if stuck else words[1:]
    if not words:
        raise InputError(f"{name}: names no layer; write NAME: TYPE ARGUMENTS")
    if "=" in name:
        raise InputError(f"{name}: a name has no =")
    return name, words


def _unknown(words: list[str]) -> InputError:
    """The complaint about a type that there is not: of a block, where a colon is behind it."""
    type = words[0].rstrip(":")
    if any(word.endswith(":") for word in words):
        return InputError(f"{type} opens no block{did_you_mean(type, Kind.ALL)}")
    near = meant(type, [*Kind.ALL, *HEAD])
    return InputError(f"unknown layer type {type!r}{near or '; dlcalc params --help lists them'}")


def _figure(word: str) -> tuple[str, str]:
    key, _, figure = word.partition("=")
    if key not in ("params", "macs") or not figure:
        raise InputError(f"{word}: write published params=61706, or macs=, or both")
    return key, figure


_BLOCK_USAGE = {
    "repeat": "repeat COUNT [from=FIRST] [shared]:", "concat": "concat [axis=AXIS]:", "sum": "sum:",
    "scale": "scale:", "branch": "branch:", "aside": "aside [INPUT]:",
    "built": "built [INPUT]:",
}


def read_value(text: str) -> Value:
    """One value of an argument or an option.

    >>> [read_value(text) for text in ("5", "5x3", "1:2", "no", "0.5", "1e3", "same")]
    [5, (5, 3), ((1, 2),), False, 0.5, 1000, 'same']
    """
    if not text:
        raise InputError("a value is missing behind =")
    if text in WORDS:
        return WORDS[text]
    # `3*6,4*9` lists connections, and is read by the one layer that takes it.
    if not (text[0].isdigit() or text[0] in "-+.") or "*" in text:
        return text
    if "x" in text or ":" in text:
        return _read_sizes(text)
    digits, e, zeros = text.lower().partition("e")
    zeros = zeros.removeprefix("+")
    if e and digits.isdigit() and zeros.isdigit() and len(zeros) < 4:  # whole, and exact
        return int(digits) * 10 ** int(zeros)
    return parse_number(text)


def _read_sizes(text: str) -> Value:
    axes = []
    for part in text.split("x"):
        ends = part.split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() for end in ends):
            raise InputError(f"{shorten(text)} is no size; write 5, 5x3 or, for padding, 1:2")
        numbers = tuple(int(parse_number(end)) for end in ends)
        axes.append(numbers if len(numbers) == 2 else numbers[0])
    return tuple(axes)


def read_shape(text: str) -> tuple[int, ...]:
    """The shape of an input: `3x224x224`, or `1024` for a row.

    >>> read_shape("1x32x32")
    (1, 32, 32)
    """
    try:
        sizes = sizes_in(text)
    except InputError:
        sizes = (0,)
    if min(sizes) < 1:
        raise InputError(f"{shorten(text)} is no shape; write CxHxW, such as 3x224x224")
    return input_shape(sizes)


def input_shape(size: int | str | Sequence[int]) -> tuple[int, ...]:
    """The shape of an input as a caller gives it, or InputError.

    >>> input_shape((3, 224, 224)), input_shape(1024), input_shape("1x32x32")
    ((3, 224, 224), (1024,), (1, 32, 32))
    """
    if isinstance(size, str):
        return read_shape(size)
    given: Any = plain(size)
    shape = tuple(given) if isinstance(given, Iterable) else (given,)
    at_least(1, "input size", shape)
    if not 1 <= len(shape) <= 4:
        raise InputError(f"an input has 1 to 4 axes, CxDxHxW, not {len(shape)}")
    return tuple(map(as_whole, shape))


def read_change(text: str) -> tuple[str, str, Value]:
    """A change as typed, `LAYER.KEY=VALUE`: the layer, the key and the value.

    >>> read_change("layer1.0.conv1.kernel=5x3")
    ('layer1.0.conv1', 'kernel', (5, 3))
    """
    target, equals, value = text.partition("=")
    layer, dot, key = target.rpartition(".")
    if not (equals and dot and layer and key):
        raise InputError(f"{shorten(text)}: write LAYER.KEY=VALUE, such as C1.kernel=4")
    with At(target):
        return layer, key, read_value(value)

"""A page of characters to draw on, with dots finer than a character."""

from __future__ import annotations

# Braille patterns: the bit of each of the 2 x 4 dots of a character, by row and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


class Canvas:
    """Columns by rows of characters, each of 2 by 4 dots (1 by 1 in plain ASCII).

    Places are fractions: across from the left, up from the bottom.
    """

    def __init__(self, columns: int, rows: int, *, ascii: bool = False) -> None:
        self.columns, self.rows, self.ascii = columns, rows, ascii
        self.dots_across = columns * (1 if ascii else 2)
        self.dots_up = rows * (1 if ascii else 4)
        self._dots = [[0] * columns for _ in range(rows)]
        self._marks: dict[tuple[int, int], str] = {}
        self.inks: dict[tuple[int, int], str] = {}
        """The colour of a character by its row and column, where it has one."""

    def dot(self, across: float, up: float, mark: str = ".", ink: str = "") -> None:
        """Put one dot; in plain ASCII, `mark` where nothing stands yet."""
        x, y = round(across * (self.dots_across - 1)), round((1 - up) * (self.dots_up - 1))
        if ink:
            self.inks[y // (1 if self.ascii else 4), x // (1 if self.ascii else 2)] = ink
        if self.ascii:
            self._marks.setdefault((y, x), mark)
        else:
            self._dots[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def line(
        self, start: tuple[float, float], end: tuple[float, float], mark: str = ".", ink: str = ""
    ) -> None:
        """Dots from one place to another, without a gap."""
        (x, y), (x_end, y_end) = start, end
        steps = max(abs(x_end - x) * self.dots_across, abs(y_end - y) * self.dots_up)
        count = max(1, round(steps))
        for step in range(count + 1):
            part = step / count
            self.dot(x + (x_end - x) * part, y + (y_end - y) * part, mark, ink)

    def mark(self, across: float, up: float, mark: str, ink: str = "") -> None:
        """Put a whole character over whatever is there."""
        place = round((1 - up) * (self.rows - 1)), round(across * (self.columns - 1))
        self._marks[place] = mark
        if ink:
            self.inks[place] = ink

    def lines(self) -> list[str]:
        """The page, from the top row down."""
        return [
            "".join(self._character(row, column) for column in range(self.columns))
            for row in range(self.rows)
        ]

    def _character(self, row: int, column: int) -> str:
        if mark := self._marks.get((row, column)):
            return mark
        dots = self._dots[row][column]
        return chr(_BRAILLE | dots) if dots else " "

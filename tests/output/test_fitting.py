"""Tables that are wider than the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.formats import FORMATS
from dlcalc.output.tables import fitted

WHY = "a penalty on the weights holds the fit to noise down"
TABLE = Table(
    ["remedy", "helps", "why"], [["larger λ", "yes", WHY], ["Newton", "no", None]],
    title="remedies", footnotes=["λ is the strength of the penalty"],
)  # fmt: skip
NUMBERS = Table(
    ["stage", "for", "dense", "zero_skip"],
    [["one", "line", 10**12, 3], ["one", "pair", 2, 10**12]], "mults", ["at last"],
)  # fmt: skip


def lines(*blocks: Block) -> list[str]:
    return "".join(FORMATS["table"].write(Answer({}, blocks), 6, None)).splitlines()


def drawn(table: Table, width: int) -> list[str]:
    return lines(*fitted([table], width, 6))


def test_what_one_value_says_stays_one_value() -> None:
    assert lines(*fitted([NUMBERS._replace(bare="7")], 10, 6)) == ["7"]


def test_what_fits_stays_as_it_is() -> None:
    for block in (TABLE, Text(["as long as it may be"]), Values([1, 2])):
        assert lines(*fitted([block], 80, 6)) == lines(block)


def test_prose_is_wrapped_and_notes_with_it() -> None:
    found = drawn(TABLE, 40)
    assert max(map(len, found)) <= 40
    assert found[3:6] == [
        "larger λ  yes      a penalty on the",
        "                   weights holds the fit",
        "                   to noise down",
    ]
    assert drawn(TABLE, 28)[-2:] == ["λ is the strength of the", "penalty"]


def test_columns_left_over_follow_below_what_tells_the_rows_apart() -> None:
    assert drawn(NUMBERS, 45) == [
        "mults",
        "stage    for                dense",
        "-------  -----  -----------------",
        "one      line   1,000,000,000,000",
        "one      pair                   2",
        "",
        "stage    for            zero_skip",
        "-------  -----  -----------------",
        "one      line                   3",
        "one      pair   1,000,000,000,000",
        "at last",
    ]


def test_a_key_that_leaves_no_room_is_cut_to_its_first_column() -> None:
    found = drawn(NUMBERS, 20)
    assert [line.split() for line in found if line.startswith("stage")] == [
        ["stage", "for"], ["stage", "dense"], ["stage", "zero_skip"],
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.text("ab ", max_size=60), st.text("xyz", max_size=9)), min_size=1),
    st.integers(20, 90),
)
def test_nothing_is_lost_and_nothing_is_too_wide(rows: list[tuple[str, str]], width: int) -> None:
    table = Table(["number", "what", "which"], [[n, *row] for n, row in enumerate(rows)])
    parts = [part for part in fitted([table], width, 6) if isinstance(part, Table)]
    columns = {
        header: ["".join(str(cell).split()) for cell in cells]
        for part in parts
        for header, cells in zip(part.headers, zip(*part.rows, strict=True), strict=True)
    }
    assert columns == {
        "number": [str(n) for n in range(len(rows))],
        "what": ["".join(row[0].split()) for row in rows],
        "which": [row[1] for row in rows],
    }
    for part in parts:
        assert max(map(len, lines(part))) <= max(width, len("number") + 4 + 16)


@pytest.mark.parametrize("width", [1, 5])
def test_no_width_is_too_narrow(width: int) -> None:
    assert drawn(TABLE, width)


def test_columns_stand_upright_beside_signs_of_two_columns_and_of_none() -> None:
    rows = [["宽度", 1], ["abc", 22], ["q\u0302", 3]]
    assert lines(Table(["name", "n"], rows))[2:5] == [
        "宽度      1", "abc      22", "q\u0302         3"]
    assert len(fitted([Table(["name", "why", "n"], [["层" * 20, "a", 1]])], 40, 6)) == 2

"""Reading a return that LibreOffice wrote."""

import io
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from etl.extract.returns import ReturnTable, read_return_bytes
from etl.extract.sheet import NOT_CALCULATED, cell_text
from schema.errors import FileRefusedError
from tests.etl.open_document import cell, ods_bytes, plain, row, sheet
from tests.etl.test_returns import CSV, HEADER, ROW, one_sheet, read_text


def read(content: bytes, name: str = "return.ods") -> ReturnTable:
    return read_return_bytes(name, content)


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(content)
    return str(refused.value)


def one_value(written: str) -> str:
    """How a value is read."""
    cells = [row(map_cells(HEADER)), row([*map_cells(ROW[:3]), written])]
    return str(read(ods_bytes(sheet("Sheet1", cells))).cells.loc[2, "value"])


def map_cells(values: list[str]) -> list[str]:
    return [cell(value) for value in values]


def test_a_spreadsheet_gives_the_same_as_its_csv(tmp_path: Path) -> None:
    table = read(ods_bytes(plain("Q2", HEADER, [*ROW[:3], 1012, None, None, date(2025, 10, 14)])))
    assert table.cells.equals(read_text(tmp_path, CSV).cells)
    assert (table.sheet, table.remarks, table.hidden) == ("Q2", (), ())
    assert table.letters["value"] == "D"


@pytest.mark.parametrize("name", ["return.xlsx", "return.csv"])
def test_a_wrong_name_is_said(name: str) -> None:
    table = read(ods_bytes(plain("Q2", HEADER, ROW)), name)
    assert table.remarks == (f"The file is named {name[6:]}, and is an OpenDocument spreadsheet; it was read as one.",)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (cell(7.0), "7"), (cell(0.1 + 0.2), "0.3"), (cell(-3), "-3"), (cell(True), "TRUE"), (cell("007"), "007"),
        (cell(0.21, percent=True), "21%"), (cell(0.215, percent=True), "21.5%"),
        (cell(date(2025, 1, 2)), "2025-01-02"),
        (cell("#N/A"), "#N/A"), (cell("#DIV/0!", formula="of:=1/0"), "#DIV/0!"),
        (cell(formula="of:=1"), NOT_CALCULATED),
        ('<table:table-cell office:value-type="currency" office:value="5"><text:p>£5.00</text:p>'
         "</table:table-cell>", "5"),
        ('<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>Err:502</text:p>'
         "</table:table-cell>", "#ERROR"),
        ('<table:table-cell office:value-type="date" office:date-value="2025-01-02T10:30:00"><text:p>x</text:p>'
         "</table:table-cell>", "2025-01-02 10:30:00"),
        ('<table:table-cell office:value-type="date" office:date-value="2025-01-02T00:00:00"><text:p>x</text:p>'
         "</table:table-cell>", "2025-01-02"),
        ('<table:table-cell office:value-type="string"><office:annotation><text:p>a note</text:p></office:annotation>'
         '<text:p>a<text:s text:c="2"/>b<text:tab/>c</text:p><text:p><text:span>d</text:span></text:p>'
         "</table:table-cell>", "a  b\tc\nd"),
    ],
)  # fmt: skip
def test_a_cell_reads_as_a_person_would_type_it(written: str, text: str) -> None:
    assert one_value(written) == text


def test_repeated_rows_and_cells_are_there_as_often_as_they_say() -> None:
    rows = [row(map_cells(HEADER)), row([*map_cells(ROW[:3]), cell(5), cell(repeated=2), cell(ROW[6])], repeated=3)]
    table = read(ods_bytes(sheet("Q2", [row([cell(repeated=3)], repeated=4), *rows])))
    assert table.cells.index.tolist() == [6, 7, 8]
    assert (table.cells["value"] == "5").all()
    assert (table.cells["extract_date"] == ROW[6]).all()


def test_another_reader_sees_the_same_cells() -> None:
    values: list[list[object]] = [[*HEADER], [*ROW[:3], 12.5, None, "a note", ROW[6]], [None, "referrals", None, 4]]
    content = ods_bytes(plain("Q2", *values))
    other = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    ours = read(content).cells
    assert [[cell_text(value) for value in line] for line in other[1:]] == ours[HEADER].to_numpy().tolist()


def test_what_is_hidden_and_what_was_calculated_is_known() -> None:
    hidden_column = (
        '<table:table-column table:number-columns-repeated="5"/><table:table-column table:visibility="collapse"/>'
    )
    numbers = [*map_cells(ROW[:3]), cell(5, formula="of:=[.A1]+1"), cell(), cell("why"), cell(ROW[6])]
    rows = [row(map_cells(HEADER)), row(numbers), row(numbers, repeated=2, hidden=True), row(numbers)]
    table = read(
        ods_bytes(
            sheet("Return", [*rows, row([cell()], repeated=9, hidden=True)], columns=hidden_column),
            plain("Workings", ["a name"], hidden=True),
            plain("nothing", hidden=True),
        )
    )
    assert table.hidden == ("sheet ‘Workings’", "rows 3 to 4", "column F")
    assert table.formulas == {(number, "value"): "=[.A1]+1" for number in (2, 3, 4, 5)}
    assert len(table.cells) == 4


def test_an_empty_row_that_is_repeated_to_the_end_takes_no_room() -> None:
    assert len(read(ods_bytes(plain("Q2", HEADER, ROW))).cells) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ods_bytes(sheet("Q2", [row([cell("x", repeated=16_384)], repeated=1_048_576)])), "cell XFD1048576, far from"),
        (ods_bytes(sheet("Q2", [row([cell(repeated=10**9), cell("x")])])), "far from the table"),
        (ods_bytes(sheet("Q2", [row([cell("x", repeated=-5)])])), "damaged"),
        (ods_bytes(sheet("Q2", [row([cell("x")])]).replace('"Q2"', '"Q2" table:a="')), "damaged"),
        (ods_bytes(*[plain(f"s{n}", ["x"]) for n in range(201)]), "more than 200 sheets"),
        (ods_bytes("<table:table>" * 300), "more than 250 elements within one another"),
        (ods_bytes(plain("Q2", HEADER), head='<!DOCTYPE a [<!ENTITY b "c">]>'), "a document type with entities"),
        (ods_bytes(plain("Q2", HEADER), parts={"Basic/Standard/Module1.xml": "<a/>"}), "holds macros"),
        (ods_bytes('<table:table table:name="x"><table:table-source/></table:table>'), "takes cells from other files"),
        (ods_bytes(parts={"META-INF/manifest.xml": "<m:encryption-data/>"}), "protected by a password"),
        (ods_bytes(plain("Q2", HEADER, ROW))[:-80], "damaged, cut short"),
        (ods_bytes(), "no visible sheet with anything in it"),
    ],
)
def test_what_is_not_safe_to_read_is_refused_with_its_remedy(content: bytes, says: str) -> None:
    assert says in refusal(content)


def test_a_long_space_is_no_bomb() -> None:
    text = '<text:p>a<text:s text:c="999999999"/>b</text:p>'
    space = f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    assert one_value(space) == f"a{' ' * 1000}b"


def test_our_reading_of_both_kinds_agrees() -> None:
    values: list[object] = [*ROW[:3], 12.25, "", "x", date(2025, 10, 14)]
    assert read(ods_bytes(plain("Q2", HEADER, values))).cells.equals(read(one_sheet(HEADER, values), "r.xlsx").cells)

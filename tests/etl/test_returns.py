"""Reading a return file: what stood in it, where, and why a file is refused."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from etl.extract import archive, returns, sheets
from etl.extract.returns import COLUMNS, ReturnTable, read_return
from etl.extract.sheet import NOT_CALCULATED, column_letters
from schema.errors import FileRefusedError, WrongUseError

HEADER = ["period", "quantity", "category", "value", "symbol", "note", "extract_date"]
ROW = ["2025-26Q2", "referrals", "total", "1012", "", "", "2025-10-14"]
CSV = f"{','.join(HEADER)}\n{','.join(ROW)}\n"


def read_text(folder: Path, text: str | bytes, name: str = "return.csv") -> ReturnTable:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_return(path)


def workbook_bytes(fill: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def one_sheet(*rows: Sequence[object], title: str = "Sheet1") -> bytes:
    def fill(book: Workbook) -> None:
        book.active.title = title
        for row in rows:
            book.active.append(list(row))

    return workbook_bytes(fill)


def refusal(folder: Path, content: str | bytes, name: str = "return.csv") -> str:
    with pytest.raises(FileRefusedError) as refused:
        read_text(folder, content, name)
    return str(refused.value)


# ------------------------------------------------------------------------------------------------------ CSV


def test_a_csv_gives_its_cells_as_text_with_their_rows_and_columns(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV)
    assert table.cells.columns.tolist() == list(COLUMNS)
    assert table.cells.loc[2, "value"] == "1012"
    assert table.cells.loc[2, "basis"] == ""
    assert table.letters["value"] == "D"
    assert "basis" not in table.letters
    assert table.sheet == ""


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    plain = read_text(tmp_path, CSV)
    excel = read_text(tmp_path, b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode())
    assert excel.cells.equals(plain.cells)


def test_the_header_may_come_late_in_any_order_and_in_other_words_for_the_same_names(tmp_path: Path) -> None:
    table = read_text(
        tmp_path, '\n,,\nExtract date,Value,PERIOD,quantity,category,symbol,note\n14/10/2025,"1,012",a,b,c,,\n'
    )
    assert table.cells.index.tolist() == [4]
    assert dict(zip(COLUMNS, table.cells.iloc[0], strict=True)) == {
        "period": "a", "quantity": "b", "category": "c", "value": "1,012", "symbol": "", "note": "",
        "extract_date": "14/10/2025", "basis": "", "status": "", "area": "",
    }  # fmt: skip
    assert (table.letters["extract_date"], table.letters["period"]) == ("A", "C")


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """A quoted cell over two lines is one row; blank rows count and are left out."""
    first = '2025-26Q2,referrals,,1,,"two\nlines",2025-10-14'
    table = read_text(tmp_path, f"{','.join(HEADER)}\n{first}\n\n,,,,,,\n{','.join(ROW)}\n")
    assert table.cells.index.tolist() == [2, 5]
    assert table.cells.loc[2, "note"] == "two\nlines"


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV.replace("1012,,,", "1012,,=HYPERLINK(1),"))
    assert table.cells.loc[2, "note"] == "=HYPERLINK(1)"


def test_words_that_readers_of_tables_take_for_missing_stay_words(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV.replace("1012,,,", "n/a,NA,null,"))
    assert [table.cells.loc[2, column] for column in ("value", "symbol", "note")] == ["n/a", "NA", "null"]


def test_short_rows_are_padded_and_long_ones_are_remembered(tmp_path: Path) -> None:
    table = read_text(tmp_path, f"{CSV}2025-26Q2,referrals\n2025-26Q2,referrals,total,1,012,,,2025-10-14\n")
    assert table.cells.loc[3, "extract_date"] == ""
    assert table.overlong_rows == (4,)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (CSV.encode("utf-16-le"), "NUL bytes"),
        (CSV.encode() + b"\x00", "NUL bytes"),
        (CSV.replace("1012,,,", "1012,,\u0081,").encode("latin-1"), "line 2: the text is neither UTF-8 nor Windows"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"PK\x03\x04...", "is damaged, cut short"),
        (b"\xd0\xcf\x11\xe0...", "is an old Excel file"),
        (b"<html><table><tr><td>1", "is a web page"),
        (b"\x1f\x8b...", "compressed"),
        (f'{CSV}2025-26Q2,"referrals,total'.encode(), "never closed"),
        (",".join(HEADER).encode(), "a header and nothing below it"),
    ],
)
def test_what_is_no_csv_is_refused_with_its_remedy(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("period,quantity,category,value,symbol,note", "missing extract_date"),
        ("period,quantity,category,value,symbl,note,extract_date", "not known “symbl” (did you mean symbol?)"),
        (",".join([*HEADER, "value"]), "there twice value"),
        (",".join([*HEADER, "child_name"]), "not known “child_name”"),
        ("2025-26Q2,referrals,total,1012,,,2025-10-14", "missing period, quantity"),
    ],
)
def test_columns_that_are_not_a_return_s_are_all_named(tmp_path: Path, header: str, says: str) -> None:
    assert says in refusal(tmp_path, f"{header}\n{','.join(ROW)}\n")


def test_several_faults_of_the_header_come_in_one_message(tmp_path: Path) -> None:
    message = refusal(tmp_path, "period,period,valu\n1,2,3\n")
    assert "missing quantity" in message
    assert "there twice period" in message
    assert "did you mean value?" in message


def test_a_very_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "return.csv"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    monkeypatch.setattr(sheets, "read_delimited", lambda *_: pytest.fail("was read"))
    with pytest.raises(FileRefusedError, match=r"has 200 MB; .* at most 32 are read"):
        read_return(path)


def test_a_file_with_a_row_for_each_child_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "MAX_ROWS", 3)
    assert len(read_text(tmp_path, CSV + f"{','.join(ROW)}\n" * 2).cells) == 3
    assert "more than 3 rows" in refusal(tmp_path, CSV + f"{','.join(ROW)}\n" * 3)


@pytest.mark.parametrize(
    ("name", "remarks"),
    [
        ("return.xlsx", ("The file is named .xlsx, and is a table of text (CSV); it was read as one.",)),
        ("return", ("The file has no ending to its name, and is a table of text (CSV); it was read as one.",)),
        ("return.txt", ()),
    ],
)
def test_a_file_is_known_by_what_it_holds_and_not_by_its_name(
    tmp_path: Path, name: str, remarks: tuple[str, ...]
) -> None:
    table = read_text(tmp_path, CSV, name)
    assert table.cells.equals(read_text(tmp_path, CSV).cells)
    assert table.remarks == remarks


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (CSV.encode("utf-16"), "UTF-16"),
        (CSV.replace(",", ";").encode(), "separated by semicolons"),
        (CSV.replace(",", "\t").encode(), "separated by tabs"),
        (CSV.replace(",", "\t").encode("utf-16"), "separated by tabs"),
        ((f"sep=;\n{CSV}").replace(",", ";").encode(), "separated by semicolons"),
        (
            CSV.replace(",", '";"').replace("\n", '"\n"').removesuffix('"').join('""').removesuffix('"').encode(),
            "semicol",
        ),
    ],
)
def test_what_people_s_programs_write_in_place_of_a_plain_csv_is_read(
    tmp_path: Path, content: bytes, remark: str
) -> None:
    table = read_text(tmp_path, content)
    assert table.cells.equals(read_text(tmp_path, CSV).cells)
    assert remark in " ".join(table.remarks)


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV.replace("1012,,,", "1012,,late – “recording” £5,").encode("cp1252"))
    assert table.cells.loc[2, "note"] == "late – “recording” £5"
    assert table.remarks == (
        "The file is not UTF-8 and was read as Windows-1252: see that the text in line 2 is right.",
    )


def test_line_ends_of_every_kind_may_be_mixed(tmp_path: Path) -> None:
    rows = "\r".join([",".join(ROW)] * 3)
    table = read_text(tmp_path, f"{','.join(HEADER)}\r\n{rows}\n{','.join(ROW)}")
    assert table.cells.index.tolist() == [2, 3, 4, 5]
    assert (table.cells["extract_date"] == ROW[-1]).all()


def test_a_csv_that_ends_in_the_middle_of_a_row_is_refused(tmp_path: Path) -> None:
    """Half a number is a number."""
    content = f"{CSV}{','.join(ROW)}\n{','.join(ROW)}\n2025-26Q2,referrals,total,10"
    assert "row 5: the file ends in the middle of a row" in refusal(tmp_path, content)
    assert len(read_text(tmp_path, f"{content}\n").cells) == 4
    assert len(read_text(tmp_path, content.removesuffix("\n2025-26Q2,referrals,total,10")).cells) == 3
    late = f"{CSV.replace('1012', 'é')}{','.join(ROW)}é".encode()
    assert "ends within a character" in refusal(tmp_path, late[:-1])


def test_a_file_that_is_not_there_is_a_wrong_use(tmp_path: Path) -> None:
    for path in (tmp_path / "return.csv", tmp_path):
        with pytest.raises(WrongUseError, match="There is no file"):
            read_return(path)


def test_titles_above_the_table_are_passed_over(tmp_path: Path) -> None:
    titled = f"Police return; July to September; 2025; draft\n\nPeriod,2025-26Q2,,,,,\n{CSV}"
    table = read_text(tmp_path, titled)
    assert table.cells.index.tolist() == [5]
    assert table.cells.reset_index(drop=True).equals(read_text(tmp_path, CSV).cells.reset_index(drop=True))


def test_the_header_is_looked_for_in_the_first_thirty_rows(tmp_path: Path) -> None:
    assert read_text(tmp_path, "title\n" * 29 + CSV).cells.index.tolist() == [31]
    assert "missing period" in refusal(tmp_path, "title\n" * 30 + CSV)


def test_a_row_of_figures_above_the_header_is_not_lost(tmp_path: Path) -> None:
    assert "row 1: a row of the table stands above its header" in refusal(tmp_path, f"{','.join(ROW)}\n{CSV}")


def test_what_holds_for_every_row_may_stand_above_the_table_once(tmp_path: Path) -> None:
    header = [name for name in HEADER if name != "extract_date"]
    content = one_sheet(
        ["Return"],
        ["Extract date:", None, date(2025, 10, 14)],
        [None, "Status", "final"],
        ["Area", ""],
        header,
        ROW[:6],
    )
    table = read_text(tmp_path, content, "return.xlsx")
    assert {column: (fact.text, fact.cell) for column, fact in table.above.items()} == {
        "extract_date": ("2025-10-14", "C2"), "status": ("final", "C3"),
    }  # fmt: skip
    assert table.cells.loc[6, "extract_date"] == ""


def test_columns_that_a_template_adds_are_passed_over(tmp_path: Path) -> None:
    header, aids = "title,definition,last period,Last_value", "Referrals,All of them,2025-26Q1,900"
    heading = "Outcome 3,,,,,,,,,,"
    table = read_text(tmp_path, f"{header},{','.join(HEADER)}\n{aids},{','.join(ROW)}\n{heading}\n")
    assert table.cells.equals(read_text(tmp_path, CSV).cells)
    assert table.overlong_rows == ()


@pytest.mark.parametrize("last", ["Total,,,1012", ",TOTAL:,,1012", ",,Grand total,1012", "2025-26Q2,Sum,,5\n,Total,,9"])
def test_a_sum_at_the_end_is_no_row_of_the_return(tmp_path: Path, last: str) -> None:
    table = read_text(tmp_path, f"{CSV}{last}\n")
    assert table.cells.index.tolist() == [2]
    assert table.sum_rows == tuple(range(3, 4 + last.count("\n")))


@pytest.mark.parametrize(
    "last", ["2025-26Q2,total-crimes,total,5", "2025-26Q2,,total,5", "2025-26Q2,referrals,Total,5"]
)
def test_a_row_about_a_quantity_is_never_taken_for_a_sum(tmp_path: Path, last: str) -> None:
    table = read_text(tmp_path, f"{CSV}{last}\n")
    assert table.cells.index.tolist() == [2, 3]
    assert table.sum_rows == ()


def test_spaces_that_only_look_like_one_make_no_difference(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV.replace("1012", " 1\u202f012\u00a0").replace("referrals", "\u200breferrals"))
    assert (table.cells.loc[2, "value"], table.cells.loc[2, "quantity"]) == ("1 012", "referrals")


def test_a_long_note_is_not_blamed_on_a_quotation_mark(tmp_path: Path) -> None:
    table = read_text(tmp_path, CSV.replace("1012,,,", f"1012,,{'x' * 200_000},"))
    assert len(str(table.cells.loc[2, "note"])) == 200_000
    assert "never closed" in refusal(tmp_path, f'{CSV}2025-26Q2,"{"x" * 200_000}')


# ------------------------------------------------------------------------------------------------- workbooks


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("0%", 0.21, "21%"), ("0.0%", 0.215, "21.5%"), ('0.0" of 100 %"', 0.21, "0.21"), ("0.00", 0.21, "0.21"),
        ("0%;[Red]-0%", 812, "81200%"), ("@", "21%", "21%"), ("yyyy-mm-dd", 45747, "2025-03-31"), ("0", 45747, "45747"),
    ],
)  # fmt: skip
def test_a_number_that_is_shown_as_a_percentage_is_one(tmp_path: Path, form: str, value: object, text: str) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active.append(["2025-26Q2", "referrals", "", value])
        book.active["D2"].number_format = form

    assert read_text(tmp_path, workbook_bytes(fill), "return.xlsx").cells.loc[2, "value"] == text


def test_merged_titles_and_blank_columns_do_no_harm(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet["B1"] = "Children's social care, quarter 2"
        sheet.merge_cells("B1:I1")
        for place, (name, text) in enumerate(zip(HEADER, ROW, strict=True)):
            sheet.cell(3, 2 * place + 2, f" {name.upper()} ")
            sheet.cell(5, 2 * place + 2, text)

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.cells.index.tolist() == [5]
    assert table.cells.iloc[0].tolist()[:7] == ROW
    assert table.overlong_rows == ()
    assert table.letters["value"] == "H"


def test_a_workbook_gives_the_same_as_its_csv(tmp_path: Path) -> None:
    row: list[object] = [*ROW]
    row[3], row[6] = 1012, date(2025, 10, 14)
    table = read_text(tmp_path, one_sheet(HEADER, row), "return.XLSX")
    assert table.cells.equals(read_text(tmp_path, CSV).cells)
    assert table.sheet == "Sheet1"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (7.0, "7"), (0.1 + 0.2, "0.3"), (12.5, "12.5"), (-3, "-3"), (1e15, "1000000000000000"), (True, "TRUE"),
        ("007", "007"), (date(2025, 1, 2), "2025-01-02"), (" x\u00a0", "x"), (None, ""),
    ],
)  # fmt: skip
def test_a_cell_reads_as_a_person_would_type_it(tmp_path: Path, cell: object, text: str) -> None:
    table = read_text(tmp_path, one_sheet(HEADER, ["2025-26Q2", "referrals", "", cell]), "return.xlsx")
    assert table.cells.loc[2, "value"] == text


def test_rows_above_and_beside_the_table_do_not_shift_the_numbering(tmp_path: Path) -> None:
    content = one_sheet([], [], [None, *HEADER], [], [None, *ROW])
    table = read_text(tmp_path, content, "return.xlsx")
    assert table.cells.index.tolist() == [5]
    assert table.letters["period"] == "B"
    assert table.overlong_rows == ()


def test_an_error_cell_is_kept_as_its_error(tmp_path: Path) -> None:
    """The reader gives '' for these, which would be a silent gap."""

    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active.append(ROW)
        for cell, error in (("D2", "#N/A"), ("A3", "#REF!"), ("I5", "#DIV/0!")):
            book.active[cell] = error
            book.active[cell].data_type = "e"

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.cells.loc[2, "value"] == "#N/A"
    assert table.cells.loc[3, "period"] == "#REF!"
    assert table.overlong_rows == (5,)


def test_a_formula_without_its_result_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    table = read_text(tmp_path, one_sheet(HEADER, ["2025-26Q2", "referrals", "", "=500+512"]), "return.xlsx")
    assert table.cells.loc[2, "value"] == NOT_CALCULATED


def test_the_sheet_named_return_is_read(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active.append(ROW)
        named = book.create_sheet("return ")
        named.append(HEADER)
        named.append([*ROW[:3], 7])

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.cells.loc[2, "value"] == "7"
    assert table.remarks == ("Sheet “Sheet” looks like a return as well, and was not read.",)


def test_hidden_and_empty_sheets_are_passed_over(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active.append(ROW)
        hidden = book.create_sheet("Return")
        hidden.append(HEADER)
        hidden.append([*ROW[:3], 7])
        hidden.sheet_state = "hidden"
        book.create_sheet("empty")

    assert read_text(tmp_path, workbook_bytes(fill), "return.xlsx").cells.loc[2, "value"] == "1012"


def test_what_a_workbook_hides_is_named(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.title = "Return"
        for row in (HEADER, *[ROW] * 8):
            sheet.append(row)
        for number in (3, 5, 6, 7, 40):
            sheet.row_dimensions[number].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.column_dimensions["P"].hidden = True
        for title, state in (("Workings", "hidden"), ("Names", "veryHidden")):
            book.create_sheet(title).append(["something"])
            book[title].sheet_state = state
        book.create_sheet("nothing").sheet_state = "hidden"

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.hidden == ("sheet ‘Workings’", "sheet ‘Names’", "row 3", "rows 5 to 7", "column D")
    assert read_text(tmp_path, one_sheet(HEADER, ROW), "return.xlsx").hidden == ()


def test_the_hidden_lists_of_our_own_template_are_no_secret_and_a_name_among_them_is(tmp_path: Path) -> None:
    for last, hidden in (("2025-26Q1", ()), ("Jo Smith", ("sheet ‘Lists’",))):

        def fill(book: Workbook, last: str = last) -> None:
            book.active.append(HEADER)
            book.active.append(ROW)
            for row in (["c", "provisional"], ["nil", "section-47-enquiries"], [None, last]):
                (book["Lists"] if "Lists" in book else book.create_sheet("Lists")).append(row)
            book["Lists"].sheet_state = "hidden"

        assert read_text(tmp_path, workbook_bytes(fill), "return.xlsx").hidden == hidden


def test_cells_that_were_calculated_are_known_by_row_and_column(tmp_path: Path) -> None:
    formulas = {"D2": "=500+512", "D3": "=SUM('Workings'!A1:A9)&\"<x>\"", "H2": "=1", "A5": "=2"}

    def fill(book: Workbook) -> None:
        for row in (HEADER, ROW, ROW):
            book.active.append(row)
        for cell, formula in formulas.items():
            book.active[cell] = formula

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.formulas == {
        (2, "value"): formulas["D2"], (3, "value"): formulas["D3"], (5, "period"): formulas["A5"],
    }  # fmt: skip


def test_values_begin_where_the_sheet_has_them_even_beside_errors_and_percentages(tmp_path: Path) -> None:
    """What is written in place of the reader's values stands where the file has it, and nowhere else."""

    def fill(book: Workbook) -> None:
        sheet = book.active
        for number, row in ((4, HEADER), (6, ROW), (7, ROW)):
            for at, text in enumerate(row):
                sheet.cell(number, at + 3, text)
        sheet["F6"], sheet["F7"] = 0.5, "#DIV/0!"
        sheet["F6"].number_format, sheet["F7"].data_type = "0%", "e"

    table = read_text(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert table.cells["value"].to_dict() == {6: "50%", 7: "#DIV/0!"}
    assert table.cells.loc[6, "extract_date"] == ROW[-1]
    assert table.letters["value"] == "F"


def test_beside_notes_the_only_sheet_with_the_header_is_read(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["How to fill this in"])
        table = book.create_sheet("Q2")
        table.append(HEADER)
        table.append(ROW)

    assert read_text(tmp_path, workbook_bytes(fill), "return.xlsx").sheet == "Q2"


def test_two_sheets_that_could_be_meant_are_named(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.title = "Q1"
        for sheet in (book.active, book.create_sheet("Q2")):
            sheet.append(HEADER)
            sheet.append(ROW)

    message = refusal(tmp_path, workbook_bytes(fill), "return.xlsx")
    assert "several sheets look like a return (there are “Q1”, “Q2”)" in message


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    assert "no visible sheet with anything in it" in refusal(tmp_path, one_sheet(), "return.xlsx")


def test_a_cell_far_away_is_refused_before_it_can_exhaust_the_machine(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active["XFD1048576"] = "stray"

    assert "cell XFD1048576, far from the table" in refusal(tmp_path, workbook_bytes(fill), "return.xlsx")


def test_formats_without_content_far_away_do_no_harm(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(HEADER)
        book.active.append(ROW)
        book.active["XFD1048576"].number_format = "0.0"

    assert len(read_text(tmp_path, workbook_bytes(fill), "return.xlsx").cells) == 1


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    bomb = rezipped(one_sheet(HEADER, ROW), lambda name, part: part + b" " * 6_000_000 if "sheet1" in name else part)
    assert len(bomb) < 50_000
    assert "unpacks from 0.0 to 6 MB" in refusal(tmp_path, bomb, "return.xlsx")


def test_a_workbook_that_unpacks_past_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2_000)
    assert "far more than a return holds" in refusal(tmp_path, one_sheet(HEADER, ROW), "return.xlsx")


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    document_type = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">]><worksheet'
    content = rezipped(
        one_sheet(HEADER, ROW),
        lambda name, part: part.replace(b"<worksheet", document_type, 1) if "sheet1" in name else part,
    )
    message = refusal(tmp_path, content, "return.xlsx")
    assert "not safe to open: it holds a document type with entities of its own" in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0 Workbook", "old Excel file"),
        (one_sheet(HEADER, ROW)[:-100], "damaged, cut short"),
        (b"PK\x03\x04", "damaged, cut short"),
    ],
)
def test_what_is_no_workbook_is_refused_with_its_remedy(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, content, "return.xlsx")


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("notes.txt", "nothing")
    assert "is an archive, and no workbook. Unpack it" in refusal(tmp_path, stream.getvalue(), "return.xlsx")


def test_a_damaged_workbook_is_refused_and_never_crashes(tmp_path: Path) -> None:
    """Bytes changed at random, in the archive and inside its parts: read or refused, nothing else."""
    chance = random.Random(7)
    good = one_sheet(HEADER, ROW, [*ROW[:3], 5, "", "late"])

    def damaged(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            position = chance.randrange(len(changed))
            if chance.random() < 0.5:
                changed[position] = chance.randrange(256)
            else:
                del changed[position : position + chance.randrange(1, 30)]
        return bytes(changed)

    refused = 0
    for attempt in range(400):
        part = chance.choice(["sheet1.xml", "workbook.xml", "workbook.xml.rels", "styles.xml"])

        def change(name: str, content: bytes, part: str = part) -> bytes:
            return damaged(content) if name.endswith(f"/{part}") else content

        content = damaged(good) if attempt % 2 else rezipped(good, change)
        try:
            read_text(tmp_path, content, "return.xlsx")
        except FileRefusedError:
            refused += 1
    assert 100 < refused < 400


def test_columns_have_a_spreadsheet_s_letters() -> None:
    assert [column_letters(number) for number in range(1, 800)] == [get_column_letter(n) for n in range(1, 800)]

"""The copy of a return in which its faults are marked."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from etl.extract.returns import read_return_bytes
from etl.templates import marked
from etl.templates.marked import FINDINGS, findings_csv, marked_copy
from schema.findings import Finding, Severity
from tests.etl.open_document import ods_bytes, plain
from tests.etl.test_returns import CSV, HEADER, ROW, one_sheet, workbook_bytes

HOSTILE = "=cmd|'/C calc'!A0"


def finding(row: int | None = None, column: str = "", cell: str = "", **more: object) -> Finding:
    said = {"rule": "a-rule", "severity": Severity.ERROR, "message": "It is wrong.", "remedy": "Mend it.", **more}
    return Finding.model_validate({**said, "row": row, "column": column, "cell": cell})


FOUND = (
    finding(2, "value", "D2"),
    finding(2, "value", "D2", severity=Severity.WARNING, message="Odd, too."),
    finding(2, "symbol", "E2", severity=Severity.WARNING),
    finding(3),
    finding(None, "period", message=HOSTILE),
)


def test_faulty_cells_are_coloured_and_say_what_is_wrong() -> None:
    book = load_workbook(io.BytesIO(marked_copy(f"{CSV}{','.join(ROW)}\n".encode(), "return.csv", FOUND)))
    assert book.sheetnames == [FINDINGS, "Return"]
    sheet = book["Return"]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert (sheet["D2"].value, sheet["D2"].data_type) == (1012, "n")
    assert sheet["D2"].fill.start_color.rgb == "FFF4B6B0"
    assert sheet["D2"].comment.text == "Error: It is wrong. Mend it.\n\nWarning: Odd, too. Mend it."
    assert sheet["E2"].fill.start_color.rgb == "FFFCE8A6"
    assert sheet["A3"].comment is not None
    assert [cell.coordinate for line in sheet for cell in line if cell.comment] == ["D2", "E2", "A3"]


def test_every_finding_is_listed_and_links_to_its_cell() -> None:
    sheet = load_workbook(io.BytesIO(marked_copy(CSV.encode(), "return.csv", FOUND)))[FINDINGS]
    assert sheet["A1"].value == "Found: 3 errors, 2 warnings"
    listed = [[cell.value for cell in line[:4]] for line in sheet.iter_rows(min_row=5)]
    assert [line[1] for line in listed] == [
        "Return, D2", "Return, D2", "Return, E2", "Return, row 3", "the whole file, column period",
    ]  # fmt: skip
    assert sheet["B5"].hyperlink.location == "'Return'!D2"
    assert sheet["B9"].hyperlink is None
    assert (sheet["C9"].value, sheet["C9"].data_type) == (HOSTILE, "s")


def test_a_copy_can_be_mended_and_sent_back_as_it_is() -> None:
    row: list[object] = [*ROW[:3], 12.5, "", f"{HOSTILE}", date(2025, 10, 14)]
    odd: list[object] = ["007", "1e5", "21%", "-3", "1,012", "+1+1", "1.50"]
    contents = {
        "return.csv": f"{CSV}{','.join(map(str, odd))}\n".encode(),
        "return.xlsx": one_sheet(HEADER, row, odd, title="Q2"),
        "return.ods": ods_bytes(plain("Findings", HEADER, row, odd)),
    }
    for name, content in contents.items():
        before = read_return_bytes(name, content)
        after = read_return_bytes("copy.xlsx", marked_copy(content, name, FOUND))
        assert after.cells.equals(before.cells), name
        assert (after.formulas, after.hidden, after.remarks) == ({}, (), ())


def test_all_visible_sheets_are_there_and_the_return_comes_first() -> None:
    def fill(book: Any) -> None:
        book.active.title = "findings"
        book.active.append(["How to fill this in", HOSTILE])
        for title, hidden in (("Q2", False), ("Workings", True)):
            sheet = book.create_sheet(title)
            sheet.append(HEADER)
            sheet.append(ROW)
            sheet.sheet_state = "hidden" if hidden else "visible"

    content = workbook_bytes(fill)
    book = load_workbook(io.BytesIO(marked_copy(content, "return.xlsx", [finding(2, "value", "D2", sheet="Q2")])))
    assert book.sheetnames == [FINDINGS, "Q2", "findings (2)"]
    assert book["Q2"]["D2"].comment is not None


def test_so_many_faults_that_notes_would_do_harm_are_coloured_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "MOST_NOTES", 2)
    monkeypatch.setattr(marked, "_MOST_LINKS", 6)
    found = [finding(number, "value", f"D{number}") for number in range(2, 7)]
    book = load_workbook(io.BytesIO(marked_copy(CSV.encode(), "return.csv", found)))
    assert book[FINDINGS]["A3"].value == "The first 2 of 5 coloured cells have a note."
    assert [book["Return"][f"D{number}"].comment is not None for number in range(2, 7)] == [True] * 2 + [False] * 3
    assert all(book["Return"][f"D{number}"].fill.start_color.rgb == "FFF4B6B0" for number in range(2, 7))


def test_findings_as_csv_hold_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv([*FOUND, finding(4, value="-3")]))))
    assert rows[4]["message"] == f"'{HOSTILE}"
    assert (rows[0]["cell"], rows[4]["row"], rows[5]["value"]) == ("D2", "", "-3")

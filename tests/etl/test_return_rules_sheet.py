"""The rules about what a sheet hides, names of people, nil, required breakdowns and small numbers, each by its name."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from etl.extract.returns import read_return
from etl.validate.check import CheckedReturn, check_return
from etl.validate.child_records import looks_like_a_name, looks_like_a_record
from schema.errors import FileRefusedError
from schema.findings import Severity
from tests.conftest import ROOT
from tests.etl.open_document import ods_bytes, plain
from tests.etl.test_return_rules import CATALOGUE, COLUMNS, Q2, SPEC, TODAY, Row, by_source, check, errors, row


def of(result: CheckedReturn, rule_id: str) -> list[tuple[str | int | None, str]]:
    """Cell (or row) and message of a rule's findings."""
    return [(found.cell or found.row, found.message) for found in result.findings if found.rule == rule_id]


def workbook(path: Path, *rows: Row) -> Workbook:
    """A workbook with one sheet, its header in row 1."""
    book = Workbook()
    book.active.title = "Return"
    book.active.append(list(COLUMNS))
    for cells in rows:
        book.active.append([cells.get(column) for column in COLUMNS])
    book.save(path)
    return book


def judged(path: Path) -> CheckedReturn:
    return check_return(read_return(path), SPEC, Q2, "stoke-on-trent", CATALOGUE, date(2025, 10, 20))


def test_formula(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Return")
        sheet.write_row(0, 0, COLUMNS)
        for place, quantity in enumerate(("referrals", "care-starts", "care-ends"), start=1):
            sheet.write_row(place, 0, [row(quantity).get(column, "") for column in COLUMNS])
        sheet.write_formula("E2", "=40+60", None, 100)
        sheet.write_formula("E4", "=50*2", None, 100)
    assert of(judged(path), "formula") == [("E2", "A formula fills this cell (1 more row is the same).")]


def test_hidden_content(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    book = workbook(path, row(), row("care-starts"), row("care-ends"))
    book.create_sheet("Workings").sheet_state = "hidden"
    book["Workings"]["A1"] = "by child"
    book["Return"].row_dimensions[3].hidden = True
    book.save(path)
    found = [message for _, message in of(judged(path), "hidden-content")]
    assert len(found) == 2
    assert any("Workings" in message for message in found)
    assert any("3" in message for message in found)
    plain = tmp_path / "plain.xlsx"
    workbook(plain, row())
    assert of(judged(plain), "hidden-content") == []


@pytest.mark.parametrize(
    "text",
    ["Olivia Testcase came back", "Testcase, Olivia", "the boy called Noah", "a child named Isla", "OLIVIA TESTCASE",
     "as Sarah O’Test told us", "Mohammed Test-Case"],
)  # fmt: skip
def test_child_name(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, row(note=text), row("care-starts"))
    assert errors(result) == [("child-name", "G2")]
    [found] = [f for f in result.findings if f.rule == "child-name"]
    assert text not in found.sentence()
    assert found.value == ""


def test_a_name_in_a_code_s_cell_is_found_and_never_repeated(tmp_path: Path) -> None:
    result = check(tmp_path, row(quantity="Olivia Testcase"))
    assert ("child-name", "B2") in errors(result)
    assert "Olivia" not in " ".join(f.sentence() + f.value for f in result.findings)


@pytest.mark.parametrize(
    "text",
    ["late recording", "Charlotte Street office moved", "St James Hospital sent fewer", "Victoria Ward", "Thomas House",
     "Children Services closed two teams in May", "Harry Potter Day", "Early Help and Family Hub", "Leon",
     "Daisy Nursery", "Lewis Primary School", "Grace Road", "New Jersey model", "Oliver House and Alice Centre"],
)  # fmt: skip
def test_places_and_services_are_no_names(text: str) -> None:
    assert looks_like_a_name(text) == (text == "Harry Potter Day")  # somebody's name, if not a child's


def test_nil_beside_figures(tmp_path: Path) -> None:
    rows = by_source("", police=3)
    rows[0]["symbol"] = "nil"
    result = check(tmp_path, *rows)
    assert errors(result) == [("nil-beside-figures", "F2")]
    assert of(result, "nil-beside-figures")[0][1] == "referrals is nil for 2025-26Q2, and a category of it is not."
    # None of any is a nil return as it should be.
    none = by_source("")
    none[0]["symbol"] = "nil"
    assert errors(check(tmp_path, *none)) == []


def test_required_breakdown_missing(tmp_path: Path) -> None:
    result = check(tmp_path, row("advocacy-offered-children", "30"))
    found = [message for _, message in of(result, "required-breakdown-missing")]
    assert found == [
        "advocacy-offered-children is not reported by advocacy-group in 2025-26Q2, and “Children offered an advocate” "
        "must come by advocacy-group."
    ]
    assert not [f for f in result.findings if f.rule == "category-not-reported" and "advocacy-offered" in f.message]


def test_small_number(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        *by_source("12", police=5, schools=1, housing=6),
        row("care-starts", "0"),
        row("case-holders-fte", "3.5"),
        row("care-ends", "2", period="2025-26Q1", note="late recording"),
    )
    [found] = [f for f in result.findings if f.rule == "small-number"]
    assert found.severity is Severity.NOTE
    assert found.message == "referrals has a count from 1 to 5 here (and 1 more row of it)."
    assert not result.blocked


def test_file_read_so(tmp_path: Path) -> None:
    path = tmp_path / "return.csv"
    path.write_text("period;quantity;category;value;symbol;note;extract_date\n2025-26Q2;referrals;;100;;;2025-10-14\n")
    checked = check_return(read_return(path), SPEC, Q2, "stoke-on-trent", CATALOGUE, TODAY)
    found = [finding for finding in checked.findings if finding.rule == "file-read-so"]
    assert [(one.severity, one.message) for one in found] == [
        (Severity.NOTE, "The cells are separated by semicolons, not by commas, and were read so.")
    ]


# ------------------------------------------------------------------------- a child's record outside the table's cells

RECORD = "Oliver Smith, NHS 943 476 5919, born 03/02/2012"


def elsewhere(path: Path) -> list[str]:
    """Where a record was found; that nothing of it is repeated is seen to here."""
    result = judged(path)
    said = " ".join(finding.sentence() + finding.value for finding in result.findings)
    assert "943" not in said
    assert "Oliver" not in said
    before = "This looks like part of a child’s record: in "
    return [message.removeprefix(before).rstrip(".") for _, message in of(result, "child-record")]


def _hidden_sheet(book: Workbook) -> None:
    book.create_sheet("Workings").sheet_state = "hidden"
    book["Workings"]["A1"] = RECORD


def _hidden_number(book: Workbook) -> None:
    book.create_sheet("Workings").sheet_state = "veryHidden"
    book["Workings"]["A1"] = 9434765919


def _other_sheet(book: Workbook) -> None:
    book.create_sheet("Notes")["B3"] = RECORD


def _sheet_name(book: Workbook) -> None:
    book.create_sheet("Oliver Smith 9434765919").sheet_state = "hidden"
    book["Oliver Smith 9434765919"]["A1"] = "x"


def _comment(book: Workbook) -> None:
    book["Return"]["A2"].comment = Comment(RECORD, "me")


def _property(book: Workbook) -> None:
    book.properties.description = RECORD


def _beside(book: Workbook) -> None:
    book["Return"]["M2"] = RECORD


def _footer(book: Workbook) -> None:
    book["Return"].oddFooter.left.text = RECORD


def _prompt(book: Workbook) -> None:
    asked = DataValidation(type="whole", promptTitle="About", prompt=RECORD, showInputMessage=True)
    asked.add("E2")
    book["Return"].add_data_validation(asked)


def _tooltip(book: Workbook) -> None:
    book["Return"]["A1"].hyperlink = Hyperlink(ref="A1", location="A2", tooltip=RECORD)


def _filter(book: Workbook) -> None:
    book["Return"].auto_filter.ref = "A1:G2"
    book["Return"].auto_filter.add_filter_column(1, ["943 476 5919"])


def _link(book: Workbook) -> None:
    book["Return"]["A1"].hyperlink = "mailto:somebody@example.org?subject=Oliver%20Smith%20943%20476%205919"


def _name(book: Workbook) -> None:
    book.defined_names["Oliver.Smith.943.476.5919"] = DefinedName("Oliver.Smith.943.476.5919", attr_text="Return!$A$1")


def _format(book: Workbook) -> None:
    book["Return"]["E2"].number_format = '0" of 943 476 5919"'


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_hidden_sheet, "a sheet that does not show"),
        (_hidden_number, "a sheet that does not show"),
        (_other_sheet, "cell B3 of sheet Notes"),
        (_sheet_name, "a sheet’s name"),
        (_comment, "a comment"),
        (_property, "the file’s properties (File, Info)"),
        (_beside, "cell M2 of sheet Return"),
        (_footer, "a header, footer, prompt or link of a sheet"),
        (_prompt, "a header, footer, prompt or link of a sheet"),
        (_tooltip, "a header, footer, prompt or link of a sheet"),
        (_filter, "a header, footer, prompt or link of a sheet"),
        (_link, "a link"),
        (_name, "the workbook’s list of names"),
        (_format, "the format of a cell"),
    ],
)
def test_a_record_is_found_wherever_a_workbook_holds_text(
    tmp_path: Path, change: Callable[[Workbook], None], where: str
) -> None:
    path = tmp_path / "return.xlsx"
    book = workbook(path, row())
    assert elsewhere(path) == []
    change(book)
    book.save(path)
    assert elsewhere(path) == [where]


@pytest.mark.parametrize(
    ("part", "xml", "where"),
    [
        ("xl/drawings/drawing9.xml", "<x><p><r><rPr><b/></rPr><t>943 476</t></r><r><t> 5919</t></r></p></x>",
         "a text box or drawing"),
        ("xl/drawings/vmlDrawing9.vml", "<xml><br>943 476 5919</xml>", "a text box or drawing"),
        ("customXml/item1.xml", f"<x>{RECORD}</x>", "data attached to the workbook"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", f'<x><s v="{RECORD}"/></x>', "the rows behind a pivot table"),
    ],
)  # fmt: skip
def test_a_record_is_found_in_the_other_parts_of_a_workbook(tmp_path: Path, part: str, xml: str, where: str) -> None:
    path = tmp_path / "return.xlsx"
    workbook(path, row())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, xml)
    assert elsewhere(path) == [where]


def test_no_finding_repeats_the_name_of_a_sheet_that_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    book = workbook(path, row(value="many"))
    book["Return"].title = "Oliver Smith 9434765919"
    book.save(path)
    found = judged(path).findings
    assert {finding.rule for finding in found} >= {"child-record", "value-not-a-number"}
    assert {finding.sheet for finding in found} == {""}


def test_a_record_in_the_table_itself_has_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    workbook(path, row(note=RECORD))
    assert [cell for cell, _ in of(judged(path), "child-record")] == ["G2"]


def test_a_record_is_found_in_an_open_document(tmp_path: Path) -> None:
    path = tmp_path / "return.ods"
    table = plain("Return", COLUMNS, [row().get(column, "") for column in COLUMNS])
    path.write_bytes(ods_bytes(table))
    assert elsewhere(path) == []
    path.write_bytes(ods_bytes(table, plain("Workings", [RECORD], hidden=True)))
    assert elsewhere(path) == ["a cell, comment or drawing that does not show"]
    path.write_bytes(ods_bytes(table, plain("Oliver Smith 9434765919", ["x"], hidden=True)))
    assert elsewhere(path) == ["a sheet’s name"]
    path.write_bytes(ods_bytes(table, parts={"meta.xml": f"<a><b>{RECORD}</b></a>"}))
    assert elsewhere(path) == ["the file’s properties (File, Properties)"]


def test_a_record_is_found_around_the_table_of_a_csv_and_in_its_name(tmp_path: Path) -> None:
    header = "period,quantity,category,value,symbol,note,extract_date,title"
    line = "2025-26Q2,referrals,,100,,,2025-10-14"
    path = tmp_path / "return.csv"
    for text, where in {
        f"NHS 943.476.5919\n{header}\n{line},\n": "cell A1",
        f"{header}\n{line},NHS 943 476 5919\n": "cell H2",
        f"{header}\n{line},\n,Total,,100,,NHS 943 476 5919,,\n": "cell F3",
    }.items():
        path.write_text(text)
        assert elsewhere(path) == [where]
    named = tmp_path / "Oliver_Smith_943_476_5919.csv"
    named.write_text(f"{header}\n{line},\n")
    with pytest.raises(
        FileRefusedError, match="The file’s name looks as if it held part of a child’s record"
    ) as refused:
        judged(named)
    assert "943" not in str(refused.value)
    path.write_text(f"{header},Oliver Smith 943 476 5919\n{line},,\n")
    with pytest.raises(FileRefusedError, match="one whose name looks like a child’s record") as refused:
        judged(path)
    assert "943" not in str(refused.value)


def test_no_sample_return_seems_to_hold_a_record_elsewhere() -> None:
    paths = sorted((ROOT / "sample_data/returns").glob("*.csv"))
    assert len(paths) > 70
    assert [path.name for path in paths if read_return(path).elsewhere] == []


@pytest.mark.parametrize(
    ("text", "record"),
    [("943.476.5919", True), ("943–476–5919", True), ("943 - 476 - 5919", True), ("94 34 76 59 19", True),
     ("94-34-76-59-19", True), ("943_476_5919", True), ("943 476 5918", False), ("94 34 76 59 18", False),
     ("943476.5919", False), ("0.9434765919", False), ("94343 476 5919", False)],
)  # fmt: skip
def test_an_nhs_number_is_known_however_it_is_set_apart(text: str, record: bool) -> None:
    assert looks_like_a_record(text) == record

"""The forms of returns: what they hold, that they open well, and that a filled-in one reads back without a finding."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.extract.returns import AIDS, COLUMNS, read_return
from etl.load.last_submitted import LastFigure
from etl.templates.form import CSV_COLUMNS, Template, make_template, template_csv
from etl.templates.guidance import SYMBOL_MEANINGS, guidance
from etl.templates.workbook import SHEET_COLUMNS, template_workbook
from etl.templates.write import write_template
from etl.validate.check import CheckedReturn, check_return
from etl.validate.context import SYMBOLS
from schema.catalogue import default_catalogue
from schema.errors import WrongUseError
from schema.periods import Basis, Period, parse_period, quarter, term
from schema.quantities import TOTAL
from schema.returns import ReturnItem, ReturnSpec

CATALOGUE = default_catalogue()
STOKE = CATALOGUE.areas.by_id["stoke-on-trent"]
SOCIAL_CARE = CATALOGUE.returns["childrens-social-care"]
TODAY = date(2026, 11, 1)
HEADER = 7
"""The row of the table's header in a workbook."""


def periods(spec: ReturnSpec) -> list[Period]:
    """A year of a return."""
    first = quarter(2025, 1) if spec.frequency == "quarterly" else term(2025, 1)
    return [spec.following(first, count) for count in range(4 if spec.frequency == "quarterly" else 3)]


EVERY_FORM = [
    pytest.param(spec, period, id=f"{spec.id} {period.code}")
    for spec in CATALOGUE.returns.values()
    for period in periods(spec)
]


def form(spec: ReturnSpec = SOCIAL_CARE, period: Period | None = None, **more: Any) -> Template:
    return make_template(
        spec, period or periods(spec)[1], CATALOGUE, area=STOKE, partnership="Stoke-on-Trent Partnership", **more
    )


def opened(template: Template) -> Workbook:
    return load_workbook(io.BytesIO(template_workbook(template)))


def table(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    """The rows under the header that are about a figure, with their cells by column."""
    for row in sheet.iter_rows(min_row=HEADER + 1):
        cells = dict(zip(SHEET_COLUMNS, row, strict=True))
        if cells["quantity"].value:
            yield cells


def check(path: Path, template: Template) -> CheckedReturn:
    return check_return(read_return(path), template.spec, template.period, STOKE.id, CATALOGUE, TODAY)


# ---------------------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize(("spec", "period"), EVERY_FORM)
def test_a_form_has_each_figure_that_is_asked_for_once(spec: ReturnSpec, period: Period) -> None:
    rows = make_template(spec, period, CATALOGUE).rows
    expected = {
        (item.quantity, key, basis)
        for item in spec.asked(period)
        for basis in item.bases
        for key in (
            TOTAL,
            *(CATALOGUE.breakdowns[n].key(c.id) for n in item.breakdowns for c in CATALOGUE.breakdowns[n].categories),
        )
    }
    assert {(row.quantity, row.category, row.basis) for row in rows} == expected
    assert len(rows) == len(expected)
    families = [row.family for row in rows]
    assert sum(a != b for a, b in pairwise(families)) == len(set(families)) - 1


def test_what_is_not_asked_for_this_time_is_not_in_the_form() -> None:
    items = (
        ReturnItem(quantity="referrals", bases=(Basis.QUARTER,)),
        ReturnItem(quantity="care-starts", bases=(Basis.YEAR,), when=("Q4",)),
    )
    spec = SOCIAL_CARE.model_copy(update={"items": items, "wholes": ()})
    assert form(spec, quarter(2025, 3)).quantities == ("referrals",)
    assert set(form(spec, quarter(2025, 4)).quantities) == {"referrals", "care-starts"}


def test_a_period_of_another_kind_is_refused() -> None:
    with pytest.raises(WrongUseError, match="is quarterly, and AY2025-26T1 is no quarter"):
        make_template(SOCIAL_CARE, term(2025, 1), CATALOGUE)


# ------------------------------------------------------------------------------------------------------ round trip


@pytest.mark.parametrize(("spec", "period"), EVERY_FORM)
def test_a_workbook_that_is_filled_in_reads_back_without_a_finding(
    tmp_path: Path, spec: ReturnSpec, period: Period
) -> None:
    template = form(spec, period)
    book = opened(template)
    sheet = book["Return"]
    sheet["B4"] = date(2026, 10, 20)
    for place, cells in enumerate(table(sheet)):
        # Noughts fit every rule of sums; some have a symbol instead.
        cells["symbol" if place % 7 == 3 else "value"].value = "x" if place % 7 == 3 else 0
    book.save(tmp_path / "filled.xlsx")
    checked = check(tmp_path / "filled.xlsx", template)
    assert checked.findings == ()
    assert len(checked.values) == len(template.rows)
    assert checked.extract_date == date(2026, 10, 20)
    assert checked.status == "provisional"


@pytest.mark.parametrize(("spec", "period"), EVERY_FORM)
def test_a_csv_that_is_filled_in_reads_back_without_a_finding(tmp_path: Path, spec: ReturnSpec, period: Period) -> None:
    template = form(spec, period)
    text = template_csv(template).decode("utf-8-sig")
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, CSV_COLUMNS)
        writer.writeheader()
        writer.writerows(
            row | {"value": "0", "extract_date": "20/10/2026"} for row in csv.DictReader(io.StringIO(text))
        )
    checked = check(tmp_path / "filled.csv", template)
    assert checked.findings == ()
    assert len(checked.values) == len(template.rows)


def test_earlier_periods_are_restated_in_the_rows_at_the_end(tmp_path: Path) -> None:
    template = form()
    book = opened(template)
    sheet = book["Return"]
    sheet["B4"], sheet["B5"] = date(2026, 10, 20), "final"
    rows = list(table(sheet))
    for cells in rows:
        cells["value"].value = 0
    first = rows[-1]["quantity"].row + 2
    for column, value in (
        ("period", "2025-26Q1"), ("quantity", "referrals"), ("category", "total"), ("basis", "quarter"), ("value", 996),
    ):  # fmt: skip
        cell = sheet.cell(first, SHEET_COLUMNS.index(column) + 1)
        assert not cell.protection.locked
        cell.value = value
    book.save(tmp_path / "filled.xlsx")
    checked = check(tmp_path / "filled.xlsx", template)
    assert checked.findings == ()
    assert (checked.restated_periods, checked.status) == (("2025-26Q1",), "final")


def test_a_form_that_nobody_filled_in_says_so(tmp_path: Path) -> None:
    template = form()
    for name, content in (("form.xlsx", template_workbook(template)), ("form.csv", template_csv(template))):
        (tmp_path / name).write_bytes(content)
        assert [finding.rule for finding in check(tmp_path / name, template).findings] == ["figures-absent"]


def test_another_area_s_form_is_noticed(tmp_path: Path) -> None:
    template = make_template(SOCIAL_CARE, quarter(2025, 2), CATALOGUE, area=CATALOGUE.areas.by_id["walsall"])
    book = opened(template)
    book["Return"]["B4"] = date(2026, 10, 20)
    for cells in table(book["Return"]):
        cells["value"].value = 0
    book.save(tmp_path / "filled.xlsx")
    [finding] = check(tmp_path / "filled.xlsx", template).findings
    assert (finding.rule, finding.cell) == ("area-differs", "B3")


# ------------------------------------------------------------------------------------------------------- the look


def test_only_what_is_filled_in_can_be_changed() -> None:
    book = opened(form())
    sheet = book["Return"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet["A1"].protection.locked
    assert sheet["B3"].protection.locked
    assert not sheet["B4"].protection.locked
    assert not sheet["B5"].protection.locked
    for cells in table(sheet):
        assert {name for name, cell in cells.items() if not cell.protection.locked} == {
            "value", "symbol", "note", "extract_date",
        }  # fmt: skip


def test_without_a_partnership_the_area_is_left_to_be_filled_in() -> None:
    sheet = opened(make_template(SOCIAL_CARE, quarter(2025, 2), CATALOGUE))["Return"]
    assert (sheet["A3"].value, sheet["B3"].value, sheet["B3"].protection.locked) == ("Area", None, False)


def test_values_and_symbols_are_offered_and_checked_as_they_are_typed() -> None:
    template = form()
    sheet = opened(template)["Return"]
    rules = {str(found.sqref).split(":")[0]: found for found in sheet.data_validations.dataValidation}
    for cells, row in zip(table(sheet), template.rows, strict=True):
        value = rules[cells["value"].coordinate]
        assert (value.type, value.operator, value.formula1) == (
            "whole" if row.whole_number else "decimal", "greaterThanOrEqual", "0",
        )  # fmt: skip
        assert rules[cells["symbol"].coordinate].type == "list"
    assert rules["B5"].type == "list"
    assert rules["B4"].type == "date"
    assert opened(template)["Lists"].sheet_state == "hidden"


def test_the_table_stays_in_sight_and_prints_on_pages_of_a_width() -> None:
    book = opened(form())
    sheet = book["Return"]
    assert book.sheetnames == ["Guidance", "Return", "Lists"]
    assert [cell.value for cell in sheet[HEADER]] == list(SHEET_COLUMNS)
    assert sheet.freeze_panes == "B8"
    assert sheet.print_title_rows == "$7:$7"
    assert sheet.page_setup.orientation == "landscape"
    # One page wide (which is what a sheet does unless it says otherwise), and as many long as it takes.
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert all(sheet.column_dimensions[cell.column_letter].width >= 9 for cell in sheet[HEADER])


def test_the_columns_of_both_forms_are_those_that_a_return_is_read_by() -> None:
    assert set(SHEET_COLUMNS) | {"area", "status"} == set(CSV_COLUMNS) == {*COLUMNS, *AIDS}


def test_the_guidance_says_who_until_when_and_what_each_symbol_means() -> None:
    text = "\n".join(
        str(cell.value) for row in opened(form())["Guidance"].iter_rows() for cell in row if cell.value is not None
    )
    assert SOCIAL_CARE.answers in text
    assert "21 October 2025" in text
    assert "Stoke-on-Trent Partnership" in text
    assert "--agency childrens-social-care --period 2025-26Q2" in text
    assert set(SYMBOL_MEANINGS) == set(SYMBOLS)
    assert all(meaning in text for meaning in SYMBOL_MEANINGS.values())


def test_the_last_figure_stands_beside_the_new_one() -> None:
    last = {
        ("referrals", "total", "quarter"): LastFigure("2025-26Q1", 997.0, ""),
        ("case-holders-fte", "total", "at-date"): LastFigure("2024-25Q4", 195.5, ""),
        ("care-starts", "total", "quarter"): LastFigure("2025-26Q1", None, "c"),
        ("care-ends", "total", "quarter"): LastFigure("2025-26Q1", 0.0, "nil"),
    }
    template = form(last=last)
    found = {
        (str(c["quantity"].value), c["last_value"].value, c["last_period"].value)
        for c in table(opened(template)["Return"])
        if c["last_period"].value
    }
    assert found == {
        ("referrals", 997, "2025-26Q1"), ("case-holders-fte", 195.5, "2024-25Q4"), ("care-starts", "c", "2025-26Q1"),
        ("care-ends", "nil", "2025-26Q1"),
    }  # fmt: skip
    rows = csv.DictReader(io.StringIO(template_csv(template).decode("utf-8-sig")))
    assert {(r["quantity"], r["last_value"]) for r in rows if r["last_value"]} == {
        ("referrals", "997"), ("case-holders-fte", "195.5"), ("care-starts", "c"), ("care-ends", "nil"),
    }  # fmt: skip


def test_the_same_form_has_the_same_bytes() -> None:
    assert template_workbook(form()) == template_workbook(form())


# -------------------------------------------------------------------------------------------------------- writing


def test_a_file_that_is_there_is_only_replaced_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_template(path, form())
    path.write_bytes(b"filled in")
    with pytest.raises(WrongUseError, match=r"is there already\. Give another name, or replace it with --force\."):
        write_template(path, form())
    assert path.read_bytes() == b"filled in"
    write_template(path, form(), replace=True)
    assert path.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("name", "says"),
    [("form.ods", "neither"), ("form", "neither"), ("none/form.csv", "no folder"), ("d.csv", "already")],
)
def test_a_place_where_no_form_can_be_written_is_refused(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(WrongUseError, match=says):
        write_template(tmp_path / name, form(), replace=True)


def test_guidance_fits_a_termly_return() -> None:
    item = ReturnItem(quantity="referrals", bases=(Basis.TERM, Basis.ACADEMIC_YEAR))
    spec = SOCIAL_CARE.model_copy(update={"frequency": "termly", "items": (item,), "wholes": ()})
    lines = [line for _, lines in guidance(form(spec, parse_period("AY2025-26T2"))) for line in lines]
    said = dict(lines)
    assert said["Period"] == "spring term 2025/26 (AY2025-26T2), from 1 January 2026 to 30 April 2026"
    assert "term: the figure from 1 January 2026 to 30 April 2026" in said["basis"]
    assert "academic-year: the figure from 1 September 2025 to 30 April 2026" in said["basis"]
    assert "an earlier term" in said["6. Earlier periods"]

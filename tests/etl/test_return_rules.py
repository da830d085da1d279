"""Each rule, by a test that carries its name, on files as people send them."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from etl.extract.returns import read_return
from etl.validate.check import VALUE_COLUMNS, CheckedReturn, check_return, return_rules
from etl.validate.child_records import looks_like_a_record
from etl.validate.codes import MOST_SUGGESTIONS
from etl.validate.context import SYMBOLS, ReturnContext, context, read_date
from etl.validate.history import History
from etl.validate.rules import Fault, Stage, rule
from schema.catalogue import default_catalogue
from schema.errors import WrongUseError
from schema.findings import Finding, Severity
from schema.periods import Basis, parse_period, quarter, term
from schema.returns import ReturnItem, ReturnSpec, Whole

COLUMNS = ("period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date", "status", "area")
"""A to J."""

Q2 = quarter(2025, 2)
TODAY = date(2025, 10, 20)
CATALOGUE = default_catalogue()
SPEC = CATALOGUE.returns["childrens-social-care"]
SOURCES = [category.id for category in CATALOGUE.breakdowns["source"].categories]

# What NHS England publishes as a number for examples: it passes the check and belongs to nobody.
EXAMPLE_NHS_NUMBER = "943 476 5919"

Row = dict[str, str]
Checker = Callable[..., CheckedReturn]


def row(quantity: str = "referrals", value: str = "100", **cells: str) -> Row:
    """A row without a fault, but for the cells that are given."""
    return {"period": "2025-26Q2", "extract_date": "2025-10-14", "quantity": quantity, "value": value, **cells}


def check(
    folder: Path, *rows: Row, spec: ReturnSpec = SPEC, today: date = TODAY, history: History | None = None
) -> CheckedReturn:
    """Write the rows to a CSV file (the first is row 2), read it, and check it as the return for 2025-26Q2."""
    path = folder / "return.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return check_return(read_return(path), spec, Q2, "stoke-on-trent", CATALOGUE, today, history)


def errors(result: CheckedReturn) -> list[tuple[str, str | int | None]]:
    """Rule and place of every error."""
    return [(f.rule, f.cell or f.row) for f in result.findings if f.severity is Severity.ERROR]


def warnings(result: CheckedReturn, rule_id: str) -> list[Finding]:
    return [f for f in result.findings if f.severity is Severity.WARNING and f.rule == rule_id]


def first(result: CheckedReturn) -> Finding:
    return next(f for f in result.findings if f.severity is Severity.ERROR)


def by_source(total: str, **counts: int) -> list[Row]:
    """Referrals with every source: 0, but for those that are given."""
    categories = [row(value=str(counts.get(s.replace("-", "_"), 0)), category=f"source:{s}") for s in SOURCES]
    return [row(value=total), *categories]


# ------------------------------------------------------------------------------------------------- the register


def test_every_rule_has_a_test_with_its_name() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_return_rules*.py"))
    tests = set(re.findall(r"^def (test_\w+)", written, flags=re.MULTILINE))
    assert [rule.id for rule in return_rules() if f"test_{rule.id.replace('-', '_')}" not in tests] == []


def test_every_rule_says_what_it_finds_and_how_to_mend_it() -> None:
    assert len(return_rules()) >= 34
    for found in return_rules():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", found.id)
        assert found.summary.endswith(".")
        assert found.remedy.endswith((".", ")."))


def _nothing(ctx: ReturnContext) -> Iterator[Fault]:
    """Finds nothing."""
    yield from ()


@pytest.mark.parametrize(
    ("rule_id", "name", "docstring", "says"),
    [
        ("value-negative", "value_negative", "Again.", "already a rule"),
        ("made-up", "another_name", "Something.", "carries its id"),
        ("made-up", "made_up", "", "no docstring"),
    ],
)
def test_the_register_refuses(rule_id: str, name: str, docstring: str, says: str) -> None:
    def checks(ctx: ReturnContext) -> Iterator[Fault]:
        yield from _nothing(ctx)

    checks.__name__, checks.__doc__ = name, docstring
    before = return_rules()
    with pytest.raises(ValueError, match=says):
        rule(rule_id, Severity.ERROR, "Mend it.")(checks)
    assert return_rules() == before


# --------------------------------------------------------------------------------------------- what a return says


def test_a_return_without_a_fault_gives_its_values(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(value="1,012", note="=late", status="Provisional"),
        row("care-starts", "46"),
        row("care-starts", "170", basis="Rolling year"),
        row("children-in-care", "", symbol="X", note="not extracted"),
        row("protection-plans", "0", category="Total"),
        row("protection-plans", "", category="latest-category-of-abuse:multiple", symbol="nil"),
        row("case-holders-fte", "195.3"),
        row(value="996", period="2025/26 q1", note="late recording"),
        row(value="990", period="2024-25Q4", note="late recording"),
    )
    assert errors(result) == []
    assert not result.blocked
    assert tuple(result.values.columns) == VALUE_COLUMNS
    assert result.values["value"].dtype == "float64"
    assert result.values.drop(columns=["area", "note"]).fillna(-1).to_numpy().tolist() == [
        ["2025-26Q2", "quarter", "referrals", "total", 1012, "", "value", 2],
        ["2025-26Q2", "quarter", "care-starts", "total", 46, "", "value", 3],
        ["2025-26Q2", "rolling-year", "care-starts", "total", 170, "", "value", 4],
        ["2025-26Q2", "at-date", "children-in-care", "total", -1, "x", "unavailable", 5],
        ["2025-26Q2", "at-date", "protection-plans", "total", 0, "", "zero", 6],
        ["2025-26Q2", "at-date", "protection-plans", "latest-category-of-abuse:multiple", 0, "nil", "nil", 7],
        ["2025-26Q2", "at-date", "case-holders-fte", "total", 195.3, "", "value", 8],
        ["2025-26Q1", "quarter", "referrals", "total", 996, "", "value", 9],
        ["2024-25Q4", "quarter", "referrals", "total", 990, "", "value", 10],
    ]
    assert set(result.values["area"]) == {"stoke-on-trent"}
    assert result.values["note"].iloc[0] == "=late"
    assert result.extract_date == date(2025, 10, 14)
    assert result.status == "provisional"
    assert result.restated_periods == ("2024-25Q4", "2025-26Q1")


@pytest.mark.parametrize(
    ("symbol", "state"),
    [
        ("c", "suppressed"), ("z", "not-applicable"), ("x", "unavailable"), ("low", "rounds-to-zero"),
        ("k", "rounds-to-zero"), ("u", "unreliable"), ("nil", "nil"),
    ],
)  # fmt: skip
def test_each_symbol_has_its_state(tmp_path: Path, symbol: str, state: str) -> None:
    result = check(tmp_path, row(value="", symbol=symbol))
    assert result.values["state"].tolist() == [state]
    assert result.values["value"].isna().tolist() == [symbol != "nil"]


def test_a_final_return_says_so_on_every_row(tmp_path: Path) -> None:
    assert check(tmp_path, row(status="final"), row("care-starts", status="final")).status == "final"


def test_only_rows_without_an_error_give_values(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="five"), row("care-starts", "46"), row("repeat-referrals", "-1"))
    assert result.values["quantity"].tolist() == ["care-starts"]
    assert result.blocked


def test_a_return_of_which_nothing_is_sound_gives_an_empty_frame_of_the_same_shape(tmp_path: Path) -> None:
    sound, unsound = check(tmp_path, row()).values, check(tmp_path, row(value="?")).values
    assert len(unsound) == 0
    assert unsound.dtypes.to_dict() == sound.dtypes.to_dict()


def test_every_fault_comes_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(value="few", symbol="q", extract_date="soon"),
        row("refferals", period="2025"),
        row("care-starts", "46", category="police"),
        row(value="5", note=f"see {EXAMPLE_NHS_NUMBER}"),
    )
    assert errors(result) == [
        ("value-not-a-number", "E2"),
        ("symbol-unknown", "F2"),
        ("value-and-symbol", "F2"),
        ("extract-date-unreadable", "H2"),
        ("period-unknown", "A3"),
        ("quantity-unknown", "B3"),
        ("category-unknown", "C4"),
        ("row-duplicate", 5),
        ("child-record", "G5"),
    ]
    # What concerns the whole file comes last.
    assert {f.row for f in result.findings[9:]} == {None}


def test_a_finding_in_a_workbook_names_its_sheet_and_cell(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Return"
    book.active.append([])
    book.active.append([None, *COLUMNS])
    book.active.append([None, *(row(value="few").get(column) for column in COLUMNS)])
    book.save(tmp_path / "return.xlsx")
    table = read_return(tmp_path / "return.xlsx")
    finding = first(check_return(table, SPEC, Q2, "stoke-on-trent", CATALOGUE, TODAY))
    assert (finding.sheet, finding.row, finding.column, finding.cell) == ("Return", 3, "value", "F3")
    assert finding.value == "few"


def test_a_return_as_people_send_it_says_the_same_as_a_tidy_one(tmp_path: Path) -> None:
    rows = [*by_source("1234", police=1000, schools=234), row("case-holders-fte", "195.5"), row("care-starts", "46")]
    tidy = check(tmp_path, *rows)
    order = ("note", "value", "quantity", "status", "category", "extract_date", "symbol", "basis", "period")
    spread = {column: 2 * place + 2 for place, column in enumerate(order)}
    written = {"1234": "1,234 ", "1000": "\u00a01 000", "46": "46.0", "195.5": "195.50"}
    book = Workbook()
    sheet = book.active
    sheet["B1"] = "Children's social care: quarter 2 of 2025/26; draft, for checking"
    sheet.merge_cells("B1:R1")
    sheet["B3"] = "Prepared by the performance team"
    for column, place in spread.items():
        sheet.cell(6, place, f" {column.replace('_', ' ').title()}\n")
    for number, cells in enumerate(rows):
        for column, text in (cells | {"extract_date": "14-Oct-25"}).items():
            plain = written.get(text, text) if column == "value" else text.upper() if column == "category" else text
            sheet.cell(8 + 2 * number, spread[column], plain)
    sheet.cell(60, spread["period"], "Total")
    sheet.cell(60, spread["value"], 2715)
    book.save(tmp_path / "messy.xlsx")
    messy = check_return(read_return(tmp_path / "messy.xlsx"), SPEC, Q2, "stoke-on-trent", CATALOGUE, TODAY)
    assert messy.values.drop(columns="row").equals(tidy.values.drop(columns="row"))
    assert messy.extract_date == tidy.extract_date
    assert {f.rule for f in messy.findings} - {f.rule for f in tidy.findings} == {"sum-row"}
    assert not messy.blocked


def test_a_cell_of_a_million_spaces_is_judged_at_once(tmp_path: Path) -> None:
    long = "a" + " " * 1_000_000 + "b"
    result = check(tmp_path, row(category=long, area=long, value=long, symbol=long, basis=long, status=long))
    assert {rule_id for rule_id, _ in errors(result)} >= {"category-unknown", "area-differs", "value-not-a-number"}
    assert all(len(f.sentence()) < 500 for f in result.findings)


# ------------------------------------------------------------------------------------------------------ structure


def test_row_too_long(tmp_path: Path) -> None:
    path = tmp_path / "return.csv"
    path.write_text(
        "period,quantity,category,value,symbol,note,extract_date\n2025-26Q2,referrals,,1,012,,,2025-10-14\n"
    )
    result = check_return(read_return(path), SPEC, Q2, "stoke-on-trent", CATALOGUE, TODAY)
    assert ("row-too-long", 2) in errors(result)
    assert len(result.values) == 0


def test_spreadsheet_error(tmp_path: Path) -> None:
    result = check(
        tmp_path, row(value="#N/A"), row("care-starts", category="#REF!"), row("care-ends", "#NOT-CALCULATED")
    )
    assert errors(result) == [("spreadsheet-error", "E2"), ("spreadsheet-error", "C3"), ("spreadsheet-error", "E4")]
    assert [f.value for f in result.findings[:3]] == ["#N/A", "#REF!", ""]
    assert "let it calculate" in result.findings[2].remedy


def test_cell_empty(tmp_path: Path) -> None:
    result = check(tmp_path, row(), row(period=""), row(""))
    assert errors(result) == [("cell-empty", "A3"), ("cell-empty", "B4")]


def test_period_unknown(tmp_path: Path) -> None:
    periods = ("Q2", "2025-26", "2025-27Q2", "2025-26Q5", "2025M09")
    result = check(tmp_path, row(), *(row(period=period) for period in periods))
    assert errors(result) == [("period-unknown", f"A{number}") for number in range(3, 8)]
    assert first(result).message == "“Q2” is no quarter."


def test_period_after_return(tmp_path: Path) -> None:
    result = check(tmp_path, row(), row(period="2025-26Q3"), row(period="2025-26Q1"), row(period="2015-16Q1"))
    assert errors(result) == [("period-after-return", "A3")]
    assert result.restated_periods == ("2015-16Q1", "2025-26Q1")


def test_period_absent(tmp_path: Path) -> None:
    result = check(tmp_path, row(period="2025-26Q1"))
    assert errors(result) == [("period-absent", None)]
    # Nothing else is said to be missing: it is the wrong file.
    assert len(result.findings) == 1


@pytest.mark.parametrize(
    ("period", "which"), [("2025-26Q1", "2025-26Q1"), ("2025-26Q3", "2025-26Q3"), ("AY2025-26T1", "AY2025-26T1")]
)
def test_a_return_for_another_period_gives_one_finding_and_not_one_a_row(
    tmp_path: Path, period: str, which: str
) -> None:
    rows = [row(value="100"), row("repeat-referrals", "101"), *(row(i.quantity) for i in SPEC.items[2:20])]
    result = check(tmp_path, *(each | {"period": period, "extract_date": "2025-09-01"} for each in rows))
    assert errors(result) == [("period-absent", None)]
    assert len(result.findings) == 1
    assert first(result).message == f"No row is for 2025-26Q2, the quarter of this return. The rows are for {which}."
    assert len(result.values) == 0


def test_periods_that_are_none_are_told_once_for_each_text(tmp_path: Path) -> None:
    result = check(tmp_path, *(row(item.quantity, period="Q2") for item in SPEC.items))
    assert errors(result) == [("period-unknown", "A2")]
    assert f"({len(SPEC.items) - 1} more rows are the same)" in first(result).message


@pytest.mark.parametrize(
    ("frequency", "code"), [("quarterly", "AY2025-26T1"), ("termly", "2025-26Q2"), ("termly", "2024-25")]
)
def test_a_period_of_another_kind_is_a_wrong_use(tmp_path: Path, frequency: str, code: str) -> None:
    path = tmp_path / "return.csv"
    path.write_text("period,quantity,category,value,symbol,note,extract_date\n2025-26Q2,referrals,,1,,,2025-10-14\n")
    spec = SPEC.model_copy(update={"frequency": frequency})
    with pytest.raises(WrongUseError, match=f"is {frequency}, and {code} is no "):
        check_return(read_return(path), spec, parse_period(code), "stoke-on-trent", CATALOGUE, TODAY)


@pytest.mark.parametrize("day", ["14/10/25", "2031-01-01", "2025-07-01"])
def test_a_wrong_date_of_extract_hides_no_other_fault(tmp_path: Path, day: str) -> None:
    rows = [
        row(extract_date=day, **cells) for cells in ({"value": "100"}, {"quantity": "repeat-referrals", "value": "900"})
    ]
    result = check(tmp_path, *rows)
    assert {f.rule for f in result.findings if f.severity is Severity.ERROR} >= {"numerator-above-denominator"}
    assert any(f.column == "extract_date" for f in result.findings)
    assert result.values.empty


def test_sum_row(tmp_path: Path) -> None:
    result = check(tmp_path, row(), row("care-starts", "46"), {"period": "Total", "value": "146"})
    assert errors(result) == []
    assert [(f.row, f.severity) for f in result.findings if f.rule == "sum-row"] == [(4, Severity.NOTE)]
    assert result.values["quantity"].tolist() == ["referrals", "care-starts"]


def test_note_too_long(tmp_path: Path) -> None:
    result = check(tmp_path, row(note="x" * 4_000), row("care-starts", note="x" * 140_000))
    assert errors(result) == [("note-too-long", "G3")]
    assert "140,000 characters" in first(result).message


@pytest.mark.parametrize(
    "own", ["Stoke-on-Trent", "stoke-on-trent", "E06000021", "861", " STOKE-ON-TRENT City Council ", ""]
)
def test_a_return_may_say_that_it_is_the_partnership_s_own(tmp_path: Path, own: str) -> None:
    assert errors(check(tmp_path, row(area=own), row("care-starts", area=own))) == []


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("Bristol", "bristol"), ("Bristol City Council", "bristol"), ("Telford & Wrekin", "telford-and-wrekin"),
        ("London Borough of Camden", "camden"), ("Walsall Metropolitan Borough Council", "walsall"), ("Walsal", ""),
        ("Staffordshire County Council", "staffordshire"), ("City of London", "city-of-london"),
        ("City of York", "york"), ("City of London Council", "city-of-london"),
    ],
)  # fmt: skip
def test_an_area_may_be_written_as_councils_write_themselves(tmp_path: Path, name: str, area: str) -> None:
    check(tmp_path, row(area=name))
    ctx = context(read_return(tmp_path / "return.csv"), SPEC, Q2, "", CATALOGUE, TODAY)
    assert ctx.read["area"].tolist() == [area]


def test_every_authority_is_known_by_its_name_and_its_codes(tmp_path: Path) -> None:
    expected = {
        name: area.id
        for area in CATALOGUE.areas
        if area.ranked
        for name in (area.name, area.name.upper(), area.id, area.code, area.dfe or area.id)
    }
    check(tmp_path, *(row(area=name) for name in expected))
    ctx = context(read_return(tmp_path / "return.csv"), SPEC, Q2, "", CATALOGUE, TODAY)
    assert dict(zip(expected, ctx.read["area"], strict=True)) == expected


@pytest.mark.parametrize("other", ["Walsall", "E08000030", "335", "Borsetshire"])
def test_area_differs(tmp_path: Path, other: str) -> None:
    result = check(tmp_path, row(area=other), row("care-starts", area=other), row("care-ends"))
    assert errors(result) == [("area-differs", "J2")]
    assert f"it is for “{other}”" in first(result).message
    assert "this partnership’s area is Stoke-on-Trent (E06000021)" in first(result).message
    assert result.values["quantity"].tolist() == ["care-ends"]


def test_without_a_partnership_no_area_is_another_s(tmp_path: Path) -> None:
    check(tmp_path, row(area="Walsall"))
    table = read_return(tmp_path / "return.csv")
    assert errors(check_return(table, SPEC, Q2, "", CATALOGUE, TODAY)) == []


def test_what_stands_above_the_table_holds_for_every_row_and_is_told_at_its_own_cell(tmp_path: Path) -> None:
    def checked(extract_date: str, area: str = "861", status: str = "final") -> CheckedReturn:
        (tmp_path / "return.csv").write_text(
            f"Area,{area}\nExtract date,{extract_date}\nStatus:,,{status}\n"
            "period,quantity,category,value,symbol,note,extract_date\n"
            "2025-26Q2,referrals,,1,,,\n2025-26Q2,care-starts,,1,,,\n"
        )
        return check_return(read_return(tmp_path / "return.csv"), SPEC, Q2, "stoke-on-trent", CATALOGUE, TODAY)

    sound = checked("14/10/2025")
    assert errors(sound) == []
    assert (sound.extract_date, sound.status, len(sound.values)) == (date(2025, 10, 14), "final", 2)
    assert errors(checked("soon")) == [("extract-date-unreadable", "B2")]
    assert errors(checked("14/09/2025")) == [("extract-date-before-period-end", "B2")]
    assert errors(checked("#REF!")) == [("spreadsheet-error", "B2")]
    assert errors(checked("14/10/2025", area="Walsall")) == [("area-differs", "B1")]
    assert errors(checked("14/10/2025", status="draft")) == [("status-unknown", "C3")]
    assert len(checked("14/10/2025", status="draft").values) == 0


def test_row_duplicate(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(), row("care-starts", "46"), row(category="total", basis="quarter", value="101"), row(),
        row("care-starts", "170", basis="rolling-year"), row(period="2025-26Q1"), row("nonsense"), row("nonsense"),
    )  # fmt: skip
    assert [place for rule_id, place in errors(result) if rule_id == "row-duplicate"] == [4, 5]
    assert first(result).message == "Row 2 already gives referrals, total, for 2025-26Q2 (quarter)."
    assert result.values["row"].tolist() == [2, 3, 6, 7]


# ---------------------------------------------------------------------------------------------------------- codes


def test_quantity_unknown(tmp_path: Path) -> None:
    result = check(tmp_path, row("Repeat_Referrals", "5"), row("refferals"))
    assert errors(result) == [("quantity-unknown", "B3")]
    assert first(result).message == "“refferals” is no quantity. Did you mean referrals?"


def test_a_file_of_unknown_quantities_is_looked_through_only_so_far(tmp_path: Path) -> None:
    # Each name is another one: to look for what is meant by every one of thousands would take minutes.
    result = check(tmp_path, *(row(f"refferals-{number}") for number in range(3 * MOST_SUGGESTIONS)))
    said = [finding.message for finding in result.findings if finding.rule == "quantity-unknown"]
    assert len(said) == 3 * MOST_SUGGESTIONS
    assert sum("Did you mean" in message for message in said) == MOST_SUGGESTIONS


def test_quantity_not_in_return(tmp_path: Path) -> None:
    result = check(tmp_path, row("children-referred"), row("repeat-referrals-percent-printed"))
    assert errors(result) == [("quantity-not-in-return", "B2"), ("quantity-not-in-return", "B3")]
    assert "“Children's social care”" in first(result).message


def test_category_unknown(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(category="police"), row(category="source:polce"), row(category="sauce:police"),
        row(category="Source : Council services", value="9"), row("care-starts", category="boys"),
    )  # fmt: skip
    assert errors(result) == [("category-unknown", cell) for cell in ("C2", "C3", "C4", "C6")]
    assert [f.message.partition(". ")[2] for f in result.findings[:4]] == [
        *["Did you mean source:police?"] * 3,
        "",
    ]


def test_breakdown_not_in_return(tmp_path: Path) -> None:
    items = (
        ReturnItem(quantity="care-starts", bases=(Basis.QUARTER,)),
        ReturnItem(quantity="protection-plans", bases=(Basis.AT_DATE,), breakdowns=("latest-category-of-abuse",)),
    )
    spec = SPEC.model_copy(update={"items": items, "wholes": ()})
    neglect = "initial-category-of-abuse:neglect"
    rows = row("care-starts", category="source:police"), row("protection-plans", category=neglect)
    result = check(tmp_path, *rows, spec=spec)
    assert errors(result) == [("breakdown-not-in-return", "C2"), ("breakdown-not-in-return", "C3")]
    assert "(but by: none)" in result.findings[0].message
    assert "(but by: latest-category-of-abuse)" in result.findings[1].message


def test_basis_unknown(tmp_path: Path) -> None:
    result = check(tmp_path, row(basis="annual"), row("care-starts", basis="rolling_year"))
    assert errors(result) == [("basis-unknown", "D2")]


def test_basis_not_in_return(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(basis="rolling-year"), row("children-in-care", basis="quarter"), row("care-starts", basis="rolling-year"),
        row("children-in-need"),
    )  # fmt: skip
    assert errors(result) == [("basis-not-in-return", "D2"), ("basis-not-in-return", "D3")]
    assert result.findings[1].message == "children-in-care is asked for as at-date, not as quarter."


def test_status_unknown(tmp_path: Path) -> None:
    result = check(tmp_path, row(status="Provisional"), row("care-starts", status="draft"))
    assert errors(result) == [("status-unknown", "I3")]


def test_status_differs(tmp_path: Path) -> None:
    result = check(tmp_path, row(), row("care-starts", status="final"), row("care-ends", status="final"))
    assert errors(result) == [("status-differs", "I3")]
    assert "(the same on 1 more row); row 2 has provisional" in first(result).message
    assert result.values["row"].tolist() == [2]


# --------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("<50", "c (suppressed)"), (">100", "c (suppressed)"), ("10-19", "c (suppressed)"), ("?", "x in symbol"),
        ("tbc", "x in symbol"), ("zero", "Write 0"), ("1900-03-22", "formatted as a date"),
        ("twelve", "Write a number"),
        ("1 23", "Write a number"), ("1,234 567", "Write a number"), ("12 345 6", "Write a number"),
        ("1,23", "Write a number"), ("1e3", "Write a number"), ("1_000", "Write a number"), ("inf", "Write a number"),
        ("٣", "Write a number"), ("0x1A", "Write a number"), ("9" * 400, "Write a number"), ("=1+1", "Write a number"),
    ],
)  # fmt: skip
def test_value_not_a_number(tmp_path: Path, text: str, remedy: str) -> None:
    result = check(tmp_path, row(value=text))
    assert errors(result) == [("value-not-a-number", "E2")]
    assert remedy in first(result).remedy
    assert len(first(result).value) <= 40


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("1,234", 1234),
        ("1,234,567", 1234567),
        ("7.0", 7),
        ("812.0", 812),
        ("+7", 7),
        ("0", 0),
        (" 12 ", 12),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u2009234.0", 1234),
    ],
)
def test_a_number_is_read_however_it_is_grouped(tmp_path: Path, text: str, number: float) -> None:
    result = check(tmp_path, row(value=text))
    assert errors(result) == []
    assert warnings(result, "symbol-understood") == []
    assert result.values["value"].tolist() == [number]


@pytest.mark.parametrize("text", ["21%", "21.5 %", "21 per cent", "81200%"])
def test_value_percentage(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, row(value=text), row("case-holders-fte", "0.5"))
    assert errors(result) == [("value-percentage", "E2")]
    assert "Give the count itself" in first(result).remedy
    assert result.values["quantity"].tolist() == ["case-holders-fte"]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("*", "c"), ("**", "c"), ("<5", "c"), ("< 5", "c"), ("≤5", "c"), ("<10", "c"), ("1-5", "c"), ("1 to 4", "c"),
        ("Suppressed", "c"), ("c", "c"), ("n/a", "z"), ("N/A", "z"), ("NA", "z"), ("n.a.", "z"),
        ("not applicable", "z"), ("-", "x"), ("–", "x"), ("..", "x"), ("…", "x"), (":", "x"), ("Not available", "x"),
        ("nil", "nil"),
        ("None", "nil"), ("Nil return", "nil"), ("low", "low"), ("X", "x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["value", "symbol"])
def test_symbol_understood(tmp_path: Path, text: str, symbol: str, column: str) -> None:
    result = check(tmp_path, row(**{"value": "", column: text}), row("care-starts", **{"value": "", column: text}))
    assert errors(result) == []
    assert result.values["symbol"].tolist() == [symbol, symbol]
    assert result.values["state"].unique().tolist() == [SYMBOLS[symbol].value]
    found = warnings(result, "symbol-understood")
    if column == "symbol" and text.lower() == symbol:
        assert found == []
    else:
        # Once for both rows, and it says as what.
        assert [f.cell for f in found] == ["E2" if column == "value" else "F2"]
        assert f"was understood as {symbol} ({SYMBOLS[symbol].words}) (1 more row is the same)" in found[0].message


def test_a_sign_beside_the_symbol_that_it_stands_for_is_no_reinterpretation(tmp_path: Path) -> None:
    same = check(tmp_path, row(value="<5", symbol="c"))
    assert (errors(same), warnings(same, "symbol-understood")) == ([], [])
    assert same.values["symbol"].tolist() == ["c"]
    assert errors(check(tmp_path, row(value="<5", symbol="x"))) == [("value-and-symbol", "F2")]


def test_whatever_is_understood_is_never_a_number_but_nil(tmp_path: Path) -> None:
    result = check(tmp_path, *(row(item.quantity, "-", basis=item.bases[0].value) for item in SPEC.items))
    assert result.values["value"].isna().all()


def test_value_negative(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="-3"), row("case-holders-fte", "−0.5"), row("care-starts", "-0"))
    assert errors(result) == [("value-negative", "E2"), ("value-negative", "E3")]


def test_value_too_large(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="1" + "0" * 300), row("care-starts", "100000000"))
    assert errors(result) == [("value-too-large", "E2")]


def test_value_not_whole(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="99.5"), row("case-holders-fte", "195.3"), row("care-starts", "46.0"))
    assert errors(result) == [("value-not-whole", "E2")]
    assert first(result).message == "99.5: referrals counts whole referrals."


def test_value_and_symbol(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="3", symbol="c"), row("care-starts", "", symbol="c"))
    assert errors(result) == [("value-and-symbol", "F2")]


def test_value_missing(tmp_path: Path) -> None:
    sources = [row(value="", category=f"source:{source}") for source in SOURCES[:2]]
    result = check(tmp_path, row(value=""), *sources, row("care-starts", "0"))
    assert not result.blocked
    [finding] = warnings(result, "value-missing")
    assert finding.cell == "E2"
    assert "(nor on 2 more rows of it)" in finding.message
    # Empty is never nought: nothing is reported for these.
    assert result.values["quantity"].tolist() == ["care-starts"]
    assert not any(f.message.startswith("referrals is") for f in warnings(result, "quantity-not-reported"))


def test_figures_absent(tmp_path: Path) -> None:
    blank = [row(item.quantity, "", extract_date="") for item in SPEC.items]
    result = check(tmp_path, *blank)
    assert errors(result) == [("figures-absent", None)]
    assert warnings(result, "value-missing") == []


def test_symbol_unknown(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="", symbol="#"), row("care-starts", "", symbol="LOW"))
    assert errors(result) == [("symbol-unknown", "F2")]


# ---------------------------------------------------------------------------------------------------------- dates


def test_extract_date_missing(tmp_path: Path) -> None:
    result = check(tmp_path, row(), row("care-starts", extract_date=""), row("care-ends", extract_date=""))
    assert errors(result) == [("extract-date-missing", "H3")]
    assert first(result).message == "The extract date is empty (1 more row is the same)."
    assert result.values["row"].tolist() == [2]


@pytest.mark.parametrize(
    "text", ["soon", "14/10/25", "10/14/2025", "31/09/2025", "2025-13-01", "31 June 2025", "14 Octember 2025", "2025"]
)
def test_extract_date_unreadable(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, row(extract_date=text))
    assert errors(result) == [("extract-date-unreadable", "H2")]
    assert result.extract_date is None


def test_extract_date_serial(tmp_path: Path) -> None:
    result = check(tmp_path, row(extract_date="45944"), row("care-starts", extract_date="45944"))
    assert errors(result) == []
    [finding] = warnings(result, "extract-date-serial")
    assert finding.message == "45944 was read as 14/10/2025 (1 more row is the same)."
    assert result.extract_date == date(2025, 10, 14)


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-14", "14/10/2025", "2025-10-14 ", "14.10.2025", "14-10-2025", "14 October 2025", "14-Oct-25",
        "14 oct 2025", "14th October, 2025", "2025-10-14 09:30:00", "14/10/2025 09:30", "45944",
    ],
)  # fmt: skip
def test_a_date_may_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, row(extract_date=text))
    assert errors(result) == []
    assert result.extract_date == date(2025, 10, 14)


def test_extract_date_in_future(tmp_path: Path) -> None:
    rows = row(extract_date="2025-10-20"), row("care-starts", extract_date="20/10/2025")
    assert errors(check(tmp_path, *rows)) == []
    result = check(tmp_path, *rows, today=date(2025, 10, 19))
    assert errors(result) == [("extract-date-in-future", "H2")]
    assert "20/10/2025 is after today, 19/10/2025 (1 more row is the same)" in first(result).message


def test_extract_date_before_period_end(tmp_path: Path) -> None:
    assert errors(check(tmp_path, row(extract_date="2025-09-30"))) == []
    assert errors(check(tmp_path, row(extract_date="2025-09-29"))) == [("extract-date-before-period-end", "H2")]


def test_extract_date_differs(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(extract_date="2025-10-13"), row("care-starts"), row("care-ends", extract_date="14/10/2025"),
        row("repeat-referrals", "5", extract_date="2025-10-13"), row("section-47-enquiries"),
    )  # fmt: skip
    assert errors(result) == [("extract-date-differs", "H2")]
    assert "13/10/2025 is not the date of row 3, 14/10/2025 (1 more row is the same)" in first(result).message
    assert result.extract_date is None
    assert result.values["row"].tolist() == [3, 4, 6]


# ----------------------------------------------------------------------------------------------------- arithmetic


def test_categories_above_total(tmp_path: Path) -> None:
    assert errors(check(tmp_path, *by_source("100", police=60, schools=40))) == []
    result = check(tmp_path, *by_source("99", police=60, schools=40))
    assert errors(result) == [("categories-above-total", "E2")]
    assert "adds up to 100, more than its total 99" in first(result).message
    # A part alone can pass the whole, even while others are missing or suppressed.
    result = check(tmp_path, row(value="9"), row(value="10", category="source:police"))
    assert errors(result) == [("categories-above-total", "E2")]


def test_categories_below_total(tmp_path: Path) -> None:
    result = check(tmp_path, *by_source("101", police=60, schools=40))
    assert not result.blocked
    [finding] = warnings(result, "categories-below-total")
    assert finding.cell == "E2"
    suppressed = by_source("101", police=60, schools=40)
    suppressed[-1] |= {"value": "", "symbol": "c"}
    assert warnings(check(tmp_path, *suppressed), "categories-below-total") == []
    # A nil is a number: the agency vouches for it.
    suppressed[-1] |= {"symbol": "nil"}
    assert len(warnings(check(tmp_path, *suppressed), "categories-below-total")) == 1


def test_categories_of_a_multi_select_breakdown_may_pass_the_total(tmp_path: Path) -> None:
    item = ReturnItem.model_validate(
        {"quantity": "assessments-with-factors", "breakdowns": ["factor"], "bases": ["quarter"]}
    )
    spec = SPEC.model_copy(update={"items": (item,), "wholes": ()})
    factors = ("factor:neglect", "factor:self-harm")
    rows = [row(item.quantity, "10"), *(row(item.quantity, "9", category=factor) for factor in factors)]
    assert errors(check(tmp_path, *rows, spec=spec)) == []


def test_sums_are_kept_apart_by_period_and_basis(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        row(value="100"), row("repeat-referrals", "30"),
        row(value="20", period="2025-26Q1"), row("repeat-referrals", "25", period="2025-26Q1"),
    )  # fmt: skip
    assert errors(result) == [("numerator-above-denominator", "E4")]
    assert first(result).message == "repeat-referrals (25) is more than referrals (20), for 2025-26Q1."


BANDS = ("0-10-days", "11-15-days", "16-20-days", "21-or-more-days")


def conferences(total: str, *bands: str) -> list[Row]:
    parts = [row(f"initial-conferences-{name}", count) for name, count in zip(BANDS, bands, strict=False)]
    return [row("initial-conferences", total), *parts]


def test_parts_above_whole(tmp_path: Path) -> None:
    assert errors(check(tmp_path, *conferences("10", "1", "7", "1", "1"))) == []
    result = check(tmp_path, *conferences("10", "1", "7", "1", "2"))
    assert errors(result) == [("parts-above-whole", "E2")]
    assert "and 1 more come to 11, more than initial-conferences (10)" in first(result).message
    # The measure “within 15 working days” would say it a second time.
    assert errors(check(tmp_path, *conferences("10", "4", "7"))) == [("parts-above-whole", "E2")]


def test_parts_below_whole(tmp_path: Path) -> None:
    result = check(tmp_path, *conferences("12", "1", "7", "1", "2"))
    assert [f.cell for f in warnings(result, "parts-below-whole")] == ["E2"]
    assert warnings(check(tmp_path, *conferences("12", "1", "7")), "parts-below-whole") == []
    some = [row("protection-plans", "300"), row("protection-plans-due-a-review", "190")]
    assert warnings(check(tmp_path, *some), "parts-below-whole") == []


def test_full_time_equivalents_may_be_out_by_their_rounding(tmp_path: Path) -> None:
    parts = ("agency-social-workers-fte", "social-worker-vacancies-fte")
    whole = Whole(whole="social-workers-in-post-fte", parts=parts)
    spec = SPEC.model_copy(update={"wholes": (whole,)})
    rows = [row(whole.whole, "10.0"), row(parts[0], "5.1")]
    assert errors(check(tmp_path, *rows, row(parts[1], "5.0"), spec=spec)) == []
    assert errors(check(tmp_path, *rows, row(parts[1], "5.1"), spec=spec)) == [("parts-above-whole", "E2")]


def test_numerator_above_denominator(tmp_path: Path) -> None:
    assert errors(check(tmp_path, row(value="100"), row("repeat-referrals", "100"))) == []
    result = check(tmp_path, row("repeat-referrals", "101"), row(value="100"))
    assert errors(result) == [("numerator-above-denominator", "E3")]
    result = check(
        tmp_path, row("children-in-care", "", symbol="x"), row("children-in-care-with-three-or-more-placements")
    )
    assert errors(result) == []


def test_leavers_of_a_quarter_are_no_part_of_the_workers_at_its_end(tmp_path: Path) -> None:
    result = check(tmp_path, row("social-worker-leavers-fte", "9.0"), row("social-workers-in-post-fte", "5.0"))
    assert errors(result) == []


def test_rows_with_errors_are_left_out_of_sums(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="100"), row("repeat-referrals", "101", note="x" * 5_000))
    assert errors(result) == [("note-too-long", "G3")]


# --------------------------------------------------------------------------------------------------- completeness


def test_quantity_not_reported(tmp_path: Path) -> None:
    found = warnings(check(tmp_path, row(), row("care-starts", "46"), row("care-ends", "<5")), "quantity-not-reported")
    messages = [f.message for f in found]
    assert "section-47-enquiries is not reported for 2025-26Q2." in messages
    assert "care-starts (rolling year) is not reported for 2025-26Q2." in messages
    # referrals, care starts and care ends have one row each, though one is faulty.
    assert len(messages) == sum(len(item.bases) for item in SPEC.asked(Q2)) - 3


def test_what_is_not_asked_for_this_time_may_be_absent(tmp_path: Path) -> None:
    yearly = ReturnItem(quantity="care-starts", bases=(Basis.YEAR,), when=("Q4",), breakdowns=("age",))
    spec = SPEC.model_copy(
        update={"items": (ReturnItem(quantity="referrals", bases=(Basis.QUARTER,)), yearly), "wholes": ()}
    )
    result = check(tmp_path, row(), spec=spec)
    assert result.findings == ()


def test_item_not_asked_now(tmp_path: Path) -> None:
    yearly = ReturnItem(quantity="care-starts", bases=(Basis.YEAR,), when=("Q4", "Q1"))
    spec = SPEC.model_copy(
        update={"items": (ReturnItem(quantity="referrals", bases=(Basis.QUARTER,)), yearly), "wholes": ()}
    )
    asked_then = row("care-starts", basis="year", period="2024-25Q4")
    result = check(tmp_path, row(), asked_then, row("care-starts", basis="year"), spec=spec)
    assert errors(result) == []
    assert [f.message for f in result.findings] == ["care-starts is asked for in Q4 and Q1, and this is 2025-26Q2."]
    assert result.values["basis"].tolist() == ["quarter", "year", "year"]
    # An empty basis is the quarter, which this quantity is not asked for.
    wrong = check(tmp_path, row(), row("care-starts", period="2024-25Q4"), spec=spec)
    assert errors(wrong) == [("basis-not-in-return", "D3")]
    assert "(which an empty basis means)" in first(wrong).message


def test_a_quantity_at_home_in_another_return_is_taken_beside_it(tmp_path: Path) -> None:
    spec = SPEC.model_copy(
        update={"items": (ReturnItem(quantity="referrals", bases=(Basis.QUARTER,), also=True),), "wholes": ()}
    )
    assert check(tmp_path, row(), spec=spec).findings == ()
    assert [f.rule for f in check(tmp_path, row("care-starts"), spec=spec).findings] == [
        "quantity-not-in-return", "quantity-not-reported",
    ]  # fmt: skip


def test_a_termly_return_is_for_a_term(tmp_path: Path) -> None:
    items = (
        ReturnItem(quantity="referrals", bases=(Basis.TERM, Basis.ACADEMIC_YEAR)),
        ReturnItem(quantity="children-in-need", bases=(Basis.AT_DATE,)),
        ReturnItem(quantity="care-ends", bases=(Basis.TERM,), when=("T3",)),
    )
    spec = SPEC.model_copy(update={"frequency": "termly", "items": items, "wholes": ()})
    path = tmp_path / "return.csv"

    def checked(*rows: str) -> CheckedReturn:
        path.write_text("\n".join(["period,quantity,category,basis,value,symbol,note,extract_date", *rows]) + "\n")
        return check_return(read_return(path), spec, term(2025, 1), "stoke-on-trent", CATALOGUE, date(2026, 1, 20))

    year = "AY2025-26T1,referrals,,academic year,40,,,2026-01-12"
    sound = checked(
        "AY2025-26T1,referrals,,,20,,,2026-01-12", year, "ay2025/26 t1,children-in-need,,,3,,,2026-01-12",
        "AY2024-25T3,referrals,,term,18,,late recording,2026-01-12",
    )  # fmt: skip
    assert {f.rule for f in sound.findings} == {"small-number"}
    assert sound.values["basis"].tolist() == ["term", "academic-year", "at-date", "term"]
    assert sound.restated_periods == ("AY2024-25T3",)
    short = checked(year)
    assert [f.message for f in short.findings] == [
        "children-in-need is not reported for AY2025-26T1.", "referrals is not reported for AY2025-26T1.",
    ]  # fmt: skip
    assert errors(checked("2025-26Q2,referrals,,term,20,,,2026-01-12")) == [("period-absent", None)]
    early = checked(year, "AY2025-26T2,referrals,,,20,,,2026-01-12")
    assert errors(early) == [("period-after-return", "A3")]
    assert "the term of this return" in first(early).message
    too_soon = checked("AY2025-26T1,referrals,,,20,,,2025-12-12")
    assert "the term AY2025-26T1 was not over; it ended on 31/12/2025" in first(too_soon).message


def test_category_not_reported(tmp_path: Path) -> None:
    def said(*rows: Row) -> list[str]:
        return [f.message for f in warnings(check(tmp_path, *rows), "category-not-reported")]

    assert said(row()) == ["referrals is not reported by source in 2025-26Q2."]
    assert said(*by_source("0")) == []
    assert said(*by_source("0")[:-1]) == [f"referrals is not reported for source:{SOURCES[-1]} in 2025-26Q2."]


# -------------------------------------------------------------------------------------------------------- privacy


@pytest.mark.parametrize(
    "text",
    [
        f"child {EXAMPLE_NHS_NUMBER}", "9434765919", "943-476-5919 moved", "UPN A123456789012", "b12345678901c",
        "DOB 12/3/14", "d.o.b. 12.03.2014", "born 12 March 2014", "date of birth: 2014-03-12", "JS 12/03/2014 moved",
    ],
)  # fmt: skip
def test_child_record(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, row(note=f"One was counted late ({text})"))
    assert errors(result) == [("child-record", "G2")]
    finding = first(result)
    assert not any(part in finding.model_dump_json() for part in (text, "counted late"))


@pytest.mark.parametrize(
    "text",
    ["late recording", "restated on 14/10/2025 after the audit of 01/04/2025", "call 01782 234567", "9434765918",
     "1,234,567,890 seconds", "30 children, 12 families", "reference A1234567", "DOB missing for 3 children"],
)  # fmt: skip
def test_an_ordinary_note_passes(tmp_path: Path, text: str) -> None:
    assert errors(check(tmp_path, row(note=text))) == []


def test_a_record_in_a_code_s_cell_is_never_repeated(tmp_path: Path) -> None:
    result = check(tmp_path, row(category="9434765919", quantity="A123456789012"))
    assert [rule_id for rule_id, _ in errors(result)] == ["child-record", "child-record"]
    text = "".join(finding.model_dump_json() for finding in result.findings)
    assert "9434765919" not in text
    assert "A123456789012" not in text


@pytest.mark.parametrize("value", ["9434765919", "-9434765919", "9,434,765,919", "9 434 765 919", "9434765919.5"])
def test_a_record_in_the_value_is_not_repeated_as_a_wrong_number(tmp_path: Path, value: str) -> None:
    result = check(tmp_path, row(value=f'"{value}"'))
    assert ("child-record", "E2") in errors(result)
    assert not any("434" in finding.model_dump_json() for finding in result.findings)


@given(st.integers(min_value=0, max_value=999_999_999))
def test_one_check_digit_at_most_makes_an_nhs_number(nine: int) -> None:
    """Modulus 11 gives each nine digits one check digit, or none where it would be 10."""
    fits = [digit for digit in range(10) if looks_like_a_record(f"{nine:09d}{digit}")]
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(f"{nine:09d}"))
    expected = -total % 11
    assert fits == ([] if expected == 10 else [expected])


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_reads_back_in_both_forms(day: date) -> None:
    assert read_date(f"{day:%Y-%m-%d}") == day
    assert read_date(f"{day:%d/%m/%Y}") == day


def test_rules_over_sums_come_second() -> None:
    sums = {found.id for found in return_rules() if found.stage is Stage.SUMS}
    assert sums == {
        "categories-above-total", "categories-below-total", "parts-above-whole", "parts-below-whole",
        "numerator-above-denominator", "stock-does-not-follow", "year-differs-from-parts", "year-outside-parts",
        "figure-dropped", "earlier-figure-altered", "tenfold-slip", "outside-control-limits", "stock-jump",
        "categories-swapped",
        "same-as-last-period", "copied-between-rows", "far-from-published", "small-number",
    }  # fmt: skip

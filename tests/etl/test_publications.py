"""A published file becomes tidy values, each with its area, period, state and row; or it is refused, and says where."""

import gzip
import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.extract.publications import Extracted, extract_publication
from schema.errors import FileRefusedError
from schema.states import EES_SYMBOLS
from tests.etl.formats import catalogue_with, releases
from tests.etl.published import (
    CATALOGUE,
    CHILDREN_IN_CARE,
    ENGLAND,
    NEIGHBOURS,
    POPULATION,
    REFERRALS,
    REFERRALS_2024,
    SECTION_47,
    STOKE,
    WALSALL,
    Layout,
    Place,
    Row,
    everywhere,
    population_file,
    referrals_file,
    row,
    rows,
    save,
)

WORKFORCE = Layout(
    (
        "inpost_fte",
        "inpost_headcount",
        "starters_fte",
        "starters_headcount",
        "leavers_fte",
        "leavers_headcount",
        "turnover_rate_fte",
        "turnover_rate_headcount",
        "agency_fte",
        "agency_headcount",
        "agency_rate_fte",
        "agency_rate_headcount",
        "agency_cover_fte",
        "agency_cover_rate_fte",
        "vacancy_fte",
        "vacancy_rate_fte",
        "vacancy_agency_cover_rate_fte",
        "case_holders_fte",
        "cases",
        "caseload_fte",
        "working_days_lost_fte",
        "absence_rate_fte",
    ),
    {},
)


def extracted(path: Path, release: date | None = None) -> Extracted:
    return extract_publication(path, CATALOGUE, release)


def value(found: Extracted, quantity: str, area: str, period: str) -> pd.Series:
    values = found.values
    at = (values["quantity"] == quantity) & (values["area"] == area) & (values["period"] == period)
    assert at.sum() == 1, f"{at.sum()} values of {quantity}, {area}, {period}"
    return values[at].iloc[0]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as refused:
        extracted(path)
    message = str(refused.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    return message


def spoilt(tmp_path: Path, at: int, **cells: str) -> Path:
    """A small c1 with other cells in one of its rows: number 0 is the row below the header, row 2 of the file."""
    table = everywhere(REFERRALS, (2024, 2025), {"referral_count": 100})
    table[at].update(cells)
    return save(tmp_path / "c1.csv", table)


# ------------------------------------------------------------------------------------------------ what is read


def test_each_number_has_its_area_period_basis_and_row(tmp_path: Path) -> None:
    found = extracted(referrals_file(tmp_path))
    assert found.publication.id == "cin-referrals"
    assert found.release == date(2025, 10, 30)
    assert found.file_name == "c1.csv"
    assert found.row_count == 8
    stoke = value(found, "referrals", "stoke-on-trent", "2024-25")
    assert (stoke["value"], stoke["symbol"], stoke["state"]) == (3874.0, "", "value")
    assert (stoke["basis"], stoke["category"], stoke["row"]) == ("year", "total", 8)
    assert value(found, "referrals", "england", "2023-24")["value"] == 621880.0
    assert value(found, "repeat-referrals-percent-printed", "west-midlands", "2024-25")["value"] == 19.5


def test_every_mapped_column_of_every_row_is_kept(tmp_path: Path) -> None:
    found = extracted(referrals_file(tmp_path))
    assert len(found.values) == 8 * 10
    assert not found.values.duplicated(["quantity", "category", "area", "period", "basis"]).any()
    assert found.population.empty
    assert found.neighbours.empty


def test_renamed_columns_of_an_older_release_are_the_same_quantities(tmp_path: Path) -> None:
    cells = {"Referrals": 3540, "Re_referrals": 690, "Referrals_rate": 588.4}
    found = extracted(save(tmp_path / "c1.csv", everywhere(REFERRALS_2024, (2023, 2024), cells)))
    assert found.release == date(2024, 10, 31)
    assert value(found, "referrals", "stoke-on-trent", "2023-24")["value"] == 3540.0
    assert value(found, "repeat-referrals", "stoke-on-trent", "2023-24")["value"] == 690.0
    assert value(found, "referrals-rate-printed", "stoke-on-trent", "2023-24")["value"] == 588.4


def test_a_column_that_a_release_lacks_gives_no_value(tmp_path: Path) -> None:
    """The release of 2025 dropped every rate."""
    assert "referrals-rate-printed" not in set(extracted(referrals_file(tmp_path)).values["quantity"])


def test_flows_cover_the_year_and_stocks_stand_at_its_end(tmp_path: Path) -> None:
    kind = {"population_type": "Children looked after on 31 March each year"}
    started = {"population_type": "Children starting to be looked after each year"}
    ceased = {"population_type": "Children ceasing to be looked after each year"}
    table = [
        row(CHILDREN_IN_CARE, STOKE, 2025, {**group, "children_count": count})
        for group, count in ((kind, 1063), (started, 310), (ceased, 290))
    ]
    found = extracted(save(tmp_path / "cla.csv", table))
    assert value(found, "children-in-care", "stoke-on-trent", "2024-25")["basis"] == "at-date"
    assert value(found, "care-starts", "stoke-on-trent", "2024-25")["basis"] == "year"
    assert value(found, "care-starts", "stoke-on-trent", "2024-25")["value"] == 310.0
    assert value(found, "care-ends", "stoke-on-trent", "2024-25")["value"] == 290.0


def test_reporting_year_2025_of_the_workforce_ends_in_september(tmp_path: Path) -> None:
    found = extracted(save(tmp_path / "csww.csv", everywhere(WORKFORCE, (2025,), {"inpost_fte": 201.5})))
    assert set(found.values["period"]) == {"SY2025"}
    assert value(found, "social-workers-in-post-fte", "stoke-on-trent", "SY2025")["value"] == 201.5


def test_a_joint_return_is_one_area(tmp_path: Path) -> None:
    codes = ("940 / 941", "E06000061 / E06000062", "North Northamptonshire / West Northamptonshire")
    table = [row(WORKFORCE, Place("Local authority", ("E12000004", "East Midlands"), codes), 2025, {"cases": 900})]
    found = extracted(save(tmp_path / "csww.csv", table))
    assert set(found.values["area"]) == {"north-and-west-northamptonshire"}


def test_inner_and_outer_london_are_kept_beside_london(tmp_path: Path) -> None:
    codes = {"E12000007": "London", "E13000001": "Inner London", "E13000002": "Outer London"}
    table = [row(REFERRALS, Place("Regional", pair), 2025, {"referral_count": 9}) for pair in codes.items()]
    assert set(extracted(save(tmp_path / "c1.csv", table)).values["area"]) == {"london", "inner-london", "outer-london"}


def test_population_is_kept_apart_by_age_and_mid_year(tmp_path: Path) -> None:
    found = extracted(population_file(tmp_path))
    assert found.values.empty
    stoke = found.population[(found.population["area"] == "stoke-on-trent") & (found.population["period"] == "MY2024")]
    kept = stoke[["age_from", "age_to", "sex", "ethnicity", "value", "state"]].to_numpy().tolist()
    assert kept == [[0, 17, "total", "total", 62520.0, "value"]]


def test_a_population_of_another_age_group_is_left_out(tmp_path: Path) -> None:
    table = rows(POPULATION, {(STOKE, 2024): {"population_estimate": 62520}})
    table.append({**table[0], "age_group": "Adults", "population_estimate": "200000"})
    assert extracted(save(tmp_path / "population.csv", table)).population["value"].tolist() == [62520.0]


@pytest.mark.parametrize("change", ["order", "name", "mark", "gzip", "spaces"])
def test_how_a_file_was_saved_does_not_change_what_it_says(tmp_path: Path, change: str) -> None:
    path = referrals_file(tmp_path)
    before = extracted(path)
    text = path.read_text(encoding="utf-8")
    match change:
        case "order":
            lines = [line.split(",") for line in text.splitlines()]
            path.write_text("\n".join(",".join(reversed(line)) for line in lines), encoding="utf-8")
        case "name":
            path = path.rename(tmp_path / "whatever.txt")
        case "mark":
            path.write_text(text, encoding="utf-8-sig")
        case "gzip":
            path.write_bytes(gzip.compress(text.encode()))
        case "spaces":
            path.write_text(text.replace("E06000021", " E06000021 ").replace("3874", " 3874 "), encoding="utf-8")
    pd.testing.assert_frame_equal(extracted(path).values, before.values)


MONTHS = Layout(
    (
        *("category", "Referrals", "April", "May", "June", "July", "August", "September"),
        *("October", "November", "December", "January", "February", "March"),
    ),
    {"category": "Month of referral"},
)


def test_months_are_those_of_the_year_that_ends_in_march(tmp_path: Path) -> None:
    cells = {"Referrals": 3000, "April": 418, "December": 363, "January": 441, "March": 338}
    found = extracted(save(tmp_path / "c6.csv", [row(MONTHS, STOKE, 2024, cells)]))
    assert found.publication.id == "cin-referrals-by-month"
    months = found.values.set_index("period")
    assert months.loc[["2023M04", "2023M12", "2024M01", "2024M03"], "value"].tolist() == [418.0, 363.0, 441.0, 338.0]
    assert len(months) == 12
    assert set(months["basis"]) == {"month"}
    assert set(months["quantity"]) == {"referrals"}


def test_rows_that_no_series_asks_for_are_counted(tmp_path: Path) -> None:
    group = {"population_type": "Children looked after on 31 March each year", "children_count": 1}
    other = {"population_type": "Children of another sort", "children_count": "nonsense"}
    table = [row(CHILDREN_IN_CARE, STOKE, 2025, group), row(CHILDREN_IN_CARE, STOKE, 2025, other)]
    found = extracted(save(tmp_path / "cla.csv", table))
    assert [tuple(one) for one in found.left_out] == [(1, "of a group or breakdown that no series maps")]
    assert str(found.left_out[0]) == "1 row left out: of a group or breakdown that no series maps"


def test_nothing_is_left_out_of_a_file_of_which_every_row_is_mapped(tmp_path: Path) -> None:
    assert extracted(referrals_file(tmp_path)).left_out == ()


def test_two_series_that_say_one_quantity_of_the_same_area_are_refused(tmp_path: Path) -> None:
    layout = Layout(("one", "other"), {})
    catalogue = catalogue_with(
        time="year-to-31-march",
        columns=layout.columns,
        series=[{"quantity": "referrals", "column": column} for column in layout.columns],
        releases=releases(d2026_04_02={"latest_period": 2025}),
    )
    path = save(tmp_path / "twice.csv", [row(layout, STOKE, 2025, {"one": 1, "other": 2})])
    with pytest.raises(FileRefusedError, match="stoke-on-trent in 2024-25 already stands in row 2"):
        extract_publication(path, catalogue)


@pytest.mark.parametrize(
    ("kind", "period", "basis"),
    [("at-31-march", "2024-25", "year"), (None, "AY2024-25", "academic-year")],
)
def test_a_series_may_say_what_its_year_stands_for(tmp_path: Path, kind: str | None, period: str, basis: str) -> None:
    layout = Layout(("count",), {}, "Academic year")
    catalogue = catalogue_with(
        time="academic-year",
        time_identifier="Academic year",
        columns=layout.columns,
        series=[{"quantity": "referrals", "column": "count", "time": kind}],
        releases=releases(d2026_04_02={"latest_period": 202425}),
    )
    found = extract_publication(save(tmp_path / "x.csv", [row(layout, STOKE, 202425, {"count": 1})]), catalogue)
    assert found.values[["period", "basis"]].to_numpy().tolist() == [[period, basis]]


def test_a_series_whose_time_the_file_does_not_print_is_refused(tmp_path: Path) -> None:
    layout = Layout(("count",), {}, "Academic year")
    catalogue = catalogue_with(
        time="academic-year",
        time_identifier="Academic year",
        columns=layout.columns,
        series=[{"quantity": "referrals", "column": "count", "time": "calendar-year"}],
        releases=releases(d2026_04_02={"latest_period": 202425}),
    )
    path = save(tmp_path / "x.csv", [row(layout, STOKE, 202425, {"count": 1})])
    with pytest.raises(
        FileRefusedError, match=r"row 2, column time_period: .* referrals has a `time` that this is none"
    ):
        extract_publication(path, catalogue)


def scores(tmp_path: Path, *, signed: bool) -> Extracted:
    """An academic year's scores, one of them below nought."""
    layout = Layout(("score",), {}, "Academic year")
    series = {"quantity": "referrals-rate-printed", "column": "score", "signed": signed}
    catalogue = catalogue_with(
        time="academic-year",
        time_identifier="Academic year",
        columns=["score"],
        series=[series],
        releases=releases(d2026_04_02={"latest_period": 202425}),
    )
    path = save(tmp_path / "ks4.csv", [row(layout, STOKE, 202425, {"score": "-0.61"})])
    return extract_publication(path, catalogue)


def test_a_score_may_lie_below_nought_where_its_series_says_so(tmp_path: Path) -> None:
    values = scores(tmp_path, signed=True).values
    assert values[["period", "basis", "value", "state"]].to_numpy().tolist() == [
        ["AY2024-25", "academic-year", -0.61, "value"]
    ]
    with pytest.raises(FileRefusedError, match=r"“-0.61” is neither .* `signed: true`"):
        scores(tmp_path, signed=False)


# ------------------------------------------------------------------------------------------------------ states


@pytest.mark.parametrize("symbol", EES_SYMBOLS)
def test_each_symbol_is_kept_as_printed_beside_its_state(tmp_path: Path, symbol: str) -> None:
    found = extracted(spoilt(tmp_path, -1, referral_count=symbol))
    walsall = value(found, "referrals", "walsall", "2024-25")
    assert (walsall["symbol"], walsall["state"]) == (symbol, EES_SYMBOLS[symbol].value)
    assert math.isnan(walsall["value"])


@pytest.mark.parametrize(("printed", "number"), [("0", 0.0), ("0.0", 0.0), ("12", 12.0), ("12.50", 12.5)])
def test_a_number_is_a_value_and_nought_is_a_zero(tmp_path: Path, printed: str, number: float) -> None:
    found = value(extracted(spoilt(tmp_path, -1, referral_count=printed)), "referrals", "walsall", "2024-25")
    assert found["value"] == number
    assert found["symbol"] == ""
    assert found["state"] == ("zero" if number == 0 else "value")


# ----------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "n/a",
        "C",
        "-",
        "*",
        "1,234",
        "12a",
        "#REF!",
        "nan",
        "inf",
        "-1",
        "-100",
        "½",
        "٣",
        "1e3",
        "+5",
        ".5",
        "1.",
        "1_000",
        "5 6",
    ],
)
def test_a_cell_that_is_neither_a_number_nor_a_symbol_is_refused(tmp_path: Path, cell: str) -> None:
    """An empty cell is no zero, a code is no count, and a number below nought counts nothing."""
    message = refusal(spoilt(tmp_path, 6, referral_count=cell))
    assert "row 8, column referral_count" in message
    assert f"“{cell}”" in message
    assert "c, z, x" in message
    assert "Load the file as published" in message


def test_a_long_wrong_cell_is_not_repeated_in_full(tmp_path: Path) -> None:
    assert len(refusal(spoilt(tmp_path, 0, referral_count="x" * 5000))) < 400


def test_a_column_is_named_as_the_file_names_it(tmp_path: Path) -> None:
    table = everywhere(REFERRALS_2024, (2024,), {"Referrals": "many"})
    assert "row 2, column Referrals:" in refusal(save(tmp_path / "c1.csv", table))


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"old_la_code": "999"}, "new_la_code", "no area has this pair of codes"),
        ({"old_la_code": "", "new_la_code": "E99999999"}, "new_la_code", "no area has this pair of codes"),
        # Stoke-on-Trent's three-digit code and Walsall's nine characters.
        ({"new_la_code": "E08000030"}, "new_la_code", "no area has this pair of codes"),
        ({"geographic_level": "Ward"}, "geographic_level", "expected National, Regional or Local authority"),
        ({"geographic_level": "Regional", "region_code": "E12000010"}, "region_code", "no area has this pair of codes"),
        ({"time_identifier": "Calendar year"}, "time_identifier", "expected “Reporting year”"),
        ({"time_period": "202425"}, "time_period", "expected a year such as 2025"),
        ({"time_period": "99x9"}, "time_period", "expected a year such as 2025"),
        ({"time_period": ""}, "time_period", "expected a year such as 2025"),
        ({"time_period": "0000"}, "time_period", "expected a year such as 2025"),
        ({"time_period": "0001"}, "time_period", "expected a year such as 2025"),
    ],
)
def test_a_wrong_code_is_refused_with_its_row_and_column(
    tmp_path: Path, cells: dict[str, str], column: str, says: str
) -> None:
    message = refusal(spoilt(tmp_path, 6, **cells))
    assert f"row 8, column {column}: “{cells.get(column, 'E06000021')}”" in message
    assert says in message
    assert "Load the file as published, or declare the change" in message


def test_it_is_said_how_many_rows_are_wrong(tmp_path: Path) -> None:
    table = [{**found, "time_identifier": "Calendar year"} for found in everywhere(REFERRALS, (2024, 2025), {})]
    message = refusal(save(tmp_path / "c1.csv", table))
    assert "row 2, column time_identifier" in message
    assert "8 rows are" in message


def test_both_codes_of_a_mixed_up_pair_are_shown(tmp_path: Path) -> None:
    assert "“E08000030”, old_la_code “861”" in refusal(spoilt(tmp_path, 6, new_la_code="E08000030"))


def test_an_authority_that_stands_twice_in_a_year_is_refused_with_both_rows(tmp_path: Path) -> None:
    table = everywhere(REFERRALS, (2024, 2025), {"referral_count": 100})
    message = refusal(save(tmp_path / "c1.csv", [*table, table[6]]))
    assert "row 10" in message
    assert "stoke-on-trent in 2024-25 already stands in row 8" in message
    assert "Keep one of the two rows" in message


def test_an_authority_that_stands_twice_under_two_codes_is_refused(tmp_path: Path) -> None:
    """Gateshead before and after its code changed is one authority."""
    table = [
        row(REFERRALS, Place("Local authority", ("E12000001", "North East"), ("390", gss, "Gateshead")), 2025, {})
        for gss in ("E08000020", "E08000037")
    ]
    assert "gateshead in 2024-25 already stands in row 2" in refusal(save(tmp_path / "c1.csv", table))


def test_a_population_that_stands_twice_is_refused(tmp_path: Path) -> None:
    table = rows(POPULATION, {(STOKE, 2024): {"population_estimate": 62520}}) * 2
    message = refusal(save(tmp_path / "population.csv", table))
    assert "row 3, column population_estimate" in message
    assert "stoke-on-trent in MY2024 already stands in row 2" in message


def test_a_group_that_stands_twice_is_refused(tmp_path: Path) -> None:
    group = {"population_type": "Children looked after on 31 March each year", "children_count": 1}
    table = [row(CHILDREN_IN_CARE, ENGLAND, 2025, group)] * 2
    assert "england in 2024-25 already stands in row 2" in refusal(save(tmp_path / "cla.csv", table))


# -------------------------------------------------------------------------------------------------- neighbours


def neighbours_of(code: str, *neighbours: str) -> Row:
    cells = {"old_la_code": code, "la_name": "", "region_ind": "", "region_name": ""}
    ranked = list(enumerate([*neighbours, *[""] * (10 - len(neighbours))], start=1))
    return {
        **cells,
        **{f"SN_{rank}": found for rank, found in ranked},
        **{f"SN_{rank}P": "Very close " if found else "" for rank, found in ranked},
    }


TEN = ("335", "354", "336", "371", "812", "810", "333", "357", "831", "372")


def neighbours_file(tmp_path: Path, *table: Row) -> Path:
    return save(tmp_path / "sn.csv", table, NEIGHBOURS)


def test_neighbours_are_ranked_as_printed(tmp_path: Path) -> None:
    found = extracted(neighbours_file(tmp_path, neighbours_of("861", *TEN))).neighbours
    assert found["area"].unique().tolist() == ["stoke-on-trent"]
    assert found.sort_values("rank")["neighbour"].tolist()[:3] == ["walsall", "rochdale", "wolverhampton"]
    assert set(found["closeness"]) == {"Very close"}
    assert set(found["model"]) == {"may-2025"}


def test_an_authority_newer_than_the_model_has_no_neighbours(tmp_path: Path) -> None:
    path = neighbours_file(tmp_path, neighbours_of("861", *TEN), neighbours_of("942"))
    assert set(extracted(path).neighbours["area"]) == {"stoke-on-trent"}


def test_a_neighbour_that_is_no_authority_is_refused_with_its_row(tmp_path: Path) -> None:
    table = [neighbours_of("335", *TEN[1:], "861"), neighbours_of("861", *TEN[:9], "999")]
    message = refusal(neighbours_file(tmp_path, *table))
    assert "row 3" in message
    assert "“999” is no authority's code" in message


def test_an_authority_with_two_rows_of_neighbours_is_refused(tmp_path: Path) -> None:
    message = refusal(neighbours_file(tmp_path, neighbours_of("861", *TEN), neighbours_of("861", *TEN)))
    assert "stoke-on-trent stands in two rows" in message


def test_the_same_quantity_for_other_authorities_is_not_touched_by_a_symbol(tmp_path: Path) -> None:
    table = rows(SECTION_47, {(STOKE, 2025): {"Section47": 1899}, (WALSALL, 2025): {"Section47": "c"}})
    found = extracted(save(tmp_path / "c4.csv", table))
    assert value(found, "section-47-enquiries", "stoke-on-trent", "2024-25")["value"] == 1899.0
    assert value(found, "section-47-enquiries", "walsall", "2024-25")["state"] == "suppressed"

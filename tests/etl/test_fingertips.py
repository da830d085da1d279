"""Fingertips CSV: trends, sexes, ages and deciles in one file, of which a series names its own."""

from datetime import date
from pathlib import Path

import pytest

from etl.extract.publications import Extracted, extract_publication
from schema.errors import FileRefusedError
from schema.publications import LAYOUTS
from tests.etl.formats import catalogue_with, releases
from tests.etl.published import Row, save

PEOPLE = {"Indicator ID": "90284", "Sex": "Persons", "Age": "<15 yrs"}
SERIES = [
    {"quantity": "referrals", "column": "Count", "time": "year-to-31-march", "where": PEOPLE},
    {"quantity": "referrals-rate-printed", "column": "Value", "time": "year-to-31-march", "where": PEOPLE},
]
DAYS = releases(d2024_02_04={"latest_period": "2022/23"}, d2025_02_04={"latest_period": "2023/24"})
CATALOGUE = catalogue_with(format="fingertips", series=SERIES, releases=DAYS)

AUTHORITY_COMPARISONS = ("Compared to England value or percentiles", "Compared to percentiles")
REGION_COMPARISONS = (
    "Compared to England value or percentiles",
    "Compared to Regions (statistical) value or percentiles",
)
COUNTIES = "Counties & UAs (from Apr 2023)"


def line(area: str, kind: str, period: str, count: str, value: str, **cells: str) -> Row:
    found = dict.fromkeys((*LAYOUTS["fingertips"], *AUTHORITY_COMPARISONS, REGION_COMPARISONS[1]), "")
    about = {"Area Code": area, "Area Type": kind, "Time period": period, "Count": count, "Value": value}
    return {**found, **PEOPLE, **about, **{name.replace("_", " "): cell for name, cell in cells.items()}}


def lines() -> list[Row]:
    return [
        line("E92000001", "England", "2023/24", "107429", "115.2166797"),
        line("E92000001", "England", "2023/24", "", "", Category_Type="Deprivation deciles", Category="Most deprived"),
        line("E92000001", "England", "2023/24", "107429", "115.2166797"),
        line("E06000021", COUNTIES, "2023/24", "535", "110.5", Value_note="Treat with caution"),
        line("E06000021", COUNTIES, "2023/24", "300", "120.5", Sex="Male"),
        line("E06000021", COUNTIES, "2022/23", "", "", Value_note="Value suppressed for disclosure control"),
        line("E08000030", COUNTIES, "2023/24", "", "", Value_note="Not presented due to a coding fault"),
        line("E08000030", COUNTIES, "2022/23", "", ""),
        line("E07000193", "Districts & UAs", "2023/24", "90", "80.0"),
    ]


def fingertips_file(folder: Path, table: list[Row], comparisons: tuple[str, ...] = AUTHORITY_COMPARISONS) -> Path:
    return save(folder / "hospital.csv", table, [*LAYOUTS["fingertips"], *comparisons])


def extracted(path: Path, release: date | None = None) -> Extracted:
    return extract_publication(path, CATALOGUE, release)


def refusal(path: Path, release: date | None = None) -> str:
    with pytest.raises(FileRefusedError) as refused:
        extracted(path, release)
    assert str(refused.value).startswith(path.name)
    return str(refused.value)


@pytest.mark.parametrize("comparisons", [AUTHORITY_COMPARISONS, REGION_COMPARISONS])
def test_the_rows_of_the_series_are_kept_and_the_rest_is_counted(tmp_path: Path, comparisons: tuple[str, ...]) -> None:
    found = extracted(fingertips_file(tmp_path, lines(), comparisons))
    assert (found.publication.id, found.release) == ("tried-here", date(2025, 2, 4))
    counts = found.values[found.values["quantity"] == "referrals"].set_index(["area", "period"])["value"]
    assert counts["england", "2023-24"] == 107429.0
    assert counts["stoke-on-trent", "2023-24"] == 535.0
    assert len(found.values) == 2 * 5
    assert found.row_count == 9
    assert {one.reason.split(" (")[0]: one.rows for one in found.left_out} == {
        "of a group or breakdown that no series maps": 2,
        "of a kind of area that is not held here": 1,
        "said again, word for word": 1,
    }


def test_an_empty_cell_means_what_its_note_says(tmp_path: Path) -> None:
    values = extracted(fingertips_file(tmp_path, lines())).values
    printed = values[values["quantity"] == "referrals-rate-printed"].set_index(["area", "period"])
    assert printed.loc[("stoke-on-trent", "2022-23"), "state"] == "suppressed"
    assert printed.loc[("walsall", "2023-24"), "state"] == "unavailable"
    assert printed.loc[("walsall", "2022-23"), "state"] == "missing-or-suppressed"
    assert printed.loc[("stoke-on-trent", "2023-24"), "note"] == "Treat with caution"
    assert printed.loc[("stoke-on-trent", "2023-24"), "value"] == 110.5
    assert printed.loc[("stoke-on-trent", "2023-24"), "state"] == "value"


def test_rows_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    table = [*lines(), line("E92000001", "England", "2023/24", "107430", "115.2166797")]
    assert "row 11, column Area Code: england in 2023-24 already stands in row 2" in refusal(
        fingertips_file(tmp_path, table)
    )


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Area Code": "E99999999"}, "row 5, column Area Code: “E99999999” is wrong"),
        ({"Time period": "2023 - 24"}, "row 5, column Time period"),
        ({"Count": "*"}, "row 5, column Count: “*” is neither a number"),
        ({"Value": "-1"}, "row 5, column Value: “-1”"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_row(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    table = lines()
    table[3].update(cells)
    assert says in refusal(fingertips_file(tmp_path, table), date(2025, 2, 4))


def test_a_series_that_finds_no_row_is_refused(tmp_path: Path) -> None:
    table = [{**found, "Age": "0-4 yrs"} for found in lines()]
    message = refusal(fingertips_file(tmp_path, table))
    assert (
        "has no row for referrals, whose series asks for Indicator ID “90284”, Sex “Persons”, Age “<15 yrs”" in message
    )


def test_an_indicator_that_no_series_maps_is_named(tmp_path: Path) -> None:
    table = [{**found, "Indicator ID": "41001"} for found in lines()]
    assert "is of Fingertips indicator 41001, which no series maps" in refusal(fingertips_file(tmp_path, table))


def test_a_new_year_is_a_new_release_and_the_line_to_add_is_said(tmp_path: Path) -> None:
    table = [*lines(), line("E92000001", "England", "2024/25", "1", "1.0")]
    message = refusal(fingertips_file(tmp_path, table))
    assert "up to 2024/25" in message
    assert "`<day it was published>: {latest_period: 2024/25}`" in message

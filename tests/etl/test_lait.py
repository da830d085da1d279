"""The long file of the local authority interactive tool, as CSV and as parquet."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.extract.publications import Extracted, extract_publication
from schema.errors import FileRefusedError
from schema.publications import LAYOUTS
from schema.states import State
from tests.etl.formats import catalogue_with, releases

COLUMNS = LAYOUTS["lait"]
SERIES = [
    {"quantity": "referrals", "column": "Values", "time": "year-to-31-march", "where": {"Short Desc": "Refs"}},
    {"quantity": "children-in-care", "column": "Values", "time": "at-31-march", "where": {"Short Desc": "LACnum"}},
    {
        "quantity": "referrals-rate-printed",
        "column": "Values",
        "time": "academic-year",
        "where": {"Short Desc": "Progress"},
        "signed": True,
    },
]
CATALOGUE = catalogue_with(format="lait", compilation=True, series=SERIES, releases=releases(d2026_04_08={}))

Line = tuple[str, str, str, str, str]
"""Short Desc, Years, area name, value, number."""

LINES: list[Line] = [
    ("Refs", "2025", "Stoke-on-Trent", "3874", "861"),
    ("Refs", "2024 (prov)", "Stoke-on-Trent", "3540", "861"),
    ("Refs", "2025", "England", "632830", "970"),
    ("Refs", "2025", "London (Inner)", "-", "987"),
    ("Other", "2025", "Stoke-on-Trent", "nonsense", "861"),
    ("LACnum", "2025", "Stoke-on-Trent", "1063", "861"),
    ("Progress", "2023/24 (Rev)", "Stoke-on-Trent", "-2.2999999999999998", "861"),
    ("Progress", "2024/25", "West Midlands", "5.5840000000000001E-2", "984"),
]


def frame(lines: Sequence[Line]) -> pd.DataFrame:
    rows = [(short, "", years, name, value, number, "") for short, years, name, value, number in lines]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def csv_file(folder: Path, lines: Sequence[Line] = LINES) -> Path:
    path = folder / "lait.csv"
    frame(lines).to_csv(path, index=False)
    return path


def parquet_file(folder: Path, lines: Sequence[Line] = LINES) -> Path:
    path = folder / "lait.parquet"
    table = frame(lines)
    # As published: the number is a float, and an absent text is null.
    table["LA Number"] = pd.to_numeric(table["LA Number"]).astype(float)
    table["Data item"] = None
    table.to_parquet(path, index=False)
    return path


def extracted(path: Path, release: date | None = None) -> Extracted:
    return extract_publication(path, CATALOGUE, release)


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as refused:
        extracted(path)
    message = str(refused.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    return message


def spoilt(folder: Path, at: int, *, value: str = "", years: str = "", number: str = "") -> Path:
    lines = list(LINES)
    short, old_years, name, old_value, old_number = lines[at]
    lines[at] = (short, years or old_years, name, value or old_value, number or old_number)
    return csv_file(folder, lines)


@pytest.mark.parametrize("make", [csv_file, parquet_file], ids=["csv", "parquet"])
def test_every_mapped_row_has_its_area_period_basis_and_row(tmp_path: Path, make: object) -> None:
    assert callable(make)
    found = extracted(make(tmp_path))
    kept = found.values[["quantity", "area", "period", "basis", "value", "row", "note"]].astype(object)
    rows = kept.where(kept.notna(), None).to_numpy().tolist()
    assert sorted(rows, key=lambda row: row[5]) == [
        ["referrals", "stoke-on-trent", "2024-25", "year", 3874.0, 2, ""],
        ["referrals", "stoke-on-trent", "2023-24", "year", 3540.0, 3, "provisional"],
        ["referrals", "england", "2024-25", "year", 632830.0, 4, ""],
        ["referrals", "inner-london", "2024-25", "year", None, 5, ""],
        ["children-in-care", "stoke-on-trent", "2024-25", "at-date", 1063.0, 7, ""],
        ["referrals-rate-printed", "stoke-on-trent", "AY2023-24", "academic-year", -2.3, 8, "revised"],
        ["referrals-rate-printed", "west-midlands", "AY2024-25", "academic-year", 0.05584, 9, ""],
    ]
    assert found.row_count == 8
    assert [tuple(one) for one in found.left_out] == [(1, "of a `Short Desc` that no series maps")]


def test_a_dash_is_missing_or_suppressed_and_never_a_number(tmp_path: Path) -> None:
    values = extracted(csv_file(tmp_path)).values
    dash = values[values["area"] == "inner-london"].iloc[0]
    assert (dash["symbol"], dash["state"]) == ("-", State.MISSING_OR_SUPPRESSED.value)
    assert pd.isna(dash["value"])


def test_a_number_with_a_decimal_point_is_the_same_authority(tmp_path: Path) -> None:
    assert "stoke-on-trent" in set(extracted(spoilt(tmp_path, 0, number="861.0")).values["area"])


def test_a_missing_row_of_an_authority_before_its_time_is_counted_and_left_out(tmp_path: Path) -> None:
    lines: list[Line] = [*LINES, ("Refs", "2020", "Cumberland", "-", "942"), ("Refs", "2025", "Cumberland", "-", "942")]
    found = extracted(csv_file(tmp_path, lines))
    assert (1, "missing, of an authority that did not exist then") in [tuple(one) for one in found.left_out]
    assert found.values.loc[found.values["area"] == "cumberland", "period"].tolist() == ["2024-25"]


def test_a_number_of_an_authority_before_its_time_is_kept(tmp_path: Path) -> None:
    lines: list[Line] = [*LINES, ("Refs", "2020", "Cumberland", "12", "942")]
    assert "cumberland" in set(extracted(csv_file(tmp_path, lines)).values["area"])


def test_means_of_neighbours_are_no_area_and_are_counted(tmp_path: Path) -> None:
    lines: list[Line] = [*LINES, ("Refs", "2025", "Statistical Neighbours (Stoke-on-Trent)", "3500", "")]
    found = extracted(csv_file(tmp_path, lines))
    assert len(found.values) == 7
    assert (1, "means of statistical neighbours, which are computed here") in [tuple(one) for one in found.left_out]


def test_a_region_without_a_number_is_known_by_its_name(tmp_path: Path) -> None:
    lines: list[Line] = [*LINES, ("Refs", "2025", "Yorkshire and the Humber", "60000", "")]
    assert "yorkshire-and-the-humber" in set(extracted(csv_file(tmp_path, lines)).values["area"])


def test_a_missing_row_without_a_year_is_counted_and_left_out(tmp_path: Path) -> None:
    found = extracted(csv_file(tmp_path, [*LINES, ("Refs", "0", "Stoke-on-Trent", "-", "861")]))
    assert (1, "without a year, and missing") in [tuple(one) for one in found.left_out]


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"value": "c"}, "Values", "neither a number nor one of the symbols -"),
        ({"value": "1,234"}, "Values", "neither a number"),
        ({"value": "-5"}, "Values", "signed: true"),
        ({"value": "1e400"}, "Values", "neither a number"),
        ({"years": "0"}, "Years", "not printed as one year-to-31-march"),
        ({"years": "2014-16"}, "Years", "not printed as one year-to-31-march"),
        ({"number": "999"}, "LA Number", "no area that we know"),
        ({"number": "E06000021"}, "LA Number", "no area that we know"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_row(tmp_path: Path, change: dict[str, str], column: str, says: str) -> None:
    message = refusal(spoilt(tmp_path, 1, **change))
    assert f"row 3, column {column}: " in message
    assert says in message


def test_what_is_wrong_with_an_unmapped_row_does_not_matter(tmp_path: Path) -> None:
    assert len(extracted(spoilt(tmp_path, 4, number="999", years="never")).values) == 7


def test_a_mapped_measure_that_the_file_does_not_have_is_named(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path, [line for line in LINES if line[0] != "LACnum"]))
    assert "no Short Desc “LACnum”, the source of children-in-care" in message
    assert "schema/publications/tried-here.yaml" in message


def test_one_year_in_two_forms_is_there_twice(tmp_path: Path) -> None:
    lines: list[Line] = [*LINES, ("Refs", "2024-25", "Stoke-on-Trent", "3875", "861")]
    assert "stoke-on-trent in 2024-25 already stands in row 2" in refusal(csv_file(tmp_path, lines))


def test_a_release_is_told_by_its_rows(tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    two = releases(d2026_04_08={"rows": 8}, d2026_01_08={"rows": 7})
    catalogue = catalogue_with(format="lait", series=SERIES, releases=two)
    assert extract_publication(path, catalogue).release == date(2026, 4, 8)
    longer = csv_file(tmp_path, [*LINES, ("Other", "2025", "England", "1", "970")])
    with pytest.raises(
        FileRefusedError, match=r"add to `releases:` in \S+ the line `<day it was published>: {rows: 9}`"
    ):
        extract_publication(longer, catalogue)
    assert extract_publication(longer, catalogue, date(2026, 1, 8)).release == date(2026, 1, 8)


def test_without_pyarrow_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet_file(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    message = refusal(path)
    assert "pip install pyarrow" in message
    assert "as CSV" in message


def test_a_parquet_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nested.parquet"
    pd.DataFrame({"a": [[1, 2]], "b": [{"c": 1}]}).to_parquet(path)
    assert "no table of texts and numbers" in refusal(path)
    pd.DataFrame({"station": ["Keele"], "rain": [1.5], "dry": [True], "day": [pd.Timestamp(2025, 1, 1)]}).to_parquet(
        path
    )
    assert "is no dataset that we know" in refusal(path)


@pytest.mark.parametrize("keep", [4, 60, -5])
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = parquet_file(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    assert "damaged parquet file" in refusal(path)


def test_a_parquet_file_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path) -> None:
    lines: list[Line] = [("x" * 5_000, "2025", "England", "1", "970")] * 10
    assert "longer than 2,000 characters" in refusal(parquet_file(tmp_path, lines))

"""The formats against each other on the real files: what two publishers print of one thing is one number.

The oracle reads the files with the csv module and pandas alone.
"""

from pathlib import Path

import pandas as pd
import pytest

from etl.extract.publications import Extracted, extract_publication
from tests.etl.published import CATALOGUE

KEY = ["area", "period", "basis", "quantity", "category"]
LAIT = "lait/bds_long_0.parquet"
MONTHS = "cin_2024_release/c6_children_in_need_referrals_by_month_2013_to_2024.csv"


@pytest.fixture(scope="module")
def lait(published_files: Path) -> Extracted:
    return extract_publication(published_files / LAIT, CATALOGUE)


def test_every_row_of_lait_is_kept_or_counted(lait: Extracted) -> None:
    assert len(lait.values) + sum(one.rows for one in lait.left_out) >= lait.row_count == 641_070
    assert not lait.values.duplicated(KEY).any()


def test_lait_as_csv_says_the_same(lait: Extracted, published_files: Path, tmp_path: Path) -> None:
    path = tmp_path / "lait.csv"
    pd.read_parquet(published_files / LAIT).to_csv(path, index=False)
    pd.testing.assert_frame_equal(extract_publication(path, CATALOGUE).values, lait.values)


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("csc_oe/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv", 5_000),
        ("csc_oe/cla_number_and_rate_per_10k_children.csv", 4_000),
        ("csc_oe/absence_la.csv", 5_000),
        ("csc_oe/ks2_la.csv", 1_000),
        ("csc_oe/ks4_la.csv", 3_000),
        ("csc_oe/region_hospital_admissions_2324.csv", 1_400),
    ],
)
def test_lait_repeats_what_was_published_first(lait: Extracted, published_files: Path, file: str, least: int) -> None:
    """An academic year that LAIT prints as 2025 is the Department's 202425, or these would be off by a year."""
    first = extract_publication(published_files / file, CATALOGUE).values
    both = lait.values.merge(first, on=KEY, suffixes=("", "_first"))
    both = both[both["value"].notna() & both["value_first"].notna()]
    assert len(both) >= least
    # To half of the last place that LAIT prints of a rate by Fingertips.
    assert (both["value"] - both["value_first"]).abs().max() <= 0.0051


def test_the_months_of_an_authority_make_its_year(published_files: Path) -> None:
    values = extract_publication(published_files / MONTHS, CATALOGUE).values
    assert sorted(values["period"].unique())[::143] == ["2012M04", "2024M03"]
    assert values["period"].nunique() == 144
    printed = pd.read_csv(published_files / MONTHS, dtype=str)
    row = values["row"] - 2
    authority = printed["geographic_level"].to_numpy()[row] == "Local authority"
    years = values[authority].groupby("row")["value"].agg(["sum", "count"])
    total = pd.to_numeric(printed["Referrals"], errors="coerce").to_numpy()[years.index - 2]
    whole = (years["count"] == 12).to_numpy() & ~pd.isna(total)
    assert whole.sum() > 1_700
    assert (years["sum"].to_numpy() == total)[whole].all()


def test_each_month_is_in_the_column_that_names_it(published_files: Path) -> None:
    values = extract_publication(published_files / MONTHS, CATALOGUE).values
    printed = pd.read_csv(published_files / MONTHS, dtype=str)
    for number, name in ((4, "April"), (12, "December"), (1, "January"), (3, "March")):
        year = 2023 if number > 3 else 2024
        ours = values[(values["area"] == "england") & (values["period"] == f"{year}M{number:02d}")]["value"].tolist()
        at = (printed["time_period"] == "2024") & (printed["geographic_level"] == "National")
        assert ours == [float(printed.loc[at, name].iloc[0])]


def test_fingertips_makes_its_rates_of_its_counts(published_files: Path) -> None:
    file = published_files / "csc_oe" / "region_hospital_admissions_2324.csv"
    found = extract_publication(file, CATALOGUE)
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    wide = found.values.pivot_table(index="row", columns="quantity", values="value")
    people = pd.to_numeric(table["Denominator"], errors="coerce").to_numpy()[wide.index - 2]
    count, rate = (wide[name].to_numpy() for name in sorted(wide.columns))
    assert len(wide) > 2_000
    assert abs(count / people * 10_000 - rate).max() < 0.01

"""The files exactly as they were published come out as they were printed.

The Department for Education printed rates beside its counts in October 2024 and population beside them in October 2025;
what we compute from the counts has to be what it printed. Some figures are held against a second, slower way of
working them out that shares nothing with the first but the area list.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.extract.csv_file import read_csv_file
from etl.extract.publications import Extracted, extract_publication
from etl.extract.read_file import read_tables
from etl.extract.recognise import recognise
from etl.transform.figures import Vintage, compute_figures
from schema.areas import AreaKind
from schema.catalogue import default_catalogue
from schema.errors import FileRefusedError

CATALOGUE = default_catalogue()
AREAS = CATALOGUE.areas

CIN = "Children in need"
CARE = "Children looked after in England including adoptions"
WORKFORCE = "Children's social work workforce"
CONFERENCES = "initial-conferences-within-15-working-days"
OCTOBER_2024, OCTOBER_2025 = "2024-10-31", "2025-10-30"

# File, dataset, release, rows.
FILES = [
    ("cin_2024_release/b1_children_in_need_2013_to_2024.csv", "cin-children-in-need", OCTOBER_2024, 1967),
    ("cin_2024_release/b7_child_in_need_plans_2022_to_2024.csv", "cin-plans", OCTOBER_2024, 493),
    (
        "cin_2024_release/c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv",
        "cin-referrals",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/c2_children_in_need_assessments_duration_2014_to_2024.csv",
        "cin-assessments",
        OCTOBER_2024,
        1803,
    ),
    (
        "cin_2024_release/c3_factors_identified_at_end_of_assessment_2018_to_2024.csv",
        "cin-assessment-factors",
        OCTOBER_2024,
        1147,
    ),
    (
        "cin_2024_release/c4_children_in_need_section_47s_and_icpcs_2013_to_2024.csv",
        "cin-section-47",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/c5_children_in_need_referrals_by_source_2014_to_2024.csv",
        "cin-referral-sources",
        OCTOBER_2024,
        1803,
    ),
    ("cin_2024_release/d1_child_protection_plans_2013_to_2024.csv", "cin-protection-plans", OCTOBER_2024, 1967),
    (
        "cin_2024_release/d2_cpps_starting_by_category_of_abuse_2013_to_2024.csv",
        "cin-protection-plan-starts-by-abuse",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/d3_cpps_subsequent_plan_2013_to_2024.csv",
        "cin-subsequent-protection-plans",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/d4_cpps_at31march_by_category_of_abuse_2013_to_2024.csv",
        "cin-protection-plans-by-abuse",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/d5_cpps_at31march_by_duration_2013_to_2024.csv",
        "cin-protection-plan-durations",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/d6_cpps_reviewed_within_timescales_2013_to_2024.csv",
        "cin-protection-plan-reviews",
        OCTOBER_2024,
        1967,
    ),
    ("cin_2024_release/ons_mid-year_population_estimates_2012_to_2023.csv", "mid-year-population", OCTOBER_2024, 1967),
    ("csc_oe/b1_children_in_need_2013_to_2025.csv", "cin-children-in-need", OCTOBER_2025, 2132),
    ("csc_oe/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv", "cin-referrals", OCTOBER_2025, 2132),
    (
        "csc_oe/c3_factors_identified_at_end_of_assessment_2018_to_2025.csv",
        "cin-assessment-factors",
        OCTOBER_2025,
        1312,
    ),
    ("csc_oe/c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv", "cin-section-47", OCTOBER_2025, 2132),
    ("csc_oe/d3_cpps_subsequent_plan_2013_to_2025.csv", "cin-subsequent-protection-plans", OCTOBER_2025, 2132),
    ("csc_oe/d5_cpps_at31march_by_duration_2013_to_2025.csv", "cin-protection-plan-durations", OCTOBER_2025, 2132),
    ("csc_oe/ons_mid-year_population_estimates_2012_to_2024.csv", "mid-year-population", OCTOBER_2025, 2132),
    ("csc_oe/cla_number_and_rate_per_10k_children.csv", "cla-rates", "2025-11-26", 2505),
    ("csc_oe/la_cla_placement_stability.csv", "cla-placement-stability", "2025-11-26", 5010),
    ("csc_oe/csww_indicators_2017_to_2025.csv", "social-work-workforce", "2026-03-19", 1463),
    ("csc_oe/New_Statistical_Neighbour_Groupings_April_2021.csv", "neighbours-april-2021", "2021-04-01", 159),
    ("csc_oe/sn_model_2025_wide.csv", "neighbours-may-2025", "2025-05-01", 153),
    (
        "cin_2024_release/b2_children_in_need_recorded_disability_2013_to_2024.csv",
        "cin-recorded-disability",
        OCTOBER_2024,
        1967,
    ),
    ("cin_2024_release/b3_cin_primary_need_2013_to_2024.csv", "cin-primary-need", OCTOBER_2024, 1967),
    (
        "cin_2024_release/b4_children_in_need_duration_of_open_episode_2013_to_2024.csv",
        "cin-open-episode-durations",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/c6_children_in_need_referrals_by_month_2013_to_2024.csv",
        "cin-referrals-by-month",
        OCTOBER_2024,
        1967,
    ),
    (
        "cin_2024_release/d7_cpps_ending_by_duration_2013_to_2024.csv",
        "cin-protection-plan-ends-by-duration",
        OCTOBER_2024,
        1967,
    ),
    (
        "csc_oe/la_care_leavers_accommodation_suitability.csv",
        "cla-care-leaver-accommodation",
        "2025-11-26",
        6680,
    ),
    ("csc_oe/la_conviction_health_outcome_cla.csv", "cla-health-outcomes", "2025-11-26", 15030),
    ("csc_oe/la_cla_school_moves.csv", "cla-school-moves", "2026-01-21", 6680),
    ("csc_oe/la_cla_swcount.csv", "cla-social-worker-stability", "2026-01-21", 330),
    ("csc_oe/absence_la.csv", "outcomes-absence", "2026-04-02", 17220),
    ("csc_oe/ks2_la.csv", "outcomes-ks2", "2026-04-02", 3444),
    ("csc_oe/ks4_la.csv", "outcomes-ks4", "2026-04-02", 3444),
    ("csc_oe/la_hospital_admissions_2324.csv", "hospital-admissions", "2025-02-04", 7208),
    ("csc_oe/region_hospital_admissions_2324.csv", "hospital-admissions", "2025-02-04", 6847),
    ("lait/bds_long_0.parquet", "lait", "2026-04-08", 641070),
]

# Of the 2024 release: the start of the file's name, and for each rate column the authority-years that have a count,
# a rate and a population.
RATES = {
    "b1_": {
        "Anypoint_episodes_rate": 1796,
        "Anypoint_child_rate": 1796,
        "Started_episodes_rate": 1795,
        "Started_child_rate": 1795,
        "Ended_episodes_rate": 1794,
        "Ended_child_rate": 1791,
        "At31_episodes_rate": 1793,
        "Awaiting_assessment_rate": 1746,
    },
    "b7_": {
        "CINPlan_start_rate": 439,
        "CINPlan_child_start_rate": 439,
        "CINPlan_end_rate": 439,
        "CINPlan_child_end_rate": 439,
        "CINPlan_anypoint_rate": 440,
        "CINPlan_child_anypoint_rate": 440,
        "CINPlan_At31_rate": 438,
    },
    "c1_": {"Referrals_rate": 1794, "Referrals_child_rate": 1794},
    "c2_": {"Assessments_completed_rate": 1648},
    "c4_": {"Section47_rate": 1786, "Section47_child_rate": 1785, "ICPC_rate": 1786, "ICPC_child_rate": 1786},
    "d1_": {
        "CPP_start_rate": 1783,
        "CPP_child_start_rate": 1783,
        "CPP_end_rate": 1784,
        "CPP_child_end_rate": 1785,
        "CPP_anypoint_rate": 1783,
        "CPP_child_anypoint_rate": 1784,
        "CPP_At31_rate": 1783,
    },
}

# A value printed to one decimal is right within half of its last digit; the rest is for how floats fall on it.
TENTH = 0.05 + 1e-9
WHOLE = 0.5 + 1e-9


class Published:
    """Every published file, extracted, and the figures of every release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = [extract_publication(folder / name, CATALOGUE) for name, *_ in FILES]
        self.figures = {
            key: compute_figures(self.vintage(*key), CATALOGUE)
            for key in ((CIN, OCTOBER_2024), (CIN, OCTOBER_2025), (CARE, "2025-11-26"), (WORKFORCE, "2026-03-19"))
        }

    def file(self, publication: str, release: str) -> Extracted:
        return next(f for f in self.files if (f.publication.id, f.release.isoformat()) == (publication, release))

    def vintage(self, series: str, release: str) -> Vintage:
        members = [
            (number, found)
            for number, found in enumerate(self.files, start=1)
            if (found.publication.series_title, found.release.isoformat()) == (series, release)
        ]
        values = [
            f.values.assign(source_id=number, publisher=f.publication.id) for number, f in members if len(f.values)
        ]
        day = max((d for _, f in members if (d := f.publication.releases[f.release].population)), default=None)
        population = (
            self.file("mid-year-population", day.isoformat()).population.assign(source_id=0, released_on=day)
            if day
            else pd.DataFrame()
        )
        return Vintage(pd.concat(values, ignore_index=True), population, dict.fromkeys(range(len(FILES)), "final"))

    def figure(self, series: str, release: str, measure: str, area: str, period: str) -> "pd.Series[Any]":
        found = self.figures[series, release]
        at = (found["measure"] == measure) & (found["area"] == area) & (found["period"] == period)
        assert at.sum() == 1, f"{at.sum()} figures"
        return found[at].iloc[0]


@pytest.fixture(scope="module")
def published(published_files: Path) -> Published:
    return Published(published_files)


def as_printed(path: Path) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Area, year and cells of every row, read with nothing but the csv module."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            level = row["geographic_level"]
            codes = {
                "National": ("", row["country_code"]),
                "Regional": ("", row["region_code"]),
                "Local authority": (row["old_la_code"], row["new_la_code"]),
            }
            area = AREAS.from_codes(*codes[level])
            assert area is not None
            yield area.id, int(row["time_period"]), row


def number(cell: str) -> float | None:
    """A cell's number; None for a symbol."""
    try:
        return float(cell)
    except ValueError:
        return None


def is_authority(area: str) -> bool:
    return AREAS.by_id[area].kind in (AreaKind.AUTHORITY, AreaKind.COMPOSITE)


# --------------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize(("name", "publication", "release", "count"), FILES, ids=[name for name, *_ in FILES])
def test_each_file_is_recognised_with_its_release(
    published_files: Path, name: str, publication: str, release: str, count: int
) -> None:
    table = read_tables(published_files / name)[0]
    found, day = recognise(table, CATALOGUE)
    assert (found.id, day.isoformat()) == (publication, release)
    assert len(table.cells) == count


def test_no_other_file_is_taken_for_one_of_them(published_files: Path) -> None:
    known = {published_files / name for name, *_ in FILES}
    found = {*(published_files / "csc_oe").glob("*.csv"), *(published_files / "cin_2024_release").glob("*.csv")}
    assert len(found - known) > 10
    for path in sorted(found - known):
        with pytest.raises(FileRefusedError, match=re.escape(path.name)):
            recognise(read_csv_file(path), CATALOGUE)


def test_every_declared_release_has_been_read(published: Published) -> None:
    """A release whose file nobody has seen is a guess; of the sheet of single years of age only a part was seen."""
    declared = {(p.id, day) for p in CATALOGUE.publications.values() for day in p.releases if p.format != "ons-ages"}
    assert declared == {(found.publication.id, found.release) for found in published.files}


# ---------------------------------------------------------------------------------------------------- conformance


@pytest.mark.parametrize("file", RATES)
def test_every_printed_rate_is_the_count_over_the_residents_of_its_release(
    published_files: Path, file: str, record_property: Callable[[str, object], None]
) -> None:
    """Recomputed by hand from the printed files, for every authority and year that has count, rate and residents."""
    folder = published_files / "cin_2024_release"
    people = {
        (area, year): float(row["population_estimate"])
        for area, year, row in as_printed(next(folder.glob("ons_*")))
        if number(row["population_estimate"]) is not None
    }
    compared: Counter[str] = Counter()
    worst: dict[str, float] = dict.fromkeys(RATES[file], 0.0)
    path = next(folder.glob(f"{file}*"))
    for area, year, row in as_printed(path):
        assert {column for column in row if column.endswith("_rate")} == set(RATES[file])
        for column in RATES[file]:
            rate, count = number(row[column]), number(row[column.removesuffix("_rate")])
            if rate is None or count is None or not is_authority(area):
                continue
            # Whatever has a printed rate has residents in that release.
            worst[column] = max(worst[column], abs(count / people[area, year - 1] * 10_000 - rate))
            compared[column] += 1
    assert dict(compared) == RATES[file]
    assert max(worst.values()) <= TENTH
    record_property("max_error", max(worst.values()))


def test_a_rate_over_the_residents_of_another_release_is_not_what_was_printed(published_files: Path) -> None:
    """The test above can fail: with the population of a year later, errors reach the hundreds."""
    people = {
        (area, year): float(row["population_estimate"])
        for area, year, row in as_printed(next((published_files / "cin_2024_release").glob("ons_*")))
        if number(row["population_estimate"]) is not None
    }
    errors = [
        abs(count / people[area, year] * 10_000 - rate)
        for area, year, row in as_printed(next((published_files / "cin_2024_release").glob("b1_*")))
        if (rate := number(row["At31_episodes_rate"])) is not None
        and (count := number(row["At31_episodes"])) is not None
        and (area, year) in people
    ]
    assert max(errors) > 100


@pytest.mark.parametrize(
    ("release", "measure", "compared"),
    [
        (OCTOBER_2024, "assessed-as-not-in-need", 1787),
        (OCTOBER_2024, "assessments-completed", 1648),
        (OCTOBER_2024, "child-protection-plans", 1783),
        (OCTOBER_2024, "child-protection-plans-started", 1783),
        (OCTOBER_2024, "children-in-need", 1793),
        (OCTOBER_2024, "children-on-cin-plans", 438),
        (OCTOBER_2024, "initial-conferences", 1786),
        (OCTOBER_2024, "protection-plan-reviews-on-time", 1784),
        (OCTOBER_2024, "protection-plans-of-two-years-or-more", 1149),
        (OCTOBER_2024, "referrals", 1794),
        (OCTOBER_2024, "referrals-no-further-action", 1729),
        (OCTOBER_2024, "repeat-referrals", 1795),
        (OCTOBER_2024, "second-or-subsequent-plans", 1774),
        (OCTOBER_2024, "section-47-enquiries", 1786),
        (OCTOBER_2025, "assessed-as-not-in-need", 1940),
        (OCTOBER_2025, "protection-plans-of-two-years-or-more", 1241),
        (OCTOBER_2025, "referrals-no-further-action", 1873),
        (OCTOBER_2025, "repeat-referrals", 1948),
        (OCTOBER_2025, "second-or-subsequent-plans", 1924),
    ],
)
def test_our_figure_of_every_authority_is_the_one_that_was_printed(
    published: Published, release: str, measure: str, compared: int
) -> None:
    found = published.figures[CIN, release]
    found = found[(found["measure"] == measure) & found["area"].map(is_authority)]
    both = found[found["value"].notna() & found["other_value"].notna()]
    assert set(both["origin"]) == {"computed"}
    assert len(both) == compared
    assert (both["value"] - both["other_value"]).abs().max() <= TENTH


@pytest.mark.parametrize(
    ("measure", "compared"),
    [
        ("children-in-care", 755),
        ("children-leaving-care", 756),
        ("children-starting-to-be-looked-after", 756),
        ("three-or-more-placements", 744),
    ],
)
def test_children_in_care_are_printed_in_whole_numbers(published: Published, measure: str, compared: int) -> None:
    found = published.figures[CARE, "2025-11-26"]
    both = found[(found["measure"] == measure) & found["other_value"].notna() & found["area"].map(is_authority)]
    assert len(both) == compared
    assert (both["value"] - both["other_value"]).abs().max() <= WHOLE


def test_for_england_and_the_regions_every_printed_value_rules(published: Published) -> None:
    printed = {m.id for m in CATALOGUE.measures.values() if m.printed}
    for (series, release), found in published.figures.items():
        wide = found[~found["area"].map(is_authority) & found["measure"].isin(printed)]
        both = wide[wide["value"].notna() & wide["other_value"].notna()]
        assert set(both["origin"]) == {"published"}, (series, release)


def test_recomputing_the_percentages_of_england_and_the_regions_would_shift_a_quarter_of_them(
    published: Published,
) -> None:
    """Why the printed value rules there: the counts are rounded to 10."""
    found = published.figures[CIN, OCTOBER_2024]
    percentages = {m.id for m in CATALOGUE.measures.values() if m.printed and m.is_percentage}
    wide = found[~found["area"].map(is_authority) & found["measure"].isin(percentages) & found["other_value"].notna()]
    shifted = (wide["value"] - wide["other_value"]).abs() > TENTH
    assert (int(shifted.sum()), len(wide)) == (329, 1296)


# ------------------------------------------------------------------------------------------- figures known by heart


def test_children_of_england_in_mid_2023_by_release(published: Published) -> None:
    for release, people in ((OCTOBER_2024, 11_998_646), (OCTOBER_2025, 12_059_476)):
        found = published.file("mid-year-population", release).population
        england = found[(found["area"] == "england") & (found["period"] == "MY2023")]
        assert england["value"].tolist() == [people]


@pytest.mark.parametrize(
    ("series", "release", "measure", "area", "period", "origin", "shown"),
    [
        (CIN, OCTOBER_2025, "repeat-referrals", "stoke-on-trent", "2024-25", "computed", "21.0"),
        (CIN, OCTOBER_2025, "repeat-referrals", "england", "2024-25", "published", "22.6"),
        (CIN, OCTOBER_2025, "repeat-referrals", "west-midlands", "2024-25", "published", "19.5"),
        (CIN, OCTOBER_2025, "children-in-need", "stoke-on-trent", "2024-25", "computed", "509.6"),
        (CIN, OCTOBER_2025, "children-in-need", "england", "2024-25", "computed", "330.3"),
        (CIN, OCTOBER_2025, "child-protection-plans-started", "stoke-on-trent", "2024-25", "computed", "69.7"),
        (CIN, OCTOBER_2025, CONFERENCES, "stoke-on-trent", "2024-25", "computed", "90.9"),
        (CIN, OCTOBER_2025, "protection-plans-of-two-years-or-more", "west-midlands", "2024-25", "published", "2.3"),
        (CIN, OCTOBER_2024, "section-47-enquiries", "england", "2023-24", "published", "187.1"),
        (CIN, OCTOBER_2025, "section-47-enquiries", "england", "2023-24", "computed", "186.2"),
        (CARE, "2025-11-26", "children-in-care", "stoke-on-trent", "2024-25", "computed", "170.0"),
        (CARE, "2025-11-26", "children-in-care", "england", "2024-25", "published", "67.0"),
    ],
)  # fmt: skip
def test_a_figure_that_stands_in_the_publications(
    published: Published, series: str, release: str, measure: str, area: str, period: str, origin: str, shown: str
) -> None:
    found = published.figure(series, release, measure, area, period)
    assert f"{found['value']:.1f}" == shown
    assert found["origin"] == origin


@pytest.mark.parametrize(
    ("measure", "numerator", "denominator"),
    [
        ("repeat-referrals", 812, 3874),
        (CONFERENCES, 459, 505),
        ("child-protection-plans-started", 436, 62520),
        ("children-in-need", 3186, 62520),
    ],
)
def test_stoke_on_trents_counts(published: Published, measure: str, numerator: int, denominator: int) -> None:
    found = published.figure(CIN, OCTOBER_2025, measure, "stoke-on-trent", "2024-25")
    assert (found["numerator"], found["denominator"]) == (numerator, denominator)


def test_west_midlands_plans_of_two_years_would_be_2_4_from_the_rounded_counts(published: Published) -> None:
    found = published.figure(CIN, OCTOBER_2025, "protection-plans-of-two-years-or-more", "west-midlands", "2024-25")
    assert found["value"] == 2.3
    assert f"{found['other_value']:.1f}" == "2.4"


# ---------------------------------------------------------------------------------------------------------- areas


def test_joint_returns_appear_as_one_area(published: Published) -> None:
    found = published.figures[WORKFORCE, "2026-03-19"]
    for joint in ("north-and-west-northamptonshire", "kingston-upon-thames-and-richmond-upon-thames"):
        latest = found[(found["area"] == joint) & (found["period"] == "SY2025")]
        assert set(latest["measure"]) >= {"social-worker-vacancies", "social-worker-turnover"}
        for member in AREAS.by_id[joint].members:
            assert found[(found["area"] == member) & (found["period"] == "SY2025")].empty


def test_inner_and_outer_london_are_kept_as_parts_of_a_region(published: Published) -> None:
    found = published.figures[CIN, OCTOBER_2025]
    regions = set(found["area"]) & {area.id for area in AREAS if area.kind is AreaKind.REGION}
    assert len(regions) == 11
    whole = published.figure(CIN, OCTOBER_2025, "referrals", "london", "2024-25")["numerator"]
    halves = [
        float(published.figure(CIN, OCTOBER_2025, "referrals", half, "2024-25")["numerator"])
        for half in ("inner-london", "outer-london")
    ]
    assert sum(halves) == pytest.approx(whole, abs=20)
    assert not any(AREAS.by_id[half].ranked for half in ("inner-london", "outer-london"))


def test_authorities_without_residents_have_counts_and_no_rate(published: Published) -> None:
    """Those that Dorset, Bournemouth and Poole were before 2019: the population file prints `x` for them."""
    for release in (OCTOBER_2024, OCTOBER_2025):
        found = published.figures[CIN, release]
        counted = found[(found["measure"] == "children-in-need") & found["numerator"].notna() & found["value"].isna()]
        assert Counter(counted["area"]) == {"bournemouth": 7, "poole": 7, "dorset-to-2019": 7}
        assert set(counted["state"]) == {"unavailable"}


def test_an_authority_that_was_split_keeps_its_rates_of_the_years_before(published: Published) -> None:
    found = published.figures[CIN, OCTOBER_2025]
    rates = found[(found["measure"] == "children-in-need") & found["value"].notna()].groupby("area")["period"]
    assert rates.max()["cumbria"] == "2022-23"
    assert rates.min()["cumberland"] == rates.min()["westmorland-and-furness"] == "2023-24"
    assert rates.max()["northamptonshire"] == "2020-21"
    assert rates.min()["north-northamptonshire"] == "2021-22"


# ---------------------------------------------------------------------------------- where two datasets say the same


def disagreements(vintage: Vintage) -> tuple[int, set[tuple[str, str, str]]]:
    """How many values two datasets of one release both carry, and which of these differ."""
    values = vintage.values.assign(cell=vintage.values["value"].fillna(-1).astype(str) + vintage.values["symbol"])
    key = ["quantity", "category", "area", "period", "basis"]
    carried = values.groupby(key)["cell"].agg(["size", "nunique"])
    carried = carried[carried["size"] > 1]
    return len(carried), {(q, area, period) for q, _, area, period, _ in carried[carried["nunique"] > 1].index}


def test_datasets_of_the_2024_release_agree_but_for_one_authoritys_plans(published: Published) -> None:
    compared, differ = disagreements(published.vintage(CIN, OCTOBER_2024))
    assert compared == 9671
    # West Sussex had 424 plans at 31 March 2013 in d1 and 379 in d4 and d5, and its region and England follow. The
    # files do not say why; d1 is the one to believe first.
    assert differ == {("protection-plans", area, "2012-13") for area in ("west-sussex", "south-east", "england")}


def test_no_two_datasets_of_the_2025_release_carry_the_same_count(published: Published) -> None:
    assert disagreements(published.vintage(CIN, OCTOBER_2025)) == (0, set())


def test_both_datasets_count_the_same_children_in_care(published: Published) -> None:
    compared, differ = disagreements(published.vintage(CARE, "2025-11-26"))
    assert compared == 835
    # The Isles of Scilly have none: 0 in one file, "not applicable" in the other.
    years = ("2020-21", "2021-22", "2022-23", "2023-24", "2024-25")
    assert differ == {("children-in-care", "isles-of-scilly", year) for year in years}


def test_the_population_in_the_care_file_is_the_population_release(published: Published) -> None:
    population = published.file("mid-year-population", OCTOBER_2025).population
    people = population.set_index(["area", "period"])["value"].to_dict()
    compared = 0
    for area, year, row in as_printed(published.folder / "csc_oe" / "cla_number_and_rate_per_10k_children.csv"):
        printed = number(row["population_estimate"])
        if printed is not None:
            assert people[area, f"MY{year - 1}"] == printed
            compared += 1
    assert compared == 2463


# ------------------------------------------------------------------------------------------- a second, slower way


@pytest.mark.parametrize(
    ("file", "measure", "above", "below"),
    [
        ("csc_oe/c1_", "repeat-referrals", ["rereferral_count"], "referral_count"),
        ("csc_oe/c1_", "referrals-no-further-action", ["no_further_action_count"], "referral_count"),
        ("csc_oe/c4_", CONFERENCES, ["Duration_0-10_days", "Duration_11-15_days"], "ICPC"),
        ("csc_oe/d3_", "second-or-subsequent-plans", ["CPP_subsequent"], "CPP_start"),
        ("csc_oe/d5_", "protection-plans-of-two-years-or-more", ["2_years_or_more"], "CPP_At31"),
        ("csc_oe/b1_", "children-in-need", ["At31_episodes"], None),
        ("csc_oe/c4_", "section-47-enquiries", ["Section47"], None),
        ("csc_oe/d3_", "child-protection-plans-started", ["CPP_start"], None),
    ],
)  # fmt: skip
def test_every_authoritys_figure_is_what_doing_it_by_hand_gives(
    published: Published, file: str, measure: str, above: list[str], below: str | None
) -> None:
    people = {
        (area, year): number(row["population_estimate"])
        for area, year, row in as_printed(next((published.folder / "csc_oe").glob("ons_*")))
    }
    by_hand = {}
    for area, year, row in as_printed(next(published.folder.glob(f"{file}*"))):
        parts = [number(row[column]) for column in above]
        whole = number(row[below]) if below else people.get((area, year - 1))
        if is_authority(area) and None not in parts and whole:
            per = 100 if below else 10_000
            by_hand[area, f"{year - 1}-{year % 100:02d}"] = (
                sum(part for part in parts if part is not None) * per / whole
            )
    found = published.figures[CIN, OCTOBER_2025]
    ours = found[(found["measure"] == measure) & found["area"].map(is_authority) & (found["origin"] == "computed")]
    ours = ours[ours["value"].notna()]
    assert dict(zip(zip(ours["area"], ours["period"], strict=True), ours["value"], strict=True)) == by_hand
    assert len(by_hand) > 1200


def test_a_value_stands_behind_a_state_that_has_one_and_behind_no_other(published: Published) -> None:
    for found in published.figures.values():
        has_value = found["state"].isin(["value", "zero", "nil"])
        assert (found["value"].notna() == has_value).all()
        assert (found["value"].fillna(0).map(math.isfinite)).all()


def test_no_figure_stands_twice(published: Published) -> None:
    for found in published.figures.values():
        assert not found.duplicated(["measure", "area", "period", "basis", "category"]).any()


def test_stokes_neighbours_of_may_2025(published: Published) -> None:
    found = published.file("neighbours-may-2025", "2025-05-01").neighbours
    stoke = found[found["area"] == "stoke-on-trent"].sort_values("rank")["neighbour"].tolist()
    assert stoke == [
        "walsall",
        "rochdale",
        "wolverhampton",
        "doncaster",
        "north-east-lincolnshire",
        "kingston-upon-hull",
        "sandwell",
        "tameside",
        "derby",
        "rotherham",
    ]
    assert (found["neighbour"] == "stoke-on-trent").sum() == 13
    assert date(2025, 5, 1) == published.file("neighbours-may-2025", "2025-05-01").release

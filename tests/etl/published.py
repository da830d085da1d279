"""Small files in the layout of the real publications, for England, the West Midlands, Stoke-on-Trent and Walsall.

The headers are written out here as the Department for Education prints them, so that a test does not ask the
schema what the schema expects. A file is a list of rows, and a row a dictionary, so that a test can break one cell.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schema.catalogue import default_catalogue

CATALOGUE = default_catalogue()

Row = dict[str, str]
Cells = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """A row's geography."""

    level: str
    region: tuple[str, str] = ("", "")
    authority: tuple[str, str, str] = ("", "", "")
    """Three-digit code, GSS code, name."""


WEST_MIDLANDS_CODES = ("E12000005", "West Midlands")
ENGLAND = Place("National")
WEST_MIDLANDS = Place("Regional", WEST_MIDLANDS_CODES)
STOKE = Place("Local authority", WEST_MIDLANDS_CODES, ("861", "E06000021", "Stoke-on-Trent"))
WALSALL = Place("Local authority", WEST_MIDLANDS_CODES, ("335", "E08000030", "Walsall"))
PLACES = (ENGLAND, WEST_MIDLANDS, STOKE, WALSALL)


@dataclass(frozen=True)
class Layout:
    """A dataset's columns beside the geography, and those that hold one text throughout."""

    columns: tuple[str, ...]
    constant: Mapping[str, str]
    time_identifier: str = "Reporting year"


REFERRALS = Layout(
    (
        "category",
        "referral_count",
        "rereferral_count",
        "rereferral_percent",
        "no_further_action_count",
        "no_further_action_percent",
        "not_in_need_count",
        "not_in_need_percent",
        "referral_child_count",
        "rereferral_child_count",
        "rereferral_child_percent",
    ),
    {"category": "Referrals and Re-referrals"},
)
"""c1 as released in October 2025."""

REFERRALS_2024 = Layout(
    (
        "category",
        "Referrals",
        "Referrals_rate",
        "Re_referrals",
        "Re_referrals_percent",
        "No_Further_Action",
        "No_Further_Action_percent",
        "Not_in_Need",
        "Not_in_Need_percent",
        "Referrals_child",
        "Referrals_child_rate",
        "Re_referrals_child",
        "Re_referrals_child_percent",
    ),
    {"category": "Referrals and Re-referrals"},
)
"""c1 as released in October 2024."""

REPEAT_PLANS = Layout(
    ("category", "CPP_start", "CPP_subsequent", "CPP_subsequent_percent"),
    {"category": "Child Protection Plans which are a second or subsequent plan"},
)
"""d3: the same header in every release."""

SECTION_47 = Layout(
    (
        "category",
        "Section47",
        "Section47_child",
        "ICPC",
        "ICPC_child",
        "Duration_0-10_days",
        "Duration_11-15_days",
        "Duration_16-20_days",
        "Duration_21+_days",
        "Duration_25th_Percentile",
        "Duration_median",
        "Duration_75th_Percentile",
    ),
    {"category": "Section 47s and Initial Child Protection Conferences"},
)
"""c4 as released in October 2025."""

POPULATION = Layout(("age_group", "population_estimate"), {"age_group": "Children aged 0 to 17 years"})
"""The mid-year estimates that come with the children in need publication."""

CHILDREN_IN_CARE = Layout(("population_type", "population_estimate", "children_count", "rate_per_10000"), {})
"""The number and rate of children looked after, as released in November 2025."""

NEIGHBOURS = (
    "old_la_code",
    "la_name",
    "region_ind",
    "region_name",
    *(column for rank in range(1, 11) for column in (f"SN_{rank}", f"SN_{rank}P")),
)
"""The May 2025 model of statistical neighbours."""


def row(layout: Layout, place: Place, year: int, cells: Cells) -> Row:
    """One row as published. A column that `cells` does not name is not available (`x`)."""
    unknown = set(cells) - set(layout.columns)
    assert not unknown, f"the layout has no {unknown}"
    dfe, gss, name = place.authority
    return {
        "time_period": str(year),
        "time_identifier": layout.time_identifier,
        "geographic_level": place.level,
        "country_code": "E92000001",
        "country_name": "England",
        "region_code": place.region[0],
        "region_name": place.region[1],
        "old_la_code": dfe,
        "new_la_code": gss,
        "la_name": name,
        **{
            column: layout.constant[column] if column in layout.constant else str(cells.get(column, "x"))
            for column in layout.columns
        },
    }


def rows(layout: Layout, cells: Mapping[tuple[Place, int], Cells]) -> list[Row]:
    """One row for each place and year."""
    return [row(layout, place, year, found) for (place, year), found in cells.items()]


def everywhere(layout: Layout, years: Iterable[int], cells: Cells) -> list[Row]:
    """The same cells for every place and year."""
    return rows(layout, {(place, year): cells for year in years for place in PLACES})


def save(path: Path, table: Sequence[Row], columns: Sequence[str] | None = None) -> Path:
    """Write a table as the Department for Education does: UTF-8, commas, quotes where they are needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(table[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(table)
    return path


# Stoke-on-Trent, the West Midlands and England are as published in October 2025; Walsall is made up.
REFERRALS_CELLS: dict[tuple[Place, int], Cells] = {
    (ENGLAND, 2024): {"referral_count": 621880, "rereferral_count": 139410, "rereferral_percent": 22.4},
    (WEST_MIDLANDS, 2024): {"referral_count": 61350, "rereferral_count": 12010, "rereferral_percent": 19.6},
    (STOKE, 2024): {"referral_count": 3540, "rereferral_count": 690, "rereferral_percent": 19.5},
    (WALSALL, 2024): {"referral_count": 2511, "rereferral_count": 502, "rereferral_percent": 20.0},
    (ENGLAND, 2025): {"referral_count": 632830, "rereferral_count": 142900, "rereferral_percent": 22.6},
    (WEST_MIDLANDS, 2025): {"referral_count": 62720, "rereferral_count": 12220, "rereferral_percent": 19.5},
    (STOKE, 2025): {"referral_count": 3874, "rereferral_count": 812, "rereferral_percent": 21.0},
    (WALSALL, 2025): {"referral_count": 2600, "rereferral_count": "c", "rereferral_percent": "c"},
}

POPULATION_CELLS: dict[tuple[Place, int], Cells] = {
    (ENGLAND, 2023): {"population_estimate": 12059476},
    (WEST_MIDLANDS, 2023): {"population_estimate": 1334570},
    (STOKE, 2023): {"population_estimate": 60632},
    (WALSALL, 2023): {"population_estimate": 69500},
    (ENGLAND, 2024): {"population_estimate": 12183016},
    (WEST_MIDLANDS, 2024): {"population_estimate": 1351245},
    (STOKE, 2024): {"population_estimate": 62520},
    (WALSALL, 2024): {"population_estimate": 70100},
}


def but(
    cells: Mapping[tuple[Place, int], Cells], place: Place, year: int, **others: object
) -> dict[tuple[Place, int], Cells]:
    """The same cells with one row's replaced."""
    return {**cells, (place, year): others}


def referrals_file(folder: Path, name: str = "c1.csv") -> Path:
    """A small c1 of the October 2025 release."""
    return save(folder / name, rows(REFERRALS, REFERRALS_CELLS))


def population_file(folder: Path, name: str = "population.csv") -> Path:
    """A small population file of the October 2025 release."""
    return save(folder / name, rows(POPULATION, POPULATION_CELLS))


def repeat_plans_file(folder: Path, latest: int = 2025, name: str = "d3.csv") -> Path:
    """A small d3, which belongs to the release whose newest year it holds."""
    cells = {"CPP_start": 436, "CPP_subsequent": 131, "CPP_subsequent_percent": 30.0}
    return save(folder / name, everywhere(REPEAT_PLANS, (latest - 1, latest), cells))

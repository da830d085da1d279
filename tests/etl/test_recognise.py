"""A file is known by its header, its constant column and its latest period; never by its name."""

from datetime import date
from pathlib import Path

import pytest

from etl.extract.csv_file import read_csv_file
from etl.extract.recognise import recognise
from schema.errors import FileRefusedError
from schema.publications import EES_GEOGRAPHY
from tests.etl.published import (
    CATALOGUE,
    NEIGHBOURS,
    POPULATION,
    REFERRALS,
    REFERRALS_2024,
    REPEAT_PLANS,
    SECTION_47,
    Layout,
    Row,
    everywhere,
    referrals_file,
    repeat_plans_file,
    save,
)

OCTOBER_2024, OCTOBER_2025 = date(2024, 10, 31), date(2025, 10, 30)


def recognised(path: Path, release: date | None = None) -> tuple[str, date]:
    publication, day = recognise(read_csv_file(path), CATALOGUE, release)
    return publication.id, day


def refusal(path: Path, release: date | None = None) -> str:
    with pytest.raises(FileRefusedError) as refused:
        recognise(read_csv_file(path), CATALOGUE, release)
    message = str(refused.value)
    assert message.startswith(path.name)
    return message


def renamed(table: list[Row], **names: str) -> list[Row]:
    return [{names.get(column, column): cell for column, cell in found.items()} for found in table]


# ----------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize(
    ("layout", "latest", "publication", "release"),
    [
        (REFERRALS, 2025, "cin-referrals", OCTOBER_2025),
        (REFERRALS_2024, 2024, "cin-referrals", OCTOBER_2024),
        # The same header in both releases: only the newest year tells them apart.
        (REPEAT_PLANS, 2025, "cin-subsequent-protection-plans", OCTOBER_2025),
        (REPEAT_PLANS, 2024, "cin-subsequent-protection-plans", OCTOBER_2024),
        (POPULATION, 2024, "mid-year-population", OCTOBER_2025),
        (POPULATION, 2023, "mid-year-population", OCTOBER_2024),
        (SECTION_47, 2025, "cin-section-47", OCTOBER_2025),
    ],
)
def test_dataset_and_release(tmp_path: Path, layout: Layout, latest: int, publication: str, release: date) -> None:
    path = save(tmp_path / "file.csv", everywhere(layout, (latest - 1, latest), {}))
    assert recognised(path) == (publication, release)


def test_the_newest_year_may_stand_anywhere_in_the_file(tmp_path: Path) -> None:
    table = everywhere(REPEAT_PLANS, (2025, 2013, 2024), {})
    assert recognised(save(tmp_path / "d3.csv", table)) == ("cin-subsequent-protection-plans", OCTOBER_2025)


@pytest.mark.parametrize("name", ["d3_to_2024.csv", "Copy of c1 (final).csv", "x", "c1_2013_to_2025.csv.txt"])
def test_the_name_of_a_file_says_nothing(tmp_path: Path, name: str) -> None:
    path = referrals_file(tmp_path).rename(tmp_path / name)
    assert recognised(path) == ("cin-referrals", OCTOBER_2025)


def test_the_order_of_the_columns_says_nothing(tmp_path: Path) -> None:
    table = everywhere(REFERRALS, (2025,), {})
    path = save(tmp_path / "c1.csv", table, columns=sorted(table[0], reverse=True))
    assert recognised(path) == ("cin-referrals", OCTOBER_2025)


def test_a_neighbour_model_has_no_period(tmp_path: Path) -> None:
    path = save(tmp_path / "sn.csv", [dict.fromkeys(NEIGHBOURS, "1")])
    assert recognised(path) == ("neighbours-may-2025", date(2025, 5, 1))


# -------------------------------------------------------------------------------------------- said by --release


def test_a_release_that_is_said_rules_over_the_latest_period(tmp_path: Path) -> None:
    path = repeat_plans_file(tmp_path, latest=2023)
    assert recognised(path, OCTOBER_2024) == ("cin-subsequent-protection-plans", OCTOBER_2024)
    assert recognised(path, OCTOBER_2025) == ("cin-subsequent-protection-plans", OCTOBER_2025)


def test_a_release_that_was_never_declared_is_refused(tmp_path: Path) -> None:
    message = refusal(repeat_plans_file(tmp_path), date(2023, 10, 26))
    assert "no release 2023-10-26" in message
    assert "known: 2024-10-31, 2025-10-30" in message
    assert "schema/publications/cin-subsequent-protection-plans.yaml" in message


def test_a_release_whose_header_is_another_is_refused(tmp_path: Path) -> None:
    """c1 renamed every column in 2025, so a file of 2025 cannot be called one of 2024."""
    message = refusal(referrals_file(tmp_path), OCTOBER_2024)
    assert "no release 2024-10-31 of it has this header (known: 2025-10-30)" in message


def test_a_file_of_a_later_year_is_never_called_an_older_release(tmp_path: Path) -> None:
    message = refusal(repeat_plans_file(tmp_path, latest=2025), OCTOBER_2024)
    assert "reaches 2025, and release 2024-10-31 of" in message
    assert "ends with 2024" in message
    message = refusal(repeat_plans_file(tmp_path, latest=2026), OCTOBER_2025)
    assert "reaches 2026" in message
    assert "{latest_period: 2026" in message


# ---------------------------------------------------------------------------------------------------- refused


def test_a_year_that_no_release_reaches_is_refused(tmp_path: Path) -> None:
    message = refusal(save(tmp_path / "c1.csv", everywhere(REFERRALS, (2025, 2026), {})))
    assert "up to 2026, which no declared release reaches" in message
    assert "known: 2025-10-30" in message
    edit = "`<day it was published>: {latest_period: 2026, population: <day of the mid-year population"
    assert "add to `releases:` in schema/publications/cin-referrals.yaml the line " + edit in message
    assert "--release" in message


def test_a_file_that_ends_before_every_release_is_refused(tmp_path: Path) -> None:
    message = refusal(repeat_plans_file(tmp_path, latest=2023))
    assert "up to 2023, which no declared release reaches" in message
    assert "If it is one of those, cut short, say which with --release" in message


def test_a_file_of_which_no_year_can_be_read_is_left_to_whoever_reads_its_rows(tmp_path: Path) -> None:
    table = [{**found, "time_period": "last year"} for found in everywhere(REFERRALS, (2025,), {})]
    assert recognised(save(tmp_path / "c1.csv", table))[0] == "cin-referrals"


def test_renamed_columns_are_named_with_the_nearest_release(tmp_path: Path) -> None:
    table = renamed(everywhere(SECTION_47, (2025,), {}), Section47="s47_count", ICPC="icpc_count")
    message = refusal(save(tmp_path / "c4.csv", table))
    assert "Nearest is cin-section-47, release 2025-10-30" in message
    assert "unknown columns: s47_count, icpc_count" in message
    assert "missing columns: Section47, ICPC" in message
    assert "schema/publications/cin-section-47.yaml" in message


def test_a_file_whose_every_column_was_renamed_is_still_known_by_its_constant(tmp_path: Path) -> None:
    """As happened to c1 between 2024 and 2025."""
    kept = {*EES_GEOGRAPHY, "category"}
    table = [
        {(column if column in kept else f"new_{column}"): cell for column, cell in found.items()}
        for found in everywhere(REFERRALS, (2025,), {})
    ]
    message = refusal(save(tmp_path / "c1.csv", table))
    assert "Nearest is cin-referrals" in message
    assert "new_referral_count" in message


def test_a_column_more_or_less_is_named(tmp_path: Path) -> None:
    more = [{**found, "surprise": "1"} for found in everywhere(REFERRALS, (2025,), {})]
    message = refusal(save(tmp_path / "more.csv", more))
    assert "unknown columns: surprise." in message
    assert "missing" not in message
    less = [
        {c: v for c, v in found.items() if c != "not_in_need_count"} for found in everywhere(REFERRALS, (2025,), {})
    ]
    message = refusal(save(tmp_path / "less.csv", less))
    assert "missing columns: not_in_need_count." in message
    assert "unknown" not in message


@pytest.mark.parametrize("column", ["time_period", "time_identifier", "geographic_level", "old_la_code", "new_la_code"])
def test_a_file_without_part_of_its_geography_is_refused(tmp_path: Path, column: str) -> None:
    table = [{c: v for c, v in found.items() if c != column} for found in everywhere(REFERRALS, (2025,), {})]
    assert f"missing columns: {column}." in refusal(save(tmp_path / "c1.csv", table))


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = referrals_file(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    doubled = [f"{line},{'referral_count' if number == 0 else '1'}" for number, line in enumerate(lines)]
    path.write_text("\n".join(doubled), encoding="utf-8")
    assert "unknown columns: referral_count." in refusal(path)


@pytest.mark.parametrize("row", [0, 3, -1])
def test_one_row_of_another_dataset_makes_it_no_file_of_this_one(tmp_path: Path, row: int) -> None:
    table = everywhere(REFERRALS, (2025,), {})
    table[row]["category"] = "Assessments"
    assert "no dataset that we know" in refusal(save(tmp_path / "c1.csv", table))


def test_a_file_with_the_header_of_one_dataset_and_the_constant_of_another_is_neither(tmp_path: Path) -> None:
    table = [{**found, "category": "Children in Need"} for found in everywhere(REPEAT_PLANS, (2025,), {})]
    message = refusal(save(tmp_path / "d3.csv", table))
    assert "cin-children-in-need" in message
    assert "unknown columns: CPP_start, CPP_subsequent, CPP_subsequent_percent" in message


def test_a_table_of_something_else_is_no_dataset(tmp_path: Path) -> None:
    path = tmp_path / "rainfall.csv"
    path.write_text("station,month,millimetres\nKeele,July,61\n", encoding="utf-8")
    message = refusal(path)
    assert "is no dataset that we know: its columns are station, month, millimetres" in message
    assert "`safeguarding publication list`" in message

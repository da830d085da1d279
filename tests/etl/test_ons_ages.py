"""The Office for National Statistics' sheets by single year of age, below their seven rows of preamble."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from etl.extract.publications import Extracted, extract_publication
from schema.errors import FileRefusedError
from schema.publications import LAYOUTS
from tests.etl.formats import catalogue_with, releases

DAYS = releases(d2024_07_15={"latest_period": 2023}, d2025_07_30={"latest_period": 2024})
CATALOGUE = catalogue_with(format="ons-ages", releases=DAYS)

# England's residents of 0 to 17 years at mid-2023 as first published, and what the Department for Education makes of
# them in its release of October 2024.
ENGLAND_0_TO_17 = (
    *(573_100, 611_983, 608_924, 629_972, 640_658, 648_548, 663_754, 681_559, 675_636),
    *(679_270, 696_169, 714_362, 714_228, 704_780, 699_401, 706_006, 680_553, 669_743),
)
ENGLAND_TOGETHER = 11_998_646

Ages = tuple[int, ...]
PEOPLE: dict[tuple[str, str, str], Ages] = {
    ("K04000001", "ENGLAND AND WALES", "Country"): tuple([1000] * 91),
    ("E92000001", "ENGLAND", "Country"): (*ENGLAND_0_TO_17, *[700_000] * 73),
    ("E12000005", "WEST MIDLANDS", "Region"): tuple([60_000] * 91),
    ("E06000021", "Stoke-on-Trent", "Unitary Authority"): (*range(3_300, 3_318), *[3_000] * 73),
    ("E07000193", "East Staffordshire", "Non-metropolitan District"): tuple([1_300] * 91),
    ("W06000015", "Cardiff", "Unitary Authority"): tuple([4_000] * 91),
}
TITLE = "MYE2: {} by single year of age and sex for local authorities in England and Wales, mid-2023"


def table(title: str, people: Mapping[tuple[str, str, str], Ages]) -> list[list[str]]:
    above = [[title], ["This worksheet contains one table."], *([f"Note {number}"] for number in range(5))]
    below = [
        [*place, f" {sum(ages):,} ", *(f"{age:,}" if age > 999 else str(age) for age in ages)]
        for place, ages in people.items()
    ]
    return [*above, list(LAYOUTS["ons-ages"]), *below]


def csv_file(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "mye.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*row, *[""] * (95 - len(row))] for row in rows)
    return path


def persons(folder: Path, people: Mapping[tuple[str, str, str], Ages] = PEOPLE, title: str = TITLE) -> Path:
    return csv_file(folder, table(title.format("Persons"), people))


def workbook(folder: Path, sheets: Mapping[str, list[list[str]]]) -> Path:
    path = folder / "mye.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    plain = cell.strip().replace(",", "")
                    is_count = number > 7 and column > 2
                    sheet.write(number, column, int(plain) if is_count else cell)
    return path


def extracted(path: Path, release: date | None = None) -> Extracted:
    return extract_publication(path, CATALOGUE, release)


def refusal(path: Path, release: date | None = None) -> str:
    with pytest.raises(FileRefusedError) as refused:
        extracted(path, release)
    assert str(refused.value).startswith(path.name)
    return str(refused.value)


def test_eighteen_single_years_make_the_children(tmp_path: Path) -> None:
    found = extracted(persons(tmp_path))
    assert (found.publication.id, found.release) == ("tried-here", date(2024, 7, 15))
    england = found.population[found.population["area"] == "england"]
    children = england[england["age_to"] <= 17]
    assert len(children) == 18
    assert children["value"].sum() == ENGLAND_TOGETHER
    assert (england["age_from"].min(), england["age_from"].max(), england["age_to"].max()) == (0, 90, 120)
    assert set(england["period"]) == {"MY2023"}
    assert set(england["sex"]) == {"total"}


def test_areas_that_are_not_held_are_counted(tmp_path: Path) -> None:
    found = extracted(persons(tmp_path))
    assert set(found.population["area"]) == {"england", "west-midlands", "stoke-on-trent"}
    assert (found.row_count, [one.rows for one in found.left_out]) == (6, [3])


def test_the_row_is_that_of_the_published_sheet(tmp_path: Path) -> None:
    population = extracted(persons(tmp_path)).population
    assert set(population.loc[population["area"] == "england", "row"]) == {10}


def test_a_workbook_has_all_three_sheets(tmp_path: Path) -> None:
    half = {place: tuple(age // 2 for age in ages) for place, ages in PEOPLE.items()}
    rest = {place: tuple(age - age // 2 for age in ages) for place, ages in PEOPLE.items()}
    sheets = {
        "Cover": [["Mid-year estimates"]],
        "MYE2 - Persons": table(TITLE.format("Persons"), PEOPLE),
        "MYE2 - Females": table(TITLE.format("Females"), rest),
        "MYE2 - Males": table(TITLE.format("Males"), half),
    }
    population = extracted(workbook(tmp_path, sheets)).population
    by_sex = population[population["area"] == "stoke-on-trent"].groupby("sex")["value"].sum()
    assert by_sex.to_dict() == {"total": 278_553.0, "female": 139_281.0, "male": 139_272.0}
    assert not population.duplicated(["area", "period", "age_from", "sex"]).any()


def test_the_sheet_of_one_sex_alone_is_refused(tmp_path: Path) -> None:
    """As another version of the same release it would take the place of that of persons."""
    message = refusal(csv_file(tmp_path, table(TITLE.format("Females"), PEOPLE)))
    assert "expected one sheet of persons" in message
    assert "found female" in message


def test_a_sheet_without_its_title_is_refused(tmp_path: Path) -> None:
    message = refusal(persons(tmp_path, title="People"))
    assert "nothing above the header says of which mid-year it is" in message
    assert "persons, females or males" in refusal(persons(tmp_path, title="People"), date(2024, 7, 15))


def test_a_year_that_no_release_has_is_refused(tmp_path: Path) -> None:
    message = refusal(persons(tmp_path, title=TITLE.replace("2023", "2025")))
    assert "up to 2025" in message
    assert "`<day it was published>: {latest_period: 2025}`" in message


def test_a_year_is_never_called_another(tmp_path: Path) -> None:
    assert "is of mid-2023, and release 2025-07-30 of mid-2024" in refusal(persons(tmp_path), date(2025, 7, 30))


def test_ages_that_do_not_add_up_are_refused_with_their_row(tmp_path: Path) -> None:
    rows = table(TITLE.format("Persons"), PEOPLE)
    rows[11][10] = "1"
    assert "row 12, column All ages: “ 278,553 ” is wrong: it is not the sum of the ages" in refusal(
        csv_file(tmp_path, rows)
    )


@pytest.mark.parametrize("cell", ["", "-1", "12.5", "c", "1 000"])
def test_a_cell_that_is_no_number_is_refused(tmp_path: Path, cell: str) -> None:
    rows = table(TITLE.format("Persons"), PEOPLE)
    rows[11][10] = cell
    assert "row 12, column 6: " in refusal(csv_file(tmp_path, rows))


def test_an_area_that_stands_twice_is_refused(tmp_path: Path) -> None:
    rows = table(TITLE.format("Persons"), PEOPLE)
    assert "stoke-on-trent in MY2023 already stands in row 12" in refusal(csv_file(tmp_path, [*rows, rows[11]]))


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    message = refusal(workbook(tmp_path, {"Sheet1": [["a", "b"], ["1", "2"]]}))
    assert "workbook without a sheet of estimates" in message
    assert "CSV UTF-8" in message

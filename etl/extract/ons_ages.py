"""Reads the Office for National Statistics' mid-year estimates by single year of age: a sheet each for persons, females
and males, with seven rows above a header `Code, Name, Geography, All ages, 0, 1 … 89, 90+`.
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from etl.extract.cells import Notation, read_texts
from etl.extract.extracted import POPULATION_COLUMNS, Extracted, LeftOut, counted
from etl.extract.table import Table, refuse_duplicates, refuse_first
from schema.areas import Areas
from schema.errors import FileRefusedError
from schema.periods import mid_year
from schema.publications import Publication

AGES: tuple[tuple[str, int, int], ...] = (*((str(age), age, age) for age in range(90)), ("90+", 90, 120))
"""Column, first and last age in years. The last is open: 120 stands for its end."""

# As a spreadsheet saves them: “ 60,854,727 ”, “600,801”, or plainly. No symbol stands for any number.
_ONS = Notation(r"[0-9]{1,9}", {})

_SEXES = {"persons": "total", "females": "female", "males": "male"}

UNKNOWN_AREAS = "of areas that are not held here (Wales, districts, former counties)"


def read_ons_ages(tables: Sequence[Table], publication: Publication, day: date, areas: Areas) -> Extracted:
    """Residents by area, single year of age and sex at one mid-year.

    A CSV file has one sheet, and must be that of persons: what the two others say would take its place.

    Raises:
        FileRefusedError: the sheet of persons is not there, a sheet is there twice, a cell is no number, or the ages
            of an area do not add up to its total.
    """
    by_sex = {_sex(table): table for table in tables}
    if len(by_sex) < len(tables) or "total" not in by_sex:
        raise FileRefusedError(
            f"{tables[0].name}: expected one sheet of persons (and those of females and males beside it), found "
            f"{', '.join(_sex(table) for table in tables)}. Give the workbook, or the sheet of persons as CSV."
        )
    year = publication.releases[day].latest_period
    period = mid_year(int(year)).code if year else ""
    said = preamble_year(tables[0])
    if not period or any(preamble_year(table) not in ("", year) for table in tables):
        raise FileRefusedError(
            f"{tables[0].place} is of mid-{said or '?'}, and release {day} of mid-{year or '?'}. Declare the release "
            f"with its `latest_period` in schema/publications/{publication.id}.yaml."
        )
    parts, unknown = [], 0
    for sex, table in by_sex.items():
        frame, left = _sheet(table, sex, period, areas)
        parts.append(frame)
        unknown += left
    rows = sum(len(table.cells) for table in tables)
    return Extracted(
        publication,
        day,
        tables[0].name,
        tables[0].sha256,
        rows,
        population=pd.concat(parts, ignore_index=True),
        left_out=counted(LeftOut(unknown, UNKNOWN_AREAS)),
    )


def preamble_year(table: Table) -> str:
    """The year of “mid-2023” above the header; empty where it says none."""
    found = re.search(r"\bmid[- ](\d{4})\b", table.preamble, flags=re.IGNORECASE)
    return found[1] if found else ""


def _sex(table: Table) -> str:
    """Whom a sheet counts, by the first of these words in its name or its title. Raises where there is none."""
    found = re.search(r"\b(persons|females|males)\b", f"{table.sheet} {table.preamble}", flags=re.IGNORECASE)
    if found is None:
        raise FileRefusedError(
            f"{table.place}: nothing above the header says whether it counts persons, females or males. Keep the "
            "title of the published sheet."
        )
    return _SEXES[found[1].lower()]


def _sheet(table: Table, sex: str, period: str, areas: Areas) -> tuple[pd.DataFrame, int]:
    """The population frame of one sheet, and how many of its rows are of areas that are not held here."""
    codes = table.column("Code").str.strip()
    refuse_first(table, (codes == "").to_numpy(dtype=bool), "Code", "expected an area's nine-character code")
    known = {str(code): areas.from_codes("", code) for code in codes.unique()}
    found = {code: area.id for code, area in known.items() if area is not None}
    at = np.flatnonzero(codes.isin(found).to_numpy(dtype=bool))
    columns = ["All ages", *(column for column, _, _ in AGES)]
    text = np.concatenate([table.texts(column, at) for column in columns])
    plain = np.array([word.replace(",", "") for word in text], dtype=object)
    cells = read_texts(table, columns, at, plain, _ONS, np.zeros(len(plain), dtype=bool))
    number = cells.value.reshape(len(columns), len(at))
    wrong = np.zeros(len(codes), dtype=bool)
    wrong[at[number[1:].sum(axis=0) != number[0]]] = True
    refuse_first(table, wrong, "All ages", "it is not the sum of the ages 0 to 90+")
    row = at + table.first_row
    ids = codes.iloc[at].map(found).to_numpy(dtype=object)
    keys = pd.DataFrame({"area": ids, "period": period, "row": row})
    refuse_duplicates(table, keys, ("area", "period"), "Code")
    n = len(AGES)
    frame = pd.DataFrame(
        {
            "area": np.tile(ids, n),
            "period": period,
            "age_from": np.repeat([first for _, first, _ in AGES], len(at)),
            "age_to": np.repeat([last for _, _, last in AGES], len(at)),
            "sex": sex,
            "ethnicity": "total",
            "value": cells.value[len(at) :],
            "symbol": "",
            "state": cells.state[len(at) :],
            "row": np.tile(row, n),
        }
    )
    return frame[list(POPULATION_COLUMNS)], len(codes) - len(at)

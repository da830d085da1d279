"""Reads the Department for Education's published files, as `schema/publications/` describes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.extract.csv_file import CsvTable, read_csv_file
from etl.extract.recognise import recognise
from schema.areas import Areas
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.periods import Basis, Period, academic_year, mid_year, year_to_30_september, year_to_31_march
from schema.publications import Publication, Series, TimeKind
from schema.states import EES_SYMBOLS, State

LARGEST = 1e9
"""No published count, rate or population is larger; what is, is a slip or worse."""

Mask = npt.NDArray[np.bool_]


class Cells(NamedTuple):
    """What some cells say: a number (NaN where there is none), the symbol as printed (empty beside one), a state."""

    value: npt.NDArray[np.float64]
    symbol: npt.NDArray[np.object_]
    state: npt.NDArray[np.object_]


VALUE_COLUMNS = ("area", "period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note")
POPULATION_COLUMNS = ("area", "period", "age_from", "age_to", "sex", "ethnicity", "value", "symbol", "state", "row")
NEIGHBOUR_COLUMNS = ("model", "area", "rank", "neighbour", "closeness")


def _empty(columns: tuple[str, ...]) -> Callable[[], pd.DataFrame]:
    return lambda: pd.DataFrame({column: [] for column in columns})


@dataclass(frozen=True)
class Extracted:
    """What one file of one release says."""

    publication: Publication
    release: date
    file_name: str
    sha256: str
    row_count: int
    values: pd.DataFrame = field(default_factory=_empty(VALUE_COLUMNS))
    population: pd.DataFrame = field(default_factory=_empty(POPULATION_COLUMNS))
    neighbours: pd.DataFrame = field(default_factory=_empty(NEIGHBOUR_COLUMNS))


def extract_publication(path: Path, catalogue: Catalogue, release: date | None = None) -> Extracted:
    """Read one published file. `release` overrides recognition by latest period.

    Raises:
        FileRefusedError: not a table, not a known one, or a row of it is wrong.
    """
    table = read_csv_file(path)
    publication, day = recognise(table, catalogue, release)
    common = (publication, day, table.name, table.sha256, len(table.cells))
    if publication.neighbours is not None:
        return Extracted(*common, neighbours=_neighbours(table, publication, catalogue.areas))
    rows = _located(table, publication, catalogue.areas)
    return Extracted(
        *common,
        values=_values(table, publication, day, rows, catalogue),
        population=_population(table, publication, rows),
    )


_YEAR: dict[TimeKind, Callable[[int], Period]] = {
    TimeKind.YEAR_TO_31_MARCH: year_to_31_march,
    TimeKind.YEAR_TO_30_SEPTEMBER: year_to_30_september,
    TimeKind.MID_YEAR: mid_year,
}


def _period(text: str, kind: TimeKind) -> Period | None:
    """`2025`, or `202425` for an academic year, as the interval that this dataset means by it."""
    try:
        if kind is TimeKind.ACADEMIC_YEAR:
            if len(text) != 6 or not text.isdecimal() or (int(text[:4]) + 1) % 100 != int(text[4:]):
                return None
            return academic_year(int(text[:4]))
        return _YEAR[kind](int(text)) if len(text) == 4 and text.isdecimal() else None
    except ValueError:
        return None  # 0000: the calendar has no such year


def _located(table: CsvTable, publication: Publication, areas: Areas) -> pd.DataFrame:
    """Area id and period of every row, looked up once for each distinct code."""
    kind = publication.time
    assert kind is not None  # noqa: S101 - the model makes sure: an `ees` file says it
    column = {name: table.column(name) for name in ("time_period", "time_identifier", "geographic_level")}
    _refuse_first(
        table,
        column["time_identifier"] != publication.time_identifier,
        "time_identifier",
        f"expected “{publication.time_identifier}”",
    )
    periods = {text: _period(text, kind) for text in column["time_period"].unique()}
    period = column["time_period"].map({text: found.code for text, found in periods.items() if found is not None})
    example = "an academic year such as 202425" if kind is TimeKind.ACADEMIC_YEAR else "a year such as 2025"
    _refuse_first(table, period.isna(), "time_period", f"expected {example}")
    level = column["geographic_level"]
    code = {
        "National": ("", "country_code"),
        "Regional": ("", "region_code"),
        "Local authority": ("old_la_code", "new_la_code"),
    }
    _refuse_first(table, ~level.isin(code), "geographic_level", "expected National, Regional or Local authority")
    area = pd.Series(index=level.index, dtype=object)
    for name, (dfe_column, gss_column) in code.items():
        at = level == name
        gss = table.column(gss_column)[at]
        dfe = table.column(dfe_column)[at] if dfe_column else pd.Series("", index=gss.index)
        pairs = pd.DataFrame({"dfe": dfe.str.strip(), "gss": gss.str.strip()})
        known = {(d, g): areas.from_codes(d, g) for d, g in pairs.drop_duplicates().itertuples(index=False)}
        ids = [found.id if (found := known[pair]) else None for pair in pairs.itertuples(index=False, name=None)]
        area.loc[at] = ids
        _refuse_first(
            table,
            at & area.isna(),
            gss_column,
            "no area has this pair of codes; a new one is declared in schema/areas/",
            beside=dfe_column,
        )
    return pd.DataFrame({"area": area.astype(str), "period": period.astype(str), "row": np.arange(len(level)) + 2})


def _refuse_first(table: CsvTable, bad: "pd.Series[bool]", column: str, expected: str, beside: str = "") -> None:
    """Stop at the first row (and say how many there are) where a code is not what it must be."""
    wrong = np.flatnonzero(bad.to_numpy(dtype=bool))
    if len(wrong):
        cell = str(table.column(column).iloc[wrong[0]])
        other = f", {beside} “{table.column(beside).iloc[wrong[0]]}”" if beside else ""
        more = f" ({len(wrong):,} rows are)" if len(wrong) > 1 else ""
        raise FileRefusedError(
            f"{table.name}, row {wrong[0] + 2}, column {column}: “{cell[:40]}”{other} is wrong{more}: {expected}. "
            "Load the file as published, or declare the change."
        )


def _matching(table: CsvTable, where: dict[str, str]) -> Mask:
    found = np.ones(len(table.cells), dtype=bool)
    for column, value in where.items():
        found &= (table.column(column) == value).to_numpy(dtype=bool)
    return found


def _numbers(table: CsvTable, columns: Sequence[str], at: Mask) -> Cells:
    """Values, symbols and states of some columns' cells, one column after the other.

    Each cell is a number or a declared symbol, or the file is refused. Equal texts are read once: there are far fewer
    of them than cells.
    """
    text = np.concatenate([table.column(column).to_numpy(dtype=object)[at] for column in columns])
    code, found = pd.factorize(text)
    words = pd.Series(found, dtype=object).str.strip()
    # What pandas would take beside these (inf, -1, 1_000) is no count, rate or percentage that anybody publishes.
    is_number = words.str.fullmatch(r"[0-9]+(\.[0-9]+)?").to_numpy(dtype=bool)
    value = pd.to_numeric(words.where(is_number)).to_numpy(dtype=float)
    # Nothing that is counted, and no population, comes near this.
    is_number = is_number & ~(value > LARGEST)
    value = np.where(is_number, value, np.nan)
    symbol = np.where(is_number, "", words.to_numpy(dtype=object))
    state = np.where(value == 0, State.ZERO.value, State.VALUE.value).astype(object)
    for place in np.flatnonzero(~is_number):
        if symbol[place] not in EES_SYMBOLS:
            first = int(np.flatnonzero(code == place)[0])
            column, row = columns[first // int(at.sum())], int(np.flatnonzero(at)[first % int(at.sum())]) + 2
            raise FileRefusedError(
                f"{table.name}, row {row}, column {column}: “{symbol[place][:40]}” is neither a number nor one of the "
                f"symbols {', '.join(EES_SYMBOLS)}. Load the file as published."
            )
        state[place] = EES_SYMBOLS[symbol[place]].value
    return Cells(value[code], symbol[code], state[code])


def _values(
    table: CsvTable, publication: Publication, day: date, rows: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    """The values frame: all series that pick the same rows are read together."""
    flow = Basis.ACADEMIC_YEAR if publication.time is TimeKind.ACADEMIC_YEAR else Basis.YEAR
    together: dict[tuple[tuple[str, str], ...], list[tuple[Series, str]]] = {}
    for series in publication.series:
        column = publication.column_in(day, series.column)
        if column is not None:
            where = tuple((publication.column_in(day, name) or name, value) for name, value in series.where.items())
            together.setdefault(where, []).append((series, column))
    parts = []
    for where, members in together.items():
        at = _matching(table, dict(where))
        found = rows[at]
        _refuse_duplicates(table, found, members[0][1])
        cells = _numbers(table, [column for _, column in members], at)
        bases = [Basis.AT_DATE if catalogue.quantities[one.quantity].at_date else flow for one, _ in members]
        each, n = len(found), len(members)
        parts.append(
            pd.DataFrame(
                {
                    "area": np.tile(found["area"].to_numpy(dtype=object), n),
                    "period": np.tile(found["period"].to_numpy(dtype=object), n),
                    "basis": np.repeat([basis.value for basis in bases], each).astype(object),
                    "quantity": np.repeat([one.quantity for one, _ in members], each).astype(object),
                    "category": np.repeat([one.category for one, _ in members], each).astype(object),
                    "value": cells.value,
                    "symbol": cells.symbol,
                    "state": cells.state,
                    "row": np.tile(found["row"].to_numpy(dtype=int), n),
                    "note": "",
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else _empty(VALUE_COLUMNS)()


def _population(table: CsvTable, publication: Publication, rows: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for series in publication.population_series:
        at = _matching(table, series.where)
        found = rows[at]
        _refuse_duplicates(table, found, series.column)
        cells = _numbers(table, [series.column], at)
        parts.append(
            found.assign(
                age_from=series.ages.age_from,
                age_to=series.ages.age_to,
                sex="total",
                ethnicity="total",
                value=cells.value,
                symbol=cells.symbol,
                state=cells.state,
            )
        )
    return pd.concat(parts, ignore_index=True)[list(POPULATION_COLUMNS)] if parts else _empty(POPULATION_COLUMNS)()


def _refuse_duplicates(table: CsvTable, rows: pd.DataFrame, column: str) -> None:
    again = rows.duplicated(["area", "period"])
    if bool(again.any()):
        second = rows[again].iloc[0]
        first = rows[(rows["area"] == second["area"]) & (rows["period"] == second["period"])].iloc[0]
        raise FileRefusedError(
            f"{table.name}, row {second['row']}, column {column}: {second['area']} in {second['period']} already "
            f"stands in row {first['row']}. Keep one of the two rows."
        )


def _neighbours(table: CsvTable, publication: Publication, areas: Areas) -> pd.DataFrame:
    model = publication.neighbours
    assert model is not None  # noqa: S101 - the caller has asked
    parts = []
    for rank in range(1, model.size + 1):
        at = table.header.index(model.neighbour_column.format(rank=rank))
        parts.append(
            pd.DataFrame(
                {
                    "model": model.id,
                    "dfe": table.column(model.authority_column).str.strip(),
                    "rank": rank,
                    "neighbour_dfe": table.cells[at].str.strip(),
                    # Some carry a trailing space ("Close ").
                    "closeness": table.cells[at + 1].str.strip(),
                }
            )
        )
    found = pd.concat(parts)
    # Authorities that came after a model was made have a row without neighbours.
    found = found[found["neighbour_dfe"] != ""]
    for column, name in (("dfe", "area"), ("neighbour_dfe", "neighbour")):
        ids = {code: areas.from_codes(code, "") for code in found[column].unique()}
        unknown = found[found[column].map(lambda code, ids=ids: ids[code] is None)]
        if len(unknown):
            raise FileRefusedError(
                f"{table.name}, row {unknown.index[0] + 2}: “{unknown[column].iloc[0]}” is no authority's code. "
                "Load the file as published, or declare the authority in schema/areas/."
            )
        found[name] = found[column].map({code: area.id for code, area in ids.items() if area is not None})
    if bool(found.duplicated(["area", "rank"]).any()):
        again = found[found.duplicated(["area", "rank"])].iloc[0]
        raise FileRefusedError(f"{table.name}: {again['area']} stands in two rows. Keep one of them.")
    return found[list(NEIGHBOUR_COLUMNS)].reset_index(drop=True)

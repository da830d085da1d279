"""Reads “explore education statistics” files: codes, a `time_period`, filters, and a column for each indicator."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from etl.extract.cells import EES, Cells, read_cells
from etl.extract.extracted import POPULATION_COLUMNS, VALUE_COLUMNS, Extracted, LeftOut, counted, empty
from etl.extract.table import Mask, Positions, Table, matching, refuse_duplicates, refuse_first, refuse_first_of
from etl.extract.years import SPANNING, basis_of, ees_period, month_within
from schema.areas import Areas
from schema.catalogue import Catalogue
from schema.periods import Period
from schema.publications import Publication, Series, TimeKind

OF_OTHER_GROUPS = "of a group or breakdown that no series maps"

_CODES = {
    "National": ("", "country_code"),
    "Regional": ("", "region_code"),
    "Local authority": ("old_la_code", "new_la_code"),
}
"""The columns with DfE's and the GSS code of the area, by `geographic_level`."""


def read_ees(table: Table, publication: Publication, day: date, catalogue: Catalogue) -> Extracted:
    """What a file of one release says.

    Raises:
        FileRefusedError: a code, period or cell is wrong, or two rows say something of the same area and period.
    """
    rows = _located(table, publication, catalogue.areas)
    values, used = _values(table, publication, day, rows, catalogue)
    population, also_used = _population(table, publication, rows)
    return Extracted(
        publication,
        day,
        table.name,
        table.sha256,
        len(rows),
        values=values,
        population=population,
        left_out=counted(LeftOut(int((~(used | also_used)).sum()), OF_OTHER_GROUPS)),
    )


def _located(table: Table, publication: Publication, areas: Areas) -> pd.DataFrame:
    """Area id and period of every row, looked up once for each distinct code."""
    kind = publication.time
    assert kind is not None  # noqa: S101 - the model makes sure: an `ees` file says it
    column = {name: table.column(name) for name in ("time_period", "time_identifier", "geographic_level")}
    identifier = publication.time_identifier
    other = (column["time_identifier"] != identifier).to_numpy(dtype=bool)
    refuse_first(table, other, "time_identifier", f"expected “{identifier}”")
    period = column["time_period"].map(_codes_of_periods(column["time_period"], kind, publication))
    example = "an academic year such as 202425" if identifier in SPANNING else "a year such as 2025"
    refuse_first(table, period.isna().to_numpy(dtype=bool), "time_period", f"expected {example}")
    level = column["geographic_level"]
    refuse_first(
        table, ~level.isin(_CODES).to_numpy(dtype=bool), "geographic_level", f"expected {_either(list(_CODES))}"
    )
    area = pd.Series(index=level.index, dtype=object)
    for name, (dfe_column, gss_column) in _CODES.items():
        at = level == name
        gss = table.column(gss_column)[at]
        dfe = table.column(dfe_column)[at] if dfe_column else pd.Series("", index=gss.index)
        pairs = pd.DataFrame({"dfe": dfe.str.strip(), "gss": gss.str.strip()})
        known = {(d, g): areas.from_codes(d, g) for d, g in pairs.drop_duplicates().itertuples(index=False)}
        ids = [found.id if (found := known[pair]) else None for pair in pairs.itertuples(index=False, name=None)]
        area.loc[at] = ids
        refuse_first(
            table,
            (at & area.isna()).to_numpy(dtype=bool),
            gss_column,
            "no area has this pair of codes; a new one is declared in schema/areas/",
            beside=dfe_column,
        )
    where = np.arange(len(level)) + table.first_row
    return pd.DataFrame({"area": area.astype(str), "period": period.astype(str), "row": where})


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _codes_of_periods(text: "pd.Series[str]", kind: TimeKind, publication: Publication) -> dict[str, str]:
    return {word: found.code for word, found in _periods(text, kind, publication).items()}


def _periods(text: "pd.Series[str]", kind: TimeKind, publication: Publication) -> dict[str, Period]:
    found = {word: ees_period(word, kind, publication.time_identifier) for word in text.unique()}
    return {word: period for word, period in found.items() if period is not None}


def _values(
    table: Table, publication: Publication, day: date, rows: pd.DataFrame, catalogue: Catalogue
) -> tuple[pd.DataFrame, Mask]:
    """The values frame, and which rows it was made of. All series that pick the same rows are read together."""
    together: dict[tuple[tuple[str, str], ...], list[tuple[Series, str]]] = {}
    for series in publication.series:
        column = publication.column_in(day, series.column)
        if column is not None:
            where = tuple((publication.column_in(day, name) or name, value) for name, value in series.where.items())
            together.setdefault(where, []).append((series, column))
    used = np.zeros(len(rows), dtype=bool)
    parts = []
    for where, members in together.items():
        at = matching(table, dict(where))
        used |= at
        refuse_duplicates(table, rows[at], ("area", "period"), members[0][1])
        columns, signed = [column for _, column in members], [series.signed for series, _ in members]
        cells = read_cells(table, columns, np.flatnonzero(at), EES, signed)
        parts.append(_frame(table, publication, rows[at], [series for series, _ in members], cells, catalogue))
    values = pd.concat(parts, ignore_index=True) if parts else empty(VALUE_COLUMNS)()
    several = Counter(series.quantity for series in publication.series)
    contested = values[values["quantity"].isin([quantity for quantity, times in several.items() if times > 1])]
    refuse_duplicates(table, contested, ("area", "period", "basis", "quantity", "category"), "of its quantity")
    return values, used


def _frame(
    table: Table,
    publication: Publication,
    rows: pd.DataFrame,
    members: Sequence[Series],
    cells: Cells,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """The values of some series of the same rows, one series after the other."""
    each, n = len(rows), len(members)
    code, texts = pd.factorize(table.column("time_period").to_numpy(dtype=object)[rows["row"] - table.first_row])
    period, basis = [], []
    for series in members:
        known = _periods(pd.Series(texts), series.time or publication.time or TimeKind.YEAR_TO_31_MARCH, publication)
        other = np.array([text not in known for text in texts], dtype=bool)[code]
        place = rows["row"].to_numpy(dtype=np.int64) - table.first_row
        refuse_first_of(table, place, other, "time_period", f"{series.quantity} has a `time` that this is none of")
        found = [known[text] for text in texts]
        if series.month is not None:
            found = [month_within(year, series.month) for year in found]
        quantity = catalogue.quantities[series.quantity]
        period.append(np.array([one.code for one in found], dtype=object)[code])
        basis.append(np.array([basis_of(quantity, one).value for one in found], dtype=object)[code])
    return pd.DataFrame(
        {
            "area": np.tile(rows["area"].to_numpy(dtype=object), n),
            "period": np.concatenate(period),
            "basis": np.concatenate(basis),
            "quantity": np.repeat([series.quantity for series in members], each).astype(object),
            "category": np.repeat([series.category for series in members], each).astype(object),
            "value": cells.value,
            "symbol": cells.symbol,
            "state": cells.state,
            "row": np.tile(rows["row"].to_numpy(dtype=int), n),
            "note": "",
        }
    )


def _population(table: Table, publication: Publication, rows: pd.DataFrame) -> tuple[pd.DataFrame, Mask]:
    used = np.zeros(len(rows), dtype=bool)
    parts = []
    for series in publication.population_series:
        at = matching(table, series.where)
        used |= at
        refuse_duplicates(table, rows[at], ("area", "period"), series.column)
        where: Positions = np.flatnonzero(at)
        cells = read_cells(table, [series.column], where, EES)
        parts.append(
            rows[at].assign(
                age_from=series.ages.age_from,
                age_to=series.ages.age_to,
                sex="total",
                ethnicity="total",
                value=cells.value,
                symbol=cells.symbol,
                state=cells.state,
            )
        )
    frame = pd.concat(parts, ignore_index=True)[list(POPULATION_COLUMNS)] if parts else empty(POPULATION_COLUMNS)()
    return frame, used

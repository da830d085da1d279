"""Reads the long file of the Department for Education's local authority interactive tool.

One row for each measure (`Short Desc`), year and area. A single pass picks the measures that some series maps; the rest
are counted. Its `-` is “missing or suppressed”: the tool folds every symbol of its sources into it.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.extract.cells import LAIT, read_texts
from etl.extract.extracted import VALUE_COLUMNS, Extracted, LeftOut, counted
from etl.extract.table import Positions, Table, distinct_pairs, refuse_duplicates, refuse_first_of
from etl.extract.years import basis_of, printed_period
from schema.areas import Area, Areas
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.periods import Period
from schema.publications import Publication, Series

# The tool's own numbers for what is wider than an authority, whose number is the Department's three-digit code.
_WIDER = {
    "970": "E92000001",
    "980": "E12000001",
    "981": "E12000002",
    "982": "E12000003",
    "983": "E12000004",
    "984": "E12000005",
    "985": "E12000006",
    "986": "E12000007",
    "987": "E13000001",
    "988": "E13000002",
    "989": "E12000008",
    "990": "E12000009",
}

UNMAPPED = "of a `Short Desc` that no series maps"
NEIGHBOUR_MEANS = "means of statistical neighbours, which are computed here"
WITHOUT_A_YEAR = "without a year, and missing"
NOT_THERE_THEN = "missing, of an authority that did not exist then"


def read_lait(table: Table, publication: Publication, day: date, catalogue: Catalogue) -> Extracted:
    """What the long file says of the mapped measures.

    Raises:
        FileRefusedError: a mapped `Short Desc` is not in the file; or a year, area or value of a mapped row is wrong.
    """
    at, which = _picked(table, publication)
    used = len(np.unique(at))
    is_missing = table.texts("Values", at) == "-"
    blank_year = (table.texts("Years", at) == "0") & is_missing
    means = pd.Series(table.texts("LA and Regions", at)).str.lower().str.startswith("statistical neighbour")
    keep = ~blank_year & ~means.to_numpy(dtype=bool)
    left = [
        LeftOut(len(table.cells) - used, UNMAPPED),
        LeftOut(int(means.sum()), NEIGHBOUR_MEANS),
        LeftOut(int((blank_year & ~means.to_numpy(dtype=bool)).sum()), WITHOUT_A_YEAR),
    ]
    at, which = at[keep], which[keep]
    area, areas = _areas(table, at, catalogue.areas)
    year, years = _years(table, publication.series, at, which)
    there_then, pairs = distinct_pairs(area, year)
    gone = [_is_gone(areas[place], years[when][0]) for place, when in pairs]
    kept = ~(np.array(gone or [False], dtype=bool)[there_then] & is_missing[keep])
    left.append(LeftOut(int((~kept).sum()), NOT_THERE_THEN))
    place = _texts([one.id for one in areas])[area]
    frame = _frame(table, publication.series, catalogue, at, which, year, years).assign(area=place)[kept]
    frame = frame[list(VALUE_COLUMNS)].reset_index(drop=True)
    refuse_duplicates(table, frame, ("area", "period", "basis", "quantity", "category"), "Short Desc")
    return Extracted(
        publication, day, table.name, table.sha256, len(table.cells), values=frame, left_out=counted(*left)
    )


def _texts(words: Sequence[str]) -> npt.NDArray[np.object_]:
    """Words to be picked by number. Never empty, so that picking none of them is no fault."""
    return np.array(list(words) or [""], dtype=object)


def _picked(table: Table, publication: Publication) -> tuple[Positions, Positions]:
    """The rows that a series maps, and the number of the series for each."""
    code, texts = pd.factorize(table.column("Short Desc"))
    order = np.argsort(code, kind="stable")
    ends = np.searchsorted(code[order], np.arange(len(texts) + 1))
    place = {str(text).strip(): number for number, text in enumerate(texts)}
    at: list[Positions] = [np.zeros(0, dtype=np.int64)]
    for series in publication.series:
        number = place.get(series.where["Short Desc"])
        if number is None:
            raise FileRefusedError(
                f"{table.place} has no Short Desc “{series.where['Short Desc']}”, the source of {series.quantity}. "
                f"Mend its name in schema/publications/{publication.id}.yaml, or take the series out."
            )
        at.append(order[ends[number] : ends[number + 1]])
    which = np.repeat(np.arange(len(at)) - 1, [len(found) for found in at])
    return np.concatenate(at), which


def _areas(table: Table, at: Positions, areas: Areas) -> tuple[Positions, list[Area]]:
    """The number of each row's area, and the areas: by number, or by name where a region has none."""
    code, pairs = distinct_pairs(table.texts("LA Number", at), table.texts("LA and Regions", at))
    by_name = {area.name.lower(): area for area in areas if area.dfe is None}
    found: list[Area | None] = []
    for number, name in pairs:
        digits = number.removesuffix(".0")
        gss = _WIDER.get(digits)
        found.append(areas.from_codes("" if gss else digits, gss or "") if digits else by_name.get(name.lower()))
    unknown = np.array([area is None for area in found] or [False])[code]
    refuse_first_of(
        table, at, unknown, "LA Number", "it is no area that we know; a new one is declared in schema/areas/"
    )
    return code, [area for area in found if area is not None]


def _years(
    table: Table, series: tuple[Series, ...], at: Positions, which: Positions
) -> tuple[Positions, list[tuple[Period, str]]]:
    """The number of each row's year, and the years: a period, and the mark that it carries (provisional, revised …)."""
    kinds = _texts([str(one.time) for one in series])[which]
    code, pairs = distinct_pairs(kinds, table.texts("Years", at))
    time = {str(one.time): one.time for one in series if one.time is not None}
    found = [printed_period(text, time[kind]) for kind, text in pairs]
    unreadable = np.array([one is None for one in found] or [False])[code]
    if unreadable.any():
        kind = kinds[np.flatnonzero(unreadable)[0]]
        refuse_first_of(table, at, unreadable, "Years", f"it is not printed as one {kind}: mend `time` of its series")
    return code, [one for one in found if one is not None]


def _is_gone(area: Area, period: Period) -> bool:
    """Whether an authority was not yet, or no longer, there in any part of a period."""
    return not area.existed_between(period.start, period.end)


def _frame(
    table: Table,
    series: tuple[Series, ...],
    catalogue: Catalogue,
    at: Positions,
    which: Positions,
    year: Positions,
    years: list[tuple[Period, str]],
) -> pd.DataFrame:
    """The values frame without its area. `which` numbers the series, `year` the years."""
    signed = np.array([one.signed for one in series] or [False])[which]
    cells = read_texts(table, ["Values"], at, table.texts("Values", at), LAIT, signed)
    covered, pairs = distinct_pairs(which, year)
    bases = [basis_of(catalogue.quantities[series[one].quantity], years[when][0]).value for one, when in pairs]
    return pd.DataFrame(
        {
            "period": _texts([period.code for period, _ in years])[year],
            "basis": _texts(bases)[covered],
            "quantity": _texts([one.quantity for one in series])[which],
            "category": _texts([one.category for one in series])[which],
            "value": cells.value,
            "symbol": cells.symbol,
            "state": cells.state,
            "row": at + table.first_row,
            "note": _texts([mark for _, mark in years])[year],
        }
    )

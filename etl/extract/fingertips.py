"""Reads what the Office for Health Improvement and Disparities' Fingertips gives as CSV.

One row for each indicator, area, sex, age and period, and again for each deprivation decile and the like. What is
hidden is an empty cell, and the `Value note` says why. England stands there twice, once with each kind of area.
"""

import re
from datetime import date

import numpy as np
import pandas as pd

from etl.extract.cells import Notation, read_texts
from etl.extract.ees import OF_OTHER_GROUPS
from etl.extract.extracted import VALUE_COLUMNS, Extracted, LeftOut, counted, empty
from etl.extract.table import Positions, Table, matching, refuse_duplicates, refuse_first_of
from etl.extract.years import basis_of, printed_period
from schema.areas import Areas
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.publications import Publication, Series
from schema.states import State

_NUMBERS = Notation(r"-?[0-9]+(\.[0-9]+)?", {"": State.MISSING_OR_SUPPRESSED})

SAID_AGAIN = "said again, word for word (England stands beside each kind of area)"
OTHER_AREAS = "of a kind of area that is not held here"

_HELD = ("England", "Regions", "Counties & UAs", "Government")
"""What an `Area Type` of areas that we hold begins with; districts, trusts and boards are others."""


def read_fingertips(table: Table, publication: Publication, day: date, catalogue: Catalogue) -> Extracted:
    """What a file says of the mapped indicators, for the sex and age that each series names.

    Raises:
        FileRefusedError: an area, period or cell of a mapped row is wrong; two rows contradict each other; or a series
            of an indicator in the file finds no row.
    """
    present = set(table.column("Indicator ID").unique())
    used = np.zeros(len(table.cells), dtype=bool)
    again = np.zeros(len(table.cells), dtype=bool)
    elsewhere = ~table.column("Area Type").str.startswith(_HELD).to_numpy(dtype=bool)
    parts = []
    for series in publication.series:
        if series.where["Indicator ID"] not in present:
            continue
        # Deprivation deciles and the like are rows too: the whole has no category type.
        asked = matching(table, {"Category Type": "", **series.where})
        if not asked.any():
            raise FileRefusedError(
                f"{table.place} has no row for {series.quantity}, whose series asks for "
                f"{', '.join(f'{name} “{text}”' for name, text in series.where.items())}. Mend it in "
                f"schema/publications/{publication.id}.yaml, or give the file with those rows."
            )
        used |= asked
        at = np.flatnonzero(asked & ~elsewhere)
        frame = _frame(table, series, at, catalogue)
        twice = frame.duplicated([name for name in VALUE_COLUMNS if name != "row"]).to_numpy(dtype=bool)
        again[at[twice]] = True
        parts.append(frame[~twice])
    frame = pd.concat(parts, ignore_index=True) if parts else empty(VALUE_COLUMNS)()
    refuse_duplicates(table, frame, ("area", "period", "basis", "quantity", "category"), "Area Code")
    left = (
        LeftOut(int((~used).sum()), OF_OTHER_GROUPS),
        LeftOut(int((used & elsewhere).sum()), OTHER_AREAS),
        LeftOut(int(again.sum()), SAID_AGAIN),
    )
    return Extracted(
        publication, day, table.name, table.sha256, len(table.cells), values=frame, left_out=counted(*left)
    )


def _frame(table: Table, series: Series, at: Positions, catalogue: Catalogue) -> pd.DataFrame:
    """One series' values. `note` is the value note."""
    area = _areas(table, at, catalogue.areas)
    assert series.time is not None  # noqa: S101 - a Fingertips series is refused at start without it
    printed = table.texts("Time period", at)
    periods = {text: printed_period(text, series.time) for text in set(printed)}
    unreadable = np.array([periods[text] is None for text in printed], dtype=bool)
    refuse_first_of(
        table, at, unreadable, "Time period", f"it is not printed as one {series.time}: mend `time` of its series"
    )
    quantity = catalogue.quantities[series.quantity]
    known = {text: found[0] for text, found in periods.items() if found is not None}
    notes = table.texts("Value note", at)
    cells = read_texts(
        table, [series.column], at, table.texts(series.column, at), _NUMBERS, np.full(len(at), series.signed)
    )
    blank = np.isnan(cells.value)
    state = np.where(blank, [state_of_blank(note).value for note in notes], cells.state).astype(object)
    return pd.DataFrame(
        {
            "area": area,
            "period": np.array([known[text].code for text in printed], dtype=object),
            "basis": np.array([basis_of(quantity, known[text]).value for text in printed], dtype=object),
            "quantity": series.quantity,
            "category": series.category,
            "value": cells.value,
            "symbol": cells.symbol,
            "state": state,
            "row": at + table.first_row,
            "note": notes,
        }
    )


def _areas(table: Table, at: Positions, areas: Areas) -> list[str]:
    codes = table.texts("Area Code", at)
    known = {code: areas.from_codes("", code) for code in set(codes)}
    unknown = np.array([known[code] is None for code in codes], dtype=bool)
    refuse_first_of(
        table, at, unknown, "Area Code", "it is no area that we know; a new one is declared in schema/areas/"
    )
    return [area.id for code in codes if (area := known[code]) is not None]


def state_of_blank(note: str) -> State:
    """What an empty cell means, by the note beside it. Without one, nobody can tell."""
    if re.search(r"suppress|disclosure|small (count|number)", note, flags=re.IGNORECASE):
        return State.SUPPRESSED
    return State.UNAVAILABLE if note else State.MISSING_OR_SUPPRESSED

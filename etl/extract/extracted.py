"""What reading one published file gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import pandas as pd

from schema.publications import Publication

VALUE_COLUMNS = ("area", "period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note")
POPULATION_COLUMNS = ("area", "period", "age_from", "age_to", "sex", "ethnicity", "value", "symbol", "state", "row")
NEIGHBOUR_COLUMNS = ("model", "area", "rank", "neighbour", "closeness")


def empty(columns: tuple[str, ...]) -> Callable[[], pd.DataFrame]:
    """Something that makes an empty frame."""
    return lambda: pd.DataFrame({column: [] for column in columns})


class LeftOut(NamedTuple):
    """Rows of a file that were read and not kept, and why: nothing is dropped without being counted."""

    rows: int
    reason: str

    def __str__(self) -> str:
        return f"{self.rows:,} row{'' if self.rows == 1 else 's'} left out: {self.reason}"


@dataclass(frozen=True)
class Extracted:
    """What one file of one release says. `left_out` has the rows that no mapping asks for, by reason."""

    publication: Publication
    release: date
    file_name: str
    sha256: str
    row_count: int
    values: pd.DataFrame = field(default_factory=empty(VALUE_COLUMNS))
    population: pd.DataFrame = field(default_factory=empty(POPULATION_COLUMNS))
    neighbours: pd.DataFrame = field(default_factory=empty(NEIGHBOUR_COLUMNS))
    left_out: tuple[LeftOut, ...] = ()


def counted(*found: LeftOut) -> tuple[LeftOut, ...]:
    """Those that any row was left out for."""
    return tuple(one for one in found if one.rows)

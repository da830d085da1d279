"""A table of text cells, whatever kind of file it stood in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from schema.errors import FileRefusedError

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Cells as text, with the header as it stood (blank trailing columns left out).

    `first_row` is the number that a spreadsheet gives to the first row of `cells`. `preamble` is what stood above the
    header, and `sheet` the worksheet's name, empty where it is no workbook.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    """One column per header position, named 0, 1, 2 …, since a header may repeat."""
    first_row: int = 2
    preamble: str = ""
    sheet: str = ""

    def column(self, name: str) -> "pd.Series[str]":
        """The first column of that name."""
        return self.cells[self.header.index(name)]

    @property
    def place(self) -> str:
        """The file, and the sheet of it, as a message names them."""
        return f"{self.name}, sheet “{self.sheet}”" if self.sheet else self.name

    def row(self, position: int) -> int:
        """The number that a spreadsheet gives to a row of `cells`."""
        return int(position) + self.first_row

    def texts(self, name: str, at: Positions) -> npt.NDArray[np.object_]:
        """The cells of a column at some positions, without blanks around them."""
        code, found = pd.factorize(self.column(name).iloc[at])
        words: npt.NDArray[np.object_] = np.array([str(text).strip() for text in found] or [""], dtype=object)
        return words[code]


def distinct_pairs(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> tuple[Positions, list[tuple[Any, Any]]]:
    """For each place the number of its pair among the distinct ones, and these: far fewer than places."""
    left, lefts = pd.factorize(one)
    right, rights = pd.factorize(other)
    found, code = np.unique(left * (len(rights) or 1) + right, return_inverse=True)
    pairs = [(lefts[number // len(rights)], rights[number % len(rights)]) for number in found]
    return code, pairs


def matching(table: Table, where: dict[str, str]) -> Mask:
    """The rows in which each column says what `where` asks for."""
    found = np.ones(len(table.cells), dtype=bool)
    for column, value in where.items():
        found &= (table.column(column) == value).to_numpy(dtype=bool)
    return found


def refuse_first(table: Table, bad: Mask, column: str, expected: str, beside: str = "") -> None:
    """Stop at the first row (and say how many there are) where a cell is not what it must be."""
    wrong = np.flatnonzero(bad)
    if len(wrong):
        cell = str(table.column(column).iloc[wrong[0]])
        other = f", {beside} “{table.column(beside).iloc[wrong[0]]}”" if beside else ""
        more = f" ({len(wrong):,} rows are)" if len(wrong) > 1 else ""
        raise FileRefusedError(
            f"{table.place}, row {table.row(wrong[0])}, column {column}: “{cell[:40]}”{other} is wrong{more}: "
            f"{expected}. Load the file as published, or declare the change."
        )


def refuse_first_of(table: Table, at: Positions, bad: Mask, column: str, expected: str) -> None:
    """As `refuse_first`, with `bad` for each of some positions."""
    everywhere = np.zeros(len(table.cells), dtype=bool)
    everywhere[at[bad]] = True
    refuse_first(table, everywhere, column, expected)


def refuse_duplicates(table: Table, rows: pd.DataFrame, keys: Sequence[str], column: str) -> None:
    """Stop where two rows say the same keys, area and period among them. `rows` has these and `row`."""
    again = rows.duplicated(list(keys))
    if bool(again.any()):
        second = rows[again].iloc[0]
        same = np.logical_and.reduce([(rows[key] == second[key]).to_numpy(dtype=bool) for key in keys])
        raise FileRefusedError(
            f"{table.place}, row {second['row']}, column {column}: {second['area']} in {second['period']} already "
            f"stands in row {rows[same].iloc[0]['row']}. Keep one of the two rows."
        )

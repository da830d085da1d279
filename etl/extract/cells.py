"""Reads text cells as numbers, symbols and states, each as its publisher prints them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.extract.table import Positions, Table
from schema.errors import FileRefusedError
from schema.states import EES_SYMBOLS, LAIT_SYMBOLS, State

LARGEST = 1e9
"""No published count, rate or population is larger; what is, is a slip or worse."""


@dataclass(frozen=True)
class Notation:
    """How a publisher prints: `number` is a pattern for the whole cell, `symbols` what stands in a number's place."""

    number: str
    symbols: Mapping[str, State]


# What pandas would take beside these (inf, 1_000) is nothing that anybody publishes.
EES = Notation(r"-?[0-9]+(\.[0-9]+)?", EES_SYMBOLS)
# Floats as a spreadsheet keeps them: 2.2999999999999998, 5.5840000000000001E-2.
LAIT = Notation(r"-?[0-9]+(\.[0-9]+)?(E-?[0-9]{1,3})?", LAIT_SYMBOLS)


class Cells(NamedTuple):
    """What some cells say: a number (NaN where there is none), the symbol as printed (empty beside one), a state."""

    value: npt.NDArray[np.float64]
    symbol: npt.NDArray[np.object_]
    state: npt.NDArray[np.object_]


def read_cells(
    table: Table, columns: Sequence[str], at: Positions, notation: Notation, signed: Sequence[bool] | None = None
) -> Cells:
    """Values, symbols and states of some columns' cells at some positions, one column after the other.

    Each cell is a number or one of the notation's symbols, or the file is refused; a number below nought is refused
    too, save in a column that is `signed`. Equal texts are read once: there are far fewer of them than cells.
    """
    text = np.concatenate([table.column(column).to_numpy(dtype=object)[at] for column in columns])
    below = np.repeat(signed if signed is not None else [False] * len(columns), len(at))
    return read_texts(table, columns, at, text, notation, below)


def read_texts(
    table: Table,
    columns: Sequence[str],
    at: Positions,
    text: npt.NDArray[np.object_],
    notation: Notation,
    signed: npt.NDArray[np.bool_],
) -> Cells:
    """As `read_cells`, of texts at hand: those of each column at the positions, with `signed` for each of them."""
    code, found = pd.factorize(text)
    words = pd.Series(found, dtype=object).astype(str).str.strip()
    is_number = words.str.fullmatch(notation.number).to_numpy(dtype=bool)
    value = pd.to_numeric(words.where(is_number)).to_numpy(dtype=float)
    # Nothing that is counted, and no population, comes near this.
    is_number = is_number & ~(np.abs(value) > LARGEST)
    value = np.where(is_number, value, np.nan)
    symbol = np.where(is_number, "", words.to_numpy(dtype=object))
    state = np.where(value == 0, State.ZERO.value, State.VALUE.value).astype(object)
    # An empty cell may be a symbol too, and the symbol beside a number is empty.
    known = ~is_number & np.array([text in notation.symbols for text in symbol], dtype=bool)
    state[known] = [notation.symbols[text].value for text in symbol[known]]
    wrong = np.flatnonzero(~(is_number | known)[code] | ((value < 0)[code] & ~signed))
    if len(wrong):
        first = int(wrong[0])
        column, row = columns[first // len(at)], table.row(int(at[first % len(at)]))
        word = str(words.iloc[code[first]])
        also = " (what may lie below nought says `signed: true` in its series)" if value[code[first]] < 0 else ""
        raise FileRefusedError(
            f"{table.place}, row {row}, column {column}: “{word[:40]}” is neither a number nor one of the symbols "
            f"{', '.join(notation.symbols)}{also}. Load the file as published."
        )
    return Cells(value[code], symbol[code], state[code])

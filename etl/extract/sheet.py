"""A sheet as rows of text, whatever kind of file it stood in, and what else is known about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby, zip_longest

from etl.validate.child_records import shown
from schema.errors import FileRefusedError

Row = tuple[int, list[str]]
"""A row as a spreadsheet numbers it, from 1, and its cells."""

Value = int | float | str | bool | time | date | datetime | timedelta

MAX_CELLS = 3_000_000
"""Rows times columns up to the last cell of a sheet, empty ones included: 200,000 rows of a return with all its
columns."""

MAX_COLUMNS = 1_000
"""A return has some twelve."""

MAX_SHEETS = 200

NOT_CALCULATED = "#NOT-CALCULATED"
"""Stands in the place of a formula that was saved without its result."""

_MOST_WORDS = 20

_AT_ONCE = 2_000
"""Rows that are turned into columns together."""


@dataclass(frozen=True)
class Sheet:
    """A visible sheet: the numbers of its rows that are not blank, and its columns, each as long as these.

    By columns and not by rows, since a list for each of 100,000 rows keeps Python's collector busier than all reading.
    `formulas` has the cells that were calculated, by row and column (both from 1). `hidden` says in words which of the
    filled rows and columns are out of sight.
    """

    name: str
    numbers: list[int]
    columns: list[list[str]]
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The rows, each as long as the sheet is wide."""
        for number, *cells in zip(self.numbers, *self.columns, strict=True):
            yield number, cells


class Rows:
    """Takes rows of a file one after the other, leaves the blank ones out, and keeps them as columns.

    Each column is as long as there are rows, so one wide row among many is refused where it would make too many cells.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self.numbers: list[int] = []
        self.columns: list[list[str]] = []
        self._waiting: list[list[str]] = []

    def add(self, number: int, cells: list[str]) -> None:
        """Add a row; a blank one is passed over."""
        if any(map(str.strip, cells)):
            self.numbers.append(number)
            self._waiting.append(cells)
            if len(self._waiting) == _AT_ONCE:
                self._turn()

    def sheet(self, name: str, formulas: Mapping[tuple[int, int], str], hidden: "Hidden") -> Sheet:
        """The sheet that the rows make."""
        self._turn()
        return Sheet(name, self.numbers, self.columns, formulas, hidden.words(self.numbers, self.columns))

    def _turn(self) -> None:
        width = max(map(len, self._waiting), default=0)
        if max(width, len(self.columns)) * len(self.numbers) > MAX_CELLS:
            raise FileRefusedError(
                f"{self._file} has over {MAX_CELLS:,} cells, {width:,} of them in one of rows {self.numbers[0]} to "
                f"{self.numbers[-1]}. Delete what stands outside the return’s table."
            )
        done = len(self.numbers) - len(self._waiting)
        turned = list(zip_longest(*self._waiting, fillvalue=""))
        self.columns += [[""] * done for _ in range(len(turned) - len(self.columns))]
        for column, cells in zip_longest(self.columns, turned):
            column.extend(cells if cells is not None else [""] * len(self._waiting))
        self._waiting.clear()


@dataclass
class Hidden:
    """The rows and columns of a sheet that are out of sight."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)

    def words(self, numbers: Sequence[int], columns: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """Those that something stands in: “rows 5 to 7”, “column D”."""
        rows = [number for number in numbers if number in self.rows] if self.rows else []
        filled = [at for at, cells in enumerate(columns, start=1) if at in self.columns and any(map(str.strip, cells))]
        words = [*_ranges("row", rows, str), *_ranges("column", filled, column_letters)]
        more = len(words) - _MOST_WORDS
        return (*words[:_MOST_WORDS], f"{more} more places") if more > 1 else tuple(words)


@dataclass(frozen=True)
class Book:
    """The visible sheets of a file, what else it hides, and sentences about how it had to be read.

    `elsewhere` has what looks like part of a child's record outside the visible cells: where in words, and the text.
    """

    sheets: list[Sheet]
    hidden: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()


def hidden_sheet(name: str) -> str:
    """A hidden sheet in words; not by its name where that might be a child's."""
    return f"sheet ‘{shown(name, 31)}’" if shown(name) else "a sheet, the name of which is not repeated here"


def column_letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_text(value: Value) -> str:
    """A cell as a person would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # Excel keeps fifteen significant digits: 0.1 + 0.2 is 0.3 there, and should be here.
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _ranges(what: str, numbers: Sequence[int], named: Callable[[int], str]) -> list[str]:
    found: list[str] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        span = [number for _, number in run]
        first, last = named(span[0]), named(span[-1])
        found.append(f"{what} {first}" if first == last else f"{what}s {first} to {last}")
    return found

"""A return file becomes a frame of text cells that know where they stood.

A return is one flat table, as CSV or in a workbook (XLSX, ODS). Its header is looked for in the first rows, since
people write titles above a table; what holds for every row (area, extract date, status) may stand above it once.
Nothing is understood here: what the cells say is judged by `etl.validate`. A file is refused only where it is no such
table.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.extract.delimited import LONGEST_CELL
from etl.extract.other_text import holds_a_record, in_name
from etl.extract.sheet import Book, Sheet, column_letters
from etl.extract.sheets import read_bytes, read_sheets
from etl.validate.child_records import quoted, shown
from schema.errors import FileRefusedError

REQUIRED_COLUMNS = ("period", "quantity", "category", "value", "symbol", "note", "extract_date")
OPTIONAL_COLUMNS = ("basis", "status", "area")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)

ABOVE_TABLE = ("area", "extract_date", "status")
"""What is the same on every row, and may stand above the table once: the name, and in the next cell what holds."""

AIDS = ("title", "last_value", "last_period", "definition")
"""Columns that a template adds to help whoever fills it in. They are passed over."""

SHEET_NAME = "Return"
HEADER_WITHIN = 30
"""Rows that are not empty, in which the header is looked for."""

MAX_ROWS = 200_000
"""A return has a few hundred rows. A partnership that sends every ward, month and breakdown of many years at once has
some 100,000, which are read and checked in seconds; twice as many are room enough, and none for a row a child."""

_ODD_SPACES = str.maketrans(
    {**dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), **dict.fromkeys("\u200b\u2060\ufeff", "")}
)
"""Spaces that look like one, and marks that look like nothing."""

_MOST_PLACES = 20
_NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, line ends, and marks that make a name read as another."""

_SUM = re.compile(r"((grand|overall|sub)[\s-]?)?(total|sum)s?( (of|for) .*)?\s?:?", re.IGNORECASE)


@dataclass(frozen=True)
class Above:
    """Something that stands above the table once: its text, its row, and its cell's address."""

    text: str
    row: int
    cell: str


@dataclass(frozen=True)
class ReturnTable:
    """A return as it was written.

    `cells` has one text column for each of COLUMNS ("" where a cell is empty or an optional column is absent); its
    index is the row as a spreadsheet numbers it. `letters` says in which spreadsheet column each stood. `sheet` is
    empty for CSV. `overlong_rows` are those with something to the right of, or between, the columns of the header.
    `above` holds what stands once above the table, of ABOVE_TABLE; `heading` is the first text there. `sum_rows` stood
    at the end, add up the rows above them, and are not among the cells.

    `hidden` says in words what the file keeps out of sight (“sheet ‘Workings’”, “rows 5 to 7”, “column D”). `formulas`
    has, by row and column of COLUMNS, what a cell was calculated from (only "=" where the file does not spell it out).
    `remarks` are sentences about how the file had to be read, where that was not the plain way. `elsewhere` says in
    words where, outside the cells, the file has something that looks like part of a child's record: never what.
    """

    name: str
    sha256: str
    sheet: str
    cells: pd.DataFrame
    letters: Mapping[str, str]
    overlong_rows: tuple[int, ...] = ()
    above: Mapping[str, Above] = field(default_factory=dict)
    heading: str = ""
    sum_rows: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()
    formulas: Mapping[tuple[int, str], str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def read_return(path: Path) -> ReturnTable:
    """Read a return file: CSV, XLSX or ODS, as its content says.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no table with the columns of a return. The message says where, what, and how to mend it.
    """
    return read_return_bytes(path.name, read_bytes(path))


def read_return_bytes(name: str, content: bytes) -> ReturnTable:
    """Read a return from the bytes of a file, which is called `name`.

    Raises:
        FileRefusedError: as for `read_return`.
    """
    if _NO_NAME.search(name):
        raise FileRefusedError("The file’s name has characters that do not show. Rename it, and send it again.")
    if in_name(name):
        raise FileRefusedError(
            "The file’s name looks as if it held part of a child’s record. Rename it, delete copies of it that you "
            "have sent, and send it again."
        )
    book = read_book(name, content)
    return _table(name, hashlib.sha256(content).hexdigest(), book, return_sheet(name, book))


def read_book(name: str, content: bytes) -> Book:
    """The sheets of a return's file, before any of them is taken for the return. Raises FileRefusedError."""
    return read_sheets(name, content, MAX_ROWS + HEADER_WITHIN + 1, _likeness)


def return_sheet(name: str, book: Book) -> Sheet:
    """The sheet named Return, else the only visible one, else the only one whose header looks like a return's.

    Raises:
        FileRefusedError: there is none, or more than one.
    """
    filled = [sheet for sheet in book.sheets if sheet.numbers]
    named = [sheet for sheet in filled if sheet.name.strip().lower() == SHEET_NAME.lower()]
    alike = [sheet for sheet in filled if _is_alike(sheet)]
    for candidates in (named, filled, alike):
        if len(candidates) == 1:
            return candidates[0]
    if not filled:
        raise FileRefusedError(f"{name} has no visible sheet with anything in it. Unhide the return, or export it.")
    names = ", ".join(quoted(sheet.name[:31]) for sheet in (alike or book.sheets)[:10])
    which = "several sheets look like a return" if alike else "no sheet looks like a return"
    raise FileRefusedError(f"{name}: {which} (there are {names}). Name the one to be read “{SHEET_NAME}”.")


def _is_alike(sheet: Sheet) -> bool:
    return {"quantity", "value"} <= set(_header(sheet)[1])


def _unread(table: Sheet, book: Book) -> Iterator[str]:
    """What is told of sheets that could be the return, and are not read: somebody may have mended one of them."""
    for sheet in book.sheets:
        if sheet is not table and sheet.numbers and _is_alike(sheet):
            yield f"Sheet {quoted(sheet.name[:31])} looks like a return as well, and was not read."


def _header(sheet: Sheet) -> tuple[int, list[str]]:
    """Where the header stands among the sheet's rows, and its columns as the return's definition writes them.

    It is the row that names most of a return's columns. Where none names any, it is the first, to be refused.
    """
    rows = [[_column_name(cell) for cell in row] for _, row in islice(sheet.rows(), HEADER_WITHIN)] or [[]]
    known = [len(set(COLUMNS) & set(row)) for row in rows]
    best = known.index(max(known))
    return best, rows[best]


def _likeness(row: Sequence[str]) -> int:
    """How many of a return's columns a row names."""
    return len(set(COLUMNS) & {_column_name(cell) for cell in row})


def _column_name(cell: str) -> str:
    """`Extract date:` as `extract_date`; "" for a column without a name."""
    return re.sub(r"[\s_-]+", "_", _clean(cell).rstrip(" :").lower())


def _clean(cell: str) -> str:
    """A cell without the spaces around it; a no-break space, which looks the same, counts as one."""
    return cell.translate(_ODD_SPACES).strip()


def _table(name: str, sha256: str, book: Book, sheet: Sheet) -> ReturnTable:
    place, header = _header(sheet)
    where = f"{name}, sheet “{sheet.name}”" if sheet.name else name
    above = _above(sheet, place)
    _refuse_wrong_columns(where, header, above)
    position = {column: header.index(column) for column in COLUMNS if column in header}
    _refuse_rows_above(where, sheet, place, position)
    numbers = np.array(sheet.numbers[place + 1 :], dtype="int64")
    if len(numbers) > MAX_ROWS:
        raise FileRefusedError(
            f"{where} has more than {MAX_ROWS:,} rows; a return has a few hundred. Send counts, one row for each "
            "quantity, period and category, never one for each child."
        )
    if not len(numbers):
        raise FileRefusedError(f"{where} has a header and nothing below it. Export the return again.")
    cleaned = _Cleaned()
    columns = [[cleaned[cell] for cell in column[place + 1 :]] for column in sheet.columns]
    _refuse_endless_cell(where, cleaned, sheet)
    sums: list[int] = []
    while len(sums) < len(numbers) and _adds_up_the_others([column[-1 - len(sums)] for column in columns], position):
        sums.insert(0, int(numbers[-1 - len(sums)]))
    # A template's headings stand in its own columns alone: there is nothing in such a row to lose.
    aids = {index for index, column in enumerate(header) if column in AIDS}
    kept = _filled([column for index, column in enumerate(columns) if index not in aids], len(numbers))
    kept[len(numbers) - len(sums) :] = False
    used = {*position.values(), *aids}
    outside = _filled([column for index, column in enumerate(columns) if index not in used], len(numbers)) & kept
    named = {index + 1: column for column, index in position.items()}
    cells = {column: columns[position[column]] if column in position else [""] * len(numbers) for column in COLUMNS}
    return ReturnTable(
        name=name,
        sha256=sha256,
        sheet=sheet.name,
        cells=pd.DataFrame(cells, index=pd.Index(numbers, name="row"), dtype="str").loc[kept],
        letters={column: column_letters(index + 1) for column, index in position.items()},
        overlong_rows=tuple(numbers[outside].tolist()),
        above=above,
        heading=next((text for _, row in islice(sheet.rows(), place) for cell in row if (text := _clean(cell))), ""),
        sum_rows=tuple(sums),
        hidden=(*book.hidden, *sheet.hidden),
        formulas={(row, named[column]): text for (row, column), text in sheet.formulas.items() if column in named},
        remarks=(*book.remarks, *_unread(sheet, book)),
        elsewhere=_elsewhere(name, book, sheet, set(numbers[kept].tolist()), set(position.values())),
    )


def _elsewhere(name: str, book: Book, table: Sheet, rows: set[int], columns: set[int]) -> tuple[str, ...]:
    """Where something looks like part of a child's record, outside these rows and columns of the table, which have
    findings of their own. What stands in a visible cell too is named there alone."""
    places: dict[str, None] = {}
    known: set[str] = set()
    for sheet in book.sheets:
        for at, cells in enumerate(sheet.columns):
            found = {text for text in set(cells) if text and holds_a_record(text)}
            if not found:
                continue
            known |= {" ".join(text.split()) for text in found}
            for number, text in zip(sheet.numbers, cells, strict=True):
                if text in found and not (sheet is table and at in columns and number in rows):
                    of = f" of sheet {said}" if sheet.name and (said := shown(sheet.name)) else ""
                    places[f"cell {column_letters(at + 1)}{number}{of}"] = None
    for where, text in book.elsewhere:
        plain = " ".join(text.split())
        if not any(plain in other for other in known):
            known.add(plain)
            places[where] = None
    named = list(places)
    more = len(named) - _MOST_PLACES
    return (*named[:_MOST_PLACES], f"{more:,} more places") if more > 1 else tuple(named)


def _filled(columns: Sequence[Sequence[str]], length: int) -> npt.NDArray[np.bool_]:
    """The rows in which something stands in one of the columns."""
    found = np.zeros(length, dtype=bool)
    for column in columns:
        if found.all():
            break
        if any(column):
            found |= np.fromiter(map(bool, column), dtype=bool, count=length)
    return found


def _refuse_endless_cell(where: str, texts: Iterable[str], sheet: Sheet) -> None:
    """A note has at most some pages: what is far longer is no text that anybody wrote."""
    if any(len(text) > LONGEST_CELL for text in texts):
        number, column, length = next(
            (number, at, len(cell))
            for number, row in sheet.rows()
            for at, cell in enumerate(row, start=1)
            if len(cell) > LONGEST_CELL
        )
        raise FileRefusedError(
            f"{where}, cell {column_letters(column)}{number}: {length:,} characters stand in it. Shorten it, and send "
            "the rest as a document."
        )


class _Cleaned(dict[str, str]):
    """Cells without the spaces around them. Each distinct text is cleaned once: there are far fewer than cells."""

    def __missing__(self, cell: str) -> str:
        self[cell] = found = _clean(cell)
        return found


def _above(sheet: Sheet, place: int) -> dict[str, Above]:
    """What stands above the header once: a name of ABOVE_TABLE, and the next filled cell to its right."""
    found: dict[str, Above] = {}
    for number, row in islice(sheet.rows(), place):
        filled = [(index, _clean(cell)) for index, cell in enumerate(row) if _clean(cell)]
        for (_, label), (index, text) in pairwise(filled):
            if (column := _column_name(label)) in ABOVE_TABLE:
                found.setdefault(column, Above(text, number, f"{column_letters(index + 1)}{number}"))
    return found


def _refuse_rows_above(where: str, sheet: Sheet, place: int, position: Mapping[str, int]) -> None:
    """Titles may stand above the header; figures that a sort has put there must not be lost."""
    for number, row in islice(sheet.rows(), place):
        filled = {column for column, index in position.items() if index < len(row) and _clean(row[index])}
        if {"period", "quantity"} <= filled and filled & {"value", "symbol"}:
            raise FileRefusedError(
                f"{where}, row {number}: a row of the table stands above its header. Move the header above all rows."
            )


def _adds_up_the_others(row: Sequence[str], position: Mapping[str, int]) -> bool:
    """Whether a row at the end is a spreadsheet's “Total”, and not a row about a quantity."""
    period, quantity = row[position["period"]], row[position["quantity"]]
    if _SUM.fullmatch(quantity):
        return True
    about_nothing = not quantity and (not period or _SUM.fullmatch(period) is not None)
    return about_nothing and any(_SUM.fullmatch(cell) for cell in row)


def _refuse_wrong_columns(where: str, header: list[str], above: Mapping[str, Above]) -> None:
    """Name every column that is missing, there twice, or not known, in one message."""
    counted = Counter(name for name in header if name)
    faults: list[str] = []
    if missing := [column for column in REQUIRED_COLUMNS if column not in counted and column not in above]:
        faults.append(f"missing {', '.join(missing)}")
    if twice := [column for column, times in counted.items() if times > 1]:
        faults.append(f"there twice {', '.join(_column_said(column) for column in twice)}")
    if unknown := [column for column in counted if column not in (*COLUMNS, *AIDS)]:
        faults.append(f"not known {', '.join(_with_nearest(column) for column in unknown[:10])}")
    if faults:
        raise FileRefusedError(
            f"{where}: the columns are not those of a return: {'; '.join(faults)}. One of the first {HEADER_WITHIN} "
            f"rows must hold the names {', '.join(REQUIRED_COLUMNS)}; {', '.join(OPTIONAL_COLUMNS[:-1])} and "
            f"{OPTIONAL_COLUMNS[-1]} may be there too."
        )


def _with_nearest(column: str) -> str:
    near = difflib.get_close_matches(column, COLUMNS, n=1, cutoff=0.6)
    return f"“{_column_said(column)}”" + (f" (did you mean {near[0]}?)" if near else "")


def _column_said(column: str) -> str:
    """A column's name as a message may repeat it; it has been brought to lower case, and its spaces are underscores."""
    said = shown(column.replace("_", " ").title())
    return column[:40] if said else "one whose name looks like a child’s record"

"""A return file becomes a frame of text cells that know where they stood.

A return is one flat table, as CSV (UTF-8) or in a workbook. Its header is looked for in the first rows, since people
write titles above a table; what holds for every row (area, extract date, status) may stand above it once. Nothing is
understood here: what the cells say is judged by `etl.validate`. A file is refused only where it is no such table.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from etl.extract.delimited import read_delimited
from etl.extract.workbook import Sheet, column_letters, read_workbook
from schema.errors import FileRefusedError, WrongUseError

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

MAX_BYTES = 20 * 2**20
MAX_ROWS = 50_000
"""A return has a few hundred rows; this leaves room for every ward and month, and none for a mistake."""

_ODD_SPACES = str.maketrans(
    {**dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), **dict.fromkeys("\u200b\u2060\ufeff", "")}
)
"""Spaces that look like one, and marks that look like nothing."""

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
    `above` holds what stands once above the table, of ABOVE_TABLE. `sum_rows` stood at the end, add up the rows above
    them, and are not among the cells.
    """

    name: str
    sha256: str
    sheet: str
    cells: pd.DataFrame
    letters: Mapping[str, str]
    overlong_rows: tuple[int, ...] = ()
    above: Mapping[str, Above] = field(default_factory=dict)
    sum_rows: tuple[int, ...] = ()


def read_return(path: Path) -> ReturnTable:
    """Read a return file, CSV or XLSX.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no table with the columns of a return. The message says where, what, and how to mend it.
    """
    content = _content(path)
    name = path.name
    if path.suffix.lower() == ".csv":
        sheet = Sheet("", read_delimited(name, content, most=MAX_ROWS + HEADER_WITHIN + 1))
    else:
        sheet = _return_sheet(name, read_workbook(name, content))
    return _table(name, hashlib.sha256(content).hexdigest(), sheet)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise WrongUseError(f"There is no file {path}. Check the name and the folder.")
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise FileRefusedError(f"{path.name} is neither a .csv nor an .xlsx file. Save the return as one of these.")
    # The size is looked up, and bounds the reading too: a file may still be growing.
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1) if path.stat().st_size <= MAX_BYTES else b""
    if len(content) > MAX_BYTES or path.stat().st_size > MAX_BYTES:
        raise FileRefusedError(
            f"{path.name} has {path.stat().st_size / 2**20:,.0f} MB; a return has well under 1, and at most "
            f"{MAX_BYTES // 2**20} are read. Send the return's table alone."
        )
    if not content.strip():
        raise FileRefusedError(f"{path.name} is empty. Export the return again.")
    return content


def _return_sheet(name: str, sheets: list[Sheet]) -> Sheet:
    """The sheet named Return, else the only visible one, else the only one whose header looks like a return's."""
    filled = [sheet for sheet in sheets if sheet.rows]
    named = [sheet for sheet in filled if sheet.name.strip().lower() == SHEET_NAME.lower()]
    alike = [sheet for sheet in filled if {"quantity", "value"} <= set(_header(sheet)[1])]
    for candidates in (named, filled, alike):
        if len(candidates) == 1:
            return candidates[0]
    if not filled:
        raise FileRefusedError(f"{name} has no visible sheet with anything in it. Unhide the return, or export it.")
    names = ", ".join(f"“{sheet.name[:31]}”" for sheet in sheets)
    which = "several sheets look like a return" if alike else "no sheet looks like a return"
    raise FileRefusedError(f"{name}: {which} (there are {names}). Name the one to be read “{SHEET_NAME}”.")


def _header(sheet: Sheet) -> tuple[int, list[str]]:
    """Where the header stands among the sheet's rows, and its columns as the return's definition writes them.

    It is the row that names most of a return's columns. Where none names any, it is the first, to be refused.
    """
    rows = [[_column_name(cell) for cell in row] for _, row in sheet.rows[:HEADER_WITHIN]] or [[]]
    known = [len(set(COLUMNS) & set(row)) for row in rows]
    best = known.index(max(known))
    return best, rows[best]


def _column_name(cell: str) -> str:
    """`Extract date:` as `extract_date`; "" for a column without a name."""
    return re.sub(r"[\s_-]+", "_", _clean(cell).rstrip(" :").lower())


def _clean(cell: str) -> str:
    """A cell without the spaces around it; a no-break space, which looks the same, counts as one."""
    return cell.translate(_ODD_SPACES).strip()


def _table(name: str, sha256: str, sheet: Sheet) -> ReturnTable:
    place, header = _header(sheet)
    where = f"{name}, sheet “{sheet.name}”" if sheet.name else name
    above = _above(sheet, place)
    _refuse_wrong_columns(where, header, above)
    position = {column: header.index(column) for column in COLUMNS if column in header}
    _refuse_rows_above(where, sheet, place, position)
    width = len(header)
    rows = [
        (number, [_clean(cell) for cell in row] + [""] * (width - len(row))) for number, row in sheet.rows[place + 1 :]
    ]
    if not rows:
        raise FileRefusedError(f"{where} has a header and nothing below it. Export the return again.")
    if len(rows) > MAX_ROWS:
        raise FileRefusedError(
            f"{where} has more than {MAX_ROWS:,} rows; a return has a few hundred. Send counts, one row for each "
            "quantity, period and category, never one for each child."
        )
    sums: list[int] = []
    while rows and _adds_up_the_others(rows[-1][1], position):
        sums.insert(0, rows.pop()[0])
    # A template's headings stand in its own columns alone: there is nothing in such a row to lose.
    aids = {index for index, column in enumerate(header) if column in AIDS}
    rows = [(number, row) for number, row in rows if any(cell for index, cell in enumerate(row) if index not in aids)]
    used = {*position.values(), *aids}
    return ReturnTable(
        name=name,
        sha256=sha256,
        sheet=sheet.name,
        cells=pd.DataFrame(
            {column: [row[position[column]] if column in position else "" for _, row in rows] for column in COLUMNS},
            index=pd.Index([number for number, _ in rows], name="row", dtype="int64"),
            dtype="str",
        ),
        letters={column: column_letters(index + 1) for column, index in position.items()},
        overlong_rows=tuple(
            number for number, row in rows if any(cell for index, cell in enumerate(row) if index not in used)
        ),
        above=above,
        sum_rows=tuple(sums),
    )


def _above(sheet: Sheet, place: int) -> dict[str, Above]:
    """What stands above the header once: a name of ABOVE_TABLE, and the next filled cell to its right."""
    found: dict[str, Above] = {}
    for number, row in sheet.rows[:place]:
        filled = [(index, _clean(cell)) for index, cell in enumerate(row) if _clean(cell)]
        for (_, label), (index, text) in pairwise(filled):
            if (column := _column_name(label)) in ABOVE_TABLE:
                found.setdefault(column, Above(text, number, f"{column_letters(index + 1)}{number}"))
    return found


def _refuse_rows_above(where: str, sheet: Sheet, place: int, position: Mapping[str, int]) -> None:
    """Titles may stand above the header; figures that a sort has put there must not be lost."""
    for number, row in sheet.rows[:place]:
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
        faults.append(f"there twice {', '.join(column[:40] for column in twice)}")
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
    return f"“{column[:40]}”" + (f" (did you mean {near[0]}?)" if near else "")

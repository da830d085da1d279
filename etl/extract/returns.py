"""A return file becomes a frame of text cells that know where they stood.

A return is one flat table, as CSV (UTF-8) or in a workbook, with its header in the first row that is not empty. Nothing
is understood here: what the cells say is judged by `etl.validate`. A file is refused only where it is no such table.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.extract.delimited import read_delimited
from etl.extract.workbook import Sheet, column_letters, read_workbook
from schema.errors import FileRefusedError, WrongUseError

REQUIRED_COLUMNS = ("period", "quantity", "category", "value", "symbol", "note", "extract_date")
OPTIONAL_COLUMNS = ("basis", "status")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)

SHEET_NAME = "Return"
MAX_BYTES = 20 * 2**20
MAX_ROWS = 50_000
"""A return has a few hundred rows; this leaves room for every ward and month, and none for a mistake."""


@dataclass(frozen=True)
class ReturnTable:
    """A return as it was written.

    `cells` has one text column for each of COLUMNS ("" where a cell is empty or an optional column is absent); its
    index is the row as a spreadsheet numbers it. `letters` says in which spreadsheet column each stood. `sheet` is
    empty for CSV. `overlong_rows` are those with something to the right of, or between, the columns of the header.
    """

    name: str
    sha256: str
    sheet: str
    cells: pd.DataFrame
    letters: Mapping[str, str]
    overlong_rows: tuple[int, ...] = ()


def read_return(path: Path) -> ReturnTable:
    """Read a return file, CSV or XLSX.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no table with the columns of a return. The message says where, what, and how to mend it.
    """
    content = _content(path)
    name = path.name
    if path.suffix.lower() == ".csv":
        sheet = Sheet("", read_delimited(name, content, most=MAX_ROWS + 2))
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
    alike = [sheet for sheet in filled if {"quantity", "value"} <= set(_header(sheet))]
    for candidates in (named, filled, alike):
        if len(candidates) == 1:
            return candidates[0]
    if not filled:
        raise FileRefusedError(f"{name} has no visible sheet with anything in it. Unhide the return, or export it.")
    names = ", ".join(f"“{sheet.name[:31]}”" for sheet in sheets)
    which = "several sheets look like a return" if alike else "no sheet looks like a return"
    raise FileRefusedError(f"{name}: {which} (there are {names}). Name the one to be read “{SHEET_NAME}”.")


def _header(sheet: Sheet) -> list[str]:
    """Column names as the return's definition writes them; "" for a column without a name."""
    first = sheet.rows[0][1] if sheet.rows else []
    return [re.sub(r"[\s_-]+", "_", _clean(cell).lower()) for cell in first]


def _clean(cell: str) -> str:
    """A cell without the spaces around it; a no-break space, which looks the same, counts as one."""
    return cell.replace("\u00a0", " ").strip()


def _table(name: str, sha256: str, sheet: Sheet) -> ReturnTable:
    header = _header(sheet)
    where = f"{name}, sheet “{sheet.name}”" if sheet.name else name
    _refuse_wrong_columns(where, header)
    position = {column: header.index(column) for column in COLUMNS if column in header}
    rows = [(number, [_clean(cell) for cell in row]) for number, row in sheet.rows[1:]]
    if not rows:
        raise FileRefusedError(f"{where} has a header and nothing below it. Export the return again.")
    if len(rows) > MAX_ROWS:
        raise FileRefusedError(
            f"{where} has more than {MAX_ROWS:,} rows; a return has a few hundred. Send counts, one row for each "
            "quantity, period and category, never one for each child."
        )
    width = len(header)
    padded = [row + [""] * (width - len(row)) for _, row in rows]
    used = set(position.values())
    return ReturnTable(
        name=name,
        sha256=sha256,
        sheet=sheet.name,
        cells=pd.DataFrame(
            {column: [row[position[column]] if column in position else "" for row in padded] for column in COLUMNS},
            index=pd.Index([number for number, _ in rows], name="row"),
            dtype="str",
        ),
        letters={column: column_letters(index + 1) for column, index in position.items()},
        overlong_rows=tuple(
            number for number, row in rows if any(cell for index, cell in enumerate(row) if index not in used)
        ),
    )


def _refuse_wrong_columns(where: str, header: list[str]) -> None:
    """Name every column that is missing, there twice, or not known, in one message."""
    counted = Counter(name for name in header if name)
    faults: list[str] = []
    if missing := [column for column in REQUIRED_COLUMNS if column not in counted]:
        faults.append(f"missing {', '.join(missing)}")
    if twice := [column for column, times in counted.items() if times > 1]:
        faults.append(f"there twice {', '.join(column[:40] for column in twice)}")
    if unknown := [column for column in counted if column not in COLUMNS]:
        faults.append(f"not known {', '.join(_with_nearest(column) for column in unknown[:10])}")
    if faults:
        raise FileRefusedError(
            f"{where}: the columns are not those of a return: {'; '.join(faults)}. The first row that is not empty "
            f"must hold the names {', '.join(REQUIRED_COLUMNS)}; {' and '.join(OPTIONAL_COLUMNS)} may be there too."
        )


def _with_nearest(column: str) -> str:
    near = difflib.get_close_matches(column, COLUMNS, n=1, cutoff=0.6)
    return f"“{column[:40]}”" + (f" (did you mean {near[0]}?)" if near else "")

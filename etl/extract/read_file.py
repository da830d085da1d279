"""Opens a published file, whatever kind it is, as tables of text cells."""

import hashlib
import io
import zipfile
from pathlib import Path

import pandas as pd

from etl.extract import csv_file, parquet_file
from etl.extract.archive import unpacked
from etl.extract.csv_file import BELOW_A_PREAMBLE, PREAMBLE_ROWS, read_csv_file
from etl.extract.parquet_file import read_parquet_file
from etl.extract.sheet import Sheet
from etl.extract.table import Table
from etl.extract.workbook import read_workbook
from schema.errors import FileRefusedError, WrongUseError


def read_tables(path: Path) -> list[Table]:
    """The tables of a published file: one of a CSV or parquet file, one for each sheet of a workbook that we know.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no such file, damaged, or too large; the message says what to do.
    """
    if not path.is_file():
        raise WrongUseError(f"There is no file {path}. Check the name and the folder.")
    with path.open("rb") as file:
        start = file.read(4)
    if start == parquet_file.SIGNATURE:
        return [read_parquet_file(path)]
    if start == b"PK\x03\x04" and path.stat().st_size <= csv_file.MAX_BYTES:
        raw = path.read_bytes()
        if _is_workbook(raw):
            return _known_sheets(path.name, raw)
    return [read_csv_file(path)]


def _is_workbook(raw: bytes) -> bool:
    """Whether an archive is an Excel workbook; any other is refused with a word of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return True  # cut short: the reader of workbooks says so


def _known_sheets(name: str, raw: bytes) -> list[Table]:
    sha256 = hashlib.sha256(raw).hexdigest()
    book = read_workbook(name, unpacked(name, raw))
    found = [table for sheet in book.sheets if (table := _sheet(name, sha256, sheet)) is not None]
    if not found:
        raise FileRefusedError(
            f"{name} is a workbook without a sheet of estimates by single year of age (Code, Name, Geography …), the "
            "only kind that is read. Save the table as “CSV UTF-8 (comma delimited)”."
        )
    return found


def _sheet(name: str, sha256: str, sheet: Sheet) -> Table | None:
    """A sheet whose header begins as those of the Office for National Statistics do, below its preamble."""
    rows = list(sheet.rows())
    for place, (number, cells) in enumerate(rows[:PREAMBLE_ROWS]):
        if tuple(cell.strip() for cell in cells[:3]) != BELOW_A_PREAMBLE:
            continue
        header = [cell.strip() for cell in cells]
        while header and not header[-1]:
            header.pop()
        below = rows[place + 1 :]
        wrong = [at for step, (at, _) in enumerate(below) if at != number + 1 + step]
        if wrong:
            raise FileRefusedError(f"{name}, sheet “{sheet.name}”, row {wrong[0] - 1} is blank. Take that row out.")
        if not below:
            raise FileRefusedError(f"{name}, sheet “{sheet.name}” has a header and nothing below it.")
        filled = [[*row[: len(header)], *[""] * (len(header) - len(row))] for _, row in below]
        preamble = "\n".join(" ".join(filter(None, row)) for _, row in rows[:place])
        columns = pd.DataFrame(dict(enumerate(zip(*filled, strict=True))), dtype="str")
        return Table(name, sha256, tuple(header), columns, number + 1, preamble, sheet.name)
    return None

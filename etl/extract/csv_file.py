"""Reads a CSV file as text cells, and says in one sentence what is wrong with one that is none."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from schema.errors import FileRefusedError, WrongUseError

MAX_BYTES = 100 * 2**20
"""The largest publication known (LAIT, 641,070 rows) is under 40 MB. Anything past this is not one of ours."""


@dataclass(frozen=True)
class CsvTable:
    """Cells as text, with the header as it stood (blank trailing columns left out)."""

    name: str
    sha256: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    """One column per header position, named 0, 1, 2 …, since a header may repeat."""

    def column(self, name: str) -> "pd.Series[str]":
        """The first column of that name."""
        return self.cells[self.header.index(name)]


def read_csv_file(path: Path) -> CsvTable:
    """Read a comma-separated UTF-8 file, plain or gzipped, with or without a byte-order mark.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no such table; the message says what to do.
    """
    name = path.name
    raw = _bytes(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileRefusedError(
            f"{name}, line {line}: the text is not UTF-8. Save it as “CSV UTF-8 (comma delimited)”."
        ) from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        while header and not header[-1].strip():
            header.pop()
        if len(header) < 2:
            first = text.split("\n", 1)[0]
            kind = "semicolons or tabs" if ";" in first or "\t" in first else "no commas"
            raise FileRefusedError(
                f"{name}, line 1: expected a header separated by commas, found {kind}. Save it as CSV."
            )
        cells = _whole_rows(name, rows, len(header))
    except csv.Error as error:
        raise FileRefusedError(
            f"{name}, line {rows.line_num}: not a table: {str(error).rstrip('.')}. Download the file again."
        ) from error
    if not cells:
        raise FileRefusedError(f"{name}: there is a header and nothing below it. Download the file again.")
    columns = dict(enumerate(zip(*cells, strict=True)))
    return CsvTable(
        name, hashlib.sha256(raw).hexdigest(), tuple(c.strip() for c in header), pd.DataFrame(columns, dtype=str)
    )


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise WrongUseError(f"There is no file {path}. Check the name and the folder.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRefusedError(
            f"{path.name} has {size / 2**20:,.0f} MB; the largest publication has under 40. "
            f"Give the published CSV itself (at most {MAX_BYTES // 2**20} MB)."
        )
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as archive:
                raw = archive.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise FileRefusedError(f"{path.name}: the compressed file is damaged. Fetch it again.") from error
        if len(raw) > MAX_BYTES:
            raise FileRefusedError(
                f"{path.name} unpacks to over {MAX_BYTES // 2**20} MB. Give the published CSV itself."
            )
    if not raw.strip():
        raise FileRefusedError(f"{path.name} is empty. Download it again.")
    if raw[:4] == b"PK\x03\x04":
        raise FileRefusedError(f"{path.name} is a workbook or an archive, not CSV. Unpack it, or save it as CSV UTF-8.")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefusedError(f"{path.name} is UTF-16 text. Save it as “CSV UTF-8 (comma delimited)”.")
    if b"\x00" in raw:
        raise FileRefusedError(f"{path.name} is not text: it holds NUL bytes. Give the published CSV itself.")
    return raw


def _whole_rows(name: str, rows: Iterable[list[str]], width: int) -> list[list[str]]:
    """The cells beneath the header. A row that is longer or shorter than it is a fault, not something to pad.

    Blank lines at the end hold nothing and are left out. A row's number is that of a spreadsheet, the header being 1.
    """
    kept: list[list[str]] = []
    blank = 0
    for number, row in enumerate(rows, start=2):
        if not row:
            blank = blank or number
            continue
        if blank:
            raise FileRefusedError(f"{name}, row {blank}: there is nothing in it. Take that row out.")
        if len(row) < width:
            raise FileRefusedError(f"{name}, row {number}: fewer cells than the header has columns. Mend that row.")
        if any(row[width:]):
            raise FileRefusedError(f"{name}, row {number}: more cells than the header has columns. Mend that row.")
        kept.append(row[:width])
    return kept

"""Reads a person's delimited text file as rows of text, and says in one sentence what is wrong with one that is none.

What does no harm is read as it is: semicolons, tabs and bars for commas, UTF-16 with its mark, Windows-1252, and line
ends of any kind. Where that was needed a remark says so, since a wrong guess would show in the words of a note.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from etl.extract.sheet import MAX_COLUMNS, Book, Hidden, Rows
from schema.errors import FileRefusedError

LONGEST_CELL = 2**20
"""Characters. A long note is read, and found too long where it stands; what is longer still is no note."""

MAX_RECORDS = 2**20
"""Blank ones included: a spreadsheet has no more rows."""

SAVE_AS_CSV = "In Excel choose Save As, “CSV UTF-8 (Comma delimited)”."

_BEGIN = 60
"""Rows in which a header is looked for, to tell by what the cells are separated."""

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(name: str, content: bytes, most: int, likeness: Callable[[Sequence[str]], int]) -> Book:
    """The records of a delimited text file that are not blank, with their row numbers; at most `most` of them.

    A record is what a spreadsheet shows as one row: a quoted cell may run over several lines, a blank line is a row.
    `likeness` says how much a row is like the expected header: by the separator that makes it most so the file is read.

    Raises:
        FileRefusedError: it is no such file; the message says how to save it.
    """
    # Here, and not once for all: the limit is the whole process's, and readers of published files have their own.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    encoding, remarks = _encoding(name, content)
    separator, skip = _separator(content, encoding, likeness)
    if separator != ",":
        remarks.append(f"The cells are separated by {_SEPARATORS[separator]}, not by commas, and were read so.")
    rows = Rows(name)
    widths: list[int] = []
    try:
        for number, record in enumerate(_records(content, encoding, separator, skip), start=1):
            if number > MAX_RECORDS:
                raise FileRefusedError(
                    f"{name} has more than {MAX_RECORDS:,} lines, most of them blank. Copy the table alone into a new "
                    "file."
                )
            widths.append(len(record))
            while record and not record[-1]:
                record.pop()
            if len(record) > MAX_COLUMNS:
                raise FileRefusedError(
                    f"{name}, row {number}: {len(record):,} columns; at most {MAX_COLUMNS:,} are read. Send the "
                    "return’s table alone."
                )
            rows.add(number, record)
            if len(rows.numbers) == most:
                break
    except csv.Error as error:
        raise FileRefusedError(
            f"{name} cannot be read as CSV ({error}). Look for a quotation mark that is opened and never closed, or "
            f"save it again. {SAVE_AS_CSV}"
        ) from error
    # Unless reading stopped early, the last line is the last row.
    if len(rows.numbers) < most and encoding != "utf-16" and not content.endswith((b"\n", b"\r")):
        _refuse_cut_short(name, widths)
    return Book([rows.sheet("", {}, Hidden())], remarks=tuple(remarks))


def _encoding(name: str, content: bytes) -> tuple[str, list[str]]:
    """How the bytes are to be read as text, and what there is to say about it."""
    if content.startswith(_UTF_16):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FileRefusedError(f"{name} is UTF-16 text that is cut short or damaged. {SAVE_AS_CSV}") from error
        if "\x00" in text:
            raise FileRefusedError(f"{name} is not plain text: it holds NUL characters. {SAVE_AS_CSV}")
        return "utf-16", ["The file is UTF-16 (“Unicode text”), and was read so."]
    if b"\x00" in content:
        raise FileRefusedError(f"{name} is not plain text: it holds NUL bytes. {SAVE_AS_CSV}")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        if error.reason == "unexpected end of data" and not before.removeprefix(b"\xef\xbb\xbf").isascii():
            raise FileRefusedError(f"{name} is cut short: it ends within a character. Export it again.") from error
        line = before.count(b"\n") + 1
        try:
            content.decode("cp1252")
        except UnicodeDecodeError:
            raise FileRefusedError(
                f"{name}, line {line}: the text is neither UTF-8 nor Windows-1252. {SAVE_AS_CSV}"
            ) from error
        return "cp1252", [
            f"The file is not UTF-8 and was read as Windows-1252: see that the text in line {line} is right."
        ]
    return "utf-8-sig", []


def _records(content: bytes, encoding: str, separator: str, skip: int) -> Iterator[list[str]]:
    # Decoded as it is read: the whole of it as text would take four times its bytes.
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    for _ in range(skip):
        text.readline()
    return csv.reader(text, delimiter=separator, strict=True)


def _separator(content: bytes, encoding: str, likeness: Callable[[Sequence[str]], int]) -> tuple[str, int]:
    """By what the cells are separated, and how many lines above say only that (`sep=;`, as Excel has it)."""
    first = io.TextIOWrapper(io.BytesIO(content[:100]), encoding, errors="replace").readline().strip().lower()
    if first.startswith("sep=") and first[4:5] in _SEPARATORS:
        return first[4:5], 1
    best, most = ",", 0
    for separator in _SEPARATORS:
        found = 0
        try:
            for record in islice(_records(content, encoding, separator, 0), _BEGIN):
                found = max(found, likeness(record[:MAX_COLUMNS]))
        except csv.Error:
            pass  # quoted for another separator; or a fault that the reading itself names
        if found > most:
            best, most = separator, found
    return best, 0


def _refuse_cut_short(name: str, widths: list[int]) -> None:
    """A file that ends in the middle of a row has lost figures, and may have lost the end of a number."""
    *before, last = widths[-4:] or [0]
    if len(before) == 3 and last < min(before):
        raise FileRefusedError(
            f"{name}, row {len(widths)}: the file ends in the middle of a row, and seems cut short. Export it again; "
            "if nothing is missing, put a line end after the last row."
        )

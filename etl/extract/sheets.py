"""Opens a person's file as sheets of text, whatever kind it is: by what it holds, and never by its name.

A wrong name does no harm where the content is a table that can be read; it is read, and a remark says what it is. What
is no such table is refused with a sentence that says what it is, and what to do.
"""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from etl.extract.archive import unpacked
from etl.extract.delimited import SAVE_AS_CSV, read_delimited
from etl.extract.ods import MIMETYPE, read_ods
from etl.extract.sheet import Book
from etl.extract.workbook import read_workbook
from schema.errors import FileRefusedError, WrongUseError

MAX_BYTES = 32 * 2**20
"""A return of 100,000 rows has 10 MB as CSV and 4 as a workbook; this leaves room for long notes."""

READ = ".csv, .xlsx or .ods"
"""The kinds of file that are read, by the endings that they should have."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")

_SAVE_AS_XLSX = "Save it as Excel Workbook (.xlsx)."

# What a file begins with that is no table.
_NO_TABLE: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", "Send the table that it was printed from."),
    (b"\x1f\x8b", "a compressed file", "Unpack it, and send what is in it."),
    (b"7z\xbc\xaf", "a compressed file", "Unpack it, and send what is in it."),
    (b"Rar!", "a compressed file", "Unpack it, and send what is in it."),
    (b"\x89PNG", "a picture", "Send the table itself."),
    (b"\xff\xd8\xff", "a picture", "Send the table itself."),
    (b"{\\rtf", "a text document", "Copy the table into a workbook."),
    (b"MZ", "a program", "Send the return itself."),
    (b"\x7fELF", "a program", "Send the return itself."),
    (b"PAR1", "a parquet file", SAVE_AS_CSV),
)

# What the names of an archive's parts give away.
_NO_WORKBOOK: tuple[tuple[str, str, str], ...] = (
    ("word/", "a Word document", "Copy the table into a workbook."),
    ("ppt/", "a presentation", "Copy the table into a workbook."),
    ("Index/", "a Numbers spreadsheet", "Export it as Excel (File, Export To)."),
)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of at most MAX_BYTES. Nothing but a file is opened: a device never ends, a pipe waits.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no file, too large, or may not be read.
    """
    if path.is_dir():
        raise WrongUseError(f"There is no file {path}: it is a folder. Name the file in it.")
    try:
        # Asked of what was opened, so that it cannot be changed for another thing in between.
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise WrongUseError(f"There is no file {path}. Check the name and the folder.") from error
    except OSError as error:
        raise FileRefusedError(f"{path.name} cannot be opened ({error.strerror}). Send a copy of it.") from error
    with os.fdopen(opened, "rb") as stream:
        about = os.fstat(stream.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise FileRefusedError(f"{path.name} is a device or a pipe, and no file. Name the return’s file.")
        # The size is looked up, and bounds the reading too: a file may still be growing.
        content = stream.read(MAX_BYTES + 1) if about.st_size <= MAX_BYTES else b""
        if len(content) > MAX_BYTES or about.st_size > MAX_BYTES:
            raise _too_large(path.name, max(about.st_size, len(content)))
    return content


def _too_large(name: str, size: int) -> FileRefusedError:
    return FileRefusedError(
        f"{name} has {size / 2**20:,.0f} MB; a return has well under 1, and at most {MAX_BYTES // 2**20} are read. "
        "Send the return’s table alone."
    )


def read_sheets(name: str, content: bytes, most: int, likeness: Callable[[Sequence[str]], int]) -> Book:
    """The visible sheets of a CSV, XLSX or ODS file: its rows as text, at most `most` of them in a CSV.

    `likeness` says how much a row is like the header that is looked for; see `read_delimited`.

    Raises:
        FileRefusedError: it is no such file, or not safe to open; the message says what to do.
    """
    if len(content) > MAX_BYTES:
        raise _too_large(name, len(content))
    if not content.strip():
        raise FileRefusedError(f"{name} is empty. Export the return again.")
    if content.startswith(_OLE):
        if _PROTECTED in content:
            raise FileRefusedError(f"{name} is protected by a password. Save it without one (File, Info, Protect).")
        raise FileRefusedError(f"{name} is an old Excel file (.xls). {_SAVE_AS_XLSX}")
    if content.startswith(b"PK"):
        kind, book = _of_archive(name, content)
    else:
        _refuse_no_table(name, content)
        kind, book = ".csv", read_delimited(name, content, most, likeness)
    ending = Path(name).suffix.lower()
    # A macro-free .xlsm is a workbook, and .txt or .tsv are honest names of a table of text.
    honest = {".csv": (".csv", ".txt", ".tsv", ".tab"), ".xlsx": (".xlsx", ".xlsm", ".xltx"), ".ods": (".ods", ".ots")}
    if ending in honest[kind]:
        return book
    what = {".csv": "a table of text (CSV)", ".xlsx": "an Excel workbook", ".ods": "an OpenDocument spreadsheet"}[kind]
    called = f"is named {ending}" if ending else "has no ending to its name"
    return replace(book, remarks=(f"The file {called}, and is {what}; it was read as one.", *book.remarks))


def _of_archive(name: str, content: bytes) -> tuple[str, Book]:
    archive = unpacked(name, content)
    if archive.parts.get("mimetype", b"").strip() == MIMETYPE:
        return ".ods", read_ods(name, archive)
    if {"xl/workbook.xml", "xl/workbook.bin"} & archive.names:
        return ".xlsx", read_workbook(name, archive, lifeless=True)
    for folder, what, remedy in _NO_WORKBOOK:
        if any(part.startswith(folder) for part in archive.names):
            raise FileRefusedError(f"{name} is {what}, and no table. {remedy}")
    raise FileRefusedError(f"{name} is an archive, and no workbook. Unpack it, and send the return that is in it.")


def _refuse_no_table(name: str, content: bytes) -> None:
    for signature, what, remedy in _NO_TABLE:
        if content.startswith(signature):
            raise FileRefusedError(f"{name} is {what}, and no table. {remedy}")
    begin = content[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begin.startswith((b"<!doctype html", b"<html", b"<table", b"<head")):
        raise FileRefusedError(
            f"{name} is a web page, as some systems write them for Excel. Open it in Excel, and save it as Excel "
            "Workbook (.xlsx)."
        )
    if begin.startswith((b"<?xml", b"<workbook")):
        raise FileRefusedError(f"{name} is XML. Open it in Excel, and save it as Excel Workbook (.xlsx).")

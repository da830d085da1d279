"""Unpacks the XML of a workbook, having first made sure that unpacking it is safe.

XLSX and ODS files are ZIP archives. What an archive says about its own sizes is a claim: each part is unpacked here
once, never past what it claims and never past the limits, and only what came out so is read on. Readers that unpack
for themselves are given a new archive of these parts (`repacked`), so that they can not see anything else.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

from schema.errors import FileRefusedError

MAX_UNPACKED_BYTES = 160 * 2**20
"""A return of 100,000 rows with all its columns unpacks to about 70 MB."""

MAX_RATIO = 120
"""Unpacked to packed. A return of 100,000 rows much alike has 10 as a workbook and 62 as an OpenDocument spreadsheet,
an archive made to do harm up to 1,000."""

RATIO_MATTERS_FROM = 5 * 2**20
"""Bytes unpacked. Below this even the most repetitive sheet does no harm."""

MAX_PARTS = 5_000
"""A workbook has one for each sheet, picture and note."""

_XML = (".xml", ".rels", ".vml", "mimetype")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AT_ONCE = 2**20
_ENTRY = b"PK\x01\x02"


@dataclass(frozen=True)
class Archive:
    """The names of all parts, and the content of those that are XML."""

    names: frozenset[str]
    parts: dict[str, bytes]


def damaged(name: str) -> FileRefusedError:
    """What is said of a workbook that can not be read."""
    return FileRefusedError(
        f"{name} is damaged, cut short, or no workbook. Open it in Excel or LibreOffice, save it again as Excel "
        "Workbook (.xlsx), and send that."
    )


def unpacked(name: str, content: bytes) -> Archive:
    """Take a ZIP archive apart.

    Raises:
        FileRefusedError: protected, damaged, or not safe to unpack; the message says what to do.
    """
    # Counted before the list of parts is made, which takes ten times the memory of what it is made from.
    if content.count(_ENTRY) > MAX_PARTS:
        raise FileRefusedError(
            f"{name} is an archive of more than {MAX_PARTS:,} parts. Copy the table alone into a new workbook."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _refuse_bomb(name, members, len(content))
            names = [member.filename for member in members]
            if len(set(names)) < len(names) or any(member.compress_type not in _METHODS for member in members):
                raise damaged(name)
            return Archive(
                frozenset(names),
                {member.filename: _part(archive, member) for member in members if member.filename.endswith(_XML)},
            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise damaged(name) from error


def _part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    # Asked for all at once, the library unpacks everything that is there, and only then cuts it to what was claimed.
    with archive.open(member) as stream:
        return b"".join(iter(lambda: stream.read(_AT_ONCE), b""))


def _refuse_bomb(name: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise FileRefusedError(f"{name} is protected by a password. Save it without one.")
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED_BYTES or (size > RATIO_MATTERS_FROM and size > MAX_RATIO * packed):
        raise FileRefusedError(
            f"{name} unpacks from {packed / 2**20:,.1f} to {size / 2**20:,.0f} MB, far more than a return holds. "
            "Copy the table alone into a new workbook."
        )


def repacked(parts: dict[str, bytes]) -> bytes:
    """The parts as an archive that is not compressed. They are taken out of `parts`, so as not to be held twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in list(parts):
            archive.writestr(name, parts.pop(name))
    return stream.getvalue()

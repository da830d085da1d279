"""Files made to do harm, or that chance has made harmful: each is refused in a sentence, in little time and memory.

What might exhaust the machine is read by a process of its own that may have little more than a usual return takes: were
it to take more, it would end without the sentence.
"""

import io
import os
import random
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from etl.extract.returns import read_return, read_return_bytes
from etl.extract.safe_xml import MAX_DEPTH, UnsafeXmlError, elements
from schema.errors import FileRefusedError, MendableError
from tests.conftest import ROOT
from tests.etl.open_document import cell, ods_bytes, plain, row, sheet
from tests.etl.test_returns import CSV, HEADER, ROW, one_sheet, rezipped

MEMORY = 700 * 2**20
"""Bytes of address space: libraries take half of it before anything is read."""
SECONDS = 30
"""Of the processor's time."""

GOOD = one_sheet(HEADER, ROW)

COMMENT = b"".join(b"<!--" + random.Random(at).randbytes(2**18).hex().encode() + b"-->" for at in range(4))
"""A megabyte that does not pack, so that what stands beside it is not refused for packing too well."""

_READER = """
import resource, sys
from pathlib import Path
from etl.extract.returns import read_return
from schema.errors import MendableError
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
try:
    table = read_return(Path(sys.argv[1]))
except MendableError as error:
    print(error)
    sys.exit(error.exit_status)
print("rows read:", len(table.cells))
"""


def said_within_bounds(path: Path, status: int) -> str:
    """What a process with little memory and time says of a file; it must end in order, with that exit status."""
    done = subprocess.run(
        [sys.executable, "-c", _READER.format(memory=MEMORY, seconds=SECONDS), str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == status, f"{done.returncode}: {done.stdout} {done.stderr[-2000:]}"
    assert done.stdout.count("\n") == 1
    return done.stdout


def refusal(content: bytes, name: str = "return.xlsx") -> str:
    with pytest.raises(FileRefusedError) as refused:
        read_return_bytes(name, content)
    assert refused.value.exit_status == 1
    return str(refused.value)


def in_sheet(change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook with its sheet's XML changed."""
    return rezipped(GOOD, lambda name, part: change(part) if name.endswith("sheet1.xml") else part)


def with_parts(parts: Mapping[str, bytes], content: bytes = GOOD) -> bytes:
    """A workbook with more parts."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def zeros(megabytes: int) -> bytes:
    """An archive of so many megabytes of nothing."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("0.xml", "w") as part:
        for _ in range(megabytes):
            part.write(bytes(2**20))
    return stream.getvalue()


def lying(content: bytes, part: str, inflated: bytes) -> bytes:
    """An archive one part of which claims to be as long as it was, and unpacks to more.

    The claim's check sum is right for what it claims, so that whoever stops there finds nothing wrong.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    out, directory = io.BytesIO(), io.BytesIO()
    for name, data in members:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(data + (inflated if name == part else b"")) + packer.flush()
        fields = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, zlib.crc32(data), len(packed), len(data), len(name), 0)
        directory.write(b"PK\x01\x02\x14\x00" + fields + struct.pack("<3H2L", 0, 0, 0, 0, out.tell()) + name.encode())
        out.write(b"PK\x03\x04" + fields + name.encode() + packed)
    begin = out.tell()
    out.write(directory.getvalue())
    count = len(members)
    out.write(b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, count, count, directory.tell(), begin, 0))
    return out.getvalue()


# ------------------------------------------------------------------------------------- what would fill the memory


def bomb(path: Path) -> None:
    path.write_bytes(zeros(500))


def nested_bomb(path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.xlsx", zeros(20))
    path.write_bytes(stream.getvalue())


def bomb_among_small_parts(path: Path) -> None:
    path.write_bytes(with_parts({f"xl/media/{number}.xml": bytes(2**20) for number in range(200)}))


def endless_csv_cell(path: Path) -> None:
    path.write_bytes(f'{CSV}2025-26Q2,referrals,total,1,,"'.encode() + b"x" * 30 * 2**20)


def fifty_megabytes_in_a_csv_cell(path: Path) -> None:
    path.write_bytes(f"{CSV}2025-26Q2,referrals,total,1,,".encode() + b"x" * 50 * 2**20 + b",2025-10-14\n")


def thirty_megabytes_in_a_csv_cell(path: Path) -> None:
    path.write_bytes(f"{CSV}2025-26Q2,referrals,total,1,,".encode() + b"x" * 30 * 2**20 + b",2025-10-14\n")


def fifty_megabytes_in_a_cell(path: Path) -> None:
    path.write_bytes(
        in_sheet(
            lambda xml: xml.replace(
                b"</row></sheetData>", b"<c><v>" + b"9" * 50 * 2**20 + b"</v></c></row></sheetData>", 1
            )
        )
    )


def twenty_megabytes_that_do_not_pack_in_a_cell(path: Path) -> None:
    noise = os.urandom(10 * 2**20).hex().encode()
    text = b'<c r="F2" t="inlineStr"><is><t>' + noise + b"</t></is></c></row></sheetData>"
    path.write_bytes(in_sheet(lambda xml: xml.replace(b"</row></sheetData>", text, 1)))


def a_million_columns_in_csv(path: Path) -> None:
    path.write_bytes(f"{CSV}".encode() + b",x" * 1_000_000)


def one_wide_row_among_many(path: Path) -> None:
    path.write_bytes(f"{CSV}".encode() + b"x\n" * 190_000 + b",x" * 900)


def a_million_rows(path: Path) -> None:
    path.write_bytes(CSV.encode() + f"{','.join(ROW[:5])}\n".encode() * 800_000)


def nothing_but_line_ends_and_one_row_too_many(path: Path) -> None:
    path.write_bytes(b"\n" * (31 * 2**20) + b"x")


def rows_of_blank_cells(path: Path) -> None:
    path.write_bytes(CSV.encode() + (b"," * 998 + b"\n") * 32_000 + b'"')


def deep_nesting(path: Path) -> None:
    path.write_bytes(in_sheet(lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * 1_600_000, 1)))


def deep_nesting_in_the_shared_texts(path: Path) -> None:
    path.write_bytes(with_parts({"xl/deep.xml": b"<a>" * 1_600_000}))


def a_tag_without_an_end(path: Path) -> None:
    many = b" ".join(b'a%d=""' % number for number in range(400_000))
    path.write_bytes(in_sheet(lambda xml: xml.replace(b"<sheetData>", b"<sheetData " + many + b">", 1)))


def more_tags_than_time(path: Path) -> None:
    path.write_bytes(with_parts({"xl/many.xml": b"<a>" + b"<b/>" * 30_000_000 + COMMENT + b"</a>"}))


def cells_without_an_address(path: Path) -> None:
    cells = b"<row>" + b"<c><v>1</v></c>" * 1_600_000 + b"</row>"
    end = b"</sheetData>" + COMMENT
    path.write_bytes(
        in_sheet(lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + cells * 2, 1).replace(end[:12], end))
    )


def a_far_cell_in_a_sheet_that_nothing_names(path: Path) -> None:
    far = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    path.write_bytes(with_parts({"xl/worksheets/Sheet1.xml": far}))


def a_directory_of_a_million_parts(path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"x"
    many = 600_000
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 65_535, 65_535, len(entry) * many, 4, 0)
    path.write_bytes(b"PK\x03\x04" + entry * many + end)


def repeated_open_document_cells(path: Path) -> None:
    path.write_bytes(ods_bytes(sheet("Q2", [row([cell("x" * 100, repeated=1_000)], repeated=1_000_000)])))


def open_document_of_many_cells(path: Path) -> None:
    path.write_bytes(ods_bytes(sheet("Q2", [row([cell("x")] * 1_000)] * 500), COMMENT.decode()))


def the_billion_laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    path.write_bytes(in_sheet(lambda xml: head + xml[xml.index(b"<worksheet") :].replace(b"<v>", b"<v>&l9;", 1)))


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (bomb, "bomb.xlsx", "unpacks from 0.5 to 500 MB"),
        (nested_bomb, "nested.xlsx", "is an archive, and no workbook"),
        (bomb_among_small_parts, "parts.xlsx", "to 200 MB, far more than a return holds"),
        (endless_csv_cell, "endless.csv", "never closed"),
        (fifty_megabytes_in_a_csv_cell, "long.csv", "has 50 MB"),
        (thirty_megabytes_in_a_csv_cell, "long.csv", "field larger than field limit"),
        (fifty_megabytes_in_a_cell, "long.xlsx", "to 50 MB, far more than a return holds"),
        (twenty_megabytes_that_do_not_pack_in_a_cell, "noise.xlsx", "cell F2: 20,971,520 characters stand in it"),
        (a_million_columns_in_csv, "wide.csv", "row 3: 1,000,001 columns; at most 1,000"),
        (one_wide_row_among_many, "wide.csv", "has over 3,000,000 cells, 901 of them in one of rows"),
        (a_million_rows, "long.csv", "more than 200,000 rows"),
        (nothing_but_line_ends_and_one_row_too_many, "blank.csv", "more than 1,048,576 lines"),
        (rows_of_blank_cells, "blank.csv", "never closed"),
        (deep_nesting, "deep.xlsx", "more than 250 elements within one another"),
        (deep_nesting_in_the_shared_texts, "deep.xlsx", "more than 250 elements within one another"),
        (a_tag_without_an_end, "tag.xlsx", "a tag that does not end"),
        (more_tags_than_time, "tags.xlsx", "more than 16,000,000 tags"),
        (cells_without_an_address, "cells.xlsx", "far from the table"),
        (a_far_cell_in_a_sheet_that_nothing_names, "far.xlsx", "cell XFD1048576, far from the table"),
        (a_directory_of_a_million_parts, "parts.xlsx", "an archive of more than 5,000 parts"),
        (repeated_open_document_cells, "repeated.ods", "far from the table"),
        (open_document_of_many_cells, "many.ods", "the columns are not those of a return"),
        (the_billion_laughs, "laughs.xlsx", "a document type with entities of its own"),
    ],
)
def test_what_would_exhaust_the_machine_is_refused_in_little_memory_and_time(
    tmp_path: Path, make: Callable[[Path], None], name: str, says: str
) -> None:
    make(tmp_path / name)
    message = said_within_bounds(tmp_path / name, 1)
    assert message.startswith(name)
    assert says in message


def test_what_an_archive_hides_behind_its_claims_is_never_unpacked(tmp_path: Path) -> None:
    """The reader of workbooks unpacks for itself, and would not stop where the archive says that a part ends."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        part = next(name for name in archive.namelist() if name.endswith("sheet1.xml"))
    (tmp_path / "return.xlsx").write_bytes(lying(GOOD, part, bytes(MEMORY)))
    assert said_within_bounds(tmp_path / "return.xlsx", 0) == "rows read: 1\n"


# ---------------------------------------------------------------------------------- what would act, fetch or carry


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (with_parts({"xl/vbaProject.bin": b"x"}), "holds macros"),
        (with_parts({"xl/activeX/activeX1.xml": b"<a/>"}), "holds macros"),
        (with_parts({"xl/macrosheets/sheet1.xml": b"<a/>"}), "holds macros"),
        (with_parts({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "takes cells from other workbooks"),
        (with_parts({"xl/embeddings/Workbook1.xlsx": GOOD}), "carries another file inside it"),
        (
            with_parts(
                {"xl/worksheets/_rels/sheet1.xml.rels": b'<Relationships><Relationship Id="a" Type="x/oleObject" '
                 b'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'}
            ),
            "carries another file inside it",
        ),
        (rezipped(GOOD, lambda name, part: part).replace(b"xl/workbook.xml", b"xl/workbook.bin"), "binary workbook"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is an old Excel file"),
        (with_parts({"word/document.xml": b"<a/>"}, zeros(0)), "is a Word document"),
        (with_parts({"return.xlsx": GOOD}, zeros(0)), "is an archive, and no workbook"),
        (GOOD[:-100], "damaged, cut short"),
        (GOOD[: len(GOOD) // 2], "damaged, cut short"),
        (GOOD[:10], "damaged, cut short"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"%PDF-1.7", "is a PDF"),
        (b"MZ\x90", "is a program"),
        (b"<?xml version='1.0'?><Workbook/>", "is XML"),
        (b"<!DOCTYPE html><table>", "is a web page"),
        (CSV.encode() + b"\x00", "NUL bytes"),
        (bytes(1000), "NUL bytes"),
        (b"   \n", "is empty"),
        (CSV.encode("utf-16")[:-1], "UTF-16 text that is cut short"),
    ],
)  # fmt: skip
def test_what_is_no_harmless_table_is_refused_whatever_its_name(content: bytes, says: str) -> None:
    for name in ("return.xlsx", "return.csv", "return.ods"):
        assert says in refusal(content, name)


def test_a_link_to_a_page_is_no_link_to_a_file() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        b'Target="https://example.org" TargetMode="External"/></Relationships>'
    )
    content = with_parts({"xl/worksheets/_rels/sheet1.xml.rels": relations})
    assert len(read_return_bytes("return.xlsx", content).cells) == 1


def test_the_rows_behind_a_pivot_table_are_named_as_hidden() -> None:
    """They are every row that it was made of, a child each, it may be."""
    content = with_parts({"xl/pivotCache/pivotCacheRecords1.xml": b"<pivotCacheRecords/>"})
    assert read_return_bytes("return.xlsx", content).hidden == ("the rows behind a pivot table",)


def test_a_part_that_stands_twice_is_not_read_in_either_way() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = with_parts({"xl/workbook.xml": b"<workbook/>"})
    assert "damaged" in refusal(content)


@pytest.mark.parametrize("text", ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)"])
def test_a_text_that_looks_like_a_formula_stays_text_in_every_kind_of_file(text: str) -> None:
    values = [*ROW[:5], text, ROW[6]]
    written = f"{CSV}{','.join(values)}\n".encode()
    for name, content in (("r.csv", written), ("r.ods", ods_bytes(plain("Return", HEADER, ROW, values)))):
        table = read_return_bytes(name, content)
        assert table.cells.loc[3, "note"] == text
        assert table.formulas == {}


# ------------------------------------------------------------------------------------------- what is not a file


def test_nothing_but_a_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    began = time.monotonic()
    for path, says in {
        tmp_path / "pipe.csv": "is a device or a pipe",
        tmp_path / "zero.csv": "is a device or a pipe",
        Path("/dev/zero"): "is a device or a pipe",
        Path("/dev/null"): "is a device or a pipe",
        tmp_path / "gone.csv": "There is no file",
        tmp_path / "round.csv": "cannot be opened",
        tmp_path: "is a folder",
    }.items():
        with pytest.raises(MendableError) as refused:
            read_return(path)
        assert says in str(refused.value)
    assert time.monotonic() - began < 5


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    """Whoever runs a command may read what the link leads to, or not, by their own rights."""
    (tmp_path / "return.csv").write_text(CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "return.csv")
    assert len(read_return(tmp_path / "link.csv").cells) == 1


# --------------------------------------------------------------------------------------------------------- XML


def test_xml_may_be_as_deep_as_a_sheet_is_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        return b"<a>" * depth + b"</a>" * depth

    assert len(elements(nested(MAX_DEPTH))) == MAX_DEPTH
    with pytest.raises(UnsafeXmlError, match="within one another"):
        elements(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"),
    ],
)
def test_a_document_type_is_refused_however_it_is_written(xml: bytes) -> None:
    with pytest.raises(UnsafeXmlError, match="a document type"):
        elements(xml)


# ------------------------------------------------------------------- what acts or fetches, whatever its part is called

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def related(kind: str, target: str = "x.bin", mode: str = "") -> bytes:
    """A good workbook with one more relationship."""
    relation = f'<Relationship Id="rIdz" Type="{kind}" Target="{target}"{mode}/></Relationships>'.encode()
    return rezipped(
        GOOD,
        lambda name, part: part.replace(b"</Relationships>", relation) if name.endswith("workbook.xml.rels") else part,
    )


def typed(content_type: str) -> bytes:
    """A good workbook whose content types name one more part."""
    more = f'<Override PartName="/xl/x.bin" ContentType="{content_type}"/></Types>'.encode()
    return rezipped(GOOD, lambda name, part: part.replace(b"</Types>", more) if name == "[Content_Types].xml" else part)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (related("http://schemas.microsoft.com/office/2006/relationships/vbaProject"), "holds macros"),
        (related("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"), "holds macros"),
        (typed("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "holds macros"),
        (typed("application/vnd.ms-office.vbaProject"), "holds macros"),
        (typed("application/vnd.ms-office.activeX+xml"), "holds macros"),
        (related(f"{_RELATION}control"), "holds macros"),
        (related(f"{_RELATION}externalLink"), "takes cells from other workbooks"),
        (related(f"{_RELATION}oleObject"), "carries another file inside it"),
        (typed("application/vnd.openxmlformats-officedocument.oleObject"), "carries another file inside it"),
        (related(f"{_RELATION}connections"), "fetches something"),
        (with_parts({"xl/connections.xml": b"<connections/>"}), "fetches something"),
        (related("http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"), "changes how Excel works"),
        (with_parts({"customUI/customUI.xml": b"<a/>"}), "changes how Excel works"),
        (related(f"{_RELATION}attachedTemplate"), "changes how Excel works"),
        (related(f"{_RELATION}hyperlink", "file://server/share", ' TargetMode="External"'), "links to a file"),
        (related(f"{_RELATION}hyperlink", "//server/share", ' TargetMode="External"'), "links to a file"),
    ],
)
def test_what_acts_or_fetches_is_known_by_what_the_workbook_says_of_it(content: bytes, says: str) -> None:
    message = refusal(content)
    assert says in message


_LINKED = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
_DRAWN = f'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" {_LINKED}'
_SCRIPT = 'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"'


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        (f"<script:event-listener {_SCRIPT}/>", "holds macros"),
        (f'<draw:image {_DRAWN} xlink:href="http://evil.example/x.png"/>', "fetches something"),
        (f'<draw:image {_DRAWN} xlink:href="../x.png"/>', "fetches something"),
        (f'<text:a {_LINKED} xlink:href="file://server/share">x</text:a>', "fetches something"),
        (cell("x", formula='of:=DDE("cmd";"/c calc";"x")'), "takes cells from other files"),
        (cell("x", formula="of:='file:///etc/passwd'#$Sheet1.A1"), "takes cells from other files"),
    ],
)
def test_what_acts_or_fetches_in_an_open_document_is_refused_wherever_it_stands(inside: str, says: str) -> None:
    table = plain("Return", HEADER, ROW)
    for shapes in (f"<table:shapes>{inside}</table:shapes>", row([f"<table:table-cell>{inside}</table:table-cell>"])):
        content = ods_bytes(table.replace("<table:table-row>", f"{shapes}<table:table-row>", 1))
        assert says in refusal(content, "return.ods")


def test_a_picture_in_an_open_document_and_a_link_to_a_page_do_no_harm() -> None:
    inside = (
        f'<table:shapes><draw:image {_DRAWN} xlink:href="Pictures/1.png"/>'
        f'<text:a {_LINKED} xlink:href="https://example.org">x</text:a></table:shapes>'
    )
    content = ods_bytes(plain("Return", HEADER, ROW).replace("<table:table-row>", f"{inside}<table:table-row>", 1))
    assert len(read_return_bytes("return.ods", content).cells) == 1


def test_nul_characters_in_utf_16_are_refused_too() -> None:
    assert "NUL" in refusal(CSV.replace("referrals", "refer\x00rals").encode("utf-16"), "return.csv")


@pytest.mark.parametrize("name", ["re\nturn.csv", "re\x1bturn.csv", "return\u202evsc.xlsx", "a\x00.csv"])
def test_a_file_name_of_characters_that_do_not_show_is_refused_and_not_repeated(name: str) -> None:
    message = refusal(CSV.encode(), name)
    assert message == "The file’s name has characters that do not show. Rename it, and send it again."

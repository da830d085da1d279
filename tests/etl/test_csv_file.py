"""A file that is no table of text is refused in one sentence that says where and what to do."""

import contextlib
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from etl.extract.csv_file import MAX_BYTES, read_csv_file
from schema.errors import FileRefusedError, WrongUseError
from tests.etl.published import referrals_file


def written(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    """What is said of a file, which is always its name and never the folder it lies in."""
    with pytest.raises(FileRefusedError) as refused:
        read_csv_file(path)
    message = str(refused.value)
    assert message.startswith(path.name)
    assert str(path.parent) not in message
    assert "\n" not in message
    return message


# ------------------------------------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a,b,c\n1,2,3\n", id="plain"),
        pytest.param(b"\xef\xbb\xbfa,b,c\n1,2,3\n", id="byte-order mark"),
        pytest.param(b"a,b,c\r\n1,2,3\r\n", id="Windows line ends"),
        pytest.param(b"a,b,c\r1,2,3\r", id="old Mac line ends"),
        pytest.param(b"a,b,c\n1,2,3", id="no last line end"),
        pytest.param(b"a,b,c\n1,2,3\n\n\n", id="blank lines at the end"),
        pytest.param(b'"a","b","c"\n"1","2","3"\n', id="everything in quotes"),
        pytest.param(b"a,b,c,,\n1,2,3,,\n", id="blank columns at the end"),
        pytest.param(b"a,b,c\n1,2,3,,\n", id="blank cells past the end"),
        pytest.param(b" a ,b,c \n1,2,3\n", id="spaces around a name"),
        pytest.param(gzip.compress(b"a,b,c\n1,2,3\n"), id="gzip"),
    ],
)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    table = read_csv_file(written(tmp_path, content))
    assert table.header == ("a", "b", "c")
    assert table.cells.to_numpy().tolist() == [["1", "2", "3"]]


def test_a_cell_is_text_exactly_as_it_stands(tmp_path: Path) -> None:
    """`940`, `007`, `NA` and an empty cell are what they are; nothing becomes a number or "missing"."""
    content = '\ufeffcode,name,value\n007,"Kingston upon Hull, City of",\n940,NA,""\nNone,nan, 1.50 \n'.encode()
    table = read_csv_file(written(tmp_path, content))
    assert table.cells.to_numpy().tolist() == [
        ["007", "Kingston upon Hull, City of", ""],
        ["940", "NA", ""],
        ["None", "nan", " 1.50 "],
    ]


def test_a_line_break_in_quotes_is_part_of_its_cell(tmp_path: Path) -> None:
    table = read_csv_file(written(tmp_path, b'a,b\n"one\ntwo",2\n3,4\n'))
    assert table.cells.to_numpy().tolist() == [["one\ntwo", "2"], ["3", "4"]]


def test_a_header_may_repeat(tmp_path: Path) -> None:
    table = read_csv_file(written(tmp_path, b"LA,SNP,SNP\n861,Close,Very close\n"))
    assert table.header == ("LA", "SNP", "SNP")
    assert table.column("SNP").tolist() == ["Close"]


def test_the_fingerprint_is_of_the_content_not_of_its_wrapping(tmp_path: Path) -> None:
    content = b"a,b\n1,2\n"
    plain, packed = written(tmp_path, content), written(tmp_path, gzip.compress(content), "file.csv.gz")
    assert read_csv_file(plain).sha256 == read_csv_file(packed).sha256
    assert read_csv_file(plain).sha256 != read_csv_file(written(tmp_path, b"a,b\n1,3\n", "other.csv")).sha256


# --------------------------------------------------------------------------------------------- what is refused


def test_a_file_that_is_not_there_is_a_wrong_command(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match=r"There is no file .*c1\.csv\. Check the name"):
        read_csv_file(tmp_path / "c1.csv")
    with pytest.raises(WrongUseError, match="There is no file"):
        read_csv_file(tmp_path)


@pytest.mark.parametrize(
    ("content", "where", "what", "remedy"),
    [
        pytest.param(b"", "file.csv", "is empty", "Download it again", id="nothing"),
        pytest.param(b" \r\n\r\n ", "file.csv", "is empty", "Download it again", id="only blanks"),
        pytest.param(b"a,b,c\n", "file.csv", "nothing below it", "Download the file again", id="header only"),
        pytest.param(b"a,b,c", "file.csv", "nothing below it", "Download the file again", id="header, no line end"),
        pytest.param(b"a;b;c\n1;2;3\n", "line 1", "semicolons or tabs", "Save it as CSV", id="semicolons"),
        pytest.param(b"a\tb\tc\n1\t2\t3\n", "line 1", "semicolons or tabs", "Save it as CSV", id="tabs"),
        pytest.param(b"Dear colleague\n", "line 1", "no commas", "Save it as CSV", id="a letter"),
        pytest.param(b"\na,b\n1,2\n", "line 1", "expected a header", "Save it as CSV", id="blank first line"),
        pytest.param(b"a,b\nx,1\nCaf\xe9,2\n", "line 3", "not UTF-8", "CSV UTF-8", id="Windows-1252"),
        pytest.param("a,b\n1,2\n".encode("utf-16"), "file.csv", "UTF-16", "CSV UTF-8", id="UTF-16"),
        pytest.param("a,b\n1,2\n".encode("utf-16-be"), "file.csv", "NUL", "published CSV", id="UTF-16 unmarked"),
        pytest.param(b"a,b\n1,\x00\n", "file.csv", "NUL", "published CSV", id="NUL"),
        pytest.param(b"a,b,c\n1,2,3\n1,2,3,4\n", "row 3", "more cells", "Mend that row", id="long row"),
        pytest.param(b"a,b,c\n1,2,3,4\n1,2,3\n", "row 2", "more cells", "Mend that row", id="long first row"),
        pytest.param(b"a,b,c\n1,2,3\n1,2\n", "row 3", "fewer cells", "Mend that row", id="short row"),
        pytest.param(b"a,b,c\n1,2\n1,2,3\n", "row 2", "fewer cells", "Mend that row", id="short first row"),
        pytest.param(b'a,b\n"x\ny",1\n2\n', "row 3", "fewer cells", "Mend that row", id="short after a line break"),
        pytest.param(b"a,b,c\n1,2,3\n\n1,2,3\n", "row 3", "nothing in it", "Take that row out", id="blank row"),
        pytest.param(b'a,b,c\n1,"2,3\n1,2,3\n', "line 3", "not a table", "Download", id="quote never closed"),
        pytest.param(b'a,b,c\n1,"2"2,3\n', "line 2", "not a table", "Download", id="quote in the middle"),
        pytest.param(b"a,b\n1," + b"x" * 200_000, "line 2", "not a table", "Download", id="an endless cell"),
        pytest.param(gzip.compress(b"a,b\n1,2\n")[:-6], "file.csv", "damaged", "Fetch it again", id="cut gzip"),
        pytest.param(b"\x1f\x8bnonsense", "file.csv", "damaged", "Fetch it again", id="false gzip"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, where: str, what: str, remedy: str) -> None:
    message = refusal(written(tmp_path, content))
    assert where in message
    assert what in message
    assert remedy in message


def test_a_gzip_that_is_damaged_anywhere_is_refused_or_read_but_never_fails(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 500)
    for place in range(2, len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        with contextlib.suppress(FileRefusedError):
            read_csv_file(written(tmp_path, bytes(broken)))


def test_a_workbook_called_csv_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["time_period", "referrals"])
    content = io.BytesIO()
    book.save(content)
    message = refusal(written(tmp_path, content.getvalue(), "c1.csv"))
    assert "is a workbook or an archive, not CSV" in message
    assert "save it as CSV UTF-8" in message


def test_a_zip_of_the_file_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "release.csv"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(referrals_file(tmp_path))
    assert "Unpack it" in refusal(archive)


def test_a_file_of_200_megabytes_is_refused_unread(tmp_path: Path) -> None:
    """The file is all hole: were it read, its NUL bytes would be what it is refused for."""
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    message = refusal(path)
    assert "200 MB" in message
    assert "at most 100 MB" in message
    assert "NUL" not in message


def test_a_small_gzip_that_unpacks_to_more_than_that_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.csv.gz", "wb", compresslevel=1) as file:
        for _ in range(MAX_BYTES // 2**20 + 1):
            file.write(b"1,2,3,4,5,6,7,8\n" * 2**16)
    assert (tmp_path / "bomb.csv.gz").stat().st_size < 2**20
    assert "unpacks to over 100 MB" in refusal(tmp_path / "bomb.csv.gz")

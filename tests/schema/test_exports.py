"""Tables written as CSV run nothing in a spreadsheet, and numbers in them stay numbers."""

import csv
import io

import pytest

from schema.exports import csv_text, plain_cell


@pytest.mark.parametrize(
    "text", ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "--5", "=1", "-1/2"]
)
def test_a_text_that_would_be_run_is_made_plain(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("cell", [-3, -3.5, "-3", "-3.5", "+4", "-.5", "-1e-5", 0, None, "", "a=b", " =1", "1-2", True])
def test_a_number_and_a_plain_text_stay_as_they_are(cell: object) -> None:
    assert plain_cell(cell) is cell


def test_rows_are_written_with_every_cell_plain() -> None:
    text = csv_text(("a", "b"), [{"a": "=1+1", "b": -2.5}, {"a": 'x,"y"\n=1', "b": None}])
    assert text.startswith("a,b\r\n'=1+1,-2.5\r\n")
    assert list(csv.reader(io.StringIO(text)))[2] == ['x,"y"\n=1', ""]
    with pytest.raises(ValueError, match="c"):
        csv_text(("a",), [{"c": 1}])

"""Whose return a file is, and for which period."""

from pathlib import Path

import pytest

from etl.extract.returns import read_return_bytes
from etl.extract.whose import Guess, guess
from schema.catalogue import default_catalogue

RETURNS = sorted((Path(__file__).resolve().parents[2] / "sample_data" / "returns").glob("*.csv"))
HEADER = b"period,quantity,category,value,symbol,note,extract_date\n"


@pytest.mark.parametrize("path", RETURNS[::4], ids=lambda path: path.stem)
def test_a_sample_return_tells_whose_it_is_whatever_it_is_called(path: Path) -> None:
    found = guess(read_return_bytes("export.csv", path.read_bytes()), default_catalogue())
    assert f"{found.agency}-{found.period}" == path.stem


def test_the_name_tells_where_the_cells_do_not() -> None:
    content = HEADER + b",no-such-thing,total,1,,,\n"
    assert guess(read_return_bytes("Police 2025-26Q1.csv", content), default_catalogue()) == Guess(
        "police", "2025-26Q1"
    )
    assert guess(read_return_bytes("youth_justice_2025-26_Q3.csv", content), default_catalogue()) == Guess(
        "youth-justice", "2025-26Q3"
    )


def test_of_several_periods_the_one_that_the_name_has_too() -> None:
    rows = b"".join(b"%s,knife-crime-offences,total,1,,,\n" % code for code in (b"2025-26Q1", b"2025-26Q2"))
    assert guess(read_return_bytes("a.csv", HEADER + rows), default_catalogue()) == Guess("police", "2025-26Q2")
    assert guess(read_return_bytes("2025-26Q1.csv", HEADER + rows), default_catalogue()).period == "2025-26Q1"


def test_a_file_that_tells_nothing_is_not_guessed_at() -> None:
    content = HEADER + b"soon,no-such-thing,total,1,,,\n"
    assert guess(read_return_bytes("export.csv", content), default_catalogue()) == Guess("", "")


def test_a_period_of_another_kind_than_the_agency_s_is_not_taken() -> None:
    content = HEADER + b"AY2025-26T1,knife-crime-offences,total,1,,,\n"
    assert guess(read_return_bytes("export.csv", content), default_catalogue()) == Guess("police", "")


def rows_of(code: bytes, many: int) -> bytes:
    return b"".join(b"%s,knife-crime-offences,total,%d,,,\n" % (code, number) for number in range(many))


def test_one_mistyped_row_is_not_taken_for_the_period_and_is_told_of() -> None:
    content = HEADER + rows_of(b"2025-26Q2", 84) + rows_of(b"2026-27Q2", 1) + rows_of(b"2025-26Q1", 20)
    found = guess(read_return_bytes("export.csv", content), default_catalogue())
    assert found == Guess("police", "2025-26Q2", ("2026-27Q2",))


def test_what_is_restated_in_full_is_still_the_earlier_period() -> None:
    content = HEADER + rows_of(b"2025-26Q1", 84) + rows_of(b"2025-26Q2", 70)
    assert guess(read_return_bytes("export.csv", content), default_catalogue()) == Guess("police", "2025-26Q2")


def test_the_heading_of_the_form_says_which_period_it_is_for() -> None:
    heading = b"Police: return for April to June 2025 (2025-26Q1)\n"
    content = heading + HEADER + rows_of(b"2025-26Q1", 30) + rows_of(b"2025-26Q2", 40)
    found = guess(read_return_bytes("export.csv", content), default_catalogue())
    assert found == Guess("police", "2025-26Q1", ("2025-26Q2",))
    # A heading that was left from another quarter is not believed.
    stale = heading + HEADER + rows_of(b"2025-26Q2", 40)
    assert guess(read_return_bytes("export.csv", stale), default_catalogue()).period == "2025-26Q2"

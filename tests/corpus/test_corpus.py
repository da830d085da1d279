"""A return with two hundred faults, and its clean twin: all are found in one pass, none is missed, none invented."""

from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from etl.extract.returns import read_return
from etl.validate.check import CheckedReturn, check_return
from etl.validate.history import History
from schema.catalogue import default_catalogue
from schema.findings import Severity
from schema.periods import parse_period
from tests.corpus.draft import Draft, Place
from tests.corpus.faults import AGENCY, NEVER_BEFORE, PERIOD, clean, faulty
from tests.etl.pasts import HOME, after, published, sent

CATALOGUE = default_catalogue()
TODAY = date(2025, 7, 20)


@lru_cache(maxsize=1)
def past() -> History:
    """What was accepted before the return, and what is published."""
    earlier = [(code, _without(values)) for code, values in sent(AGENCY) if code < PERIOD]
    return after(earlier, published())


def _without(values: pd.DataFrame) -> pd.DataFrame:
    for quantity, basis, breakdown in NEVER_BEFORE:
        there = values["category"].str.startswith(f"{breakdown}:")
        values = values[~(there & (values["quantity"] == quantity) & (values["basis"] == basis))]
    return values


def checked(draft: Draft, folder: Path) -> CheckedReturn:
    path = folder / f"{AGENCY}-{PERIOD}.csv"
    path.write_text(draft.text(), encoding="utf-8")
    spec = CATALOGUE.return_spec(AGENCY)
    return check_return(read_return(path), spec, parse_period(PERIOD), HOME, CATALOGUE, TODAY, past())


def said(found: CheckedReturn) -> Counter[Place]:
    """Rule, row and column of everything that somebody has to mend or to explain."""
    return Counter((f.rule, f.row, f.column) for f in found.findings if f.severity is not Severity.NOTE)


def test_the_corpus_is_large_enough() -> None:
    draft = faulty()
    assert draft.planted >= 200
    assert len({rule for rule, _, _ in draft.said}) >= 30


def test_every_fault_is_found_and_none_is_invented(tmp_path: Path) -> None:
    draft = faulty()
    found, expected = said(checked(draft, tmp_path)), draft.expected()
    assert expected - found == Counter(), "missed"
    assert found - expected == Counter(), "invented"
    assert [f.rule for f in checked(draft, tmp_path).findings if f.rule == "sum-row"] == ["sum-row"]


def test_the_clean_twin_passes(tmp_path: Path) -> None:
    found = checked(clean(), tmp_path)
    assert said(found) == Counter()
    # Small numbers are told of and need no answer.
    assert {f.rule for f in found.findings} == {"small-number"}
    assert not found.blocked


@pytest.mark.parametrize("column", ["note", "quantity"])
def test_nothing_that_might_be_a_child_s_is_repeated(tmp_path: Path, column: str) -> None:
    draft = clean()
    draft.rows[3].cells[column] = "Olivia Testcase 943 476 5919"
    told = " ".join(f"{f.sentence()} {f.value}" for f in checked(draft, tmp_path).findings)
    assert "Olivia" not in told
    assert "943" not in told

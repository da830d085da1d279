"""What a return would change, before anybody submits it."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from etl.demonstration import SAMPLE
from etl.load import store
from etl.load.engine import open_engine, reading
from etl.previewing import preview_return, preview_submitted
from etl.submissions import ReturnFile, accept_return, check_file, submit_return
from etl.transform.preview import Preview, counts_the_same, reconciled
from schema.catalogue import Catalogue, default_catalogue
from schema.context import Context
from schema.periods import parse_period
from schema.tables import FigureRow
from tests.etl.handed_in import READER, SENDER

TODAY = date(2025, 11, 3)
QUARTER = parse_period("2025-26Q2")
AGENCY = "childrens-social-care"


@pytest.fixture(scope="module")
def engine(new_demonstration: Callable[[str], str]) -> Iterator[Engine]:
    made = open_engine(new_demonstration("sqlite"))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return default_catalogue()


def sample(agency: str = AGENCY, period: str = QUARTER.code) -> bytes:
    return (SAMPLE / "returns" / f"{agency}-{period}.csv").read_bytes()


def previewed(engine: Engine, catalogue: Catalogue, content: bytes, agency: str = AGENCY, period: str = "") -> Preview:
    file = ReturnFile("a.csv", content, agency, parse_period(period or QUARTER.code))
    return preview_return(engine, SENDER, catalogue, check_file(engine, SENDER, catalogue, file, TODAY))


def with_value(content: bytes, start: str, value: str) -> bytes:
    """The file with another value in the one row that starts so."""
    lines = content.decode().splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
    cells = lines[at].split(",")
    lines[at] = ",".join([*cells[:4], value, *cells[5:]])
    return "\n".join([*lines, ""]).encode()


def by(frame: pd.DataFrame, *keys: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """A frame's rows by the words of some of its columns."""
    rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    return {tuple(str(row[key]) for key in keys): row for row in rows}


def kept(engine: Engine) -> pd.DataFrame:
    """The home area's figures from returns, as the pages have them."""
    row = FigureRow.__table__.c
    with reading(engine) as connection:
        ids = [s.id for s in store.active_sources(connection, Context()) if s.kind == store.SUBMISSION]
        names = ["measure", "category", "basis", "period", "value", "state"]
        query = sa.select(*(row[name] for name in names)).where(row.source_id.in_(ids), row.area_id == "stoke-on-trent")
        return pd.DataFrame([tuple(found) for found in connection.execute(query)], columns=names)


def test_the_same_file_again_changes_nothing(engine: Engine, catalogue: Catalogue) -> None:
    found = previewed(engine, catalogue, sample())
    assert found.version == 1
    assert found.changes.empty
    assert found.earlier.empty
    assert not found.restated["changed"].any()
    assert (found.figures["value"].fillna(-1) == found.figures["last_value"].fillna(-1)).all()
    same = found.measures[found.measures["period_before"] != ""]
    assert (same["value_before"].fillna(-1) == same["value_after"].fillna(-1)).all()
    assert (same["period_before"] == same["period_after"]).all()


def test_each_figure_stands_beside_the_quarter_before_and_the_same_one_a_year_ago(
    engine: Engine, catalogue: Catalogue
) -> None:
    found = previewed(engine, catalogue, sample())
    referrals = found.figures[(found.figures["quantity"] == "referrals") & (found.figures["category"] == "total")]
    row = referrals.iloc[0]
    # A file that restates the quarter before is the later word on it.
    restated = found.restated[(found.restated["quantity"] == "referrals") & (found.restated["category"] == "total")]
    assert row["previous_value"] == restated["value"].iloc[0]
    # So did the returns that came after the same quarter a year ago: the last of them holds.
    assert f"2024-25Q2,referrals,total,,{row['year_ago_value']:.0f}," in sample(period="2024-25Q4").decode()
    assert (found.previous.code, found.year_ago.code) == ("2025-26Q1", "2024-25Q2")


def test_a_restated_quarter_shows_what_it_was_and_what_the_pages_would_show(
    engine: Engine, catalogue: Catalogue
) -> None:
    changed = with_value(sample(), "2025-26Q1,repeat-referrals,total,", "260")
    found = previewed(engine, catalogue, changed)
    (row,) = found.restated[found.restated["changed"]].to_dict("records")
    assert (row["period"], row["quantity"], row["old_value"], row["value"]) == (
        "2025-26Q1", "repeat-referrals", 203.0, 260.0,
    )  # fmt: skip
    earlier = found.earlier.set_index(["measure", "basis", "period"])
    assert earlier.loc[("repeat-referrals", "quarter", "2025-26Q1"), "value_after"] == pytest.approx(260 / 981 * 100)
    assert len(found.changes) == 1


def test_the_first_return_for_a_quarter_has_nothing_before_it(engine: Engine, catalogue: Catalogue) -> None:
    content = sample("police", "2025-26Q1").replace(b"2025-26Q1", b"2025-26Q2").replace(b"2025-07-10", b"2025-10-10")
    found = previewed(engine, catalogue, content, "police")
    assert found.version == 0
    assert found.changes.empty
    assert found.figures["last_value"].isna().all()
    newest = by(found.measures, "measure", "basis")["child-exploitation-offences", "quarter"]
    assert (newest["period_before"], newest["period_after"]) == ("2025-26Q1", "2025-26Q2")


def test_of_a_return_with_an_error_no_measure_is_computed(engine: Engine, catalogue: Catalogue) -> None:
    found = previewed(engine, catalogue, with_value(sample(), "2025-26Q2,repeat-referrals,total,", "-3"))
    assert found.measures.empty
    assert not found.figures.empty
    assert "repeat-referrals" not in found.figures.loc[found.figures["category"] == "total", "quantity"].tolist()


def test_four_quarters_stand_beside_the_published_year(engine: Engine, catalogue: Catalogue) -> None:
    found = previewed(engine, catalogue, sample()).published.set_index("quantity")
    row = found.loc["referrals"]
    assert (row["period"], row["made_of"]) == ("2024-25", "4 quarters added")
    # The newest word on each quarter is that of the last return that gives it.
    returns = [path.read_text() for path in sorted((SAMPLE / "returns").glob(f"{AGENCY}-*.csv"))]
    lines = {line[:9]: line for text in returns for line in text.splitlines() if ",referrals,total," in line}
    expected = sum(int(lines[f"2024-25Q{number}"].split(",")[4]) for number in (1, 2, 3, 4))
    assert row["local"] == expected
    # Children counted once do not add up: the year is the one that the return gives itself.
    assert found.loc["care-starts", "made_of"] == "as reported"
    assert all(counts_the_same(str(quantity), catalogue) for quantity in found.index)


def test_a_difference_from_the_published_year_is_said_and_is_no_fault() -> None:
    assert reconciled(3880, 3874) == "6 more than published (0.2%)."
    assert reconciled(3860, 3874) == "14 fewer than published (0.4%)."
    assert reconciled(3874, 3874) == "The same."
    assert reconciled(2, 0) == "2 more than published."


# The last, since it changes the database.
def test_what_is_previewed_is_what_the_pages_show_once_it_is_accepted(engine: Engine, catalogue: Catalogue) -> None:
    changed = with_value(sample(), "2025-26Q2,repeat-referrals,total,", "230")
    changed = with_value(changed, "2025-26Q1,initial-conferences,total,", "140")
    file = ReturnFile("a.csv", changed, AGENCY, QUARTER)
    checked = check_file(engine, SENDER, catalogue, file, TODAY)
    found = preview_return(engine, SENDER, catalogue, checked)
    words = {finding.rule: "It is so." for finding in checked.to_explain}
    sent = submit_return(engine, SENDER, catalogue, checked, words)
    # Whoever accepts it is shown the same, made of what was kept.
    again = preview_submitted(engine, READER, catalogue, sent.version)
    assert (again.version, again.period) == (found.version, found.period)
    for name in ("figures", "restated", "measures", "earlier", "published", "changes"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name), check_dtype=False)
    accept_return(engine, READER, catalogue, AGENCY, QUARTER, sent.version.version)
    shown = by(kept(engine), "measure", "category", "basis", "period")
    after = found.measures[found.measures["period_after"] != ""]
    for place, row in by(after, "measure", "category", "basis", "period_after").items():
        assert row["value_after"] == pytest.approx(shown[place]["value"], nan_ok=True), place
        assert row["state_after"] == shown[place]["state"], place
    for place, row in by(found.earlier, "measure", "category", "basis", "period").items():
        assert row["value_after"] == pytest.approx(shown[place]["value"], nan_ok=True), place
    moved = by(found.measures, "measure", "basis")["repeat-referrals", "rolling-year"]
    assert moved["value_before"] != moved["value_after"]

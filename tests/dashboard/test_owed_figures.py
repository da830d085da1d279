"""What a return owed and did not bring is a row that says so, in whatever is exported."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from typer.testing import CliRunner

from dashboard.cli import app as command_line
from dashboard.downloads import COLUMNS as DOWNLOADED
from dashboard.downloads import as_csv, owed_points
from dashboard.indicators import COLUMNS, indicators
from dashboard.queries import Queries
from dashboard.views.choices import Asked, Covering
from dashboard.views.measure import measure_page
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.periods import parse_period
from tests.conftest import TODAY

MEASURE = "missing-episodes"


def states(queries: Queries, basis: str = "quarter", today: date = TODAY, measure: str = MEASURE) -> dict[str, str]:
    area = queries.catalogue.areas.by_id["stoke-on-trent"]
    rows = indicators(queries, Context(), measure=measure, area=area, today=today)
    assert tuple(rows.columns) == COLUMNS
    rows = rows[rows["basis"] == basis].drop_duplicates("period")
    return dict(zip(rows["period"], rows["state"], strict=True))


def downloaded(queries: Queries, covering: Covering, today: date = TODAY) -> dict[str, tuple[str, str]]:
    area = queries.catalogue.areas.by_id["stoke-on-trent"]
    page = measure_page(queries, Context(), MEASURE, area, Asked(covering))
    rows = list(csv.DictReader(io.StringIO(as_csv(page, owed_points(queries, Context(), page, today)))))
    assert tuple(rows[0]) == DOWNLOADED
    return {row["period"]: (row["state"], row["reason"]) for row in rows}


def test_a_late_quarter_has_a_row_without_a_number(queries: Queries) -> None:
    for basis in ("quarter", "rolling-year"):
        found = list(states(queries, basis).items())
        assert [state for period, state in found if period < "2025-26Q2"][-1] == "value"
        # In its place: after the quarter before, and before the years that stand below.
        assert found[-1] == ("2025-26Q2", "missing")
    rows = indicators(queries, Context(), measure=MEASURE, today=TODAY)
    (late,) = rows[(rows["period"] == "2025-26Q2") & (rows["basis"] == "quarter")].to_dict("records")
    assert (late["area"], late["period_end"], late["source"], late["shown"]) == ("E06000021", "2025-09-30", "", "")
    assert late["value"] != late["value"]
    assert downloaded(queries, Covering.QUARTER)["2025-26Q2"] == ("missing", "no return was received")
    assert downloaded(queries, Covering.ROLLING_YEAR)["2025-26Q2"] == ("missing", "no return was received")


def test_a_quarter_whose_day_has_not_passed_is_not_yet_due(queries: Queries) -> None:
    early = date(2025, 10, 2)
    assert states(queries, today=early)["2025-26Q2"] == "not-yet-due"
    assert downloaded(queries, Covering.QUARTER, early)["2025-26Q2"] == ("not-yet-due", "the return is not yet due")
    assert "2025-26Q2" not in states(queries, today=date(2025, 9, 30))


def test_one_period_or_another_area_alone(queries: Queries) -> None:
    areas = queries.catalogue.areas
    for name, count in (("stoke-on-trent", 2), ("hackney", 0)):
        where, when = areas.by_id[name], parse_period("2025-26Q2")
        rows = indicators(queries, Context(), measure=MEASURE, area=where, period=when, today=TODAY)
        assert len(rows) == count


def test_what_came_owes_nothing(queries: Queries) -> None:
    assert states(queries, measure="contacts") == dict.fromkeys(states(queries, measure="contacts"), "value")


@pytest.fixture
def withdrawn(own_demonstration_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queries]:
    """Queries over a demonstration in which the newest return of the police was withdrawn."""
    monkeypatch.setenv("DATABASE_URL", own_demonstration_url)
    words = ["return", "withdraw", "--agency", "police", "--period", "2025-26Q1", "--reason", "Of another force."]
    assert CliRunner().invoke(command_line, words).exit_code == 0
    engine = open_engine(own_demonstration_url)
    yield Queries(engine, default_catalogue())
    engine.dispose()


def test_a_withdrawn_return_leaves_rows_and_no_gap(withdrawn: Queries) -> None:
    for basis in ("quarter", "rolling-year"):
        assert list(states(withdrawn, basis).items())[-2:] == [("2025-26Q1", "missing"), ("2025-26Q2", "missing")]
    assert downloaded(withdrawn, Covering.QUARTER)["2025-26Q1"] == ("missing", "the return was withdrawn")

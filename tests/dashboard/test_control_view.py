"""The control chart on the measure page: where it stands, what it says, and what people put on it."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy.engine import make_url

from dashboard.commands import mark_event, rebase_chart, set_target, withdraw_chart_note
from dashboard.pages.measure import PAGE
from dashboard.queries import Queries
from dashboard.shell import Shell
from dashboard.views.choices import Asked, Covering
from dashboard.views.control import Control, control
from dashboard.views.measure import measure_page
from etl.load.engine import open_engine
from etl.transform.control_of import MONTHS
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.periods import parse_period

TIMELY = "initial-conferences-within-15-working-days"


def of(
    queries: Queries, measure: str, covering: str | None = None, area: str = "stoke-on-trent", *, whole: bool = False,
    context: Context | None = None,
) -> Control:  # fmt: skip
    chosen = context or Context()
    page = measure_page(queries, chosen, measure, queries.catalogue.areas.find(area), Asked(covering))
    assert covering in (None, page.covering.value)
    return control(queries, chosen, page, whole=whole)


def drawn(queries: Queries, measure: str, **query: str) -> str:
    """A page as the browser gets it."""
    page = Shell(queries, Context(), (PAGE,)).draw(PAGE, {"measure": measure, **query})
    return json.dumps(page, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.fixture
def written(queries: Queries, tmp_path: Path) -> Iterator[Queries]:
    """The demonstration in a database of the test's own, to write into."""
    url = make_url(str(queries.engine.url))
    assert url.database
    queries.engine.dispose()
    for end in ("", "-wal"):
        if Path(url.database + end).exists():
            shutil.copy(url.database + end, tmp_path / f"own.db{end}")
    engine = open_engine(f"sqlite:///{(tmp_path / 'own.db').as_posix()}")
    yield Queries(engine, default_catalogue())
    engine.dispose()


@pytest.mark.parametrize("measure", ["repeat-referrals", "children-missing", "referrals"])
def test_quarters_are_charted_in_the_place_of_the_trend_with_their_rule(queries: Queries, measure: str) -> None:
    found = of(queries, measure, "quarter")
    assert found.chart is not None
    assert "Trial limits: fewer than 13 quarters" in found.chart.rule
    said = drawn(queries, measure, basis="quarter")
    assert '"id": "control"' in said
    assert '"id": "trend"' not in said
    assert found.chart.rule in said
    assert "know nothing of seasons" in said


def test_months_are_charted_in_the_place_of_the_trend_and_say_that_they_have_seasons(queries: Queries) -> None:
    found = of(queries, "referrals", "month")
    assert found.chart is not None
    assert len(found.chart.points) == MONTHS
    assert found.windowed
    said = drawn(queries, "referrals", basis="month")
    assert '"id": "control"' in said
    # The trend would set months beside years (design, rule 3).
    assert '"id": "trend"' not in said
    assert "Months have seasons" in said
    assert "window=all" in said
    whole = of(queries, "referrals", "month", whole=True)
    assert whole.chart is not None
    assert len(whole.chart.points) == 144
    assert "Show the last 36 months only" in drawn(queries, "referrals", basis="month", window="all")


@pytest.mark.parametrize(
    ("measure", "covering", "says"),
    [
        ("children-in-care", "quarter-ends", "most of what is counted at one date"),
        ("referrals", "rolling-year", "shares most of its months"),
        ("referrals", "year", "needs quarters or months"),
        ("bullying-reports", "term", "three terms"),
    ],
)
def test_where_there_is_none_the_page_says_why_and_where_there_is(
    queries: Queries, measure: str, covering: str, says: str
) -> None:
    found = of(queries, measure, covering)
    assert found.chart is None
    assert says in found.refusal
    said = drawn(queries, measure, basis=covering)
    assert found.refusal in said
    assert '"id": "control"' not in said
    assert ("The quarters have one" in said) is (Covering.QUARTER in found.elsewhere)
    assert (measure == "referrals") is (Covering.QUARTER in found.elsewhere)


def test_a_window_that_is_none_is_refused_in_a_sentence(queries: Queries) -> None:
    assert "which is not among the choices here" in drawn(queries, "referrals", basis="month", window="1000")


def test_every_authoritys_months_can_be_shown(queries: Queries) -> None:
    shown = 0
    for area in queries.catalogue.areas:
        if area.ranked and (area.since is None or area.since.year < 2023):
            page = measure_page(queries, Context(), "referrals", area, Asked("month"))
            for whole in (False, True):
                found = control(queries, Context(), page, whole=whole)
                assert (found.chart is None) is bool(found.refusal)
                shown += found.chart is not None
    assert shown >= 2 * 150


def test_every_quarterly_measure_is_charted_or_says_why_not(queries: Queries) -> None:
    area, charted = queries.catalogue.areas.by_id["stoke-on-trent"], 0
    for measure in queries.catalogue.measures_of("children"):
        page = measure_page(queries, Context(), measure.id, area, Asked("quarter"))
        if page.points:
            found = control(queries, Context(), page)
            assert (found.chart is None) is bool(found.refusal), measure.id
            charted += found.chart is not None
            if found.chart is not None:
                assert found.chart.rule
    assert charted > 100


def test_what_people_put_on_a_chart_is_on_the_page_until_it_is_withdrawn(written: Queries) -> None:
    engine, context, catalogue = written.engine, Context(), written.catalogue
    before = datetime.now(UTC)
    event = mark_event(engine, context, catalogue, day=date(2024, 9, 2), label="New recording system", kind="system")
    rebase_chart(
        engine, context, catalogue, measure=TIMELY, start=parse_period("2024-25Q2"), reason="A new team", who="A lead"
    )
    set_target(
        engine, context, catalogue, measure=TIMELY, value=90, since=date(2024, 4, 1), reason="The plan", who="The board"
    )
    found = of(written, TIMELY, "quarter").chart
    assert found is not None
    assert [note.text for note in found.notes] == [
        "July to September 2024, new baseline by A lead: A new team",
        "2 September 2024, system changed: New recording system",
    ]
    assert found.target == 90
    assert len({point.segment for point in found.points}) == 2
    said = drawn(written, TIMELY, basis="quarter")
    assert "The target holds from 1 April 2024, set by The board: The plan." in said
    withdraw_chart_note(engine, context, event, "Another day")
    assert "New recording system" not in drawn(written, TIMELY, basis="quarter")
    back = of(written, TIMELY, "quarter", context=Context(as_of=before)).chart
    assert back is not None
    assert (back.notes, back.target) == ((), None)

"""Where figures say that they came from, once two agencies have agreed whose number stands, on either engine."""

import csv
import io
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from dashboard.app import create_app
from dashboard.cli import app as command_line
from dashboard.indicators import indicators
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.views.choices import Asked, Covering
from dashboard.views.evidence import Part
from dashboard.views.measure import measure_page
from dashboard.views.source_labels import source_labels
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.conftest import TODAY

MEASURE, QUARTER = "strategy-discussions", "2025-26Q1"
KEY = f"{MEASURE}/stoke-on-trent/{QUARTER}/quarter/total"
OWN = "Children's social care return for April to June 2025, extracted 14 July 2025, provisional"
AGREED = (
    "; Strategy discussions held, April to June 2025, as agreed from the Police return for April to June 2025, "
    "extracted 10 July 2025, provisional"
)


@pytest.fixture
def settled(own_demonstration_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queries]:
    """Queries over a demonstration in which the police's number stands."""
    monkeypatch.setenv("DATABASE_URL", own_demonstration_url)
    words = ["dispute", "settle", KEY, "--source", "police", "--reason", "Calls count.", "--by", "Subgroup"]
    assert CliRunner().invoke(command_line, words).exit_code == 0
    engine = open_engine(own_demonstration_url)
    yield Queries(engine, default_catalogue())
    engine.dispose()


def test_exports_and_pages_say_whose_number_was_agreed_on(settled: Queries) -> None:
    area = settled.catalogue.areas.by_id["stoke-on-trent"]
    rows = indicators(settled, Context(), measure=MEASURE, area=area, today=TODAY)
    told = rows[rows["source"].str.contains("as agreed")].drop_duplicates(["period", "basis"])
    assert list(zip(told["period"], told["basis"], strict=True)) == [
        (QUARTER, "quarter"),
        (QUARTER, "rolling-year"),
        ("2025-26Q2", "rolling-year"),
    ]
    assert told["source"].str.endswith(AGREED).all()
    assert (told["source"].iloc[0], told["value"].iloc[0]) == (OWN + AGREED, 342)

    page = measure_page(settled, Context(), MEASURE, area, Asked(Covering.QUARTER))
    labels = {point.period: point.figure.source_label for point in page.points if point.figure}
    assert {period for period, label in labels.items() if "as agreed" in label} == {QUARTER}
    # A number that a return itself gave is that return's alone.
    parts: tuple[Part, ...] = page.evidence.parts
    assert not any("as agreed" in part.source for part in parts)

    client = create_app(Settings(), settled).server.test_client()
    for covering, periods in (("quarter", {QUARTER}), ("rolling-year", {QUARTER, "2025-26Q2"})):
        answer = client.get(f"/download/measure/{MEASURE}.csv?basis={covering}").text.removeprefix("\ufeff")
        given = {row["period"]: row["source"] for row in csv.DictReader(io.StringIO(answer))}
        assert {period for period, source in given.items() if source.endswith(AGREED)} == periods
    journey = list(csv.DictReader(io.StringIO(client.get("/download/journey.csv").text.removeprefix("\ufeff"))))
    counts = [r["source"] for r in journey if (r["what"], r["measure"], r["whose"]) == ("count", MEASURE, "local")]
    assert all(source.endswith(AGREED) for source in counts)


def test_nothing_else_rests_on_it(settled: Queries) -> None:
    labels = source_labels(settled, Context())
    (dispute,) = labels.agreed
    home = next(claim for claim in dispute.claims if claim.agency == dispute.home)

    def agreed(measure: str, period: str, basis: str, category: str = "total", area: str = "stoke-on-trent") -> bool:
        return "as agreed" in labels.of_figure(home.source_id, measure, area, period, basis, category)

    assert agreed(MEASURE, "2025-26Q4", "rolling-year")
    assert not agreed(MEASURE, "2026-27Q1", "rolling-year")
    assert not agreed(MEASURE, "2025-26Q2", "quarter")
    assert not agreed(MEASURE, QUARTER, "quarter", area="hackney")
    assert not agreed("contacts", QUARTER, "quarter")
    assert labels.of_figure(0, MEASURE, "stoke-on-trent", QUARTER, "quarter", "total") == ""
    assert labels.of_counts(home.source_id, ("contacts",), "stoke-on-trent", QUARTER, "quarter") == OWN
    assert labels.of_counts(home.source_id, (MEASURE,), "stoke-on-trent", QUARTER, "quarter") == OWN + AGREED

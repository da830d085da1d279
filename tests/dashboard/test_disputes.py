"""The disputes page, what a dispute does to the other pages and exports, and the commands."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dash import Dash
from typer.testing import CliRunner

from dashboard.app import create_app
from dashboard.cli import app as command_line
from dashboard.components import disputes as cards
from dashboard.indicators import indicators
from dashboard.pages import disputes as page_of_disputes
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.shell import Visit
from dashboard.views.attention import attention_items
from dashboard.views.choices import Asked, Covering
from dashboard.views.disputes import DisputesPage, disputes_about, disputes_page
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.upload import disputed_measures
from etl.demonstration import SAMPLE
from etl.load.engine import open_engine
from etl.previewing import preview_return
from etl.submissions import ReturnFile, accept_return, check_file, submit_return
from etl.transform.attention_items import Why
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import parse_period
from schema.states import State
from tests.conftest import TODAY

CARE, POLICE = "childrens-social-care", "police"
MEASURE, QUARTER = "strategy-discussions", "2025-26Q1"
KEY = f"{MEASURE}/stoke-on-trent/{QUARTER}/quarter/total"


@pytest.fixture
def own(own_demonstration_url: str) -> Iterator[Queries]:
    """Queries over a demonstration of one's own, on either engine."""
    engine = open_engine(own_demonstration_url)
    yield Queries(engine, default_catalogue())
    engine.dispose()


def measure_of(queries: Queries, covering: Covering, context: Context | None = None) -> MeasurePage:
    area = queries.catalogue.areas.by_id["stoke-on-trent"]
    return measure_page(queries, context or Context(), MEASURE, area, Asked(covering))


def states_of(page: MeasurePage) -> dict[str, State]:
    return {point.period: point.state for point in page.points}


def on_list(queries: Queries) -> list[str]:
    area = queries.catalogue.areas.by_id["stoke-on-trent"]
    return [i.measure for i in attention_items(queries, Context(), area, TODAY) if i.why is Why.DISPUTED]


def numbers(page: DisputesPage) -> list[dict[str, Any]]:
    return [view.dispute.said for view in page.open]


# ------------------------------------------------------------------------------------------------- the demonstration


def test_the_demonstration_has_one_dispute_and_it_says_who_counts_what(queries: Queries) -> None:
    page = disputes_page(queries, Context())
    (view,) = page.open
    assert (page.settled, page.past) == ((), ())
    assert (view.key, view.title, view.when) == (KEY, "Strategy discussions held", "April to June 2025")
    assert [(claim.agency, claim.value, claim.home) for claim in view.claims] == [
        (CARE, 328, True),
        (POLICE, 342, False),
    ]
    assert [measure.id for measure in view.blocks] == [MEASURE]
    assert view.per_cent == pytest.approx(4.27, abs=0.01)


def test_a_disputed_quarter_and_the_rolling_years_that_hold_it_have_no_figure(queries: Queries) -> None:
    quarters = states_of(measure_of(queries, Covering.QUARTER))
    assert {code for code, state in quarters.items() if state is State.DISPUTED} == {QUARTER}
    rolling = measure_of(queries, Covering.ROLLING_YEAR)
    disputed = {point.period: point for point in rolling.points if point.state is State.DISPUTED}
    assert set(disputed) == {QUARTER, "2025-26Q2"}
    assert all(point.value is None and point.reason.startswith("disputed: ") for point in disputed.values())


def test_exports_say_that_it_is_disputed_and_print_no_number(queries: Queries) -> None:
    area = queries.catalogue.areas.by_id["stoke-on-trent"]
    rows = indicators(queries, Context(), measure=MEASURE, area=area)
    told = rows[rows["state"] == "disputed"]
    assert set(zip(told["period"], told["basis"], strict=True)) == {
        (QUARTER, "quarter"),
        (QUARTER, "rolling-year"),
        ("2025-26Q2", "rolling-year"),
    }
    assert told[["value", "numerator"]].isna().all().all()
    assert (told["shown"] == "").all()


def test_it_is_on_the_attention_list_and_in_the_evidence(queries: Queries) -> None:
    assert on_list(queries) == [MEASURE]
    page = measure_of(queries, Covering.QUARTER)
    (about,) = disputes_about(queries, Context(), page)
    assert about.settled is None
    told = {part.source.split(" return")[0]: part for part in page.evidence.parts if part.period == QUARTER}
    assert {(name, part.dispute, part.used) for name, part in told.items()} == {
        ("Children's social care", "open", False),
        ("Police", "open", False),
    }
    beside = [part for part in page.evidence.parts if part.beside and not part.dispute]
    assert beside
    assert not any(part.used for part in beside)


def test_other_agencies_numbers_take_nobodys_place_in_counts_by_group(queries: Queries) -> None:
    counts = queries.local_counts(Context(), ("contacts", MEASURE), "stoke-on-trent")
    assert set(counts["publisher"]) == {CARE}
    disputed = counts[(counts["quantity"] == MEASURE) & (counts["period"] == QUARTER)]
    assert disputed["value"].isna().all()


# ------------------------------------------------------------------------------------------------- a category


def test_a_disputed_category_leaves_the_total_its_figure_and_every_page_counts_the_same(own: Queries) -> None:
    content = (SAMPLE / "returns" / "police-2025-26Q1.csv").read_text()
    content = content.replace("2025-26Q1", "2025-26Q2").replace("2025-07-10", "2025-10-10")
    content = re.sub(r"(2025-26Q2,contacts,total,,)\d+,", r"\g<1>837,", content)
    quarter, sender, reader = parse_period("2025-26Q2"), Context(viewer="A"), Context(viewer="B")
    file = ReturnFile("a.csv", content.encode(), POLICE, quarter)
    checked = check_file(own.engine, sender, own.catalogue, file, TODAY)
    found = preview_return(own.engine, sender, own.catalogue, checked)
    words = {finding.rule: "It is so." for finding in checked.to_explain}
    submit_return(own.engine, sender, own.catalogue, checked, words)
    accept_return(own.engine, reader, own.catalogue, POLICE, quarter, 1)

    page = disputes_page(own, Context())
    notices = next(view for view in page.open if view.dispute.place.quantity == "contacts")
    assert {measure.id for measure in notices.blocks} == {"contacts-by-source", "police-protection-notices"}
    assert [measure.id for measure in notices.blocks_within] == ["contacts"]
    without = {measure.id for view in page.open for measure in view.blocks}
    assert without == {"contacts-by-source", "police-protection-notices", MEASURE}
    assert set(on_list(own)) == without
    assert {measure.id for measure in disputed_measures(found, own.catalogue)} == without
    # As the figures have it.
    area = own.catalogue.areas.by_id["stoke-on-trent"]
    leading = {measure.id: measure.headline_category for measure in own.catalogue.measures_of("children")}
    told = {
        name
        for name, compared in own.compared_all(Context()).items()
        if any(row["state"] == "disputed" for row in compared.rows(area, leading[name]))
    }
    assert told == without
    said = cards.lead(page)
    assert said.startswith(f"{len(page.open)} numbers are given differently by two agencies: 3 measures have no figure")
    assert said.endswith("for them, and 2 more lack the figure of a category, until they agree.")


# ------------------------------------------------------------------------------------------------- settling


def form_of(queries: Queries) -> dict[str, Any]:
    (view,) = disputes_page(queries, Context()).open
    return {"place": list(view.dispute.place), "seen": view.dispute.said, "instead_of": 0}


def pressed(
    app: Dash, what: Any, agreed: str | None, reason: str | None, who: str | None, search: str | None = None
) -> Any:
    """What the server answers when somebody presses the button."""
    given = (("settle-what", "data", what), ("settle-agreed", "value", agreed), ("settle-reason", "value", reason))
    answer = app.server.test_client().post(
        "/_dash-update-component",
        headers={"X-User": "Performance officer"},
        json={
            "output": "..settle-said.children...settle-gone.href..",
            "outputs": [{"id": "settle-said", "property": "children"}, {"id": "settle-gone", "property": "href"}],
            "inputs": [{"id": "settle-do", "property": "n_clicks", "value": 1}],
            "changedPropIds": ["settle-do.n_clicks"],
            "state": [
                *({"id": name, "property": of, "value": value} for name, of, value in given),
                {"id": "settle-who", "property": "value", "value": who},
                {"id": "address", "property": "search", "value": search},
            ],
        },
    )
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]


def test_the_page_settles_it_and_looking_back_still_shows_the_dispute(own: Queries) -> None:
    app = create_app(Settings(SAFEGUARDING_USER_HEADER="X-User"), own)
    what, before = form_of(own), datetime.now(UTC)
    for agreed, reason, who, said in (
        (None, "Because", "All", "Choose whose number stands."),
        (POLICE, "", "All", "Write the reason why that number stands"),
        (POLICE, "Because", None, "Write the name of who agreed on it"),
    ):
        answer = pressed(app, what, agreed, reason, who)
        assert answer["settle-said"]["children"].startswith(said)
        assert "settle-gone" not in answer
    assert "no form of the dashboard" in pressed(app, {"place": 7}, POLICE, "x", "y")["settle-said"]["children"]
    assert numbers(disputes_page(own, Context())) == [{CARE: 328, POLICE: 342}]

    back = pressed(app, what, POLICE, "Because", "All", f"?as_of={before:%Y-%m-%dT%H:%M:%S}Z")
    assert "the past cannot be changed" in back["settle-said"]["children"]
    reason, who = "Calls that led to decisions are discussions.", "Performance subgroup"
    done = pressed(app, what, POLICE, reason, who, f"?area=hackney&settle={KEY}&framework=adults")
    assert done["settle-gone"]["href"] == "/disputes?area=hackney&framework=adults&done=1"
    page = disputes_page(own, Context())
    (view,) = page.settled
    assert page.open == ()
    assert view.settled is not None
    assert (view.settled.agreed, view.settled.settlement.actor) == ("Police", "Performance officer")
    quarters = measure_of(own, Covering.QUARTER)
    assert next(point.value for point in quarters.points if point.period == QUARTER) == 342
    assert State.DISPUTED not in states_of(measure_of(own, Covering.ROLLING_YEAR)).values()
    told = {part.source.split(" return")[0]: part for part in quarters.evidence.parts if part.period == QUARTER}
    assert {(name, part.dispute, part.used) for name, part in told.items()} == {
        ("Children's social care", "not-agreed", False),
        ("Police", "agreed", True),
    }
    assert on_list(own) == []

    then = Context(as_of=before)
    assert numbers(disputes_page(own, then)) == [{CARE: 328, POLICE: 342}]
    assert states_of(measure_of(own, Covering.QUARTER, then))[QUARTER] is State.DISPUTED

    told_late = pressed(app, what, CARE, "No.", "Somebody else")["settle-said"]["children"]
    assert told_late.startswith("Performance officer settled it at ")


def test_nobody_settles_without_a_name(queries: Queries) -> None:
    app = create_app(Settings(SAFEGUARDING_USER_HEADER="X-Other"), queries)
    answer = pressed(app, form_of(queries), POLICE, "Because", "All")
    assert "sign-in service has not said who you are" in answer["settle-said"]["children"]


def test_a_dispute_that_is_over_is_said_to_be(queries: Queries) -> None:
    asking = SimpleNamespace(context=Context(), query={"settle": "contacts/stoke-on-trent/2024-25Q1/quarter/total"})
    with pytest.raises(WrongUseError, match="is over"):
        page_of_disputes._chosen(cast(Visit, asking), disputes_page(queries, Context()))


# ------------------------------------------------------------------------------------------------- the command line


def run(monkeypatch: pytest.MonkeyPatch, url: str, *words: str) -> Any:
    monkeypatch.setenv("DATABASE_URL", url)
    return CliRunner().invoke(command_line, ["dispute", *words])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_commands_list_and_settle(own_demonstration_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = rows_of(run(monkeypatch, own_demonstration_url, "list").stdout)
    assert (row["dispute"], row["state"], row["agency"], row["said"]) == (KEY, "open", CARE, "328.0")
    assert (row["other_agency"], row["other_said"]) == (POLICE, "342.0")
    assert (row["blocks"], row["blocks_within"]) == (MEASURE, "")
    before = datetime.now(UTC).isoformat()
    settle = ("settle", KEY, "--source", CARE, "--reason", "Calls are not counted.", "--by", "Performance subgroup")
    assert "the number of childrens-social-care stands" in run(monkeypatch, own_demonstration_url, *settle).stdout
    assert isinstance(run(monkeypatch, own_demonstration_url, *settle).exception, WrongUseError)
    (row,) = rows_of(run(monkeypatch, own_demonstration_url, "list").stdout)
    assert (row["state"], row["agreed"], row["who"]) == ("settled", CARE, "Performance subgroup")
    assert rows_of(run(monkeypatch, own_demonstration_url, "list", "--open").stdout) == []
    (row,) = rows_of(run(monkeypatch, own_demonstration_url, "list", "--as-of", before).stdout)
    assert row["state"] == "open"


def test_what_names_no_dispute_is_told_how_to_write_it(
    own_demonstration_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("settle", "strategy-discussions", "--source", CARE, "--reason", "x", "--by", "y")
    found = run(monkeypatch, own_demonstration_url, *asked)
    assert isinstance(found.exception, WrongUseError)
    assert "quantity/area/period/basis/category" in str(found.exception)

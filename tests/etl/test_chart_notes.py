"""What people put on charts: kept with who, when and why, withdrawn and never changed, on either database alike."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from dashboard.commands import mark_event, rebase_chart, set_target, withdraw_chart_note
from etl.load import store
from etl.load.chart_notes import read_notes
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.plain_text import LONGEST_ON_A_CHART
from etl.transform.chart_notes import ChartNote, ChartNotes, NoteKind
from schema.areas import load_areas
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import Basis, parse_period
from schema.tables import AuditEventRow

CATALOGUE = default_catalogue()
VIEWER = Context(viewer="analyst")
TIMELY = "initial-conferences-within-15-working-days"
AREAS = load_areas()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, "home", "Stoke-on-Trent", "stoke-on-trent", demonstration=True)
    yield made
    made.dispose()


def rebase(engine: Engine, start: str = "2024-25Q2", measure: str = "referrals", **given: Any) -> int:
    usual: dict[str, Any] = {"reason": "The front door moved to one team", "who": "A. Manager"}
    return rebase_chart(engine, VIEWER, CATALOGUE, measure=measure, start=parse_period(start), **usual | given)


def event(engine: Engine, **given: Any) -> int:
    usual: dict[str, Any] = {"day": date(2024, 9, 2), "label": "A new recording system"}
    return mark_event(engine, VIEWER, CATALOGUE, **usual | given)


def target(engine: Engine, measure: str = TIMELY, value: float = 90, **given: Any) -> int:
    usual: dict[str, Any] = {"since": date(2025, 4, 1), "reason": "Agreed with the plan", "who": "The board"}
    return set_target(engine, VIEWER, CATALOGUE, measure=measure, value=value, **usual | given)


def notes(engine: Engine, as_of: datetime | None = None, *, withdrawn: bool = False) -> tuple[ChartNote, ...]:
    with reading(engine) as connection:
        return read_notes(connection, VIEWER.at(as_of), withdrawn=withdrawn)


def audited(engine: Engine) -> list[tuple[str, str, str]]:
    row = AuditEventRow.__table__.c
    with reading(engine) as connection:
        return [tuple(found) for found in connection.execute(sa.select(row.action, row.subject, row.actor))]


# ------------------------------------------------------------------------------------------------ what is kept


def test_a_new_baseline_is_kept_with_who_when_and_why(engine: Engine) -> None:
    before = datetime.now(UTC)
    number = rebase(engine)
    (note,) = notes(engine)
    assert (note.id, note.kind, note.measure, note.area) == (number, NoteKind.REBASE, "referrals", "stoke-on-trent")
    assert (note.text, note.who, note.actor) == ("The front door moved to one team", "A. Manager", "analyst")
    assert note.at is not None
    assert before <= note.at <= datetime.now(UTC)
    (made,) = ChartNotes((note,)).rebases(CATALOGUE.measure("referrals"))
    assert (made.start.code, made.reason, made.area) == ("2024-25Q2", note.text, "stoke-on-trent")
    assert ChartNotes((note,)).rebases(CATALOGUE.measure("repeat-referrals")) == ()


def test_every_write_leaves_an_audit_event_and_a_new_version_of_the_data(engine: Engine) -> None:
    versions = []
    for write in (rebase, event, target, lambda found: withdraw_chart_note(found, VIEWER, 1, "A slip")):
        write(engine)
        with reading(engine) as connection:
            versions.append(store.data_version(connection))
    assert versions == sorted(set(versions))
    assert audited(engine) == [
        ("chart rebase added", "referrals stoke-on-trent", "analyst"),
        ("chart event added", "every measure stoke-on-trent", "analyst"),
        ("chart target added", f"{TIMELY} stoke-on-trent", "analyst"),
        ("chart rebase withdrawn", "referrals stoke-on-trent", "analyst"),
    ]


def test_what_is_withdrawn_is_shown_by_a_look_back(engine: Engine) -> None:
    nothing_yet = datetime.now(UTC)
    number = rebase(engine)
    between = datetime.now(UTC)
    withdraw_chart_note(engine, VIEWER, number, "The team moved back")
    assert notes(engine) == ()
    assert notes(engine, nothing_yet, withdrawn=True) == ()
    (held,) = notes(engine, between)
    assert held.withdrawn_at is None
    (gone,) = notes(engine, withdrawn=True)
    assert (gone.withdrawn_by, gone.withdrawn_why) == ("analyst", "The team moved back")


def test_a_baseline_may_be_drawn_again_once_it_is_withdrawn(engine: Engine) -> None:
    first = rebase(engine)
    with pytest.raises(WrongUseError, match=f"as new baseline {first}.*safeguarding chart withdraw {first}"):
        rebase(engine, reason="Another reason")
    withdraw_chart_note(engine, VIEWER, first, "A better reason")
    second = rebase(engine, reason="Another reason")
    assert [note.id for note in notes(engine)] == [second]
    assert len(notes(engine, withdrawn=True)) == 2


def test_another_partnership_sees_none_of_it(engine: Engine) -> None:
    number = rebase(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, "other", "Walsall", "walsall", demonstration=False)
    other = Context(viewer="analyst", partnership="other")
    with reading(engine) as connection:
        assert read_notes(connection, other, withdrawn=True) == ()
    with pytest.raises(WrongUseError, match="no note"):
        withdraw_chart_note(engine, other, number, "Not ours")


# -------------------------------------------------------------------------------------------- which chart shows it


def test_events_are_for_a_measure_an_agency_or_all_and_for_an_area_or_all(engine: Engine) -> None:
    event(engine, label="One measure’s", measure="referrals")
    event(engine, label="One agency’s", agency="police")
    event(engine, label="Everybody’s", everywhere=True)
    event(engine, label="Walsall’s", area=AREAS.by_id["walsall"])
    found = ChartNotes(notes(engine))

    def labels(measure: str, area: str = "stoke-on-trent") -> set[str]:
        return {one.label for one in found.events(CATALOGUE.measure(measure), area)}

    assert labels("referrals") == {"One measure’s", "Everybody’s"}
    assert labels("children-missing") == {"One agency’s", "Everybody’s"}
    assert labels("referrals", "walsall") == {"Everybody’s", "Walsall’s"}


def test_a_dated_version_of_a_measure_is_an_event_without_anybody_saying_so() -> None:
    changed = CATALOGUE.measure("good-level-of-development")
    (told,) = ChartNotes(()).events(changed, "stoke-on-trent")
    assert (told.on, told.kind) == (date(2021, 9, 1), "definition")


def test_several_events_may_fall_on_one_day_but_none_is_marked_twice(engine: Engine) -> None:
    event(engine)
    event(engine, label="An inspection")
    with pytest.raises(WrongUseError, match="It is there already, as event 1"):
        event(engine, label="a NEW recording  system")


def test_the_target_that_holds_is_the_one_for_the_latest_day(engine: Engine) -> None:
    target(engine, value=80, since=date(2024, 4, 1))
    target(engine, value=90, since=date(2025, 4, 1))
    target(engine, value=95, since=date(2030, 4, 1))
    found, measure = ChartNotes(notes(engine)), CATALOGUE.measure(TIMELY)

    def held(on: date) -> float | None:
        note = found.target(measure, "stoke-on-trent", category="total", basis=Basis.QUARTER, on=on)
        return None if note is None else note.value

    assert [held(date(year, 3, 31)) for year in (2024, 2025, 2026)] == [None, 80, 90]
    assert found.target(measure, "walsall", category="total", basis=Basis.QUARTER, on=date(2026, 1, 1)) is None


def test_a_target_for_a_quarters_number_is_none_for_a_years(engine: Engine) -> None:
    counted = next(
        m for m in CATALOGUE.measures_of("children")
        if not m.denominator and m.polarity != "judgement" and not CATALOGUE.at_date(m)
    )  # fmt: skip
    with pytest.raises(WrongUseError, match="--basis quarter"):
        target(engine, counted.id, 5)
    target(engine, counted.id, 5, basis=Basis.QUARTER)
    found = ChartNotes(notes(engine))
    for basis, held in ((Basis.QUARTER, True), (Basis.ROLLING_YEAR, False)):
        note = found.target(counted, "stoke-on-trent", category="total", basis=basis, on=date(2026, 1, 1))
        assert (note is not None) is held


# ----------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"measure": "nope"}, "nope"),
        ({"start": "2024-25"}, "month or a quarter"),
        ({"measure": "children-in-care"}, "most of what is counted at one date"),
        ({"reason": "  "}, "Write the reason"),
        ({"who": ""}, "Write the name of who decided"),
        ({"reason": "It was Oliver Smith, NHS 943 476 5919"}, "part of a child’s record"),
        ({"reason": "Since Oliver Smith went missing"}, "named somebody"),
        ({"reason": "x" * (LONGEST_ON_A_CHART + 1)}, "at most"),
        ({"reason": "nul \x00 byte"}, "plain text"),
        ({"who": "a surrogate \udcff"}, "plain text"),
        ({"area": AREAS.by_id["walsall"], "everywhere": True}, "not both"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused_in_a_sentence(engine: Engine, given: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongUseError, match=says):
        rebase(engine, **given)
    assert notes(engine, withdrawn=True) == ()
    assert audited(engine) == []


@pytest.mark.parametrize(
    ("measure", "value", "given", "says"),
    [
        ("referrals", 500.0, {}, "takes no target"),
        (TIMELY, 101.0, {}, "at most 100"),
        (TIMELY, -1.0, {}, "at least 0"),
        (TIMELY, float("nan"), {}, "cannot be"),
        (TIMELY, float("inf"), {}, "cannot be"),
        (TIMELY, 90.0, {"basis": Basis.QUARTER}, "leave --basis out"),
        (TIMELY, 90.0, {"category": "neglect"}, "leave --category out"),
        (TIMELY, 90.0, {"who": " "}, "who set the target"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_a_sentence(
    engine: Engine, measure: str, value: float, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(WrongUseError, match=says):
        target(engine, measure, value, **given)
    assert notes(engine) == ()


@pytest.mark.parametrize("number", [0, -1, 7, 2**31, 2**70])
def test_only_what_is_there_can_be_withdrawn(engine: Engine, number: int) -> None:
    rebase(engine)
    with pytest.raises(WrongUseError, match="chart list"):
        withdraw_chart_note(engine, VIEWER, number, "None such")
    assert len(notes(engine)) == 1


def test_nothing_is_withdrawn_twice_nor_without_a_reason(engine: Engine) -> None:
    number = event(engine)
    with pytest.raises(WrongUseError, match="reason"):
        withdraw_chart_note(engine, VIEWER, number, " ")
    withdraw_chart_note(engine, VIEWER, number, "A slip")
    with pytest.raises(WrongUseError, match="was withdrawn on"):
        withdraw_chart_note(engine, VIEWER, number, "Again")

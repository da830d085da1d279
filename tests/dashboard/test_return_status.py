"""Where each return stands: each state from made-up versions, then from real ones on both databases; what is owed."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.engine import Engine

from dashboard.components import returns as said
from dashboard.queries import GivenCounts, Queries
from dashboard.views.reminders import Reminder, as_csv, as_ics, reminders_of
from dashboard.views.return_status import (
    ReturnsPage,
    ReturnState,
    ReturnStatus,
    calendar,
    returns_page,
    status_csv,
    status_of,
    statuses,
)
from etl.load.engine import open_engine
from etl.load.submissions import SubmissionEvent, SubmissionVersion
from etl.submissions import (
    ReturnFile,
    accept_return,
    answer_query,
    check_file,
    query_return,
    send_back_return,
    submit_return,
    withdraw_return,
)
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import PeriodKind, parse_period
from tests.conftest import ROOT

CATALOGUE = default_catalogue()
POLICE = CATALOGUE.returns["police"]
DUE = POLICE.due(parse_period("2025-26Q2"))
LONG_AGO = DUE - timedelta(days=2000)


def version(
    period: str, *events: str, number: int = 1, on: date = DUE, source: int = 0, by: str = "An analyst"
) -> SubmissionVersion:
    """A version that was submitted on a day, and to which things happened on the same day."""
    at = datetime.combine(on, time(9), tzinfo=UTC)
    told = ("submitted", *events)
    return SubmissionVersion(
        source_id=source or number,
        agency="police",
        period=period,
        version=number,
        file_name="police.csv",
        sha256="0" * 64,
        row_count=80,
        extracted_on=on,
        status="provisional",
        events=tuple(SubmissionEvent(event, at + timedelta(hours=n), by, "") for n, event in enumerate(told)),
    )


EARLIER = version("2025-26Q1", "accepted", on=LONG_AGO, source=100)


def status(
    *versions: SubmissionVersion, today: date = DUE + timedelta(days=28), period: str = "2025-26Q2", nil: int = 0
) -> ReturnStatus:
    given = {one.source_id: GivenCounts(80, nil) for one in versions}
    found = calendar(POLICE, CATALOGUE, versions, given, today, 8)
    return next(one for one in found if one.period == period)


def words_of(one: ReturnStatus) -> str:
    return f"{said.word(one)} – {'; '.join(said.under(one))}"


@pytest.mark.parametrize(
    ("after", "state", "words"),
    [
        (-30, ReturnState.RUNNING, "Not yet due – by 21 Oct 2025"),
        (-20, ReturnState.DUE, "Due in 20 days – by 21 Oct 2025"),
        (-1, ReturnState.DUE, "Due tomorrow – by 21 Oct 2025"),
        (0, ReturnState.DUE, "Due today – by 21 Oct 2025"),
        (1, ReturnState.OVERDUE, "Overdue – 1 day late"),
        (28, ReturnState.OVERDUE, "Overdue – 28 days late"),
    ],
)
def test_what_has_not_come_is_due_until_its_day_and_overdue_after_it(
    after: int, state: ReturnState, words: str
) -> None:
    one = status(EARLIER, today=DUE + timedelta(days=after))
    assert (one.state, words_of(one)) == (state, words)
    assert one.days_to_due == -after
    assert one.owed is (after > 0)
    assert one.without is (after > 0)


def test_what_a_later_return_passed_over_is_missing() -> None:
    later = version("2025-26Q3", "accepted", source=101, on=DUE + timedelta(days=90))
    one = status(EARLIER, later, today=DUE + timedelta(days=90))
    assert one.state is ReturnState.MISSING
    assert words_of(one) == "Missing – 90 days late"


def test_an_agency_that_never_sent_anything_has_no_return_yet_and_is_not_late() -> None:
    found = calendar(POLICE, CATALOGUE, [], {}, DUE + timedelta(days=28), 8)
    assert [one.state for one in found[:3]] == [ReturnState.RUNNING, ReturnState.NEVER, ReturnState.BEFORE]
    assert words_of(found[1]) == "No return yet – one was due 21 Oct 2025"
    assert not any(one.owed or one.days_late for one in found)


def test_before_its_first_return_an_agency_owed_nothing() -> None:
    one = status(version("2025-26Q2", "accepted"), period="2025-26Q1")
    assert one.state is ReturnState.BEFORE
    assert not one.owed
    assert not one.without


@pytest.mark.parametrize(
    ("events", "state", "word"),
    [
        ((), ReturnState.WAITING, "Waits to be accepted"),
        (("queried",), ReturnState.QUERIED, "Queried"),
        (("queried", "answered"), ReturnState.ANSWERED, "Answered, waits"),
        (("returned",), ReturnState.SENT_BACK, "Sent back"),
        (("withdrawn",), ReturnState.WITHDRAWN, "Withdrawn"),
        (("accepted", "withdrawn"), ReturnState.WITHDRAWN, "Withdrawn"),
        (("accepted",), ReturnState.ACCEPTED, "Accepted"),
        (("accepted", "withdrawn", "accepted"), ReturnState.ACCEPTED, "Accepted"),
    ],
)
def test_what_was_sent_is_where_its_newest_event_says(events: tuple[str, ...], state: ReturnState, word: str) -> None:
    one = status(EARLIER, version("2025-26Q2", *events))
    assert (one.state, said.word(one)) == (state, word)
    assert (one.given, one.asked) == (80, CATALOGUE.figures_asked("police", parse_period("2025-26Q2")))
    assert (one.held is not None) is (state is ReturnState.ACCEPTED)
    assert one.without is (state is not ReturnState.ACCEPTED)
    assert one.owed is (state in (ReturnState.SENT_BACK, ReturnState.WITHDRAWN))
    assert one.days_late == (28 if one.owed else 0)


@pytest.mark.parametrize(("days", "words"), [(0, "on time"), (-3, "on time"), (1, "1 day late"), (5, "5 days late")])
def test_what_came_is_on_time_or_late_by_the_day_of_its_first_version(days: int, words: str) -> None:
    first = version("2025-26Q2", "returned", on=DUE + timedelta(days=days))
    second = version("2025-26Q2", "accepted", number=2, on=DUE + timedelta(days=20))
    one = status(EARLIER, first, second)
    assert said.under(one) == [words, "80 of 85 figures", "provisional"]
    assert one.on_time is (days <= 0)


def test_what_an_agency_handed_in_when_it_began_is_neither_on_time_nor_late() -> None:
    one = status(
        version("2025-26Q1", "accepted", on=DUE, source=7), version("2025-26Q2", "accepted"), period="2025-26Q1"
    )
    assert (one.on_time, one.days_late, said.timeliness(one)) == (None, 0, "")


def test_a_return_that_says_nil_throughout_is_a_nil_return() -> None:
    assert status(EARLIER, version("2025-26Q2", "accepted"), nil=80).state is ReturnState.NIL
    assert status(EARLIER, version("2025-26Q2", "accepted"), nil=79).state is ReturnState.ACCEPTED


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((), "version 2 waits"),
        (("queried",), "version 2 is queried"),
        (("queried", "answered"), "version 2 is answered, and waits"),
        (("returned",), "version 2 was sent back"),
        (("withdrawn",), None),
    ],
)
def test_a_newer_version_is_told_beside_the_one_that_holds(events: tuple[str, ...], words: str | None) -> None:
    one = status(EARLIER, version("2025-26Q2", "accepted"), version("2025-26Q2", *events, number=2))
    assert one.state is ReturnState.ACCEPTED
    assert one.held is not None
    assert one.held.version == 1
    assert said.under(one)[3:] == ([words] if words else [])


def test_of_a_waiting_version_and_the_one_it_took_the_place_of_the_waiting_one_tells() -> None:
    one = status(EARLIER, version("2025-26Q2", "superseded"), version("2025-26Q2", number=2))
    assert one.state is ReturnState.WAITING
    assert one.newest is not None
    assert one.newest.version == 2


def test_every_state_has_a_word_and_a_shape() -> None:
    assert set(said._SHAPES) == set(ReturnState)
    assert set(said._WORDS) | {ReturnState.DUE} == set(ReturnState)


# ------------------------------------------------------------------------------------------------- what is owed


def lead_of(*found: ReturnStatus) -> list[str]:
    return said.lead(ReturnsPage(found, tuple(one for one in found if one.owed), (), ()))


def test_the_lead_names_who_is_missing_and_by_how_many_days() -> None:
    missing, there = status(EARLIER), status(EARLIER, version("2025-26Q2", "accepted"))
    assert lead_of(missing, there, there) == [
        "1 of 3 returns for July to September 2025 is missing: police, 28 days late."
    ]
    assert lead_of(there, there) == ["All 2 returns for July to September 2025 have come."]
    assert lead_of(there) == ["The return for July to September 2025 has come."]
    taken = status(EARLIER, version("2025-26Q2", "accepted", "withdrawn"))
    assert lead_of(taken) == ["The return for July to September 2025 is missing: police, withdrawn, 28 days late."]


def test_who_owes_what_is_late_first_and_then_about_a_year() -> None:
    found = calendar(POLICE, CATALOGUE, [EARLIER], {}, DUE + timedelta(days=28))
    owed = reminders_of(POLICE, CATALOGUE, found)
    assert [(one.period, one.days < 0) for one in owed] == [
        ("2025-26Q2", True),
        ("2025-26Q3", False),
        ("2025-26Q4", False),
        ("2026-27Q1", False),
        ("2026-27Q2", False),
    ]
    assert [one.period for one in reminders_of(POLICE, CATALOGUE, found, 1)] == ["2025-26Q2", "2025-26Q3"]
    assert next(csv.DictReader(io.StringIO(as_csv(owed))))["days"] == "-28"


def reminder(title: str) -> Reminder:
    due = date(2026, 1, 22)
    return Reminder(
        "police", title, "2025-26Q3", "October to December 2025", due, 5, "due", 85, "A team; one, two\\three"
    )


def test_the_calendar_file_keeps_to_its_format() -> None:
    title = "The agency with a very long and accented name, hôpital Sainte-Élisabeth; safeguarding children’s team"
    text = as_ics([reminder(title), reminder("Police")], datetime(2026, 1, 17, 9, tzinfo=UTC))
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    whole = text.replace("\r\n ", "").split("\r\n")
    assert whole[0] == "BEGIN:VCALENDAR"
    assert "UID:return-police-2025-26Q3@safeguarding-dashboard" in whole
    assert "DTSTART;VALUE=DATE:20260122" in whole
    assert "DTSTAMP:20260117T090000Z" in whole
    assert "TRIGGER:-P7D" in whole
    escaped = title.replace(",", "\\,").replace(";", "\\;")
    assert f"SUMMARY:{escaped}: return for October to December 2025 is due" in whole
    assert "DESCRIPTION:85 figures are asked for. Answered by: A team\\; one\\, two\\\\three." in whole
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == whole.count("BEGIN:VALARM") == 2


# ------------------------------------------------------------------------------------------------- from the database


@pytest.fixture
def engine(own_demonstration_url: str) -> Iterator[Engine]:
    made = open_engine(own_demonstration_url)
    yield made
    made.dispose()


def test_a_return_goes_through_its_states(engine: Engine) -> None:
    queries, period, today = Queries(engine, CATALOGUE), parse_period("2025-26Q2"), date(2025, 12, 1)
    sender, reader = Context(viewer="An analyst"), Context(viewer="A reader")

    def stands() -> ReturnStatus:
        return status_of(queries, Context(), "police", "2025-26Q2", today)

    before = stands()
    assert (before.state, before.given, before.versions) == (ReturnState.OVERDUE, 0, ())
    content = (ROOT / "sample_data" / "returns" / "police-2025-26Q1.csv").read_bytes()
    content = content.replace(b"2025-26Q1", b"2025-26Q2").replace(b"2025-07-10", b"2025-10-10")
    file = ReturnFile("police.csv", content, "police", period)

    def send(file: ReturnFile) -> int:
        checked = check_file(engine, sender, CATALOGUE, file, today)
        words = {finding.rule: "It is so." for finding in checked.to_explain}
        return submit_return(engine, sender, CATALOGUE, checked, words).version.version

    assert send(file) == 1
    assert stands().state is ReturnState.WAITING
    assert stands().given > 0
    (waiting,) = returns_page(queries, Context(), today).waiting
    assert (waiting.version.submitted_by, waiting.label) == ("An analyst", "July to September 2025")
    query_return(engine, reader, "police", period, 1, "Is it all of them?")
    assert stands().state is ReturnState.QUERIED
    answer_query(engine, sender, "police", period, 1, "It is.")
    assert stands().state is ReturnState.ANSWERED
    send_back_return(engine, reader, "police", period, 1, "Rows are swapped.")
    assert stands().state is ReturnState.SENT_BACK
    assert send(file._replace(content=content + b"\n")) == 2
    accept_return(engine, reader, CATALOGUE, "police", period, 2)
    accepted = stands()
    assert (accepted.state, accepted.held is not None) == (ReturnState.ACCEPTED, True)
    assert send(file) == 3
    assert (stands().state, stands().correction) == (ReturnState.ACCEPTED, ReturnState.WAITING)
    withdraw_return(engine, sender, CATALOGUE, "police", period, 3, "It was the first one again.")
    withdraw_return(engine, reader, CATALOGUE, "police", period, 2, "Of another force.")
    assert stands().state is ReturnState.WITHDRAWN
    assert stands().owed
    # What happened since is not known to whoever looks back.
    at = accepted.versions[1].events[-1].at
    then = status_of(queries, Context().at(at), "police", "2025-26Q2", today)
    assert (then.state, len(then.versions)) == (ReturnState.ACCEPTED, 2)


def test_the_table_and_the_page_say_the_same(demonstration_url: str) -> None:
    made = open_engine(demonstration_url)
    queries, today = Queries(made, CATALOGUE), date(2025, 11, 18)
    page = returns_page(queries, Context(), today)
    rows = list(csv.DictReader(io.StringIO(status_csv(statuses(queries, Context(), today)))))
    assert [(row["agency"], row["period"], row["state"]) for row in rows] == [
        (one.agency, one.period, one.state.value) for one in page.statuses
    ]
    (police,) = [row for row in rows if (row["agency"], row["period"]) == ("police", "2025-26Q2")]
    assert (police["state"], police["days_late"], police["given"]) == ("overdue", "28", "")
    assert said.lead(page)[0] == "1 of 6 returns for July to September 2025 is missing: police, 28 days late."
    grid = said.grid(page.statuses, PeriodKind.QUARTER, lambda path, **query: path, upload=False)
    assert "Overdue" in str(grid)
    made.dispose()


def test_a_period_of_another_kind_is_refused(demonstration_url: str) -> None:
    made = open_engine(demonstration_url)
    with pytest.raises(WrongUseError, match="is quarterly: name its period as 2025-26Q2"):
        status_of(Queries(made, CATALOGUE), Context(), "police", "AY2025-26T1")
    made.dispose()

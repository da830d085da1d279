"""From an analyst's file to an accepted figure: who may do what, what is kept, and that nothing is ever half done."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.load import store
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.load.submissions import (
    SubmissionVersion,
    findings_of,
    original_of,
    submissions,
    values_of,
    version_of,
)
from etl.plain_text import plain_text
from etl.submissions import (
    Checked,
    ReturnFile,
    Submitted,
    accept_return,
    answer_query,
    check_file,
    events_of,
    query_return,
    same_person,
    send_back_return,
    submit_return,
    withdraw_return,
)
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import FileRefusedError, MendableError, WrongUseError
from schema.findings import Severity
from schema.periods import parse_period
from schema.tables import AuditEventRow, Base, FigureRow, QuantityValueRow, SubmissionFileRow, SubmissionFindingRow
from tests.conftest import ROOT
from tests.etl.handed_in import READER, SENDER

CATALOGUE = default_catalogue()
AGENCY = "childrens-social-care"
PERIOD = parse_period("2025-26Q2")
SAMPLE = ROOT / "sample_data" / "returns" / f"{AGENCY}-{PERIOD.code}.csv"
TODAY = date(2025, 12, 1)
THIRD = Context(viewer="a third person")

FILE = ReturnFile.at(SAMPLE, AGENCY, PERIOD)


def but(*changes: tuple[str, str]) -> ReturnFile:
    """The sample with something else in it."""
    content = FILE.content.decode("utf-8")
    for old, new in changes:
        assert content.count(old) == 1, old
        content = content.replace(old, new)
    return FILE._replace(name="another.csv", content=content.encode("utf-8"))


CORRECTED = but(
    ("2025-26Q2,referrals,total,,994,", "2025-26Q2,referrals,total,,993,"),
    ("2025-26Q2,referrals,source:other,,89,", "2025-26Q2,referrals,source:other,,88,"),
)
"""One referral fewer."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, SENDER.partnership, "Ours", "stoke-on-trent", demonstration=False)
    yield made
    made.dispose()


def checked(engine: Engine, file: ReturnFile = FILE, context: Context = SENDER) -> Checked:
    return check_file(engine, context, CATALOGUE, file, TODAY)


def words(one: Checked) -> dict[str, str]:
    return {finding.rule: "It is so." for finding in one.to_explain}


def submit(engine: Engine, file: ReturnFile = FILE, context: Context = SENDER) -> Submitted:
    one = checked(engine, file, context)
    return submit_return(engine, context, CATALOGUE, one, words(one))


def accept(engine: Engine, version: int, context: Context = READER) -> None:
    accept_return(engine, context, CATALOGUE, AGENCY, PERIOD, version)


def query(engine: Engine, version: int) -> None:
    query_return(engine, READER, AGENCY, PERIOD, version, "Is it so?")


def answer(engine: Engine, version: int) -> None:
    answer_query(engine, SENDER, AGENCY, PERIOD, version, "It is.")


def send_back(engine: Engine, version: int) -> None:
    send_back_return(engine, READER, AGENCY, PERIOD, version, "It is not.")


def withdraw(engine: Engine, version: int) -> None:
    withdraw_return(engine, SENDER, CATALOGUE, AGENCY, PERIOD, version, "It was a mistake.")


def versions(engine: Engine, as_of: datetime | None = None) -> list[SubmissionVersion]:
    with reading(engine) as connection:
        return submissions(connection, SENDER.at(as_of), AGENCY, PERIOD.code)


def states(engine: Engine, as_of: datetime | None = None) -> list[str]:
    return [one.state for one in versions(engine, as_of)]


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with reading(engine) as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


def referrals(engine: Engine) -> list[float | None]:
    """The local figures of referrals in the quarter that are kept."""
    row = FigureRow.__table__.c
    with reading(engine) as connection:
        active = [source.id for source in store.active_sources(connection, SENDER)]
        query = sa.select(row.numerator).where(
            row.measure == "referrals", row.basis == "quarter", row.period == PERIOD.code, row.source_id.in_(active)
        )
        return list(connection.execute(query).scalars())


# --------------------------------------------------------------------------------------------------------- the way in


def test_what_is_submitted_is_kept_whole_and_shown_nowhere(engine: Engine) -> None:
    done = submit(engine)
    assert (done.changed, done.version.version, done.version.state) == (True, 1, "submitted")
    assert counts(engine)["figure"] == 0
    with reading(engine) as connection:
        assert store.active_sources(connection, SENDER) == []
        assert original_of(connection, done.version) == SAMPLE.read_bytes()
        assert len(values_of(connection, done.version)) == done.version.row_count == len(checked(engine).found.values)


def test_a_second_person_accepts_and_the_figures_are_there(engine: Engine) -> None:
    submit(engine)
    with pytest.raises(WrongUseError, match="a second person"):
        accept(engine, 1, SENDER)
    assert referrals(engine) == []
    accept(engine, 1)
    assert referrals(engine) == [994]
    accepted = versions(engine)[0]
    assert [(event.event, event.actor) for event in accepted.events] == [
        ("submitted", SENDER.viewer),
        ("accepted", READER.viewer),
    ]


def test_a_correction_takes_the_place_of_what_was_accepted_only_once_it_is_accepted(engine: Engine) -> None:
    submit(engine)
    accept(engine, 1)
    before = datetime.now(UTC)
    submit(engine, CORRECTED)
    assert (states(engine), referrals(engine)) == (["accepted", "submitted"], [994])
    accept(engine, 2)
    assert (states(engine), referrals(engine)) == (["superseded", "accepted"], [993])
    assert states(engine, before) == ["accepted"]


def test_a_newer_version_takes_the_place_of_one_that_waits(engine: Engine) -> None:
    submit(engine)
    submit(engine, CORRECTED)
    assert states(engine) == ["superseded", "submitted"]
    with pytest.raises(WrongUseError, match=r"was superseded .* cannot be accepted"):
        accept(engine, 1)


def test_the_same_file_again_changes_nothing(engine: Engine) -> None:
    submit(engine)
    before = counts(engine)
    again = submit(engine)
    assert (again.changed, again.version.version, counts(engine)) == (False, 1, before)
    accept(engine, 1)
    before = counts(engine)
    assert (submit(engine).changed, counts(engine)) == (False, before)


def test_the_older_file_again_undoes_what_came_between(engine: Engine) -> None:
    submit(engine)
    submit(engine, CORRECTED)
    again = submit(engine)
    assert (again.version.version, again.same_as) == (3, 1)


def test_a_withdrawn_return_leaves_nothing_on_the_pages_and_can_be_accepted_again(engine: Engine) -> None:
    submit(engine)
    accept(engine, 1)
    withdraw(engine, 1)
    assert (states(engine), referrals(engine), counts(engine)["figure"]) == (["withdrawn"], [], 0)
    accept(engine, 1)
    assert (states(engine), referrals(engine)) == (["accepted"], [994])


def test_withdrawing_a_correction_does_not_bring_the_older_version_back_by_itself(engine: Engine) -> None:
    submit(engine)
    accept(engine, 1)
    submit(engine, CORRECTED)
    accept(engine, 2)
    withdraw(engine, 2)
    assert (states(engine), referrals(engine)) == (["superseded", "withdrawn"], [])
    accept(engine, 1)
    assert (states(engine), referrals(engine)) == (["accepted", "withdrawn"], [994])


# What can be done in each state, beginning with a version that has just been submitted.
STEPS: dict[str, Callable[[Engine, int], None]] = {
    "accept": accept,
    "query": query,
    "answer": answer,
    "send back": send_back,
    "withdraw": withdraw,
}
INTO: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "queried": ("query",),
    "answered": ("query", "answer"),
    "returned": ("send back",),
    "accepted": ("accept",),
    "withdrawn": ("withdraw",),
    "withdrawn after it was accepted": ("accept", "withdraw"),
}
ALLOWED = {
    "submitted": {"accept", "query", "send back", "withdraw"},
    "queried": {"accept", "query", "answer", "send back", "withdraw"},
    "answered": {"accept", "query", "send back", "withdraw"},
    "returned": set[str](),
    "accepted": {"withdraw"},
    "withdrawn": set[str](),
    "withdrawn after it was accepted": {"accept"},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", INTO)
def test_what_can_be_done_in_each_state(tmp_path: Path, state: str, step: str) -> None:
    # The states are the same on either engine; the other tests here run on both.
    engine = open_engine(f"sqlite:///{(tmp_path / 'states.db').as_posix()}")
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, SENDER.partnership, "Ours", "stoke-on-trent", demonstration=False)
    submit(engine)
    for earlier in INTO[state]:
        STEPS[earlier](engine, 1)
    before = counts(engine)
    if step in ALLOWED[state]:
        STEPS[step](engine, 1)
        assert counts(engine)["source_event"] == before["source_event"] + 1
    else:
        with pytest.raises(WrongUseError, match="Version 1 of the return of childrens-social-care for 2025-26Q2 was"):
            STEPS[step](engine, 1)
        assert counts(engine) == before
    engine.dispose()


# ---------------------------------------------------------------------------------------------------------- refusals


def test_a_file_with_a_fault_is_not_kept(engine: Engine) -> None:
    before = counts(engine)
    faulty = checked(engine, but((",referrals,total,,994,", ",referrals,total,,lots,")))
    with pytest.raises(FileRefusedError, match="1 fault to mend; nothing was submitted") as refused:
        submit_return(engine, SENDER, CATALOGUE, faulty, {})
    assert [(found.rule, found.cell) for found in refused.value.findings if found.severity is Severity.ERROR] == [
        ("value-not-a-number", "E2")
    ]
    assert counts(engine) == before


WARNED = but((",referrals,total,,994,", ",referrals,total,,-,"))
"""A dash, which is read as “not available” with a warning."""


def test_a_warning_passes_once_it_is_explained_and_both_stay_on_record(engine: Engine) -> None:
    one = checked(engine, WARNED)
    assert {finding.rule for finding in one.to_explain} >= {"symbol-understood"}
    before = counts(engine)
    with pytest.raises(FileRefusedError, match="an explanation; nothing was submitted") as refused:
        submit_return(engine, SENDER, CATALOGUE, one, {})
    assert (refused.value.findings, counts(engine)) == (one.to_explain, before)
    by_rule = words(one)
    dash = next(finding for finding in one.to_explain if finding.rule == "symbol-understood")
    done = submit_return(engine, SENDER, CATALOGUE, one, {**by_rule, dash.key: "The system was down."})
    with reading(engine) as connection:
        kept = findings_of(connection, done.version)
    assert tuple(found for found, _ in kept) == one.found.findings
    assert dict(kept)[dash] == "The system was down."


@pytest.mark.parametrize(
    ("explanations", "said"),
    [
        ({"no-such-rule": "x"}, "“no-such-rule” is no warning of another.csv. There is: .*symbol-understood"),
        ({"symbol-understood": "x" * 1001}, "at most 1,000 characters, not 1,001"),
        ({"symbol-understood": "for 943 476 5919 only"}, "part of a child’s record"),
        ({"symbol-understood": "a\x07b"}, "plain text"),
        ({"symbol-understood": "It is Amelia\nOkafor."}, "Write it without names"),
    ],
)
def test_an_explanation_that_cannot_be_is_refused(engine: Engine, explanations: dict[str, str], said: str) -> None:
    one = checked(engine, WARNED)
    before = counts(engine)
    with pytest.raises(WrongUseError, match=said):
        submit_return(engine, SENDER, CATALOGUE, one, {**words(one), **explanations})
    assert counts(engine) == before


@pytest.mark.parametrize("comment", ["", "   ", "x" * 1001, "child 943 476 5919", "a\x00b", "Ask Amelia Okafor"])
def test_a_comment_that_cannot_be_is_refused(engine: Engine, comment: str) -> None:
    submit(engine)
    before = counts(engine)
    with pytest.raises(WrongUseError, match="comment"):
        query_return(engine, READER, AGENCY, PERIOD, 1, comment)
    assert counts(engine) == before


def test_a_version_that_is_not_there_is_named(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(WrongUseError, match=r"No return of .* has been submitted"):
        version_of(connection, SENDER, AGENCY, PERIOD.code)
    submit(engine)
    with pytest.raises(WrongUseError, match=r"has no version 7\. There are: 1\."):
        accept(engine, 7)


# ------------------------------------------------------------------------------------------------------- two at once


def both(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """What two people get who do something at the same moment: what it gives, or what they are told."""
    together = threading.Barrier(2)

    def do(one: Callable[[], object]) -> object:
        together.wait()
        try:
            return one()
        except MendableError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(do, (first, second)))


def test_of_two_who_submit_at_once_one_is_in_and_the_other_is_told_why(engine: Engine) -> None:
    mine, theirs = checked(engine), checked(engine, CORRECTED, THIRD)
    results = both(
        lambda: submit_return(engine, SENDER, CATALOGUE, mine, words(mine)),
        lambda: submit_return(engine, THIRD, CATALOGUE, theirs, words(theirs)),
    )
    told = [result for result in results if isinstance(result, WrongUseError)]
    done = [result for result in results if isinstance(result, Submitted)]
    assert (len(told), len(done)) == (1, 1)
    assert str(told[0]).startswith(
        f"Version 1 of the return of {AGENCY} for {PERIOD.code} was submitted by {done[0].version.submitted_by} at "
    )
    assert states(engine) == ["submitted"]


def test_of_two_who_accept_at_once_one_does_and_the_other_is_told(engine: Engine) -> None:
    submit(engine)
    results = both(lambda: accept(engine, 1), lambda: accept(engine, 1, THIRD))
    told = [result for result in results if isinstance(result, WrongUseError)]
    assert len(told) == 1
    assert "was accepted already by" in str(told[0])
    assert (states(engine), referrals(engine)) == (["accepted"], [994])


def test_a_return_that_was_withdrawn_meanwhile_is_not_accepted(engine: Engine) -> None:
    submit(engine)
    results = both(lambda: withdraw(engine, 1), lambda: accept(engine, 1))
    # Whoever came first, the state is that of a whole story.
    assert states(engine)[0] in ("withdrawn", "accepted")
    assert (referrals(engine) == [994]) == (states(engine) == ["accepted"])
    assert sum(isinstance(result, WrongUseError) for result in results) <= 1


# ---------------------------------------------------------------------------------------------- who looked long ago


def test_an_old_page_undoes_no_withdrawal_and_no_correction(engine: Engine) -> None:
    submit(engine)
    seen = events_of(versions(engine))
    accept_return(engine, READER, CATALOGUE, AGENCY, PERIOD, 1, seen=seen)
    withdraw_return(engine, SENDER, CATALOGUE, AGENCY, PERIOD, 1, "It was a mistake.", seen=events_of(versions(engine)))
    with pytest.raises(WrongUseError, match=r"^Version 1 .* was withdrawn by .*, since you looked\. Look again\.$"):
        accept_return(engine, THIRD, CATALOGUE, AGENCY, PERIOD, 1, seen=seen)
    assert (states(engine), referrals(engine)) == (["withdrawn"], [])
    submit(engine, CORRECTED)
    accept(engine, 2)
    with pytest.raises(WrongUseError, match=r"^Version 2 .* was accepted by .* since you looked"):
        accept_return(engine, THIRD, CATALOGUE, AGENCY, PERIOD, 1, seen=seen)
    assert (states(engine), referrals(engine)) == (["withdrawn", "accepted"], [993])
    # Whoever looked again may.
    accept_return(engine, THIRD, CATALOGUE, AGENCY, PERIOD, 1, seen=events_of(versions(engine)))
    assert states(engine) == ["accepted", "superseded"]


@pytest.mark.parametrize("step", ["accept", "query", "answer", "send back", "withdraw"])
def test_nothing_is_done_with_a_return_that_changed_since_it_was_seen(engine: Engine, step: str) -> None:
    submit(engine)
    seen = events_of(versions(engine))
    query(engine, 1)
    before = counts(engine)
    steps: dict[str, Callable[[], object]] = {
        "accept": lambda: accept_return(engine, READER, CATALOGUE, AGENCY, PERIOD, 1, seen=seen),
        "query": lambda: query_return(engine, READER, AGENCY, PERIOD, 1, "Is it?", seen),
        "answer": lambda: answer_query(engine, SENDER, AGENCY, PERIOD, 1, "It is.", seen),
        "send back": lambda: send_back_return(engine, READER, AGENCY, PERIOD, 1, "It is not.", seen),
        "withdraw": lambda: withdraw_return(engine, SENDER, CATALOGUE, AGENCY, PERIOD, 1, "It is not.", seen=seen),
    }
    with pytest.raises(WrongUseError, match=r"was queried by .* since you looked"):
        steps[step]()
    assert counts(engine) == before


def test_nobody_sends_their_own_return_back(engine: Engine) -> None:
    submit(engine)
    own = Context(viewer=f" {SENDER.viewer.upper()}  ")
    with pytest.raises(WrongUseError, match="a second person sends it back"):
        send_back_return(engine, own, AGENCY, PERIOD, 1, "It is not.")
    assert states(engine) == ["submitted"]


@pytest.mark.parametrize("other", ["ann  straße", "ANN STRASSE", " Ann\u00a0Straße", "\uff21nn Straße"])
def test_a_name_that_is_written_otherwise_is_no_second_person(other: str) -> None:
    assert same_person("Ann Straße", other)
    assert not same_person("Bob Straße", other)


def test_a_name_may_stand_where_a_name_is_asked_for() -> None:
    assert plain_text("James Okafor", "name of who agreed", a_name=True) == "James Okafor"


# ------------------------------------------------------------------------------------------------- killed on the way


def killed_at(url: str, statement: int, what: Callable[[Engine], object]) -> bool:
    """Do something in a process of its own that is killed when it is about to send its n-th statement or to commit.

    Returns whether it was killed; False where it came to its end first.
    """
    child = os.fork()
    if child == 0:  # pragma: no cover - it ends by a signal, or at once
        status = 1
        try:
            engine = open_engine(url)
            sent = 0

            def count(*_: object, **__: object) -> None:
                nonlocal sent
                sent += 1
                if sent == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            sa.event.listen(engine, "before_cursor_execute", count)
            sa.event.listen(engine, "commit", count)
            what(engine)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def state(engine: Engine) -> dict[str, object]:
    """All that matters of a database: what is kept of what, and what every version is."""
    tables = (QuantityValueRow, SubmissionFileRow, SubmissionFindingRow, FigureRow, AuditEventRow)
    kept = counts(engine)
    return {"versions": states(engine), **{table.__tablename__: kept[table.__tablename__] for table in tables}}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("stage", ["submit", "accept", "withdraw"])
def test_killed_at_any_moment_it_is_the_old_state_or_the_new_one(database_url: str, engine: Engine, stage: str) -> None:
    submit(engine)
    accept(engine, 1)
    correction = checked(engine, CORRECTED)
    if stage != "submit":
        submit_return(engine, SENDER, CATALOGUE, correction, words(correction))
    steps: dict[str, Callable[[Engine], object]] = {
        "submit": lambda own: submit_return(own, SENDER, CATALOGUE, correction, words(correction)),
        "accept": lambda own: accept(own, 2),
        "withdraw": lambda own: withdraw(own, 1),
    }
    old = state(engine)
    engine.dispose()  # a connection must not be shared with a forked process
    statement = 1
    while killed_at(database_url, statement, steps[stage]):
        assert state(engine) == old, f"killed at statement {statement}"
        engine.dispose()
        statement += 1
    assert statement > 8
    new = state(engine)
    assert (
        new["versions"]
        == {
            "submit": ["accepted", "submitted"],
            "accept": ["superseded", "accepted"],
            "withdraw": ["withdrawn", "submitted"],
        }[stage]
    )
    assert new["audit_event"] != old["audit_event"]


def test_what_was_checked_long_ago_is_held_against_what_came_since(engine: Engine) -> None:
    stale = replace(checked(engine), newest=0)
    submit(engine, CORRECTED, THIRD)
    with pytest.raises(WrongUseError, match="since this file was checked"):
        submit_return(engine, SENDER, CATALOGUE, stale, words(stale))

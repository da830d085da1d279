"""Two agencies, one number: when that is a dispute, what it blocks, and how it ends."""

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from dashboard.commands import settle_dispute
from etl.computing import figures_as_of
from etl.load import store
from etl.load.disputes import read_disputes, read_settlements
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.previewing import preview_return
from etl.submissions import ReturnFile, check_file, withdraw_return
from etl.transform.disputes import (
    Dispute,
    Place,
    Settlement,
    blocked,
    find_disputes,
    rests_on,
    same_number,
    with_disputes,
)
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import parse_period
from schema.states import State
from schema.tables import AuditEventRow, FigureRow
from tests.conftest import ROOT
from tests.etl.handed_in import SENDER, hand_in

CATALOGUE = default_catalogue()
CARE, POLICE = "childrens-social-care", "police"
STRATEGY = Place("strategy-discussions", "stoke-on-trent", "2025-26Q1", "quarter", "total")
NOTICES = STRATEGY._replace(quantity="contacts", category="contact-source:police-protection-notice")
FTE = STRATEGY._replace(quantity="cases-held")
QUARTER = parse_period("2025-26Q1")
TODAY = date(2025, 12, 1)
AGREED = {"reason": "Calls without a decision are no discussions.", "who": "Performance subgroup"}


# ------------------------------------------------------------------------------------------------- what is a dispute


def says(agency: str, number: float | State, place: Place = STRATEGY, **other: Any) -> dict[str, Any]:
    """A row of an agency's return; a number, or a state without one."""
    stated = isinstance(number, State)
    return {
        "source_id": {CARE: 1, POLICE: 2}[agency],
        "publisher": agency,
        **place._asdict(),
        "value": (0.0 if number is State.NIL else math.nan) if stated else float(number),
        "symbol": {"nil": "nil", "unavailable": "x"}.get(str(number), ""),
        "state": str(number) if stated else ("zero" if number == 0 else "value"),
        "row": 7,
        "note": "",
        "recency": 1.0,
        **other,
    }


def found(*rows: dict[str, Any], settled: tuple[Settlement, ...] = ()) -> tuple[Dispute, ...]:
    return find_disputes(pd.DataFrame(rows), CATALOGUE, settled)


def settlement(number: int = 1, agreed: str = POLICE, **said: float) -> Settlement:
    told = {CARE: 328.0, POLICE: 342.0} | {name.replace("_", "-"): value for name, value in said.items()}
    return Settlement(number, STRATEGY, agreed, told, "Because", "All", datetime(2025, 11, 1, tzinfo=UTC), "one")


def test_different_numbers_are_a_dispute_with_the_home_first() -> None:
    (dispute,) = found(says(POLICE, 342), says(CARE, 328))
    assert (dispute.place, dispute.home, dispute.open) == (STRATEGY, CARE, True)
    assert dispute.said == {CARE: 328, POLICE: 342}
    assert list(dispute.said) == [CARE, POLICE]
    assert dispute.difference == 14


@pytest.mark.parametrize(
    ("care", "police"),
    [
        (328, 328),
        (State.NIL, 0),
        (0, State.NIL),
        (State.UNAVAILABLE, 342),
        (328, State.UNAVAILABLE),
        (State.SUPPRESSED, State.UNAVAILABLE),
    ],
)
def test_the_same_number_nil_for_nought_and_a_symbol_are_no_dispute(care: float | State, police: float | State) -> None:
    assert found(says(CARE, care), says(POLICE, police)) == ()


def test_nil_against_a_number_is_a_dispute() -> None:
    (dispute,) = found(says(CARE, State.NIL), says(POLICE, 3))
    assert dispute.numbers == {CARE: 0, POLICE: 3}


def test_one_agency_alone_disputes_nothing() -> None:
    assert found(says(CARE, 328)) == () == found(says(POLICE, 342))


@pytest.mark.parametrize(
    ("one", "other", "whole", "same"),
    [
        (328, 329, True, False),
        (328, 328, True, True),
        (12.3, 12.34, False, True),
        (12.3, 12.36, False, False),
        (12, 12.4, False, True),
        (12.31, 12.32, False, False),
        (0, 0.4, False, True),
    ],
)
def test_fractions_are_rounded_to_the_fewer_decimals(one: float, other: float, whole: bool, same: bool) -> None:
    assert same_number(one, other, whole_number=whole) is same
    assert same_number(other, one, whole_number=whole) is same


def test_the_latest_extract_of_each_agency_holds() -> None:
    old = says(CARE, 300, source_id=3, recency=0.0)
    assert found(says(CARE, 342), old, says(POLICE, 342)) == ()
    (dispute,) = found(old, says(CARE, 341), says(POLICE, 342))
    assert dispute.said[CARE] == 341


def test_an_agencys_total_is_set_beside_the_homes_category() -> None:
    total = NOTICES._replace(category="total")
    rows = [says(CARE, 2100, total), says(CARE, 837, NOTICES), says(POLICE, 837, total)]
    assert found(*rows) == ()
    (dispute,) = found(*rows[:2], says(POLICE, 840, total))
    assert dispute.place == NOTICES
    assert [claim.category for claim in dispute.claims] == [NOTICES.category, "total"]


def test_what_no_two_agencies_count_is_left_alone() -> None:
    place = STRATEGY._replace(quantity="referrals")
    assert found(says(CARE, 1, place), says(POLICE, 2, place)) == ()


def test_a_settlement_holds_while_both_say_what_they_said() -> None:
    rows = says(CARE, 328), says(POLICE, 342)
    (dispute,) = found(*rows, settled=(settlement(),))
    assert (dispute.open, dispute.stands and dispute.stands.agency) == (False, POLICE)
    for changed in ((says(CARE, 330), rows[1]), (rows[0], says(POLICE, 341))):
        (dispute,) = found(*changed, settled=(settlement(),))
        assert dispute.open
        assert dispute.lapsed == settlement()
    assert found(says(CARE, 342), rows[1], settled=(settlement(),)) == ()


def test_a_later_settlement_takes_the_place_of_an_earlier_one() -> None:
    (dispute,) = found(says(CARE, 328), says(POLICE, 342), settled=(settlement(1), settlement(2, CARE)))
    assert dispute.settlement == settlement(2, CARE)


def test_the_homes_value_is_disputed_then_what_was_agreed_on() -> None:
    values = pd.DataFrame([says(CARE, 328), says(POLICE, 342), says(CARE, 5, STRATEGY._replace(period="2024-25Q4"))])
    told = {}
    for name, settled in {"open": (), "police": (settlement(),), "care": (settlement(1, CARE),)}.items():
        made = with_disputes(values, find_disputes(values, CATALOGUE, settled))
        told[name] = [None if math.isnan(n) else n for n in made["value"]], list(made["state"])
    assert told["open"] == ([None, 342, 5], ["disputed", "value", "value"])
    assert told["police"] == ([342, 342, 5], ["value"] * 3)
    assert told["care"] == ([328, 342, 5], ["value"] * 3)


def test_a_dispute_blocks_what_is_made_of_its_number() -> None:
    assert [m.id for m in blocked(CATALOGUE.measures_of("children"), STRATEGY)] == ["strategy-discussions"]
    assert not rests_on(CATALOGUE.measure("referrals"), STRATEGY)
    # A category blocks the measures that are split by it or count it, and not the total's own.
    split = {m.id for m in blocked(CATALOGUE.measures_of("children"), NOTICES)}
    assert all(
        "contact-source" in (m.share_by, *m.breakdowns) or any(t.category == NOTICES.category for t in m.numerator)
        for m in map(CATALOGUE.measure, split)
    )
    assert split


# ------------------------------------------------------------------------------------------------- in the database


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, SENDER.partnership, "Ours", "stoke-on-trent", demonstration=False)
    yield made
    made.dispose()


Hand = Callable[..., None]


def sample(folder: Path, agency: str, changes: Mapping[str, str] | None = None) -> Path:
    """An agency's sample for April to June 2025, with little more in it than what two agencies count."""
    header, *rows = (ROOT / "sample_data" / "returns" / f"{agency}-{QUARTER.code}.csv").read_text("utf-8").splitlines()
    text = "\n".join([header, *(row for row in rows if ",strategy-discussions,total," in row)])
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / f"{agency}-{QUARTER.code}.csv"
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.fixture
def hand(engine: Engine, tmp_path: Path) -> Hand:
    """Hands an agency's sample in, with changes if asked for, and accepts it."""

    def made(agency: str, changes: Mapping[str, str] | None = None) -> None:
        hand_in(engine, CATALOGUE, sample(tmp_path, agency, changes), agency, QUARTER, TODAY)

    return made


SAME = {"strategy-discussions,total,,342,": "strategy-discussions,total,,328,"}
"""The police give social care's number."""


def disputes(engine: Engine, as_of: datetime | None = None) -> tuple[Dispute, ...]:
    with reading(engine) as connection:
        return read_disputes(connection, SENDER.at(as_of), CATALOGUE)


def figure(engine: Engine, basis: str = "quarter") -> tuple[float | None, str]:
    row = FigureRow.__table__.c
    with reading(engine) as connection:
        active = [source.id for source in store.active_sources(connection, SENDER)]
        query = sa.select(row.value, row.state).where(
            row.measure == "strategy-discussions",
            row.period == QUARTER.code,
            row.basis == basis,
            row.category == "total",
            row.source_id.in_(active),
        )
        value, state = connection.execute(query).one()
    return value, state


def settle(engine: Engine, agreed: str = POLICE, context: Context = SENDER, **other: Any) -> Settlement:
    given = {"place": STRATEGY, "agreed": agreed, **AGREED, **other}
    return settle_dispute(engine, context, CATALOGUE, **given)


def test_a_dispute_opens_when_the_second_return_is_accepted(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    assert (disputes(engine), figure(engine)) == ((), (328, "value"))
    before = datetime.now(UTC)
    hand(POLICE)
    assert [dispute.place for dispute in disputes(engine)] == [STRATEGY]
    assert figure(engine) == (None, "disputed")
    assert disputes(engine, before) == ()


def test_whichever_comes_first_and_a_withdrawal_ends_it(engine: Engine, hand: Hand) -> None:
    hand(POLICE)
    hand(CARE)
    assert figure(engine) == (None, "disputed")
    withdraw_return(engine, SENDER, CATALOGUE, POLICE, QUARTER, 1, "It was counted wrongly.")
    assert (disputes(engine), figure(engine)) == ((), (328, "value"))


def test_a_dispute_closes_when_the_agreed_source_is_named(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    hand(POLICE)
    before = datetime.now(UTC)
    made = settle(engine)
    assert (made.said, made.agreed, made.actor) == ({CARE: 328, POLICE: 342}, POLICE, SENDER.viewer)
    assert figure(engine) == (342, "value")
    (dispute,) = disputes(engine)
    assert dispute.settlement == made
    (then,) = disputes(engine, before)
    assert then.open
    with reading(engine) as connection:
        earlier = figures_as_of(connection, CATALOGUE, SENDER.at(before)).figures
        audit = sa.select(AuditEventRow).where(AuditEventRow.action == "dispute settled")
        (event,) = connection.execute(audit).all()
    told = earlier[(earlier["measure"] == "strategy-discussions") & (earlier["basis"] == "quarter")]
    assert set(told.loc[told["period"] == QUARTER.code, "state"]) == {"disputed"}
    assert (event.actor, event.subject, event.details["agreed"]) == (SENDER.viewer, STRATEGY.key, POLICE)
    assert event.details["said"] == {CARE: 328, POLICE: 342}


@pytest.mark.parametrize(
    ("agency", "change"),
    [
        (CARE, {"strategy-discussions,total,,328,": "strategy-discussions,total,,331,"}),
        (POLICE, {"strategy-discussions,total,,342,": "strategy-discussions,total,,341,"}),
    ],
)
def test_it_opens_again_when_either_number_changes(
    engine: Engine, hand: Hand, agency: str, change: dict[str, str]
) -> None:
    hand(CARE)
    hand(POLICE)
    made = settle(engine)
    hand(agency, change)
    (dispute,) = disputes(engine)
    assert (dispute.open, dispute.lapsed) == (True, made)
    assert figure(engine) == (None, "disputed")
    settle(engine, CARE)
    assert figure(engine) == (331 if agency == CARE else 328, "value")


def test_it_is_over_when_an_agency_corrects_its_number(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    hand(POLICE)
    settle(engine)
    hand(POLICE, SAME)
    assert (disputes(engine), figure(engine)) == ((), (328, "value"))
    with reading(engine) as connection:
        assert len(read_settlements(connection, SENDER)) == 1


def test_another_source_can_be_agreed_on_later(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    hand(POLICE)
    first = settle(engine)
    with pytest.raises(WrongUseError, match="stands already"):
        settle(engine, instead_of=first.id)
    second = settle(engine, CARE, instead_of=first.id)
    assert figure(engine) == (328, "value")
    assert disputes(engine)[0].settlement == second


def test_of_two_who_settle_at_once_the_second_is_told(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    hand(POLICE)

    def tried(agreed: str) -> Settlement | str:
        try:
            return settle(engine, agreed, Context(viewer=f"for {agreed}"))
        except WrongUseError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(tried, (CARE, POLICE)))
    (won,) = [one for one in made if isinstance(one, Settlement)]
    (told,) = [one for one in made if isinstance(one, str)]
    assert told.startswith(f"for {won.agreed} settled it at ")
    assert "Nothing was changed" in told
    assert figure(engine) == (328 if won.agreed == CARE else 342, "value")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"agreed": "health"}, "“health” gives no number for it. Choose the source: childrens-social-care or police"),
    ({"reason": "  "}, "Write the reason why that number stands"),
    ({"who": ""}, "Write the name of who agreed on it"),
    ({"reason": "x" * 1001}, "at most 1,000 characters"),
    ({"place": STRATEGY._replace(period="2024-25Q1")}, "No two agencies give different numbers for"),
    ({"place": STRATEGY._replace(quantity="no-such")}, "No two agencies give different numbers for"),
    ({"seen": {CARE: 327.0, POLICE: 342.0}}, "has changed its number since you looked"),
    ({"instead_of": 9}, "Settlement 9 holds no longer"),
)


def test_what_cannot_be_settled_changes_nothing(engine: Engine, hand: Hand) -> None:
    hand(CARE)
    hand(POLICE)
    for given, said in WRONG:
        with pytest.raises(WrongUseError, match=said):
            settle(engine, **given)
    with reading(engine) as connection:
        assert read_settlements(connection, SENDER) == ()
    assert figure(engine) == (None, "disputed")


def test_the_preview_of_a_return_knows_of_the_dispute_that_it_would_open(
    engine: Engine, hand: Hand, tmp_path: Path
) -> None:
    hand(CARE)
    file = ReturnFile.at(sample(tmp_path, POLICE), POLICE, QUARTER)
    shown = preview_return(engine, SENDER, CATALOGUE, check_file(engine, SENDER, CATALOGUE, file, TODAY)).measures
    told = shown[(shown["measure"] == "strategy-discussions") & (shown["basis"] == "quarter")]
    assert list(told["state_after"]) == ["disputed"]

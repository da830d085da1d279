"""What the checks know of the past: the latest word that was accepted, as it stood at an instant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from etl.load import store
from etl.load.engine import open_engine, reading, writing
from etl.load.history import history_of
from etl.load.migrate import upgrade
from etl.validate.history import History
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, WrongUseError
from schema.periods import quarter

CATALOGUE = default_catalogue()
CONTEXT = Context()
AGENCY = "childrens-social-care"
Q2 = quarter(2025, 2)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url, wait_seconds=0.2)
    upgrade(made)
    yield made
    made.dispose()


def keep(
    engine: Engine, kind: str, publisher: str, edition: str, day: date, *said: tuple[str, str, str, str, float | None]
) -> int:
    """A source that is accepted at once; what it says is period, basis, quantity, category and value."""
    rows = pd.DataFrame(said, columns=["period", "basis", "quantity", "category", "value"]).astype({"value": "float64"})
    symbol = rows["value"].isna().map({True: "x", False: ""})
    frame = rows.assign(
        area=["stoke-on-trent"] * len(rows), symbol=symbol, state="value", row=range(2, len(rows) + 2), note=""
    )
    with writing(engine) as connection:
        store.ensure_partnership(connection, CONTEXT.partnership, "Ours", "stoke-on-trent", demonstration=False)
        new = store.NewSource(
            kind, publisher, edition, "Title", day, "final", "file.csv", f"{edition}{day}{publisher}", len(rows)
        )
        source_id, _ = store.add_source(connection, CONTEXT, new)
        store.add_values(connection, source_id, frame)
        elsewhere = frame.assign(area="derby", value=1.0, row=frame["row"] + 100)
        store.add_values(connection, source_id, elsewhere)
    return source_id


def submission(engine: Engine, period: str, day: date, *said: tuple[str, str, str, str, float | None]) -> int:
    return keep(engine, store.SUBMISSION, AGENCY, period, day, *said)


def known(engine: Engine, context: Context = CONTEXT) -> History:
    with reading(engine) as connection:
        return history_of(connection, context, CATALOGUE, AGENCY, Q2)


REFERRALS = ("quarter", "referrals", "total")


def test_the_later_extract_knows_more_in_whichever_order_they_came(engine: Engine) -> None:
    submission(engine, "2025-26Q1", date(2025, 7, 14), ("2025-26Q1", *REFERRALS, 100), ("2024-25Q4", *REFERRALS, 91))
    submission(engine, "2024-25Q4", date(2025, 4, 14), ("2024-25Q4", *REFERRALS, 90), ("2024-25Q3", *REFERRALS, None))
    found = known(engine)
    assert found.accepted == ("2024-25Q4", "2025-26Q1")
    assert found.said["2024-25Q4", "quarter", "referrals", "total"] == (91.0, "")
    value, symbol = found.said["2024-25Q3", "quarter", "referrals", "total"]
    assert (value != value, symbol) == (True, "x")
    assert len(found.values) == 3
    assert found.this_period.empty


def test_a_correction_knows_what_was_accepted_for_its_own_period(engine: Engine) -> None:
    submission(engine, "2025-26Q2", date(2025, 10, 14), ("2025-26Q2", *REFERRALS, 100))
    before = datetime.now(UTC)
    submission(engine, "2025-26Q2", date(2025, 10, 20), ("2025-26Q2", *REFERRALS, 110), ("2025-26Q1", *REFERRALS, 80))
    assert known(engine).this_period["value"].tolist() == [80.0, 110.0]
    assert known(engine, CONTEXT.at(before)).this_period["value"].tolist() == [100.0]


def test_what_is_withdrawn_or_another_agency_s_is_not_known(engine: Engine) -> None:
    source_id = submission(engine, "2025-26Q1", date(2025, 7, 14), ("2025-26Q1", *REFERRALS, 100))
    keep(engine, store.SUBMISSION, "police", "2025-26Q1", date(2025, 7, 14), ("2025-26Q1", *REFERRALS, 7))
    with writing(engine) as connection:
        store.add_event(connection, CONTEXT, source_id, "withdrawn", datetime.now(UTC), "wrong file")
    assert known(engine).values.empty
    assert known(engine).accepted == ()


def test_published_counts_are_the_newest_of_the_first_publisher(engine: Engine) -> None:
    year = ("year", "referrals", "total")
    old, new = date(2024, 10, 31), date(2025, 10, 30)
    keep(engine, store.RELEASE, "cin-referrals", old.isoformat(), old, ("2023-24", *year, 3000), ("2022-23", *year, 5))
    keep(engine, store.RELEASE, "cin-referrals", new.isoformat(), new, ("2023-24", *year, 3010))
    keep(
        engine, store.RELEASE, "lait", "2026-04-08", date(2026, 4, 8), ("2023-24", *year, 1), ("2021-22", *year, 4),
        ("2023-24", "year", "referrals", "source:police", 9), ("2023-24", "year", "violent-crimes", "total", 9),
    )  # fmt: skip
    found = known(engine).published
    assert found[["period", "value"]].to_numpy().tolist() == [["2021-22", 4.0], ["2022-23", 5.0], ["2023-24", 3010.0]]
    assert set(found["quantity"]) == {"referrals"}
    assert found["publication"].iloc[2] == CATALOGUE.publications["cin-referrals"].title
    assert found["released_on"].iloc[2] == "2025-10-30"


def test_an_empty_database_knows_nothing_and_has_the_same_columns(engine: Engine) -> None:
    with pytest.raises(DatabaseNotReadyError):
        known(engine)
    submission(engine, "2025-26Q2", date(2025, 10, 14))
    found = known(engine)
    assert list(found.values.columns) == list(History.none().values.columns)
    assert list(found.published.columns) == list(History.none().published.columns)
    with reading(engine) as connection, pytest.raises(WrongUseError):
        history_of(connection, CONTEXT, CATALOGUE, "nobody", Q2)

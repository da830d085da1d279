"""Into the database and out again: rows come back as they went in, and one writer at a time writes all or nothing."""

import math
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.load import store
from etl.load.bulk import bulk_insert
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from schema.context import Context
from schema.errors import DatabaseNotReadyError
from schema.tables import AuditEventRow, NeighbourRow, QuantityValueRow

CONTEXT = Context()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url, wait_seconds=0.2)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, CONTEXT.partnership, "Ours", "stoke-on-trent", demonstration=False)
    yield made
    made.dispose()


def a_source(edition: str = "2025-10-30", sha256: str = "0" * 64) -> store.NewSource:
    return store.NewSource(
        kind=store.RELEASE,
        publisher="cin-referrals",
        edition=edition,
        series_title="Children in need",
        released_on=date(2025, 10, 30),
        status="final",
        file_name="c1.csv",
        sha256=sha256,
        row_count=1,
    )


def values(*rows: dict[str, object]) -> pd.DataFrame:
    whole = {
        "area": "stoke-on-trent",
        "period": "2024-25",
        "basis": "year",
        "quantity": "referrals",
        "category": "total",
        "value": 3874.0,
        "symbol": "",
        "state": "value",
        "row": 2,
        "note": "",
    }
    return pd.DataFrame([{**whole, **row} for row in rows])


# Whatever a file may hold: COPY has its own tabs, line ends, backslashes and \\N.
TEXTS = ["", "c", "ä – “β” 👪", "a\tb\nc\rd", "\\N", "back\\slash", 'it\'s "quoted", 50 %', "NULL", "%s ? :x"]
NUMBERS = [0.0, 3874.0, 0.1, 1 / 3, 1e-300, 1.7976931348623157e308, 20.96024780588539, math.nan]


def test_texts_and_numbers_come_back_exactly(engine: Engine) -> None:
    texts: list[dict[str, object]] = [
        {"quantity": f"text-{n}", "note": text, "symbol": text} for n, text in enumerate(TEXTS)
    ]
    numbers: list[dict[str, object]] = [
        {"quantity": f"number-{n}", "value": number} for n, number in enumerate(NUMBERS)
    ]
    frame = values(*texts, *numbers)
    with writing(engine) as connection:
        source_id, _ = store.add_source(connection, CONTEXT, a_source())
        assert store.add_values(connection, source_id, frame) == len(TEXTS) + len(NUMBERS)
    with reading(engine) as connection:
        found = store.read_values(connection, store.active_sources(connection, CONTEXT)).set_index("quantity")
    assert [found.loc[f"text-{n}", "note"] for n in range(len(TEXTS))] == TEXTS
    assert [found.loc[f"text-{n}", "symbol"] for n in range(len(TEXTS))] == TEXTS
    back = [float(found["value"][f"number-{n}"]) for n in range(len(NUMBERS))]
    assert back[:-1] == NUMBERS[:-1]
    assert math.isnan(back[-1])
    assert set(found["publisher"]) == {"cin-referrals"}


def test_no_rows_are_no_work(engine: Engine) -> None:
    with writing(engine) as connection:
        source_id, _ = store.add_source(connection, CONTEXT, a_source())
        assert store.add_values(connection, source_id, values().reindex(columns=["area", "period"])) == 0


@pytest.mark.parametrize("wrong", [{"value": "many"}, {"row": "first"}, {"row": 1.5}, {"state": None}, {"area": None}])
def test_the_fast_way_in_refuses_what_the_table_refuses(engine: Engine, wrong: dict[str, object]) -> None:
    rows = values({}, {"quantity": "repeat-referrals", **wrong}).astype(object)
    table = store.table_of(QuantityValueRow)
    refused: tuple[type[Exception], ...] = (sa.exc.DBAPIError, engine.dialect.loaded_dbapi.Error)
    with writing(engine) as connection:
        source_id, _ = store.add_source(connection, CONTEXT, a_source())
    named = rows.rename(columns={"area": "area_id", "row": "row_number"}).assign(source_id=source_id)
    with pytest.raises(refused), writing(engine) as connection:
        bulk_insert(connection, table, named)
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


@pytest.mark.parametrize("area", ["atlantis", ""])
def test_a_value_of_no_area_is_refused(engine: Engine, area: str) -> None:
    with writing(engine) as connection:
        source_id, _ = store.add_source(connection, CONTEXT, a_source())
    with pytest.raises(LookupError, match="no area"), writing(engine) as connection:
        store.add_values(connection, source_id, values({"area": area}))


def test_a_neighbour_that_is_no_area_is_refused(engine: Engine) -> None:
    neighbours = pd.DataFrame(
        [{"model": "may-2025", "area": "stoke-on-trent", "rank": 1, "neighbour": "atlantis", "closeness": "Close"}]
    )
    refused: tuple[type[Exception], ...] = (LookupError, sa.exc.DBAPIError, engine.dialect.loaded_dbapi.Error)
    with writing(engine) as connection:
        source_id, _ = store.add_source(connection, CONTEXT, a_source())
    with pytest.raises(refused), writing(engine) as connection:
        store.add_neighbours(connection, source_id, neighbours)
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(NeighbourRow)).scalar_one() == 0


# -------------------------------------------------------------------------------------------------------- sources


def test_a_source_is_superseded_by_its_correction(engine: Engine) -> None:
    with writing(engine) as connection:
        first, new = store.add_source(connection, CONTEXT, a_source(sha256="1" * 64))
        assert new
        second, new = store.add_source(connection, CONTEXT, a_source(sha256="2" * 64))
        assert new
        assert [source.id for source in store.active_sources(connection, CONTEXT)] == [second]
        assert store.active_sources(connection, CONTEXT)[0].version == 2
        assert store.all_versions(connection, store.active_sources(connection, CONTEXT)) == [first, second]


def test_the_same_content_again_is_no_new_source(engine: Engine) -> None:
    with writing(engine) as connection:
        first, _ = store.add_source(connection, CONTEXT, a_source())
        assert store.add_source(connection, CONTEXT, a_source()) == (first, False)


def test_content_that_comes_back_after_a_correction_holds_again(engine: Engine) -> None:
    with writing(engine) as connection:
        for number, sha256 in enumerate(("1" * 64, "2" * 64, "1" * 64), start=1):
            found, new = store.add_source(connection, CONTEXT, a_source(sha256=sha256))
            assert new
            active = store.active_sources(connection, CONTEXT)
            assert [(source.id, source.version, source.sha256) for source in active] == [(found, number, sha256)]


def test_releases_of_one_dataset_stand_side_by_side(engine: Engine) -> None:
    with writing(engine) as connection:
        store.add_source(connection, CONTEXT, a_source("2024-10-31"))
        store.add_source(connection, CONTEXT, a_source("2025-10-30"))
        assert [source.edition for source in store.active_sources(connection, CONTEXT)] == ["2024-10-31", "2025-10-30"]


def test_another_partnerships_sources_are_not_ours(engine: Engine) -> None:
    with writing(engine) as connection:
        store.ensure_partnership(connection, "walsall", "Walsall", "walsall", demonstration=False)
        store.add_source(connection, CONTEXT, a_source())
        assert store.active_sources(connection, Context(partnership="walsall")) == []


def test_a_partnership_that_was_never_set_up_says_which_command_does_it(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(DatabaseNotReadyError, match="safeguarding init"):
        store.require_partnership(connection, Context(partnership="atlantis"))


# -------------------------------------------------------------------------------------------------------- writers


def test_what_fails_half_way_leaves_nothing(engine: Engine) -> None:
    def half_way() -> None:
        with writing(engine) as connection:
            store.add_source(connection, CONTEXT, a_source())
            raise KeyError("half-way")

    with pytest.raises(KeyError, match="half-way"):
        half_way()
    with reading(engine) as connection:
        assert store.active_sources(connection, CONTEXT) == []


def test_a_second_writer_waits_a_while_and_then_says_that_another_load_runs(engine: Engine) -> None:
    with writing(engine) as connection:
        store.add_source(connection, CONTEXT, a_source())
        with pytest.raises(DatabaseNotReadyError, match="another load is running"), writing(engine):
            pytest.fail("two writers at once")
    with reading(engine) as connection:
        assert len(store.active_sources(connection, CONTEXT)) == 1


def test_a_reader_sees_one_state_while_a_writer_writes(engine: Engine) -> None:
    with reading(engine) as reader:
        before = store.data_version(reader)
        with writing(engine) as writer:
            store.audit(writer, CONTEXT, "test", "reader", {})
        assert store.data_version(reader) == before
    with reading(engine) as reader:
        assert store.data_version(reader) > before


def test_every_write_moves_the_version_of_the_data(engine: Engine) -> None:
    versions = []
    for number in range(3):
        with writing(engine) as connection:
            store.audit(connection, CONTEXT, "test", "version", {"number": number})
            versions.append(store.data_version(connection))
    assert versions == sorted(set(versions))
    with reading(engine) as connection:
        kept = connection.execute(sa.select(AuditEventRow.actor, AuditEventRow.details).order_by(AuditEventRow.id))
        assert [(row.actor, row.details["number"]) for row in kept] == [("local", n) for n in range(3)]

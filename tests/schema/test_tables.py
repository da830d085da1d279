"""The database: what migrations make is what the models say, and neither engine takes a text for a number."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from etl.load.engine import open_engine, writing
from etl.load.migrate import require_ready, upgrade
from schema.areas import load_areas
from schema.errors import DatabaseNotReadyError
from schema.tables import (
    AreaRow,
    AuditEventRow,
    Base,
    PartnershipRow,
    PeriodRow,
    QuantityValueRow,
    SourceRow,
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    yield made
    made.dispose()


NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def keep_a_source(engine: Engine) -> None:
    """A partnership, a period and one source, for a value to stand on."""
    with engine.begin() as connection:
        connection.execute(
            sa.insert(PartnershipRow).values(
                id="stoke-on-trent", name="Stoke-on-Trent", home_area="stoke-on-trent", demonstration=True
            )
        )
        connection.execute(
            sa.insert(PeriodRow).values(
                code="2024-25", kind="year-to-31-march", start=date(2024, 4, 1), end=date(2025, 3, 31)
            )
        )
        connection.execute(sa.insert(SourceRow).values(id=1, **a_source()))


def a_source(**kept: object) -> dict[str, object]:
    return {
        "partnership_id": "stoke-on-trent",
        "kind": "release",
        "publisher": "cin-referrals",
        "edition": "2025-10-30",
        "version": 1,
        "series_title": "Children in need",
        "released_on": date(2025, 10, 30),
        "status": "final",
        "file_name": "c1.csv",
        "sha256": "0" * 64,
        "row_count": 1,
        "loaded_at": NOON,
        "actor": "local",
        **kept,
    }


def a_value(**kept: object) -> dict[str, object]:
    return {
        "source_id": 1,
        "quantity": "referrals",
        "area_id": "stoke-on-trent",
        "period": "2024-25",
        "basis": "year",
        "category": "total",
        "value": 3874.0,
        "symbol": "",
        "state": "value",
        "row_number": 2,
        "note": "",
        **kept,
    }


def test_what_the_migrations_make_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = rows_of_areas(engine)
    upgrade(engine)
    assert rows_of_areas(engine) == before
    require_ready(engine)


def rows_of_areas(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.select(AreaRow.__table__)))


def test_every_area_is_there_for_rows_to_point_at(engine: Engine) -> None:
    assert [row[0] for row in rows_of_areas(engine)] == sorted(area.id for area in load_areas())


def test_an_area_that_is_renamed_is_renamed_in_the_database_too(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(AreaRow).where(AreaRow.id == "st-helens").values(name="St Helens", code="E0"))
    upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(sa.select(AreaRow.name, AreaRow.code).where(AreaRow.id == "st-helens")).one()
    assert tuple(kept) == ("St. Helens", "E08000013")


def test_an_empty_database_says_which_command_fills_it(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(DatabaseNotReadyError, match="safeguarding demo"):
        require_ready(engine)
    engine.dispose()


def test_a_database_of_another_version_says_which_command_mends_it(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(DatabaseNotReadyError, match="safeguarding init"):
        require_ready(engine)


def test_every_table_of_sqlite_is_strict(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    upgrade(engine)
    with engine.connect() as connection:
        made = {row.name: row for row in connection.execute(sa.text("PRAGMA table_list"))}
    engine.dispose()
    for table in Base.metadata.tables.values():
        assert made[table.name].strict, table.name
        without_rowid = table.dialect_options["sqlite"]["with_rowid"] is False
        assert bool(made[table.name].wr) == without_rowid, table.name


@pytest.mark.parametrize("wrong", [{"value": "many"}, {"row_number": "first"}])
def test_a_text_is_refused_where_a_number_belongs(engine: Engine, wrong: dict[str, object]) -> None:
    """Asked of the driver itself, so that nothing on the way turns the text into a number or stops it first."""
    keep_a_source(engine)
    row = a_value(**wrong)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    statement = f"INSERT INTO quantity_value ({', '.join(row)}) VALUES ({', '.join([mark] * len(row))})"
    with engine.begin() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql(statement, tuple(row.values()))


@pytest.mark.parametrize("key", ["source_id", "quantity", "area_id", "period", "basis", "category"])
def test_no_part_of_a_key_is_ever_missing(engine: Engine, key: str) -> None:
    keep_a_source(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(QuantityValueRow).values(**a_value(**{key: None})))


def test_a_source_belongs_to_a_partnership_that_is_there(engine: Engine) -> None:
    keep_a_source(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(SourceRow).values(id=2, **a_source(version=2, partnership_id="atlantis")))


def test_a_partnership_that_owns_sources_stays(engine: Engine) -> None:
    keep_a_source(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.delete(PartnershipRow))


def test_a_source_says_a_thing_once(engine: Engine) -> None:
    keep_a_source(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(QuantityValueRow), [a_value(), a_value(value=3875.0)])


def test_two_sources_cannot_be_the_same_version_of_an_edition(engine: Engine) -> None:
    keep_a_source(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(SourceRow).values(id=2, **a_source(version=2)))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(SourceRow).values(id=3, **a_source(version=2)))


def test_an_instant_comes_back_as_it_went_in_whatever_its_zone(engine: Engine) -> None:
    keep_a_source(engine)
    summer_time = timezone(timedelta(hours=1))
    instant = datetime(2025, 7, 1, 13, 30, 0, 123456, tzinfo=summer_time)
    with writing(engine) as connection:
        connection.execute(
            sa.insert(AuditEventRow).values(
                partnership_id="stoke-on-trent",
                at=instant,
                actor="local",
                action="test",
                subject="clock",
                details={"β": [1, None]},
            )
        )
    with engine.connect() as connection:
        at, details = connection.execute(sa.select(AuditEventRow.at, AuditEventRow.details)).one()
    assert at == instant
    assert at.utcoffset() == timedelta(0)
    assert details == {"β": [1, None]}


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    keep_a_source(engine)
    with pytest.raises(StatementError, match="time zone"), engine.begin() as connection:
        connection.execute(
            sa.insert(SourceRow).values(id=2, **a_source(version=2, loaded_at=datetime(2025, 7, 1)))  # noqa: DTZ001 - tried
        )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("stoke.db", "not a database address"),
        ("mysql://localhost/stoke", "runs on sqlite and postgresql"),
        ("", "not a database address"),
    ],
)
def test_an_address_that_is_none_of_ours_is_refused(url: str, says: str) -> None:
    with pytest.raises(DatabaseNotReadyError, match=says):
        open_engine(url)


def test_a_database_that_does_not_answer_is_said_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = tmp_path_factory.mktemp("nobody-listens-here")
    engine = open_engine(f"postgresql+psycopg://nobody@/nothing?host={nowhere}")
    for work in (upgrade, require_ready):
        with pytest.raises(DatabaseNotReadyError, match="cannot be"):
            work(engine)
    engine.dispose()

"""Brings a database to this version of the product (Alembic), and keeps the reference rows of `schema/` in it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from etl.load.engine import reading, writing
from schema.areas import load_areas
from schema.errors import DatabaseNotReadyError
from schema.tables import AreaRow

_MIGRATIONS = Path(__file__).resolve().parents[2] / "schema" / "migrations"


def alembic_config() -> Config:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    return config


def upgrade(engine: Engine) -> None:
    """Create or update the tables and the areas. Doing it again changes nothing."""
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _keep_areas(connection)


def _keep_areas(connection: Connection) -> None:
    known = {row.id: row for row in connection.execute(sa.select(AreaRow.__table__))}
    for area in load_areas():
        row = {"id": area.id, "name": area.name, "kind": area.kind.value, "code": area.code}
        old = known.get(area.id)
        if old is None:
            connection.execute(sa.insert(AreaRow), row)
        elif (old.name, old.kind, old.code) != (row["name"], row["kind"], row["code"]):
            connection.execute(sa.update(AreaRow).where(AreaRow.id == area.id).values(**row))


def require_ready(engine: Engine) -> None:
    """Stop when the database has not been made or is of another version.

    Raises:
        DatabaseNotReadyError: says which command mends it.
    """
    try:
        with reading(engine) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise DatabaseNotReadyError("The database cannot be read. Check DATABASE_URL and the file's rights.") from error
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if current is None:
        raise DatabaseNotReadyError(
            "The database is empty. Run `safeguarding demo` for a demonstration, or `safeguarding init` for your own."
        )
    if current != head:
        raise DatabaseNotReadyError("The database is of another version of the product. Run `safeguarding init`.")

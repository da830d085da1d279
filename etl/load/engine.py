"""Opens the database: SQLite (one file, write-ahead log) or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from schema.errors import DatabaseNotReadyError

__all__ = ["Engine", "open_engine", "reading", "writing"]

# The one number that all writers of one PostgreSQL database agree to wait for.
_WRITER_LOCK = 0x5AFE


def open_engine(url: str, *, wait_seconds: float = 15) -> Engine:
    """An engine for a database URL. Nothing is created but the folder of a SQLite file.

    A writer waits `wait_seconds` for another to finish.

    Raises:
        DatabaseNotReadyError: the URL is not one, or of a database that we do not run on.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseNotReadyError(
            "DATABASE_URL is not a database address. Write sqlite:///path/to/file.db or "
            "postgresql+psycopg://user:password@host/name."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise DatabaseNotReadyError("DATABASE_URL names no file: what is loaded would be gone with the command.")
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseNotReadyError(
                f"The folder of {parsed.database} cannot be made ({error.strerror}). Set DATABASE_URL to another path."
            ) from error
        engine = sa.create_engine(parsed.set(drivername="sqlite"))
        _prepare_sqlite(engine, wait_seconds)
        return engine
    if backend == "postgresql":
        try:
            return sa.create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                execution_options={"wait_seconds": wait_seconds},
            )
        except ImportError as error:
            raise DatabaseNotReadyError(
                "PostgreSQL needs its driver: install the product with the extra `postgres`."
            ) from error
    raise DatabaseNotReadyError(f"DATABASE_URL names {backend}; the product runs on sqlite and postgresql.")


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # We begin transactions ourselves: the driver's own habit is to begin late, and never IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        # The wait comes first: another process may hold the file while the log is being set up.
        wait = f"busy_timeout={wait_seconds * 1000:.0f}"
        for pragma in (wait, "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing, one writer at a time on both engines.

    Raises:
        DatabaseNotReadyError: the database cannot be reached, or another writer held it too long.
    """
    busy = "The database cannot be written now: another load is running. Try again shortly."
    with _connected(engine) as plain:
        connection = plain.execution_options(writes=True)
        try:
            begun = connection.begin()
        except OperationalError as error:
            raise DatabaseNotReadyError(busy) from error
        with _written(engine), begun:
            if engine.dialect.name == "postgresql":
                wait = connection.get_execution_options().get("wait_seconds", 0)
                connection.execute(sa.text(f"SET LOCAL lock_timeout = {wait * 1000:.0f}"))
                try:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
                except OperationalError as error:
                    raise DatabaseNotReadyError(busy) from error
                connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one consistent state.

    Raises:
        DatabaseNotReadyError: the database cannot be reached.
    """
    with _connected(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


_CANNOT_WRITE = ("readonly database", "disk I/O error", "database or disk is full", "unable to open database file")


@contextmanager
def _written(engine: Engine) -> Iterator[None]:
    """Say in a sentence that SQLite's file cannot be written: it is read-only, or the disk is full."""
    try:
        yield
    except OperationalError as error:
        if any(words in str(error.orig) for words in _CANNOT_WRITE):
            raise DatabaseNotReadyError(
                f"{engine.url.database} cannot be written ({error.orig}); nothing was changed. Check the file's rights "
                "and the space on its disk."
            ) from error
        raise


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        raise DatabaseNotReadyError("The database cannot be reached. Check DATABASE_URL and that it runs.") from error
    except DatabaseError as error:
        raise DatabaseNotReadyError(f"{engine.url.database} is not a database. Set DATABASE_URL to another.") from error

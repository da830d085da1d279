"""What every command shares: the database, who asks, the days that they write, and how rows are printed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from schema.errors import WrongUseError
from schema.exports import plain_cell

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Queries
    from etl.load.engine import Engine
    from schema.context import Context
    from schema.findings import Finding

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class OutputFormat(StrEnum):
    """How rows are printed."""

    CSV = "csv"
    JSON = "json"


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """A spinner that says what is being done; on a terminal only, so that pipes stay quiet."""
    if not ERR.is_terminal:
        yield lambda _what: None
        return
    with ERR.status("Starting") as status:
        yield status.update


@contextmanager
def open_database(*, ready: bool = True) -> "Iterator[Engine]":
    """The database of DATABASE_URL; closed at the end.

    Raises:
        DatabaseNotReadyError: its tables, or what is computed in it, are not those of this version. Not where `ready`
            is false, as it is for what makes them so.
    """
    from dashboard.settings import Settings
    from etl.computing import require_current
    from etl.load.engine import open_engine
    from etl.load.migrate import require_ready
    from schema.catalogue import default_catalogue

    engine = open_engine(Settings().database_url)
    try:
        if ready:
            require_ready(engine)
            require_current(engine, default_catalogue(), context_of())
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_queries() -> "Iterator[Queries]":
    """What a command reads: all of it is of one version of the data, whatever is written meanwhile.

    Raises:
        DatabaseNotReadyError: as `open_database` does.
    """
    from dashboard.queries import Queries
    from schema.catalogue import default_catalogue

    with open_database() as engine:
        queries = Queries(engine, default_catalogue())
        with queries.one_version():
            yield queries


AsOf = Annotated[
    str,
    typer.Option(
        help="What held at the end of a day (2026-01-31) or at an instant (2026-01-31T17:00, UTC unless it has a zone)."
    ),
]
"""The option of every command that only reads."""


def context_of(as_of: str = "") -> "Context":
    """Who asks – the name they are logged in under, or SAFEGUARDING_USER – and as of when: now, unless an instant is
    written.

    Raises:
        WrongUseError: what is written is no instant, or is still to come.
    """
    import getpass

    from dashboard.instants import instant_of
    from dashboard.settings import Settings
    from schema.context import Context

    instant = instant_of(as_of) if as_of.strip() else None
    if named := (Settings().user or "").strip():
        if not named.isprintable():
            raise WrongUseError("SAFEGUARDING_USER has characters that do not show. Write the name anew.")
        return Context(viewer=named, as_of=instant)
    try:
        viewer = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        viewer = "local"
    return Context(viewer=viewer, as_of=instant)


def show_findings(findings: "tuple[Finding, ...]") -> None:
    """Print a line for each finding on standard error."""
    for finding in findings:
        ERR.print(f"{finding.severity.value}: {finding.sentence()} [{finding.rule}]", markup=False)


def counted(number: int, one: str) -> str:
    """“1 error”, “2 errors”."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def day_of(text: str) -> date:
    """The day that is written as 2025-10-30.

    Raises:
        WrongUseError: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise WrongUseError(f"“{text[:40]}” is not a day. Write it as 2025-10-30.") from error


def print_rows(rows: "pd.DataFrame", output: OutputFormat) -> None:
    """Print a table on standard output, and nothing else there, so that it can be piped."""
    if output is OutputFormat.JSON:
        sys.stdout.write(rows.to_json(orient="records", date_format="iso", force_ascii=False, indent=1) + "\n")
    else:
        # A text that a spreadsheet would run as a formula is made plain; numbers stay numbers.
        rows.map(plain_cell).to_csv(sys.stdout, index=False, lineterminator="\n")

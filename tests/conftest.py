"""What every test may ask for: an empty database on either engine, a browser, the real published files."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from etl.demonstration import build_demonstration
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.postgres import PostgresServer, running_server
from tools.bootstrap import NO_BROWSER, CannotGoOnError, find_browser

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")

# Chromium's sandbox cannot be had as root or in most containers, and the tests visit only pages of their own; the
# rest keeps it from talking to its makers.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# ------------------------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One private PostgreSQL for the whole run (for each worker, under `-n`)."""
    with running_server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite database: a file that is not there yet."""
    return f"sqlite:///{(tmp_path / 'test.db').as_posix()}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped when the test ends."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; a test that asks for it runs twice, once on each engine."""
    # By name, so that a run that picks the SQLite half starts no server.
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="session")
def demonstrations() -> dict[str, str]:
    """Where the demonstration has been loaded in this run, by engine."""
    return {}


@pytest.fixture(params=ENGINES)
def demonstration_url(
    request: pytest.FixtureRequest, demonstrations: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The URL of a database with the demonstration in it, made once for each engine. Tests only read it."""
    engine_name = str(request.param)
    if engine_name not in demonstrations:
        if engine_name == "sqlite":
            url = f"sqlite:///{(tmp_path_factory.mktemp('demonstration') / 'demo.db').as_posix()}"
        else:
            url = str(request.getfixturevalue("postgres_server").new_database())
        engine = open_engine(url)
        build_demonstration(engine, default_catalogue(), Context(), date(2025, 11, 3), lambda step: None)
        engine.dispose()
        demonstrations[engine_name] = url
    return demonstrations[engine_name]


# --------------------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, headless, started once. Without one the test fails: it is never skipped."""
    try:
        program = find_browser()
    except CannotGoOnError as problem:
        pytest.fail(str(problem), pytrace=False)
    if program is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new window with nothing remembered, the size of an ordinary laptop's screen."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/London", reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


# ------------------------------------------------------------------------------------------- published files


@pytest.fixture(scope="session")
def published_files() -> Path:
    """The folder of files as the Department for Education publishes them, for tests against the real thing.

    They are too large for the repository. Only where they are kept – SAFEGUARDING_PUBLISHED_FILES, or `shared/data`
    beside the checkout – do those tests run; this is the one thing for want of which a test is skipped.
    """
    folder = Path(os.environ.get("SAFEGUARDING_PUBLISHED_FILES") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the published files are not at {folder}: name their folder in SAFEGUARDING_PUBLISHED_FILES")
    return folder

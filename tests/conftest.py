"""What every test may ask for: an empty database on either engine, a browser, the real published files."""

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.queries import Queries
from etl.demonstration import build_demonstration
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.postgres import PostgresServer, shared_server, stop_server
from tests.sharing import alone
from tools.bootstrap import NO_BROWSER, CannotGoOnError, find_browser

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
# The day on which the demonstration is built.
TODAY = date(2025, 11, 3)

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

# What is found depends on no clock: the fifth of a second that hypothesis allows an example is long on an idle machine
# and short on a busy one. `timeout` in pyproject.toml is what ends a test that hangs.
# And the same change has the same examples every time; `--hypothesis-profile=explore` looks for others.
hypothesis.settings.register_profile("unhurried", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile("unhurried")

# ------------------------------------------------------------------------------------- what a run's processes share

SHARED = pytest.StashKey[Path]()


def shared_folder_of(config: pytest.Config) -> Path:
    """Return the folder that is shared by all processes of the run, and removed when it ends."""
    given = getattr(config, "workerinput", {}).get("shared")
    if given:
        return Path(given)
    if SHARED not in config.stash:
        config.stash[SHARED] = Path(tempfile.mkdtemp(prefix="safeguarding-tests-"))
    return config.stash[SHARED]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of `-n` which folder it shares with the others."""
    node.workerinput["shared"] = str(shared_folder_of(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put away what was shared. It is done where the folder was made, when all workers have ended."""
    if SHARED in config.stash:
        stop_server(config.stash[SHARED])
        shutil.rmtree(config.stash[SHARED])


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest) -> Path:
    """The folder that is shared by all processes of the run."""
    return shared_folder_of(request.config)


# ------------------------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres_server(shared_folder: Path) -> PostgresServer:
    """The private PostgreSQL of the whole run."""
    return shared_server(shared_folder)


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
def new_demonstration(
    request: pytest.FixtureRequest, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """What makes, on an engine, a new database with the demonstration in it, and returns its URL.

    The demonstration is built once in a run, and copied: building it takes a hundred times as long.
    """

    def made(engine_name: str) -> str:
        server = request.getfixturevalue("postgres_server") if engine_name == "postgresql" else None
        built = shared_folder / f"{engine_name}.url"
        with alone(shared_folder / f"{engine_name}.lock"):
            if not built.exists():
                url = server.new_database() if server else f"sqlite:///{(shared_folder / 'demo.db').as_posix()}"
                engine = open_engine(url)
                build_demonstration(engine, default_catalogue(), Context(), TODAY, lambda step: None)
                engine.dispose()
                built.write_text(url, encoding="utf-8")
        if server:
            return str(server.new_database(like=built.read_text(encoding="utf-8")))
        # One file: SQLite does away with the log when the last that had it open closes it.
        copy = tmp_path_factory.mktemp("demonstration") / "demo.db"
        shutil.copyfile(shared_folder / "demo.db", copy)
        return f"sqlite:///{copy.as_posix()}"

    return made


@pytest.fixture(scope="session")
def demonstration_at(new_demonstration: Callable[[str], str]) -> Callable[[str], str]:
    """What returns, for an engine, the URL of a demonstration that tests only read: one for each process."""
    return functools.cache(new_demonstration)


@pytest.fixture(params=ENGINES)
def demonstration_url(request: pytest.FixtureRequest, demonstration_at: Callable[[str], str]) -> str:
    """The URL of a database with the demonstration in it. Tests only read it."""
    return demonstration_at(str(request.param))


@pytest.fixture(scope="session")
def queries_at(demonstration_at: Callable[[str], str]) -> Iterator[Callable[[str], Queries]]:
    """What returns, for an engine, queries over the demonstration: one for each process, since it keeps what it read.

    Tests only read them.
    """
    made: dict[str, Queries] = {}

    def of(engine_name: str) -> Queries:
        if engine_name not in made:
            made[engine_name] = Queries(open_engine(demonstration_at(engine_name)), default_catalogue())
        return made[engine_name]

    yield of
    for queries in made.values():
        queries.engine.dispose()


@pytest.fixture(params=ENGINES)
def own_demonstration_url(request: pytest.FixtureRequest, new_demonstration: Callable[[str], str]) -> Iterator[str]:
    """The URL of a database with the demonstration in it, to write into: gone when the test ends."""
    # Asked for before the test: a fixture cannot be asked for while others are being put away.
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    url = new_demonstration(str(request.param))
    yield url
    if server is None:
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)
    else:
        server.drop_database(url)


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

"""The dashboard as people meet it: served on this machine over the demonstration, opened in a browser."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.settings import Settings
from etl.load.engine import open_engine
from etl.load.migrate import upgrade
from schema.catalogue import default_catalogue
from schema.context import Context

# A busy machine draws a page in seconds; one that never comes is still found out.
expect.set_options(timeout=20_000)

SIZES = {"laptop": {"width": 1440, "height": 900}, "telephone": {"width": 390, "height": 844}}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: a test that fails shows the page's own console."""


@pytest.fixture(scope="session")
def demonstration(queries_at: Callable[[str], Queries]) -> Engine:
    """A database with the demonstration in it. Visitors only read it."""
    return queries_at("sqlite").engine


@pytest.fixture(scope="session")
def address(queries_at: Callable[[str], Queries]) -> Iterator[str]:
    """Where the dashboard is served, over the demonstration. What other tests had read already is there."""
    queries = queries_at("sqlite")
    yield from _served(queries.engine, queries)


@pytest.fixture(scope="session")
def address_of_nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard is served over a database with its tables and a partnership, and no figure at all."""
    from etl.load import store
    from etl.load.engine import writing

    engine = open_engine(f"sqlite:///{(tmp_path_factory.mktemp('nothing') / 'empty.db').as_posix()}")
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(
            connection, Context().partnership, "Partnership", "stoke-on-trent", demonstration=False
        )
    yield from _served(engine)
    engine.dispose()


def _served(engine: Engine, queries: Queries | None = None) -> Iterator[str]:
    app = create_app(Settings(), queries or Queries(engine, default_catalogue()))
    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Visitor:
    """A window onto the dashboard that notes whatever should not have happened."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)
    """Errors and warnings on the console."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for."""

    def open(self, path: str) -> Page:
        """Open a path, and wait until its page is drawn."""
        self.page.goto(f"{self.address}{path}")
        self.page.locator("main h1").wait_for(timeout=60_000)
        return self.page

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning."""
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def note_request(self, request: Request) -> None:
        """Keep an address."""
        self.asked.append(request.url)


@pytest.fixture(params=SIZES)
def visitor(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody at a laptop, then somebody with a telephone."""
    yield from _visitor(browser, address, request.param)


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody at a laptop."""
    yield from _visitor(browser, address, "laptop")


def _visitor(browser: Browser, address: str, size: str) -> Iterator[Visitor]:
    width, height = SIZES[size]["width"], SIZES[size]["height"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    visitor = Visitor(context.new_page(), address)
    visitor.page.on("console", visitor.note_message)
    visitor.page.on("pageerror", lambda error: visitor.said.append(str(error)))
    visitor.page.on("request", visitor.note_request)
    yield visitor
    context.close()

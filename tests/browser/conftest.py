"""The dashboard as people meet it: served on this machine over the demonstration, opened in a browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from dashboard.queries import Queries
from etl.load.engine import open_engine
from etl.load.migrate import upgrade
from schema.context import Context
from tests.browser.visiting import SIZES, Visitor, served, visiting


@pytest.fixture(scope="session")
def demonstration(queries_at: Callable[[str], Queries]) -> Engine:
    """A database with the demonstration in it. Visitors only read it."""
    return queries_at("sqlite").engine


@pytest.fixture(scope="session")
def address(queries_at: Callable[[str], Queries]) -> Iterator[str]:
    """Where the dashboard is served, over the demonstration. What other tests had read already is there."""
    queries = queries_at("sqlite")
    yield from served(queries.engine, queries)


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
    yield from served(engine)
    engine.dispose()


@pytest.fixture(params=SIZES)
def visitor(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody at a laptop, then somebody with a telephone."""
    yield from visiting(browser, address, request.param)


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody at a laptop."""
    yield from visiting(browser, address, "laptop")

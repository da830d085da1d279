"""Queries over the demonstration, for whatever shows it."""

from collections.abc import Iterator
from datetime import date

import pytest

from dashboard.queries import Queries
from etl.demonstration import build_demonstration
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context


@pytest.fixture(scope="session")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    """Queries over a database with the demonstration in it, made once."""
    engine = open_engine(f"sqlite:///{(tmp_path_factory.mktemp('shown') / 'demo.db').as_posix()}")
    build_demonstration(engine, default_catalogue(), Context(), date(2025, 11, 3), lambda step: None)
    yield Queries(engine, default_catalogue())
    engine.dispose()

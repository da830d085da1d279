"""Queries over the demonstration, for whatever shows it."""

from collections.abc import Callable

import pytest

from dashboard.queries import Queries


@pytest.fixture(scope="session")
def queries(queries_at: Callable[[str], Queries]) -> Queries:
    """Queries over a database with the demonstration in it. Tests only read it."""
    return queries_at("sqlite")

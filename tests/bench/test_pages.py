"""The server's time for a page's data, over many authorities, against bare selects of as many figures."""

import itertools
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import sqlalchemy as sa

from dashboard.queries import Queries
from dashboard.views.areas import authorities
from dashboard.views.choices import Asked
from dashboard.views.measure import measure_page
from dashboard.views.overview import overview_page
from etl.load.engine import Engine, open_engine, reading
from etl.load.store import table_of
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.tables import FigureRow

CONTEXT = Context()


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def bare_select(engine: Engine, area: str) -> None:
    """All figures of one area, as rows: what the least of servers would have to read."""
    figure = table_of(FigureRow)
    with reading(engine) as connection:
        connection.execute(sa.select(figure).where(figure.c.area_id == area)).all()


@pytest.mark.bench
def test_page_data(demonstration_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_engine(demonstration_url)
    queries = Queries(engine, default_catalogue())
    everywhere = authorities(queries.catalogue)
    measures = [measure.id for measure in queries.catalogue.measures_of(CONTEXT.framework)]
    cold = timed(lambda: overview_page(queries, CONTEXT, everywhere[0]))
    bare = [timed(partial(bare_select, engine, area.id)) for area in everywhere]
    pages = {
        "overview": [timed(partial(overview_page, queries, CONTEXT, area)) for area in everywhere],
        "measure": [
            timed(partial(measure_page, queries, CONTEXT, m, a, Asked()))
            for a, m in zip(everywhere, itertools.cycle(measures), strict=False)
        ],
    }
    engine.dispose()
    with capsys.disabled():
        print(f"\npage data, {engine.dialect.name}, {len(everywhere)} authorities; first overview {cold:.0f} ms")
        for name, taken in pages.items():
            p50, p95 = np.percentile(taken, [50, 95])
            ratio = p50 / np.median(bare)
            print(f"  {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms; {ratio:.2f} x a bare select of the area's figures")

"""How long it takes to read all authorities' newest figures of all measures, at today's size and at ten times."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashboard.queries import Queries
from dashboard.views.areas import authorities
from etl.load.engine import open_engine
from etl.transform.newest import to_read
from etl.transform.read_all import read_all
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.bench.test_pages import timed

CONTEXT = Context()
TIMES = 10


@pytest.mark.bench
def test_readings(demonstration_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_engine(demonstration_url)
    queries = Queries(engine, default_catalogue())
    everywhere = authorities(queries.catalogue)
    shown, *others = (queries.neighbours(CONTEXT, model.id) for model in queries.neighbour_models())
    compared = pd.concat([found.frame for found in queries.compared_all(CONTEXT).values()], ignore_index=True)
    today = to_read(compared, queries.catalogue)
    # The same authorities' figures over and over, each time as another category of the measure.
    again = [today.assign(category=today["category"] + f"-{copy}") for copy in range(TIMES)]
    tenfold = pd.concat(again, ignore_index=True).astype({"category": object})
    cold = timed(lambda: queries.readings(CONTEXT))
    # What a page asks for: an overview's readings of one authority after another, and of all of them at once.
    cached = [timed(partial(queries.readings_at, CONTEXT, area.id)) for area in everywhere]
    whole = [timed(lambda: queries.readings(CONTEXT)) for _ in everywhere]
    made = {
        name: [
            timed(partial(read_all, frame, queries.catalogue, shown, others, every_category=True)) for _ in range(runs)
        ]
        for name, frame, runs in (("today", today, 20), ("ten times", tenfold, 5))
    }
    size = len(queries.readings(CONTEXT))
    engine.dispose()
    with capsys.disabled():
        print(
            f"\nreadings, {engine.dialect.name}, {len(everywhere)} authorities, {size:,} figures; first {cold:.0f} ms"
        )
        for name, taken in {"kept, one authority": cached, "kept, all": whole, **made}.items():
            p50, p95 = np.percentile(taken, [50, 95])
            print(f"  {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    assert np.percentile(cached, 95) <= 50

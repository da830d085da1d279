"""The server's time from a return's file to its findings and its preview, as the upload page asks for them.

Beside it, what the least of programs would do with the same file: read it with pandas, and compute the agency's figures
from what is kept. The page reads the file three times, since nothing is kept between its steps: to see whose it is, to
check it, and to compare it.
"""

import io
import time
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashboard.views.upload import measure_moves
from etl.computing import returns_vintage
from etl.demonstration import sample_returns
from etl.extract.returns import read_return_bytes
from etl.extract.whose import guess
from etl.load import store
from etl.load.engine import Engine, open_engine, reading
from etl.previewing import preview_return
from etl.submissions import ReturnFile, check_file
from etl.transform.figures import compute_figures
from schema.catalogue import Catalogue, default_catalogue
from schema.context import Context
from tests.bench.test_pages import timed

CONTEXT = Context()
RUNS = 7
USUAL = 300
"""Rows of a usual return."""
AT_MOST = 1_000
"""Milliseconds of the processor from a usual return's file to its preview: a busy machine does not blur them."""


def bare(engine: Engine, catalogue: Catalogue, file: ReturnFile) -> None:
    """Read the file, and compute the agency's figures."""
    pd.read_csv(io.BytesIO(file.content))
    with reading(engine) as connection:
        sources = store.active_sources(connection, CONTEXT)
        vintage = returns_vintage(connection, CONTEXT, catalogue, sources, file.agency)
    compute_figures(vintage, catalogue)


def ready(engine: Engine, catalogue: Catalogue, file: ReturnFile) -> None:
    """All that the server does until a return can be submitted: it guesses, checks, and checks again and compares."""
    today = datetime.now(UTC).date()
    guess(read_return_bytes(file.name, file.content), catalogue)
    check_file(engine, CONTEXT, catalogue, file, today)
    checked = check_file(engine, CONTEXT, catalogue, file, today)
    measure_moves(preview_return(engine, CONTEXT, catalogue, checked), catalogue)


@pytest.mark.bench
def test_from_a_file_to_its_preview(demonstration_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine, catalogue = open_engine(demonstration_url), default_catalogue()
    newest = {file.agency: file for file in sample_returns(catalogue)}
    rows = {agency: len(read_return_bytes(file.name, file.content).cells) for agency, file in newest.items()}
    usual = min(rows, key=lambda agency: abs(rows[agency] - USUAL))
    taken: dict[str, float] = {}
    for agency, file in sorted(newest.items()):
        ready(engine, catalogue, file)
        began = time.process_time()
        ours = float(np.median([timed(partial(ready, engine, catalogue, file)) for _ in range(RUNS)]))
        taken[agency] = (time.process_time() - began) * 1000 / RUNS
        least = float(np.median([timed(partial(bare, engine, catalogue, file)) for _ in range(RUNS)]))
        with capsys.disabled():
            print(
                f"\n{agency}, {rows[agency]:,} rows, {engine.dialect.name}: read, checked and previewed in {ours:.0f} "
                f"ms ({taken[agency]:.0f} of the processor), {ours / least:.2f} x a bare read and the agency's figures "
                f"({least:.0f} ms)",
                end="",
            )
    with capsys.disabled():
        print()
    engine.dispose()
    assert taken[usual] <= AT_MOST, f"{usual}, {rows[usual]} rows"

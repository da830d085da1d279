"""Keeps the figures that older papers print, with the same sources, versions and audit trail as publications.

They stand in a table of their own: no figure of a measure is ever computed from them, and none is joined to them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from etl.extract.papers import PaperFile, read_paper
from etl.load import store
from etl.load.bulk import bulk_insert
from etl.load.engine import writing
from schema.catalogue import Catalogue
from schema.context import Context
from schema.findings import Finding
from schema.tables import HistoricFigureRow

PAPER = "paper"
"""The kind of source: beside `release` and `submission`."""

_TO_TABLE = {"area": "area_id", "row": "row_number"}
_TO_FRAME = {table: frame for frame, table in _TO_TABLE.items()}


@dataclass(frozen=True)
class LoadedPaper:
    """What became of one file."""

    file_name: str
    title: str
    figures: int
    changed: bool
    """False where the same content was already there."""
    disagreements: tuple[Finding, ...]


def load_papers(
    engine: Engine,
    paths: Sequence[Path],
    catalogue: Catalogue,
    context: Context,
    accepted_at: Callable[[PaperFile], datetime] | None = None,
) -> tuple[LoadedPaper, ...]:
    """Load files of papers' figures, all of them or none. A changed file supersedes what was loaded from it before. A
    file counts as accepted now, or at the instant that `accepted_at` says.

    Raises:
        FileRefusedError: a row of a file is wrong; nothing was changed.
    """
    read = [read_paper(path, catalogue) for path in paths]
    with writing(engine) as connection:
        store.require_partnership(connection, context)
        return tuple(_keep(connection, context, found, accepted_at(found) if accepted_at else None) for found in read)


def _keep(connection: Connection, context: Context, found: PaperFile, at: datetime | None) -> LoadedPaper:
    new = store.NewSource(
        kind=PAPER,
        publisher=found.paper.id,
        edition=found.part,
        series_title=found.paper.name,
        released_on=found.paper.published,
        status="final",
        file_name=found.file_name,
        sha256=found.sha256,
        row_count=len(found.figures),
    )
    source_id, is_new = store.add_source(connection, context, new, at)
    if is_new:
        rows = found.figures.rename(columns=_TO_TABLE).assign(source_id=source_id)
        bulk_insert(connection, store.table_of(HistoricFigureRow), rows)
        store.audit(connection, context, "paper loaded", f"{found.paper.id} {found.part}", {"file": found.file_name})
    return LoadedPaper(found.file_name, found.paper.name, len(found.figures), is_new, found.disagreements)


def read_historic(connection: Connection, context: Context, measure: str) -> pd.DataFrame:
    """What the papers that hold at the context's instant print of a measure, the earliest first.

    Columns: those of `etl.extract.papers.FRAME_COLUMNS`, and of the source `source_id, paper, published, file_name`.
    """
    papers = {s.id: s for s in store.active_sources(connection, context) if s.kind == PAPER}
    table = store.table_of(HistoricFigureRow)
    names = [column.name for column in table.columns]
    query = sa.select(table).where(table.c.measure == measure, table.c.source_id.in_(list(papers)))
    rows = [tuple(row) for row in connection.execute(query)]
    frame = pd.DataFrame.from_records(rows, columns=names).rename(columns=_TO_FRAME)
    frame = frame.astype(dict.fromkeys(("value", "numerator", "denominator", "computed"), float))
    frame = frame.assign(
        paper=[papers[found].series_title for found in frame["source_id"]],
        published=[papers[found].released_on for found in frame["source_id"]],
        file_name=[papers[found].file_name for found in frame["source_id"]],
    )
    # In Python, for the two engines sort texts differently.
    return frame.sort_values(["end", "start", "category", "published", "source_id", "row"], ignore_index=True)

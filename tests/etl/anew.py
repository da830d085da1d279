"""Computes every figure of an instant from the very beginning: slow, and plain enough to hold the fast way against."""

import pandas as pd
from sqlalchemy.engine import Connection

from etl.computing import vintages_of
from etl.transform.figures import FIGURE_COLUMNS, compute_figures
from schema.catalogue import Catalogue
from schema.context import Context


def computed_anew(connection: Connection, catalogue: Catalogue, context: Context) -> pd.DataFrame:
    """Every figure as it stood at the context's instant. Nothing that is kept is read but sources and what they say."""
    frames = [compute_figures(one.read(), catalogue) for one in vintages_of(connection, catalogue, context)]
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame({name: [] for name in FIGURE_COLUMNS})

"""Puts a frame into a table by the engine's own fast path: COPY on PostgreSQL, one executemany on SQLite."""

from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection


def bulk_insert(connection: Connection, table: sa.Table, rows: pd.DataFrame) -> int:
    """Insert every row of a frame whose columns are the table's. NaN becomes NULL. Returns how many rows went in."""
    if rows.empty:
        return 0
    names = [column.name for column in table.columns if column.name in rows.columns]
    columns = [_plain(rows[name]) for name in names]
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection has been closed under a load")
    quoted = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            for row in zip(*columns, strict=True):
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(names))
        # The names are those of our own tables.
        driver.executemany(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', zip(*columns, strict=True))  # noqa: S608
    return len(rows)


def _plain(column: "pd.Series[Any]") -> list[Any]:
    """A column as Python's own numbers and texts, which is what both drivers take quickest."""
    missing = column.isna().to_numpy()
    values = column.to_numpy()
    if missing.any():
        # Left as it is, COPY would write the text “NaN” into a column of texts.
        values = values.astype(object)
        values[missing] = None
    return list(values.tolist())

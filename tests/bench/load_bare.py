"""Reads the same files with pandas and nothing else, and puts the same rows in again by the driver alone. Prints JSON.

`keys` says whether the tables have the product's primary keys or none at all.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.load.engine import open_engine
from etl.load.store import table_of
from schema.tables import FigureRow, PopulationRow, QuantityValueRow
from tests.bench.peak import peak_mb

FACTS = [table_of(model) for model in (QuantityValueRow, PopulationRow, FigureRow)]


def main(loaded: str, url: str, keys: bool, files: list[Path]) -> None:
    """Time a bare read plus a bare bulk insert of the rows that the product made of the same files."""
    source, target = open_engine(loaded), open_engine(url)
    with source.connect() as connection:
        rows = {table: [tuple(row) for row in connection.execute(sa.select(table))] for table in FACTS}
    began = time.perf_counter()
    for path in files:
        (pd.read_parquet if path.suffix == ".parquet" else pd.read_csv)(path)
    insert(target, rows, keys=keys)
    seconds = time.perf_counter() - began
    peak = peak_mb()
    sys.stdout.write(json.dumps({"seconds": seconds, "rows": sum(map(len, rows.values())), "peak_mb": peak}))
    source.dispose()
    target.dispose()


def insert(target: Engine, rows: dict[sa.Table, list[tuple[object, ...]]], *, keys: bool) -> None:
    """One executemany or COPY a table, in one transaction."""
    with target.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for table, found in rows.items():
            copy = table.to_metadata(sa.MetaData())
            if not keys:
                copy = sa.Table(table.name, sa.MetaData(), *(sa.Column(c.name, c.type) for c in table.columns))
            copy.create(connection)
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            if target.dialect.name == "postgresql":
                with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as sink:
                    for row in found:
                        sink.write_row(row)
            else:
                marks = ", ".join("?" * len(table.columns))
                driver.executemany(f"INSERT INTO {table.name} VALUES ({marks})", found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3] == "keys", [Path(name) for name in sys.argv[4:]])

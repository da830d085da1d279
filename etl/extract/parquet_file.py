"""Reads a parquet file as text cells. Needs pyarrow, an extra: whatever is published so is published as CSV too."""

import hashlib
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.extract.csv_file import MAX_BYTES
from etl.extract.table import Table
from schema.errors import FileRefusedError

SIGNATURE = b"PAR1"

MAX_CELLS = 20_000_000
MAX_COLUMNS = 500
"""Rows times columns. The largest publication known has 4.5 million; a file of a few bytes can claim any number."""

MAX_UNPACKED_BYTES = 500 * 2**20

LONGEST = 2_000
"""Characters of a cell. A text that is kept once and repeated a million times unpacks to more than any memory."""


def read_parquet_file(path: Path) -> Table:
    """Read a parquet file of texts and numbers as text; a whole number has no decimal point, an empty cell is “”.

    Raises:
        FileRefusedError: pyarrow is not installed, or the file is damaged, or larger than any publication.
    """
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
        arrow: Any = importlib.import_module("pyarrow")
    except ImportError as error:
        raise FileRefusedError(
            f"{path.name} is a parquet file, and what reads those is not installed: run `.venv/bin/pip install "
            "pyarrow` in the project's folder, or give the same file as CSV."
        ) from error
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRefusedError(f"{path.name} has {size / 2**20:,.0f} MB. Give the published file itself.")
    raw = path.read_bytes()
    try:
        with parquet.ParquetFile(path) as file:
            rows, columns = file.metadata.num_rows, file.metadata.num_columns
            if rows * columns > MAX_CELLS or rows < 0 or columns > MAX_COLUMNS:
                raise FileRefusedError(
                    f"{path.name} has {rows:,} rows and {columns:,} columns, more than any dataset that we know."
                )
            schema = file.schema_arrow
            names = list(schema.names)
            nested = [name for name in names if schema.field(name).type.num_fields]
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
            if nested or unpacked > MAX_UNPACKED_BYTES:
                raise FileRefusedError(f"{path.name} is no table of texts and numbers, or too large for one of ours.")
        # Texts are kept once and repeated by number until their lengths are known to be harmless.
        found = parquet.read_table(path, read_dictionary=names)
        cells = {at: _texts(path.name, name, found.column(at)) for at, name in enumerate(names)}
    except (arrow.ArrowException, OSError) as error:
        raise FileRefusedError(f"{path.name} is a damaged parquet file. Download it again, or give the CSV.") from error
    if not rows:
        raise FileRefusedError(f"{path.name}: there is a header and nothing below it. Download the file again.")
    header = tuple(str(name).strip() for name in names)
    return Table(path.name, hashlib.sha256(raw).hexdigest(), header, pd.DataFrame(cells))


def _texts(name: str, column_name: str, column: Any) -> "pd.Series[str]":
    found = column.to_pandas()
    code, distinct = pd.factorize(found)
    words = [_text(value) for value in distinct]
    if any(len(word) > LONGEST for word in words):
        raise FileRefusedError(f"{name}, column {column_name}: a cell is longer than {LONGEST:,} characters.")
    # What is missing has the number -1, and so takes the last place.
    return pd.Series(np.array([*words, ""], dtype=object)[code], dtype="str")


def _text(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)

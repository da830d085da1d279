"""Reads published figures that travel with the project, in its own tidy layout (see `sample_data/README.md`).

One gzipped CSV a dataset and release, and `contents.csv` beside them, which says what each was taken from.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from etl.extract.csv_file import read_csv_file
from etl.extract.extracted import NEIGHBOUR_COLUMNS, POPULATION_COLUMNS, VALUE_COLUMNS, Extracted
from etl.extract.table import Table
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.states import EES_SYMBOLS, State

CONTENTS = "contents.csv"
CONTENTS_COLUMNS = ("file", "kind", "publication", "release", "original_file", "original_sha256", "original_rows")

# `state` follows from `symbol`, and is not carried, save where a note says what an empty cell means.
CARRIED_COLUMNS = {
    "values": tuple(name for name in VALUE_COLUMNS if name not in ("state", "note")),
    "noted values": VALUE_COLUMNS,
    "population": tuple(name for name in POPULATION_COLUMNS if name != "state"),
    "neighbours": NEIGHBOUR_COLUMNS,
}


def carried_files(folder: Path) -> list[Path]:
    """The files that a folder's contents name."""
    contents = read_csv_file(folder / CONTENTS)
    return [folder / name for name in contents.column("file")]


def extract_carried(path: Path, catalogue: Catalogue, release: date | None = None) -> Extracted:
    """Read one carried file. The file name and row numbers are those of the published file that it was taken from.

    The hash is the carried file's own: it holds only some of the columns, so that loading the published file later is
    a new version and not "already there".

    Raises:
        FileRefusedError: the file is not in its folder's contents, or has been changed into something else.
    """
    contents = read_csv_file(path.parent / CONTENTS)
    at = np.flatnonzero((contents.column("file") == path.name).to_numpy(dtype=bool))
    if not len(at):
        raise FileRefusedError(f"{path.name} is not listed in {CONTENTS} beside it. Make the sample data again.")
    about = {name: str(contents.column(name).iloc[at[0]]) for name in CONTENTS_COLUMNS}
    publication = catalogue.publications.get(about["publication"])
    day = date.fromisoformat(about["release"])
    if publication is None or day not in publication.releases or (release or day) != day:
        raise FileRefusedError(
            f"{path.name} is of {about['publication']}, release {about['release']}, which is not declared (or not the "
            "release asked for). Make the sample data again."
        )
    table = read_csv_file(path)
    kind = about["kind"]
    if kind not in CARRIED_COLUMNS or table.header != CARRIED_COLUMNS[kind]:
        raise FileRefusedError(f"{path.name} has other columns than its kind, {kind}. Make the sample data again.")
    common = (publication, day, about["original_file"], table.sha256, int(about["original_rows"]))
    frame = _typed(table, kind)
    if kind == "values":
        return Extracted(*common, values=frame.assign(note="")[list(VALUE_COLUMNS)])
    if kind == "noted values":
        return Extracted(*common, values=frame)
    if kind == "population":
        return Extracted(*common, population=frame[list(POPULATION_COLUMNS)])
    return Extracted(*common, neighbours=frame)


def _typed(table: Table, kind: str) -> pd.DataFrame:
    frame = pd.DataFrame({name: table.column(name) for name in table.header})
    for name in ("row", "rank", "age_from", "age_to"):
        if name in frame:
            frame[name] = frame[name].astype(int)
    if kind != "neighbours":
        frame["value"] = pd.to_numeric(frame["value"].replace("", None)).astype(float)
    if kind in ("values", "population"):
        zero = np.where(frame["value"] == 0, State.ZERO.value, State.VALUE.value)
        states = {symbol: state.value for symbol, state in EES_SYMBOLS.items()}
        frame["state"] = np.where(frame["symbol"] == "", zero, frame["symbol"].map(states))
    return frame

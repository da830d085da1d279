"""The way into a published file: open it, recognise it, and read it as its format asks."""

from datetime import date
from pathlib import Path

from etl.extract.ees import read_ees
from etl.extract.extracted import NEIGHBOUR_COLUMNS, POPULATION_COLUMNS, VALUE_COLUMNS, Extracted, LeftOut
from etl.extract.fingertips import read_fingertips
from etl.extract.lait import read_lait
from etl.extract.neighbours import read_neighbours
from etl.extract.ons_ages import read_ons_ages
from etl.extract.read_file import read_tables
from etl.extract.recognise import UnknownDatasetError, recognise
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError

__all__ = [
    "NEIGHBOUR_COLUMNS",
    "POPULATION_COLUMNS",
    "VALUE_COLUMNS",
    "Extracted",
    "LeftOut",
    "extract_publication",
    "is_known",
]


def is_known(path: Path, catalogue: Catalogue) -> str:
    """Empty where a file is a declared dataset (right or wrong inside), else what is said of it: it is another, or no
    table that could be one."""
    try:
        table = read_tables(path)[0]
    except FileRefusedError as error:
        return str(error)
    try:
        recognise(table, catalogue)
    except UnknownDatasetError as error:
        return str(error)
    except FileRefusedError:
        return ""  # a known dataset with a fault: loading it says which
    return ""


def extract_publication(path: Path, catalogue: Catalogue, release: date | None = None) -> Extracted:
    """Read one published file. `release` overrides recognition by latest period.

    Raises:
        FileRefusedError: not a table, not a known one, or a row of it is wrong.
    """
    tables = read_tables(path)
    table = tables[0]
    publication, day = recognise(table, catalogue, release)
    if publication.neighbours is not None:
        found = read_neighbours(table, publication.neighbours, catalogue.areas)
        return Extracted(publication, day, table.name, table.sha256, len(table.cells), neighbours=found)
    match publication.format:
        case "lait":
            return read_lait(table, publication, day, catalogue)
        case "fingertips":
            return read_fingertips(table, publication, day, catalogue)
        case "ons-ages":
            return read_ons_ages(tables, publication, day, catalogue.areas)
        case _:
            return read_ees(table, publication, day, catalogue)

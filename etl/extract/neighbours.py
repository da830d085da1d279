"""Reads the Department for Education's statistical-neighbour models."""

import pandas as pd

from etl.extract.extracted import NEIGHBOUR_COLUMNS
from etl.extract.table import Table
from schema.areas import Areas
from schema.errors import FileRefusedError
from schema.publications import NeighbourModel


def read_neighbours(table: Table, model: NeighbourModel, areas: Areas) -> pd.DataFrame:
    """One row for each authority and rank.

    Raises:
        FileRefusedError: a code is no authority's, or an authority stands in two rows.
    """
    parts = []
    for rank in range(1, model.size + 1):
        at = table.header.index(model.neighbour_column.format(rank=rank))
        parts.append(
            pd.DataFrame(
                {
                    "model": model.id,
                    "dfe": table.column(model.authority_column).str.strip(),
                    "rank": rank,
                    "neighbour_dfe": table.cells[at].str.strip(),
                    # Some carry a trailing space ("Close ").
                    "closeness": table.cells[at + 1].str.strip(),
                }
            )
        )
    found = pd.concat(parts)
    # Authorities that came after a model was made have a row without neighbours.
    found = found[found["neighbour_dfe"] != ""]
    for column, name in (("dfe", "area"), ("neighbour_dfe", "neighbour")):
        ids = {code: areas.from_codes(code, "") for code in found[column].unique()}
        unknown = found[found[column].map(lambda code, ids=ids: ids[code] is None)]
        if len(unknown):
            raise FileRefusedError(
                f"{table.place}, row {table.row(int(unknown.index[0]))}: “{unknown[column].iloc[0]}” is no authority's "
                "code. Load the file as published, or declare the authority in schema/areas/."
            )
        found[name] = found[column].map({code: area.id for code, area in ids.items() if area is not None})
    if bool(found.duplicated(["area", "rank"]).any()):
        again = found[found.duplicated(["area", "rank"])].iloc[0]
        raise FileRefusedError(f"{table.place}: {again['area']} stands in two rows. Keep one of them.")
    return found[list(NEIGHBOUR_COLUMNS)].reset_index(drop=True)

"""Carries published figures over into the project's own tidy layout.

    python -m sample_data.make_published FOLDER…

reads the published files of the folders (as the publishers offer them), keeps the quantities that the measures use, for
all authorities, England and the regions, and writes `sample_data/published/`. The same files give the same bytes.
Only facts are carried (codes, numbers, symbols, notes and the row that each stood in), never a downloaded file.
"""

import gzip
import io
import sys
from pathlib import Path

import pandas as pd

from etl.extract.carried import CARRIED_COLUMNS, CONTENTS, CONTENTS_COLUMNS
from etl.extract.publications import Extracted, extract_publication
from schema.catalogue import Catalogue, default_catalogue
from schema.errors import FileRefusedError
from schema.states import EES_SYMBOLS

TARGET = Path(__file__).resolve().parent / "published"


def used_quantities(catalogue: Catalogue) -> frozenset[str]:
    """The quantities that some measure is made of, or is printed as."""
    terms = {term.quantity for m in catalogue.measures.values() for term in (*m.numerator, *m.denominator)}
    return frozenset(terms | {m.printed for m in catalogue.measures.values() if m.printed})


def carry(found: Extracted, quantities: frozenset[str]) -> tuple[str, pd.DataFrame]:
    """What of a file is carried, and of which kind it is."""
    if len(found.values):
        values = found.values[found.values["quantity"].isin(quantities)]
        hidden = values.loc[values["value"].isna(), "symbol"]
        is_noted = bool((values["note"] != "").any()) or not hidden.isin(EES_SYMBOLS).all()
        return "noted values" if is_noted else "values", values
    if len(found.population):
        return "population", found.population
    return "neighbours", found.neighbours


def published_in(folder: Path) -> list[Path]:
    """The files of a folder that may be a publication."""
    return [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet", ".xlsx")]


def main(folders: list[str], target: Path = TARGET) -> None:
    """Read the folders and write the sample. Files that are no publication of ours are named and left alone.

    Where two files are of one release, that with more rows kept is carried.
    """
    catalogue = default_catalogue()
    quantities = used_quantities(catalogue)
    target.mkdir(exist_ok=True)
    carried: dict[str, tuple[int, tuple[object, ...], bytes]] = {}
    for path in sorted(path for folder in folders for path in published_in(Path(folder))):
        try:
            found = extract_publication(path, catalogue)
        except FileRefusedError as refusal:
            sys.stderr.write(f"left alone: {refusal}\n")
            continue
        kind, frame = carry(found, quantities)
        if frame.empty:
            continue
        name = f"{found.publication.id}_{found.release}.csv.gz"
        text = frame[list(CARRIED_COLUMNS[kind])].to_csv(index=False, lineterminator="\n", float_format="%.10g")
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as archive:
            archive.write(text.encode())
        about = (name, kind, found.publication.id, found.release, found.file_name, found.sha256, found.row_count)
        if name not in carried or carried[name][0] < len(frame):
            carried[name] = (len(frame), about, packed.getvalue())
    for name, (_, _, content) in carried.items():
        (target / name).write_bytes(content)
    contents = sorted(about for _, about, _ in carried.values())
    listed = pd.DataFrame(contents, columns=list(CONTENTS_COLUMNS))
    (target / CONTENTS).write_text(listed.to_csv(index=False, lineterminator="\n"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

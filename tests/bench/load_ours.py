"""Loads published files with the product and prints what it took, as JSON. Run on its own so that memory is its own."""

import json
import sys
import time
from pathlib import Path

from etl.extract.publications import extract_publication
from etl.load import store
from etl.load.engine import open_engine, writing
from etl.load.migrate import upgrade
from etl.pipeline import load_publications
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.bench.peak import peak_mb


def main(url: str, files: list[Path]) -> None:
    """Make the tables, then time one load of all files, figures included."""
    catalogue, context = default_catalogue(), Context()
    engine = open_engine(url)
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, context.partnership, "Bench", "stoke-on-trent", demonstration=True)
    began = time.perf_counter()
    report = load_publications(engine, files, catalogue, context, extract=extract_publication)
    seconds = time.perf_counter() - began
    engine.dispose()
    peak = peak_mb()
    sys.stdout.write(json.dumps({"seconds": seconds, "rows": report.values + report.figures, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], [Path(name) for name in sys.argv[2:]])

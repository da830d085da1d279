"""Reads a return and holds it against every rule, and prints what that took, as JSON, in a process of its own.

Seconds are the processor's: a bare reader beside it is measured so too, and a busy machine does not blur them.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

from etl.extract.returns import read_return
from etl.validate.check import check_return
from schema.catalogue import default_catalogue
from tests.bench.large_return import AGENCY, PERIOD
from tests.bench.peak import peak_mb


def main(path: Path) -> None:
    """Time the reading, then the whole."""
    catalogue = default_catalogue()
    began = time.process_time()
    table = read_return(path)
    read = time.process_time()
    checked = check_return(
        table, catalogue.return_spec(AGENCY), PERIOD, "stoke-on-trent", catalogue, date(2025, 10, 20)
    )
    done = time.process_time()
    peak = peak_mb()
    rules = sorted({finding.rule for finding in checked.findings})
    sys.stdout.write(
        json.dumps(
            {
                "reading": read - began,
                "seconds": done - began,
                "peak_mb": peak,
                "rows": len(table.cells),
                "findings": len(checked.findings),
                "rules": rules,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

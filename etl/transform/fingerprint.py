"""What figures are computed by, as one short text: another text means that kept figures must be computed again."""

import hashlib
import json
from pathlib import Path
from typing import Any

from schema.catalogue import Catalogue

_ROOT = Path(__file__).resolve().parents[2]

# The code that turns values into figures. Its text is taken, so that nobody has to remember to count a version up.
_CODE = (
    "etl/computing.py",
    "etl/transform/figures.py",
    "etl/transform/cube.py",
    "etl/transform/disputes.py",
    "schema/measures.py",
    "schema/periods.py",
    "schema/quantities.py",
    "schema/states.py",
)

_FORMULA = {
    "numerator",
    "denominator",
    "population",
    "per",
    "share_by",
    "printed",
    "printed_rules",
    "agency",
    "since",
    "versions",
}
_READ = {"format", "time", "time_identifier", "constant", "series", "population_series", "neighbours", "releases"}
_COUNTED = {"kind", "additive", "printed_covers", "published_in", "whole_number"}
_ASKED = {"quantity", "when", "also", "as_category"}


def of_computation(catalogue: Catalogue) -> str:
    """The code and formulas that figures are computed by, as 16 hexadecimal digits. Titles and words do not count."""
    formulas = {
        "measures": {m.id: m.model_dump(mode="json", include=_FORMULA) for m in catalogue.measures.values()},
        "quantities": {q.id: q.model_dump(mode="json", include=_COUNTED) for q in catalogue.quantities.values()},
        "returns": {
            spec.id: [item.model_dump(mode="json", include=_ASKED) for item in spec.items]
            for spec in catalogue.returns.values()
        },
        "publications": {
            p.id: [p.series_title, {day.isoformat(): str(r.population) for day, r in p.releases.items()}]
            for p in catalogue.publications.values()
        },
    }
    code = [hashlib.sha256((_ROOT / name).read_bytes()).hexdigest() for name in _CODE]
    return _short([code, formulas])


def of_reading(catalogue: Catalogue, publication: str) -> str:
    """What is read of a published dataset, as 16 hexadecimal digits: the same file is read anew when this changes."""
    found = catalogue.publications[publication]
    mapping = found.model_dump(mode="json", include=_READ)
    stocks = sorted(s.quantity for s in found.series if catalogue.quantities[s.quantity].at_date)
    return _short([mapping, stocks])


def _short(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

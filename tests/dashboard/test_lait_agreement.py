"""The Department's interactive tool (LAIT) repeats what others publish first: where definitions agree, figures agree.

Over the figures that travel with the project, for every authority and year, to LAIT's printed precision.
"""

from collections.abc import Callable

import pytest

from dashboard.queries import Queries
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context

# Each measure in which authorities' figures differ, and in how many of them.
EXCEPTIONS = {
    # LAIT's data dictionary names a special request as its source for both time limits, not the published file.
    "assessments-within-45-working-days": 3,
    "initial-conferences-within-15-working-days": 8,
    # Our newest file of plans ended is of the 2024 release and rests on its population; LAIT rests on the next one.
    "child-protection-plans-ended": 255,
}


@pytest.mark.parametrize("demonstration_url", ["sqlite"], indirect=True)
def test_figures_agree_for_all_authorities_and_years(
    demonstration_url: str, record_property: Callable[[str, object], None]
) -> None:
    engine = open_engine(demonstration_url)
    catalogue = default_catalogue()
    found = Queries(engine, catalogue).agreement(Context())
    engine.dispose()
    authorities = found[found["area"].map(lambda area: catalogue.areas.by_id[area].ranked)]
    record_property("figures compared", len(authorities))
    assert len(authorities) > 43_000
    assert authorities["measure"].nunique() >= 43
    differing = authorities[~authorities["agrees"].astype(bool)]
    assert differing.groupby("measure").size().to_dict() == EXCEPTIONS

"""Reading for many at once, and what is kept."""

from concurrent.futures import ThreadPoolExecutor

from dashboard.queries import Queries
from dashboard.views.overview import overview_page
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.dashboard.figures import in_use


def test_readers_who_come_together_before_anything_is_kept_all_get_their_page(demonstration_url: str) -> None:
    # More readers than the pool has connections: each used to hold one while it asked for another.
    engine = open_engine(demonstration_url)
    queries = Queries(engine, default_catalogue())
    home = queries.catalogue.areas.find("stoke-on-trent")
    with ThreadPoolExecutor(20) as readers:
        pages = list(readers.map(lambda _: overview_page(queries, Context(), home), range(20)))
    engine.dispose()
    assert {page.measures for page in pages} == {len(in_use(queries.catalogue))}
    assert len({page.rows[1].headline.value for page in pages if page.rows[1].headline}) == 1

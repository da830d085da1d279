"""Reading for many at once, what is kept, and that what is shown together is of one version of the data."""

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.pages import all_pages
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.shell import Shell
from dashboard.views.overview import overview_page
from etl.load.engine import Engine, open_engine
from etl.load.store import Source
from etl.submissions import accept_return, withdraw_return
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import parse_period
from tests.dashboard.figures import in_use
from tests.etl.handed_in import READER

AGENCY, PERIOD = "youth-justice", parse_period("2025-26Q2")
MEASURE = next(measure.id for measure in default_catalogue().measures.values() if measure.agency == AGENCY)
SHOWN = ("/returns", f"/measure/{MEASURE}", f"/download/measure/{MEASURE}.csv")


def test_readers_who_come_together_before_anything_is_kept_all_get_their_page(demonstration_url: str) -> None:
    # More readers than the pool has connections: each used to hold one while it asked for another.
    engine = open_engine(demonstration_url)
    queries = Queries(engine, default_catalogue())
    home = queries.catalogue.areas.find("stoke-on-trent")
    shell = Shell(queries, Context(), all_pages())
    with ThreadPoolExecutor(40) as readers:
        made = [readers.submit(overview_page, queries, Context(), home) for _ in range(20)]
        drawn = {readers.submit(shell.at, "/returns", "") for _ in range(20)}
        pages = [page.result() for page in made]
    engine.dispose()
    assert {page.measures for page in pages} == {len(in_use(queries.catalogue))}
    assert len({page.rows[1].headline.value for page in pages if page.rows[1].headline}) == 1
    assert len({str(page.result()) for page in drawn}) == 1


def shown(queries: Queries, address: str) -> str:
    """A page or a file as one text."""
    if not address.startswith("/download/"):
        return str(Shell(queries, Context(), all_pages()).at(address, ""))
    return str(create_app(Settings(), queries).server.test_client().get(address).text)


def disturbed(queries: Queries, after: int, act: Callable[[], object]) -> list[int]:
    """Let something happen between two reads, once; returns how many reads there were, when there have been some."""
    keep, reads = queries._keep, [0]

    def of(key: tuple[Hashable, ...], make: Callable[[Any], Any]) -> Any:
        found = keep(key, make)
        reads[0] += 1
        if reads[0] == after:
            act()
        return found

    queries._keep = of
    return reads


@pytest.fixture
def own(own_demonstration_url: str) -> Iterator[Engine]:
    """A demonstration of one's own, in which one return has been withdrawn."""
    engine = open_engine(own_demonstration_url)
    withdraw(engine)
    yield engine
    engine.dispose()


def withdraw(engine: Engine) -> None:
    withdraw_return(engine, READER, default_catalogue(), AGENCY, PERIOD, 1, "It was sent too early.")


def accept(engine: Engine) -> None:
    accept_return(engine, READER, default_catalogue(), AGENCY, PERIOD, 1)


def test_what_is_shown_together_is_of_one_version_though_a_return_is_accepted_meanwhile(own: Engine) -> None:
    for after, address in enumerate(SHOWN, start=1):
        before = shown(Queries(own, default_catalogue()), address)
        queries = Queries(own, default_catalogue())
        reads = disturbed(queries, after, partial(accept, own))
        assert shown(queries, address) == before
        assert reads[0] > after
        assert shown(queries, address) != before
        withdraw(own)


def test_who_reads_the_version_before_goes_on_beside_those_who_read_the_new_one(own: Engine) -> None:
    queries, context = Queries(own, default_catalogue()), Context()

    def read() -> tuple[int, dict[int, Source]]:
        return queries.version(), queries.sources(context)

    with ThreadPoolExecutor(1) as other:
        with queries.one_version():
            version, kept = read()
            accept(own)
            newer, new = other.submit(read).result()
            assert newer > version
            assert set(new) > set(kept)
            assert read() == (version, kept)
            # What is made only now is of the version before as well, and within one look there is no other.
            with queries.one_version():
                assert PERIOD.code not in queries.periods_submitted(context)[AGENCY]
                assert set(queries.figures(context, MEASURE)["source_id"]) <= set(kept)
            # It leaves what the others keep alone.
            assert other.submit(read).result()[1] is new
        assert queries.sources(context) is new
    assert PERIOD.code in queries.periods_submitted(context)[AGENCY]


def test_what_fails_leaves_no_look_behind(demonstration_url: str) -> None:
    engine = open_engine(demonstration_url)
    queries = Queries(engine, default_catalogue())
    for _ in range(40):  # more than the pool has connections
        with pytest.raises(WrongUseError), queries.one_version():
            queries.neighbours(Context(), "nobody's")
        with pytest.raises(ZeroDivisionError), queries.one_version():
            queries.kept(("wrong",), lambda: 1 // 0)
    assert queries.kept(("right",), lambda: 1) == 1
    engine.dispose()

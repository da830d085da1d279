"""Fills a database with the demonstration: carried published figures and made-up returns."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine

from etl.extract.carried import carried_files, extract_carried
from etl.load import store
from etl.load.engine import reading, writing
from etl.load.migrate import upgrade
from etl.pipeline import bring_up_to_date, load_publications, submit_return
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import parse_period

HOME_AREA = "stoke-on-trent"
PARTNERSHIP_NAME = "Stoke-on-Trent Safeguarding Children Partnership"
SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"
AGENCY = "childrens-social-care"


def sample_returns() -> list[Path]:
    """The made-up returns, oldest first."""
    return sorted((SAMPLE / "returns").glob(f"{AGENCY}-*.csv"))


def build_demonstration(
    engine: Engine, catalogue: Catalogue, context: Context, today: date, progress: Callable[[str], None]
) -> bool:
    """Make the tables and load the sample; False where it is all there already. Interrupted, it goes on where it was.

    Raises:
        WrongUseError: the database belongs to a real partnership, whose figures made-up ones must never join.
    """
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, context.partnership, PARTNERSHIP_NAME, HOME_AREA, demonstration=True)
        if not store.require_partnership(connection, context).demonstration:
            raise WrongUseError(
                "This database holds a partnership's own figures, and the demonstration's are made up. "
                "Set DATABASE_URL to another database."
            )
    bring_up_to_date(engine, catalogue, context, progress)
    if _complete(engine, context):
        return False
    load_publications(
        engine, carried_files(SAMPLE / "published"), catalogue, context, extract=extract_carried, progress=progress
    )
    for path in sample_returns():
        period = parse_period(path.stem.removeprefix(f"{AGENCY}-"))
        progress(f"Submitting the return for {period.label()}")
        submit_return(engine, path, AGENCY, period, catalogue, context, today)
    return True


def _complete(engine: Engine, context: Context) -> bool:
    with reading(engine) as connection:
        sources = store.active_sources(connection, context)
    releases = {(s.publisher, s.edition) for s in sources if s.kind == store.RELEASE}
    returned = {s.edition for s in sources if s.kind == store.SUBMISSION}
    wanted = {tuple(path.name.removesuffix(".csv.gz").split("_")) for path in carried_files(SAMPLE / "published")}
    return wanted <= releases and {p.stem.removeprefix(f"{AGENCY}-") for p in sample_returns()} <= returned

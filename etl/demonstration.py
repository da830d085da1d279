"""Fills a database with the demonstration: carried published figures and made-up returns."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy.engine import Engine

from etl.computing import bring_up_to_date
from etl.extract.carried import carried_files, extract_carried
from etl.load import store
from etl.load.engine import reading, writing
from etl.load.migrate import upgrade
from etl.load.papers import PAPER, load_papers
from etl.pipeline import load_publications
from etl.submissions import ReturnFile, accept_within, check_within, compute_returns, explained, submit_within
from etl.transform import fingerprint
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import parse_period
from schema.working_days import after_working_days

HOME_AREA = "stoke-on-trent"
PARTNERSHIP_NAME = "Stoke-on-Trent Safeguarding Children Partnership"
SENDER, READER = "demonstration analyst", "demonstration reader"
"""Who submits and who accepts the made-up returns."""
LOOKED_AT = date(2025, 11, 20)
"""A day on which the made-up returns were new: the last of them is of September 2025."""
SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"


def sample_returns(catalogue: Catalogue) -> list[ReturnFile]:
    """The made-up returns of every agency, the oldest period first."""
    found = [
        ReturnFile.at(path, agency, parse_period(path.stem.removeprefix(f"{agency}-")))
        for agency in catalogue.returns
        for path in (SAMPLE / "returns").glob(f"{agency}-*.csv")
    ]
    return sorted(found, key=lambda sample: (sample.period.end, sample.agency))


def sample_papers() -> list[Path]:
    """What the partnership's older papers print. Figures whose measures are not there yet wait in other files."""
    return [path for path in sorted((SAMPLE / "historic").glob("*.csv")) if not path.stem.endswith("-waiting")]


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
    if _complete(engine, catalogue, context):
        return False
    load_publications(
        engine,
        carried_files(SAMPLE / "published"),
        catalogue,
        context,
        extract=extract_carried,
        accepted_at=lambda found: _hour(found.release, 9),
        progress=progress,
    )
    _hand_in(engine, sample_returns(catalogue), catalogue, context, today, progress)
    progress("Loading the figures of older papers")
    load_papers(engine, sample_papers(), catalogue, context, lambda found: _hour(found.paper.published, 9))
    return True


def _hand_in(
    engine: Engine,
    returns: Sequence[ReturnFile],
    catalogue: Catalogue,
    context: Context,
    today: date,
    progress: Callable[[str], None],
) -> None:
    """Check, submit and accept returns, all of them or none; figures are computed once at the end."""
    sender, reader = (context.model_copy(update={"viewer": viewer}) for viewer in (SENDER, READER))
    with writing(engine) as connection:
        fresh = set()
        for file in returns:
            progress(f"Checking {file.name}")
            checked = check_within(connection, sender, catalogue, file, today)
            why = {finding.rule: "The demonstration’s figures are made up." for finding in checked.to_explain}
            day = checked.found.extract_date or today
            submitted = submit_within(connection, sender, catalogue, checked, explained(checked, why), _hour(day, 14))
            if submitted.changed:
                version, at = submitted.version.version, _hour(after_working_days(day, 2), 10)
                accept_within(connection, reader, file.agency, file.period, version, at)
                fresh.add(file.agency)
        progress("Computing figures")
        compute_returns(connection, catalogue, context, fresh)


def _hour(day: date, hour: int) -> datetime:
    """When something is taken to have happened: what is published on its day of release, a return on its day of extract
    and two working days later. Otherwise nothing could be seen by looking back. When a file was loaded stays true."""
    return min(datetime.combine(day, time(hour), UTC), datetime.now(UTC))


def _complete(engine: Engine, catalogue: Catalogue, context: Context) -> bool:
    with reading(engine) as connection:
        sources = store.active_sources(connection, context)
    # What was read by an older version of the product is read again.
    releases = {
        (s.publisher, s.edition)
        for s in sources
        if s.kind == store.RELEASE and s.reading == fingerprint.of_reading(catalogue, s.publisher)
    }
    returned = {(s.publisher, s.edition) for s in sources if s.kind == store.SUBMISSION}
    printed = {(s.publisher, s.edition) for s in sources if s.kind == PAPER}
    wanted = {tuple(path.name.removesuffix(".csv.gz").split("_")) for path in carried_files(SAMPLE / "published")}
    papers = {tuple(path.name.removesuffix(".csv").split(".")) for path in sample_papers()}
    returns = {(sample.agency, sample.period.code) for sample in sample_returns(catalogue)}
    return wanted <= releases and returns <= returned and papers <= printed

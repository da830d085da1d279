"""Kept figures are never those of older code, of an older mapping, or of a file that was cut short unnoticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.computing import bring_up_to_date, require_current
from etl.load import store
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.pipeline import LoadReport, load_publications
from etl.transform import fingerprint
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, FileRefusedError
from schema.tables import AuditEventRow, FigureRow
from tests.etl.published import CATALOGUE, population_file, referrals_file

CONTEXT = Context()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, CONTEXT.partnership, "Ours", "stoke-on-trent", demonstration=False)
    yield made
    made.dispose()


def load(engine: Engine, *paths: Path, catalogue: Catalogue = CATALOGUE, replace: bool = False) -> LoadReport:
    return load_publications(engine, paths, catalogue, CONTEXT, replace=replace)


def repeats(engine: Engine) -> float:
    """Stoke's repeat referrals in 2024-25, as they are kept."""
    row = FigureRow.__table__.c
    query = sa.select(row.value).where(
        row.measure == "repeat-referrals", row.area_id == "stoke-on-trent", row.period == "2024-25"
    )
    with reading(engine) as connection:
        return float(connection.execute(query).scalar_one())


def changed(**formula: object) -> Catalogue:
    """The catalogue with repeat referrals measured in another way."""
    measure = CATALOGUE.measure("repeat-referrals").model_copy(update=formula)
    return CATALOGUE.model_copy(update={"measures": {**CATALOGUE.measures, measure.id: measure}})


def test_a_changed_formula_asks_for_every_figure_to_be_computed_again(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    assert bring_up_to_date(engine, CATALOGUE, CONTEXT)
    require_current(engine, CATALOGUE, CONTEXT)
    per_thousand = changed(per=1000)
    with pytest.raises(DatabaseNotReadyError, match="safeguarding init"):
        require_current(engine, per_thousand, CONTEXT)
    assert bring_up_to_date(engine, per_thousand, CONTEXT)
    assert repeats(engine) == pytest.approx(1000 * 812 / 3874)
    require_current(engine, per_thousand, CONTEXT)
    assert not bring_up_to_date(engine, per_thousand, CONTEXT)


def test_another_title_computes_nothing_again() -> None:
    assert fingerprint.of_computation(changed(title="Seen twice")) == fingerprint.of_computation(CATALOGUE)
    assert fingerprint.of_computation(changed(per=1000)) != fingerprint.of_computation(CATALOGUE)


def test_computing_again_is_written_down_once(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path))
    for _ in range(2):
        bring_up_to_date(engine, CATALOGUE, CONTEXT)
    with reading(engine) as connection:
        actions = list(connection.execute(sa.select(AuditEventRow.action)).scalars())
    assert actions.count(store.COMPUTED) == 1


def test_a_file_is_read_anew_once_more_of_it_is_wanted(engine: Engine, tmp_path: Path) -> None:
    whole = CATALOGUE.publications["cin-referrals"]
    fewer = whole.model_copy(update={"series": whole.series[:1]})
    earlier = CATALOGUE.model_copy(update={"publications": {**CATALOGUE.publications, whole.id: fewer}})
    path = referrals_file(tmp_path)
    assert load(engine, path, catalogue=earlier).values == 8
    again = load(engine, path)
    assert again.values == 8 * 10
    assert again.files[0].replaces.startswith("version 1 (c1.csv, loaded ")
    assert not load(engine, path).files[0].changed


def cut_short(path: Path, lines: int) -> Path:
    kept = path.read_text(encoding="utf-8").splitlines(keepends=True)[:lines]
    short = path.with_name("short.csv")
    short.write_text("".join(kept), encoding="utf-8")
    return short


def test_a_file_that_says_less_than_what_it_replaces_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = referrals_file(tmp_path)
    load(engine, path)
    before = repeats(engine)
    short = cut_short(path, 6)
    with pytest.raises(FileRefusedError, match=r"short\.csv: 30 of the figures that c1\.csv had .* --replace"):
        load(engine, short)
    assert repeats(engine) == before
    report = load(engine, short, replace=True)
    assert report.files[0].changed
    assert "c1.csv" in report.files[0].replaces


def test_a_file_that_lost_one_quantity_of_an_area_is_refused(engine: Engine, tmp_path: Path) -> None:
    """Its other quantities cover the hole, so that areas and periods alone would not show it."""
    path = referrals_file(tmp_path)
    load(engine, path)
    whole = CATALOGUE.publications["cin-referrals"]
    lost = whole.model_copy(update={"series": whole.series[1:]})
    fewer = CATALOGUE.model_copy(update={"publications": {**CATALOGUE.publications, whole.id: lost}})
    with pytest.raises(FileRefusedError, match=r"8 of the figures .* first referrals of .* --replace"):
        load(engine, path, catalogue=fewer)


def test_two_files_of_one_release_that_differ_are_refused_together(engine: Engine, tmp_path: Path) -> None:
    path = referrals_file(tmp_path)
    with pytest.raises(FileRefusedError, match=r"c1\.csv and short\.csv are both .* and differ"):
        load(engine, path, cut_short(path, 6))

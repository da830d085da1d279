"""Figures of older papers: kept as printed, checked by the measures' own formula, versioned like any source."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.demonstration import SAMPLE, sample_papers
from etl.extract.papers import COLUMNS, read_paper
from etl.load import store
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.load.papers import PAPER, load_papers, read_historic
from etl.transform.figures import Vintage, compute_figures
from etl.transform.papers import computed_again, rounds_to
from schema.catalogue import Catalogue, default_catalogue
from schema.context import Context
from schema.errors import FileRefusedError, SchemaError
from schema.tables import AuditEventRow, HistoricFigureRow

HISTORIC = SAMPLE / "historic"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return default_catalogue()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    upgrade(made)
    with writing(made) as connection:
        store.ensure_partnership(connection, "home", "Stoke-on-Trent", "stoke-on-trent", demonstration=True)
    yield made
    made.dispose()


PLANS = {
    "measure": "child-protection-plans", "area": "stoke-on-trent", "period_label": "As at 31 March 2018",
    "start": "2018-03-31", "end": "2018-03-31", "basis": "at-date", "category": "total",
    "as_printed": "50.0 per 10,000 (284)", "value": "50.0", "numerator": "284", "denominator": "56748",
    "unit": "per 10,000", "place": "Child Protection",
}  # fmt: skip


def paper_file(folder: Path, *rows: dict[str, str], part: str = "children") -> Path:
    """A paper's declaration and a file of its figures: each row is the protection plans' with what is given changed."""
    (folder / "a-paper.yaml").write_text(
        "title: Annual Report\npublisher: A Board\npublished: 2018-06-30\nlicence: quoted\nabout: a report\n"
    )
    path = folder / f"a-paper.{part}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(PLANS | row for row in (rows or ({},)))
    return path


# ------------------------------------------------------------------------------------------------- the formula


@pytest.mark.parametrize(
    ("measure", "quantity", "count", "printed", "decimals"),
    [
        ("child-protection-plans", "protection-plans", 284, 50.0, 1),
        ("children-in-care", "children-in-care", 740, 130, 0),
    ],
)
def test_the_formula_of_the_measures_makes_what_the_board_printed(
    catalogue: Catalogue, measure: str, quantity: str, count: int, printed: float, decimals: int
) -> None:
    """284 plans over 56,748 children is 50.0 per 10,000; 740 children in care is 130: by every figure's own way."""
    value = {
        "source_id": 1, "publisher": "childrens-social-care", "area": "stoke-on-trent", "period": "2017-18Q4",
        "basis": "at-date", "quantity": quantity, "category": "total", "value": float(count), "state": "value",
    }  # fmt: skip
    residents = {
        "source_id": 2, "released_on": date(2018, 6, 28), "area": "stoke-on-trent", "period": "MY2017",
        "age_from": 0, "age_to": 17, "sex": "total", "ethnicity": "total", "value": 56748.0, "state": "value",
    }  # fmt: skip
    vintage = Vintage(pd.DataFrame([value]), pd.DataFrame([residents]), {1: "final"}, "childrens-social-care")
    figures = compute_figures(vintage, catalogue)
    found = figures.loc[figures["measure"] == measure, "value"].item()
    assert round(found, decimals) == printed
    assert computed_again([count], [56748], catalogue.measures[measure].per)[0] == found


def test_the_loader_finds_the_boards_rates_right(catalogue: Catalogue) -> None:
    figures = read_paper(HISTORIC / "stoke-board-annual-report-2017-18.children.csv", catalogue).figures
    whole = figures[figures["denominator"] == 56748].set_index("measure")
    assert whole["value"].to_dict() == {"child-protection-plans": 50.0, "children-in-care": 130.0}
    assert whole["computed"].round(4).to_dict() == {"child-protection-plans": 50.0458, "children-in-care": 130.4011}
    assert (whole["disagreement"] == "").all()


def test_a_value_rounds_to_what_is_printed_with_its_own_decimals() -> None:
    assert rounds_to(130.4011, 130, 0)
    assert not rounds_to(130.6, 130, 0)
    assert rounds_to(0.125, 0.13, 2)
    assert not rounds_to(66.948, 61.5, 1)


# -------------------------------------------------------------------------------------------- what is carried


def test_every_carried_figure_is_of_a_measure_and_the_known_contradictions_are_said(catalogue: Catalogue) -> None:
    read = [read_paper(path, catalogue) for path in sample_papers()]
    assert {found.paper.id for found in read} == {
        "stoke-board-annual-report-2017-18", "staffordshire-select-committee-2018-01", "ofsted-inspection-stoke-2015",
    }  # fmt: skip
    said = {finding.message for found in read for finding in found.disagreements}
    assert said == {
        "3,012 of 4,499 makes 66.9, not the printed 61.5.",
        "211 of 11,585 makes 1.8, not the printed 2.7.",
        "236 of 1,174 makes 20.1, not the printed 23.4.",
    }


def test_what_waits_is_refused_only_for_its_measure(catalogue: Catalogue) -> None:
    waiting = sorted(HISTORIC.glob("*-waiting.csv"))
    assert waiting
    for path in waiting:
        with pytest.raises(FileRefusedError) as refused:
            read_paper(path, catalogue)
        assert {finding.rule for finding in refused.value.findings} == {"paper-measure-unknown"}


# ------------------------------------------------------------------------------------------------------ loading


def historic_of(
    engine: Engine, measure: str = "child-protection-plans", context: Context | None = None
) -> pd.DataFrame:
    with reading(engine) as connection:
        return read_historic(connection, context or Context(), measure)


def test_a_figure_comes_back_as_printed_with_its_source(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> None:
    loaded = load_papers(engine, [paper_file(tmp_path, {"caveat": "Provisional."})], catalogue, Context())
    assert [(file.figures, file.changed) for file in loaded] == [(1, True)]
    found = historic_of(engine).iloc[0]
    assert (found["as_printed"], found["value"], found["numerator"]) == ("50.0 per 10,000 (284)", 50.0, 284.0)
    assert (found["start"], found["end"], found["row"]) == (date(2018, 3, 31), date(2018, 3, 31), 2)
    assert (found["paper"], found["published"]) == ("A Board, Annual Report", date(2018, 6, 30))
    assert (found["caveat"], found["area"]) == ("Provisional.", "stoke-on-trent")


def test_no_figure_is_computed_from_a_paper(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> None:
    load_papers(engine, [paper_file(tmp_path)], catalogue, Context())
    with reading(engine) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM figure")).scalar_one() == 0
        assert connection.execute(sa.text("SELECT count(*) FROM quantity_value")).scalar_one() == 0


def test_the_same_file_again_changes_nothing(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> None:
    path = paper_file(tmp_path)
    load_papers(engine, [path], catalogue, Context())
    assert not load_papers(engine, [path], catalogue, Context())[0].changed
    with reading(engine) as connection:
        assert len(store.active_sources(connection, Context())) == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(AuditEventRow)).scalar_one() == 1


def test_a_changed_file_supersedes_and_the_past_stays_as_it_was(
    engine: Engine, tmp_path: Path, catalogue: Catalogue
) -> None:
    load_papers(engine, [paper_file(tmp_path)], catalogue, Context())
    between = datetime.now(UTC)
    slip = {"as_printed": "50.1 per 10,000", "value": "50.1", "numerator": "", "denominator": ""}
    load_papers(engine, [paper_file(tmp_path, slip)], catalogue, Context())
    assert historic_of(engine)["value"].tolist() == [50.1]
    assert historic_of(engine, context=Context(as_of=between))["value"].tolist() == [50.0]
    with reading(engine) as connection:
        source = store.active_sources(connection, Context())[0]
        assert (source.kind, source.publisher, source.edition, source.version) == (PAPER, "a-paper", "children", 2)


def test_all_files_are_loaded_or_none(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> None:
    good = paper_file(tmp_path)
    bad = paper_file(tmp_path, {"measure": "no-such-measure"}, part="more")
    with pytest.raises(FileRefusedError):
        load_papers(engine, [good, bad], catalogue, Context())
    assert historic_of(engine).empty


def test_every_carried_paper_can_be_loaded(engine: Engine, catalogue: Catalogue) -> None:
    loaded = load_papers(engine, sample_papers(), catalogue, Context())
    with reading(engine) as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(HistoricFigureRow)).scalar_one()
    assert kept == sum(file.figures for file in loaded)


# ------------------------------------------------------------------------------------------- a disagreement


def test_a_disagreement_is_kept_as_printed_and_said(tmp_path: Path, catalogue: Catalogue) -> None:
    found = read_paper(paper_file(tmp_path, {"as_printed": "51.0 (284)", "value": "51.0"}), catalogue)
    figure = found.figures.iloc[0]
    assert (figure["value"], round(figure["computed"], 4)) == (51.0, 50.0458)
    assert figure["disagreement"] == "284 of 56,748 makes 50.0, not the printed 51.0."
    assert [finding.rule for finding in found.disagreements] == ["paper-value-disagrees"]


def test_words_in_place_of_a_number_stay_words(tmp_path: Path, catalogue: Catalogue) -> None:
    words = {"as_printed": "Not published", "value": "", "numerator": "", "denominator": ""}
    figure = read_paper(paper_file(tmp_path, words), catalogue).figures.iloc[0]
    assert figure["as_printed"] == "Not published"
    assert pd.isna(figure["value"])


# -------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("changed", "rule", "said"),
    [
        ({"measure": "adult-moonlight"}, "paper-measure-unknown", "column measure: “adult-moonlight” is no measure."),
        ({"area": "atlantis"}, "paper-area-unknown", "column area: “atlantis” is no area."),
        ({"beside": "friends"}, "paper-beside-unknown", "column beside: “friends” is not whom a figure can be of."),
        ({"category": "colour:red"}, "paper-category-unknown", "column category: “colour:red” is no category."),
        ({"basis": "fortnight"}, "paper-basis-unknown", "column basis: “fortnight” is no basis."),
        ({"start": "31.3.2018"}, "paper-day-wrong", "column start: “31.3.2018” is no day."),
        ({"start": "2017-04-01"}, "paper-basis-and-dates", "column end: 2017-04-01 to 2018-03-31 is not “at-date”."),
        ({"value": "fifty"}, "paper-number-wrong", "column value: “fifty” is no number."),
        ({"value": "50.1"}, "paper-value-not-printed", "column value: 50.1 does not stand in “50.0 per 10,000 (284)”."),
        ({"place": ""}, "paper-cell-empty", "column place: Nothing stands here."),
    ],
)
def test_a_wrong_row_is_refused_with_place_and_remedy(
    tmp_path: Path, catalogue: Catalogue, changed: dict[str, str], rule: str, said: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_paper(paper_file(tmp_path, {}, changed), catalogue)
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert str(refused.value).startswith(f"a-paper.children.csv, row 3, {said}")
    assert str(refused.value).endswith("Nothing was loaded.")


def test_a_repeated_row_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(FileRefusedError, match="row 3: This row stands in row 2 already"):
        read_paper(paper_file(tmp_path, {}, {}), catalogue)


def test_a_file_without_a_paper_or_with_other_columns_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    path = paper_file(tmp_path)
    nameless = path.rename(tmp_path / "figures.csv")
    with pytest.raises(FileRefusedError, match="does not say which paper"):
        read_paper(nameless, catalogue)
    orphan = nameless.rename(tmp_path / "another-paper.children.csv")
    with pytest.raises(SchemaError, match=r"another-paper\.yaml is not there"):
        read_paper(orphan, catalogue)
    path.write_text("measure,value\nreferrals,1\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="the columns are not those"):
        read_paper(path, catalogue)

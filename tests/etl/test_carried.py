"""What travels with the project says the same as the file that it was taken from, states and notes included."""

from pathlib import Path

import pandas as pd
import pytest

from etl.extract.carried import carried_files, extract_carried
from etl.extract.publications import Extracted, extract_publication
from sample_data import make_published
from schema.catalogue import Catalogue
from tests.etl import test_fingertips, test_lait
from tests.etl.published import CATALOGUE, population_file, referrals_file


def travelled(folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> list[Extracted]:
    """The files of a folder after they have been carried over and read again."""
    monkeypatch.setattr(make_published, "default_catalogue", lambda: catalogue)
    monkeypatch.setattr(make_published, "used_quantities", lambda known: frozenset(known.quantities))
    make_published.main([str(folder)], folder / "carried")
    return [extract_carried(path, catalogue) for path in carried_files(folder / "carried")]


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    left, right = (f.astype(object).where(f.notna(), None).reset_index(drop=True) for f in (one, other))
    pd.testing.assert_frame_equal(left, right)


def test_values_and_populations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = referrals_file(tmp_path), population_file(tmp_path)
    referrals, population = travelled(tmp_path, CATALOGUE, monkeypatch)
    same(referrals.values, extract_publication(files[0], CATALOGUE).values)
    same(population.population, extract_publication(files[1], CATALOGUE).population)
    assert (referrals.file_name, referrals.row_count) == ("c1.csv", 8)


def test_an_empty_cell_keeps_its_note_and_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = test_fingertips.fingertips_file(tmp_path, test_fingertips.lines())
    (found,) = travelled(tmp_path, test_fingertips.CATALOGUE, monkeypatch)
    same(found.values, extract_publication(path, test_fingertips.CATALOGUE).values)
    assert {"suppressed", "unavailable", "missing-or-suppressed"} < set(found.values["state"])


def test_a_mark_on_a_year_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = test_lait.csv_file(tmp_path)
    (found,) = travelled(tmp_path, test_lait.CATALOGUE, monkeypatch)
    same(found.values, extract_publication(path, test_lait.CATALOGUE).values)
    assert {"provisional", "revised"} < set(found.values["note"])


def test_of_two_files_of_one_release_the_fuller_is_carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = referrals_file(tmp_path, "a.csv").read_text(encoding="utf-8")
    (tmp_path / "b.csv").write_text("\n".join(whole.splitlines()[:-1]), encoding="utf-8")
    (found,) = travelled(tmp_path, CATALOGUE, monkeypatch)
    assert found.file_name == "a.csv"

"""A publication's YAML is refused where its columns, its releases or its series do not fit together."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from pydantic import ValidationError

from schema.catalogue import load_catalogue
from schema.errors import SchemaError
from schema.files import ROOT
from schema.publications import LAYOUTS, Publication, is_comparison

ABOUT = {"id": "tried", "title": "Tried", "series_title": "Tried", "publisher": "A publisher"}
DAY = {"2025-10-30": {"latest_period": 2025}}
ONE = {"quantity": "referrals", "column": "Values", "time": "year-to-31-march", "where": {"Short Desc": "Refs"}}


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], str]:
    """What is said of a copy of the schema in which one publication was edited."""
    root = tmp_path / "schema"
    copytree(ROOT, root, ignore=lambda _, names: [name for name in names if name.endswith((".py", ".pyc"))])

    def refusal(publication: str, old: str, new: str) -> str:
        path = root / "publications" / f"{publication}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(SchemaError) as refused:
            load_catalogue(root)
        return str(refused.value)

    return refusal


def test_a_series_of_a_column_that_no_release_has_is_refused_with_its_line(
    edited: Callable[[str, str, str], str],
) -> None:
    text = (ROOT / "publications" / "cin-referrals.yaml").read_text(encoding="utf-8")
    line = text[: text.index("column: rereferral_count}")].count("\n") + 1
    message = edited("cin-referrals", "column: rereferral_count}", "column: rereferral_cuont}")
    assert message.startswith(f"schema/publications/cin-referrals.yaml, line {line}: series.1:")
    assert "column rereferral_cuont is in no release" in message


def test_a_where_on_a_column_that_no_release_has_is_refused_with_its_line(
    edited: Callable[[str, str, str], str],
) -> None:
    message = edited("mid-year-population", "where: {age_group:", "where: {age_gruop:")
    assert re.search(r"mid-year-population\.yaml, line 9: population_series\.0:.* age_gruop is in no release", message)


def test_two_releases_that_nobody_can_tell_apart_are_refused(edited: Callable[[str, str, str], str]) -> None:
    message = edited("mid-year-population", "latest_period: 2023", "latest_period: 2024")
    assert message.startswith("schema/publications/mid-year-population.yaml")
    assert "releases 2024-10-31 and 2025-10-30 have the same columns and the same `latest_period`" in message


def test_one_header_in_two_years_is_two_releases() -> None:
    assert len(load_catalogue().publications["mid-year-population"].releases) == 2


@pytest.mark.parametrize("form", LAYOUTS)
def test_a_format_of_others_need_not_list_its_columns(form: str) -> None:
    assert Publication.model_validate({**ABOUT, "format": form, "releases": DAY}).columns == LAYOUTS[form]


def test_the_columns_of_a_format_of_others_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="leave `columns` out"):
        Publication.model_validate({**ABOUT, "format": "lait", "releases": DAY, "columns": ["Short Desc"]})


def test_fingertips_comparisons_may_be_listed() -> None:
    columns = [*LAYOUTS["fingertips"], "Compared to England value or percentiles"]
    made = Publication.model_validate({**ABOUT, "format": "fingertips", "releases": DAY, "columns": columns})
    assert [column for column in made.columns if is_comparison(column)] == columns[-1:]
    assert not is_comparison("Compared to goal")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"time": None}, "says `time`, and `Short Desc` in its `where`"),
        ({"where": {"Region": "London"}}, "says `time`, and `Short Desc` in its `where`"),
        ({"where": {"Short Desc": "Refs", "Region": "London"}}, "has `Short Desc` and nothing else"),
        ({"month": 4}, "`month` is for a file whose `time` is year-to-31-march"),
        ({"month": 13}, "less than or equal to 12"),
    ],
)
def test_a_series_that_says_too_little_or_too_much_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(says)):
        Publication.model_validate({**ABOUT, "format": "lait", "releases": DAY, "series": [{**ONE, **change}]})


def test_a_file_of_pooled_years_throughout_is_refused() -> None:
    about = {**ABOUT, "time": "pooled-years", "columns": ["a"], "releases": DAY}
    with pytest.raises(ValidationError, match="pooled years are for single series"):
        Publication.model_validate(about)


def test_a_publication_without_a_release_is_refused() -> None:
    with pytest.raises(ValidationError, match="releases"):
        Publication.model_validate({**ABOUT, "format": "lait", "releases": {}})

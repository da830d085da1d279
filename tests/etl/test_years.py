"""The same year in every form in which publishers print it, and what is none."""

import pytest

from etl.extract.years import ees_period, month_within, printed_period
from schema.periods import year_to_31_march
from schema.publications import TimeKind


@pytest.mark.parametrize(
    ("text", "kind", "code", "mark"),
    [
        ("2025", TimeKind.YEAR_TO_31_MARCH, "2024-25", ""),
        ("2025", TimeKind.AT_31_MARCH, "2024-25", ""),
        ("2025", TimeKind.YEAR_TO_30_SEPTEMBER, "SY2025", ""),
        ("2025", TimeKind.CALENDAR_YEAR, "CY2025", ""),
        ("2025", TimeKind.ACADEMIC_YEAR, "AY2024-25", ""),
        ("2024-25", TimeKind.YEAR_TO_31_MARCH, "2024-25", ""),
        ("2023/24", TimeKind.YEAR_TO_31_MARCH, "2023-24", ""),
        ("2023/24", TimeKind.ACADEMIC_YEAR, "AY2023-24", ""),
        ("1999/00", TimeKind.ACADEMIC_YEAR, "AY1999-00", ""),
        ("2025 (prov)", TimeKind.ACADEMIC_YEAR, "AY2024-25", "provisional"),
        ("2023/24 (prov)", TimeKind.YEAR_TO_31_MARCH, "2023-24", "provisional"),
        ("2025 (Rev)", TimeKind.ACADEMIC_YEAR, "AY2024-25", "revised"),
        ("2021 (Final)", TimeKind.ACADEMIC_YEAR, "AY2020-21", "final"),
        ("2024-25 (OT)", TimeKind.YEAR_TO_31_MARCH, "2024-25", "outturn"),
        ("2013/14-15/16", TimeKind.POOLED_YEARS, "PY2013-16", ""),
        ("2018/19 - 20/21", TimeKind.POOLED_YEARS, "PY2018-21", ""),
    ],
)
def test_a_printed_year_is_a_period(text: str, kind: TimeKind, code: str, mark: str) -> None:
    found = printed_period(text, kind)
    assert found is not None
    assert (found[0].code, found[1]) == (code, mark)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", TimeKind.YEAR_TO_31_MARCH),
        ("", TimeKind.YEAR_TO_31_MARCH),
        ("0000", TimeKind.CALENDAR_YEAR),
        ("202425", TimeKind.ACADEMIC_YEAR),
        ("2014-16", TimeKind.YEAR_TO_31_MARCH),
        # Three calendar years together, as accidents on the road are printed: no period of ours.
        ("2014-16", TimeKind.POOLED_YEARS),
        ("2024-25", TimeKind.CALENDAR_YEAR),
        ("2025", TimeKind.POOLED_YEARS),
        ("2013/14-15/17", TimeKind.POOLED_YEARS),
        ("2015/16-13/14", TimeKind.POOLED_YEARS),
        ("2013/14-15/16", TimeKind.YEAR_TO_31_MARCH),
        ("2025 (maybe)", TimeKind.YEAR_TO_31_MARCH),
        ("٢٠٢٥ (", TimeKind.YEAR_TO_31_MARCH),
    ],
)
def test_a_year_that_is_not_of_its_kind_is_none(text: str, kind: TimeKind) -> None:
    assert printed_period(text, kind) is None


@pytest.mark.parametrize(
    ("text", "kind", "identifier", "code"),
    [
        ("2025", TimeKind.YEAR_TO_31_MARCH, "Reporting year", "2024-25"),
        ("202425", TimeKind.YEAR_TO_31_MARCH, "Financial year", "2024-25"),
        ("202425", TimeKind.ACADEMIC_YEAR, "Academic year", "AY2024-25"),
        ("2024", TimeKind.CALENDAR_YEAR, "Calendar year", "CY2024"),
        ("2024", TimeKind.MID_YEAR, "Reporting year", "MY2024"),
        ("202426", TimeKind.ACADEMIC_YEAR, "Academic year", None),
        ("2024", TimeKind.ACADEMIC_YEAR, "Academic year", None),
        ("٢٠٢٥", TimeKind.YEAR_TO_31_MARCH, "Reporting year", None),
    ],
)
def test_a_time_period_is_read_as_its_identifier_says(
    text: str, kind: TimeKind, identifier: str, code: str | None
) -> None:
    found = ees_period(text, kind, identifier)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("number", "code"), [(4, "2023M04"), (12, "2023M12"), (1, "2024M01"), (2, "2024M02"), (3, "2024M03")]
)
def test_january_to_march_are_those_of_the_year_in_which_it_ends(number: int, code: str) -> None:
    assert month_within(year_to_31_march(2024), number).code == code

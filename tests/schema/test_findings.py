"""Findings: one fault in one place, said in one sentence that a person can act on."""

import pytest
from pydantic import ValidationError

from schema.errors import FileRefusedError
from schema.findings import Finding, Severity


def finding(**place: object) -> Finding:
    return Finding.model_validate(
        {
            "rule": "value-is-a-number",
            "severity": Severity.ERROR,
            "message": "“12a” is not a number.",
            "remedy": "Write the count.",
            **place,
        }
    )


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({}, "“12a” is not a number. Write the count."),
        ({"row": 7}, "row 7: “12a” is not a number. Write the count."),
        ({"row": 7, "column": "value"}, "row 7, column value: “12a” is not a number. Write the count."),
        (
            {"sheet": "Return", "row": 7, "column": "value", "cell": "D7"},
            "sheet Return, row 7, column value (D7): “12a” is not a number. Write the count.",
        ),
        ({"sheet": "Return"}, "sheet Return: “12a” is not a number. Write the count."),
    ],
)
def test_a_finding_says_where_what_and_how_to_mend_it(place: dict[str, object], sentence: str) -> None:
    assert finding(**place).sentence() == sentence


def test_a_finding_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        finding().row = 8  # type: ignore[misc]  # what the checker says, the model has to say too


def test_a_finding_has_no_room_for_more() -> None:
    with pytest.raises(ValidationError, match="child_name"):
        finding(child_name="")


def test_a_refused_file_carries_every_fault() -> None:
    found = [finding(row=7), finding(row=9)]
    assert FileRefusedError("return.csv has 2 faults", found).findings == tuple(found)
    assert FileRefusedError("return.csv is empty").findings == ()

"""The demonstration's returns, sent in order, each with what was accepted before it and with what is published."""

import pytest

from etl.validate.check import return_rules
from schema.catalogue import default_catalogue
from schema.findings import Severity
from tests.etl.pasts import in_order

CATALOGUE = default_catalogue()

# What is planted in the demonstration, and what its own story makes unusual: in the last quarter conferences waited
# for a chair, and were late as never before.
EXPLAINED = {
    ("childrens-social-care", "2024-25Q4", "quantity-not-reported"): 2,
    ("childrens-social-care", "2025-26Q2", "outside-control-limits"): 1,
}


@pytest.mark.parametrize("agency", sorted(CATALOGUE.returns))
def test_a_return_that_only_varies_as_such_figures_do_is_asked_nothing(agency: str) -> None:
    found: dict[tuple[str, str, str], int] = {}
    for code, checked, _ in in_order(agency, CATALOGUE):
        assert not checked.blocked, code
        for finding in checked.findings:
            if finding.severity is not Severity.NOTE:
                found[agency, code, finding.rule] = found.get((agency, code, finding.rule), 0) + 1
    assert found == {key: times for key, times in EXPLAINED.items() if key[0] == agency}


def test_rules_are_told_by_theme() -> None:
    """A rule's theme is the module that it stands in, whose first line says what it is about."""
    themes = {rule.check.__module__.rpartition(".")[2] for rule in return_rules()}
    assert themes == {
        "arithmetic", "balance", "codes", "completeness", "continuity", "dates", "hidden_content", "plausibility",
        "privacy", "public", "published", "repetition", "structure", "values",
    }  # fmt: skip

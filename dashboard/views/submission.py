"""What the page of one agency's return for one period shows: its versions, what was found in them, what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from dashboard.queries import Queries
from dashboard.views.return_status import ReturnStatus, status_of
from etl.load import store
from etl.load.submissions import QUERIED, WITHDRAWN
from etl.load.submissions import ExplainedFinding as ExplainedFinding
from etl.load.submissions import SubmissionEvent as SubmissionEvent
from etl.load.submissions import SubmissionVersion as SubmissionVersion
from etl.transform.submission_changes import changes
from schema.context import Context
from schema.errors import WrongUseError
from schema.findings import Severity
from schema.returns import ReturnSpec


class Action(StrEnum):
    """What somebody can do with a version."""

    ACCEPT = "accept"
    QUERY = "query"
    ANSWER = "answer"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Wanted:
    """Which findings are shown, and in which order."""

    severity: str = ""
    rule: str = ""
    order: str = "file"
    """`file`, `severity` or `rule`."""


@dataclass(frozen=True)
class SubmissionPage:
    """One return: an agency's, for a period."""

    spec: ReturnSpec
    status: ReturnStatus
    version: SubmissionVersion | None
    """The one looked at: the newest where the address names none; None where nothing has been sent."""
    before: SubmissionVersion | None
    """The version before it."""
    findings: tuple[ExplainedFinding, ...]
    """Those that are wanted, in the order that is wanted."""
    every: tuple[ExplainedFinding, ...]
    """All of them."""
    differences: pd.DataFrame | None
    """What it says otherwise than the version before: `etl.transform.submission_changes`."""
    actions: tuple[Action, ...]
    """Empty where the page looks back."""


_GRAVITY = {severity: place for place, severity in enumerate((Severity.ERROR, Severity.WARNING, Severity.NOTE))}


def submission_page(
    queries: Queries,
    context: Context,
    agency: str,
    period: str,
    version: str = "",
    wanted: Wanted = Wanted(),
) -> SubmissionPage:
    """One return, and one version of it.

    Raises:
        WrongUseError: the agency has no return, the period is none of its, or there is no such version.
    """
    status = status_of(queries, context, agency, period)
    chosen = _chosen(status, version)
    every = tuple(queries.findings(chosen)) if chosen else ()
    earlier = [one for one in status.versions if chosen is not None and one.version < chosen.version]
    before = earlier[-1] if earlier else None
    return SubmissionPage(
        spec=queries.catalogue.return_spec(agency),
        status=status,
        version=chosen,
        before=before,
        findings=tuple(_ordered([one for one in every if _wanted(one, wanted)], wanted.order)),
        every=every,
        differences=changes(queries.values(before), queries.values(chosen)) if chosen and before else None,
        actions=possible(chosen) if chosen and context.as_of is None else (),
    )


def version_named(queries: Queries, context: Context, agency: str, period: str, version: str) -> SubmissionVersion:
    """One version of a return. Raises WrongUseError where there is none."""
    found = _chosen(status_of(queries, context, agency, period), version)
    if found is None:
        raise WrongUseError(f"No return of {agency} for {period} has been submitted.")
    return found


def _chosen(status: ReturnStatus, version: str) -> SubmissionVersion | None:
    if not version:
        return status.versions[-1] if status.versions else None
    for one in status.versions:
        if str(one.version) == version:
            return one
    numbers = ", ".join(str(one.version) for one in status.versions) or "none"
    raise WrongUseError(f"This return has no version “{version[:20]}”. There are: {numbers}.")


def possible(version: SubmissionVersion) -> tuple[Action, ...]:
    """What can be done with a version as it stands, whoever does it."""
    if version.state == QUERIED:
        return (Action.ANSWER, Action.ACCEPT, Action.SEND_BACK, Action.QUERY, Action.WITHDRAW)
    if version.waits:
        return (Action.ACCEPT, Action.QUERY, Action.SEND_BACK, Action.WITHDRAW)
    if version.state == store.ACCEPTED:
        return (Action.WITHDRAW,)
    return (Action.ACCEPT,) if version.was_accepted and version.state in AGAIN else ()


AGAIN = (store.SUPERSEDED, WITHDRAWN)
"""States of a version that was accepted once, from which it can be accepted again."""


def _wanted(one: ExplainedFinding, wanted: Wanted) -> bool:
    return wanted.severity in ("", one.finding.severity.value) and wanted.rule in ("", one.finding.rule)


def _ordered(found: list[ExplainedFinding], order: str) -> list[ExplainedFinding]:
    if order == "severity":
        return sorted(found, key=lambda one: _GRAVITY[one.finding.severity])
    if order == "rule":
        return sorted(found, key=lambda one: one.finding.rule)
    return found


def titles(queries: Queries) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The titles of the quantities by id, and of the categories by key."""
    catalogue = queries.catalogue
    quantities = {quantity.id: quantity.title for quantity in catalogue.quantities.values()}
    categories = {
        breakdown.key(category.id): category.title
        for breakdown in catalogue.breakdowns.values()
        for category in breakdown.categories
    }
    return quantities, categories

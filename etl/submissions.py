"""How a return comes in, told on one page: it is checked, submitted, and accepted by a second person.

Each function that changes something is one transaction. Whatever goes wrong, the database is as it was, and whoever
comes second to the same return is told who came first. Nothing is shown on a page before it is accepted.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import Connection, Engine

from etl.computing import Progress, agencies_submitting, quiet, recompute_returns
from etl.extract.returns import read_return_bytes
from etl.extract.sheets import read_bytes
from etl.load import store
from etl.load.engine import reading, writing
from etl.load.history import history_of
from etl.load.submissions import (
    ANSWERED,
    QUERIED,
    RETURNED,
    WAITING,
    WITHDRAWN,
    ExplainedFinding,
    SubmissionVersion,
    add_event,
    add_submission,
    submissions,
    version_of,
)
from etl.plain_text import plain_text
from etl.validate.check import CheckedReturn, check_return
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import FileRefusedError, WrongUseError
from schema.findings import Finding, Severity
from schema.periods import Period


class ReturnFile(NamedTuple):
    """An agency's return for a period, as it was sent."""

    name: str
    content: bytes
    agency: str
    period: Period

    @classmethod
    def at(cls, path: Path, agency: str, period: Period) -> "ReturnFile":
        """The return in a file.

        Raises:
            WrongUseError: there is no such file.
            FileRefusedError: it is empty, or far larger than a return is.
        """
        return cls(path.name, read_bytes(path), agency, period)


@dataclass(frozen=True)
class Checked:
    """A return that was held against every rule, and against what was known of the agency's returns by then."""

    file: ReturnFile
    found: CheckedReturn
    sha256: str
    newest: int
    """The newest version of the same return when it was checked; 0 where there was none."""

    @property
    def to_explain(self) -> tuple[Finding, ...]:
        """The findings that want words before the return can be submitted."""
        return tuple(finding for finding in self.found.findings if finding.severity is Severity.WARNING)


@dataclass(frozen=True)
class Submitted:
    """What became of a return that was sent."""

    version: SubmissionVersion
    changed: bool
    """False where the newest version has the same content already."""
    same_as: int = 0
    """An older version whose content this is, so that what came between is undone; 0 where there is none."""


@dataclass(frozen=True)
class Accepted:
    """A return that now holds: the version whose place it took (0: none), and how many figures were computed."""

    version: SubmissionVersion
    instead_of: int
    figures: int


def check_file(engine: Engine, context: Context, catalogue: Catalogue, file: ReturnFile, today: date) -> Checked:
    """Read a return and hold it against every rule. Keeps nothing.

    Raises:
        FileRefusedError: the file is no readable table. Everything short of that is a finding.
        WrongUseError: the agency has no return, or the period is of another kind than its.
    """
    catalogue.return_spec(file.agency)
    with reading(engine) as connection:
        return check_within(connection, context, catalogue, file, today)


def check_within(
    connection: Connection, context: Context, catalogue: Catalogue, file: ReturnFile, today: date
) -> Checked:
    """`check_file`, over a transaction that is there already."""
    area = store.require_partnership(connection, context).home_area
    history = history_of(connection, context, catalogue, file.agency, file.period)
    known = submissions(connection, context, file.agency, file.period.code)
    table = read_return_bytes(file.name, file.content)
    spec = catalogue.return_spec(file.agency)
    found = check_return(table, spec, file.period, area, catalogue, today, history)
    return Checked(file, found, table.sha256, known[-1].version if known else 0)


def check_alone(catalogue: Catalogue, file: ReturnFile, today: date) -> CheckedReturn:
    """`check_file` where there is no database: whose return it is, and what came before it, is then not known.

    Raises:
        FileRefusedError: the file is no readable table. Everything short of that is a finding.
        WrongUseError: the agency has no return, or the period is of another kind than its.
    """
    table = read_return_bytes(file.name, file.content)
    return check_return(table, catalogue.return_spec(file.agency), file.period, "", catalogue, today)


def submit_return(
    engine: Engine, context: Context, catalogue: Catalogue, checked: Checked, explanations: Mapping[str, str]
) -> Submitted:
    """Keep a checked return, for a second person to accept.

    `explanations` gives the words for each warning, by the finding's key, or by a rule's id for all of that rule's.

    Raises:
        FileRefusedError: a finding blocks it, or a warning is not explained (the findings are on the error).
        WrongUseError: an explanation explains nothing here, or somebody submitted a version since it was checked.
    """
    findings = explained(checked, explanations)
    with writing(engine) as connection:
        return submit_within(connection, context, catalogue, checked, findings)


def submit_within(
    connection: Connection,
    context: Context,
    catalogue: Catalogue,
    checked: Checked,
    findings: Sequence[ExplainedFinding],
    at: datetime | None = None,
) -> Submitted:
    """`submit_return`, over a transaction that is there already; `findings` is what `explained` gave. `at` is when that
    was: now, where nothing is said."""
    file, found = checked.file, checked.found
    if found.extract_date is None:
        raise ValueError("a return without one day of extract is blocked, and `explained` refuses it")
    store.require_partnership(connection, context)
    known = submissions(connection, context, file.agency, file.period.code)
    if known and (known[-1].waits or known[-1].state == store.ACCEPTED) and known[-1].sha256 == checked.sha256:
        return Submitted(known[-1], changed=False)
    if known and known[-1].version != checked.newest:
        raise WrongUseError(
            f"{_called(known[-1])} was submitted by {known[-1].submitted_by} at "
            f"{known[-1].submitted_at:%H:%M on %d/%m/%Y} (UTC), since this file was checked. Look at what it says, and "
            "check and submit yours again if it is still the better one."
        )
    same_as = max((one.version for one in known if one.sha256 == checked.sha256), default=0)
    source = store.NewSource(
        kind=store.SUBMISSION,
        publisher=file.agency,
        edition=file.period.code,
        series_title=f"{catalogue.return_spec(file.agency).title} return",
        released_on=found.extract_date,
        status=found.status,
        file_name=file.name,
        sha256=checked.sha256,
        row_count=len(found.values),
    )
    kept = add_submission(connection, context, source, file.content, found.values, findings, at)
    return Submitted(kept, changed=True, same_as=same_as)


def explained(checked: Checked, explanations: Mapping[str, str]) -> list[ExplainedFinding]:
    """The findings of a return with their explanations.

    Raises:
        FileRefusedError: a finding blocks the return, or a warning has no explanation.
        WrongUseError: an explanation is of no warning of this return, too long, or may name a child.
    """
    name, findings = checked.file.name, checked.found.findings
    errors = tuple(finding for finding in findings if finding.severity is Severity.ERROR)
    if errors:
        many = "fault" if len(errors) == 1 else "faults"
        raise FileRefusedError(f"{name} has {len(errors)} {many} to mend; nothing was submitted.", findings)
    warnings = checked.to_explain
    known = {finding.key for finding in warnings} | {finding.rule for finding in warnings}
    if strange := sorted(set(explanations) - known):
        there = ", ".join(sorted({finding.rule for finding in warnings})) or "nothing to explain"
        raise WrongUseError(f"“{strange[0][:60]}” is no warning of {name}. There is: {there}.")
    words = {key: plain_text(text, "explanation") for key, text in explanations.items() if text.strip()}
    given = {finding.key: words.get(finding.key) or words.get(finding.rule, "") for finding in warnings}
    without = tuple(finding for finding in warnings if not given[finding.key])
    if without:
        many = "warning wants" if len(without) == 1 else "warnings want"
        raise FileRefusedError(
            f"{name}: {len(without)} {many} an explanation; nothing was submitted. Mend what is wrong, or say in "
            "words why it is right.",
            without,
        )
    return [ExplainedFinding(finding, given.get(finding.key, "")) for finding in findings]


def accept_return(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    agency: str,
    period: Period,
    version: int,
    progress: Progress = quiet,
    seen: int | None = None,
) -> Accepted:
    """Let a version of a return hold, and compute what rests on it again. Whoever submitted it cannot accept it.

    `seen` is what `events_of` gave when whoever accepts it looked; where it is not given, nothing is compared.

    Raises:
        WrongUseError: there is no such version, it holds already or cannot, the same person submitted it, or something
            happened to the return since it was seen.
    """
    with writing(engine) as connection:
        accepted = accept_within(connection, context, agency, period, version, seen=seen)
        progress("Computing figures")
        figures = compute_returns(connection, catalogue, context, {agency})
    return replace(accepted, figures=figures)


def accept_within(
    connection: Connection,
    context: Context,
    agency: str,
    period: Period,
    version: int,
    at: datetime | None = None,
    seen: int | None = None,
) -> Accepted:
    """`accept_return`, over a transaction that is there already, without computing figures."""
    one = version_of(connection, context, agency, period.code, version)
    _require_seen(connection, context, one, seen)
    if one.state == store.ACCEPTED:
        raise WrongUseError(f"{_called(one)} was accepted already{_by(one)}.")
    if one.state == RETURNED:
        raise WrongUseError(f"{_called(one)} was sent back{_by(one)}. A mended one has to be submitted.")
    if not one.waits and not one.was_accepted:
        raise WrongUseError(f"{_called(one)} was {one.state}{_by(one)}, and cannot be accepted. Accept the newest one.")
    _require_another(one, context, "a second person has to look at it and accept it")
    before = next(
        (other for other in submissions(connection, context, agency, period.code) if other.state == store.ACCEPTED),
        None,
    )
    if before is not None:
        add_event(connection, context, before, store.SUPERSEDED, f"by version {version}", at)
    add_event(connection, context, one, store.ACCEPTED, "", at)
    held = version_of(connection, context, agency, period.code, version)
    return Accepted(held, before.version if before else 0, 0)


def query_return(
    engine: Engine,
    context: Context,
    agency: str,
    period: Period,
    version: int,
    comment: str,
    seen: int | None = None,
) -> SubmissionVersion:
    """Ask something about a version that waits. It goes on waiting, marked as queried. `seen`: as of `accept_return`.

    Raises:
        WrongUseError: there is no such version, it does not wait, there is no comment, the same person submitted it,
            or something happened to the return since it was seen.
    """
    text = plain_text(comment, "comment")
    with writing(engine) as connection:
        one = version_of(connection, context, agency, period.code, version)
        who_does = "a second person asks about it, and whoever submitted it answers or withdraws it"
        _require_another(one, context, who_does)
        return _happened(connection, context, one, QUERIED, text, WAITING, seen)


def answer_query(
    engine: Engine,
    context: Context,
    agency: str,
    period: Period,
    version: int,
    answer: str,
    seen: int | None = None,
) -> SubmissionVersion:
    """Answer what was asked about a version, without a new file. `seen`: as of `accept_return`.

    Raises:
        WrongUseError: there is no such version, nothing was asked, there is no answer, or something happened to the
            return since it was seen.
    """
    text = plain_text(answer, "answer")
    with writing(engine) as connection:
        one = version_of(connection, context, agency, period.code, version)
        return _happened(connection, context, one, ANSWERED, text, (QUERIED,), seen)


def send_back_return(
    engine: Engine,
    context: Context,
    agency: str,
    period: Period,
    version: int,
    comment: str,
    seen: int | None = None,
) -> SubmissionVersion:
    """Send a version that waits back to the agency, which has to mend it and submit it again. `seen`: as of
    `accept_return`.

    Raises:
        WrongUseError: there is no such version, it does not wait, there is no comment, the same person submitted it,
            or something happened to the return since it was seen.
    """
    text = plain_text(comment, "comment")
    with writing(engine) as connection:
        one = version_of(connection, context, agency, period.code, version)
        _require_another(one, context, "a second person sends it back, and whoever submitted it withdraws it")
        return _happened(connection, context, one, RETURNED, text, WAITING, seen)


def withdraw_return(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    agency: str,
    period: Period,
    version: int,
    reason: str,
    progress: Progress = quiet,
    seen: int | None = None,
) -> SubmissionVersion:
    """Take a version back, whether it waits or holds. Where it held, the period is then without a return, and its
    figures are gone from the pages; the version stays on record, and can be accepted again if it was before.
    `seen`: as of `accept_return`.

    Raises:
        WrongUseError: there is no such version, it neither waits nor holds, there is no reason, or something happened
            to the return since it was seen.
    """
    words = plain_text(reason, "reason")
    with writing(engine) as connection:
        one = version_of(connection, context, agency, period.code, version)
        _require_seen(connection, context, one, seen)
        _require_state(one, (*WAITING, store.ACCEPTED), WITHDRAWN)
        add_event(connection, context, one, WITHDRAWN, words)
        if one.state == store.ACCEPTED:
            progress("Computing figures")
            store.forget_figures(connection, [one.source_id])
            compute_returns(connection, catalogue, context, {agency})
        return version_of(connection, context, agency, period.code, version)


def compute_returns(connection: Connection, catalogue: Catalogue, context: Context, changed: set[str]) -> int:
    """Compute the figures of every agency that reads a return of one that changed. Returns how many there are."""
    sources = store.active_sources(connection, context)
    return sum(
        recompute_returns(connection, context, catalogue, sources, reader)
        for reader in agencies_submitting(sources)
        if changed & catalogue.agencies_read_by(reader)
    )


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case, space and how letters are encoded make nobody a second person."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def events_of(versions: Sequence[SubmissionVersion]) -> int:
    """How many events all versions of a return have together: who looked at fewer has not seen how it stands."""
    return sum(len(one.events) for one in versions)


def _happened(
    connection: Connection,
    context: Context,
    one: SubmissionVersion,
    event: str,
    text: str,
    allowed: Sequence[str],
    seen: int | None,
) -> SubmissionVersion:
    _require_seen(connection, context, one, seen)
    _require_state(one, allowed, event)
    add_event(connection, context, one, event, text)
    return version_of(connection, context, one.agency, one.period, one.version)


def _require_seen(connection: Connection, context: Context, one: SubmissionVersion, seen: int | None) -> None:
    """Nobody decides on a return that is not as it was when they looked."""
    known = submissions(connection, context, one.agency, one.period)
    if seen is None or seen == events_of(known):
        return
    # What is superseded is so because of something else, and that is what is told.
    event, version = max(
        ((event, other) for other in known for event in other.events if event.event != store.SUPERSEDED),
        key=lambda found: (found[0].at, found[1].version),
    )
    what = "sent back" if event.event == RETURNED else event.event
    raise WrongUseError(
        f"{_called(version)} was {what} by {event.actor} at {event.at:%H:%M on %d/%m/%Y} (UTC), since you looked. "
        "Look again."
    )


def _require_another(one: SubmissionVersion, context: Context, who_does: str) -> None:
    if same_person(one.submitted_by, context.viewer):
        raise WrongUseError(f"{_called(one)} was submitted by {context.viewer}: {who_does}.")


def _require_state(one: SubmissionVersion, allowed: Sequence[str], event: str) -> None:
    if one.state not in allowed:
        raise WrongUseError(f"{_called(one)} was {one.state}{_by(one)}: it cannot be {event} now.")


def _called(one: SubmissionVersion) -> str:
    return f"Version {one.version} of the return of {one.agency} for {one.period}"


def _by(one: SubmissionVersion) -> str:
    last = one.events[-1]
    return f" by {last.actor} at {last.at:%H:%M on %d/%m/%Y} (UTC)"

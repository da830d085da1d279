"""`safeguarding return`: agencies' returns, from the empty form to the accepted figure."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.cli.shared import (
    OUT,
    AsOf,
    OutputFormat,
    context_of,
    open_database,
    progress_shown,
    show_findings,
    today,
)
from schema.errors import WrongUseError
from schema.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.engine import Engine
    from etl.load.last_submitted import Key, LastFigure
    from etl.load.submissions import SubmissionVersion
    from etl.submissions import ReturnFile as Sent
    from schema.context import Context
    from schema.findings import Finding
    from schema.periods import Period
    from schema.tables import PartnershipRow

commands = typer.Typer(
    help="Agencies' returns: forms, checks, submission, acceptance.", no_args_is_help=True, rich_markup_mode=None
)


Agency = Annotated[str, typer.Option(help="The agency whose return it is, such as childrens-social-care.")]
ReturnPeriod = Annotated[
    str, typer.Option(help="The quarter or school term that the return is for: 2025-26Q2, AY2025-26T1.")
]
ReturnFile = Annotated[Path, typer.Argument(help="The return: CSV, XLSX or ODS.")]

_EXAMPLE = "sample_data/returns/childrens-social-care-2025-26Q2.csv --agency childrens-social-care --period 2025-26Q2"


@commands.command(
    "template", epilog="Example: safeguarding return template --agency police --period 2025-26Q2 --out police.xlsx"
)
def make_template(
    agency: Agency,
    period: ReturnPeriod,
    out: Annotated[Path, typer.Option(help="Where to write it: a workbook (.xlsx) or a table (.csv).")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
) -> None:
    """Write an empty return to fill in: what is asked for, until when, and what was said last. Keeps nothing."""
    from etl.templates.form import make_template as make
    from etl.templates.write import FORMS, require_place, write_template
    from etl.validate.check import require_period
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    spec, when = catalogue.return_spec(agency), parse_period(period)
    require_period(spec, when)
    require_place(out, replace=force, kinds=FORMS)
    known, last = _partnership_if_any(agency, when)
    area = catalogue.areas.by_id[known.home_area] if known else None
    template = make(spec, when, catalogue, area=area, partnership=known.name if known else "", last=last)
    write_template(out, template, replace=force)
    OUT.print(f"{out}: {len(template.rows):,} figures of {spec.title}, due {spec.due(when):%d/%m/%Y}.", markup=False)


class _Findings(StrEnum):
    """How findings are written."""

    CSV = "csv"
    XLSX = "xlsx"


@commands.command("check", epilog=f"Example: safeguarding return check {_EXAMPLE} --format xlsx --out marked.xlsx")
def check_return(
    file: ReturnFile,
    agency: Agency,
    period: ReturnPeriod,
    output: Annotated[
        _Findings | None, typer.Option("--format", help="csv: the list of findings; xlsx: the file, marked.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write them; csv can go to standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
) -> None:
    """Check a return and keep nothing. Every fault is named with its row, column and remedy."""
    from etl.submissions import ReturnFile, check_alone, check_file
    from etl.templates.write import require_place
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    catalogue.return_spec(agency)
    if out is not None and output is None:
        raise WrongUseError("Say what is to be written: --format csv for the findings, --format xlsx for the file.")
    if output is _Findings.XLSX and out is None:
        raise WrongUseError("A marked copy is a workbook: say where it is to be written, with --out marked.xlsx.")
    if out is not None:
        require_place(out, replace=force)
    sent = ReturnFile.at(file, agency, parse_period(period))
    known, _ = _partnership_if_any()
    if known is None:
        found = check_alone(catalogue, sent, today())
    else:
        with open_database() as engine:
            found = check_file(engine, context_of(), catalogue, sent, today()).found
    show_findings(found.findings)
    if output is not None:
        _write_findings(sent, found.findings, output, out, replace=force)
    if output is _Findings.CSV and out is None:
        # The rows alone are on standard output, so that they can be piped.
        if found.blocked:
            raise typer.Exit(1)
        return
    asked = catalogue.figures_asked(agency, sent.period)
    given = int((found.values["period"] == sent.period.code).sum())
    restated = ", ".join(found.restated_periods)
    also = f" It restates {restated} ({len(found.values) - given:,} figures)." if restated else ""
    OUT.print(
        f"{file.name}: {given:,} of the {asked:,} figures asked for, {found.count(Severity.ERROR)} errors, "
        f"{found.count(Severity.WARNING)} warnings.{also}",
        markup=False,
    )
    if found.blocked:
        raise typer.Exit(1)


def _write_findings(
    sent: "Sent", findings: "tuple[Finding, ...]", output: _Findings, out: Path | None, *, replace: bool
) -> None:
    """Write findings as CSV, or the file with its faults marked."""
    from etl.templates.marked import findings_csv, marked_copy
    from etl.templates.write import write_bytes

    if out is None:
        sys.stdout.write(findings_csv(findings))
        return
    content = (
        marked_copy(sent.content, sent.name, findings)
        if output is _Findings.XLSX
        else findings_csv(findings).encode("utf-8-sig")
    )
    write_bytes(out, content, replace=replace)


@commands.command("submit", epilog=f"Example: safeguarding return submit {_EXAMPLE}")
def submit_return(
    file: ReturnFile,
    agency: Agency,
    period: ReturnPeriod,
    explain: Annotated[
        list[str],
        typer.Option(
            metavar="RULE=WORDS",
            help="Why a rule’s warnings are right as they are; the rule is in brackets after each. Repeatable.",
        ),
    ] = [],  # noqa: B006 - typer wants a plain default, and nobody changes it
) -> None:
    """Check a return and, where nothing blocks it, submit it. A second person then accepts it.

    Every warning has to be mended or explained.
    """
    from etl.submissions import ReturnFile, check_file
    from etl.submissions import submit_return as submit
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    sent = ReturnFile.at(file, agency, parse_period(period))
    words = _explanations(explain)
    with open_database() as engine, progress_shown() as progress:
        progress("Checking and submitting")
        checked = check_file(engine, context_of(), catalogue, sent, today())
        done = submit(engine, context_of(), catalogue, checked, words)
    show_findings(checked.found.findings)
    if not done.changed:
        OUT.print(
            f"{file.name} has been submitted already, as version {done.version.version} ({done.version.state}); "
            "nothing changed.",
            markup=False,
        )
        return
    restated = ", ".join(checked.found.restated_periods)
    also = f" It restates {restated}." if restated else ""
    if done.same_as:
        also += f" It is the same file as version {done.same_as}: what replaced that is undone once it is accepted."
    OUT.print(
        f"{file.name}: version {done.version.version} submitted, {done.version.row_count:,} figures.{also} "
        "A second person accepts it with `safeguarding return accept "
        f"--agency {agency} --period {sent.period.code}`.",
        markup=False,
    )


def _explanations(given: list[str]) -> dict[str, str]:
    """What was said of each rule's warnings."""
    found = {}
    for text in given:
        rule, mark, words = text.partition("=")
        if not mark or not words.strip():
            raise WrongUseError(
                f"“{text[:40]}” explains nothing. Write the rule, =, and why: --explain 'rule=because …'."
            )
        found[rule.strip()] = words
    return found


Version = Annotated[int | None, typer.Option(help="Which version; the newest where it is left out.")]


@commands.command("accept", epilog="Example: safeguarding return accept --agency police --period 2025-26Q3")
def accept(agency: Agency, period: ReturnPeriod, version: Version = None) -> None:
    """Accept a submitted return: from now on its figures are shown. Whoever submitted it cannot."""
    from etl.submissions import accept_return
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue, when = default_catalogue(), parse_period(period)
    with open_database() as engine, progress_shown() as progress:
        one = _version(engine, agency, when, version)
        done = accept_return(engine, context_of(), catalogue, agency, when, one.version, progress)
    instead = f" in place of version {done.instead_of}" if done.instead_of else ""
    OUT.print(
        f"Version {done.version.version} of {agency} for {when.code} is accepted{instead}; "
        f"{done.figures:,} figures computed.",
        markup=False,
    )


@commands.command(
    "query",
    epilog="Example: safeguarding return query --agency police --period 2025-26Q3 --comment 'Is 412 the whole force?'",
)
def query(
    agency: Agency,
    period: ReturnPeriod,
    comment: Annotated[str, typer.Option(help="What is asked of the agency.")],
    version: Version = None,
) -> None:
    """Ask an agency about a return that waits. It goes on waiting, marked as queried."""
    from etl.submissions import query_return

    _say(query_return, agency, period, version, comment)


@commands.command(
    "answer",
    epilog="Example: safeguarding return answer --agency police --period 2025-26Q3 --comment 'Yes: it is the force.'",
)
def answer(
    agency: Agency,
    period: ReturnPeriod,
    comment: Annotated[str, typer.Option(help="The answer to what was asked.")],
    version: Version = None,
) -> None:
    """Answer what was asked about a return, without a new file."""
    from etl.submissions import answer_query

    _say(answer_query, agency, period, version, comment)


@commands.command(
    "send-back",
    epilog="Example: safeguarding return send-back --agency police --period 2025-26Q3 --comment 'Swap rows 4 and 5.'",
)
def send_back(
    agency: Agency,
    period: ReturnPeriod,
    comment: Annotated[str, typer.Option(help="What has to be mended.")],
    version: Version = None,
) -> None:
    """Send a return that waits back to its agency, which mends it and submits it again."""
    from etl.submissions import send_back_return

    _say(send_back_return, agency, period, version, comment)


@commands.command(
    "withdraw",
    epilog="Example: safeguarding return withdraw --agency police --period 2025-26Q3 --reason 'Of another force.'",
)
def withdraw(
    agency: Agency,
    period: ReturnPeriod,
    reason: Annotated[str, typer.Option(help="Why it is taken back.")],
    version: Version = None,
) -> None:
    """Take a return back, whether it waits or is accepted. It stays on record, and nothing of it is shown."""
    from etl.submissions import withdraw_return
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    when = parse_period(period)
    with open_database() as engine, progress_shown() as progress:
        one = _version(engine, agency, when, version)
        withdraw_return(engine, context_of(), default_catalogue(), agency, when, one.version, reason, progress)
    held = " The quarter or term is without a return now." if one.state == "accepted" else ""
    OUT.print(f"Version {one.version} of {agency} for {when.code} is withdrawn.{held}", markup=False)


@commands.command("history", epilog="Example: safeguarding return history --agency police --period 2025-26Q2")
def history(agency: Agency, period: ReturnPeriod) -> None:
    """Tell what happened to each version of a return: who did what, when, and what they wrote."""
    from etl.load.engine import reading
    from etl.load.submissions import findings_of, submissions, version_of
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    default_catalogue().return_spec(agency)
    code = parse_period(period).code
    with open_database() as engine, reading(engine) as connection:
        version_of(connection, context_of(), agency, code)
        for one in submissions(connection, context_of(), agency, code):
            OUT.print(f"Version {one.version}: {one.file_name}, {one.row_count:,} figures, {one.status}", markup=False)
            for event in one.events:
                words = f": {event.reason}" if event.reason else ""
                OUT.print(f"  {event.at:%Y-%m-%d %H:%M} UTC  {event.event} by {event.actor}{words}", markup=False)
            for found, words in findings_of(connection, one):
                why = f" Explained: {words}" if words else ""
                OUT.print(f"  {found.severity.value}: {found.sentence()} [{found.rule}]{why}", markup=False)


@commands.command(
    "original", epilog="Example: safeguarding return original --agency police --period 2025-26Q2 --out x.csv"
)
def original(
    agency: Agency,
    period: ReturnPeriod,
    out: Annotated[Path, typer.Option(help="Where to write the file.")],
    version: Version = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
) -> None:
    """Write the file of a submission, byte for byte as it was sent."""
    from etl.load.engine import reading
    from etl.load.submissions import original_of
    from etl.templates.write import require_place, write_bytes
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    default_catalogue().return_spec(agency)
    require_place(out, replace=force)
    with open_database() as engine:
        one = _version(engine, agency, parse_period(period), version)
        with reading(engine) as connection:
            content = original_of(connection, one)
    write_bytes(out, content, replace=force)
    OUT.print(f"{out}: version {one.version}, {one.file_name}, SHA-256 {one.sha256}.", markup=False)


@commands.command("status", epilog="Example: safeguarding return status --format csv")
def status(
    as_of: AsOf = "",
    periods: Annotated[int, typer.Option(min=1, max=100, help="How many quarters or terms, the newest first.")] = 8,
    output: Annotated[OutputFormat | None, typer.Option("--format", help="csv or json; a table without it.")] = None,
) -> None:
    """Say where each agency's return for each period stands: owed, waiting, accepted, with its days and version."""
    import json
    import sys

    from dashboard.queries import Queries
    from dashboard.views.return_status import status_csv, status_row, statuses
    from schema.catalogue import default_catalogue

    with open_database() as engine:
        queries = Queries(engine, default_catalogue())
        found = [one for context in _contexts(as_of) for one in statuses(queries, context, count=periods)]
    if output is OutputFormat.CSV:
        sys.stdout.write(status_csv(found, line_end="\n"))
        return
    if output is OutputFormat.JSON:
        sys.stdout.write(json.dumps([status_row(one) for one in found], ensure_ascii=False, indent=1) + "\n")
        return
    for one in found:
        late = f", {one.days_late} days late" if one.days_late else ""
        version = f", version {one.newest.version}: {one.given:,} of {one.asked:,} figures" if one.newest else ""
        OUT.print(
            f"{one.agency:28} {one.period:12} due {one.due:%d/%m/%Y}  {one.state.value}{late}{version}",
            markup=False,
        )


def _contexts(as_of: str) -> "list[Context]":
    """Who asks, for each framework: every agency that owes a return belongs to one."""
    from schema.catalogue import default_catalogue

    asking = context_of(as_of)
    return [asking.model_copy(update={"framework": name}) for name in sorted(default_catalogue().frameworks)]


class _RemindersFormat(StrEnum):
    CSV = "csv"
    ICS = "ics"


@commands.command("reminders", epilog="Example: safeguarding return reminders --format ics > returns.ics")
def reminders(
    as_of: AsOf = "",
    output: Annotated[_RemindersFormat, typer.Option("--format", help="csv, or ics for a calendar.")] = (
        _RemindersFormat.CSV
    ),
) -> None:
    """Say who owes what by when: what is late, and about a year of what is not due yet."""
    import os
    import sys
    from datetime import UTC, datetime

    from dashboard.queries import Queries
    from dashboard.views.reminders import as_csv, as_ics
    from dashboard.views.reminders import reminders as owed
    from schema.catalogue import default_catalogue

    contexts = _contexts(as_of)
    with open_database() as engine:
        queries = Queries(engine, default_catalogue())
        found = sorted((one for context in contexts for one in owed(queries, context)), key=lambda one: one.due)
    if output is _RemindersFormat.CSV:
        sys.stdout.write(as_csv(found, line_end="\n"))
        return
    text = as_ics(found, contexts[0].as_of or datetime.now(UTC))
    # The format ends its lines as Windows does, where the output puts a carriage return before each line end itself.
    sys.stdout.write(text if os.linesep == "\n" else text.replace("\r\n", "\n"))


class _RulesFormat(StrEnum):
    CSV = "csv"


@commands.command("rules", epilog="Example: safeguarding return rules --format csv")
def rules(
    output: Annotated[_RulesFormat | None, typer.Option("--format", help="csv; a list without it.")] = None,
) -> None:
    """List every rule that a return is held against, with what it finds and how to mend it."""
    import sys

    from dashboard.views.rules import rules_csv, themes

    if output is not None:
        sys.stdout.write(rules_csv(line_end="\n"))
        return
    for theme in themes():
        OUT.print(f"{theme.title}: {theme.about}", markup=False)
        for rule in theme.rules:
            words = f"  {rule.id} ({rule.severity.value}): {rule.summary} {rule.remedy}"
            OUT.print(words, markup=False)


def _version(engine: "Engine", agency: str, period: "Period", version: int | None) -> "SubmissionVersion":
    """A version of a return, or the newest one."""
    from etl.load.engine import reading
    from etl.load.submissions import version_of
    from schema.catalogue import default_catalogue

    default_catalogue().return_spec(agency)
    with reading(engine) as connection:
        return version_of(connection, context_of(), agency, period.code, version)


def _say(
    change: "Callable[[Engine, Context, str, Period, int, str], SubmissionVersion]",
    agency: str,
    period: str,
    version: int | None,
    comment: str,
) -> None:
    """Write words beside a version of a return, and say what it is now."""
    from schema.periods import parse_period

    when = parse_period(period)
    with open_database() as engine:
        one = _version(engine, agency, when, version)
        done = change(engine, context_of(), agency, when, one.version, comment)
    OUT.print(f"Version {done.version} of {agency} for {when.code} is {done.state}.", markup=False)


def _partnership_if_any(
    agency: str = "", before: "Period | None" = None
) -> "tuple[PartnershipRow | None, dict[Key, LastFigure]]":
    """The partnership, and what an agency last submitted before a period, where a database is there.

    A form can be made, and a return checked, without one.
    """
    from etl.load import store
    from etl.load.engine import reading
    from etl.load.last_submitted import last_submitted
    from etl.load.migrate import require_ready
    from schema.errors import DatabaseNotReadyError

    with open_database(ready=False) as engine:
        try:
            require_ready(engine)
            with reading(engine) as connection:
                known = store.require_partnership(connection, context_of())
                return known, last_submitted(connection, context_of(), agency, before) if before else {}
        except DatabaseNotReadyError:
            return None, {}

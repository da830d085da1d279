"""`safeguarding return history`, `original`, `status`, `reminders` and `rules`: what there is to know of returns."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.cli.returns.shared import Agency, ReturnPeriod, Version, the_version
from dashboard.cli.shared import OUT, AsOf, OutputFormat, context_of, open_database, open_queries

if TYPE_CHECKING:
    from schema.context import Context

commands = typer.Typer(rich_markup_mode=None)


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
        one = the_version(engine, agency, parse_period(period), version)
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

    from dashboard.views.return_status import status_csv, status_row, statuses

    with open_queries() as queries:
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
    from datetime import UTC, datetime

    from dashboard.views.reminders import as_csv, as_ics
    from dashboard.views.reminders import reminders as owed

    contexts = _contexts(as_of)
    with open_queries() as queries:
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

    from dashboard.views.rules import rules_csv, themes

    if output is not None:
        sys.stdout.write(rules_csv(line_end="\n"))
        return
    for theme in themes():
        OUT.print(f"{theme.title}: {theme.about}", markup=False)
        for rule in theme.rules:
            words = f"  {rule.id} ({rule.severity.value}): {rule.summary} {rule.remedy}"
            OUT.print(words, markup=False)

"""`safeguarding return template` and `check`: what is done before a return is submitted. Nothing is kept."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.cli.returns.shared import EXAMPLE, Agency, ReturnFile, ReturnPeriod
from dashboard.cli.shared import ERR, OUT, context_of, counted, open_database, show_findings, today
from schema.errors import WrongUseError
from schema.findings import Severity

if TYPE_CHECKING:
    from etl.load.last_submitted import Key, LastFigure
    from etl.submissions import ReturnFile as Sent
    from schema.findings import Finding
    from schema.periods import Period
    from schema.tables import PartnershipRow

commands = typer.Typer(rich_markup_mode=None)


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


@commands.command("check", epilog=f"Example: safeguarding return check {EXAMPLE} --format xlsx --out marked.xlsx")
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
        ERR.print(
            "Not held against any past: no partnership has been set up in the database that DATABASE_URL names, so "
            "that slips against earlier returns cannot be seen.",
            markup=False,
        )
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
    here = found.values["period"] == sent.period.code
    own = found.values["quantity"].isin([item.quantity for item in catalogue.return_spec(agency).items])
    given = int((here & own).sum())
    restated = ", ".join(found.restated_periods)
    also = f" It restates {restated} ({counted(int((~here).sum()), 'figure')})." if restated else ""
    OUT.print(
        f"{file.name}: {given:,} of the {asked:,} figures asked for, {counted(found.count(Severity.ERROR), 'error')}, "
        f"{counted(found.count(Severity.WARNING), 'warning')}.{also}",
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
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file is not None and not Path(file).exists():
            return None, {}  # looking would make the file
        try:
            require_ready(engine)
            with reading(engine) as connection:
                known = store.require_partnership(connection, context_of())
                return known, last_submitted(connection, context_of(), agency, before) if before else {}
        except DatabaseNotReadyError:
            return None, {}

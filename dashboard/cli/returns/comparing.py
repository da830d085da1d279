"""`safeguarding return preview` and `diff`: what a return would change, and what a version changed."""

from enum import StrEnum
from typing import Annotated

import typer

from dashboard.cli.returns.shared import EXAMPLE, Agency, ReturnFile, ReturnPeriod, Version
from dashboard.cli.shared import ERR, OUT, AsOf, OutputFormat, context_of, open_database, print_rows, today
from schema.errors import WrongUseError

commands = typer.Typer(rich_markup_mode=None)


@commands.command("preview", epilog=f"Example: safeguarding return preview {EXAMPLE}")
def preview(
    file: ReturnFile,
    agency: Agency,
    period: ReturnPeriod,
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """Set a return beside its past, and say what the pages would show if it were accepted. Keeps nothing.

    A row for each comparison: a figure beside the period before, the same one a year before and the version before; a
    measure beside what the pages show now; what is given again for earlier periods; the year beside the published one.
    """
    from etl.previewing import preview_return
    from etl.submissions import ReturnFile, check_file
    from etl.transform.preview import comparisons
    from schema.catalogue import default_catalogue
    from schema.findings import Severity
    from schema.periods import parse_period

    catalogue = default_catalogue()
    catalogue.return_spec(agency)
    sent = ReturnFile.at(file, agency, parse_period(period))
    with open_database() as engine:
        checked = check_file(engine, context_of(), catalogue, sent, today())
        found = preview_return(engine, context_of(), catalogue, checked)
    print_rows(comparisons(found), output)
    if checked.found.blocked:
        errors = checked.found.count(Severity.ERROR)
        ERR.print(
            f"{sent.name} has {errors:,} {'error' if errors == 1 else 'errors'}: those rows are left out, and no "
            "measure is computed. `safeguarding return check` names them.",
            markup=False,
        )
        raise typer.Exit(1)


class _DiffFormat(StrEnum):
    CSV = "csv"


@commands.command("diff", epilog="Example: safeguarding return diff --agency police --period 2025-26Q1 --version 2")
def diff(
    agency: Agency,
    period: ReturnPeriod,
    version: Version = None,
    output: Annotated[_DiffFormat | None, typer.Option("--format", help="csv; sentences without it.")] = None,
    as_of: AsOf = "",
) -> None:
    """Tell what a version of a return says otherwise than the one before it."""
    from etl.load.engine import reading
    from etl.load.submissions import submissions, values_of, version_of
    from etl.transform.submission_changes import changes, sentences, summary
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue, code, context = default_catalogue(), parse_period(period).code, context_of(as_of)
    catalogue.return_spec(agency)
    with open_database() as engine, reading(engine) as connection:
        one = version_of(connection, context, agency, code, version)
        earlier = [other for other in submissions(connection, context, agency, code) if other.version < one.version]
        if not earlier:
            raise WrongUseError(f"Version {one.version} of {agency} for {code} is the first: nothing came before it.")
        found = changes(values_of(connection, earlier[-1]), values_of(connection, one))
    if output is _DiffFormat.CSV:
        print_rows(found, OutputFormat.CSV)
        return
    OUT.print(f"Version {one.version} beside version {earlier[-1].version}: {summary(found)}", markup=False)
    for said in sentences(found, lambda name: catalogue.quantities[name].title, catalogue.category_title):
        OUT.print(f"  {said}", markup=False)

"""`safeguarding publication`: what the Department and others publish."""

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli.shared import (
    ERR,
    OUT,
    AsOf,
    OutputFormat,
    context_of,
    day_of,
    open_database,
    open_queries,
    print_rows,
    progress_shown,
)
from schema.errors import FileRefusedError

commands = typer.Typer(help="National publications.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("load", epilog="Example: safeguarding publication load ~/Downloads/c1_*.csv ~/Downloads/d3_*.csv")
def load_publication(
    files: Annotated[list[Path], typer.Argument(help="Published CSV files, as downloaded. All are loaded, or none.")],
    release: Annotated[
        str, typer.Option(help="The release day (2025-10-30), where the file's latest period does not tell.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Load a file that says less than the one it replaces.")
    ] = False,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Leave out files that are no known dataset, and name them.")
    ] = False,
) -> None:
    """Load published files. Each is recognised by what is in it, not by its name."""
    from etl.pipeline import load_publications
    from schema.catalogue import default_catalogue

    day = day_of(release) if release else None
    skipped: list[str] = []
    if skip_unknown:
        files, skipped = _known(files)
    with open_database() as engine, progress_shown() as progress:
        report = load_publications(
            engine, files, default_catalogue(), context_of(), release=day, replace=replace, progress=progress
        )
    for file in report.files:
        what = f"{file.rows:,} rows loaded" if file.changed else "already loaded, nothing changed"
        what += f", in place of {file.replaces}" if file.replaces else ""
        OUT.print(f"{file.file_name}: {file.title}, release {file.edition}: {what}", markup=False)
        for left_out in file.left_out:
            OUT.print(f"  {left_out}", markup=False)
    if report.values:
        OUT.print(f"{report.values:,} values kept, {report.figures:,} figures computed.")
    for waiting in report.waiting_for_population:
        OUT.print(f"Rates wait for a population that is not loaded: {waiting}.", markup=False)
    for reason in skipped:
        ERR.print(f"Not loaded: {reason}", markup=False)


@commands.command("disagreements", epilog="Example: safeguarding publication disagreements --measure referrals")
def disagreements(
    measure: Annotated[str, typer.Option(help="One measure's id; all where it is left out.")] = "",
    as_of: AsOf = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """Print where a compilation (the Department's interactive tool) says other than the first publisher.

    The first publisher's figure is the one that is shown; the two are never averaged.
    """
    from schema.catalogue import default_catalogue

    catalogue, context = default_catalogue(), context_of(as_of)
    with open_queries() as queries, progress_shown() as progress:
        progress("Comparing")
        found = queries.agreement(context, catalogue.measure(measure).id if measure else None)
    differing = found[~found["agrees"].astype(bool)].drop(columns=["agrees"])
    print_rows(differing.sort_values(["measure", "period", "area"]), output)
    ERR.print(f"{len(found):,} figures are in both; {len(differing):,} differ.", markup=False)


def _known(files: list[Path]) -> tuple[list[Path], list[str]]:
    """The files whose dataset is known, and what is said of the others. A fault inside a known one is still a fault."""
    from etl.extract.publications import is_known
    from schema.catalogue import default_catalogue

    reasons = {path: is_known(path, default_catalogue()) for path in files}
    known = [path for path, reason in reasons.items() if not reason]
    skipped = [reason for reason in reasons.values() if reason]
    if not known:
        raise FileRefusedError(
            "None of the files is a dataset that we know. `safeguarding publication list` names them."
        )
    return known, skipped


@commands.command("list", epilog="Example: safeguarding publication list")
def list_publications(as_of: AsOf = "") -> None:
    """List the datasets that can be loaded, their releases, and which of them are (or were) loaded."""
    from etl.load import store
    from etl.load.engine import reading
    from etl.transform.fingerprint import of_reading
    from schema.catalogue import default_catalogue

    context = context_of(as_of)
    with open_database() as engine, reading(engine) as connection:
        loaded = {(source.publisher, source.edition): source for source in store.active_sources(connection, context)}
    for known in sorted(default_catalogue().publications.values(), key=lambda p: (p.series_title, p.id)):
        for day in sorted(known.releases):
            source = loaded.get((known.id, day.isoformat()))
            state = f"loaded {source.loaded_at:%Y-%m-%d %H:%M} UTC from {source.file_name}" if source else "not loaded"
            if source and source.reading != of_reading(default_catalogue(), known.id):
                state += "; more of it is read now: load it again"
            OUT.print(f"{known.id}  {day}  {known.title}: {state}", markup=False)

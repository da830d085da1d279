"""`safeguarding paper`: figures that older papers print."""

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli.shared import OUT, context_of, open_database, show_findings

commands = typer.Typer(help="Figures that older papers print.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("load", epilog="Example: safeguarding paper load sample_data/historic/*.children.csv")
def load_paper(
    files: Annotated[
        list[Path], typer.Argument(help="<paper>.<part>.csv, each beside its <paper>.yaml. All are loaded, or none.")
    ],
) -> None:
    """Load figures that older papers print. They are shown as printed, behind a break in the series."""
    from etl.load.papers import load_papers
    from schema.catalogue import default_catalogue

    with open_database() as engine:
        loaded = load_papers(engine, files, default_catalogue(), context_of())
    for file in loaded:
        what = f"{file.figures:,} figures loaded" if file.changed else "already loaded, nothing changed"
        OUT.print(f"{file.file_name}: {file.title}: {what}", markup=False)
        show_findings(file.disagreements)

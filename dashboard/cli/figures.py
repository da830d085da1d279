"""The figures and the measures as rows, for a spreadsheet or another program."""

from typing import Annotated

import typer

from dashboard.cli.shared import (
    ERR,
    AsOf,
    OutputFormat,
    context_of,
    day_of,
    open_queries,
    print_rows,
    progress_shown,
)

commands = typer.Typer()


@commands.command(epilog="Example: safeguarding measures --format json")
def measures(
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """List the measures: what each is made of, whose it is, and what is published beside it."""
    import pandas as pd

    from schema.catalogue import default_catalogue

    catalogue = default_catalogue()
    rows = [
        {
            "measure": m.id,
            "title": m.title,
            "framework": m.framework,
            "outcome": m.outcome,
            "lines": " ".join(m.lines),
            "agency": m.agency,
            "unit": m.unit,
            "polarity": m.polarity.value,
            "numerator": " + ".join(catalogue.quantities[t.quantity].title for t in m.numerator),
            "denominator": " + ".join(catalogue.quantities[t.quantity].title for t in m.denominator)
            or (f"residents aged {m.population.age_from} to {m.population.age_to}" if m.population else ""),
            "published": m.published_as.match,
            "priorities": " ".join(m.priorities),
            "version": m.version,
        }
        for framework in catalogue.frameworks
        for m in catalogue.measures_of(framework)
    ]
    print_rows(pd.DataFrame(rows), output)


@commands.command(
    epilog="Example: safeguarding indicators --measure repeat-referrals --area E06000021 --period 2024-25"
)
def indicators(
    measure: Annotated[str, typer.Option(help="One measure's id; all where it is left out.")] = "",
    area: Annotated[str, typer.Option(help="One area: id, DfE code or GSS code; all where it is left out.")] = "",
    period: Annotated[str, typer.Option(help="One period: a year 2024-25, a quarter 2025-26Q2.")] = "",
    as_of: AsOf = "",
    model: Annotated[str, typer.Option(help="The neighbour model: may-2025 or april-2021.")] = "",
    release: Annotated[
        str, typer.Option(help="Published figures as the releases up to this day had them: 2024-10-31.")
    ] = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """Print one row for each measure, area, period, basis, category and comparator."""
    from dashboard.indicators import indicators as rows_of
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    context = context_of(as_of)
    with open_queries() as queries, progress_shown() as progress:
        found = rows_of(
            queries,
            context,
            measure=catalogue.measure(measure).id if measure else None,
            area=load_areas().find(area) if area else None,
            period=parse_period(period) if period else None,
            model=model or None,
            release=day_of(release) if release else None,
            progress=progress,
        )
    print_rows(found, output)
    if found.empty:
        ERR.print("No figure is kept for this; `safeguarding publication list` says what is loaded.", markup=False)

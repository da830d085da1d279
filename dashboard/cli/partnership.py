"""The database and its pages: set a partnership up, fill in the demonstration, serve."""

from typing import Annotated

import typer

from dashboard.cli.shared import OUT, context_of, open_database, progress_shown, today

commands = typer.Typer()


@commands.command(
    epilog="Example: safeguarding init --area stoke-on-trent --name 'Stoke-on-Trent Safeguarding Children Partnership'"
)
def init(
    area: Annotated[
        str, typer.Option(help="The partnership's authority: id, DfE code or GSS code. Needed the first time.")
    ] = "",
    name: Annotated[str, typer.Option(help="What the partnership is called.")] = "",
) -> None:
    """Make or update the database's tables, set the partnership up, and compute again what an older version computed.

    Doing it again changes nothing.
    """
    from dashboard.commands import set_up_partnership
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue

    home = load_areas().find(area) if area else None
    with open_database(ready=False) as engine, progress_shown() as progress:
        known = set_up_partnership(engine, context_of(), home, name, default_catalogue(), progress)
        OUT.print(f"Ready: {known.name}, home area {known.home_area}.", markup=False)


@commands.command(epilog="Example: safeguarding demo && safeguarding serve")
def demo() -> None:
    """Fill an empty database with published figures and made-up returns. Does nothing where they are there."""
    from etl.demonstration import build_demonstration
    from schema.catalogue import default_catalogue

    with open_database(ready=False) as engine, progress_shown() as progress:
        made = build_demonstration(engine, default_catalogue(), context_of(), today(), progress)
    OUT.print("The demonstration is loaded." if made else "The demonstration is there already.")


@commands.command(epilog="Example: HOST=127.0.0.1 PORT=8050 safeguarding serve")
def serve() -> None:
    """Serve the dashboard on HOST and PORT (http://127.0.0.1:8050 unless they say otherwise)."""
    from dashboard.serve import serve as serve_pages

    serve_pages(OUT)

"""What the commands about returns share: whose return, for when, which version."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.cli.shared import context_of

if TYPE_CHECKING:
    from etl.load.engine import Engine
    from etl.load.submissions import SubmissionVersion
    from schema.periods import Period

Agency = Annotated[str, typer.Option(help="The agency whose return it is, such as childrens-social-care.")]
ReturnPeriod = Annotated[
    str, typer.Option(help="The quarter or school term that the return is for: 2025-26Q2, AY2025-26T1.")
]
ReturnFile = Annotated[Path, typer.Argument(help="The return: CSV, XLSX or ODS.")]
Version = Annotated[int | None, typer.Option(help="Which version; the newest where it is left out.")]

EXAMPLE = "sample_data/returns/childrens-social-care-2025-26Q2.csv --agency childrens-social-care --period 2025-26Q2"
"""A return that every copy of the project has."""


def the_version(engine: "Engine", agency: str, period: "Period", version: int | None) -> "SubmissionVersion":
    """A version of a return, or the newest one."""
    from etl.load.engine import reading
    from etl.load.submissions import version_of
    from schema.catalogue import default_catalogue

    default_catalogue().return_spec(agency)
    with reading(engine) as connection:
        return version_of(connection, context_of(), agency, period.code, version)

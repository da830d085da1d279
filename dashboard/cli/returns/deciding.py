"""`safeguarding return accept`, `query`, `answer`, `send-back` and `withdraw`: what becomes of a submitted return."""

from typing import TYPE_CHECKING, Annotated

import typer

from dashboard.cli.returns.shared import Agency, ReturnPeriod, Version, the_version
from dashboard.cli.shared import OUT, context_of, open_database, progress_shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.engine import Engine
    from etl.load.submissions import SubmissionVersion
    from schema.context import Context
    from schema.periods import Period

commands = typer.Typer(rich_markup_mode=None)


@commands.command("accept", epilog="Example: safeguarding return accept --agency police --period 2025-26Q3")
def accept(agency: Agency, period: ReturnPeriod, version: Version = None) -> None:
    """Accept a submitted return: from now on its figures are shown. Whoever submitted it cannot."""
    from etl.submissions import accept_return
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue, when = default_catalogue(), parse_period(period)
    with open_database() as engine, progress_shown() as progress:
        seen = _seen(engine, agency, when)
        one = the_version(engine, agency, when, version)
        done = accept_return(engine, context_of(), catalogue, agency, when, one.version, progress, seen)
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
        seen = _seen(engine, agency, when)
        one = the_version(engine, agency, when, version)
        withdraw_return(engine, context_of(), default_catalogue(), agency, when, one.version, reason, progress, seen)
    held = " The quarter or term is without a return now." if one.state == "accepted" else ""
    OUT.print(f"Version {one.version} of {agency} for {when.code} is withdrawn.{held}", markup=False)


def _say(
    change: "Callable[[Engine, Context, str, Period, int, str, int | None], SubmissionVersion]",
    agency: str,
    period: str,
    version: int | None,
    comment: str,
) -> None:
    """Write words beside a version of a return, and say what it is now."""
    from schema.periods import parse_period

    when = parse_period(period)
    with open_database() as engine:
        seen = _seen(engine, agency, when)
        one = the_version(engine, agency, when, version)
        done = change(engine, context_of(), agency, when, one.version, comment, seen)
    OUT.print(f"Version {done.version} of {agency} for {when.code} is {done.state}.", markup=False)


def _seen(engine: "Engine", agency: str, period: "Period") -> int:
    """How many events the return has as the command starts: what somebody else does from now on is noticed."""
    from etl.load.engine import reading
    from etl.load.submissions import submissions
    from etl.submissions import events_of

    with reading(engine) as connection:
        return events_of(submissions(connection, context_of(), agency, period.code))

"""`safeguarding return submit`: an agency's return, for a second person to accept."""

from typing import Annotated

import typer

from dashboard.cli.returns.shared import EXAMPLE, Agency, ReturnFile, ReturnPeriod
from dashboard.cli.shared import OUT, context_of, open_database, progress_shown, show_findings, today
from schema.errors import WrongUseError

commands = typer.Typer(rich_markup_mode=None)


@commands.command("submit", epilog=f"Example: safeguarding return submit {EXAMPLE}")
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

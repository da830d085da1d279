"""The `safeguarding` command. Imports what a command needs when it runs, so that checking a return never loads Dash.

Exit status: 0 done, 1 findings that block (or a file refused), 2 wrong use.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from schema.errors import FileRefusedError, MendableError, WrongUseError

if TYPE_CHECKING:
    import pandas as pd

    from etl.load.engine import Engine
    from etl.load.last_submitted import Key, LastFigure
    from schema.context import Context
    from schema.findings import Finding
    from schema.periods import Period
    from schema.tables import PartnershipRow

app = typer.Typer(
    help="The safeguarding performance dashboard: load figures, check and submit returns, serve the pages.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
publication = typer.Typer(help="National publications.", no_args_is_help=True, rich_markup_mode=None)
returns = typer.Typer(help="Agencies' returns: forms, checks, submission.", no_args_is_help=True, rich_markup_mode=None)
papers = typer.Typer(help="Figures that older papers print.", no_args_is_help=True, rich_markup_mode=None)
charts = typer.Typer(
    help="What people put on charts: new baselines, events, targets.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(publication, name="publication")
app.add_typer(charts, name="chart")
app.add_typer(papers, name="paper")
app.add_typer(returns, name="return")

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


class OutputFormat(StrEnum):
    """How rows are printed."""

    CSV = "csv"
    JSON = "json"


def main() -> None:
    """Run the command line. A mistake that a person can mend is one sentence on standard error, and an exit status."""
    try:
        app()
    except MendableError as error:
        findings = error.findings if isinstance(error, FileRefusedError) else ()
        _show_findings(findings)
        _err.print(str(error), markup=False)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # Somebody closed the pipe (`… | head`): nothing is wrong, and nothing more can be said.
        sys.stderr.close()
        sys.exit(0)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A spinner that says what is being done; on a terminal only, so that pipes stay quiet."""
    if not _err.is_terminal:
        yield lambda _what: None
        return
    with _err.status("Starting") as status:
        yield status.update


@contextmanager
def _engine(*, ready: bool = True) -> "Iterator[Engine]":
    from dashboard.settings import Settings
    from etl.load.engine import open_engine
    from etl.load.migrate import require_ready
    from etl.pipeline import require_current
    from schema.catalogue import default_catalogue

    engine = open_engine(Settings().database_url)
    try:
        if ready:
            require_ready(engine)
            require_current(engine, default_catalogue(), _context())
        yield engine
    finally:
        engine.dispose()


def _context(as_of: datetime | None = None) -> "Context":
    import getpass

    from schema.context import Context

    try:
        viewer = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        viewer = "local"
    return Context(viewer=viewer, as_of=as_of)


def _show_findings(findings: "tuple[Finding, ...]") -> None:
    for finding in findings:
        _err.print(f"{finding.severity.value}: {finding.sentence()} [{finding.rule}]", markup=False)


@app.command(
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
    with _engine(ready=False) as engine, _progress() as progress:
        known = set_up_partnership(engine, _context(), home, name, default_catalogue(), progress)
        _out.print(f"Ready: {known.name}, home area {known.home_area}.", markup=False)


@app.command(epilog="Example: safeguarding demo && safeguarding serve")
def demo() -> None:
    """Fill an empty database with published figures and made-up returns. Does nothing where they are there."""
    from etl.demonstration import build_demonstration
    from schema.catalogue import default_catalogue

    with _engine(ready=False) as engine, _progress() as progress:
        made = build_demonstration(engine, default_catalogue(), _context(), _today(), progress)
    _out.print("The demonstration is loaded." if made else "The demonstration is there already.")


@app.command(epilog="Example: HOST=127.0.0.1 PORT=8050 safeguarding serve")
def serve() -> None:
    """Serve the dashboard on HOST and PORT (http://127.0.0.1:8050 unless they say otherwise)."""
    from dashboard.serve import serve as serve_pages

    serve_pages(_out)


@publication.command("load", epilog="Example: safeguarding publication load ~/Downloads/c1_*.csv ~/Downloads/d3_*.csv")
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

    day = _day(release) if release else None
    skipped: list[str] = []
    if skip_unknown:
        files, skipped = _known(files)
    with _engine() as engine, _progress() as progress:
        report = load_publications(
            engine, files, default_catalogue(), _context(), release=day, replace=replace, progress=progress
        )
    for file in report.files:
        what = f"{file.rows:,} rows loaded" if file.changed else "already loaded, nothing changed"
        what += f", in place of {file.replaces}" if file.replaces else ""
        _out.print(f"{file.file_name}: {file.title}, release {file.edition}: {what}", markup=False)
        for left_out in file.left_out:
            _out.print(f"  {left_out}", markup=False)
    if report.values:
        _out.print(f"{report.values:,} values kept, {report.figures:,} figures computed.")
    for waiting in report.waiting_for_population:
        _out.print(f"Rates wait for a population that is not loaded: {waiting}.", markup=False)
    for reason in skipped:
        _err.print(f"Not loaded: {reason}", markup=False)


@publication.command("disagreements", epilog="Example: safeguarding publication disagreements --measure referrals")
def disagreements(
    measure: Annotated[str, typer.Option(help="One measure's id; all where it is left out.")] = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """Print where a compilation (the Department's interactive tool) says other than the first publisher.

    The first publisher's figure is the one that is shown; the two are never averaged.
    """
    from dashboard.queries import Queries
    from schema.catalogue import default_catalogue

    catalogue = default_catalogue()
    with _engine() as engine, _progress() as progress:
        progress("Comparing")
        found = Queries(engine, catalogue).agreement(_context(), catalogue.measure(measure).id if measure else None)
    differing = found[~found["agrees"].astype(bool)].drop(columns=["agrees"])
    _print_rows(differing.sort_values(["measure", "period", "area"]), output)
    _err.print(f"{len(found):,} figures are in both; {len(differing):,} differ.", markup=False)


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


@publication.command("list", epilog="Example: safeguarding publication list")
def list_publications() -> None:
    """List the datasets that can be loaded, their releases, and which of them are loaded."""
    from etl.load import store
    from etl.load.engine import reading
    from etl.transform.fingerprint import of_reading
    from schema.catalogue import default_catalogue

    with _engine() as engine, reading(engine) as connection:
        loaded = {(source.publisher, source.edition): source for source in store.active_sources(connection, _context())}
    for known in sorted(default_catalogue().publications.values(), key=lambda p: (p.series_title, p.id)):
        for day in sorted(known.releases):
            source = loaded.get((known.id, day.isoformat()))
            state = f"loaded {source.loaded_at:%Y-%m-%d %H:%M} UTC from {source.file_name}" if source else "not loaded"
            if source and source.reading != of_reading(default_catalogue(), known.id):
                state += "; more of it is read now: load it again"
            _out.print(f"{known.id}  {day}  {known.title}: {state}", markup=False)


@papers.command("load", epilog="Example: safeguarding paper load sample_data/historic/*.children.csv")
def load_paper(
    files: Annotated[
        list[Path], typer.Argument(help="<paper>.<part>.csv, each beside its <paper>.yaml. All are loaded, or none.")
    ],
) -> None:
    """Load figures that older papers print. They are shown as printed, behind a break in the series."""
    from etl.load.papers import load_papers
    from schema.catalogue import default_catalogue

    with _engine() as engine:
        loaded = load_papers(engine, files, default_catalogue(), _context())
    for file in loaded:
        what = f"{file.figures:,} figures loaded" if file.changed else "already loaded, nothing changed"
        _out.print(f"{file.file_name}: {file.title}: {what}", markup=False)
        _show_findings(file.disagreements)


Agency = Annotated[str, typer.Option(help="The agency whose return it is, such as childrens-social-care.")]
ReturnPeriod = Annotated[
    str, typer.Option(help="The quarter or school term that the return is for: 2025-26Q2, AY2025-26T1.")
]
ReturnFile = Annotated[Path, typer.Argument(help="The return, CSV or XLSX.")]

_EXAMPLE = "sample_data/returns/childrens-social-care-2025-26Q2.csv --agency childrens-social-care --period 2025-26Q2"


@returns.command(
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
    from etl.templates.write import require_place, write_template
    from etl.validate.check import require_period
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    spec, when = catalogue.return_spec(agency), parse_period(period)
    require_period(spec, when)
    require_place(out, replace=force)
    known, last = _partnership_if_any(agency, when)
    area = catalogue.areas.by_id[known.home_area] if known else None
    template = make(spec, when, catalogue, area=area, partnership=known.name if known else "", last=last)
    write_template(out, template, replace=force)
    _out.print(f"{out}: {len(template.rows):,} figures of {spec.title}, due {spec.due(when):%d/%m/%Y}.", markup=False)


@returns.command("check", epilog=f"Example: safeguarding return check {_EXAMPLE}")
def check_return(file: ReturnFile, agency: Agency, period: ReturnPeriod) -> None:
    """Check a return and keep nothing. Every fault is named with its row, column and remedy."""
    from etl.pipeline import check_file
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    catalogue.return_spec(agency)
    known, _ = _partnership_if_any()
    area = known.home_area if known else ""
    checked = check_file(file, agency, parse_period(period), area, catalogue, _today())
    _show_findings(checked.findings)
    errors = sum(finding.severity == "error" for finding in checked.findings)
    warnings = len(checked.findings) - errors
    period_found = parse_period(period)
    asked = catalogue.figures_asked(agency, period_found)
    given = int((checked.values["period"] == period_found.code).sum())
    restated = ", ".join(checked.restated_periods)
    also = f" It restates {restated} ({len(checked.values) - given:,} figures)." if restated else ""
    _out.print(
        f"{file.name}: {given:,} of the {asked:,} figures asked for, {errors} errors, {warnings} warnings.{also}",
        markup=False,
    )
    if checked.blocked:
        raise typer.Exit(1)


@returns.command("submit", epilog=f"Example: safeguarding return submit {_EXAMPLE}")
def submit_return(file: ReturnFile, agency: Agency, period: ReturnPeriod) -> None:
    """Check a return and, where nothing blocks it, submit it. A later submission supersedes an earlier one."""
    from etl.pipeline import submit_return as submit
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    with _engine() as engine, _progress() as progress:
        progress("Checking and submitting")
        done = submit(engine, file, agency, parse_period(period), default_catalogue(), _context(), _today())
    _show_findings(done.checked.findings)
    if not done.changed:
        _out.print(f"{file.name} has been submitted already; nothing changed.", markup=False)
        return
    restated = ", ".join(done.checked.restated_periods)
    also = f" It restates {restated}." if restated else ""
    if done.same_as:
        also += f" It is the same file as version {done.same_as}: what replaced that is undone."
    _out.print(
        f"{file.name}: version {done.version} accepted, {done.values:,} values kept, {done.figures:,} figures "
        f"computed.{also}",
        markup=False,
    )


@app.command(epilog="Example: safeguarding measures --format json")
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
    _print_rows(pd.DataFrame(rows), output)


@app.command(epilog="Example: safeguarding indicators --measure repeat-referrals --area E06000021 --period 2024-25")
def indicators(
    measure: Annotated[str, typer.Option(help="One measure's id; all where it is left out.")] = "",
    area: Annotated[str, typer.Option(help="One area: id, DfE code or GSS code; all where it is left out.")] = "",
    period: Annotated[str, typer.Option(help="One period: a year 2024-25, a quarter 2025-26Q2.")] = "",
    as_of: Annotated[
        str,
        typer.Option(help="What held at an instant (2026-01-31T17:00, UTC unless it has a zone) or at a day's end."),
    ] = "",
    model: Annotated[str, typer.Option(help="The neighbour model: may-2025 or april-2021.")] = "",
    release: Annotated[
        str, typer.Option(help="Published figures as the releases up to this day had them: 2024-10-31.")
    ] = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """Print one row for each measure, area, period, basis, category and comparator."""
    from dashboard.indicators import indicators as rows_of
    from dashboard.queries import Queries
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    catalogue = default_catalogue()
    context = _context(_instant(as_of) if as_of else None)
    with _engine() as engine, _progress() as progress:
        progress("Reading and comparing")
        found = rows_of(
            Queries(engine, catalogue),
            context,
            measure=catalogue.measure(measure).id if measure else None,
            area=load_areas().find(area) if area else None,
            period=parse_period(period) if period else None,
            model=model or None,
            release=_day(release) if release else None,
        )
    _print_rows(found, output)
    if found.empty:
        _err.print("No figure is kept for this; `safeguarding publication list` says what is loaded.", markup=False)


class EventKind(StrEnum):
    """What an event on a chart is."""

    EVENT = "event"
    DEFINITION = "definition"
    SYSTEM = "system"


class TargetBasis(StrEnum):
    """How the figures that a target is for cover time."""

    QUARTER = "quarter"
    MONTH = "month"
    ROLLING_YEAR = "rolling-year"
    YEAR = "year"
    TERM = "term"
    ACADEMIC_YEAR = "academic-year"


OfMeasure = Annotated[str, typer.Option(help="The measure's id; `safeguarding measures` lists them.")]
OfArea = Annotated[str, typer.Option(help="The area: id, DfE code or GSS code. The partnership's own if left out.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="In all areas, and not in one.")]
By = Annotated[str, typer.Option(help="Who decided it: a name or a role. It stands on the chart.")]
Why = Annotated[str, typer.Option(help="Why, in a sentence. It stands on the chart.")]


@charts.command(
    "rebase",
    epilog="Example: safeguarding chart rebase --measure referrals --from 2024-25Q2 --by 'Head of the front door' "
    "--reason 'Contacts and referrals are told apart by the new screening'",
)
def rebase(
    measure: OfMeasure,
    start: Annotated[str, typer.Option("--from", help="The first month or quarter of it: 2025M04, 2025-26Q1.")],
    reason: Why,
    by: By,
    area: OfArea = "",
    everywhere: Everywhere = False,
) -> None:
    """Draw a control chart's limits anew from a month or quarter on: when the service has changed, and not the luck."""
    from dashboard.commands import rebase_chart
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    with _engine() as engine:
        number = rebase_chart(
            engine,
            _context(),
            default_catalogue(),
            measure=measure,
            start=parse_period(start),
            reason=reason,
            who=by,
            area=load_areas().find(area) if area else None,
            everywhere=everywhere,
        )
    _out.print(f"New baseline {number}: the limits of {measure} are drawn anew from {start}.", markup=False)


@charts.command(
    "event",
    epilog="Example: safeguarding chart event --on 2024-09-02 --label 'New recording system' --kind system "
    "--agency childrens-social-care",
)
def event(
    on: Annotated[str, typer.Option(help="The day: 2024-09-02.")],
    label: Annotated[str, typer.Option(help="What happened, in a few words. It stands on the chart.")],
    kind: Annotated[EventKind, typer.Option(help="Whether a definition or a system changed.")] = EventKind.EVENT,
    measure: Annotated[str, typer.Option(help="On one measure's chart only.")] = "",
    agency: Annotated[str, typer.Option(help="On the charts of one agency's measures only.")] = "",
    area: OfArea = "",
    everywhere: Everywhere = False,
) -> None:
    """Mark on control charts that something happened. It changes no limits."""
    from dashboard.commands import mark_event
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue

    day = _day(on)
    with _engine() as engine:
        number = mark_event(
            engine,
            _context(),
            default_catalogue(),
            day=day,
            label=label,
            kind=kind.value,
            measure=measure,
            agency=agency,
            area=load_areas().find(area) if area else None,
            everywhere=everywhere,
        )
    _out.print(f"Event {number} is marked on {day:%d/%m/%Y}.", markup=False)


@charts.command(
    "target",
    epilog="Example: safeguarding chart target --measure initial-conferences-within-15-working-days --value 90 "
    "--since 2025-04-01 --by 'The partnership board' --reason 'Agreed with the plan for 2025-26'",
)
def target(
    measure: OfMeasure,
    value: Annotated[float, typer.Option(help="In the measure's unit: 90 for 90%.")],
    since: Annotated[str, typer.Option(help="The day from which it holds: 2025-04-01.")],
    reason: Why,
    by: By,
    basis: Annotated[
        TargetBasis | None, typer.Option(help="Of what is counted over a period: in a quarter, a year …")
    ] = None,
    category: Annotated[str, typer.Option(help="Of a measure that is shared out; its first one if left out.")] = "",
    area: OfArea = "",
) -> None:
    """Set a target: the chart then says whether it will reliably be met."""
    from dashboard.commands import set_target
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import Basis

    day = _day(since)
    with _engine() as engine:
        number = set_target(
            engine,
            _context(),
            default_catalogue(),
            measure=measure,
            value=value,
            since=day,
            reason=reason,
            who=by,
            basis=Basis(basis.value) if basis else None,
            category=category,
            area=load_areas().find(area) if area else None,
        )
    _out.print(f"Target {number}: {value:g} for {measure} from {day:%d/%m/%Y}.", markup=False)


@charts.command("withdraw", epilog="Example: safeguarding chart withdraw 3 --reason 'Marked on the wrong day'")
def withdraw(
    number: Annotated[int, typer.Argument(help="Its number, as `safeguarding chart list` has it.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence. It is kept.")],
) -> None:
    """Take a baseline, an event or a target off the charts. It stays on record, and `--as-of` still shows it."""
    from dashboard.commands import withdraw_chart_note

    with _engine() as engine:
        note = withdraw_chart_note(engine, _context(), number, reason)
    _out.print(f"Withdrawn: {note.kind.words} {note.id}, “{note.text}”.", markup=False)


@charts.command("list", epilog="Example: safeguarding chart list --measure referrals --withdrawn")
def list_notes(
    measure: Annotated[str, typer.Option(help="What is on one measure's chart; everything if left out.")] = "",
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="What has been withdrawn too.")] = False,
    as_of: Annotated[
        str, typer.Option(help="What held at an instant (2026-01-31T17:00, UTC unless it has a zone) or a day's end.")
    ] = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """List the baselines, events and targets on charts: who, when and why."""
    import pandas as pd

    from dashboard.queries import Queries
    from schema.catalogue import default_catalogue

    catalogue = default_catalogue()
    chosen = catalogue.measure(measure) if measure else None
    context = _context(_instant(as_of) if as_of else None)
    with _engine() as engine:
        found = Queries(engine, catalogue).chart_notes(context, withdrawn=withdrawn)
    rows = [
        {
            "number": note.id,
            "kind": note.kind.value,
            "measure": note.measure,
            "agency": note.agency,
            "area": note.area,
            "category": note.category,
            "basis": note.basis,
            "day": note.day.isoformat(),
            "period": note.period,
            "value": note.value,
            "event_kind": note.event_kind,
            "text": note.text,
            "who": note.who,
            "recorded_at": note.at.isoformat() if note.at else "",
            "recorded_by": note.actor,
            "withdrawn_at": note.withdrawn_at.isoformat() if note.withdrawn_at else "",
            "withdrawn_by": note.withdrawn_by,
            "withdrawn_why": note.withdrawn_why,
        }
        for note in found
        if chosen is None or note.about(chosen)
    ]
    _print_rows(pd.DataFrame(rows, columns=None if rows else ["number"]), output)
    if not rows:
        _err.print("Nothing has been put on a chart; `safeguarding chart --help` says how.", markup=False)


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

    with _engine(ready=False) as engine:
        try:
            require_ready(engine)
            with reading(engine) as connection:
                known = store.require_partnership(connection, _context())
                return known, last_submitted(connection, _context(), agency, before) if before else {}
        except DatabaseNotReadyError:
            return None, {}


def _today() -> date:
    return datetime.now(UTC).date()


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise WrongUseError(f"“{text[:40]}” is not a day. Write it as 2025-10-30.") from error


def _instant(text: str) -> datetime:
    """An instant; a bare day means its end, since what was accepted on that day held on it."""
    try:
        instant = datetime.fromisoformat(text)
        if len(text.strip()) == len("2026-01-31"):
            instant = instant.replace(hour=23, minute=59, second=59, microsecond=999_999)
    except ValueError as error:
        raise WrongUseError(f"“{text[:40]}” is not an instant. Write it as 2026-01-31T17:00.") from error
    if not 1990 <= instant.year <= 9000:
        raise WrongUseError(f"“{text[:40]}” is no instant at which anything was known. Write it as 2026-01-31T17:00.")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _print_rows(rows: "pd.DataFrame", output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        sys.stdout.write(rows.to_json(orient="records", date_format="iso", force_ascii=False, indent=1) + "\n")
    else:
        rows.to_csv(sys.stdout, index=False, lineterminator="\n")

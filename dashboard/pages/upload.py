"""Upload a return: choose a file, see everything that is wrong with it and what it would change, and submit it.

The server keeps nothing between two requests. The file stays in the browser, and is checked again when it is submitted;
what the newest version was when it was first checked goes along, so that somebody who was quicker is noticed.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import PurePath
from threading import BoundedSemaphore
from typing import Any, NoReturn, ParamSpec, TypeVar

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Response, abort, request
from pydantic import ValidationError

from dashboard import commands, identity
from dashboard.components import words
from dashboard.components.crumbs import crumbs
from dashboard.components.links import Link, keeping
from dashboard.components.upload import changes, choose, explain, report
from dashboard.queries import Queries
from dashboard.shell import Body, Page, Visit
from dashboard.views.return_status import today_of
from dashboard.views.upload import Report, Sent, disagreement, periods_offered, several, to_choose, whose
from etl.extract.whose import Guess
from etl.load.store import ACCEPTED
from etl.previewing import preview_return
from etl.submissions import Checked, check_file
from etl.templates.form import Template, make_template, template_csv
from etl.templates.marked import findings_csv, marked_copy
from etl.templates.workbook import template_workbook
from etl.validate.check import require_period, return_rules
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import MendableError, WrongUseError
from schema.findings import Finding
from schema.periods import Period, parse_period
from schema.returns import ReturnSpec

PATH = "/returns/upload"

_EXPLAIN_KEY = re.compile(r"[0-9a-f]{20}")

AT_ONCE = BoundedSemaphore(2)
"""Files that are checked or compared at the same time."""
IN_LINE = BoundedSemaphore(5)
"""Those, and whoever waits for a turn: each holds a thread of the server (`serve.THREADS`); the rest are for pages."""
LONGEST_WAIT = 20.0
"""Seconds."""


def draw(visit: Visit) -> Body:
    """The page before a file is chosen. The address may name the agency and the period."""
    catalogue = visit.queries.catalogue
    agency, period = visit.query.get("agency", ""), visit.query.get("period", "")
    today = today_of(visit.context)
    periods: list[str] = []
    template: html.P | None = None
    if agency:
        spec = catalogue.return_spec(agency)
        period = to_choose(spec, today, period)
        periods = periods_offered(spec, today, period)
        template = _template_links(spec, period, visit.link)
    elif period:
        periods = [parse_period(period).code]
    here = visit.link(PATH, agency=agency, period=period)
    body: list[Any] = [
        crumbs(("Returns", visit.link("/returns")), here="Upload a return"),
        html.H1("Upload a return"),
        html.P(
            "Choose a file. All faults are found in one pass, and you see what it would change before you submit it.",
            className="lead",
        ),
    ]
    if visit.context.as_of is not None:
        body.append(html.P("You are looking back, and nothing can be submitted to the past.", className="told"))
        return Body("Upload a return", body)
    if not identity.viewer():
        body.append(choose.nobody(here, visit.link))
    agencies = {spec.id: spec.title for spec in sorted(catalogue.returns.values(), key=lambda spec: spec.title)}
    body += [
        dcc.Store(id="upload-file", storage_type="memory"),
        dcc.Store(id="upload-told", storage_type="memory"),
        dcc.Store(id="upload-checked", storage_type="memory"),
        dcc.Download(id="upload-marked-file"),
        dcc.Download(id="upload-list-file"),
        choose.chooser(agencies, agency, periods, period),
        html.Div(template, id="upload-notice"),
        html.P(id="upload-progress", className="upload-progress", role="status", hidden=True),
        html.Div(id="upload-done-place"),
        html.Div(
            [
                html.Div([html.Div(id="upload-report"), html.Div(id="upload-explain")], className="upload-main"),
                html.Div(id="upload-preview-place", className="upload-side"),
            ],
            id="upload-work",
            className="upload-work",
        ),
        html.Div(choose.help_text(visit.link), id="upload-help"),
    ]
    return Body("Upload a return", body)


def _template_links(spec: ReturnSpec, period: str, link: Link) -> html.P:
    forms = {
        kind: link("/download/template", agency=spec.id, period=period, form=form)
        for kind, form in (("workbook", "xlsx"), ("CSV", "csv"))
    }
    return choose.template_links(forms, f"{spec.title}, {words.period(period)}")


P = ParamSpec("P")
R = TypeVar("R")


def _sound(act: Callable[P, R]) -> Callable[P, R]:
    """What no page of ours sends is the asker's mistake (400), and none of ours (500)."""

    @wraps(act)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(*args, **kwargs)
        except ValidationError:
            _nonsense()

    return asked


class _BusyError(WrongUseError):
    def __init__(self) -> None:
        super().__init__("Other files are being checked. Try again in a moment.")


@contextmanager
def _in_turn() -> Iterator[None]:
    """A turn to check a file, so that many at once do not keep everybody else from the pages.

    Raises:
        _BusyError: too many others wait already, or it takes too long until one is done.
    """
    if not IN_LINE.acquire(blocking=False):
        raise _BusyError
    try:
        if not AT_ONCE.acquire(timeout=LONGEST_WAIT):
            raise _BusyError
        try:
            yield
        finally:
            AT_ONCE.release()
    finally:
        IN_LINE.release()


@contextmanager
def _in_turn_of_a_file() -> Iterator[None]:
    """`_in_turn` where the answer is a file, and has no place for a sentence."""
    try:
        with _in_turn():
            yield
    except _BusyError as error:
        abort(503, str(error))


def _nonsense() -> NoReturn:
    abort(400, "This is no request of the dashboard’s own. Open the page anew.")


def connect(app: Dash, queries: Queries, context: Context) -> None:
    """Add the page's callbacks and the download of empty forms."""
    Work(app, queries, context)


class Work:
    """The callbacks of the page, over the queries and the context of the application."""

    def __init__(self, app: Dash, queries: Queries, context: Context) -> None:
        self.queries = queries
        self.context = context
        self.rules = len(return_rules())
        self._add(app)
        app.server.add_url_rule("/download/template", "download_template", self.template)

    @property
    def catalogue(self) -> Catalogue:
        """The measures, quantities and returns."""
        return self.queries.catalogue

    def _add(self, app: Dash) -> None:
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash does not type it
            ClientsideFunction("upload", "take"),
            Output("upload-file", "data"),
            Output("upload-problem", "children"),
            Output("upload-progress", "hidden"),
            Output("upload-drop", "contents"),
            Input("upload-drop", "contents"),
            State("upload-drop", "filename"),
            prevent_initial_call=True,
        )
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash does not type it
            ClientsideFunction("upload", "findings"),
            Output("upload-shown", "children"),
            Input("upload-severity", "value"),
            Input("upload-rule", "value"),
            Input("upload-order", "value"),
            Input("upload-report", "children"),
        )
        app.callback(
            Output("upload-agency", "value"),
            Output("upload-period", "data"),
            Output("upload-period", "value"),
            Output("upload-told", "data"),
            Output("upload-notice", "children"),
            Input("upload-file", "data"),
            Input("upload-agency", "value"),
            Input("upload-period", "value"),
            State("upload-told", "data"),
            State("address", "search"),
            running=_progress("1 of 3: reading the file"),
            prevent_initial_call=True,
        )(_sound(self.choose))
        app.callback(
            Output("upload-agency", "value", allow_duplicate=True),
            Output("upload-period", "value", allow_duplicate=True),
            Input("upload-follow", "n_clicks"),
            State("upload-told", "data"),
            prevent_initial_call=True,
        )(self.follow)
        app.callback(
            Output("upload-report", "children"),
            Output("upload-explain", "children"),
            Output("upload-checked", "data"),
            Output("upload-help", "hidden"),
            Output("upload-done-place", "children"),
            Output("upload-work", "hidden"),
            # What was compared belongs to what was checked before.
            Output("upload-preview-place", "children", allow_duplicate=True),
            Input("upload-file", "data"),
            Input("upload-told", "data"),
            Input("upload-agency", "value"),
            Input("upload-period", "value"),
            State("address", "search"),
            running=_progress(f"2 of 3: checking it against {self.rules} rules"),
            prevent_initial_call=True,
        )(_sound(self.check))
        app.callback(
            Output("upload-preview-place", "children"),
            Input("upload-checked", "data"),
            State("upload-file", "data"),
            State("upload-agency", "value"),
            State("upload-period", "value"),
            running=_progress("3 of 3: comparing it with earlier returns"),
            prevent_initial_call=True,
        )(_sound(self.compare))
        for button, place, make in (
            ("upload-marked", "upload-marked-file", self.marked),
            ("upload-list", "upload-list-file", self.list),
        ):
            app.callback(
                Output(place, "data"),
                Input(button, "n_clicks"),
                State("upload-file", "data"),
                State("upload-agency", "value"),
                State("upload-period", "value"),
                running=[(Output(button, "disabled"), True, False)],
                prevent_initial_call=True,
            )(_sound(make))
        app.callback(
            Output("upload-done-place", "children", allow_duplicate=True),
            Output("upload-work", "hidden", allow_duplicate=True),
            Input("upload-submit", "n_clicks"),
            State("upload-file", "data"),
            State("upload-agency", "value"),
            State("upload-period", "value"),
            State("upload-checked", "data"),
            State("address", "search"),
            State({"explain": ALL}, "value"),
            running=[(Output("upload-submit", "disabled"), True, False), *_progress("Submitting")],
            prevent_initial_call=True,
        )(_sound(self.submit))
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash does not type it
            ClientsideFunction("upload", "done"),
            Output("upload-done-place", "className"),
            Input("upload-done-place", "children"),
            prevent_initial_call=True,
        )

    def choose(
        self, file: object, agency: str | None, period: str | None, before: object, search: str | None
    ) -> tuple[Any, ...]:
        """Whose return it is and for when: what was chosen, else what the file says."""
        set_before = before.get("set", {}) if isinstance(before, dict) else {}
        by_us = set_before if isinstance(set_before, dict) else {}
        if ctx.triggered_id == "upload-file":
            # Nobody has chosen these: they are what the file before said, or what stood in for it.
            agency = None if agency and agency == by_us.get("agency") else agency
            period = None if period and period == by_us.get("period") else period
        chosen = {"agency": agency, "period": period}
        if ctx.triggered_id != "upload-file":
            changed = str(ctx.triggered_id).removeprefix("upload-")
            chosen |= {name: None for name, value in by_us.items() if name != changed and value == chosen.get(name)}
        try:
            return self._choose(file, agency, period, chosen, keeping(search))
        except MendableError as error:
            return agency, no_update, period, None, _refused(str(error))

    def _choose(
        self, file: object, agency: str | None, period: str | None, chosen: Mapping[str, str | None], link: Link
    ) -> tuple[Any, ...]:
        """`chosen` is what a person has chosen of the two; whatever else stands there is not kept for another file."""
        today = today_of(self.context)
        told = None
        if file is not None:
            with _in_turn():
                told = whose(Sent.of(file), self.catalogue)
        if not agency and told is not None:
            agency = told.agency
            period = told.period or period
        elif told is not None and not period:
            period = told.period
        if not agency:
            if told is None:
                return None, no_update, period, None, None
            ours = {"period": period} if period and period != chosen.get("period") else {}
            said = "The file does not tell whose return it is. Choose the agency and the quarter or term."
            return None, no_update, period, {"agency": "", "period": told.period, "set": ours}, _refused(said)
        spec = self.catalogue.return_spec(agency)
        period = to_choose(spec, today, period or (told.period if told else ""))
        periods = choose.period_choices(periods_offered(spec, today, period, told.period if told else ""))
        notice = self._notice(told, agency, period) if told else None
        template = _template_links(spec, period, link)
        if told is None:
            return agency, periods, period, None, template
        ours = {name: now for name, now in (("agency", agency), ("period", period)) if now != chosen.get(name)}
        return agency, periods, period, {"agency": told.agency, "period": told.period, "set": ours}, notice

    def _notice(self, told: Guess, agency: str, period: str) -> html.Div | None:
        said = disagreement(told, agency, period, self.catalogue)
        if not said:
            mixed = several(told)
            return choose.mixed(mixed) if mixed else None
        spec = self.catalogue.return_spec(told.agency or agency)
        when = to_choose(spec, today_of(self.context), told.period or period)
        return choose.disagrees(said, f"{spec.title}, {words.period(when)}")

    def follow(self, clicks: int | None, told: object) -> tuple[Any, Any]:
        """The agency and the period that the file names, in place of those that were chosen."""
        if not clicks or not isinstance(told, dict):
            return no_update, no_update
        return told.get("agency") or no_update, told.get("period") or no_update

    def check(
        self, file: object, told: object, agency: str | None, period: str | None, search: str | None
    ) -> tuple[Any, Any, Any, bool, Any, bool, Any]:
        """Every finding, and the way to submit where nothing blocks."""
        if file is None or told is None or not agency or not period:
            return None, None, None, False, None, False, None
        try:
            with _in_turn():
                seen = self._report(file, agency, period)
        except MendableError as error:
            return _refused(str(error)), None, None, True, None, False, None
        spec = self.catalogue.return_spec(agency)
        link = keeping(search)
        found = seen.checked.found
        listed = report.findings(found.findings, link)
        here = link(PATH, agency=agency, period=period)
        form = explain.submit_form(seen, identity.viewer(), here, link)
        known = self._there_already(seen.checked)
        state = {"newest": seen.checked.newest}
        return [report.verdict(seen, spec.title, known), listed], form, state, True, None, False, None

    def _there_already(self, checked: Checked) -> int:
        """The version that this very file is and that still stands, so that nobody explains it twice; 0 for none."""
        file = checked.file
        same = [
            one
            for one in self.queries.submissions(self.context)
            if (one.agency, one.period) == (file.agency, file.period.code)
        ]
        last = max(same, key=lambda one: one.version, default=None)
        stands = last is not None and (last.waits or last.state == ACCEPTED) and last.sha256 == checked.sha256
        return last.version if last is not None and stands else 0

    def compare(self, checked: object, file: object, agency: str | None, period: str | None) -> Any:
        """The return beside its past, and what it would change."""
        if checked is None or file is None or not agency or not period:
            return None
        try:
            with _in_turn():
                seen = self._report(file, agency, period)
                found = preview_return(self.queries.engine, self.context, self.catalogue, seen.checked)
        except MendableError as error:
            return _refused(str(error))
        return changes.preview(found, self.catalogue, blocked=seen.checked.found.blocked)

    def marked(self, clicks: int | None, file: object, agency: str | None, period: str | None) -> Any:
        """The file with every finding marked in it."""
        checked = self._again(clicks, file, agency, period)
        if checked is None:
            return no_update
        with _in_turn_of_a_file():
            content = marked_copy(checked.file.content, checked.file.name, checked.found.findings)
        return _download(checked, "checked.xlsx", content)

    def list(self, clicks: int | None, file: object, agency: str | None, period: str | None) -> Any:
        """Every finding as CSV."""
        checked = self._again(clicks, file, agency, period)
        if checked is None:
            return no_update
        return _download(checked, "findings.csv", findings_csv(checked.found.findings).encode("utf-8-sig"))

    def submit(
        self,
        clicks: int | None,
        file: object,
        agency: str | None,
        period: str | None,
        checked: object,
        search: str | None,
        _explanations: object,
    ) -> tuple[Any, Any]:
        """Check it again and keep it, unless somebody was quicker."""
        if not clicks or file is None or not agency or not period:
            return no_update, no_update
        if not isinstance(checked, dict) or not isinstance(newest := checked.get("newest"), int):
            _nonsense()
        given = {found["id"]["explain"]: found.get("value") or "" for found in ctx.states_list[-1]}
        if not all(isinstance(key, str) and _EXPLAIN_KEY.fullmatch(key) for key in given):
            _nonsense()
        try:
            context = identity.acting_context(self.context)
            with _in_turn():
                again = self._report(file, agency, period).checked
            done = commands.submit_return(
                self.queries.engine, context, self.catalogue, again, newest, _explanations_of(again, given)
            )
        except MendableError as error:
            return _refused(str(error)), False
        return explain.submitted(done, self.catalogue.return_spec(agency).title, keeping(search)), True

    def template(self) -> Response:
        """The empty form of an agency's return for a period, as a workbook or as CSV."""
        asked = request.args
        try:
            form = asked.get("form", "xlsx")
            if form not in ("xlsx", "csv"):
                raise WrongUseError(f"“{form[:20]}” is no kind of form. Ask for form=xlsx or form=csv.")
            made = self._template(asked.get("agency", ""), parse_period(asked.get("period", "")))
        except MendableError as error:
            return Response(f"{error}\n", 404, mimetype="text/plain")
        content = template_workbook(made) if form == "xlsx" else template_csv(made)
        kind = "text/csv" if form == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        name = f"{made.spec.id}-{made.period.code}.{form}"
        return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _template(self, agency: str, period: Period) -> Template:
        spec = self.catalogue.return_spec(agency)
        require_period(spec, period)
        known = self.queries.partnership(self.context)
        last = self.queries.last_submitted(self.context, agency, period)
        area = self.catalogue.areas.by_id[known.home_area]
        return make_template(spec, period, self.catalogue, area=area, partnership=known.name, last=last)

    def _again(self, clicks: int | None, file: object, agency: str | None, period: str | None) -> Checked | None:
        if not clicks or file is None or not agency or not period:
            return None
        try:
            with _in_turn_of_a_file():
                return self._report(file, agency, period).checked
        except MendableError:
            # The page lists findings of this very file, which could be read then: only a made-up request comes here.
            _nonsense()

    def _report(self, file: object, agency: str, period: str) -> Report:
        when: Period = parse_period(period)
        sent = Sent.of(file).as_return(agency, when)
        checked = check_file(self.queries.engine, self.context, self.catalogue, sent, today_of(self.context))
        return Report(checked, self.catalogue.figures_asked(agency, when))


def _explanations_of(checked: Checked, given: dict[str, str]) -> dict[str, str]:
    """The words for each finding or rule, which the page knows by what `explain_key` makes of it."""
    warnings: tuple[Finding, ...] = checked.to_explain
    keys = {explain.explain_key(key): key for finding in warnings for key in (finding.key, finding.rule)}
    return {keys.get(key, key): text for key, text in given.items() if text.strip()}


def _download(checked: Checked, ending: str, content: bytes) -> dict[str, object]:
    """A file for the browser to keep, as `dcc.Download` takes it; named after the return."""
    name = f"{PurePath(checked.file.name).stem}-{ending}"
    return {"filename": name, "content": base64.b64encode(content).decode("ascii"), "base64": True}


def _progress(said: str) -> list[tuple[Output, Any, Any]]:
    return [(Output("upload-progress", "children"), said, "")]


def _refused(said: str) -> html.Div:
    """In place of what was asked for: one sentence that says why not."""
    return html.Div(html.P(said), className="card verdict is-wrong", role="alert")


PAGE = Page("upload", PATH, draw, connect=connect)

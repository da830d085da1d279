"""Where the figures of a measure came from, what other releases said, and how local figures meet the published ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.compared import Row
from dashboard.queries import Queries
from dashboard.rounding import shown
from dashboard.views.figure import number
from dashboard.views.source_labels import source_label
from etl.load import store
from etl.transform.disputes import Dispute, Place
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, PeriodKind, parse_period
from schema.quantities import TOTAL
from schema.states import State


@dataclass(frozen=True)
class ReleaseCell:
    """What one release said of one period."""

    released: date
    value: float | None
    state: State
    current: bool
    """Whether it is the release that pages show."""


@dataclass(frozen=True)
class ReleaseRow:
    """One area and period in every release that has it, the newest first."""

    area_name: str
    period_label: str
    ends: date
    cells: tuple[ReleaseCell, ...]
    differs: bool
    """Whether two releases print different figures."""


@dataclass(frozen=True)
class Meeting:
    """A local figure and the published one of the same interval or date (R30)."""

    period_label: str
    of: str
    """`numerator` or `denominator`: which count is set against which."""
    local: float
    published: float
    local_value: float | None
    published_value: float | None

    @property
    def difference(self) -> float:
        """Local less published."""
        return self.local - self.published

    @property
    def per_cent(self) -> float | None:
        """The difference as a share of the published count."""
        return None if self.published == 0 else self.difference / self.published * 100


@dataclass(frozen=True)
class Part:
    """One number as a file or return gave it."""

    quantity: str
    """Its id; `population` for residents."""
    what: str
    category: str
    period: str
    period_label: str
    ends: date
    value: float | None
    symbol: str
    state: State
    source: str
    file_name: str
    row: int
    note: str
    loaded_at: datetime
    used: bool
    """False where a later source or one of higher precedence says otherwise, and for all that is disputed."""
    dispute: str = ""
    """`open` for numbers that two agencies dispute, `agreed` for the one that stands since they agreed, `not-agreed`
    for the other; empty for what is in no dispute."""
    beside: bool = False
    """Whether another agency than the home of what it counts reports it, to be set beside."""


@dataclass(frozen=True)
class Evidence:
    """The three tables beneath the figures."""

    releases: tuple[ReleaseRow, ...]
    meetings: tuple[Meeting, ...]
    parts: tuple[Part, ...]


def evidence(
    queries: Queries,
    context: Context,
    measure: Measure,
    area: Area,
    category: str,
    shown_rows: Sequence[Row],
    own: Sequence[Row],
    local: bool,
) -> Evidence:
    """All three for one area and category. `shown_rows` are the compared rows on the page, `own` all of the area's."""
    return Evidence(
        releases=_releases(queries, context, measure, area, category),
        meetings=_meetings(own),
        parts=_parts(queries, context, measure, area, category, shown_rows, local),
    )


def _releases(
    queries: Queries, context: Context, measure: Measure, area: Area, category: str
) -> tuple[ReleaseRow, ...]:
    catalogue = queries.catalogue
    region, joint = catalogue.areas.region_of(area), catalogue.areas.composite_of(area)
    own = [a.id for a in (area, joint) if a is not None]
    beside = [a.id for a in (catalogue.areas.by_id["england"], region) if a is not None and a.id not in own]
    every = queries.released(context, measure.id)
    found: dict[tuple[str, str], list[ReleaseCell]] = {}
    labels: dict[tuple[str, str], tuple[str, date]] = {}
    for area_id in (*own, *beside):
        for row in every.rows(area_id, category):
            period = parse_period(str(row["period"]))
            labels[area_id, period.code] = (period.label(Basis(str(row["basis"]))), period.end)
            cell = ReleaseCell(row["released_on"], number(row["value"]), State(str(row["state"])), False)
            found.setdefault((area_id, period.code), []).append(cell)
    rows = []
    for key, cells in found.items():
        if len(cells) < 2:
            continue
        cells.sort(key=lambda cell: cell.released, reverse=True)
        cells[0] = ReleaseCell(cells[0].released, cells[0].value, cells[0].state, True)
        words = {_said(cell, measure) for cell in cells}
        name = catalogue.areas.by_id[key[0]].name
        rows.append(ReleaseRow(name, labels[key][0], labels[key][1], tuple(cells), len(words) > 1))
    order = {catalogue.areas.by_id[a].name: at for at, a in enumerate((*own, *beside))}
    return tuple(sorted(rows, key=lambda row: (order[row.area_name], -row.ends.toordinal())))


def _said(cell: ReleaseCell, measure: Measure) -> str:
    return cell.state.words if cell.value is None else shown(cell.value, measure)


def _meetings(own: Sequence[Row]) -> tuple[Meeting, ...]:
    """Local figures whose interval (or date) is exactly a published one's: the newest first."""
    bases = {basis.value: basis.value for basis in (Basis.AT_DATE, Basis.YEAR, Basis.ACADEMIC_YEAR)}
    bases |= {Basis.ROLLING_YEAR.value: Basis.YEAR.value}
    published = {
        (parse_period(str(row["period"])).covered(Basis(str(row["basis"])))): row
        for row in own
        if row["kind"] == store.RELEASE
    }
    found: list[Meeting] = []
    for row in reversed(own):
        wanted = bases.get(str(row["basis"]))
        if row["kind"] != store.SUBMISSION or wanted is None:
            continue
        basis = Basis(str(row["basis"]))
        period = parse_period(str(row["period"]))
        other = published.get(period.covered(basis))
        if other is None or other["basis"] != wanted:
            continue
        for of in ("numerator", "denominator"):
            mine, theirs = number(row[of]), number(other[of])
            # A population is the same for both and says nothing.
            if mine is None or theirs is None or (of == "denominator" and str(row["population_period"])):
                continue
            found.append(Meeting(period.label(basis), of, mine, theirs, number(row["value"]), number(other["value"])))
    return tuple(found)


def _parts(
    queries: Queries,
    context: Context,
    measure: Measure,
    area: Area,
    category: str,
    rows: Sequence[Row],
    local: bool,
) -> tuple[Part, ...]:
    if not rows:
        return ()
    catalogue, sources = queries.catalogue, queries.sources(context)
    disputes = {dispute.place: dispute for dispute in queries.disputes(context)}
    terms = {(t.quantity, category if measure.share_by else t.category) for t in measure.numerator}
    terms |= {(t.quantity, t.category) for t in measure.denominator}
    terms |= {(measure.printed, TOTAL)} if measure.printed and category == TOTAL else set()
    editions = {
        (sources[source_id].series_title, sources[source_id].edition)
        for source_id in {int(str(row["source_id"])) for row in rows}
    }
    populations = {(int(str(row["denominator_source_id"])), str(row["population_period"])) for row in rows}
    periods = {str(row["period"]) for row in rows}
    bases = {str(row["basis"]) for row in rows} | {Basis.AT_DATE.value}
    if Basis.ROLLING_YEAR.value in bases and catalogue.adds_up(measure):
        bases |= {Basis.QUARTER.value}
        periods |= {parse_period(code).earlier(quarters=back).code for code in periods for back in (1, 2, 3)}
    if local and Basis.ACADEMIC_YEAR.value in bases and catalogue.adds_up(measure):
        bases |= {Basis.TERM.value}
        ends = [end for code in periods if (end := parse_period(code)).kind is PeriodKind.TERM]
        periods |= {end.earlier(terms=back).code for end in ends for back in (1, 2)}
    found: list[tuple[Place, _Rank, Row]] = []
    for area_id in dict.fromkeys(str(row["area"]) for row in rows):
        for raw in queries.parts(context, measure.id, area_id).to_dict("records"):
            row = {str(name): cell for name, cell in raw.items()}
            source = sources[int(str(row["source_id"]))]
            quantity, period = str(row["quantity"]), str(row["period"])
            counted = str(row["category"])
            if source.kind == store.SUBMISSION and counted == TOTAL:
                counted = catalogue.counted_also.get((source.publisher, quantity), counted)
            if quantity == "population":
                wanted = (source.id, period) in populations
            else:
                wanted = (quantity, counted) in terms and row["basis"] in bases and period in periods
                wanted = wanted and (source.kind == store.SUBMISSION) == local
                wanted = wanted and (local or (source.series_title, source.edition) in editions)
            if wanted:
                place = Place(quantity, area_id, period, str(row["basis"]), counted)
                found.append((place, _rank(place, source, catalogue, disputes.get(place)), row))
    best: dict[Place, _Rank] = {}
    for place, rank, _ in found:
        best[place] = min(best.get(place, rank), rank)
    made = [
        _part(
            row,
            sources[int(str(row["source_id"]))],
            catalogue,
            disputes.get(place),
            # What another agency reports is never used where the home says nothing.
            used=rank == best[place] and rank[0] == 0 and (place not in disputes or not disputes[place].open),
        )
        for place, rank, row in found
    ]
    return tuple(sorted(made, key=lambda part: (-part.ends.toordinal(), not part.used)))


_Rank = tuple[int, int, int, int]


def _rank(place: Place, source: store.Source, catalogue: Catalogue, dispute: Dispute | None) -> _Rank:
    """Which of several sources to believe: the lowest. A newer release goes before an older one, within it the dataset
    of higher precedence; of returns the home's of the latest extract, or that of the agency that was agreed on."""
    order = catalogue.precedence(place.quantity)
    carrier = order.index(source.publisher) if source.publisher in order else 0
    other = 0
    if source.kind == store.SUBMISSION:
        stands = dispute.stands if dispute is not None else None
        whose = stands.agency if stands is not None else catalogue.home_return.get(place.quantity)
        other = int(source.publisher != whose)
    return other, -source.released_on.toordinal(), carrier, -source.id


def _part(row: Row, source: store.Source, catalogue: Catalogue, dispute: Dispute | None, *, used: bool) -> Part:
    basis, period = Basis(str(row["basis"])), parse_period(str(row["period"]))
    quantity, category = str(row["quantity"]), str(row["category"])
    if quantity == "population":
        first, _, last = category.removeprefix("ages:").partition("-")
        what, words = f"Residents aged {first} to {last}", ""
    else:
        what, words = catalogue.quantities[quantity].title, catalogue.category_title(category)
    return Part(
        quantity=quantity,
        what=what,
        period=period.code,
        category="" if category == TOTAL else words,
        period_label=period.label(basis),
        ends=period.end,
        value=number(row["value"]),
        symbol=str(row["symbol"]),
        state=State(str(row["state"])),
        source=source_label(source, catalogue),
        file_name=source.file_name,
        row=int(str(row["row"])),
        note=str(row["note"]),
        loaded_at=source.loaded_at,
        used=used,
        dispute=_disputed(source, dispute),
        beside=(source.publisher, quantity) in catalogue.counted_also,
    )


def _disputed(source: store.Source, dispute: Dispute | None) -> str:
    """What a return's number is in a dispute; nothing for an earlier extract, which had been replaced before it."""
    if dispute is None or source.id not in {claim.source_id for claim in dispute.claims}:
        return ""
    stands = dispute.stands
    if stands is None:
        return "open"
    return "agreed" if stands.source_id == source.id else "not-agreed"

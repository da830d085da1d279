"""What the disputes page shows: where two agencies give different numbers, what that blocks, and how it was settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from dashboard.queries import Queries
from dashboard.views.measure import MeasurePage
from etl.load import store
from etl.transform.disputes import Claim, Dispute, Place, Said, Settlement, blocked, headline_rests_on
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL


@dataclass(frozen=True)
class ClaimView:
    """What one agency says, and the return that it says it in."""

    agency: str
    title: str
    value: float | None
    said: Said
    counted_as: str
    """What its own return calls it, where that is another name than the home's; else empty."""
    home: bool
    period: str
    """The period of the return: a later one may restate an earlier quarter."""
    period_label: str
    version: int
    extracted_on: date
    accepted_at: datetime
    file_name: str
    row: int
    note: str


@dataclass(frozen=True)
class SettlementView:
    """A settlement, and what has become of it."""

    settlement: Settlement
    title: str
    """Of the number that it is about."""
    when: str
    said: tuple[tuple[str, Said], ...]
    """By the title of the agency, what it said then."""
    agreed: str
    """The title of the agency whose number was agreed on."""
    lapsed: str
    """Why it holds no longer; empty where it does."""


@dataclass(frozen=True)
class DisputeView:
    """One number that two agencies give differently."""

    dispute: Dispute
    title: str
    counts: str
    """What is to be counted, in the words that both agencies were given."""
    unit: str
    when: str
    claims: tuple[ClaimView, ...]
    blocks: tuple[Measure, ...]
    """The measures of which the figure they lead with rests on it."""
    blocks_within: tuple[Measure, ...]
    """Those of which only the figure of a category does; the one they lead with stands."""
    settled: SettlementView | None
    """The settlement that holds."""
    lapsed: SettlementView | None
    """The newest settlement of an open dispute, which held once."""

    @property
    def key(self) -> str:
        """The place of the dispute on one line."""
        return self.dispute.place.key

    @property
    def per_cent(self) -> float | None:
        """The difference as a share of the smaller number."""
        least = min(self.dispute.numbers.values())
        return None if least == 0 else self.dispute.difference / least * 100


@dataclass(frozen=True)
class DisputesPage:
    """Every dispute, and every settlement that holds no longer."""

    disputes: tuple[DisputeView, ...]
    past: tuple[SettlementView, ...]
    counted_by_two: int
    """How many quantities two agencies count, so that they can differ."""

    @cached_property
    def open(self) -> tuple[DisputeView, ...]:
        """Those that nobody has settled."""
        return tuple(found for found in self.disputes if found.settled is None)

    @cached_property
    def settled(self) -> tuple[DisputeView, ...]:
        """Those that are settled, the last settled first."""
        found = [one for one in self.disputes if one.settled is not None]
        return tuple(sorted(found, key=lambda one: -one.settled.settlement.id if one.settled else 0))


def disputes_page(queries: Queries, context: Context) -> DisputesPage:
    """Every dispute of the partnership at the context's instant."""
    catalogue, disputes = queries.catalogue, queries.disputes(context)
    holds = {dispute.settlement.id for dispute in disputes if dispute.settlement is not None}
    by_place = {dispute.place: dispute for dispute in disputes}
    every = queries.settlements(context)
    past = [
        _settlement(found, catalogue, _why_lapsed(found, every, by_place.get(found.place)))
        for found in reversed(every)
        if found.id not in holds
    ]
    return DisputesPage(
        tuple(_dispute(queries, context, dispute) for dispute in disputes),
        tuple(past),
        len({quantity for _, quantity in catalogue.counted_also}),
    )


def disputes_about(queries: Queries, context: Context, page: MeasurePage) -> tuple[DisputeView, ...]:
    """The disputes on which the figures of a measure's page rest, open and settled."""
    return tuple(
        _dispute(queries, context, dispute)
        for dispute in queries.disputes(context)
        if dispute.place.area == page.area.id
        and blocked([page.measure], dispute.place)
        and (page.measure.share_by is None or dispute.place.category in (TOTAL, page.category))
    )


def title_of(place: Place, catalogue: Catalogue) -> str:
    """The number in words: the quantity's title, with the category where it is one."""
    title = catalogue.quantities[place.quantity].title
    return title if place.category == TOTAL else f"{title}: {catalogue.category_title(place.category)}"


def when_of(place: Place) -> str:
    """The period in words."""
    return parse_period(place.period).label(Basis(place.basis))


def _dispute(queries: Queries, context: Context, dispute: Dispute) -> DisputeView:
    catalogue, sources = queries.catalogue, queries.sources(context)
    place = dispute.place
    quantity = catalogue.quantities[place.quantity]
    resting = blocked(catalogue.measures_of(context.framework), place)
    return DisputeView(
        dispute=dispute,
        title=title_of(place, catalogue),
        counts=quantity.counts,
        unit=quantity.unit,
        when=when_of(place),
        claims=tuple(_claim(claim, dispute, sources[claim.source_id], catalogue) for claim in dispute.claims),
        blocks=tuple(measure for measure in resting if headline_rests_on(measure, place)),
        blocks_within=tuple(measure for measure in resting if not headline_rests_on(measure, place)),
        settled=_settlement(dispute.settlement, catalogue, "") if dispute.settlement else None,
        lapsed=_settlement(dispute.lapsed, catalogue, _CHANGED) if dispute.lapsed else None,
    )


def _claim(claim: Claim, dispute: Dispute, source: store.Source, catalogue: Catalogue) -> ClaimView:
    period = parse_period(source.edition)
    own = dispute.place._replace(category=claim.category)
    return ClaimView(
        agency=claim.agency,
        title=catalogue.return_spec(claim.agency).title,
        value=claim.value,
        said=claim.said,
        counted_as="" if own == dispute.place else title_of(own, catalogue),
        home=claim.agency == dispute.home,
        period=period.code,
        period_label=period.label(),
        version=source.version,
        extracted_on=source.released_on,
        accepted_at=source.accepted_at,
        file_name=source.file_name,
        row=claim.row,
        note=claim.note,
    )


_CHANGED = "A number has changed since, so that it holds no longer."
_REPLACED = "A later settlement has taken its place."
_AGREE = "It is needed no longer: the agencies give the same number now, or one of them none."


def _why_lapsed(settlement: Settlement, every: Sequence[Settlement], dispute: Dispute | None) -> str:
    if any(later.place == settlement.place and later.id > settlement.id for later in every):
        return _REPLACED
    return _AGREE if dispute is None else _CHANGED


def _settlement(settlement: Settlement, catalogue: Catalogue, lapsed: str) -> SettlementView:
    def titled(agency: str) -> str:
        # An agency may have left the schema since.
        return catalogue.returns[agency].title if agency in catalogue.returns else agency

    place = settlement.place
    known = place.quantity in catalogue.quantities
    return SettlementView(
        settlement=settlement,
        title=title_of(place, catalogue) if known else place.quantity,
        when=when_of(place),
        said=tuple((titled(agency), said) for agency, said in settlement.said.items()),
        agreed=titled(settlement.agreed),
        lapsed=lapsed,
    )

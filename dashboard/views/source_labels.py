"""Where a figure came from, in a line: its source, and the numbers of other agencies that were agreed on beneath it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dashboard.compared import Row
from dashboard.queries import Queries
from etl.load import store
from etl.transform.disputes import Dispute, Place
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, PeriodKind, day_label, parse_period
from schema.quantities import TOTAL


def source_label(source: store.Source, catalogue: Catalogue) -> str:
    """What a source is, without what was agreed on."""
    if source.kind == store.SUBMISSION:
        title = catalogue.returns[source.publisher].title
        period = parse_period(source.edition)
        return f"{title} return for {period.label()}, extracted {day_label(source.released_on)}, {source.status}"
    publication = catalogue.publications.get(source.publisher)
    publisher = publication.publisher if publication else ""
    return f"{publisher}, {source.series_title}, released {day_label(source.released_on)}"


@dataclass(frozen=True)
class SourceLabels:
    """The sources of one instant, and what they are called beneath a figure."""

    sources: dict[int, store.Source]
    catalogue: Catalogue
    agreed: tuple[Dispute, ...]
    """Settled disputes in which another agency's number stands than the home return's."""

    def of_row(self, row: Row) -> str:
        """The source of a (compared) figure."""
        where = (str(row[name]) for name in ("measure", "area", "period", "basis", "category"))
        return self.of_figure(int(str(row["source_id"])), *where)

    def of_figure(self, source_id: int, measure: str, area: str, period: str, basis: str, category: str) -> str:
        """The source of a measure's figure; empty where the source does not hold."""
        source = self.sources.get(source_id)
        if source is None:
            return ""
        if source.kind != store.SUBMISSION or not self.agreed:
            return source_label(source, self.catalogue)
        wanted = _asked(self.catalogue.measure(measure), category)

        def beneath(place: Place) -> bool:
            return (place.quantity, place.category) in wanted and self._is_part(place, period, basis)

        return self._with_agreed(source, area, beneath)

    def of_counts(self, source_id: int, quantities: Collection[str], area: str, period: str, basis: str) -> str:
        """The source of counts as a return gives them, in all and by any category."""
        return self._with_agreed(
            self.sources[source_id],
            area,
            lambda place: place.quantity in quantities and (place.period, place.basis) == (period, basis),
        )

    def _with_agreed(self, source: store.Source, area: str, beneath: Callable[[Place], bool]) -> str:
        found = [one for one in self.agreed if one.place.area == area and beneath(one.place)]
        return "; ".join([source_label(source, self.catalogue), *(self._agreed(dispute) for dispute in found)])

    def _is_part(self, place: Place, period: str, basis: str) -> bool:
        """Whether a figure of a period and basis is made from what is said of a place: of its own period (a stock at
        its end), or of a quarter or term that its year adds up."""
        if place.period == period and place.basis in (basis, Basis.AT_DATE.value):
            return True
        ends = parse_period(period)
        if basis == Basis.ROLLING_YEAR.value and ends.kind is PeriodKind.QUARTER:
            parts = {(ends.earlier(quarters=back).code, Basis.QUARTER.value) for back in range(4)}
        elif basis == Basis.ACADEMIC_YEAR.value and ends.kind is PeriodKind.TERM:
            parts = {(ends.earlier(terms=back).code, Basis.TERM.value) for back in range(3)}
        else:
            return False
        return (place.period, place.basis) in parts and self._adds_up(place.quantity, Basis(basis))

    def _adds_up(self, quantity: str, year: Basis) -> bool:
        """Whether a year of a quantity is the sum of its parts: not where its return gives the year itself."""
        home = self.catalogue.returns[self.catalogue.home_return[quantity]]
        given = any(item.quantity == quantity and year in item.bases for item in home.items)
        return bool(self.catalogue.quantities[quantity].additive) and not given

    def _agreed(self, dispute: Dispute) -> str:
        """What was agreed on, and whose number that is."""
        place, stands = dispute.place, dispute.stands
        what = self.catalogue.quantities[place.quantity].title
        if place.category != TOTAL:
            what += f" ({self.catalogue.category_title(place.category)})"
        when = parse_period(place.period).label(Basis(place.basis))
        whose = self.sources.get(stands.source_id) if stands is not None else None
        return f"{what}, {when}, as agreed" + (f" from the {source_label(whose, self.catalogue)}" if whose else "")


def source_labels(queries: Queries, context: Context) -> SourceLabels:
    """What the sources that hold are called."""

    def make() -> SourceLabels:
        settled = (dispute for dispute in queries.disputes(context) if dispute.stands is not None)
        agreed = tuple(one for one in settled if one.stands is not None and one.stands.agency != one.home)
        return SourceLabels(queries.sources(context), queries.catalogue, agreed)

    return queries.kept(("source labels", context), make)


def _asked(measure: Measure, category: str) -> set[tuple[str, str]]:
    """The quantities, with their categories, that a measure's figure of a category is made from."""
    above, below = (
        {(term.quantity, term.category if category == TOTAL else category) for term in terms}
        for terms in (measure.numerator, measure.denominator)
    )
    return above | ({(term.quantity, TOTAL) for term in measure.denominator} if measure.share_by else below)

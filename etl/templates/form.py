"""A return's form for one period: a row for each figure that it asks for, what was last said of it, and as CSV.

A filled-in form is a return like any other, and `etl.extract.returns` reads it. What only helps whoever fills it in
stands in columns that are passed over there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from etl.load.last_submitted import Key, LastFigure
from etl.validate.check import require_period
from etl.validate.context import STATUSES
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.exports import csv_text
from schema.periods import Basis, Period
from schema.quantities import TOTAL
from schema.returns import ReturnItem, ReturnSpec

CSV_COLUMNS = (
    "area", "period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date", "status", "title",
    "last_value", "last_period", "definition",
)  # fmt: skip


@dataclass(frozen=True)
class TemplateRow:
    """One figure that a return asks for. `family` is the heading that it stands under."""

    family: str
    title: str
    quantity: str
    category: str
    basis: Basis
    definition: str
    whole_number: bool
    last: LastFigure | None

    @property
    def last_text(self) -> str | float:
        """The last figure as it stands for reference: its number, or its symbol."""
        if self.last is None:
            return ""
        return self.last.symbol if self.last.value is None or self.last.symbol else self.last.value


@dataclass(frozen=True)
class Template:
    """A return's form for one period. `area` is whose it is, where that is known; `partnership` is its name."""

    spec: ReturnSpec
    period: Period
    catalogue: Catalogue
    rows: tuple[TemplateRow, ...]
    area: Area | None = None
    partnership: str = ""

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that are asked for, each once."""
        return tuple(dict.fromkeys(row.quantity for row in self.rows))

    @property
    def heading(self) -> str:
        """`Police: return for July to September 2025`."""
        return f"{self.spec.title}: return for {self.period.label()} ({self.period.code})"


def make_template(
    spec: ReturnSpec,
    period: Period,
    catalogue: Catalogue,
    *,
    area: Area | None = None,
    partnership: str = "",
    last: Mapping[Key, LastFigure] | None = None,
) -> Template:
    """The form of a return for a period, from its definition; `last` is what was last submitted.

    Raises:
        WrongUseError: the period is of another kind than the return's.
    """
    require_period(spec, period)
    asked = spec.asked(period)
    families = _families(spec, catalogue, asked)
    order = list(dict.fromkeys(families.values()))
    rows = [
        row
        for item in sorted(asked, key=lambda item: order.index(families[item.quantity]))
        for row in _rows(item, spec, catalogue, families[item.quantity], last or {})
    ]
    return Template(spec, period, catalogue, tuple(rows), area, partnership)


def _families(spec: ReturnSpec, catalogue: Catalogue, asked: tuple[ReturnItem, ...]) -> dict[str, str]:
    """The heading of each quantity: the outcome of the first measure that counts it, or else is a share of it.

    What no measure names stands with the whole that it is a part of, or else with what it follows.
    """
    framework = catalogue.frameworks[spec.framework]
    titles = {outcome.id: outcome.title for outcome in framework.outcomes}
    known: dict[str, str] = {}
    measures = catalogue.measures_of(spec.framework)
    counted = [(measure, term) for measure in measures for term in measure.numerator]
    shared = [(measure, term) for measure in measures for term in measure.denominator]
    for measure, term in counted + shared:
        known.setdefault(term.quantity, titles[measure.outcome])
    wholes = {part: whole.whole for whole in reversed(spec.wholes) for part in whole.parts}
    families: dict[str, str] = {}
    before = "Figures of this return"
    for item in asked:
        before = known.get(item.quantity) or known.get(wholes.get(item.quantity, "")) or before
        families[item.quantity] = before
    in_order = [title for title in titles.values() if title in families.values()]
    others = [title for title in dict.fromkeys(families.values()) if title not in in_order]
    return dict(sorted(families.items(), key=lambda pair: [*in_order, *others].index(pair[1])))


def _rows(
    item: ReturnItem, spec: ReturnSpec, catalogue: Catalogue, family: str, last: Mapping[Key, LastFigure]
) -> Iterator[TemplateRow]:
    """The total and every category, on every basis."""
    quantity = catalogue.quantities[item.quantity]
    counts = f"{_beside(item, catalogue)}{' '.join(quantity.counts.split())}"
    part = "" if item.as_category == TOTAL else f": {catalogue.category_title(item.as_category)}"
    for basis in item.bases:
        how = "" if basis in (spec.natural_basis, Basis.AT_DATE) else f", {basis.words}"
        for key, title in (
            (TOTAL, f"{quantity.title}{part}{how}"),
            *(
                (catalogue.breakdowns[name].key(category.id), f"{category.title} ({catalogue.breakdowns[name].title})")
                for name in item.breakdowns
                for category in catalogue.breakdowns[name].categories
            ),
        ):
            first = key == TOTAL and basis is item.bases[0]
            yield TemplateRow(
                family=family,
                title=title,
                quantity=item.quantity,
                category=key,
                basis=basis,
                definition=counts if first else "",
                whole_number=quantity.whole_number,
                last=last.get((item.quantity, key, basis.value)),
            )


def _beside(item: ReturnItem, catalogue: Catalogue) -> str:
    """What whoever fills the form in has to know of a number that another agency gives too."""
    if not item.also:
        return ""
    other = catalogue.returns[catalogue.home_return[item.quantity]].title
    said = f"{other} gives this number too; where the two differ, no figure is shown until both agree. "
    if item.as_category == TOTAL:
        return said
    breakdown = catalogue.breakdowns[item.as_category.partition(":")[0]].title
    return f"{said}Only “{catalogue.category_title(item.as_category)}” ({breakdown}) of: "


def template_csv(template: Template) -> bytes:
    """The form as CSV with a byte order mark, so that Excel reads it as UTF-8."""
    text = csv_text(
        CSV_COLUMNS,
        (
            {
                "area": template.area.code if template.area else "",
                "period": template.period.code,
                "quantity": row.quantity,
                "category": row.category,
                "basis": row.basis.value,
                "status": STATUSES[0],
                "title": row.title,
                "last_value": f"{row.last_text:.15g}" if isinstance(row.last_text, float) else row.last_text,
                "last_period": row.last.period if row.last else "",
                "definition": row.definition,
            }
            for row in template.rows
        ),
    )
    return b"\xef\xbb\xbf" + text.encode()

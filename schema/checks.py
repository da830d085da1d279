"""What no file of `schema/` can know by itself: that what it names is there, and that each count has one home.

A fault names the file by what it defines and the word to look for in it, so that whoever mends it is led to the line.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from schema.measures import Framework, Measure
from schema.periods import Basis
from schema.publications import Publication
from schema.quantities import TOTAL, Quantity, QuantityKind
from schema.returns import ReturnItem, ReturnSpec

if TYPE_CHECKING:
    from schema.catalogue import Catalogue

MEND_THE_NAME = "Mend the name, or add what it names."


class Fault(NamedTuple):
    """What is wrong in the file that defines something."""

    defined: tuple[str, str]
    """What the file defines: `("measure", id)`, `quantity`, `return`, `publication` or `framework`."""
    word: str
    """What stands on the line to mend."""
    message: str
    remedy: str = MEND_THE_NAME


def faults(catalogue: "Catalogue") -> Iterator[Fault]:
    """Everything that names something which is not there, or that two files say differently."""
    homes = defaultdict(list)
    for spec in catalogue.returns.values():
        for item in spec.items:
            if not item.also:
                homes[item.quantity].append(spec.id)
    for quantity in catalogue.quantities.values():
        yield from _quantity_faults(catalogue, quantity)
    for measure in catalogue.measures.values():
        yield from _measure_faults(catalogue, measure, homes)
    for spec in catalogue.returns.values():
        yield from _return_faults(catalogue, spec)
    for publication in catalogue.publications.values():
        yield from _publication_faults(catalogue, publication)
    for framework in catalogue.frameworks.values():
        yield from _journey_faults(catalogue, framework)
    # Last, since a slip in a name makes a quantity homeless too.
    for quantity in catalogue.quantities.values():
        yield from _home_faults(quantity, homes[quantity.id])


def _quantity_faults(catalogue: "Catalogue", quantity: Quantity) -> Iterator[Fault]:
    defined = ("quantity", quantity.id)
    for breakdown in sorted(set(quantity.breakdowns) - set(catalogue.breakdowns)):
        yield Fault(defined, quantity.id, f"{quantity.id}: “{breakdown}” is no breakdown.")
    for carrier in sorted(set(quantity.published_in) - set(catalogue.publications)):
        yield Fault(defined, carrier, f"{quantity.id}: “{carrier}” is no publication.")


def _journey_faults(catalogue: "Catalogue", framework: Framework) -> Iterator[Fault]:
    """The steps are counts over a period, one quantity each, and the sources are shares."""
    if framework.journey is None:
        return
    defined = ("framework", framework.id)
    for step in framework.journey.steps:
        measure = catalogue.measures.get(step.measure)
        if measure is None:
            yield Fault(defined, step.measure, f"the journey’s “{step.measure}” is no measure.")
        elif len(measure.numerator) != 1 or measure.share_by or catalogue.at_date(measure):
            message = f"the journey’s “{step.measure}” is no count of one quantity over a period."
            yield Fault(defined, step.measure, message, "Name a measure whose numerator is one flow.")
    for name in (framework.journey.contact_sources, framework.journey.referral_sources):
        if name not in catalogue.measures or not catalogue.measures[name].share_by:
            yield Fault(defined, name, f"the journey’s “{name}” is no measure with a `share_by`.")


def _home_faults(quantity: Quantity, homes: list[str]) -> Iterator[Fault]:
    """Each count has exactly one home, or a reason why it has none."""
    defined = ("quantity", quantity.id)
    if quantity.kind is QuantityKind.PRINTED:
        return
    if len(homes) > 1:
        yield Fault(
            defined,
            quantity.id,
            f"{quantity.id} is at home in the returns of {' and '.join(homes)}.",
            "Mark it `also: true` in all of them but one.",
        )
    if not homes and not quantity.only_published:
        yield Fault(
            defined,
            quantity.id,
            f"no return asks for {quantity.id}.",
            "Add it to the return of the agency that counts it, or say in `only_published` why none does.",
        )
    if homes and quantity.only_published:
        yield Fault(
            defined,
            quantity.id,
            f"{quantity.id} is said to be only published, and the return of {homes[0]} asks for it.",
            "Leave out one of the two.",
        )


def _measure_faults(catalogue: "Catalogue", measure: Measure, homes: dict[str, list[str]]) -> Iterator[Fault]:
    defined = ("measure", measure.id)
    framework = catalogue.frameworks[measure.framework]
    for term in (*measure.numerator, *measure.denominator):
        if term.quantity not in catalogue.quantities:
            yield Fault(defined, term.quantity, f"“{term.quantity}” is no quantity.")
            return
        if term.category not in catalogue.category_keys:
            yield Fault(defined, term.category, f"“{term.category}” is no category.")
    if measure.printed is not None and (
        measure.printed not in catalogue.quantities
        or catalogue.quantities[measure.printed].kind is not QuantityKind.PRINTED
    ):
        yield Fault(defined, "printed:", f"`printed`: “{measure.printed}” is no printed quantity.")
    if len({catalogue.quantities[term.quantity].at_date for term in measure.numerator}) > 1:
        yield Fault(
            defined, "numerator:", "the numerator mixes flows and stocks, which never add up.", "Take one of the two."
        )
    if measure.within is not None and measure.within not in catalogue.quantities:
        yield Fault(defined, "within:", f"`within`: “{measure.within}” is no quantity.")
    if measure.share_by and measure.share_by not in catalogue.breakdowns:
        yield Fault(defined, "share_by:", f"`share_by`: “{measure.share_by}” is no breakdown.")
    if measure.headline_category not in catalogue.category_keys:
        yield Fault(
            defined, "headline_category:", f"`headline_category`: “{measure.headline_category}” is no category."
        )
    if measure.outcome not in {outcome.id for outcome in framework.outcomes}:
        yield Fault(defined, measure.id, f"“{measure.outcome}” is no outcome of the framework.")
    for priority in sorted(set(measure.priorities) - {priority.id for priority in framework.priorities}):
        yield Fault(defined, priority, f"“{priority}” is no priority of the framework.")
    if measure.serves is not None and measure.serves not in catalogue.measures:
        yield Fault(defined, "serves:", f"`serves`: “{measure.serves}” is no measure.")
    for name in measure.published_as.see:
        if name not in catalogue.measures:
            yield Fault(defined, name, f"`see`: “{name}” is no measure.")
    if measure.agency not in catalogue.returns:
        yield Fault(defined, "agency:", f"`agency`: “{measure.agency}” has no return.")
        return
    yield from _breakdown_faults(catalogue, measure)
    for term in measure.numerator:
        if (home := homes[term.quantity]) and measure.agency not in home:
            yield Fault(
                defined,
                "agency:",
                f"its numerator, {term.quantity}, is counted by {home[0]}, and its agency is {measure.agency}.",
                f"Make it a measure of {home[0]}.",
            )


def _breakdown_faults(catalogue: "Catalogue", measure: Measure) -> Iterator[Fault]:
    """A required breakdown that the numerator does not have, or that its return does not ask for, would never come."""
    defined = ("measure", measure.id)
    asked = {item.quantity: item.breakdowns for item in catalogue.returns[measure.agency].items}
    for breakdown in measure.breakdowns:
        if breakdown not in catalogue.breakdowns:
            yield Fault(defined, breakdown, f"“{breakdown}” is no breakdown.")
            continue
        for term in measure.numerator:
            if breakdown not in asked.get(term.quantity, (breakdown,)):
                yield Fault(
                    defined,
                    breakdown,
                    f"it requires {breakdown}, and the return of {measure.agency} asks for {term.quantity} without it.",
                    "Add the breakdown to the return's item, or leave it out here.",
                )


def _return_faults(catalogue: "Catalogue", spec: ReturnSpec) -> Iterator[Fault]:
    defined = ("return", spec.id)
    if spec.framework not in catalogue.frameworks:
        yield Fault(defined, "framework:", f"“{spec.framework}” is no framework.")
    users = defaultdict(list)
    for measure in catalogue.measures.values():
        for term in (*measure.numerator, *measure.denominator):
            users[term.quantity].append(measure)
    for item in spec.items:
        quantity = catalogue.quantities.get(item.quantity)
        if quantity is None:
            yield Fault(defined, item.quantity, f"“{item.quantity}” is no quantity.")
            continue
        if quantity.kind is QuantityKind.PRINTED:
            yield Fault(
                defined,
                item.quantity,
                f"“{item.quantity}” is a printed figure: a return holds counts.",
                "Ask for them.",
            )
        for breakdown in sorted(set(item.breakdowns) - set(quantity.breakdowns)):
            yield Fault(defined, item.quantity, f"{item.quantity}: “{breakdown}” is no breakdown of it.")
        if quantity.at_date != (item.bases == (Basis.AT_DATE,)):
            yield Fault(
                defined,
                item.quantity,
                f"{item.quantity}: a stock is reported at-date, a flow over a quarter, a term or a year.",
                "Mend `bases`.",
            )
        if users[item.quantity] and all(measure.retired for measure in users[item.quantity]):
            yield Fault(
                defined,
                item.quantity,
                f"{item.quantity} is asked for, and {users[item.quantity][0].id}, which used it, is retired.",
                "Take the item out of the return.",
            )
        if item.also:
            yield from _also_faults(catalogue, spec, item)
    asked = {item.quantity for item in spec.items}
    for whole in spec.wholes:
        for name in (whole.whole, *whole.parts):
            if name not in asked:
                yield Fault(defined, name, f"`wholes`: “{name}” is no item of this return.")
    for account in spec.accounts:
        for name, stock in ((account.stock, True), (account.started, False), (account.ended, False)):
            if name not in asked:
                yield Fault(defined, name, f"`accounts`: “{name}” is no item of this return.")
            elif catalogue.quantities[name].at_date != stock:
                yield Fault(
                    defined,
                    name,
                    f"`accounts`: “{name}” is {'a flow' if stock else 'a stock'}, and stands for the other.",
                    "Give the stock as `stock`, and its flows as `started` and `ended`.",
                )


def _also_faults(catalogue: "Catalogue", spec: ReturnSpec, item: ReturnItem) -> Iterator[Fault]:
    """What is set beside another's number finds that number there, on the same bases and in the same category."""
    defined = ("return", spec.id)
    homes = [
        own
        for other in catalogue.returns.values()
        for own in other.items
        if own.quantity == item.quantity and not own.also
    ]
    if item.as_category not in catalogue.category_keys:
        yield Fault(defined, item.as_category, f"{item.quantity}: “{item.as_category}” is no category.")
        return
    breakdown = item.as_category.partition(":")[0]
    for own in homes:
        if strange := [basis for basis in item.bases if basis not in own.bases]:
            message = f"{item.quantity} is not reported {strange[0]} in its home return: nothing stands beside it."
            yield Fault(defined, item.quantity, message, "Ask for it on the home return’s bases.")
        if item.as_category != TOTAL and breakdown not in own.breakdowns:
            message = f"{item.quantity} is not reported by “{breakdown}” in its home return."
            remedy = "Mend `as_category`, or ask the home return for the breakdown."
            yield Fault(defined, item.quantity, message, remedy)


def _publication_faults(catalogue: "Catalogue", publication: Publication) -> Iterator[Fault]:
    defined = ("publication", publication.id)
    for series in publication.series:
        if series.quantity not in catalogue.quantities:
            yield Fault(defined, series.quantity, f"“{series.quantity}” is no quantity.")
        if series.category not in catalogue.category_keys:
            yield Fault(defined, series.category, f"“{series.category}” is no category.")
    told_by: dict[tuple[object, ...], date] = {}
    for day, release in sorted(publication.releases.items()):
        other = told_by.setdefault((frozenset(publication.header(day)), release.latest_period, release.rows), day)
        if other != day:
            yield Fault(
                defined,
                day.isoformat(),
                f"releases {other} and {day} have the same columns and the same `latest_period`, so that their files "
                "cannot be told apart.",
                "Keep one.",
            )
        if publication.format in ("fingertips", "ons-ages") and release.latest_period is None:
            yield Fault(
                defined,
                day.isoformat(),
                f"release {day} does not say its `latest_period`, by which its file is known.",
                "Add it.",
            )
    populations = {
        day for other in catalogue.publications.values() if other.population_series for day in other.releases
    }
    for day, release in publication.releases.items():
        if release.population is not None and release.population not in populations:
            yield Fault(
                defined,
                release.population.isoformat(),
                f"release {day} rests on the population release {release.population}, which is declared nowhere.",
            )

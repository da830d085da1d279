"""Writes the demonstration's returns: every agency, ten quarters or six school terms, for Stoke-on-Trent.

    python -m sample_data.make_returns [folder]

They are made up. `profiles/` says for each agency what its figures are like and what was published of them;
`social_care.py` holds the core of children's social care, which follows the published years closely; `world.py` makes
every number from the two. Each return asks for exactly what `schema/returns/` asks for in its period, and its figures
agree with each other: parts never pass their whole, categories add up, and children who are counted once make a rolling
year less than its four quarters. The same bytes come out every time.
"""

import csv
import io
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sample_data.profiles import Profile, read_profiles
from sample_data.social_care import AGENCY as SOCIAL_CARE
from sample_data.social_care import QUARTERS, Row
from sample_data.world import Key, World
from schema.catalogue import Catalogue, default_catalogue
from schema.periods import Basis, Period, parse_period
from schema.quantities import TOTAL
from schema.returns import ReturnItem, ReturnSpec
from schema.working_days import after_working_days

FOLDER = Path(__file__).resolve().parent / "returns"
HEADER = ("period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date", "status")


def returns(catalogue: Catalogue, profiles: Mapping[str, Profile]) -> dict[Key, list[Row]]:
    """The rows of every return, by agency and period; late returns are left out."""
    world = World(catalogue, profiles)
    made: dict[Key, list[Row]] = {}
    for agency, profile in profiles.items():
        calendar = world.calendars[agency]
        for place in calendar.returned:
            code = calendar.periods[place].code
            if code not in profile.late:
                made[agency, code] = list(_planted(catalogue, profile, code, _rows(world, agency, place)))
    return made


def _rows(world: World, agency: str, place: int) -> Iterator[Row]:
    """One return: for its own period the core first, then what else is asked for; then what is said anew of earlier
    periods."""
    spec, period = world.catalogue.returns[agency], world.calendars[agency].periods[place]
    core = world.core.get(period.code, []) if agency == SOCIAL_CARE else []
    own = [row for row in core if row.period == period.code]
    yield from own
    given = {(row.quantity, row.basis, row.category.partition(":")[0]) for row in own}
    for item in spec.asked(period):
        for basis in item.bases:
            stock = world.catalogue.quantities[item.quantity].at_date
            natural = Basis.AT_DATE if stock else spec.natural_basis
            written = "" if basis is natural else basis.value
            for row in _item_rows(world, (agency, item.quantity), item, written, place):
                if (row.quantity, row.basis, row.category.partition(":")[0]) not in given:
                    yield row
    for row in core:
        if row.period != period.code:
            yield row
            if not row.category:
                yield from _restated_categories(world, (agency, row.quantity), row)


def _item_rows(world: World, key: Key, item: ReturnItem, basis: str, place: int) -> Iterator[Row]:
    """One quantity on one basis: its total, where the core does not hold that, and its categories."""
    code, a_year = world.calendars[key[0]].periods[place].code, world.calendars[key[0]].a_year
    rolling = basis == Basis.ROLLING_YEAR
    if key not in world.core_totals:
        total = world.rolling(key)[place - a_year] if rolling else world.totals(key)[place]
        yield Row(code, item.quantity, _number(total), basis=basis)
    made = world.rolling_categories(key) if rolling else world.categories(key)
    for name in item.breakdowns:
        if name in made:
            counts = made[name][place - a_year if rolling else place]
            for category in world.catalogue.breakdowns[name].categories:
                yield Row(code, item.quantity, _number(counts.get(category.id, 0.0)), f"{name}:{category.id}", basis)
        elif key not in world.core_totals:
            raise ValueError(f"sample_data/profiles/{key[0]}.yaml: {key[1]} has no categories for {name}. Add them.")


def _restated_categories(world: World, key: Key, whole: Row) -> Iterator[Row]:
    """The categories of a total that is given again, so that they add up to it again."""
    periods = world.calendars[key[0]].periods
    then = next(place for place, period in enumerate(periods) if period.code == whole.period)
    for name in world.figures(key).categories:
        for category, count in world.shared(key, name, float(whole.value), then).items():
            yield Row(whole.period, whole.quantity, _number(count), f"{name}:{category}", note=whole.note)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}".rstrip("0")


def _planted(catalogue: Catalogue, profile: Profile, code: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows with what a profile plants in a return."""
    missing = {entry.quantity: entry.note for entry in profile.not_available.get(code, ())}
    differing = {entry.quantity: entry for entry in profile.differs.get(code, ())}
    notes = profile.notes.get(code, {})
    kept = list(rows)
    hidden = _hidden(catalogue, profile, code, kept)
    for row in kept:
        note = row.note or ("" if row.category or row.basis else notes.get(row.quantity, ""))
        value, symbol = row.value, row.symbol
        if row.quantity in missing:
            value, symbol, note = "", "x", missing[row.quantity]
        elif (row.quantity, row.category, row.basis) in hidden:
            value, symbol, note = "", "c", profile.small_numbers_suppressed[code].note
        elif row.quantity in differing:
            value, note = _number(float(value) + differing[row.quantity].by), differing[row.quantity].note
        elif code in profile.nil_for_none and value == "0":
            value, symbol = "", "nil"
        yield Row(row.period, row.quantity, value, row.category, row.basis, symbol, note)


def _hidden(catalogue: Catalogue, profile: Profile, code: str, rows: Sequence[Row]) -> set[tuple[str, str, str]]:
    """The categories that a return withholds: the small ones, and one more where a single one could be worked out."""
    if code not in profile.small_numbers_suppressed:
        return set()
    below = profile.small_numbers_suppressed[code].below
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.category:
            groups[row.quantity, row.basis, row.category.partition(":")[0]].append(row)
    hidden: set[tuple[str, str, str]] = set()
    for (_, _, breakdown), group in groups.items():
        by_size = sorted((row for row in group if row.value != "0"), key=lambda row: float(row.value))
        small = [row for row in by_size if float(row.value) < below]
        if len(small) == 1 and not catalogue.breakdowns[breakdown].multi_select:
            small = by_size[:2]
        hidden |= {(row.quantity, row.category, row.basis) for row in small}
    return hidden


def extract_date(spec: ReturnSpec, profile: Profile, period: Period) -> str:
    """The day on which a return's figures were extracted, in time for the day on which it is owed."""
    if spec.id == SOCIAL_CARE:
        return QUARTERS[period.code]
    return after_working_days(period.end, profile.extracted_working_days_after).isoformat()


def as_csv(rows: Sequence[Row], extracted: str) -> str:
    """A return file's text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        cells = (row.period, row.quantity, row.category or TOTAL, row.basis, row.value, row.symbol, row.note)
        writer.writerow((*cells, extracted, "provisional"))
    return text.getvalue()


def write_returns(folder: Path = FOLDER) -> list[Path]:
    """Write every return into a folder; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    known, profiles = default_catalogue(), read_profiles()
    written: list[Path] = []
    for (agency, code), rows in returns(known, profiles).items():
        path = folder / f"{agency}-{code}.csv"
        extracted = extract_date(known.returns[agency], profiles[agency], parse_period(code))
        path.write_bytes(as_csv(rows, extracted).encode("utf-8"))
        written.append(path)
    return written


if __name__ == "__main__":
    write_returns(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

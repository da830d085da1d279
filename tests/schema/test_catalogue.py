"""The catalogue: everything in `schema/` is whole, and whatever is not is refused with file, line and remedy."""

import re
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from schema.catalogue import Catalogue, default_catalogue, load_catalogue
from schema.errors import SchemaError, WrongUseError
from schema.files import ROOT
from schema.measures import Measure
from schema.quantities import TOTAL, QuantityKind

REFERRALS = "quantities/referrals.yaml"
REPEATS = "frameworks/children/outcome-1/repeat-referrals.yaml"
BY_SOURCE = "frameworks/children/outcome-1/referrals-by-source.yaml"
FRAMEWORK = "frameworks/children/framework.yaml"
C1 = "publications/cin-referrals.yaml"
CLA = "publications/cla-rates.yaml"
RETURN = "returns/childrens-social-care.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the schema's YAML, to break."""
    shutil.copytree(ROOT, tmp_path / "schema", ignore=shutil.ignore_patterns("*.py", "__pycache__", "migrations"))
    return tmp_path / "schema"


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Write something else into a file; returns the line at which the change begins."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusal(folder: Path) -> str:
    """What loading says of a folder that is wrong."""
    with pytest.raises(SchemaError) as refused:
        load_catalogue(folder)
    return str(refused.value)


# ------------------------------------------------------------------------------------------- what is shipped


def test_a_copy_of_the_schema_is_the_schema(folder: Path) -> None:
    assert load_catalogue(folder) == default_catalogue()


def test_every_file_of_the_schema_is_loaded() -> None:
    catalogue = default_catalogue()

    def stems(part: str) -> set[str]:
        return {path.stem for path in (ROOT / part).rglob("*.yaml")}

    assert set(catalogue.publications) == stems("publications")
    assert set(catalogue.returns) == stems("returns")
    assert set(catalogue.measures) == stems("frameworks") - {"framework"}
    written = sum(
        len(re.findall(r"^  - (?:\{id|id): ", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
        for path in (ROOT / "quantities").rglob("*.yaml")
    )
    assert len(catalogue.quantities) + len(catalogue.breakdowns) == written


def test_the_catalogue_does_not_change() -> None:
    measure = default_catalogue().measure("repeat-referrals")
    with pytest.raises(ValidationError, match="frozen"):
        measure.per = 1000  # type: ignore[misc]  # what the checker says, the model has to say too


@pytest.mark.parametrize("measure", default_catalogue().measures.values(), ids=lambda measure: measure.id)
def test_every_measure_can_be_asked_a_question_and_has_a_reason_for_its_polarity(
    measure: Measure,
) -> None:
    for words in (measure.question, measure.we_read_it_as, measure.a_rise_may_mean, measure.polarity_reason):
        assert words.strip()
    assert measure.question.endswith("?")


def test_every_measure_has_a_publication_or_a_return_behind_each_of_its_quantities() -> None:
    catalogue = default_catalogue()
    reported = {item.quantity for spec in catalogue.returns.values() for item in spec.items}
    for measure in catalogue.measures.values():
        for term in (*measure.numerator, *measure.denominator):
            assert catalogue.precedence(term.quantity) or term.quantity in reported, f"{measure.id}: {term.quantity}"


def test_every_printed_quantity_is_published_and_never_added() -> None:
    catalogue = default_catalogue()
    for quantity in catalogue.quantities.values():
        if quantity.kind is QuantityKind.PRINTED:
            assert catalogue.precedence(quantity.id), quantity.id
            assert quantity.additive is None


def test_a_measure_is_found_by_its_id_and_another_word_is_refused() -> None:
    catalogue = default_catalogue()
    assert catalogue.measure("repeat-referrals").title
    with pytest.raises(WrongUseError, match="“re-referrals” is no measure"):
        catalogue.measure("re-referrals")
    with pytest.raises(WrongUseError, match="childrens-social-care"):
        catalogue.return_spec("police-and-fire")


def test_measures_come_in_the_order_of_their_framework() -> None:
    catalogue = default_catalogue()
    outcomes = [measure.outcome for measure in catalogue.measures_of("children")]
    order = [outcome.id for outcome in catalogue.frameworks["children"].outcomes]
    assert outcomes == sorted(outcomes, key=order.index)
    assert len(outcomes) == sum(measure.framework == "children" for measure in catalogue.measures.values())


def test_the_dataset_to_believe_first_comes_first() -> None:
    catalogue = default_catalogue()
    assert catalogue.precedence("protection-plan-starts") == (
        "cin-protection-plans",
        "cin-subsequent-protection-plans",
        "cin-protection-plan-starts-by-abuse",
        "lait",
    )
    assert catalogue.precedence("children-in-care") == ("cla-rates", "cla-placement-stability", "lait")


def test_a_category_is_said_in_words() -> None:
    catalogue = default_catalogue()
    assert catalogue.category_title("source:police") == "Police"
    assert catalogue.category_title(TOTAL) == "All"


def test_flows_that_add_up_make_a_year_of_quarters_and_children_counted_once_do_not() -> None:
    catalogue = default_catalogue()
    assert catalogue.adds_up(catalogue.measure("repeat-referrals"))
    assert not catalogue.adds_up(catalogue.measure("children-leaving-care"))
    assert catalogue.at_date(catalogue.measure("children-in-care"))
    assert not catalogue.at_date(catalogue.measure("repeat-referrals"))


# -------------------------------------------------------------- wrong in itself: file, line, key and remedy


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        pytest.param(REPEATS, "per: 100\n", "per: 100\nper: 1000\n", "“per” stands here twice", id="a key twice"),
        pytest.param(REPEATS, "per: 100\n", "per: 100\nnumeratr: x\n", "numeratr", id="a key that nobody knows"),
        pytest.param(REPEATS, "per: 100\n", "per: hundred\n", "per", id="a word for a number"),
        pytest.param(REPEATS, "decimals: 1\n", "decimals: 9\n", "decimals", id="nine decimals"),
        pytest.param(REPEATS, "polarity: lower\n", "polarity: good\n", "polarity", id="a polarity that is none"),
        pytest.param(C1, "time: year-to-31-march", "time: year-to-christmas", "time", id="a year that is none"),
        pytest.param(C1, "    latest_period: 2025", "    latest: 2025", "latest", id="an unknown key of a release"),
        pytest.param(C1, "  2025-10-30:\n", "  autumn:\n", "releases", id="a release that is no day"),
        pytest.param(
            RETURN,
            "due_working_days_after: 15",
            "due_working_days_after: 0",
            "due_working_days_after",
            id="due at once",
        ),
        pytest.param(RETURN, "frequency: quarterly", "frequency: often", "frequency", id="a frequency that is none"),
        pytest.param(
            FRAMEWORK,
            "title: Neglect, kind: practice}",
            "title: Neglect, kind: nice}",
            "kind",
            id="a priority of no kind",
        ),
    ],
)
def test_a_file_that_is_wrong_in_itself_is_refused_at_the_line(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    line = change(folder, file, old, new)
    # The wrong key is the last line that was put in.
    line += new.strip("\n").count("\n")
    message = refusal(folder)
    assert message.startswith(f"schema/{file}, line {line}: "), message
    assert says in message
    assert "Mend" in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "expected keys and values"),
        ("- one\n- two\n", "expected keys and values"),
        ("title: [unclosed\n", "Mend the YAML there"),
        ("title: \x00\n", "Mend the YAML there"),
        ("title: Police\n\tshort: x\n", "Mend the YAML there"),
    ],
)
def test_a_file_that_is_no_yaml_mapping_is_refused(folder: Path, content: str, says: str) -> None:
    (folder / "returns" / "police.yaml").write_text(content, encoding="utf-8")
    message = refusal(folder)
    assert message.startswith("schema/returns/police.yaml, line ")
    assert says in message


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "returns" / "police.yaml").write_bytes("title: Café\n".encode("latin-1"))
    message = refusal(folder)
    assert message.startswith("schema/returns/police.yaml, line 1: ")
    assert "UTF-8" in message


def test_a_yaml_file_can_only_hold_data(folder: Path) -> None:
    """YAML can name Python objects to make; a schema file cannot."""
    (folder / "returns" / "police.yaml").write_text("title: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    assert refusal(folder).startswith("schema/returns/police.yaml, line 1: ")


def test_a_framework_folder_without_its_file_is_refused(folder: Path) -> None:
    (folder / "frameworks" / "unheard-of").mkdir()
    message = refusal(folder)
    assert message.startswith("schema/frameworks/unheard-of/framework.yaml")
    assert "Mend" in message or "Add" in message


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        pytest.param(
            REPEATS,
            "denominator: referrals\n",
            "denominator: referrals\npopulation: {age_from: 0, age_to: 17}\n",
            "not both",
            id="two denominators",
        ),
        pytest.param(REPEATS, "denominator: referrals\n", "", "`per` is 1", id="a percentage of nothing"),
        pytest.param(
            BY_SOURCE, 'headline_category: "source:police"\n', "", "come together", id="shares without a headline"
        ),
        pytest.param(
            REPEATS, 'says: "{value} of', 'says: "Some of', "`says` holds `{value}`", id="a finding of nothing"
        ),
        pytest.param(
            REPEATS,
            "published_as: {match: exact}",
            "published_as: {match: close}",
            "differs",
            id="close to what, and how?",
        ),
        pytest.param(
            REFERRALS,
            "    additive: true\n    breakdowns",
            "    breakdowns",
            "additive",
            id="a flow that may or may not add up",
        ),
        pytest.param(
            "frameworks/children/outcome-1/children-in-need.yaml",
            "{age_from: 0, age_to: 17}",
            "{age_from: 17, age_to: 0}",
            "age_to",
            id="ages backwards",
        ),
        pytest.param(
            C1,
            "column: referral_count}",
            "column: referals}",
            "column referals is in no release",
            id="a column in no release",
        ),
        pytest.param(
            C1,
            "renamed:\n      referral_count:",
            "renamed:\n      referal_count:",
            "referal_count",
            id="a renamed column that is not there",
        ),
        pytest.param(CLA, "time: year-to-31-march\n", "", "time_period", id="a file without a time"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_the_reason(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    change(folder, file, old, new)
    message = refusal(folder)
    assert re.match(rf"schema/{re.escape(file)}, line \d+: ", message), message
    assert says in message


# ------------------------------------------------------------------ naming something that is not there


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        pytest.param(
            REPEATS,
            "numerator: repeat-referrals",
            "numerator: re-referrals",
            "“re-referrals” is no quantity",
            id="measure, quantity",
        ),
        pytest.param(
            REPEATS, "denominator: referrals", "denominator: calls", "“calls” is no quantity", id="measure, denominator"
        ),
        pytest.param(
            REPEATS,
            "numerator: repeat-referrals",
            'numerator: "referrals@source:pixies"',
            "“source:pixies” is no category",
            id="measure, category",
        ),
        pytest.param(
            REPEATS,
            "printed: repeat-referrals-percent-printed",
            "printed: referrals",
            "“referrals” is no printed quantity",
            id="measure, printed",
        ),
        pytest.param(
            REPEATS,
            "numerator: repeat-referrals",
            "numerator: {sum: [repeat-referrals, children-in-care]}",
            "mixes flows and stocks",
            id="measure, flow and stock",
        ),
        pytest.param(
            BY_SOURCE, "share_by: source", "share_by: colour", "“colour” is no breakdown", id="measure, share_by"
        ),
        pytest.param(
            BY_SOURCE,
            'headline_category: "source:police"',
            'headline_category: "source:pixies"',
            "“source:pixies” is no category",
            id="measure, headline",
        ),
        pytest.param(
            REPEATS,
            "agency: childrens-social-care",
            "agency: fire-brigade",
            "“fire-brigade” has no return",
            id="measure, agency",
        ),
        pytest.param(
            REPEATS,
            "per: 100\n",
            "per: 100\nserves: world-peace\n",
            "“world-peace” is no measure",
            id="measure, serves",
        ),
        pytest.param(
            REPEATS,
            "per: 100\n",
            "per: 100\nbreakdowns: [colour]\n",
            "“colour” is no breakdown",
            id="measure, breakdown",
        ),
        pytest.param(
            C1,
            "{quantity: referrals, column",
            "{quantity: calls, column",
            "“calls” is no quantity",
            id="publication, quantity",
        ),
        pytest.param(
            C1,
            "{quantity: referrals, column",
            '{quantity: referrals, category: "source:pixies", column',
            "“source:pixies” is no category",
            id="publication, category",
        ),
        pytest.param(
            C1,
            "    population: 2025-10-30",
            "    population: 1999-10-30",
            "population release 1999-10-30",
            id="publication, population",
        ),
        pytest.param(
            RETURN, "{quantity: repeat-referrals,", "{quantity: calls,", "“calls” is no quantity", id="return, quantity"
        ),
        pytest.param(
            RETURN,
            "{quantity: referrals, bases: [quarter], breakdowns: [source]}",
            "{quantity: referrals, bases: [quarter], breakdowns: [colour]}",
            "“colour” is no breakdown of it",
            id="return, breakdown",
        ),
        pytest.param(
            RETURN,
            "{quantity: repeat-referrals,",
            "{quantity: repeat-referrals-percent-printed,",
            "a return holds counts",
            id="return, printed",
        ),
        pytest.param(
            RETURN,
            "{quantity: children-on-deprivation-of-liberty-orders, bases: [at-date]}",
            "{quantity: children-on-deprivation-of-liberty-orders, bases: [quarter]}",
            "a stock is reported at-date",
            id="return, basis",
        ),
        pytest.param(
            RETURN, "  - whole: initial-conferences\n", "  - whole: conferences\n", "“conferences”", id="return, whole"
        ),
        pytest.param(
            RETURN,
            "      - initial-conferences-16-20-days\n",
            "      - initial-conferences-16-22-days\n",
            "“initial-conferences-16-22-days”",
            id="return, part",
        ),
    ],
)
def test_a_name_of_something_that_is_not_there_is_refused_with_its_file(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    line = change(folder, file, old, new)
    message = refusal(folder)
    found = re.match(rf"schema/{re.escape(file)}, line (\d+): ", message)
    assert found, message
    assert line <= int(found[1]) <= line + new.count("\n"), message
    assert says in message
    assert re.search(r" (Mend|Take|Ask|Add|Leave|Make|Keep) [^.]*\.$", message), message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("breakdowns: [source]\n", "breakdowns: [colour]\n", "“colour” is no breakdown"),
        ("published_in: [cin-referrals,", "published_in: [cin-calls,", "“cin-calls” is no publication"),
    ],
)
def test_a_quantity_that_names_something_that_is_not_there_is_refused(
    folder: Path, old: str, new: str, says: str
) -> None:
    change(folder, REFERRALS, old, new)
    message = refusal(folder)
    assert message.startswith("schema/quantities/referrals.yaml, line ")
    assert says in message


def test_a_priority_that_the_framework_does_not_have_is_refused(folder: Path) -> None:
    change(folder, REPEATS, "priorities: [", "priorities: [world-peace, ")
    assert "“world-peace” is no priority of the framework" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{measure: contacts}", "{measure: conversations}", "names another step"),
        ("{measure: police-protection-notices,", "{measure: whispers,", "“whispers” is no measure"),
        ("{measure: police-protection-notices,", "{measure: children-in-need,", "is no count of one quantity"),
        ("contact_sources: contacts-by-source", "contact_sources: contacts", "is no measure with a `share_by`"),
    ],
)
def test_a_journey_over_what_is_no_count_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, FRAMEWORK, old, new)
    message = refusal(folder)
    assert message.startswith("schema/frameworks/children/framework.yaml")
    assert says in message


def test_an_outcome_that_the_framework_does_not_have_is_refused(folder: Path) -> None:
    outcome = folder / "frameworks" / "children" / "outcome-9"
    outcome.mkdir()
    (folder / REPEATS).rename(outcome / "repeat-referrals.yaml")
    message = refusal(folder)
    assert message.startswith("schema/frameworks/children/outcome-9/repeat-referrals.yaml, line ")
    assert "“outcome-9” is no outcome of the framework" in message


# ----------------------------------------------------------------------------------------- an id used twice


@pytest.mark.parametrize(
    ("file", "copy"),
    [
        (REPEATS, "frameworks/children/outcome-3/repeat-referrals.yaml"),
        (REFERRALS, "quantities/referrals-again.yaml"),
        (C1, "publications/older/cin-referrals.yaml"),
        (RETURN, "returns/older/childrens-social-care.yaml"),
    ],
)
def test_one_id_for_two_things_is_refused(folder: Path, file: str, copy: str) -> None:
    (folder / copy).parent.mkdir(exist_ok=True)
    shutil.copy(folder / file, folder / copy)
    message = refusal(folder)
    assert re.match(r"schema/\S+\.yaml, line \d+: “[a-z-]+” is already the id of another", message), message
    assert "an id of its own" in message


@pytest.mark.parametrize("name", ["Repeat Referrals", "repeat_referrals", "-repeat", "repeat--referrals", "répété"])
def test_an_id_that_would_not_do_for_an_address_is_refused(folder: Path, name: str) -> None:
    path = folder / REPEATS
    path.rename(path.with_name(f"{name}.yaml"))
    assert refusal(folder).startswith(f"schema/frameworks/children/outcome-1/{name}.yaml, line 1: id: ")


# ------------------------------------------------------------------------------------- no Python is needed


def test_a_measure_a_publication_and_an_agency_are_each_added_by_a_file(folder: Path) -> None:
    """The promise of the design: whoever adds to what is measured writes YAML."""
    (folder / "quantities" / "notices.yaml").write_text(
        "quantities:\n"
        "  - {id: police-notices, title: Notices, counts: Notices., unit: notices, kind: flow, additive: true}\n",
        encoding="utf-8",
    )
    (folder / "returns" / "coastguard.yaml").write_text(
        "title: Coastguard\nshort_title: Coastguard\nanswers: Analyst\n"
        "frequency: quarterly\ndue_working_days_after: 30\n"
        "items:\n  - {quantity: police-notices, bases: [quarter]}\n",
        encoding="utf-8",
    )
    text = (folder / REPEATS).read_text(encoding="utf-8")
    for old, new in (
        ("numerator: repeat-referrals", "numerator: police-notices"),
        ("agency: childrens-social-care", "agency: coastguard"),
        ("printed: repeat-referrals-percent-printed\n", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "frameworks" / "children" / "outcome-3" / "police-notices-per-referral.yaml").write_text(
        text, encoding="utf-8"
    )
    (folder / "publications" / "police-notices.yaml").write_text(
        "title: Notices\nseries_title: Notices\npublisher: Home Office\ntime: year-to-31-march\ncolumns: [notices]\n"
        "series: [{quantity: police-notices, column: notices}]\nreleases: {2025-07-01: {latest_period: 2025}}\n",
        encoding="utf-8",
    )
    catalogue = load_catalogue(folder)
    assert isinstance(catalogue, Catalogue)
    assert catalogue.measure("police-notices-per-referral").outcome == "outcome-3"
    assert catalogue.precedence("police-notices") == ("police-notices",)
    assert catalogue.return_spec("coastguard").items[0].quantity == "police-notices"


# ------------------------------------------------------------------------------------- one home for each count


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        pytest.param(
            "returns/police.yaml",
            "items:\n",
            "items:\n  - {quantity: referrals, bases: [quarter]}\n",
            "referrals is at home in the returns of childrens-social-care and police. Mark it `also: true`",
            id="two homes",
        ),
        pytest.param(
            "returns/police.yaml",
            "strategy-discussions, bases: [quarter], also",
            "strategy-discussions, bases: [year], also",
            "strategy-discussions is not reported year in its home return: nothing stands beside it.",
            id="beside nothing",
        ),
        pytest.param(
            "returns/police.yaml",
            "contact-source:police-protection-notice",
            "contact-source:police-notice",
            "contacts: “contact-source:police-notice” is no category.",
            id="beside no category",
        ),
        pytest.param(
            "returns/police.yaml",
            "contact-source:police-protection-notice",
            "assessing-agency:police",
            "contacts is not reported by “assessing-agency” in its home return. Mend `as_category`",
            id="beside another category",
        ),
        pytest.param(
            "returns/police.yaml",
            "prevent-referrals, bases: [quarter], breakdowns: [extremism-type]",
            'prevent-referrals, bases: [quarter], as_category: "extremism-type:other"',
            "`as_category` is for an `also` item without breakdowns",
            id="a category of one's own",
        ),
        pytest.param(
            RETURN,
            "ended: care-ends}",
            "ended: care-endings}",
            "`accounts`: “care-endings” is no item of this return.",
            id="an account of nothing",
        ),
        pytest.param(
            RETURN,
            "{stock: children-in-care, started: care-starts,",
            "{stock: care-starts, started: children-in-care,",
            "`accounts`: “care-starts” is a flow, and stands for the other. Give the stock as `stock`",
            id="an account the wrong way round",
        ),
        pytest.param(
            RETURN,
            "  - {quantity: repeat-referrals, bases: [quarter]}\n",
            "",
            "no return asks for repeat-referrals. Add it",
            id="no home",
        ),
        pytest.param(
            "frameworks/children/outcome-1/children-on-deprivation-of-liberty-orders.yaml",
            "agency: ",
            "retired: 2026-04-01\nagency: ",
            "is retired. Take the item out of the return.",
            id="a retired measure still in a return",
        ),
        pytest.param(
            REPEATS, "agency: childrens-social-care", "agency: police", "Make it a measure of", id="another's numerator"
        ),
        pytest.param(
            REPEATS,
            "since: 2012-04-01",
            "breakdowns: [age]\nsince: 2012-04-01",
            "asks for repeat-referrals without it",
            id="a breakdown that nobody is asked for",
        ),
    ],
)
def test_every_count_has_one_home_that_asks_for_what_measures_need(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    change(folder, file, old, new)
    message = refusal(folder)
    assert re.match(r"schema/\S+\.yaml, line \d+: ", message), message
    assert says in message

"""Areas: found by any code that they have ever carried, and never taken for one another."""

import csv
from datetime import date
from pathlib import Path

import pytest

from schema.areas import Area, AreaKind, Areas, GssCode, load_areas
from schema.errors import SchemaError, WrongUseError

AREAS = load_areas()

CODE_COLUMNS = {"National": ("", "country_code"), "Regional": ("", "region_code")}


def codes_in(path: Path) -> set[tuple[str, str]]:
    """The distinct pairs of codes in a published file: DfE's where a row has one, and the GSS code."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"geographic_level", "old_la_code", "new_la_code"} <= set(rows.fieldnames or ()):
            return set()
        found = set()
        for row in rows:
            dfe, gss = CODE_COLUMNS.get(row["geographic_level"], ("old_la_code", "new_la_code"))
            found.add((row[dfe] if dfe else "", row[gss]))
        return found


# ------------------------------------------------------------------------------- against the published files


def test_every_code_of_the_published_files_is_an_area(published_files: Path) -> None:
    files = [*(published_files / "csc_oe").glob("*.csv"), *(published_files / "cin_2024_release").glob("*.csv")]
    pairs = {(path.name, *pair) for path in files for pair in codes_in(path)}
    assert {pair for pair in pairs if AREAS.from_codes(pair[1], pair[2]) is None} == set()
    assert len({pair[0] for pair in pairs}) == 40
    assert len({pair[1:] for pair in pairs}) == 179


def test_each_authority_is_called_what_the_publications_call_it(published_files: Path) -> None:
    path = published_files / "csc_oe" / "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
    differently = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["geographic_level"] == "Local authority":
                area = AREAS.from_codes(row["old_la_code"], row["new_la_code"])
                assert area is not None
                if area.name != row["la_name"]:
                    differently.add((area.name, row["la_name"]))
    # Two authorities were called Dorset, one after the other.
    assert differently == {("Dorset (to March 2019)", "Dorset")}


def test_each_authority_lies_in_the_region_that_the_publications_give_it(published_files: Path) -> None:
    path = published_files / "csc_oe" / "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
    seen = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["geographic_level"] == "Local authority":
                area = AREAS.from_codes(row["old_la_code"], row["new_la_code"])
                assert area is not None
                assert area.region is not None
                # London boroughs are printed under Inner or Outer London.
                assert AREAS.by_id[area.region].code == row["region_code"], area.id
                seen.add(area.id)
    assert len(seen) == 158


# ------------------------------------------------------------------------------------------ found by a code


@pytest.mark.parametrize("typed", ["stoke-on-trent", "Stoke-on-Trent", "861", "E06000021", "e06000021", " 861 "])
def test_stoke_on_trent_is_found_however_it_is_typed(typed: str) -> None:
    assert AREAS.find(typed).id == "stoke-on-trent"


@pytest.mark.parametrize("typed", ["", "999", "E99999999", "Stoke", "x" * 1000])
def test_what_is_no_area_is_refused_with_what_to_give(typed: str) -> None:
    with pytest.raises(WrongUseError, match="is no area") as refused:
        AREAS.find(typed)
    assert "861" in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("dfe", "codes", "area"),
    [
        # The footprint stayed the same and the code changed: one area.
        ("825", ["E10000002", "E06000060"], "buckinghamshire"),
        ("933", ["E10000027", "E06000066"], "somerset"),
        ("815", ["E10000023", "E06000065"], "north-yorkshire"),
        ("390", ["E08000020", "E08000037"], "gateshead"),
        ("929", ["E06000048", "E06000057"], "northumberland"),
        ("370", ["E08000016", "E08000038"], "barnsley"),
        ("373", ["E08000019", "E08000039"], "sheffield"),
        # Merged or split: areas of their own, the old one kept for its years.
        ("835", ["E10000009"], "dorset-to-2019"),
        ("838", ["E06000059"], "dorset"),
        ("836", ["E06000029"], "poole"),
        ("837", ["E06000028"], "bournemouth"),
        ("839", ["E06000058"], "bournemouth-christchurch-and-poole"),
        ("909", ["E10000006"], "cumbria"),
        ("942", ["E06000063"], "cumberland"),
        ("943", ["E06000064"], "westmorland-and-furness"),
        ("928", ["E10000021"], "northamptonshire"),
        ("940", ["E06000061"], "north-northamptonshire"),
        ("941", ["E06000062"], "west-northamptonshire"),
        # Joint returns.
        ("940 / 941", ["E06000061 / E06000062"], "north-and-west-northamptonshire"),
        ("314 / 318", ["E09000021 / E09000027"], "kingston-upon-thames-and-richmond-upon-thames"),
    ],
)
def test_an_authority_is_found_by_every_code_that_it_has_carried(dfe: str, codes: list[str], area: str) -> None:
    for gss in codes:
        for pair in ((dfe, gss), (dfe, ""), ("", gss)):
            found = AREAS.from_codes(*pair)
            assert found is not None, pair
            assert found.id == area, pair


def test_barnsley_and_sheffield_carry_new_codes_from_april_2025() -> None:
    assert AREAS.by_id["barnsley"].code == "E08000038"
    assert AREAS.by_id["sheffield"].code == "E08000039"
    assert AREAS.by_id["barnsley"].gss == (
        GssCode(code="E08000016", until=date(2025, 3, 31)),
        GssCode(code="E08000038", since=date(2025, 4, 1)),
    )


@pytest.mark.parametrize(
    ("dfe", "gss"), [("861", "E08000030"), ("335", "E06000021"), ("940", "E06000061 / E06000062"), ("861", "E12000005")]
)
def test_codes_that_name_two_different_areas_name_none(dfe: str, gss: str) -> None:
    assert AREAS.from_codes(dfe, gss) is None


@pytest.mark.parametrize(("dfe", "gss"), [("", ""), ("999", ""), ("", "E99999999"), ("999", "E06000021")])
def test_codes_that_nobody_carries_name_no_area(dfe: str, gss: str) -> None:
    assert AREAS.from_codes(dfe, gss) is None


# ----------------------------------------------------------------------------------------------- what it is


def test_london_is_compared_as_a_whole_and_its_halves_are_not_ranked() -> None:
    camden, croydon = AREAS.by_id["camden"], AREAS.by_id["croydon"]
    assert camden.region == "inner-london"
    assert croydon.region == "outer-london"
    for borough in (camden, croydon):
        region = AREAS.region_of(borough)
        assert region is not None
        assert region.id == "london"
    for half in ("inner-london", "outer-london"):
        assert AREAS.by_id[half].kind is AreaKind.REGION
        assert AREAS.by_id[half].part_of == "london"
        assert not AREAS.by_id[half].ranked


def test_thirty_three_authorities_lie_in_london() -> None:
    in_london = [
        area for area in AREAS if area.kind is AreaKind.AUTHORITY and (r := AREAS.region_of(area)) and r.id == "london"
    ]
    assert len(in_london) == 33


def test_only_authorities_and_joint_returns_are_ranked() -> None:
    assert {area.kind for area in AREAS if area.ranked} == {AreaKind.AUTHORITY, AreaKind.COMPOSITE}
    assert not AREAS.by_id["england"].ranked
    assert not AREAS.by_id["west-midlands"].ranked


def test_a_joint_return_belongs_to_both_of_its_members() -> None:
    joint = AREAS.by_id["north-and-west-northamptonshire"]
    assert joint.members == ("north-northamptonshire", "west-northamptonshire")
    for member in joint.members:
        assert AREAS.composite_of(AREAS.by_id[member]) is joint
    assert AREAS.composite_of(AREAS.by_id["stoke-on-trent"]) is None


def test_england_lies_in_no_region() -> None:
    assert AREAS.region_of(AREAS.by_id["england"]) is None


def test_every_authority_lies_in_one_of_the_nine_regions() -> None:
    regions = {region.id for area in AREAS if area.ranked and (region := AREAS.region_of(area))}
    assert len(regions) == 9
    assert all(AREAS.region_of(area) for area in AREAS if area.ranked)


def test_153_authorities_are_there_today() -> None:
    assert sum(area.kind is AreaKind.AUTHORITY and area.until is None for area in AREAS) == 153


def test_an_abolished_authority_names_those_that_came_after_it() -> None:
    gone = [area for area in AREAS if area.until is not None]
    assert {area.id for area in gone} == {"dorset-to-2019", "poole", "bournemouth", "cumbria", "northamptonshire"}
    for area in gone:
        assert area.until is not None
        for successor in area.successors:
            since = AREAS.by_id[successor].since
            assert since is not None
            assert (since - area.until).days == 1


# ---------------------------------------------------------------------------------------- what is refused


def area(**kept: object) -> Area:
    return Area.model_validate({"id": "somewhere", "name": "Somewhere", "kind": "authority", "gss": ["E1"], **kept})


@pytest.mark.parametrize(
    ("other", "twice"),
    [
        ({"gss": ["E2"]}, "somewhere"),
        ({"id": "elsewhere", "gss": ["E1"]}, "E1"),
        ({"id": "elsewhere", "gss": ["E2"], "dfe": "861"}, "861"),
        ({"id": "elsewhere", "gss": ["E2", {"code": "E1", "until": "2020-03-31"}]}, "E1"),
    ],
)
def test_no_id_and_no_code_stands_for_two_areas(other: dict[str, object], twice: str) -> None:
    with pytest.raises(SchemaError, match=f"“{twice}” stands for both"):
        Areas((area(dfe="861"), area(**other)))


@pytest.mark.parametrize("link", [{"region": "atlantis"}, {"successors": ["atlantis"]}, {"members": ["atlantis"]}])
def test_an_area_names_only_areas_that_are_there(link: dict[str, object]) -> None:
    with pytest.raises(SchemaError, match="somewhere names “atlantis”, which is no area"):
        Areas((area(**link),))


@pytest.mark.parametrize(
    "wrong", [{"gss": []}, {"id": "Stoke on Trent"}, {"kind": "village"}, {"nickname": "Potteries"}]
)
def test_an_area_that_is_not_whole_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Area"):
        area(**wrong)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("St Helens", "st-helens"),
        ("stoke on trent", "stoke-on-trent"),
        ("Bournemouth, Christchurch & Poole", "bournemouth-christchurch-and-poole"),
        ("e06000021", "stoke-on-trent"),
    ],
)
def test_an_area_is_found_as_people_type_it(typed: str, found: str) -> None:
    assert load_areas().find(typed).id == found


def test_a_slip_names_the_nearest_area() -> None:
    with pytest.raises(WrongUseError, match="Did you mean stoke-on-trent"):
        load_areas().find("Stok-on-Trent")

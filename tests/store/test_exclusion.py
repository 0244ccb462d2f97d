"""Exclusion: nobody whom a tip names, above whom they sit or in whose stead they act ever gets a key."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.tips.exclusion import (
    Member,
    Named,
    Officer,
    Suspect,
    custodians,
    entitled,
    excluded,
    find,
    is_over,
    mentioned,
    people_of,
    squeezed,
)

CITY, COUNTY, OTHER = ("411400",), ("411400", "411421"), ("411400", "411422")


def member(id_: str, role: str, *path: str, name: str = "", **more: object) -> Member:
    bureau = path[1] if len(path) > 2 or (len(path) == 2 and path[1].isdigit()) else path[0]
    return Member(id_, name or id_, role, path, bureau, **more)  # type: ignore[arg-type]


STAFF: Mapping[str, Member] = {
    one.id: one
    for one in (
        member("city-ng1", "supervision_officer", *CITY, "411400-NG", name="秦明"),
        member("city-ng2", "supervision_officer", *CITY, "411400-NG", name="Tom Xu"),
        member("city-head", "department_head", *CITY, "411400-NG", name="程远"),
        member("city-leader", "leader", *CITY, "411400-LD", name="何川"),
        member("custodian", "custodian", *CITY, "411400-NG", name="施封"),
        member("outside", "custodian", *CITY, "411400-JJ", name="纪检"),
        member("ng1", "supervision_officer", *COUNTY, "411421-NG", name="周正"),
        member("cm", "field_staff", *COUNTY, "411421-YX", name="林晓", field_role="customer_manager"),
        member("mi", "field_staff", *COUNTY, "411421-ZM", name="赵刚", field_role="market_inspector"),
        member("head", "department_head", *COUNTY, "411421-YX", name="钱芳", deputies=("mi",)),
        member("leader", "leader", *COUNTY, "411421-LD", name="郑远", deputies=("ng1",)),
        member("other-ng", "supervision_officer", *OTHER, "411422-NG", name="沈清"),
        member("other-leader", "leader", *OTHER, "411422-LD", name="韩松"),
        member("other-cm", "field_staff", *OTHER, "411422-YX", name="林晓", field_role="customer_manager"),
        member("x", "field_staff", *COUNTY, "411421-YX", name="王"),
    )
}
OFFICERS = (
    Officer("city-ng1", "officer", "city"),
    Officer("city-ng2", "officer", "city"),
    Officer("ng1", "officer", "county"),
    Officer("other-ng", "officer", "county"),
    Officer("custodian", "custodian", "city"),
    Officer("outside", "outside", "city"),
)


def naming(*people: str, role: str | None = None, unit: str | None = None) -> Named:
    return Named((Suspect(people, role, unit),), insiders=True)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (Named(), ("city-ng1", "city-ng2")),
        (naming("cm"), ("city-ng1", "city-ng2")),
        (naming("city-ng1"), ("city-ng2",)),
        (naming("city-ng2", "city-ng1"), ("outside",)),
        (naming(role="supervision_officer"), ("outside",)),
        (naming(unit="411400-NG"), ("outside",)),
        (naming(role="supervision_officer", unit="411421"), ("city-ng1", "city-ng2")),
        (naming(unit="411400"), ()),
        (naming("city-ng1", "city-ng2", "outside"), ()),
        (naming("gone"), ("city-ng1", "city-ng2")),
        (Named(insiders=True), ("city-ng1", "city-ng2")),
    ],
)
def test_who_gets_a_key(named: Named, expected: tuple[str, ...]) -> None:
    assert entitled(OFFICERS, STAFF, named) == expected


def test_without_the_city_the_counties_hear_of_shops_and_never_of_insiders() -> None:
    counties = OFFICERS[2:]
    assert entitled(counties, STAFF, Named()) == ("ng1", "other-ng")
    assert entitled(counties, STAFF, Named(insiders=True)) == ("outside",)
    assert entitled(counties, STAFF, Named((Suspect(("cm",)),))) == ("outside",)
    assert entitled(counties[:-1], STAFF, Named(insiders=True)) == ()
    assert entitled((), STAFF, Named()) == ()


def test_a_custodian_is_no_reader_and_keeps_identities_unless_named() -> None:
    assert entitled(OFFICERS[4:5], STAFF, Named()) == ()
    assert custodians(OFFICERS, STAFF, Named()) == ("custodian",)
    assert custodians(OFFICERS, STAFF, naming("custodian")) == ("outside",)
    assert custodians(OFFICERS, STAFF, naming("custodian", "outside")) == ()
    assert custodians(OFFICERS[:2], STAFF, Named()) == ()


def test_superiors_and_deputies_are_left_out_with_whom_they_stand_over_or_in_for() -> None:
    assert excluded(STAFF, naming("cm")) == {"cm", "head", "mi", "leader", "ng1", "city-leader"}
    assert excluded(STAFF, naming("other-cm")) == {"other-cm", "other-leader", "city-leader"}
    assert excluded(STAFF, naming("leader")) == {"leader", "ng1", "city-leader"}
    assert excluded(STAFF, naming("city-ng1")) == {"city-ng1", "city-head", "city-leader"}
    assert excluded(STAFF, naming("gone")) == {"gone"}
    assert excluded(STAFF, Named()) == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "over"),
    [
        ("head", "cm", True),
        ("head", "mi", False),
        ("head", "head", False),
        ("head", "other-cm", False),
        ("leader", "cm", True),
        ("leader", "other-cm", False),
        ("leader", "leader", False),
        ("city-leader", "leader", True),
        ("leader", "city-leader", False),
        ("city-head", "city-ng1", True),
        ("city-head", "cm", False),
        ("city-ng1", "city-ng2", False),
    ],
)
def test_who_is_over_whom(one: str, other: str, over: bool) -> None:
    assert is_over(STAFF[one], STAFF[other]) is over


def test_a_head_is_over_everybody_below_their_unit_and_nobody_beside_it() -> None:
    boss = member("boss", "department_head", "411400", "411421")
    assert is_over(boss, STAFF["cm"])
    assert not is_over(boss, STAFF["other-cm"])
    assert not is_over(boss, STAFF["city-ng1"])
    assert not is_over(member("deep", "department_head", *COUNTY, "411421-YX", "411421-YX-1"), STAFF["cm"])


@pytest.mark.parametrize(
    ("name", "role", "unit", "people"),
    [
        ("林晓", None, None, {"cm", "other-cm"}),
        ("林晓", None, "411421", {"cm"}),
        ("林 晓", "customer_manager", "411422", {"other-cm"}),
        ("客户经理林晓", None, "411421", {"cm"}),
        ("林晓", "market_inspector", None, {"cm", "other-cm", "mi"}),
        ("林晓", None, "411400-NG", {"cm", "other-cm", "city-ng1", "city-ng2", "city-head", "custodian"}),
        ("没有这个人", None, "411422-YX", {"other-cm"}),
        ("没有这个人", None, None, set()),
        ("", "market_inspector", None, {"mi"}),
        ("", None, None, set()),
        ("TOM  XU", None, None, {"city-ng2"}),
        ("TOM XU", "supervision_officer", "411400", {"city-ng2"}),
    ],
)
def test_what_a_typed_name_a_role_and_a_station_mean(
    name: str, role: str | None, unit: str | None, people: set[str]
) -> None:
    found = find(STAFF.values(), name, role, unit)
    assert set(people_of(STAFF.values(), found)) == people
    assert (type(found.people), found.role, found.unit) == (tuple, role, unit)


def test_whoever_is_mentioned_in_full_is_found() -> None:
    assert mentioned(STAFF.values(), "我告诉过秦 明,王也知道,tomxu 没管") == ("city-ng1", "city-ng2")
    assert mentioned(STAFF.values(), "") == ()
    assert squeezed(" Tom-Xu　林·晓 ") == "tomxu林晓"


# --- properties over random bureaus -----------------------------------------------------------------------

ROLES = ("field_staff", "department_head", "supervision_officer", "leader", "administrator", "custodian")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[Officer, ...], dict[str, Member], Named]:
    """A random tree of units, staff with random roles and deputies, keys for some, and a tip that names some."""
    units: list[tuple[str, ...]] = [("0",)]
    for number in range(1, draw(st.integers(1, 7))):
        units.append((*draw(st.sampled_from(units)), str(number)))
    ids = [f"p{number}" for number in range(draw(st.integers(1, 9)))]
    staff = {}
    for id_ in ids:
        path = draw(st.sampled_from(units))
        field_role = draw(st.sampled_from((None, "customer_manager")))
        deputies = tuple(draw(st.lists(st.sampled_from(ids), max_size=2)))
        bureau = draw(st.sampled_from(path))
        staff[id_] = Member(id_, id_, draw(st.sampled_from(ROLES)), path, bureau, field_role, deputies)
    kinds = st.sampled_from(("officer", "officer", "outside", "custodian"))
    levels = st.sampled_from(("city", "county"))
    officers = tuple(Officer(one, draw(kinds), draw(levels)) for one in ids if draw(st.booleans()))
    suspects = st.builds(
        Suspect,
        st.lists(st.sampled_from([*ids, "gone"]), max_size=2).map(tuple),
        st.sampled_from((None, *ROLES, "customer_manager")),
        st.sampled_from((None, *(unit[-1] for unit in units))),
    )
    return officers, staff, Named(tuple(draw(st.lists(suspects, max_size=3))), draw(st.booleans()))


def _touches(staff: Mapping[str, Member], named: Named, id_: str) -> bool:
    """The rule again, said another way: from the person's side."""
    accused = set()
    for suspect in named.suspects:
        if suspect.people:
            accused |= set(suspect.people)
        elif suspect.role or suspect.unit:
            for one in staff.values():
                role = not suspect.role or one.role == suspect.role or one.field_role == suspect.role
                if role and (not suspect.unit or suspect.unit in one.path):
                    accused.add(one.id)

    def direct(who: str) -> bool:
        if who in accused:
            return True
        one = staff[who]
        below = [staff[other] for other in accused if other in staff and other != who]
        if one.role == "department_head":
            return any(list(other.path)[: len(one.path)] == list(one.path) for other in below)
        return one.role == "leader" and any(one.bureau in other.path for other in below)

    return direct(id_) or any(id_ in staff[other].deputies for other in staff if direct(other))


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_nobody_who_is_touched_gets_a_key_and_somebody_else_does_if_there_is_one(
    world: tuple[tuple[Officer, ...], dict[str, Member], Named],
) -> None:
    officers, staff, named = world
    readers, keepers = entitled(officers, staff, named), custodians(officers, staff, named)
    kinds = {one.id: one for one in officers}
    for one in (*readers, *keepers):
        assert not _touches(staff, named, one)
    free = [one for one in officers if not _touches(staff, named, one.id)]
    city = {one.id for one in free if one.kind == "officer" and one.level == "city"}
    county = {one.id for one in free if one.kind == "officer" and one.level == "county"}
    outside = {one.id for one in free if one.kind == "outside"}
    about_insiders = named.insiders or bool(named.suspects)
    assert set(readers) == (city or (set() if about_insiders else county) or outside)
    assert all(kinds[one].kind != "custodian" for one in readers)
    assert set(keepers) == ({one.id for one in free if one.kind == "custodian"} or outside)
    assert list(readers) == sorted(readers)


@settings(max_examples=150, deadline=None)
@given(worlds(), st.data())
def test_naming_more_never_lets_anybody_in(
    world: tuple[tuple[Officer, ...], dict[str, Member], Named], data: st.DataObject
) -> None:
    _officers, staff, named = world
    more = Suspect((data.draw(st.sampled_from(sorted(staff))),))
    assert excluded(staff, named) <= excluded(staff, Named((*named.suspects, more), named.insiders))

"""Who may open a tip: never those whom it names, their superiors or their deputies (tipline.md §5). Pure.

Exclusion comes before wrapping: for whoever is left out no key is ever made. In doubt it leaves out one too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.words import Level, Role


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as exclusion sees them.

    `path`: the codes of their units from the root down to their own. `bureau`: the county or city bureau among these.
    `deputies`: userids of whoever stands in, stood in or will stand in for them.
    """

    id: str
    name: str
    role: str
    path: tuple[str, ...]
    bureau: str = ""
    field_role: str | None = None
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with a vault key. `kind`: officer | custodian | outside. `level`: of the bureau they sit in."""

    id: str
    kind: str
    level: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """One person or group that a tip names: by userids, or everybody of a role, of a unit (code), or of both."""

    people: tuple[str, ...] = ()
    role: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a tip names. `insiders`: it is about staff, whether or not anybody could be found among them."""

    suspects: tuple[Suspect, ...] = ()
    insiders: bool = False


def entitled(officers: Sequence[Officer], staff: Mapping[str, Member], named: Named) -> tuple[str, ...]:
    """The userids who get a key: the city's officers whom the tip does not touch; else, unless it is about insiders,
    the counties'; else the outside body. Empty: nobody, and the door must refuse."""
    out = excluded(staff, named)
    circles = [_of(officers, "officer", Level.CITY)]
    if not named.insiders and not named.suspects:
        circles.append(_of(officers, "officer"))
    circles.append(_of(officers, "outside"))
    for circle in circles:
        if left := tuple(sorted(one for one in circle if one not in out)):
            return left
    return ()


def custodians(officers: Sequence[Officer], staff: Mapping[str, Member], named: Named) -> tuple[str, ...]:
    """The userids of those who may keep the tipster's identity: custodians whom the tip does not touch, else the
    outside body."""
    out = excluded(staff, named)
    own = tuple(sorted(one for one in _of(officers, "custodian") if one not in out))
    return own or tuple(sorted(one for one in _of(officers, "outside") if one not in out))


def excluded(staff: Mapping[str, Member], named: Named) -> frozenset[str]:
    """Whoever is named, every superior of theirs, and the deputies of all of these."""
    accused = frozenset(one for suspect in named.suspects for one in people_of(staff.values(), suspect))
    line = {one.id for one in staff.values() for other in accused if other in staff and is_over(one, staff[other])}
    touched = accused | line
    return touched | {deputy for one in touched if one in staff for deputy in staff[one].deputies}


def people_of(staff: Iterable[Member], suspect: Suspect) -> tuple[str, ...]:
    """The userids that one naming means: those who were found by name, else everybody of the role and the unit."""
    if suspect.people:
        return suspect.people
    if suspect.role is None and suspect.unit is None:
        return ()
    return tuple(one.id for one in staff if _fits(one, suspect))


def is_over(one: Member, other: Member) -> bool:
    """Whether `one` is a superior of `other`: head of a unit, or leader of a bureau, that `other` sits in."""
    if one.role == Role.DEPARTMENT_HEAD:
        return one.path[-1:] == other.path[len(one.path) - 1 : len(one.path)] and one.id != other.id
    return one.role == Role.LEADER and one.bureau in other.path and one.id != other.id


def find(staff: Iterable[Member], name: str, role: str | None, unit: str | None) -> Suspect:
    """What a typed name, a role and a station mean together.

    A name that is known within the station or role means its owner; one that is known only elsewhere means those, and
    everybody of the station and role as well, as either may be the mistake.
    """
    everybody, typed = tuple(staff), squeezed(name)
    called = tuple(one for one in everybody if typed and squeezed(one.name) in typed)
    group = Suspect(role=role, unit=unit)
    if not called:
        return Suspect((), role, unit)
    near = tuple(one.id for one in called if _fits(one, group))
    return Suspect(near or tuple(sorted({one.id for one in called} | set(people_of(everybody, group)))), role, unit)


def mentioned(staff: Iterable[Member], text: str) -> tuple[str, ...]:
    """The userids of everybody whose full name stands anywhere in a text; a single character is no name."""
    plain = squeezed(text)
    return tuple(one.id for one in staff if len(squeezed(one.name)) > 1 and squeezed(one.name) in plain)


def squeezed(text: str) -> str:
    """A text without what people put between the characters of a name."""
    return "".join(one for one in text.casefold() if one.isalnum())


def _of(officers: Iterable[Officer], kind: str, level: Level | None = None) -> tuple[str, ...]:
    return tuple(one.id for one in officers if one.kind == kind and level in (None, one.level))


def _fits(one: Member, group: Suspect) -> bool:
    by_role = group.role is None or group.role in (one.role, one.field_role)
    return by_role and (group.unit is None or group.unit in one.path)

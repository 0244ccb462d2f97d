"""Who may open a tip: never those whom it names, their superiors or their deputies (tipline.md §5). Pure.

Exclusion comes before wrapping: for whoever is left out no key is ever made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as exclusion sees them.

    `path`: the codes of their units from the root down to their own. `deputies`: userids of whoever stands in, stood in
    or will stand in for them.
    """

    id: str
    name: str
    role: str
    path: tuple[str, ...]
    field_role: str | None = None
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with a vault key. `kind`: officer | outside. `level`: city | county, of the bureau they sit in."""

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
    raise NotImplementedError


def excluded(staff: Mapping[str, Member], named: Named) -> frozenset[str]:
    """Whoever is named, every superior of theirs, and the deputies of all of these."""
    raise NotImplementedError

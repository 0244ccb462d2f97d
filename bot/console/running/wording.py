"""What administrators read about a change: names of kinds and fields, values in words, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.console import page
from bot.console.visit import Visit
from bot.texts import _
from store.chosen import CHOICES
from store.db import Tx
from store.law.standing import DEPARTMENTS
from store.running import roster
from store.running.changing import undoable
from store.running.journal import Change
from store.words import Json, words_of

ROLES = {
    "field_staff": _("Field staff"),
    "department_head": _("Department head"),
    "supervision_officer": _("Supervision officer"),
    "leader": _("Leader"),
    "administrator": _("Administrator"),
    "custodian": _("Custodian of identities"),
}
FIELD_ROLES = {
    "customer_manager": _("Customer manager"),
    "market_inspector": _("Market inspector"),
    "delivery_worker": _("Delivery worker"),
}
UNIT_KINDS = {
    "province": _("Provincial bureau"),
    "city": _("City bureau"),
    "county": _("County bureau"),
    "department": _("Department"),
}
DAYS = {"working": _("Worked"), "off": _("Off")}
DOORS = {
    "wecom": _("WeCom"),
    "telegram": _("Telegram"),
    "wechat": _("WeChat Official Account"),
    "hook": _("Other programs"),
}
KINDS = {
    "person": _("Person"),
    "unit": _("Unit"),
    "absence": _("Absence"),
    "setting": _("Setting"),
    "calendar": _("Calendar"),
    "form": _("Questionnaire"),
    "template": _("Wording of a push"),
    "letter": _("Letter"),
    "import": _("Imported file"),
}
FIELDS = {
    "name": _("Name"),
    "unit_code": _("Unit"),
    "role": _("Office role"),
    "field_role": _("Field role"),
    "language": _("Language"),
    "active": _("On the roster"),
    "contacts": _("Reached at"),
    "parent_code": _("Unit above"),
    "name_zh": _("Chinese name"),
    "name_en": _("English name"),
    "kind": _("Kind"),
    "department": _("Department"),
    "closed": _("Closed"),
    "to_day": _("Last day"),
    "substitute": _("Stands in"),
    "hash": _("Version"),
    "source": _("Text"),
    "state": _("State"),
    "added": _("Added"),
    "changed": _("Changed"),
    "unchanged": _("Unchanged"),
}
_NAMED = {"role": ROLES, "field_role": FIELD_ROLES, "language": {"zh": "中文", "en": "English"}}
_SHORT = 160
"""Characters of a value in a list of differences."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a change altered, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it is shown. `reversible`: a button takes it back."""

    id: int
    at: datetime
    kind: str
    subject: str
    by: str
    why: str
    differences: tuple[Difference, ...]
    reversible: bool
    undone: bool
    undoes: int | None


async def told(visit: Visit, tx: Tx, changes: list[Change]) -> list[Told]:
    """Changes in the visitor's words."""
    people = {one.by for one in changes} | {one.subject.partition(":")[0] for one in changes if one.kind in _PEOPLE}
    names = await roster.names(tx, sorted(people))
    return [
        Told(
            id=one.id,
            at=one.at,
            kind=visit.t(KINDS[one.kind]),
            subject=subject(visit, one, names),
            by=names.get(one.by, one.by),
            why=one.why,
            differences=tuple(differences(visit, one.kind, one.before, one.after, one.subject)),
            reversible=undoable(one),
            undone=one.undone_by is not None,
            undoes=one.undoes,
        )
        for one in changes
    ]


_PEOPLE = ("person", "absence")


def subject(visit: Visit, change: Change, names: Mapping[str, str]) -> str:
    """What a change is about."""
    if change.kind in _PEOPLE:
        person, _colon, day = change.subject.partition(":")
        return " · ".join(part for part in (names.get(person, person), person, day) if part)
    return change.subject


def differences(visit: Visit, kind: str, before: Json, after: Json, about: str = "") -> list[Difference]:
    """What differs between two states of a subject (`about`), in words."""
    old, new = _rows(before), _rows(after)
    wanted = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [
        Difference(
            label(visit, kind, name),
            value(visit, kind, name, old.get(name), about),
            value(visit, kind, name, new.get(name), about),
        )
        for name in wanted
        if (name not in old or name not in new or old[name] != new[name]) and not (_blank(old, name, new))
    ]


def _rows(state: Json) -> Mapping[str, Json]:
    return state if isinstance(state, Mapping) else {}


def _blank(old: Mapping[str, Json], name: str, new: Mapping[str, Json]) -> bool:
    """Nothing before and nothing after is not worth a line."""
    return old.get(name) in (None, "", {}, False) and new.get(name) in (None, "", {}, False)


def label(visit: Visit, kind: str, name: str) -> str:
    """The name of a field; of a dated row its day."""
    if kind == "setting":
        return visit.t(_("from {when} on"), when=page.moment(datetime.fromisoformat(name), visit.language))
    return visit.t(FIELDS[name]) if name in FIELDS else name


def value(visit: Visit, kind: str, name: str, given: Any, about: str = "") -> str:
    """A value in words; "—" for none."""
    if given in (None, "", {}):
        return "—"
    if kind == "setting":
        return CHOICES[about].form.write(given) if about in CHOICES else str(given)
    if isinstance(given, bool):
        return visit.t(_("yes")) if given else visit.t(_("no"))
    if name == "department":
        return words_of(DEPARTMENTS[given], visit.language)
    if name == "kind":
        return visit.t(_named({**UNIT_KINDS, **DAYS}, given))
    if name == "contacts":
        return "，".join(f"{visit.t(DOORS.get(door, door))} {address}" for door, address in sorted(given.items()))
    if isinstance(given, list):  # a day of an imported year
        return " ".join([visit.t(_named(DAYS, given[0])), *given[1:]])
    text = visit.t(_NAMED[name][given]) if given in _NAMED.get(name, {}) else str(given)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _named(words: Mapping[str, str], given: Any) -> str:
    """The name of a value; what has none names itself."""
    return words.get(str(given)) or str(given)


def door(visit: Visit, name: str) -> str:
    """The name of a door; one that has none here names itself."""
    return visit.t(DOORS.get(name, name))


def options(visit: Visit, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a drop-down offers."""
    return [(key, visit.t(name)) for key, name in words.items()]


def departments(visit: Visit) -> list[tuple[str, str]]:
    """The departments that a unit can be of."""
    return [(key, words_of(names, visit.language)) for key, names in DEPARTMENTS.items()]

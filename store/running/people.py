"""People as administrators change them: who they are, where they sit, what they may do, where they are reached.

Somebody who was ever on the roster stays in the books; who leaves is no longer active, and what they hold goes on to
others in the same transaction (store/staff/leaving.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from store import tables
from store.chosen_forms import Unfit
from store.db import Tx
from store.master.imports import fields
from store.master.imports.report import Wrong
from store.master.pinyin import person_initials
from store.running.book import Plain, Wish
from store.staff.leaving import hand_over
from store.staff.sessions import end_all
from store.texts import _
from store.words import FieldRole, Json, Refused, Role

ROLES = tuple(role.value for role in Role if role is not Role.CLOCK)
FIELD_ROLES = tuple(role.value for role in FieldRole)
LANGUAGES = ("zh", "en")
DOORS = ("wecom", "telegram")
"""Doors at which members of staff are reached."""
_COLUMNS = ("name", "unit_code", "role", "field_role", "language", "active")
_person, _contact = tables.person.c, tables.contact.c
_STATES: Select[Any] = select(
    tables.person,
    select(func.jsonb_object_agg(_contact.door, _contact.address))
    .where(_contact.person_id == _person.id, _contact.off_at.is_(None), _contact.door.in_(DOORS))
    .scalar_subquery()
    .label("contacts"),
)


class People(Plain):
    """State: name, unit_code, role, field_role, language, active, and `contacts` as address by door."""

    async def state(self, tx: Tx, subject: str) -> Json:
        row = (await tx.execute(_STATES.where(_person.id == subject))).one_or_none()
        return _state(row) if row else None

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        if after is None:  # nobody who was here is forgotten
            after = {**before, "active": False}
        await _check(wish.tx, subject, before, after)
        own = {name: after[name] for name in _COLUMNS if name != "active"}
        own["initials"] = person_initials(after["name"])
        if before is None:
            await wish.tx.execute(insert(tables.person).values(id=subject, id_lower=subject.lower(), **own))
        else:
            await wish.tx.execute(update(tables.person).where(_person.id == subject).values(own))
        await _reach(wish.tx, subject, before["contacts"] if before else {}, after["contacts"])
        await _come_or_go(wish, subject, before is None or before["active"], after["active"])
        await somebody_keeps_the_keys(wish.tx)


async def states(tx: Tx) -> dict[str, Json]:
    """Everybody's state, for an import."""
    return {row.id: _state(row) for row in await tx.execute(_STATES)}


def _state(row: Row[Any]) -> Json:
    return {**{name: getattr(row, name) for name in _COLUMNS}, "contacts": row.contacts or {}}


async def _check(tx: Tx, subject: str, before: Json, after: Mapping[str, Json]) -> None:
    """Whether such a person can be."""
    if before is None:
        await _new(tx, subject)
    name = str(after["name"])
    if not name or len(name) > 64:
        raise Unfit(_("Give a name of at most 64 characters."))
    if after["role"] not in ROLES or after["field_role"] not in (None, *FIELD_ROLES):
        raise Unfit(_("Choose a role from the list."))
    if after["language"] not in LANGUAGES:
        raise Unfit(_("Choose Chinese or English."))
    unit = tables.unit.c
    open_ = select(unit.code).where(unit.code == after["unit_code"], unit.closed_at.is_(None))
    stays = before is not None and before["unit_code"] == after["unit_code"]
    if not stays and (await tx.execute(open_)).first() is None:
        raise Unfit(_("There is no open unit “{code}”."), code=after["unit_code"])
    for door, address in after["contacts"].items():
        await _address(tx, subject, door, address)


async def _new(tx: Tx, subject: str) -> None:
    try:
        fields.userid(subject)
    except Wrong as wrong:
        raise Unfit(wrong.sentence, **wrong.facts) from None
    if (await tx.execute(select(_person.id).where(_person.id_lower == subject.lower()))).first():
        raise Unfit(_("Somebody has the userid {userid} already."), userid=subject)


async def _address(tx: Tx, subject: str, door: str, address: str) -> None:
    read = fields.maybe_telegram if door == "telegram" else fields.maybe_userid
    try:
        read(address)
    except Wrong as wrong:
        raise Unfit(wrong.sentence, **wrong.facts) from None
    taken = select(_contact.person_id).where(_contact.door == door, _contact.address == address.lower())
    owner = (await tx.execute(taken)).scalar_one_or_none()
    if owner not in (None, subject):
        raise Unfit(_("The address {address} belongs to {person} already."), address=address, person=owner)


async def _reach(tx: Tx, subject: str, before: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """One address for each door that changes; an address that was out of use is in use again."""
    for door in DOORS:
        address = wanted.get(door, "").lower()
        if address == before.get(door, ""):
            continue
        mine = (_contact.person_id == subject, _contact.door == door)
        others = delete(tables.contact).where(*mine, _contact.address != address, _contact.off_at.is_(None))
        await tx.execute(others)
        if address:
            there = update(tables.contact).where(*mine, _contact.address == address)
            found = (await tx.execute(there.values(off_at=None, off_reason=None))).rowcount
            if not found:
                await tx.execute(insert(tables.contact).values(door=door, address=address, person_id=subject))


async def _come_or_go(wish: Wish, subject: str, was: bool, is_: bool) -> None:
    """Who leaves hands over; who comes back holds nothing but what comes from now on."""
    if was and not is_:
        heir = wish.given.get("heir") or None
        try:
            wish.moved += await hand_over(wish.tx, subject, wish.at, heir)
        except Refused as refusal:
            unknown = _("Nobody active on the roster can take this over as {userid}.")
            raise Unfit(unknown, userid=refusal.facts["userid"]) from None
        await end_all(wish.tx, subject)
    elif is_ and not was:
        await wish.tx.execute(update(tables.person).where(_person.id == subject).values(active=True))


async def somebody_keeps_the_keys(tx: Tx) -> None:
    """An administrator who is active and can be reached must remain, or nobody could ever come in again."""
    reached = select(_contact.person_id).where(_contact.off_at.is_(None), _contact.door.in_(DOORS))
    left = select(_person.id).where(_person.active, _person.role == Role.ADMINISTRATOR, _person.id.in_(reached))
    if (await tx.execute(left.limit(1))).first() is None:
        raise Unfit(_("Then no administrator would be left who could sign in. Make somebody else one first."))

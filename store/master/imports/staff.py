"""Import of staff: who they are, where they sit, what they may do, and where they are reached."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.master.imports.fields import Column, code, maybe_telegram, one_of, one_of_or_none, userid, words
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.master.pinyin import person_initials
from store.texts import _
from store.words import FieldRole, Role

_ROLES = [role.value for role in Role if role is not Role.CLOCK]


class Staff(Kind):
    """Userids compare without case; somebody the books know keeps the spelling they have there. Whoever is in the
    file is staff (again); whoever is missing from it stays."""

    key, table, stored_key = "userid", tables.person, "id"
    columns = (
        Column("userid", userid),
        Column("name", words(64)),
        Column("unit_code", code),
        Column("role", one_of(*_ROLES)),
        Column("field_role", one_of_or_none(*FieldRole), needed=False),
        Column("telegram_id", maybe_telegram, needed=False),
    )

    def __init__(self) -> None:
        self.units: set[str] = set()
        self.ids: dict[str, str] = {}
        self.telegram: dict[str, str] = {}  # Telegram id -> person
        self.linked: dict[str, str] = {}  # person -> Telegram id, as the file says
        self.met: list[str] = []

    def same(self, key: str) -> str:
        return key.lower()

    async def prepare(self, tx: Tx) -> None:
        self.units = set((await tx.execute(select(tables.unit.c.code))).scalars())
        people = await tx.execute(select(tables.person.c.id_lower, tables.person.c.id))
        self.ids = {row.id_lower: row.id for row in people}
        contact = tables.contact.c
        linked = await tx.execute(select(contact.address, contact.person_id).where(contact.door == "telegram"))
        self.telegram = {row.address: row.person_id for row in linked}

    def stored(self, present: frozenset[str]) -> list[str]:
        own = [name for name in ("name", "unit_code", "role", "field_role") if name in present]
        return ["id", "id_lower", "initials", "active", *own]

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        for row in rows:
            given = row.values
            person = self.ids.get(given["userid"].lower(), given["userid"])
            self._check(row, person)
            if row.fine:
                self.met.append(person)
                name = given["name"]
                own = {"id": person, "id_lower": person.lower(), "initials": person_initials(name), "active": True}
                yield {**given, **own}

    def _check(self, row: Row, person: str) -> None:
        given = row.values
        if given["unit_code"] not in self.units:
            row.wrong("unit_code", _("There is no unit “{code}”. Import the units first."), code=given["unit_code"])
        if given["role"] == Role.FIELD_STAFF and "field_role" in given and not given["field_role"]:
            row.note("field_role", _("Field staff usually have one of the three field roles."))
        telegram = given.get("telegram_id")
        if telegram:
            owner = self.telegram.setdefault(telegram, person)
            if owner != person:
                row.wrong("telegram_id", _("This Telegram id already belongs to {person}."), person=owner)
            self.linked[person] = telegram

    async def finish(self, tx: Tx, changed: int) -> None:
        """Everybody is reached in WeCom under their userid; a Telegram id in the file replaces an older one."""
        contact = tables.contact
        rows = [{"door": "wecom", "address": person.lower(), "person_id": person} for person in self.met]
        rows += [{"door": "telegram", "address": own, "person_id": person} for person, own in self.linked.items()]
        if not rows:
            return
        for person, own in self.linked.items():
            older = contact.c.person_id == person, contact.c.door == "telegram", contact.c.address != own
            await tx.execute(delete(contact).where(*older))
        await tx.execute(insert(contact).on_conflict_do_nothing(), rows)

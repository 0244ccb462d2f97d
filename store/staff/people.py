"""People: who speaks at an address, and finding colleagues and units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import any_, func, literal, or_, select, update

from store import tables
from store.db import Tx
from store.moving.entries import TABLES
from store.moving.hearing import hearers as hearers
from store.staff.contacts import addresses as addresses
from store.staff.offices import PEOPLE, person_known, person_of
from store.words import Address, Found, Item, Level, Lookup, Person, Role, ledger_of, words_of

PAGE = 8


async def who_is(tx: Tx, address: Address) -> Person | None:
    """The active member of staff behind an address, speaking from it; None for anybody else."""
    contact = tables.contact
    owner = select(contact.c.person_id).where(contact.c.door == address.door, contact.c.address == address.id.lower())
    row = (await tx.execute(PEOPLE.where(tables.person.c.id == owner.scalar_subquery()))).one_or_none()
    return person_of(row, address) if row else None


person_by_id = person_known


async def names_of(tx: Tx, userids: Iterable[str]) -> dict[str, str]:
    """What each of these people is called; whoever is unknown is left out."""
    person = tables.person.c
    rows = await tx.execute(select(person.id, person.name).where(person.id.in_(set(userids))))
    return dict(rows.tuples().all())


async def set_language(tx: Tx, userid: str, language: str) -> None:
    """What they read from now on, also in letters: `zh` or `en`."""
    person = tables.person
    await tx.execute(update(person).where(person.c.id == userid).values(language=language))


# --- finding people and units ---------------------------------------------------------------------------


async def look_colleague(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Staff by a part of their name, their pinyin initials or userid, colleagues of one's own bureau first; with
    `department` (one or several) or `unit` their members in the bureau at hand, also without words; whom the city
    names by words may be of any bureau."""
    query, person = lookup.query, tables.person.c
    words = str(query.get("words") or "").strip()
    like = f"%{escape(words)}%"
    fits = or_(person.name.ilike(like), person.id_lower.like(like.lower()), person.initials.like(f"{like.lower()[1:]}"))
    bureau = await _bureau_at_hand(tx, str(query.get("number") or ""), who)
    near = tables.unit.c.path.like(f"%{escape(bureau)}%")
    found = PEOPLE.where(fits)
    if query.get("department"):
        wanted = query["department"]
        found = found.where(tables.unit.c.department.in_([wanted] if isinstance(wanted, str) else wanted))
        if not words or who.level is not Level.CITY:  # the city may name somebody of any county
            found = found.where(near)
    if query.get("unit"):
        found = found.where(literal(query["unit"]) == any_(func.string_to_array(tables.unit.c.path, "/")))
    # Whoever does the work before whoever heads them.
    works = person.role == Role.FIELD_STAFF
    found = found.order_by(None).order_by(near.desc(), works.desc(), func.length(person.name), person.id)
    start = max(0, int(query.get("page") or 0)) * PAGE
    rows = (await tx.execute(found.add_columns(func.count().over().label("total")).limit(PAGE).offset(start))).all()
    items = (Item(row.id, row.name, words_of({"zh": row.unit_zh, "en": row.unit_en}, lookup.language)) for row in rows)
    return Found(lookup, tuple(items), _total(rows))


async def _bureau_at_hand(tx: Tx, number: str, who: Person) -> str:
    """The bureau that the entry belongs to; without one the asker's own."""
    table = TABLES[ledger_of(number)]
    bureau: str | None = (await tx.execute(select(table.c.bureau).where(table.c.number == number))).scalar_one_or_none()
    return bureau or who.bureau


async def look_unit(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Units by a part of their name or code, those of one's own bureau first."""
    unit, words = tables.unit, str(lookup.query.get("words") or "").strip()
    like = f"%{escape(words)}%"
    own = literal(who.bureau) == any_(func.string_to_array(unit.c.path, "/"))
    query = (
        select(unit, func.count().over().label("total"))
        .where(or_(unit.c.name_zh.ilike(like), unit.c.name_en.ilike(like), unit.c.code.ilike(like)))
        .where(unit.c.closed_at.is_(None))
        .order_by(own.desc(), unit.c.path)
        .limit(PAGE)
    )
    rows = (await tx.execute(query)).all()
    items = (Item(row.code, words_of({"zh": row.name_zh, "en": row.name_en}, lookup.language)) for row in rows)
    return Found(lookup, tuple(items), _total(rows))


def escape(words: str) -> str:
    """Words as they are inside a LIKE pattern."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _total(rows: Sequence[object]) -> int:
    return getattr(rows[0], "total", 0) if rows else 0

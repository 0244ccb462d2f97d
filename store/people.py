"""People: who speaks at an address, who hears of a move, and finding colleagues and units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import any_, func, literal, or_, select, update

from store import tables
from store.db import Tx
from store.entries import accused_of
from store.offices import PEOPLE, acting, city_of, ladder, members, person_of, supervision
from store.rules import LAWS
from store.words import Address, Found, Hearer, Holder, Item, Lookup, Moved, Person, words_of

PAGE = 8


async def who_is(tx: Tx, address: Address) -> Person | None:
    """The active member of staff behind an address, speaking from it; None for anybody else."""
    contact = tables.contact
    owner = select(contact.c.person_id).where(contact.c.door == address.door, contact.c.address == address.id.lower())
    row = (await tx.execute(PEOPLE.where(tables.person.c.id == owner.scalar_subquery()))).one_or_none()
    return person_of(row, address) if row else None


async def person_by_id(tx: Tx, userid: str) -> Person | None:
    """The active member of staff with that userid, in any case."""
    row = (await tx.execute(PEOPLE.where(tables.person.c.id_lower == userid.lower()))).one_or_none()
    return person_of(row) if row else None


# --- who hears ------------------------------------------------------------------------------------------


async def hearers(tx: Tx, moved: Moved) -> list[Hearer]:
    """Who must hear of this move: its holders, its reporter, and the other level of supervision that keeps sight.

    Nobody hears of what they did themselves unless it made them a holder. The accused and their line never hear,
    but a reporter always does. When no holder can be reached on any door, the offices above hear as watchers.
    """
    fields, entry = moved.entry.fields, moved.entry
    accused = await accused_of(tx, entry.number)
    parts: dict[str, tuple[Person, str]] = {}
    rungs = await _rungs(tx, moved)
    if entry.holder:
        seats = await acting(tx, rungs, accused)
        became = moved.before != entry.state
        _add(parts, (p for p in seats.people if became or p.id != moved.by.id), "holder")
        rungs = rungs[rungs.index(seats.holder) + 1 :]
    if fields["reporter"] and fields["reporter"] != moved.by.id and entry.state != "archived":
        _add(parts, await members(tx, Holder(person=fields["reporter"]), []), "reporter")
    for office in await _watching(tx, moved, told=bool(parts)):
        _add(parts, (p for p in await members(tx, office, accused) if p.id != moved.by.id), "watcher")
    contacts = await _contacts(tx, parts)
    for office in rungs if entry.holder else ():
        if any(contacts[person.id] for person, part in parts.values() if part != "reporter"):
            break
        _add(parts, (p for p in await members(tx, office, accused) if p.id != moved.by.id), "watcher")
        contacts = await _contacts(tx, parts)
    return [Hearer(person, part, contacts[person.id]) for person, part in parts.values()]


async def _rungs(tx: Tx, moved: Moved) -> tuple[Holder, ...]:
    fields = moved.entry.fields
    city = await city_of(tx, fields["bureau"])
    return ladder(moved.entry.holder or supervision(city), fields["unit_code"], fields["bureau"], city)


async def _watching(tx: Tx, moved: Moved, *, told: bool) -> list[Holder]:
    """The supervision offices that keep sight of what left them (features.md §10.7), or that hear when nobody else
    would. An internal clue does not go back to the county by this way."""
    fields, state = moved.entry.fields, moved.entry.state
    if state == "archived":
        return []
    county, city = supervision(fields["bureau"]), supervision(await city_of(tx, fields["bureau"]))
    if moved.verb == "send_back":
        return [city]
    if fields["internal"]:
        return [] if told else [city]
    handed_up = moved.verb == "escalate" or moved.before == "city_review"
    closed = not LAWS[moved.entry.ledger].states[state].open
    return [county] if handed_up or (closed and not told) else []


def _add(parts: dict[str, tuple[Person, str]], people: Iterable[Person], part: str) -> None:
    for person in people:
        parts.setdefault(person.id, (person, part))


async def addresses(tx: Tx, userid: str) -> tuple[Address, ...]:
    """Every working address of one person."""
    return (await _contacts(tx, [userid]))[userid]


async def set_language(tx: Tx, userid: str, language: str) -> None:
    """What they read from now on, also in letters: `zh` or `en`."""
    person = tables.person
    await tx.execute(update(person).where(person.c.id == userid).values(language=language))


async def _contacts(tx: Tx, people: Iterable[str]) -> dict[str, tuple[Address, ...]]:
    """Every working address of each of these people."""
    contact = tables.contact
    query = select(contact).where(contact.c.person_id.in_(list(people)), contact.c.off_at.is_(None))
    found: dict[str, tuple[Address, ...]] = defaultdict(tuple)
    for row in await tx.execute(query.order_by(contact.c.door.desc(), contact.c.address)):
        found[row.person_id] += (Address(row.door, row.address),)
    return found


# --- finding people and units ---------------------------------------------------------------------------


async def look_colleague(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Staff by a part of their name, their pinyin initials or userid; colleagues of one's own bureau come first."""
    person, words = tables.person.c, str(lookup.query.get("words") or "").strip()
    like = f"%{escape(words)}%"
    fits = or_(person.name.ilike(like), person.id_lower.like(like.lower()), person.initials.like(f"{like.lower()[1:]}"))
    near = tables.unit.c.path.like(f"%{escape(who.bureau)}%")
    query = PEOPLE.where(fits).order_by(None).order_by(near.desc(), func.length(person.name), person.id)
    rows = (await tx.execute(query.add_columns(func.count().over().label("total")).limit(PAGE))).all()
    items = (Item(row.id, row.name, words_of({"zh": row.unit_zh, "en": row.unit_en}, lookup.language)) for row in rows)
    return Found(lookup, tuple(items), _total(rows))


async def look_unit(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Units by a part of their name or code, those of one's own bureau first."""
    unit, words = tables.unit, str(lookup.query.get("words") or "").strip()
    like = f"%{escape(words)}%"
    own = literal(who.bureau) == any_(func.string_to_array(unit.c.path, "/"))
    query = (
        select(unit, func.count().over().label("total"))
        .where(or_(unit.c.name_zh.ilike(like), unit.c.name_en.ilike(like), unit.c.code.ilike(like)))
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

"""One entry as a person reads it on a phone: everything about it, the last of its history, and what they may do now."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import ColumnElement, select

from store import tables
from store.casefiles.casefile import for_them
from store.clock.workdays import load_calendar
from store.db import Tx
from store.law.actors import actor_of
from store.law.rules import LAWS, offered
from store.law.scope import sees
from store.law.standing import Actor, Standing
from store.moving.entries import TABLES, accused_of, load_entry
from store.moving.proof import remarks
from store.moving.suggesting import in_review
from store.profile import cartons
from store.reading.history import history
from store.reading.phrases import headline
from store.reading.problem_text import problem_data, problem_text
from store.reading.telling import what, when, where, with_whom
from store.texts import _, row, said
from store.words import Entry, Found, Item, Json, Ledger, Lookup, Person, words_of

_FULL = re.compile(r"(XS|WT)-?(\d{4})-?(\d{1,9})", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,6}")
_JUDGES = {Standing.SUPERVISION, Standing.VERIFIER, Standing.RECHECKER}


async def look_entry(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """The entry with that number; nothing when there is none or `who` may not see it."""
    number = await _meant(tx, str(lookup.query.get("number") or "").strip(), who)
    entry = await load_entry(tx, number) if number else None
    if entry is None:
        return Found(lookup, ())
    language, accused = lookup.language, await accused_of(tx, entry.number)
    actor = await actor_of(tx, who, entry, accused, at)
    odd = await remarks(tx, entry, language) if entry.ledger is Ledger.PROBLEM and actor.standings & _JUDGES else []
    verbs, names = offered(entry.ledger, entry.state, actor), LAWS[entry.ledger].verbs
    data = {
        "ledger": entry.ledger.value,
        "state": entry.state,
        "indicator": entry.fields["indicator"],
        "merchant": entry.fields["merchant"],
        "internal": entry.fields["internal"],
        "verbs": [{"verb": verb, "label": words_of(names[verb], language)} for verb in verbs],
        "remarks": odd,
        "file": await for_them(tx, who, entry.number),
    }
    data |= await _more(tx, entry, who, actor, language, at)
    text = await _text(tx, entry, accused, odd, language, at)
    return Found(lookup, (Item(entry.number, headline(entry, language), text, data),), 1)


async def _more(tx: Tx, entry: Entry, who: Person, actor: Actor, language: str, at: datetime) -> dict[str, Json]:
    """What forms and cards need to know of a problem, or of a clue that supervision looks at."""
    if entry.ledger is Ledger.PROBLEM:
        return await problem_data(tx, entry, who, at)
    if entry.fields.get("problem"):
        return {"problem": entry.fields["problem"]}
    review = entry.state in ("county_review", "city_review") and Standing.SUPERVISION in actor.standings
    return await in_review(tx, entry, who, language, at) if review else {}


async def _meant(tx: Tx, typed: str, who: Person) -> str | None:
    """The entry in sight meant by "XS-2026-000017", "wt2026-17" or just "17" (then the newest clue, else problem)."""
    full, digits = _FULL.fullmatch(typed), _DIGITS.fullmatch(typed)
    for ledger in Ledger:
        column = TABLES[ledger].c.number
        wanted: ColumnElement[bool]
        if full and full[1].upper() == ledger.prefix:
            wanted = column == f"{ledger.prefix}-{full[2]}-{int(full[3]):06d}"
        elif digits:
            wanted = column.like(f"{ledger.prefix}-____-{int(typed):06d}")
        else:
            continue
        query = select(column).where(wanted, sees(who, ledger)).order_by(column.desc()).limit(1)
        number: str | None = (await tx.execute(query)).scalar_one_or_none()
        if number:
            return number
    return None


async def _text(tx: Tx, entry: Entry, accused: list[str], odd: list[str], language: str, now: datetime) -> str:
    calendar = await load_calendar(tx, now)
    parts = [*with_whom(entry, language, now, calendar), *what(entry, language)]
    if entry.ledger is Ledger.PROBLEM:
        parts += [*problem_text(entry, language, now, calendar), *odd]
    else:
        parts += [where(entry, language), *when(entry, language, now)]
    if accused:
        names = select(tables.person.c.name).where(tables.person.c.id.in_(accused)).order_by(tables.person.c.id)
        listed = row((await tx.execute(names)).scalars(), language)
        parts.append(said(_("Concerns: {names}"), language, {"names": listed}))
    parts += await cartons.told(tx, entry, language)
    past = await history(tx, entry, language, now)
    return "\n".join([headline(entry, language), *(part for part in parts if part), "", *past])

"""One entry as a person reads it on a phone: everything about it, the last of its history, and what they may do now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from store import tables
from store.actors import actor_of
from store.db import Tx
from store.entries import SELECT_CLUES, accused_of, entry_of
from store.given import moment
from store.phrases import FIELD_ROLES, clock_words, due_words, headline, holder_words, shop_name
from store.rules import LAWS, offered
from store.scope import sees
from store.texts import _, said
from store.words import Entry, Found, Item, Lookup, Person, words_of
from store.workdays import Calendar, load_calendar

HISTORY = 6
"""How many of the last lines are shown."""

_clue = tables.clue.c
_FULL = re.compile(r"XS-?(\d{4})-?(\d{1,6})", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,6}")


async def look_entry(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """The entry with that number; nothing when there is none or `who` may not see it."""
    wanted = _numbered(str(lookup.query.get("number") or "").strip())
    if wanted is None:
        return Found(lookup, ())
    query = SELECT_CLUES.where(wanted, sees(who)).order_by(_clue.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return Found(lookup, ())
    entry, language = entry_of(row), lookup.language
    accused = await accused_of(tx, entry.number)
    verbs = offered(entry.ledger, entry.state, await actor_of(tx, who, entry, accused, at))
    names = LAWS[entry.ledger].verbs
    data = {
        "ledger": entry.ledger.value,
        "state": entry.state,
        "indicator": entry.fields["indicator"],
        "merchant": entry.fields["merchant"],
        "internal": entry.fields["internal"],
        "verbs": [{"verb": verb, "label": words_of(names[verb], language)} for verb in verbs],
    }
    text = await _text(tx, entry, accused, language, at)
    return Found(lookup, (Item(entry.number, headline(entry, language), text, data),), 1)


def _numbered(typed: str) -> ColumnElement[bool] | None:
    """The clue meant by "XS-2026-000017", "xs2026-17" or just "17" (then the newest year's)."""
    if full := _FULL.fullmatch(typed):
        return _clue.number == f"XS-{full[1]}-{int(full[2]):06d}"
    if _DIGITS.fullmatch(typed):
        return _clue.number.like(f"XS-____-{int(typed):06d}")
    return None


async def _text(tx: Tx, entry: Entry, accused: list[str], language: str, now: datetime) -> str:
    calendar = await load_calendar(tx, now)
    parts = [*_who(entry, language, now, calendar), *_what(entry, language), *_when(entry, language, now)]
    if accused:
        names = select(tables.person.c.name).where(tables.person.c.id.in_(accused)).order_by(tables.person.c.id)
        listed = "、".join((await tx.execute(names)).scalars())
        parts.append(said(_("Concerns: {names}"), language, {"names": listed}))
    history = await _history(tx, entry, language, now)
    return "\n".join([headline(entry, language), *(part for part in parts if part), "", *history])


def _who(entry: Entry, language: str, now: datetime, calendar: Calendar) -> Iterable[str]:
    if entry.holder:
        yield said(_("With: {holder}"), language, {"holder": holder_words(entry, language)})
        due = due_words(entry, language, now, calendar)
        yield due[:1].upper() + due[1:]


def _what(entry: Entry, language: str) -> Iterable[str]:
    fields = entry.fields
    shop = shop_name(fields, language)
    if fields["merchant"]:
        facts = {"shop": shop, "licence": fields["merchant"], "address": fields["merchant_address"]}
        yield said(_("Shop: {shop}, licence {licence}, {address}"), language, facts)
    else:
        yield said(_("Shop: {shop}"), language, {"shop": shop})
    if fields["indicator"]:
        name = words_of({"zh": fields["indicator_zh"], "en": fields["indicator_en"]}, language)
        facts = {"code": fields["indicator"], "name": name, "severity": fields["severity"]}
        yield said(_("What: {code} {name}, severity {severity}"), language, facts)
    else:
        yield said(_("What: not classified yet"), language)
    if fields["text"]:
        yield said(_("Seen: {text}"), language, {"text": fields["text"]})
    if fields["photos"]:
        yield said(_("Photos: {count}"), language, {"count": fields["photos"]})
    yield _place(entry, language)


def _place(entry: Entry, language: str) -> str:
    """Where, how exactly, and how far from the licensed address."""
    fields = entry.fields
    parts = [fields["place_label"] or ""]
    if fields["lat"] is not None:
        parts.append(f"{fields['lat']:.5f}, {fields['lon']:.5f}")
    if fields["accuracy"]:
        parts.append(said(_("within {m} m"), language, {"m": round(fields["accuracy"])}))
    if fields["distance_m"] is not None:
        parts.append(said(_("{m} m from the licensed address"), language, {"m": round(fields["distance_m"])}))
    words = (" · ").join(part for part in parts if part)
    return words and said(_("Place: {place}"), language, {"place": words})


def _when(entry: Entry, language: str, now: datetime) -> Iterable[str]:
    fields = entry.fields
    if fields["reporter_name"]:
        unit = words_of({"zh": fields["unit_zh"], "en": fields["unit_en"]}, language)
        role = FIELD_ROLES.get(fields["reporter_field_role"] or "")
        where = " · ".join([unit, *([said(role, language)] if role else [])])
        yield said(_("Reporter: {name} ({where})"), language, {"name": fields["reporter_name"], "where": where})
    if fields["observed_at"]:
        yield said(_("Seen at: {when}"), language, {"when": clock_words(moment(fields["observed_at"]), language, now)})
    reported = said(
        _("Reported at: {when}"), language, {"when": clock_words(moment(fields["reported_at"]), language, now)}
    )
    yield reported + (said(_(" (late)"), language) if fields["late"] else "")


async def _history(tx: Tx, entry: Entry, language: str, now: datetime) -> list[str]:
    """The last lines, oldest of them first."""
    line, person = tables.line, tables.person
    query = (
        select(line, person.c.name)
        .outerjoin(person, person.c.id == line.c.by)
        .where(line.c.ledger == entry.ledger, line.c.number == entry.number)
        .order_by(line.c.seq.desc())
        .limit(HISTORY)
    )
    rows = list(reversed((await tx.execute(query)).all()))
    if rows and rows[0].seq > 1:
        return [
            said(_("History ({count} earlier):"), language, {"count": rows[0].seq - 1}),
            *_lines(rows, language, now),
        ]
    return [said(_("History:"), language), *_lines(rows, language, now)]


def _lines(rows: Iterable[Row[Any]], language: str, now: datetime) -> Iterable[str]:
    for row in rows:
        law = LAWS[row.ledger]
        verb = words_of(law.verbs[row.verb], language)
        name = row.name or said(_("the clock"), language)
        said_with = [row.fields.get("authority", ""), "" if row.verb == "report" else row.text]
        text = " · ".join(part for part in said_with if part)
        photos = len(row.fields.get("photos", ())) if row.verb != "report" else 0
        extra = said(_(" [photos: {count}]"), language, {"count": photos}) if photos else ""
        colon = said(_(": "), language) if text else ""
        yield f"· {clock_words(row.at, language, now)} {name} {verb}{colon}{text}{extra}"

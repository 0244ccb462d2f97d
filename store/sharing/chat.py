"""Documents and announcements as the chat asks for them (conversations/papers.py)."""

from __future__ import annotations

from datetime import datetime

from store.db import Tx
from store.reading.phrases import clock_words
from store.sharing import announcements, documents, wording
from store.sharing.documents import KINDS, Document
from store.staff.people import PAGE
from store.texts import _, said
from store.words import Found, Item, Json, Lookup, Person

PATH = "/console/sharing"
_SNIPPET = 400
_ANNOUNCED = 1_200


async def look_documents(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Documents with these words, or the newest."""
    words = str(lookup.query.get("words") or "")
    found, total = await documents.search(tx, who, words, "", _start(lookup), PAGE)
    return Found(lookup, tuple(Item(str(one.id), one.title, _about(one, lookup, at)) for one in found), total)


async def look_document(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What stands in a document where the words are."""
    one = await documents.one(tx, who, _number(lookup.query.get("number")))
    if one is None or one.withdrawn:
        return Found(lookup, ())
    text = (await documents.versions(tx, one.id))[0].text
    pieces = wording.snippet(text, str(lookup.query.get("words") or ""), _SNIPPET)
    shown = "".join(piece for piece, _hit in pieces)
    data = {"about": _about(one, lookup, at), "path": f"{PATH}/documents/{one.id}"}
    return Found(lookup, (Item(str(one.id), one.title, shown, data),), 1)


async def look_announcements(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What was announced to them: what they have not read first."""
    found, total = await announcements.listed(tx, who, at, _start(lookup), PAGE)
    unread = said(_("not read yet"), lookup.language)
    items = (
        Item(str(one.id), one.title, unread if one.sent and one.read_at is None and not one.over else one.maker)
        for one in found
    )
    return Found(lookup, tuple(items), total)


async def look_announcement(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """One announcement; to be shown it, or to say so, is to have read it, which is noted in this transaction."""
    one = await announcements.one(tx, who, _number(lookup.query.get("number")), at)
    if one is None or one.withdrawn:
        return Found(lookup, ())
    await announcements.mark_read(tx, one.id, who, "chat", at)
    about = f"{one.maker} · {clock_words(one.made_at, lookup.language, at)}"
    data = {"about": about, "path": f"{PATH}/announcements/{one.id}"}
    return Found(lookup, (Item(str(one.id), one.title, _cut(one.text), data),), 1)


def _about(one: Document, lookup: Lookup, at: datetime) -> str:
    return f"{said(KINDS[one.kind], lookup.language)} · {clock_words(one.changed_at, lookup.language, at)}"


def _cut(text: str) -> str:
    return text if len(text) <= _ANNOUNCED else text[:_ANNOUNCED] + "…"


def _start(lookup: Lookup) -> int:
    return max(0, int(lookup.query.get("page") or 0)) * PAGE


def _number(given: Json) -> int:
    return int(given) if str(given).isascii() and str(given).isdigit() and len(str(given)) < 10 else 0

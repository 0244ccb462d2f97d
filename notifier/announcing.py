"""Letters about what is shared beside the ledgers: announcements, their reminders, and what was said in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from notifier.outbox import obsolete
from store.db import Tx
from store.sharing.announcements import Announcement
from store.sharing.replies import Told
from store.staff.contacts import contacts
from store.words import Address, Json, Letter

ANNOUNCEMENT, THREAD = "announcement", "thread"


async def announced(
    tx: Tx, one: Announcement, people: Iterable[str], url: str, at: datetime, reminder: int = 0
) -> list[Letter]:
    """One letter for every address of these people; `reminder` counts from 1 for those who have not read it."""
    facts = {
        "id": one.id,
        "title": one.title,
        "text": one.text,
        "by": one.maker,
        "until": one.last.isoformat() if one.last else None,
        "reminder": reminder,
        "url": url,
        "seq": f"G{one.id}" + (f".{reminder}" if reminder else ""),
    }
    everybody = sorted(set(people))
    reached = await contacts(tx, everybody)
    return [
        _letter(ANNOUNCEMENT, str(one.id), reminder, who, to, facts, at) for who in everybody for to in reached[who]
    ]


async def told(tx: Tx, post: Told, url: str, at: datetime) -> list[Letter]:
    """One letter for every address of everybody whom a post concerns. Beside an internal matter or a tip it only says
    that there is something to read."""
    reached = await contacts(tx, [who for who, _why in post.people])
    facts = {"by": post.by, "url": url, "quiet": post.quiet, "seq": f"T{post.thread}.{post.seq}"}
    if not post.quiet:
        due = post.due_on.isoformat() if post.due_on else None
        facts |= {"title": post.title, "text": post.text, "about": post.number, "due": due}
    return [
        _letter(THREAD, str(post.thread), post.seq, who, to, {**facts, "why": why}, at)
        for who, why in post.people
        for to in reached[who]
    ]


async def withdrawn(tx: Tx, number: int) -> None:
    """What was not sent yet of an announcement is not sent any more."""
    await obsolete(tx, ANNOUNCEMENT, str(number), "withdrawn")


async def read(tx: Tx, number: int, who: str) -> None:
    """Whoever has read it need not be told of it."""
    await obsolete(tx, ANNOUNCEMENT, str(number), "read", only_for=[who])


def _letter(kind: str, number: str, seq: int, who: str, to: Address, facts: Mapping[str, Json], at: datetime) -> Letter:
    return Letter(
        key=f"{kind}:{number}:{seq}:{who}:{to.door}:{to.id}",
        to=to,
        person=who,
        purpose=kind,
        template=kind,
        facts=facts,
        not_before=at,
        subject=(kind, number),
    )

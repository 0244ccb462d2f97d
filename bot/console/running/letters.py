"""Letters that wait or were given up: listed with filters, sent again, parked, laid aside; each step in the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.console.lists import Column, Listing
from bot.console.running import wording
from bot.console.visit import NotThere, Visit
from bot.housework import Work
from bot.texts import _
from notifier import queue
from store.running import journal

COLUMNS = (
    Column("what", _("About"), head=True),
    Column("person", _("Recipient")),
    Column("door", _("Door")),
    Column("state", _("State")),
    Column("reason", _("Reason")),
    Column("at", _("Since when")),
)
STATES = {
    "dead": _("given up"),
    "uncertain": _("uncertain"),
    "retry": _("is tried again"),
    "held": _("waits for the hours"),
    "ready": _("about to leave"),
    "leaving": _("leaving"),
    "claimed": _("leaving"),
    "started": _("leaving"),
}
TONES = {"dead": "bad", "uncertain": "warn", "retry": "warn", "held": "plain"}
DONE = {
    "again": _("{count} letters are in the queue once more."),
    "park": _("{count} letters are parked: they stay here and do not leave."),
    "give_up": _("{count} letters are laid aside for good."),
}
_REST = _("{count} could not: they left meanwhile, or nobody is at their address any more.")


async def listed(visit: Visit) -> web.StreamResponse:
    """The dead and the uncertain, unless a filter wants others."""
    view = visit.view(COLUMNS, filters=("state", "door", "purpose", "words"))
    async with visit.read() as tx:
        rows, total = await queue.listed(tx, view.filters, view.start, view.size)
        queues = await queue.queues(tx, visit.office.shift)
        purposes = await queue.purposes(tx)
        changes, _total = await journal.listed(tx, ("letter",), 0, 8)
        told = await wording.told(visit, tx, changes)
    facts: dict[str, Any] = {
        "states": [*wording.options(visit, {one: STATES[one] for one in queue.STATES}), ("all", visit.t(_("All")))],
        "doors": wording.options(visit, wording.DOORS),
        "purposes": [(one, one) for one in purposes],
        "state_words": STATES,
        "tones": TONES,
        "door_words": wording.DOORS,
    }
    listing = Listing(view, rows, total)
    return visit.page("running/letters.html", listing=listing, queues=queues, told=told, **facts)


async def act(visit: Visit) -> web.StreamResponse:
    """What was wanted of the letters that are ticked."""
    what = visit.sheet.text("what", 20)
    if what not in DONE:
        raise NotThere
    wanted = [int(one) for one in visit.sheet.all("id") if one.isascii() and one.isdigit() and len(one) < 19]
    wanted = wanted[: queue.AT_ONCE]
    back = visit.sheet.text("back", 600)
    back = back if back.startswith(visit.path("letters")) else visit.path("letters")
    if not wanted:
        return visit.go(back, visit.t(_("Tick at least one letter first.")), "warn")
    async with visit.write() as work:
        done = await _do(visit, work, what, wanted)
    words = [visit.t(DONE[what], count=len(done))]
    if len(done) < len(wanted):
        words.append(visit.t(_REST, count=len(wanted) - len(done)))
    return visit.go(back, " ".join(words), "good" if done else "warn")


async def _do(visit: Visit, work: Work, what: str, wanted: Sequence[int]) -> set[int]:
    """Which letters it could be done with; each gets a line in the journal."""
    before = await queue.states_of(work.tx, wanted)
    reason = {"park": f"parked by {visit.who.id}", "give_up": f"laid aside by {visit.who.id}"}.get(what, "")
    acts: dict[str, Callable[[], Awaitable[set[int]]]] = {
        "again": lambda: queue.again(work.tx, wanted, visit.office.shift),
        "park": lambda: queue.park(work.tx, wanted, reason),
        "give_up": lambda: queue.give_up(work.tx, wanted, reason),
    }
    done = await acts[what]()
    after = {"again": "ready", "park": "dead", "give_up": "obsolete"}[what]
    for one in sorted(done):
        states = ({"state": before[one]}, {"state": after})
        await journal.note(work.tx, "letter", str(one), *states, visit.who.id, work.at, why=reason)
    work.posted += len(done) if what == "again" else 0
    return done

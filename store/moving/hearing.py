"""Who hears of a move: whose move it is next, who reported it, who keeps sight, who looks after the shop concerned.

One row per verb of a problem says which groups hear in which part; clues are few enough cases to be said in words.
Every move that leaves something open tells at least one person (lifecycle.md §3.7), and only those it concerns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from sqlalchemy import select

from store import tables
from store.clock.warned import hear_warning
from store.db import Tx
from store.law.actors import seats_of, supervision_of
from store.law.rules import LAWS
from store.law.standing import is_tip
from store.moving.audience import Audience
from store.moving.entries import accused_of
from store.moving.tasks import TO_DO, waiting
from store.staff.offices import city_of, supervision
from store.words import Hearer, Holder, Ledger, Level, Moved


async def hearers(tx: Tx, moved: Moved) -> list[Hearer]:
    """Who must hear of this move, in which part, and where they are reached."""
    audience = Audience(tx, moved, await accused_of(tx, moved.entry.number))
    if moved.verb == "warn":
        await hear_warning(audience)
    elif moved.entry.ledger is Ledger.PROBLEM:
        for group in GROUPS[moved.verb]:
            await group(audience)
        if not audience.told and moved.entry.state != "archived":
            await desk(audience)
    else:
        await _of_clue(audience)
    return await audience.finished()


# --- clues ----------------------------------------------------------------------------------------------


async def _of_clue(audience: Audience) -> None:
    moved, fields, entry = audience.moved, audience.fields, audience.moved.entry
    if is_tip(entry):  # whoever may know of a tip is told by a constant sentence (tips/clocks.py)
        return
    if entry.holder:
        audience.take(await seats_of(audience.tx, entry, audience.accused, moved.at), "holder")
    if fields["reporter"] and fields["reporter"] != moved.by.id and entry.state != "archived":
        await audience.person(fields["reporter"], "reporter")
    for office in await _watching(audience):
        await audience.office(office)


async def _watching(audience: Audience) -> list[Holder]:
    """The supervision offices that keep sight of what left them (features.md §10.7), or that hear when nobody else
    would. An internal clue does not go back to the county by this way."""
    moved, fields, told = audience.moved, audience.fields, bool(audience.told)
    state = moved.entry.state
    if state == "archived":
        return []
    county, city = supervision(fields["bureau"]), supervision(await city_of(audience.tx, fields["bureau"]))
    if moved.verb == "send_back":
        return [city]
    if fields["internal"]:
        return [] if told else [city]
    handed_up = moved.verb == "escalate" or moved.before == "city_review"
    closed = not LAWS[moved.entry.ledger].states[state].open
    return [county] if handed_up or (closed and not told) else []


# --- problems -------------------------------------------------------------------------------------------

Group = Callable[[Audience], Awaitable[None]]


async def holder(audience: Audience) -> None:
    """Whoever holds it now."""
    entry = audience.moved.entry
    if entry.holder:
        audience.take(await seats_of(audience.tx, entry, audience.accused, audience.at), "holder")


async def workers(audience: Audience) -> None:
    """Everybody with a task that waits for them."""
    for task in waiting(audience.fields["tasks"]):
        await audience.worker(task["person"])


async def newcomers(audience: Audience) -> None:
    """Those to whom this move gave a task."""
    for task in audience.fields["tasks"]:
        if task["state"] in TO_DO and task["given_at"] == audience.at.isoformat():
            await audience.worker(task["person"])


async def heir(audience: Audience) -> None:
    """Who takes over from somebody that leaves, also when they had a task in the matter already."""
    await audience.person(audience.moved.fields["assignee"], "watcher")


async def former(audience: Audience) -> None:
    """Those who worked on it, now that it is over or with somebody else."""
    for task in audience.fields["tasks"]:
        if task["part"] != "recheck" and task["state"] in ("accepted", "reassigned"):
            await audience.person(task["person"], "watcher")


async def desk(audience: Audience) -> None:
    """The supervision in charge keeps sight."""
    city = await city_of(audience.tx, audience.fields["bureau"])
    await audience.office(supervision_of(audience.fields, city))


async def other_level(audience: Audience) -> None:
    """The county keeps sight of what the city took over; an internal matter stays with the city."""
    if audience.fields["level"] == Level.CITY and not audience.fields["internal"]:
        await audience.office(supervision(audience.fields["bureau"]))


async def deciders(audience: Audience) -> None:
    """Whoever decides on what was asked just now; when nothing waits, the desk sees that it was done."""
    kinds = {one["kind"] for one in audience.fields["requests"] if one["seq"] == audience.moved.seq}
    city = await city_of(audience.tx, audience.fields["bureau"])
    if "suspend" in kinds:
        await audience.office(supervision(city), "holder")
    elif "extend" in kinds:
        await audience.office(supervision_of(audience.fields, city), "holder")
    else:
        await desk(audience)


async def askers(audience: Audience) -> None:
    """Whoever asked what was answered just now."""
    request = tables.request.c
    answered = select(request.by).where(
        request.number == audience.moved.entry.number, request.answered_seq == audience.moved.seq
    )
    for userid in (await audience.tx.execute(answered.distinct())).scalars():
        await audience.person(userid, "watcher")


async def reporters(audience: Audience) -> None:
    """Everybody whose clue it came from."""
    for userid in audience.fields["reporters"]:
        await audience.person(userid, "reporter")


async def concerned(audience: Audience) -> None:
    """The three field roles of the shop (features.md A02, H16); of an internal matter they hear nothing."""
    if audience.fields["internal"] or not audience.fields["merchant"]:
        return
    shop = tables.merchant.c
    three = select(shop.customer_manager, shop.market_inspector, shop.delivery_worker)
    row = (await audience.tx.execute(three.where(shop.licence_no == audience.fields["merchant"]))).one_or_none()
    for userid in row or ():
        if userid and userid not in audience.accused:
            await audience.person(userid, "concerned")


_CLOSED: tuple[Group, ...] = (reporters, former, concerned, other_level)

GROUPS: Mapping[str, tuple[Group, ...]] = MappingProxyType(
    {
        "open": (workers, concerned, other_level),
        "merge": (holder, workers),
        "receive": (desk,),
        "decline": (holder, desk),
        "reassign": (newcomers, former, desk),
        "note": (desk,),
        "feedback": (holder, desk),
        "return": (holder,),
        "verify": (holder, other_level),
        "verify_closed": _CLOSED,
        "rule_unfounded": _CLOSED,
        "rectified": (holder, desk),
        "confirm": _CLOSED,
        "extend": (deciders,),
        "grant": (workers, holder, askers),
        "deny": (workers, askers),
        "suspend": (deciders, workers, other_level),
        "resume": (holder, workers, other_level),
        "nudge": (holder, workers),
        "instruct": (holder, workers, desk),
        "reply": (askers,),
        "hand_over": (newcomers, heir, desk),
        "recount": (holder, workers),
        "archive": (),
        "review": (former, desk),
        "sample": (holder,),
        "pass": (desk,),
        "fail": (holder, reporters, desk, other_level),
        "recode": (holder,),
    }
)

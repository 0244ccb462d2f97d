"""What can be asked for on a shop's profile: a visit, and a report of one's own."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.pickers import offered, picked
from bot.console.shops.profile import may_ask
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.profile import visits
from store.profile.page import Shop, master
from store.words import Ask, Item, Ledger

_MOST = 2000


async def visit_wanted(visit: Visit) -> web.StreamResponse:
    """Somebody wants the shop looked at: a clue of the clock's, which supervision turns into a task."""
    from bot.desk import strike

    shop = await _shop(visit)
    if not may_ask(visit):
        raise NotThere
    back = visit.path(shop.licence_no)
    why = " ".join(visit.sheet.text("why", _MOST).split())
    if len(why) < 2:
        return visit.go(back, visit.t(_("Please say in a few words what should be looked at.")), "warn")
    async with visit.write() as work:
        ask = await visits.request(work.tx, visit.who, shop.licence_no, why, work.at)
        under_way = None if ask else await visits.running(work.tx, shop.licence_no)
    if ask is None:
        sentence = _("A visit is on its way already: {number}.") if under_way else _("A visit is asked for already.")
        return visit.go(back, visit.t(sentence, number=under_way or ""), "info")
    moved = await strike(visit.office, ask) if ask.fields["indicator"] else None
    if moved is None:  # the clock tries again within a minute
        return visit.go(back, visit.t(_("Asked. It will be in the clue ledger in a moment.")))
    sentence = _("Asked: clue {number}. Supervision decides who goes; what they find comes back into the score.")
    return visit.go(back, visit.t(sentence, number=moved.entry.number))


async def form(visit: Visit) -> web.StreamResponse:
    return await _form(visit, await _shop(visit))


async def _form(visit: Visit, shop: Shop, status: int = 200) -> web.Response:
    indicators = await offered(visit, "indicator", "indicator")
    colleagues = await offered(visit, "colleague", "accused") if _internal(visit, indicators) else ()
    return visit.page(
        "shops/report.html",
        status,
        shop=shop,
        indicators=[item for item in indicators if item.data.get("leaf")],
        internal=_internal(visit, indicators),
        colleagues=colleagues,
    )


def _internal(visit: Visit, indicators: tuple[Item, ...]) -> bool:
    return picked(visit, "indicator", indicators).startswith("N")


async def report(visit: Visit) -> web.StreamResponse:
    """A clue like any other; photos are added to it in the chat."""
    shop = await _shop(visit)
    sheet = visit.sheet
    if sheet.text("step") == "find":
        return await _form(visit, shop)
    indicators = await offered(visit, "indicator", "indicator")
    indicator, text = picked(visit, "indicator", indicators), sheet.text("text", 4000)
    if not text:
        sheet.errors["text"] = visit.t(_("Please write what you saw or know."))
    accused: list[str] = []
    if indicator.startswith("N"):
        named = picked(visit, "accused", await offered(visit, "colleague", "accused"))
        if not named:
            sheet.errors["accused"] = visit.t(_("Which colleague is it about? Search the name and choose."))
        accused = [named]
    if sheet.errors:
        return await _form(visit, shop, 422)
    done = await visit.press(Ask(Ledger.CLUE, "report", None, _fields(visit, shop, indicator, text, accused)))
    if done.refused:
        sheet.errors["text"] = done.said
        return await _form(visit, shop, 422)
    return visit.go(visit.path(shop.licence_no), done)


def _fields(visit: Visit, shop: Shop, indicator: str, text: str, accused: list[str]) -> dict[str, Any]:
    why = visit.t(_("Reported from the shop's page in the console."))
    fields: dict[str, Any] = {
        "photos": [],
        "recordings": [],
        "no_photo_reason": why,
        "no_place_reason": why,
        "merchant": shop.licence_no,
        "text": text,
        "observed_at": visit.at.isoformat(),
        "special": visit.sheet.text("special") == "yes",
        "accused": accused,
    }
    return {**fields, "indicator": indicator} if indicator else fields


async def _shop(visit: Visit) -> Shop:
    async with visit.read() as tx:
        shop = await master(tx, visit.who, visit.parts["licence_no"])
    if shop is None:
        raise NotThere
    return shop

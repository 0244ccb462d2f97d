"""Data quality: what the books lack, each number with its list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.lists import Column, Listing
from bot.console.rooms import PATH
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.law.rules import LAWS
from store.running import quality
from store.words import Ledger

COLUMNS = (Column("id", _("Number"), head=True), Column("name", _("Name")), Column("more", _("Remark")))
GAPS: Mapping[str, tuple[str, str]] = {
    "people_unreached": (_("people without a working address"), _("Give them a WeCom or Telegram address.")),
    "field_staff_without_role": (_("field staff without a field role"), _("Choose one of the three on their page.")),
    "units_without_head": (_("departments without a head"), _("Give somebody there the role of a department head.")),
    "bureaus_without_supervision": (_("bureaus without supervision"), _("Reports would wait there for nobody.")),
    "shops_without_place": (_("shops without a place"), _("Bring in their coordinates with the file of shops.")),
    "shops_without_field_roles": (_("shops without all three field roles"), _("Bring them in with the file of shops.")),
    "shops_of_people_who_left": (_("shops served by somebody who left"), _("Name whoever follows, in the file.")),
    "indicators_without_department": (_("indicators without a department"), _("Choose one in the library.")),
    "entries_without_holder": (_("open entries without holder or deadline"), _("This must be 0: call the engineers.")),
    "photos_lost": (_("photos and recordings that were lost"), _("Whoever sent them was told, and can send again.")),
    "addresses_out_of_use": (_("addresses out of use"), _("The door says that nobody is there any more.")),
}
_OPENS = {"person": "running/people", "unit": "running/units", "shop": "shops", "indicator": "library"}


async def overview(visit: Visit) -> web.StreamResponse:
    async with visit.read() as tx:
        counts = await quality.counts(tx)
    shown = [(key, visit.t(words), visit.t(advice), counts[key]) for key, (words, advice) in GAPS.items()]
    return visit.page("running/quality.html", gaps=sorted(shown, key=lambda gap: gap[3] == 0))


async def listed(visit: Visit) -> web.StreamResponse:
    key = visit.parts["gap"]
    if key not in GAPS:
        raise NotThere
    view = visit.view(COLUMNS)
    async with visit.read() as tx:
        rows, total = await quality.listed(tx, key, view.start, view.size)
    words, advice = GAPS[key]
    opens = quality.GAPS[key].opens
    facts: dict[str, Any] = {
        "title": visit.t(words),
        "advice": visit.t(advice),
        "base": f"{PATH}/{_OPENS[opens]}" if opens else "",
    }
    states = _states(visit) if key == "entries_without_holder" else {}
    return visit.page("running/gap.html", listing=Listing(view, rows, total), states=states, **facts)


def _states(visit: Visit) -> dict[str, str]:
    """Names of states, of both ledgers."""
    laws = [LAWS[Ledger(ledger)] for ledger in Ledger]
    return {key: named.en if visit.language == "en" else named.zh for law in laws for key, named in law.states.items()}

"""预警台账: what is near its deadline, overdue or stuck, by person, department and county, and which it is."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.lists import Column, Listing
from bot.console.visit import Visit
from bot.texts import _
from store.books.listing import lines_of
from store.clock.warning_ledger import GROUPS, look_warnings, warned
from store.clock.workdays import load_calendar
from store.staff.absence import standing_in
from store.texts import said
from store.words import Ledger, Lookup

COLUMNS = (
    Column("number", _("Number"), head=True),
    Column("state", _("State")),
    Column("shop", _("Shop")),
    Column("matter", _("Matter")),
    Column("holder", _("With")),
    Column("due", _("Deadline")),
    Column("last", _("Last note")),
)
_BY = {"county": _("By county"), "department": _("By department"), "person": _("By person")}
_SHOWN = 12


async def show(visit: Visit) -> web.Response:
    """One group with its sums and its entries, the most urgent first."""
    group = visit.query.get("group", "overdue")
    group = group if group in GROUPS else "overdue"
    view = visit.view(COLUMNS, filters=("group",))
    async with visit.read() as tx:
        who = await standing_in(tx, visit.who, visit.at)

        async def ask(**query: Any) -> Any:
            return await look_warnings(tx, Lookup("warnings", query, visit.language), who, visit.at)

        counts = {item.value: item.data["count"] for item in (await ask()).items}
        sums = {by: (await ask(group=group, by=by)).items for by in _BY}
        numbers = await warned(tx, who, group, visit.at, view.start, view.size)
        calendar = await load_calendar(tx, visit.at)
        lines = await lines_of(tx, Ledger.PROBLEM, numbers, visit.language, visit.at, calendar)
    facts: dict[str, Any] = {
        "listing": Listing(view, lines, counts[group]),
        "group": group,
        "groups": [(name, said(GROUPS[name], visit.language), counts[name]) for name in GROUPS],
        "sums": [(by, visit.t(_BY[by]), _bars(visit, by, group, sums[by])) for by in _BY if sums[by]],
    }
    return visit.page("ledgers/warnings.html", **facts)


def _bars(visit: Visit, by: str, group: str, items: Any) -> list[dict[str, Any]]:
    """One line per county, department or person; each opens its list."""
    light = {"overdue": "light=overdue", "near": "light=yellow", "stuck": "state=open"}[group]
    return [
        {
            "words": item.label.rpartition(" ")[0] or item.value,
            "value": item.data["count"],
            "href": f"{visit.path('problems')}?{by}={item.value}&{light}",
            "tone": {"overdue": "bad", "near": "warn"}.get(group, ""),
        }
        for item in items[:_SHOWN]
    ]

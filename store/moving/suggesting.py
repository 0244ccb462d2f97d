"""What a supervision officer is told while a clue is assessed: defaults for the handling form, whether the city should
hear of it, and open problems of the same shop that it may belong to. All of it is advice (lifecycle.md §1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from store import tables
from store.clock.clocks import load_clocks
from store.clock.workdays import load_calendar, local_day
from store.db import Tx
from store.law.scope import sees
from store.master.indicators import Indicator, facts
from store.master.merchants import fragments
from store.moving.effects.accepting import default_due
from store.reading.views import OPEN
from store.texts import _, said
from store.words import Entry, Json, Ledger, Person

GRAVE, COUNTIES, MERCHANTS, MOST = 4, 2, 3, 5


async def in_review(tx: Tx, entry: Entry, who: Person, language: str, at: datetime) -> dict[str, Json]:
    """`defaults` and `suggest` of a clue in review (`lookups.py`, kind "entry")."""
    code, severity = entry.fields["indicator"], entry.fields["severity"]
    indicator = await facts(tx, code, at) if code else None
    clocks, calendar = await load_clocks(tx, at), await load_calendar(tx, at)
    due = default_due(clocks, calendar, at, indicator, severity) if severity else None
    escalate = entry.state == "county_review" and await _escalate(tx, entry, indicator, at, clocks.duplicate_days)
    return {
        "severity": severity,
        "defaults": {
            "department": str(indicator.department) if indicator else None,
            "due_on": local_day(due).isoformat() if due else None,
            "severity": severity,
        },
        "suggest": {
            "escalate": said(escalate, language) if escalate else "",
            "merge": await same_shop(tx, entry, who),
        },
    }


async def same_shop(tx: Tx, entry: Entry, who: Person) -> list[str]:
    """Open problems of the same shop that `who` may see, the newest first."""
    if not entry.fields["merchant"]:
        return []
    problem = tables.problem.c
    here = select(problem.number).where(
        problem.merchant == entry.fields["merchant"],
        problem.state.in_(OPEN[Ledger.PROBLEM]),
        sees(who, Ledger.PROBLEM),
    )
    return list((await tx.execute(here.order_by(problem.opened_at.desc()).limit(MOST))).scalars())


async def _escalate(tx: Tx, entry: Entry, indicator: Indicator | None, at: datetime, days: int) -> str:
    """Why the city should have it; empty when nothing speaks for it (features.md §10.8)."""
    if (entry.fields["severity"] or 0) >= GRAVE:
        return _("severity 4 or above")
    if indicator and indicator.internal and indicator.illegal:
        return _("an internal offence")
    counties, merchants = await _spread(tx, entry, at - timedelta(days=days))
    if counties >= COUNTIES:
        return _("it reaches over two or more counties")
    return _("it reaches over three or more shops") if merchants >= MERCHANTS else ""


async def _spread(tx: Tx, entry: Entry, since: datetime) -> tuple[int, int]:
    """Over how many counties and shops the matter reaches: recent clues that name the same people, or shops of the
    same owner."""
    clue, shop, named = tables.clue.c, tables.merchant, tables.clue_accused.c
    accused = select(named.person_id).where(named.number == entry.number)
    others = (await tx.execute(select(named.number).where(named.person_id.in_(accused)))).scalars()
    shops = await _shops(tx, entry.fields["merchant"])
    county = func.coalesce(shop.c.county_code, clue.bureau)
    reach = select(func.count(county.distinct()), func.count(clue.merchant.distinct()))
    joined = reach.select_from(tables.clue.outerjoin(shop, shop.c.licence_no == clue.merchant))
    linked = or_(clue.number.in_([entry.number, *others]), clue.merchant.in_(shops))
    row = (await tx.execute(joined.where(clue.reported_at > since, linked))).one()
    return row[0], row[1]


async def _shops(tx: Tx, licence: str | None) -> list[str]:
    """All shops of the owner of that one. The index of name fragments finds them, the whole name decides."""
    shop = tables.merchant.c
    own = select(shop.owner).where(shop.licence_no == licence, shop.owner != "")
    owner: str | None = (await tx.execute(own)).scalar_one_or_none()
    if not owner:
        return []
    pairs = cast(array(fragments(owner)), ARRAY(Text))
    same = select(shop.licence_no).where(shop.owner == owner, shop.grams.op("@>", is_comparison=True)(pairs))
    return list((await tx.execute(same)).scalars())

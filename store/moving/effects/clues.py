"""What the verbs of the clue ledger change, besides the state: one small function per verb that changes anything.

It refuses what is given but cannot be (a shop or an indicator that is not in the books), and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select

from store import tables
from store.clock.workdays import closing, working_time_between
from store.db import Tx
from store.law.given import moment
from store.law.rules import LAWS, NO_LICENCE
from store.master.geo import distance_m, spot, to_wgs84
from store.master.indicators import values_on
from store.moving.case import Case, Change, Columns, Effect, Mirror
from store.moving.entries import load_entry
from store.profile.visits import awaits
from store.tables.feeds import feed_warning
from store.words import Json, Ledger, Refused, Role

CLOCK_SKEW = timedelta(minutes=10)
"""How far a phone's clock may run ahead of ours before "seen" lies in the future."""


async def _report(tx: Tx, case: Case) -> Change:
    """A new clue from a member of staff, or from provincial data."""
    given, by = case.given, case.by
    if by.role is Role.CLOCK:
        return await _from_feed(tx, case)
    columns: Columns = {
        "source": "staff",
        "unit_code": by.unit,
        "bureau": by.bureau,
        "reporter": by.id,
        "reporter_field_role": by.field_role,
        "internal": case.facts["internal"],
        "special": bool(given.get("special")),
        "text": given.get("text", ""),
        "reported_at": case.at,
    }
    columns |= await _indicator(tx, given.get("indicator"), case.at)
    columns |= await _where(tx, given)
    return Change(columns | _when(case))


async def _from_feed(tx: Tx, case: Case) -> Change:
    """A new clue that data gave rise to: it belongs to the county of the shop. One that a warning asks for is written
    once, however many replicas try (`warning`: its id)."""
    given, shop, warning = case.given, tables.merchant.c, feed_warning.c
    county = select(shop.county_code).where(shop.licence_no == given["merchant"])
    unit = (await tx.execute(county)).scalar_one_or_none()
    if unit is None:
        raise Refused("merchant_unknown", licence_no=given["merchant"])
    if "warning" in given:
        asking = select(warning.id).where(warning.id == given["warning"], warning.clue.is_(None)).with_for_update()
        if (await tx.execute(asking)).first() is None:
            raise Refused("already_warned", number="")
    if "visit" in given and not await awaits(tx, given["visit"]):
        raise Refused("already_warned", number="")
    columns: Columns = {
        "source": "feed",
        "unit_code": unit,
        "bureau": unit,
        "internal": case.facts["internal"],
        "text": given["text"],
        "reported_at": case.at,
    }
    return Change(columns | await _indicator(tx, given["indicator"], case.at) | {"merchant": given["merchant"]})


async def _recode(tx: Tx, case: Case) -> Change:
    """A new code of the same side; its problem follows when it had the old one, too."""
    assert case.entry
    fields, code = case.fields, case.given["indicator"]
    if fields["indicator"] is None or code[0] != fields["indicator"][0]:
        raise Refused("indicator_unknown", code=code)
    columns = await _indicator(tx, code, case.at)
    if not LAWS[Ledger.CLUE].states[case.entry.state].open:
        columns.pop("severity")  # it was judged by people
    noted = {"indicator_before": fields["indicator"]}
    problem = await load_entry(tx, fields["problem"]) if fields["problem"] else None
    if problem is None or problem.fields["indicator"] != fields["indicator"]:
        return Change(columns, noted=noted)
    words = case.given.get("text", "")
    mirror = Mirror(problem.number, "recode", words, {"indicator": code, **noted}, {"indicator": code})
    return Change(columns, noted=noted, mirrored=(mirror,))


async def _tip(tx: Tx, case: Case) -> Change:
    """An anonymous tip: the ledger learns that it is there, since which day, and when it is to be answered."""
    city = select(tables.unit.c.code).where(tables.unit.c.kind == "city").order_by(tables.unit.c.path).limit(1)
    bureau = (await tx.execute(city)).scalar_one()
    due = closing(case.calendar, date.fromisoformat(case.given["due_on"]))
    columns: Columns = {"source": "tip", "unit_code": bureau, "bureau": bureau, "reported_at": case.at, "due_at": due}
    return Change(columns)


async def _classify(tx: Tx, case: Case) -> Change:
    """The head says what it is; an internal matter becomes one for good."""
    return Change({"internal": case.facts["internal"], **await _indicator(tx, case.given["indicator"], case.at)})


async def _ask_info(tx: Tx, case: Case) -> Change:
    if case.fields["source"] == "feed":
        raise Refused("nobody_to_ask", number=case.entry.number if case.entry else "")
    return Change({"came_from": case.fields["state"]})


async def _supply(tx: Tx, case: Case) -> Change:
    return Change({"came_from": None})


async def _send_back(tx: Tx, case: Case) -> Change:
    """A clue of the city bureau's own goes to the county that is named, or where the shop is."""
    assert case.entry
    fields, unit = case.entry.fields, tables.unit.c
    counties = select(unit.code).where(unit.kind == "county")
    if (await tx.execute(counties.where(unit.code == fields["bureau"]))).first():
        return Change()
    shop = select(tables.merchant.c.county_code).where(tables.merchant.c.licence_no == fields["merchant"])
    wanted = case.given.get("county") or (await tx.execute(shop)).scalar_one_or_none()
    county = (await tx.execute(counties.where(unit.code == wanted))).scalar_one_or_none()
    if county is None:
        raise Refused("county_unknown", number=case.entry.number)
    return Change({"bureau": county})


async def _archive(tx: Tx, case: Case) -> Change:
    """Rest for a month first; an answer or an addition begins the month anew."""
    assert case.entry
    if case.at < moment(case.fields["last_at"]) + timedelta(days=case.clocks.archive_days):
        raise Refused("too_early", number=case.entry.number, days=case.clocks.archive_days)
    return Change()


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "report": _report,
        "tip": _tip,
        "classify": _classify,
        "ask_info": _ask_info,
        "supply": _supply,
        "send_back": _send_back,
        "archive": _archive,
        "recode": _recode,
    }
)


async def _indicator(tx: Tx, code: str | None, at: datetime) -> Columns:
    """The indicator and its severity of that day; only an active leaf classifies anything."""
    if code is None:
        return {}
    indicator, child, values = tables.indicator, tables.indicator.alias("child"), values_on(at)
    leaf = ~select(child.c.code).where(child.c.parent_code == indicator.c.code, child.c.active).exists()
    query = select(values.c.severity).join(indicator, indicator.c.code == values.c.code)
    row = (await tx.execute(query.where(indicator.c.code == code, indicator.c.active, leaf))).one_or_none()
    if row is None:
        raise Refused("indicator_unknown", code=code)
    return {"indicator": code, "severity": row.severity}


async def _where(tx: Tx, given: Mapping[str, Json]) -> Columns:
    """Shop and place: as sent, in WGS-84, and how far the place is from the licensed address (metres)."""
    licence, place = given["merchant"], given.get("place") or {}
    columns: Columns = {"place_label": place.get("label")}
    if "lat" in place:
        lat, lon = to_wgs84(place["lat"], place["lon"], place["datum"])
        columns |= {"lat": lat, "lon": lon, "spot": spot(lat, lon), "datum": place["datum"]}
        columns |= {"sent_lat": place["lat"], "sent_lon": place["lon"], "accuracy": place.get("accuracy")}
    if licence in NO_LICENCE:
        return columns | {"merchant_note": licence}
    shop = tables.merchant.c
    found = (await tx.execute(select(shop.lat, shop.lon).where(shop.licence_no == licence))).one_or_none()
    if found is None:
        raise Refused("merchant_unknown", licence_no=licence)
    if "lat" in place and found.lat is not None and found.lon is not None:
        columns["distance_m"] = distance_m(columns["lat"], columns["lon"], found.lat, found.lon)
    return columns | {"merchant": licence}


def _when(case: Case) -> Columns:
    """When it was seen, and whether it was reported long after (`Clocks.late_working_hours`)."""
    if "observed_at" not in case.given:
        return {}
    seen = moment(case.given["observed_at"])
    if seen > case.at + CLOCK_SKEW:
        raise Refused("observed_in_future")
    took = working_time_between(case.calendar, seen, case.at)
    return {"observed_at": seen, "late": took > timedelta(hours=case.clocks.late_working_hours)}

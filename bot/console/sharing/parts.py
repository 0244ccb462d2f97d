"""What the pages of this room have in common: the tabs, scopes as form fields, numbers of addresses, faults."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.console.visit import NotThere, Visit
from bot.housework import Work
from bot.texts import _
from notifier.outbox import occur
from store.law.standing import DEPARTMENTS
from store.master.imports.report import Wrong
from store.sharing.scopes import ROLES, Scope, units_for
from store.texts import said as told
from store.words import Level, Role, words_of

_TABS = (
    ("", _("Overview")),
    ("documents", _("Documents")),
    ("announcements", _("Announcements")),
    ("threads", _("Threads")),
    ("systems", _("Other systems")),
)


def tabs(visit: Visit, here: str) -> list[dict[str, Any]]:
    """The parts of this room; the open interface is an administrator's."""
    shown = [*_TABS, ("interface", _("Open interface"))] if administers(visit) else _TABS
    return [{"words": visit.t(words), "href": visit.path(part), "current": part == here} for part, words in shown]


def administers(visit: Visit) -> bool:
    return visit.who.role is Role.ADMINISTRATOR


def number(visit: Visit, part: str = "id") -> int:
    """The number in the address. Raises `NotThere` for anything else."""
    given = visit.parts[part]
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotThere
    return int(given)


def wrong(visit: Visit, field: str, fault: Wrong) -> None:
    """A fault of what was given, at its field."""
    visit.sheet.errors[field] = told(fault.sentence, visit.language, fault.facts)


async def first(visit: Visit, work: Work) -> bool:
    """Whether this form was not taken before: the same one sent twice counts once."""
    once = visit.sheet.text("once", 60)
    return not once or await occur(work.tx, "form", visit.session.key[:16], once, visit.at)


def day_of(visit: Visit, field: str) -> date | None:
    """The day in a field; a fault when it is none, or over."""
    given = visit.sheet.text(field, 20)
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        visit.sheet.errors[field] = visit.t(_("Please write the day as 2026-11-30."))
        return None
    if day < visit.at.date():
        visit.sheet.errors[field] = visit.t(_("That day is over already."))
    return day


def scope_of(visit: Visit) -> Scope:
    """The scope that was ticked."""
    sheet = visit.sheet
    return Scope(*(tuple(one[:64] for one in sheet.all(name)[:100]) for name in ("units", "departments", "roles")))


async def choices(tx: AsyncConnection, visit: Visit) -> dict[str, Any]:
    """What a scope can be made of: (value, label) pairs; `own` names the bureau of whoever shares within it only."""
    found = await units_for(tx, visit.who, bureaus=True)
    bureaus = [(code, words_of(names, visit.language)) for code, names in found]
    wide = visit.who.level is Level.CITY or administers(visit)
    return {
        "bureaus": bureaus[1:] if wide else [],
        "own": "" if wide else (bureaus[0][1] if bureaus else ""),
        "departments": [(key, words_of(names, visit.language)) for key, names in DEPARTMENTS.items()],
        "roles": [(str(role), told(words, visit.language)) for role, words in ROLES.items()],
    }

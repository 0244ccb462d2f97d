"""Small phrases about entries that several answers share: moments, shops, holders, one line for a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel import Locale
from babel.dates import format_datetime

from store.clock.workdays import SHANGHAI, Calendar, local_day
from store.law.given import moment
from store.law.rules import NO_LICENCE, state_name
from store.texts import _, said
from store.words import Entry, Json, Role, words_of

_LOCALES = {name: Locale(name) for name in ("zh", "en")}  # to look one up by its name costs more than to use it
_PATTERNS = {("zh", True): "M月d日 HH:mm", ("zh", False): "y年M月d日 HH:mm"} | {
    ("en", True): "d MMM HH:mm",
    ("en", False): "d MMM y HH:mm",
}

OFFICES = {
    Role.DEPARTMENT_HEAD: _("{unit}, department head"),
    Role.SUPERVISION_OFFICER: _("{unit}, supervision"),
    Role.LEADER: _("{unit}, leaders"),
    Role.ADMINISTRATOR: _("{unit}, administrators"),
}
NOTES = {NO_LICENCE[0]: _("unlicensed seller"), NO_LICENCE[1]: _("shop not known")}
FIELD_ROLES = {
    "customer_manager": _("customer manager"),
    "market_inspector": _("market inspector"),
    "delivery_worker": _("delivery worker"),
}


def clock_words(at: datetime, language: str, now: datetime) -> str:
    """A moment as people in Shanghai say it; the year only when it is another one."""
    pattern = _PATTERNS["en" if language == "en" else "zh", local_day(at).year == local_day(now).year]
    return format_datetime(at.astimezone(SHANGHAI), pattern, locale=_LOCALES["en" if language == "en" else "zh"])


def due_words(entry: Entry, language: str, now: datetime, calendar: Calendar) -> str:
    """Until when, with "overdue" or "provisional" beside it; empty when nothing is due."""
    if not entry.fields["due_at"]:
        return ""
    due = moment(entry.fields["due_at"])
    words = said(_("due {when}"), language, {"when": clock_words(due, language, now)})
    if due < now and entry.state != "suspended":  # its clock stands
        words += said(_(" (overdue)"), language)
    if local_day(due).year not in calendar.official:
        words += said(_(" (provisional)"), language)
    return words


def day_ago(at: datetime, now: datetime, language: str) -> str:
    """How many days of the calendar lie between."""
    days = (local_day(now) - local_day(at)).days
    sentence = {0: _("today"), 1: _("yesterday")}.get(days, _("{days} days ago"))
    return said(sentence, language, {"days": days})


def shop_name(fields: Mapping[str, Json], language: str) -> str:
    """The shop, or what is said in place of one."""
    name: str | None = fields["merchant_name"]
    return name or said(NOTES[fields["merchant_note"] or NO_LICENCE[1]], language)


def holder_words(entry: Entry, language: str) -> str:
    """Whose move it is; empty when it is nobody's."""
    fields, holder = entry.fields, entry.holder
    if holder is None:
        return ""
    if holder.role is None:
        return str(fields["holder_name"])
    unit = words_of({"zh": fields["holder_unit_zh"], "en": fields["holder_unit_en"]}, language)
    return said(OFFICES[holder.role], language, {"unit": unit})


def headline(entry: Entry, language: str) -> str:
    """Number, state and shop."""
    state = words_of(state_name(entry.ledger, entry.state), language)
    return f"{entry.number} {state} · {shop_name(entry.fields, language)}"


def one_line(entry: Entry, language: str, now: datetime, calendar: Calendar) -> str:
    """An entry in a list: the headline and until when, or when it was last touched."""
    last = due_words(entry, language, now, calendar) or clock_words(moment(entry.fields["last_at"]), language, now)
    return f"{headline(entry, language)} · {last}"

"""An entry in words: what both ledgers tell of a matter, where it was seen and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.clock.workdays import Calendar
from store.law.given import moment
from store.reading.phrases import FIELD_ROLES, clock_words, due_words, holder_words, shop_name
from store.texts import _, said
from store.words import Entry, words_of


def with_whom(entry: Entry, language: str, now: datetime, calendar: Calendar) -> Iterable[str]:
    """Whose move it is, and until when."""
    if entry.holder:
        yield said(_("With: {holder}"), language, {"holder": holder_words(entry, language)})
        due = due_words(entry, language, now, calendar)
        yield due[:1].upper() + due[1:]


def what(entry: Entry, language: str) -> Iterable[str]:
    """The shop, what it is called, and what was seen."""
    fields = entry.fields
    shop = shop_name(fields, language)
    if fields["merchant"]:
        facts = {"shop": shop, "licence": fields["merchant"], "address": fields["merchant_address"]}
        yield said(_("Shop: {shop}, licence {licence}, {address}"), language, facts)
    else:
        yield said(_("Shop: {shop}"), language, {"shop": shop})
    if fields["indicator"]:
        name = words_of({"zh": fields["indicator_zh"], "en": fields["indicator_en"]}, language)
        facts = {"code": fields["indicator"], "name": name, "severity": fields["severity"]}
        yield said(_("What: {code} {name}, severity {severity}"), language, facts)
    else:
        yield said(_("What: not classified yet"), language)
    if fields["text"]:
        yield said(_("Seen: {text}"), language, {"text": fields["text"]})
    if fields["photos"]:
        yield said(_("Photos: {count}"), language, {"count": fields["photos"]})


def where(entry: Entry, language: str) -> str:
    """Where, how exactly, and how far from the licensed address."""
    fields = entry.fields
    parts = [fields["place_label"] or ""]
    if fields["lat"] is not None:
        parts.append(f"{fields['lat']:.5f}, {fields['lon']:.5f}")
    if fields["accuracy"]:
        parts.append(said(_("within {m} m"), language, {"m": round(fields["accuracy"])}))
    if fields["distance_m"] is not None:
        parts.append(said(_("{m} m from the licensed address"), language, {"m": round(fields["distance_m"])}))
    words = (" · ").join(part for part in parts if part)
    return words and said(_("Place: {place}"), language, {"place": words})


def when(entry: Entry, language: str, now: datetime) -> Iterable[str]:
    """Who reported it, when it was seen and when reported."""
    fields = entry.fields
    if fields["reporter_name"]:
        unit = words_of({"zh": fields["unit_zh"], "en": fields["unit_en"]}, language)
        role = FIELD_ROLES.get(fields["reporter_field_role"] or "")
        where = " · ".join([unit, *([said(role, language)] if role else [])])
        yield said(_("Reporter: {name} ({where})"), language, {"name": fields["reporter_name"], "where": where})
    if fields["observed_at"]:
        yield said(_("Seen at: {when}"), language, {"when": clock_words(moment(fields["observed_at"]), language, now)})
    reported = said(
        _("Reported at: {when}"), language, {"when": clock_words(moment(fields["reported_at"]), language, now)}
    )
    yield reported + (said(_(" (late)"), language) if fields["late"] else "")

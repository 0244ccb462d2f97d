"""What changed, in one sentence: a period's figures beside those of the one before. Pure, in both languages."""

from __future__ import annotations

from store.reports.tallies import Facts
from store.texts import _, said

_SLIGHT = 0.1
"""A change by less than a tenth is none."""

_FEWER = 3
"""Nor one by fewer entries than this."""


def what_changed(now: Facts, before: Facts, language: str, worst: str = "") -> str:
    """The sentence. `worst`: by name the county or department with the most that is overdue, empty when there is
    nothing to compare."""
    if not (now.clues.n or before.clues.n or now.open or now.closed.n or before.closed.n):
        return said(_("Nothing was reported and nothing is open."), language)
    facts = {"reported": now.clues.n, "closed": now.closed.n, "open": now.open}
    parts = [said(_reported(now.clues.n, before.clues.n), language, facts | {"before": before.clues.n})]
    parts.append(said(_closed(now.closed.n, before.closed.n), language, facts | {"before": before.closed.n}))
    days, was = now.closed.days(0.5), before.closed.days(0.5)
    if days is not None and was is not None and abs(days - was) >= 1:
        words = _("half of them within {days} days (before: {was})")
        parts.append(said(words, language, {"days": f"{days:.0f}", "was": f"{was:.0f}"}))
    parts.append(_now(now, language, worst))
    return _joined(parts, language)


def _reported(now: int, before: int) -> str:
    match _way(now, before):
        case 1:
            return _("clues reported: {reported}, up from {before}")
        case -1:
            return _("clues reported: {reported}, down from {before}")
    return _("clues reported: {reported}, about as many as before")


def _closed(now: int, before: int) -> str:
    match _way(now, before):
        case 1:
            return _("problems closed: {closed}, up from {before}")
        case -1:
            return _("problems closed: {closed}, down from {before}")
    return _("problems closed: {closed}, about as many as before")


def _now(now: Facts, language: str, worst: str) -> str:
    """How it stands: what is overdue is what must be looked at."""
    facts = {"open": now.open, "overdue": now.overdue, "worst": worst}
    if not now.open:
        return said(_("nothing is left open"), language)
    if not now.overdue:
        return said(_("open now: {open}, none overdue"), language, facts)
    if worst:
        return said(_("open now: {open}, overdue: {overdue}, most of them in {worst}"), language, facts)
    return said(_("open now: {open}, overdue: {overdue}"), language, facts)


def _way(now: int, before: int) -> int:
    """1: more, -1: fewer, 0: about the same."""
    if abs(now - before) < max(_FEWER, _SLIGHT * before):
        return 0
    return 1 if now > before else -1


def _joined(parts: list[str], language: str) -> str:
    if language == "en":
        words = "; ".join(parts)
        return f"{words[0].upper()}{words[1:]}."
    return f"{'，'.join(parts)}。"

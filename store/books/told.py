"""Filters in words: what stands on chips, above an exported ledger and under a saved view."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from store.books.filters import Filters
from store.law.rules import state_name
from store.law.standing import DEPARTMENTS
from store.texts import _, row, said
from store.words import Department, words_of

_PLAIN = "{value}"
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "from": _("since {value}"),
        "to": _("until {value}"),
        "due_from": _("due since {value}"),
        "due_to": _("due until {value}"),
        "closed_from": _("closed since {value}"),
        "closed_to": _("closed until {value}"),
        "overdue_on": _("overdue since {value}"),
        "county": _PLAIN,
        "department": _PLAIN,
        "indicator": _("indicator {value}"),
        "state": _PLAIN,
        "light": _PLAIN,
        "shop": _("shop {value}"),
        "person": _("person {value}"),
        "reporter": _("reported by {value}"),
        "source": _("source: {value}"),
        "words": _("“{value}”"),
        "mine": _("waiting for me"),
        "nudged": _("nudged"),
        "repeat": _("again at the same shop"),
        "confirmed": _("confirmed"),
        "recheck": _("re-check: {value}"),
    }
)
_VALUES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("state", "open"): _("open"),
        ("state", "closed"): _("no longer open"),
        ("light", "green"): _("in time"),
        ("light", "yellow"): _("due soon"),
        ("light", "red"): _("overdue"),
        ("light", "overdue"): _("overdue"),
        ("source", "staff"): _("staff"),
        ("source", "tip"): _("anonymous tip"),
        ("source", "feed"): _("provincial data"),
        ("recheck", "pass"): _("passed"),
        ("recheck", "fail"): _("failed"),
    }
)


def told_filters(filters: Filters, language: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """All filters in one line; `names`: what codes of bureaus, shops and people are called, by filter."""
    return row(chips(filters, language, names).values(), language)


def chips(filters: Filters, language: str, names: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Each filter in words."""
    return {
        name: said(LABELS[name], language, {"value": names.get(name) or _value(filters, name, text, language)})
        for name, text in filters.given.items()
    }


def _value(filters: Filters, name: str, text: str, language: str) -> str:
    if (name, text) in _VALUES:
        return said(_VALUES[name, text], language)
    if name == "state":
        return words_of(state_name(filters.ledger, text), language)
    return words_of(DEPARTMENTS[Department(text)], language) if name == "department" else text

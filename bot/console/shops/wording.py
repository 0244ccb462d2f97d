"""What the pages about shops say of levels, roles, states and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.console.visit import Visit
from bot.texts import _

LEVELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"key": (_("Key control"), "bad"), "watch": (_("Watch"), "warn"), "service": (_("Service"), "good")}
)
"""Each level by name, with its tone."""

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "customer_manager": _("Customer manager"),
        "market_inspector": _("Market inspector"),
        "delivery_worker": _("Delivery worker"),
    }
)
STATUS: Mapping[str, str] = MappingProxyType(
    {"open": _("in business"), "suspended": _("suspended"), "closed": _("closed down")}
)
DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {"out_of_province": _("out of the province"), "in_province": _("within the province")}
)
VISITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "waiting": (_("about to be written down"), "info"),
        "reviewing": (_("with supervision"), "info"),
        "visiting": (_("somebody is on it"), "info"),
        "confirmed": (_("confirmed on the spot"), "bad"),
        "unfounded": (_("nothing was found"), "good"),
        "dismissed": (_("put aside"), "plain"),
        "transferred": (_("handed over"), "plain"),
    }
)


def level(visit: Visit, key: str) -> dict[str, str]:
    """{words, tone} of a level."""
    words, tone = LEVELS[key]
    return {"words": visit.t(words), "tone": tone}


def number(value: float) -> str:
    """A score or points, with one place."""
    return f"{value:.1f}"


def metres(visit: Visit, away: float) -> str:
    if away < 1000:
        return visit.t(_("{n} m"), n=round(away))
    return visit.t(_("{n} km"), n=f"{away / 1000:g}" if away % 1000 == 0 else f"{away / 1000:.1f}")

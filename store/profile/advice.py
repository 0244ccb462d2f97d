"""What a score means for those who look after the shop, in a sentence: serve, watch, or control (features.md G07)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from store.profile.score import Score
from store.texts import _, said

LEVELS: Mapping[str, str] = MappingProxyType({"service": _("service"), "watch": _("watch"), "key": _("key control")})
_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "service": _("Nothing stands out. Serve the shop as planned and keep up the regular calls."),
        "watch": _("Keep an eye on this shop: look in within a month. {why}"),
        "key": _("Key control: check on the spot together with supervision, stock and orders included. {why}"),
    }
)
_WORST = 3


def level_name(level: str, language: str) -> str:
    """A level in words."""
    return said(LEVELS[level], language)


def advice(score: Score, language: str) -> str:
    """What to do about a shop with that score."""
    return said(_ADVICE[score.level], language, {"why": reasons(score, language)}).rstrip()


def reasons(score: Score, language: str) -> str:
    """What a score comes from, the heaviest first, with what each adds; empty for a score of nothing."""
    parts = [(one.adds, one.kind.name(language)) for one in score.dimensions]
    parts += [(score.parts.province, said(_("provincial score"), language))]
    parts += [(score.parts.outflow, said(_("cartons found elsewhere"), language))]
    heavy = sorted((one for one in parts if one[0] >= 0.05), key=lambda one: -one[0])[:_WORST]
    if not heavy:
        return ""
    named = [said(_("{name} ({adds})"), language, {"name": name, "adds": f"{adds:.1f}"}) for adds, name in heavy]
    return said(_("It comes from: {parts}."), language, {"parts": ("、" if language == "zh" else ", ").join(named)})

"""What the pages of provincial data call kinds of files, states of files and of batches."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.texts import _

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "orders": (_("Orders"), _("what shops ordered, brand by brand and cycle by cycle")),
        "scores": (_("Provincial scores"), _("the province's score of each shop, 0 to 100")),
        "outflow": (_("Diversion"), _("cartons of our shops that were found elsewhere")),
        "targets": (_("Sales and caps"), _("what each county sells in a quarter, and how much of it may flow out")),
    }
)
"""Each kind by name, and what it holds."""

JOBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "to_check": (_("being checked"), "info"),
        "checked": (_("checked: waits for you"), "warn"),
        "faulty": (_("has faults"), "bad"),
        "to_bring": (_("being brought in"), "info"),
        "done": (_("brought in"), "good"),
        "known": (_("known already"), "plain"),
        "dropped": (_("dropped"), "plain"),
        "failed": (_("broke off"), "bad"),
    }
)
BATCHES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"done": (_("in the books"), "good"), "refused": (_("refused"), "bad"), "undone": (_("undone"), "plain")}
)

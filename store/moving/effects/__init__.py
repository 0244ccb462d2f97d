"""What the verbs change besides the state: one small function per verb that changes anything, by ledger."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from store.moving.case import Effect
from store.moving.effects import accepting, clock, clues, handling, terms, verdicts
from store.words import Ledger

EFFECTS: Mapping[Ledger, Mapping[str, Effect]] = MappingProxyType(
    {
        Ledger.CLUE: {**clues.EFFECTS, **accepting.EFFECTS, **clock.OF_CLUES},
        Ledger.PROBLEM: {**handling.EFFECTS, **verdicts.EFFECTS, **terms.EFFECTS, **clock.OF_PROBLEMS},
    }
)
"""Verbs that are not here change nothing but the state."""

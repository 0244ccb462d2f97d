"""What a session keeps in this process only: opened keys. Forgotten after 30 idle minutes and at sign-out.

Nothing here is ever written anywhere. Another replica has another memory: whoever is sent there is asked again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

IDLE = timedelta(minutes=30)


@dataclass(slots=True)
class _Kept:
    values: dict[str, Any]
    until: datetime
    alarm: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Memories:
    """By session. `at` is the office's time; a timer forgets what nobody comes back for."""

    idle: timedelta = IDLE
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def of(self, session: str, at: datetime) -> dict[str, Any]:
        """The memory of a session that is used just now."""
        kept = self._kept.get(session)
        if kept is None or kept.until <= at:
            self.forget(session)
            kept = self._kept[session] = _Kept({}, at)
        if kept.alarm is not None:
            kept.alarm.cancel()
        kept.until = at + self.idle
        loop = asyncio.get_running_loop()
        kept.alarm = loop.call_later(self.idle.total_seconds(), self.forget, session)
        return kept.values

    def forget(self, session: str) -> None:
        """Now, and for good."""
        kept = self._kept.pop(session, None)
        if kept is not None:
            kept.values.clear()
            if kept.alarm is not None:
                kept.alarm.cancel()

    def __len__(self) -> int:
        return len(self._kept)

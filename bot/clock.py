"""The office's clock: the real one, moved by a shift that demos and tests may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Everybody asks it for the time, so moving it moves the whole office. Database time is moved by `shift` too."""

    shift: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """The office's time, aware, in UTC."""
        return datetime.now(UTC) + self.shift

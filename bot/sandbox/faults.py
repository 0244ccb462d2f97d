"""Bad luck on demand: what goes wrong at the cloud, for which API, how often. Repeatable from one seed.

cloud.faults.next("message/send", Reset(after_accept=True))        # the next call only
cloud.faults.next("callback", LostAnswer(), times=2)
cloud.faults.rate("message/send", Error(-1), 0.1)                  # one call in ten
cloud.faults.always("message/send", Concurrent(most=4))
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Error:
    """Answer this errcode (-1, 60020, 45033, ...) and do nothing."""

    code: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """45009 for that API, from this call on, for `seconds` of office time."""

    seconds: float = 60


@dataclass(frozen=True, slots=True)
class TokenDies:
    """Every access token is gone before its time, and this call meets it: 42001 expired, 40014 invalid."""

    code: int = 42001


@dataclass(frozen=True, slots=True)
class Hang:
    """Take the request and never answer; `after_accept` does the work first."""

    after_accept: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection; `after_accept` does the work first, so the answer is lost."""

    after_accept: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A gateway's HTML page with this HTTP status instead of JSON."""

    status: int = 502


@dataclass(frozen=True, slots=True)
class Slow:
    """Answer rightly, `seconds` of real time late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Concurrent:
    """45033 while more than `most` calls of that API are being worked on; each takes `seconds` of real time."""

    most: int
    seconds: float = 0.02


@dataclass(frozen=True, slots=True)
class Dropped:
    """message/send: errcode 0, but these members never see it (all receivers when empty)."""

    userids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invalid:
    """message/send: these members are invalid although the directory knows them."""

    userids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A callback arrives several times at once, byte for byte the same."""

    times: int = 2


@dataclass(frozen=True, slots=True)
class Late:
    """A callback waits until the next one has been answered: reordered. Send the two together."""


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """The app's answer to a callback is lost on the way back: that attempt counts as failed and is repeated."""

    times: int = 1


ApiFault = Error | Frequency | TokenDies | Hang | Reset | Broken | Slow | Concurrent | Dropped | Invalid
CallbackFault = Duplicate | Late | LostAnswer
Fault = ApiFault | CallbackFault


class Faults:
    """The plan of what goes wrong. Names are API paths after /cgi-bin/, or `callback`."""

    def __init__(self, now: Callable[[], datetime], seed: int = 153) -> None:
        self._now = now
        self._rng = Random(seed)  # noqa: S311 - repeatable bad luck, not secrets
        self._next: dict[str, deque[Fault]] = defaultdict(deque)
        self._rates: dict[str, tuple[Fault, float]] = {}
        self._blocked: dict[str, datetime] = {}
        self.met: Counter[tuple[str, str]] = Counter()
        """How often each (API, kind of fault) was met."""

    def next(self, name: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls meet it, after what is already planned for them."""
        self._next[name].extend([fault] * times)

    def rate(self, name: str, fault: Fault, share: float) -> None:
        """From now on each call meets it with this probability."""
        self._rates[name] = (fault, share)

    def always(self, name: str, fault: Fault) -> None:
        """From now on every call meets it."""
        self.rate(name, fault, 1.0)

    def clear(self) -> None:
        """Good weather again."""
        self._next.clear()
        self._rates.clear()
        self._blocked.clear()

    def planned(self) -> int:
        """How many calls are still going to meet something, standing faults counted once."""
        return sum(map(len, self._next.values())) + len(self._rates)

    def take(self, name: str) -> Fault | None:
        """What the call that happens now meets."""
        fault = self._draw(name)
        if isinstance(fault, Frequency):
            self._blocked[name] = self._now() + timedelta(seconds=fault.seconds)
            fault = Error(45009)
        if fault is not None:
            self.met[name, type(fault).__name__] += 1
        return fault

    def _draw(self, name: str) -> Fault | None:
        if name in self._blocked:
            if self._now() < self._blocked[name]:
                return Error(45009)
            del self._blocked[name]
        if self._next[name]:
            return self._next[name].popleft()
        fault, share = self._rates.get(name, (None, 0.0))
        return fault if fault is not None and self._rng.random() < share else None

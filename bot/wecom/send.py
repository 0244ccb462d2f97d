"""From a letter's frozen bytes to an outcome: what message/send answers, and what that means (D90236, D90313)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.wecom.errors import BUSY_PAUSE, HELD, OUTCOMES, Reaction, reaction
from bot.wecom.read import DOOR
from bot.weixin.client import Answer, Client, to_json
from bot.weixin.faults import ApiError, Unreachable
from bot.weixin.pages import unlinked
from store import door_state
from store.words import Address, Later, Never, Outcome, Sent

TEXT_LIMIT = 2048
RESEND_WINDOW = timedelta(hours=3)
"""For at least so long the same bytes are shown only once, so a letter of unknown fate may be sent again."""
_LONGEST_WINDOW = 14400  # seconds, WeCom's own limit
_HOUR = 3600.0


def envelope(agent_id: int, to: Address, text: str, key: str) -> bytes:
    """The body of message/send for one person. Raises `ValueError` above 2048 bytes of text: callers page.

    WeCom drops a body it has seen within `duplicate_check_interval`. That protects a letter that is sent twice, but
    would swallow another letter that happens to say the same, so the letter's key moves the interval a little.
    """
    if len(text.encode()) > TEXT_LIMIT:
        raise ValueError(f"a text of more than {TEXT_LIMIT} bytes: split it into pages first")
    spare = _LONGEST_WINDOW - int(RESEND_WINDOW.total_seconds())
    return to_json(
        {
            "touser": to.id,
            "msgtype": "text",
            "agentid": agent_id,
            "text": {"content": unlinked(text)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _LONGEST_WINDOW - crc32(key.encode()) % (spare + 1),
        }
    )


class Sender:
    """Posts letters. While the door is held nothing is called; alarms are told to all replicas."""

    def __init__(self, client: Client, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._engine = engine
        self._clock = clock
        self._why = ""
        self._held_until = 0.0
        self._pause = 0.0  # the last frequency pause, in seconds; 0 after a success

    async def send(self, to: Address, body: bytes) -> Outcome:
        """Post once (and once more with a fresh token, when the first was refused). Never raises for the other side."""
        if self._clock() < self._held_until:
            return self._held()
        try:
            answer = await self._client.call("POST", "/cgi-bin/message/send", body=body)
        except ApiError as fault:
            return await self._refused(fault)
        except Unreachable as fault:
            metrics.door_error(DOOR, "unreachable")
            return Later(str(fault), BUSY_PAUSE, doubt=fault.doubt)
        self._pause = 0.0
        return _taken(to, answer)

    async def _refused(self, fault: ApiError) -> Outcome:
        kind = reaction(fault.code)
        metrics.door_error(DOOR, kind.name.lower())
        if kind in HELD:
            if self._clock() >= self._held_until:  # else it was under way together with the call that began this
                await self._hold(kind, str(fault))
            return self._held()
        return replace(OUTCOMES.get(kind, Never("")), reason=str(fault))

    def _longer(self) -> float:
        """A minute limit blocks for 60 s, an hour limit for 60 min, and nothing says which one it was: begin short
        and double."""
        self._pause = min(self._pause * 2, _HOUR) or HELD[Reaction.PAUSE].total_seconds()
        return self._pause

    async def _hold(self, kind: Reaction, why: str) -> None:
        seconds = self._longer() if kind is Reaction.PAUSE else HELD[kind].total_seconds()
        self._why, self._held_until = why, self._clock() + seconds
        if kind is not Reaction.PAUSE:
            await door_state.broken(self._engine, DOOR, why)

    def _held(self) -> Later:
        left = timedelta(seconds=max(self._held_until - self._clock(), 0.0))
        return Later(self._why, left, counts=False, pause_door=True)


def _taken(to: Address, answer: Answer) -> Outcome:
    """errcode 0 still names the people who do not get it."""
    for part in ("unlicenseduser", "invaliduser"):
        if to.id in str(answer.get(part) or "").lower().split("|"):
            return Never(part, gone=True)
    return Sent(str(answer["msgid"]) if answer.get("msgid") else None)

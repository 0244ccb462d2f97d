"""From a letter's frozen bytes to an outcome: what message/send answers, and what that means (D90236, D90313)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.wecom import pictures
from bot.wecom.cards import CARD, UPDATES
from bot.wecom.errors import BUSY_PAUSE, CODE_SPENT, HELD, OUTCOMES, TASK_KNOWN, Reaction, reaction
from bot.wecom.read import DOOR
from bot.weixin.client import Answer, Client
from bot.weixin.faults import ApiError, Unreachable
from bot.work.showing import Missing
from store import door_state
from store.words import Address, Later, Never, Outcome, Sent

_SEND, _UPDATE = "/cgi-bin/message/send", "/cgi-bin/message/update_template_card"
_HOUR = 3600.0


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
        updates = body.startswith(UPDATES)
        try:
            whole = await pictures.filled(self._client, self._engine, body) if pictures.shows(body) else body
            answer = await self._client.call("POST", _UPDATE if updates else _SEND, body=whole)
        except Missing:
            return Never("the picture is not kept any more")
        except ApiError as fault:
            if pictures.shows(body) and reaction(fault.code) in (Reaction.MEDIA, Reaction.MEDIA_GONE):
                await pictures.forget(self._engine, body)
                return Later(str(fault), BUSY_PAUSE)
            return await self._refused(fault, body)
        except Unreachable as fault:
            metrics.door_error(DOOR, "unreachable")
            return Later(str(fault), BUSY_PAUSE, doubt=fault.doubt)
        self._pause = 0.0
        return Sent() if updates else _taken(to, answer)

    async def _refused(self, fault: ApiError, body: bytes) -> Outcome:
        kind = reaction(fault.code)
        metrics.door_error(DOOR, kind.name.lower())
        if kind in HELD:
            if self._clock() >= self._held_until:  # else it was under way together with the call that began this
                await self._hold(kind, str(fault))
            return self._held()
        outcome = replace(OUTCOMES.get(kind, Never("")), reason=str(fault))
        return outcome if isinstance(outcome, Later) else _final(outcome, fault.code, body)

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
    return Sent(_text(answer, "msgid"), _text(answer, "response_code"))


def _text(answer: Answer, name: str) -> str | None:
    return str(answer[name]) if answer.get(name) else None


def _final(outcome: Never, code: int, body: bytes) -> Outcome:
    """What a refusal means for a card: a code that is spent was spent by an earlier attempt of the same letter, and a
    card that is refused for what it is may still be told in words."""
    if body.startswith(UPDATES):
        return Sent() if code == CODE_SPENT else replace(outcome, gone=False)
    if outcome.gone or json.loads(body)["msgtype"] != CARD:
        return outcome
    return replace(outcome, plain=True, twice=code == TASK_KNOWN)

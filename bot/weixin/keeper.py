"""The keeper of one access token: asks for it as seldom as possible, and stops asking when that is useless."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.weixin.faults import ApiError, Unreachable
from store import tokens
from store.tokens import Granted, Token

REFUSED_PAUSE = 300.0
"""Seconds without any call after the other side refused the secret, or refused a token it had just given."""
BUSY_PAUSE = 3.0
"""Seconds after a network fault or "busy": those who wait for one token must not each wait for the same time-out."""
_BUSY = -1


class Keeper:
    """One token of one secret, for this process; `store/tokens.py` shares it with the other replicas.

    A breaker is part of it: after a refusal every caller gets that refusal at once, without a call, until the
    pause is over. So a wrong secret costs one call every five minutes, however many letters wait.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        name: str,
        ask: Callable[[], Awaitable[Granted]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._name = name
        self._ask = ask
        self._clock = clock
        self._turn = asyncio.Lock()
        self._held: Token | None = None
        self._until = 0.0
        self._refusal: ApiError | Unreachable | None = None
        self._shut_until = 0.0

    async def token(self) -> Token:
        """The token to use now. Raises `ApiError` when the secret is refused, `Unreachable` for a network fault."""
        if self._held and self._clock() < self._until:
            return self._held
        async with self._turn:
            return await self._fresh()

    async def renew(self, spent: Token) -> Token:
        """A token other than `spent`, which the other side refused. Fifty callers cause one refresh."""
        async with self._turn:
            if self._held == spent:
                self._held = None
                await tokens.drop(self._engine, self._name, spent)
            return await self._fresh()

    def shut(self, refusal: ApiError | Unreachable, seconds: float = REFUSED_PAUSE) -> None:
        """Open the breaker: until then everybody gets `refusal` instead of a token."""
        self._held, self._refusal, self._shut_until = None, refusal, self._clock() + seconds

    async def _fresh(self) -> Token:
        now = self._clock()
        if self._held and now < self._until:
            return self._held
        if self._refusal and now < self._shut_until:
            raise self._refusal.with_traceback(None)  # or its trace would grow with every raise
        try:
            token = await tokens.refresh(self._engine, self._name, self._asked)
        except ApiError as refusal:
            self.shut(refusal, BUSY_PAUSE if refusal.code == _BUSY else REFUSED_PAUSE)
            raise
        except Unreachable as fault:
            refused = Unreachable(str(fault), doubt=False)  # the call that needed the token was not even begun
            self.shut(refused, BUSY_PAUSE)
            raise refused from None
        self._held, self._until = token, now + token.left.total_seconds()
        return token

    async def _asked(self) -> Granted:
        try:
            granted = await self._ask()
        except (ApiError, Unreachable):
            metrics.token_refreshed(self._name, "failed")
            raise
        metrics.token_refreshed(self._name)
        return granted

"""Many callers, one statement: whoever comes while the last one is under way shares the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


class Gather(Generic[Wish, Answer]):
    """Calls `act` with up to `most` wishes at a time; `act` answers each in its place.

    `linger`: seconds to wait for company first, where nobody is in a hurry.
    """

    def __init__(
        self, act: Callable[[Sequence[Wish]], Awaitable[Sequence[Answer]]], most: int = 100, linger: float = 0.0
    ) -> None:
        self._act = act
        self._most = most
        self._linger = linger
        self._waiting: list[tuple[Wish, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, wish: Wish) -> Answer:
        """This wish's answer, or the error of the statement that carried it."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve())
        return await answer

    async def _serve(self) -> None:
        while self._waiting:
            if self._linger and len(self._waiting) < self._most:
                await asyncio.sleep(self._linger)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await self._act([wish for wish, _ in batch])
            except Exception as fault:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(fault)
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)

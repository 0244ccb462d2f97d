"""The courier between the cloud and the app: sealed callbacks with a time limit, retries, and the answers back.

D90238: 5 s per attempt, then the request is repeated, three retries, same body; anything but 200 is a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import aiohttp

from bot.sandbox.directory import Corp
from bot.sandbox.envelope import BadReply, Reply, Sealed, Sealer, to_xml
from bot.sandbox.faults import Duplicate, Faults, Late, LostAnswer

Json = Any


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the cloud waits and how often it tries. Real seconds; tests make them short."""

    answer_within: float = 5.0
    verify_within: float = 1.0
    retries: int = 3
    pause: float = 1.0  # between attempts; WeCom does not say how long
    same_nonce: bool = True  # whether a retry repeats the query too; WeCom does not say


@dataclass(slots=True)
class Delivery:
    """What became of one callback. `attempts` in words: `200`, `500`, `time-out`, `refused`, `answer lost`.

    `answers` are all replies that came back, of duplicates too; `reply` the one that the member sees.
    """

    userid: str
    sealed: Sealed
    attempts: list[str] = field(default_factory=list)
    answers: list[Reply | None] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def arrived(self) -> bool:
        return "200" in self.attempts

    @property
    def reply(self) -> Reply | None:
        return self.answers[0] if self.answers else None


class Busy:
    """Counts what is in flight; `settled` returns when nothing is."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def settled(self) -> None:
        while self._count:
            await self._idle.wait()


class Courier:
    """Brings callbacks to `url`, or in turn to each of several (parted by blanks), as a balancer does.

    `start` before use, `stop` after; keeps every `Delivery` for whoever asks.
    """

    def __init__(
        self, corp: Corp, now: Callable[[], datetime], rng: Random, faults: Faults, patience: Patience
    ) -> None:
        self.url = ""
        self.deliveries: list[Delivery] = []
        self.busy = Busy()
        self.cdata = True
        self._sealer = Sealer(corp)
        self._now, self._rng, self._faults, self._patience = now, rng, faults, patience
        self._session: aiohttp.ClientSession | None = None
        self._overtaken = asyncio.Event()
        self._posts = 0

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    def sealed(self, fields: Mapping[str, Json]) -> Sealed:
        """A callback with these inner fields, ready to be posted by hand: what hostile tests start from."""
        return self._sealer.seal(to_xml(fields, cdata=self.cdata), self._stamp(), self._nonce())

    async def verify(self) -> bool:
        """What happens when the administrator presses save: the app must echo the plain text, exactly, in time."""
        word = str(self._rng.randrange(10**18, 10**19))
        query = self._sealer.seal_echo(word, self._stamp(), self._nonce())
        timeout = aiohttp.ClientTimeout(total=self._patience.verify_within)
        try:
            async with self._http().get(self.url, params=query, timeout=timeout) as answer:
                return answer.status == 200 and await answer.read() == word.encode()
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def deliver(self, userid: str, fields: Mapping[str, Json]) -> Delivery:
        """Bring one callback, with whatever bad luck is planned for it, and read what came back."""
        with self.busy.working():
            fault = self._faults.take("callback")
            delivery = Delivery(userid, self.sealed(fields))
            self.deliveries.append(delivery)
            if isinstance(fault, Late):
                await self._let_another_pass()
            lost = fault.times if isinstance(fault, LostAnswer) else 0
            copies = fault.times if isinstance(fault, Duplicate) else 1
            await asyncio.gather(*(self._bring(delivery, lost) for _ in range(copies)))
            if not isinstance(fault, Late):
                self._overtaken.set()
                self._overtaken = asyncio.Event()
            return delivery

    async def _let_another_pass(self) -> None:
        try:
            await asyncio.wait_for(self._overtaken.wait(), self._patience.answer_within)
        except TimeoutError:  # nobody came: deliver it all the same
            return

    async def _bring(self, delivery: Delivery, lost: int) -> None:
        query = delivery.sealed.query
        for attempt in range(1 + self._patience.retries):
            if attempt:
                await asyncio.sleep(self._patience.pause)
                if not self._patience.same_nonce:
                    query = self._sealer.requery(delivery.sealed, self._stamp(), self._nonce())
            status, body = await self._post(delivery.sealed.body, query)
            if status == "200" and attempt < lost:
                status = "answer lost"
            delivery.attempts.append(status)
            if status == "200":
                self._note(delivery, body)
                return

    async def _post(self, body: bytes, query: Mapping[str, str]) -> tuple[str, bytes]:
        timeout = aiohttp.ClientTimeout(total=self._patience.answer_within)
        headers = {"Content-Type": "text/xml"}
        urls = self.url.split()
        self._posts += 1
        try:
            async with self._http().post(
                urls[self._posts % len(urls)],
                params=query,
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                return str(answer.status), await answer.read()
        except TimeoutError:
            return "time-out", b""
        except aiohttp.ClientError:
            return "refused", b""

    def _note(self, delivery: Delivery, body: bytes) -> None:
        try:
            delivery.answers.append(self._sealer.open(body, delivery.userid))
        except BadReply as error:
            delivery.problems.append(str(error))

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the courier has not been started")
        return self._session

    def _stamp(self) -> int:
        return int(self._now().timestamp())

    def _nonce(self) -> str:
        return str(self._rng.randrange(10**8, 10**10))

"""A durable encrypted step: callback in, codec, dedupe, dialogue, one commit, sealed answer out, 32 in flight.

Every rung is a server process of its own on the same PostgreSQL; rounds are interleaved, medians are printed.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count

import aiohttp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.bench import Row
from store.db import Tx
from tests.bench import _rungs
from tests.world import build_world

RUNGS = ("bare", "two", "six", "ours")
IN_FLIGHT, ROUNDS, SECONDS = 32, 5, 3.0
_ENVELOPE = _rungs._ENVELOPE
# What one person says over and over: a report is begun, told, put off, looked over, thrown away. No lookups.
SCRIPT = ("上报", "跳过", "雨太大", "跳过", "没有信号", "取消", "1")


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one rung: steps per second, and the 50th and 99th percentile of an answer in milliseconds."""

    rate: float
    p50: float
    p99: float


async def run(engine: AsyncEngine) -> list[Row]:
    async with engine.begin() as tx:
        await build_world(tx)
        people = {rung: await people_of(tx, rung) for rung in RUNGS}
    url = engine.url.render_as_string(hide_password=False)
    rounds: dict[str, list[Round]] = {rung: [] for rung in RUNGS}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        addresses = {rung: await stack.enter_async_context(_server(http, rung, url)) for rung in RUNGS}
        keys = count(1)
        for number in range(ROUNDS + 1):
            for rung in RUNGS:
                measured = await _round(http, addresses[rung], people[rung], keys, SECONDS if number else 1.0)
                if number:  # the first one warms up
                    rounds[rung].append(measured)
            if not number:
                async with engine.begin() as tx:  # a new table's plans are guesses (speed.md, trap 2)
                    await tx.execute(text("ANALYZE"))
    return list(_rows(rounds))


async def people_of(tx: Tx, rung: str) -> list[str]:
    """`IN_FLIGHT` members of staff, so that nobody waits for their own earlier message; others for every rung, whose
    dialogue no other rung overwrites in the middle of the script."""
    names = [f"{rung}{number}" for number in range(IN_FLIGHT)]
    for name in names:
        await tx.execute(
            text(
                "INSERT INTO person (id, id_lower, name, unit_code, role, field_role)"
                " SELECT :id, :id, :id, unit_code, role, field_role FROM person WHERE id = 'mq-cm'"
            ),
            {"id": name},
        )
        await tx.execute(
            text("INSERT INTO contact (door, address, person_id) VALUES ('wecom', :id, :id)"), {"id": name}
        )
    return names


@asynccontextmanager
async def _server(http: aiohttp.ClientSession, rung: str, url: str) -> AsyncIterator[str]:
    """A rung, or the service itself with all that it does in the background."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ("bot", "serve") if rung == "ours" else ("tests.bench._rungs", rung, url, str(port))
    environment = os.environ | {
        "LOOP153_DATABASE_URL": url,
        "LOOP153_LISTEN": f"127.0.0.1:{port}",
        "LOOP153_WECOM_CORP_ID": _rungs.CORP,
        "LOOP153_WECOM_AGENT_ID": str(_rungs.AGENT),
        "LOOP153_WECOM_SECRET": "secret",
        "LOOP153_WECOM_TOKEN": _rungs.TOKEN,
        "LOOP153_WECOM_AES_KEY": _rungs.AES_KEY,
        "LOOP153_WECOM_API_BASE": "http://127.0.0.1:9",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        await _answers(http, f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/wecom/callback"
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with http.get(address):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def _round(
    http: aiohttp.ClientSession, address: str, people: Sequence[str], keys: Iterator[int], seconds: float
) -> Round:
    """Every person says the script over and over, one message after the other, for so many seconds."""
    until, spent = time.perf_counter() + seconds, list[float]()

    async def talk(person: str) -> None:
        for number in count():
            query, body = _sealed(person, SCRIPT[number % len(SCRIPT)], next(keys))
            began = time.perf_counter()
            if began >= until:
                return
            async with http.post(address, params=query, data=body) as answer:
                await answer.read()
                answer.raise_for_status()
            spent.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(talk(person) for person in people))
    wall = time.perf_counter() - began
    spent.sort()
    return Round(len(spent) / wall, spent[len(spent) // 2] * 1e3, spent[int(len(spent) * 0.99)] * 1e3)


def _sealed(person: str, words: str, key: int) -> tuple[dict[str, str], str]:
    inner = (
        f"<xml><ToUserName>{_rungs.CORP}</ToUserName><FromUserName>{person}</FromUserName><CreateTime>1763800000"
        f"</CreateTime><MsgType>text</MsgType><Content><![CDATA[{words}]]></Content><MsgId>{key}</MsgId>"
        f"<AgentID>{_rungs.AGENT}</AgentID></xml>"
    )
    encrypted = _ENVELOPE.encrypt(inner.encode())
    query = {"timestamp": "1763800000", "nonce": str(key)}
    query["msg_signature"] = _ENVELOPE.signature(query["timestamp"], query["nonce"], encrypted)
    return query, f"<xml><ToUserName>{_rungs.CORP}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"


def _rows(rounds: dict[str, list[Round]]) -> Iterator[Row]:
    def median(rung: str, figure: str) -> float:
        return float(statistics.median(getattr(one, figure) for one in rounds[rung]))

    def ratio(other: str) -> float:
        return statistics.median(
            mine.rate / theirs.rate for mine, theirs in zip(rounds["ours"], rounds[other], strict=True)
        )

    for rung in RUNGS[:-1]:
        yield Row(f"step: {rung}", median(rung, "rate"), "steps/s")
    yield Row("step: ours / bare aiohttp with the codec", median("ours", "rate"), "steps/s", ratio("bare"))
    yield Row("step: ours / hand-written, two round trips", median("ours", "rate"), "steps/s", ratio("two"), ">= 0.5")
    yield Row("step: ours / hand-written, six round trips", median("ours", "rate"), "steps/s", ratio("six"), ">= 0.8")
    p50, p99 = median("ours", "p50"), median("ours", "p99")
    yield Row("step: median answer at 32 in flight", p50, "ms")
    yield Row("step: p99 answer, against the median", p99, "ms", p99 / p50, "<= 2.5")

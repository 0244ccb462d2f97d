"""The whole service as a process: how soon it serves, what it weighs, and how it answers while photos come in."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

import aiohttp
import psutil
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Corp, Department, Directory, Member
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.sandbox import start_sandbox
from tests.bench import Row
from tests.bench.step import SCRIPT, people_of
from tests.journeys.town import SandboxClock, free_port
from tests.world import build_world

SECONDS, PHOTO_EVERY, PHOTOGRAPHERS = 12.0, 1.0, 4
STARTS = 3


async def run(engine: AsyncEngine) -> list[Row]:
    async with engine.begin() as tx:
        await build_world(tx)
        people = await people_of(tx, "bench")
    corp, port = Corp.fresh(), free_port()
    directory = Directory(tuple(Member(one, one, (1,)) for one in people), (Department(1, "bench", 0),))
    callback = f"http://127.0.0.1:{port}/wecom/callback"
    sandbox = await start_sandbox(corp, directory, SandboxClock(Clock()), callback, limits=UNLIMITED)
    try:
        starts = []
        for _ in range(STARTS - 1):
            async with _serving(engine, corp, sandbox.url, port) as (_, seconds):
                starts.append(seconds)
        async with _serving(engine, corp, sandbox.url, port) as (process, seconds):
            starts.append(seconds)
            answers = await _talk_and_photograph(sandbox.cloud, people)
            weight = psutil.Process(process.pid).memory_info().rss / 2**20
            held = await _longest_hold(port)
    finally:
        await sandbox.stop()
    answers.sort()
    return [
        Row("service: start to serving, existing database", min(starts), "s", goal="<= 3"),
        Row("service: resident memory after the talk", weight, "MB", goal="<= 200"),
        Row("service: median answer, photos being fetched", answers[len(answers) // 2] * 1e3, "ms"),
        Row(
            "service: p99 answer while photos are fetched", answers[int(len(answers) * 0.99)] * 1e3, "ms", goal="<= 250"
        ),
        Row("service: event loop held at most", held * 1e3, "ms", goal="<= 100"),
    ]


@asynccontextmanager
async def _serving(engine: AsyncEngine, corp: Corp, cloud: str, port: int) -> AsyncIterator[tuple[Process, float]]:
    """`loop153 serve` as a process, and the seconds until it was ready."""
    environment = os.environ | {
        "LOOP153_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "LOOP153_LISTEN": f"127.0.0.1:{port}",
        "LOOP153_WECOM_CORP_ID": corp.corp_id,
        "LOOP153_WECOM_AGENT_ID": str(corp.agent_id),
        "LOOP153_WECOM_SECRET": corp.secret,
        "LOOP153_WECOM_TOKEN": corp.token,
        "LOOP153_WECOM_AES_KEY": corp.aes_key,
        "LOOP153_WECOM_API_BASE": cloud,
    }
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(60):
            while not await _ready(http, f"http://127.0.0.1:{port}/readyz"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        yield process, time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()


async def _ready(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def _talk_and_photograph(cloud: Cloud, people: list[str]) -> list[float]:
    """Everybody talks without a pause; a few send a photo of twelve megapixels every second. Seconds per answer."""
    until, spent, photo = time.perf_counter() + SECONDS, list[float](), _photo()

    async def talk(person: str) -> None:
        for words in cycle(SCRIPT):
            began = time.perf_counter()
            if began >= until:
                return
            await cloud.say(person, words)
            spent.append(time.perf_counter() - began)

    async def photograph(person: str) -> None:
        while time.perf_counter() < until:
            await cloud.photo(person, photo)
            await asyncio.sleep(PHOTO_EVERY)

    talkers, photographers = people[PHOTOGRAPHERS:], people[:PHOTOGRAPHERS]
    await asyncio.gather(*map(talk, talkers), *map(photograph, photographers))
    return spent


def _photo() -> bytes:
    """Noise compresses badly, like a real shelf of cartons: about four megabytes."""
    buffer = io.BytesIO()
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


async def _longest_hold(port: int) -> float:
    """The upper end of the fullest bucket of the event loop's lag, in seconds."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    counts = re.findall(r'loop153_event_loop_lag_seconds_bucket\{le="([^"]+)"\} ([0-9.]+)', text)
    total = float(counts[-1][1])
    return next(float(limit) for limit, count in counts if float(count) == total)

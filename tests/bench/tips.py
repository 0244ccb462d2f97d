"""Whole tips through the page, against the image work and cryptography that no design can save; and under a flood."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from statistics import median

import aiohttp
from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.tips.clean import clean
from store import db, tips, vault
from store.tips import receipts
from tests.bench import Row
from tests.journeys.town import free_port
from tests.tippage import Tipster
from tests.tips import make_vault
from tests.world import build_world

AT_ONCE, TIPS = 4, 24
"""Tipsters at the same time, and their tips, of the first measurement."""
A_MINUTE = 200
MINUTES = float(os.environ.get("LOOP153_BENCH_TIP_MINUTES", "1"))
"""Of the flood. The goal speaks of five."""
CHECKS = 200
STORY = "凌晨两点有人从后门往外搬整箱的真烟，白色面包车，连着三个晚上。"


async def run(engine: AsyncEngine) -> list[Row]:
    async with engine.begin() as tx:
        await build_world(tx)
        await make_vault(tx, await db.now(tx))
    photos = [_photo(seed) for seed in (1, 2)]
    rows = await _checks(engine)
    async with _serving(engine) as url:
        await _tip(url, photos)  # the washing machine and the caches are warm
        through = TIPS / await _through(url, photos)
        alone = 1 / _unavoidable(photos)
        small = [_photo(3, 960), _photo(4, 960)]
        spent = sorted(await _flood(url, small))
    return [
        *rows,
        Row("tip: images and cryptography alone", alone, "tips/s"),
        Row("tip: whole tips through the page", through, "tips/s", through / alone, ">= 0.60"),
        Row(f"tip: p50 while {A_MINUTE} a minute arrive", spent[len(spent) // 2], "s"),
        Row(f"tip: p95 while {A_MINUTE} a minute arrive", spent[int(len(spent) * 0.95)], "s", goal="<= 3"),
    ]


# --- the receipt ------------------------------------------------------------------------------------------


async def _checks(engine: AsyncEngine) -> list[Row]:
    """Finding a tip by its receipt, good and not, beside growing the receipt's keys."""
    async with engine.begin() as tx:
        at = await db.now(tx)
        known = await tips.file_tip(
            tx, {"text": STORY, "about": "other"}, [], door="web", notice="https", chat=False, at=at
        )
        grown = median([_seconds(lambda: receipts.keys(receipts.new())) for _ in range(CHECKS)])
        found = {}
        for name, receipt in (("good", known), ("unknown", receipts.new()), ("malformed", None)):
            times = []
            for _ in range(CHECKS):
                began = time.perf_counter()
                await tips.find(tx, receipt, at)
                times.append(time.perf_counter() - began)
            found[name] = median(times)
    extra = {name: (seconds - grown) * 1e3 for name, seconds in found.items()}
    return [Row(f"receipt: {name}, beyond its keys", value, "ms", goal="<= 5") for name, value in extra.items()]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# --- what cannot be saved ---------------------------------------------------------------------------------


def _unavoidable(photos: list[bytes]) -> float:
    """Seconds of one tip's cleaning and sealing, with nothing around it."""
    officers = [PrivateKey.generate().public_key for _ in range(4)]
    return median([_seconds(lambda: _seal(photos, officers)) for _ in range(8)][1:])


def _seal(photos: list[bytes], officers: list[PublicKey]) -> None:
    key, share, receipt = PrivateKey.generate(), vault.new_share(), receipts.new()
    grown = receipts.keys(receipt)
    for number, photo in enumerate(photos):
        list(vault.seal_file(key, clean(photo).data, "XS", str(number)))
    for to in [*officers, grown.box.public_key]:
        vault.wrap(bytes(key), to, share, "reader")
    sealed = vault.seal(key, vault.pad(STORY.encode(), vault.TEXT_SIZES), "XS", "said", 0)
    vault.sign(SigningKey(bytes(grown.proof)), sealed)


def _photo(seed: int, edge: int = 1920) -> bytes:
    """What a chat or a phone sends by default: about one to two megapixels, with texture that compresses badly."""
    buffer = io.BytesIO()
    noise = Image.effect_noise((edge, edge * 3 // 4), 30 + seed).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "phone"
    noise.save(buffer, "JPEG", quality=75, exif=exif)
    return buffer.getvalue()


# --- through the page -------------------------------------------------------------------------------------


@asynccontextmanager
async def _serving(engine: AsyncEngine) -> AsyncIterator[str]:
    """`loop153 serve` as a process."""
    port = free_port()
    environment = os.environ | {
        "LOOP153_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "LOOP153_LISTEN": f"127.0.0.1:{port}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(60):
            while not await _ready(http, f"{url}/readyz"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _ready(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def _tip(url: str, photos: list[bytes]) -> float:
    """One whole tip, from the first page to the confirmed receipt; its seconds."""
    began = time.perf_counter()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        tipster = Tipster(http, url)
        await tipster.tells(STORY, files=photos)
        done = await tipster.confirms(await tipster.submits())
    if not done.path.endswith("/done"):
        raise RuntimeError(f"the tip ended at {done.path}")
    return time.perf_counter() - began


async def _through(url: str, photos: list[bytes]) -> float:
    """Seconds for all tips, some at a time."""
    left = iter(range(TIPS))

    async def one_after_another() -> None:
        for _ in left:
            await _tip(url, photos)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return time.perf_counter() - began


async def _flood(url: str, photos: list[bytes]) -> list[float]:
    """Tips that begin at fixed times, however long those before them take. Every tenth brings two photos."""
    count, every = int(A_MINUTE * MINUTES), 60 / A_MINUTE
    start = time.perf_counter()

    async def arrive(number: int) -> float:
        await asyncio.sleep(max(start + number * every - time.perf_counter(), 0))
        return await _tip(url, photos if number % 10 == 0 else [])

    return list(await asyncio.gather(*map(arrive, range(count))))

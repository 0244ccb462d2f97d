"""The rungs that a durable step of the real service is measured against, each a server process of its own.

`python -m tests.bench._rungs RUNG DATABASE_URL PORT`; RUNG is one of
bare  aiohttp and the callback codec, nothing kept
two   hand-written asyncpg, the fewest round trips: `arrive`, `leave`
six   hand-written asyncpg with a row lock: BEGIN, lock, dedupe, save, post, COMMIT
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from aiohttp import web
from sqlalchemy import make_url

from bot.weixin.envelope import Envelope
from bot.weixin.xmltext import parse, text_reply, value
from store.inbox import ARRIVE, LEAVE

CORP, AGENT, TOKEN, AES_KEY = "ww0153", 1000153, "bench", "a" * 43
POOL = 16
_STATE = json.dumps({"form": "report", "answers": {"text": "店门口有一箱外地码的烟", "photos": ["a" * 36, "b" * 36]}})
_SAID = json.dumps([["这是什么情况?", [["q|1|2|3", "一"], ["q|1|2|4", "二"]]]], ensure_ascii=False)
_ANSWER = "这是什么情况?\n1. 一\n2. 二"
_ENVELOPE = Envelope(TOKEN, AES_KEY, CORP)

Keep = Callable[[str, str], Awaitable[None]]


def application(keep: Keep) -> web.Application:
    """A callback that opens the envelope, keeps what was heard, and seals an answer."""

    async def callback(request: web.Request) -> web.Response:
        root = parse(_ENVELOPE.open(request.query, value(parse(await request.read()), "Encrypt")))
        sender, key = value(root, "FromUserName").lower(), value(root, "MsgId")
        await keep(sender, f"{sender}:{key}")
        now = int(time.time())
        sealed = _ENVELOPE.seal(text_reply(sender, CORP, _ANSWER, now), now)
        return web.Response(text=sealed, content_type="application/xml")

    app = web.Application()
    app.router.add_post("/wecom/callback", callback)
    return app


async def bare(_: str) -> Keep:
    async def keep(sender: str, key: str) -> None:
        return None

    return keep


async def two(url: str) -> Keep:
    pool = await _pool(url)

    async def keep(sender: str, key: str) -> None:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(ARRIVE, "wecom", key, sender)
            args = (row["id"], row["version"] or 0, _STATE, "report", row["at"], "wecom", key, _SAID)
            await connection.fetchrow(LEAVE, *args, ["answered", "shown"], ["report"] * 2, ["1"] * 2, ["text", "when"])

    return keep


async def six(url: str) -> Keep:
    pool = await _pool(url)

    async def keep(sender: str, key: str) -> None:
        async with pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(ARRIVE, "wecom", key, sender)
            await connection.fetchrow("SELECT version FROM dialogue WHERE person_id = $1 FOR UPDATE", row["id"])
            await connection.execute(
                "INSERT INTO inbox (door, key, person_id, at, said) VALUES ('wecom', $1, $2, $3, $4::text::jsonb)",
                key, row["id"], row["at"], _SAID,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO dialogue (person_id, version, state, form, updated_at)"
                " VALUES ($1, 1, $2::text::jsonb, 'report', $3)"
                " ON CONFLICT (person_id) DO UPDATE SET version = dialogue.version + 1, state = excluded.state",
                row["id"], _STATE, row["at"],
            )  # fmt: skip

    return keep


async def _pool(url: str) -> Any:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    # The pool's own reset would cost one more round trip (speed.md, trap 3).
    return await asyncpg.create_pool(plain, min_size=POOL, max_size=POOL, reset=_nothing)


async def _nothing(_: object) -> None:
    return None


async def serve(rung: str, url: str, port: int) -> None:
    app = application(await {"bare": bare, "two": two, "six": six}[rung](url))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("serving", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))

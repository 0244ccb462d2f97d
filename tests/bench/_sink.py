"""Another side that accepts everything at once, in a process of its own: prints its port, ends with its parent."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def accept(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b'{"errcode":0,"msgid":"m"}', content_type="application/json")


async def main() -> None:
    app = web.Application()
    app.router.add_post("/{door}", accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

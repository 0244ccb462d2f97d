"""What the operators' machines ask: is it alive, is it ready, and how is it doing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from store.db import newest, version

_PATIENCE = 2.0  # seconds for the database to answer


class Health:
    """`loops` says of each background loop whether it runs; the work keeps it up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.loops: dict[str, bool] = {}
        self.stopping = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, request: web.Request) -> web.Response:
        """The process answers; nothing else is asked, so that a slow database never gets it killed."""
        return web.json_response({"status": "ok"})

    async def _readyz(self, request: web.Request) -> web.Response:
        """200 when messages can be taken: database there and in shape, loops running, not about to stop."""
        checks = {**await self._database(), "loops": all(self.loops.values()), "staying": not self.stopping}
        ready = all(checks.values())
        return web.json_response(
            {"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503
        )

    async def _database(self) -> Mapping[str, bool]:
        try:
            async with asyncio.timeout(_PATIENCE):
                shape = await version(self._engine)
        except Exception:
            return {"database": False, "migrated": False}
        return {"database": True, "migrated": (shape or "") >= newest()}

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})

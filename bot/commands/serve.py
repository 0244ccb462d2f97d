"""`loop153 serve`: the service itself; one replica of it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot import log
from bot.api.serve import routes as api_routes
from bot.console import shell
from bot.fault import Fault
from bot.health import Health
from bot.office import Office, open_office
from bot.portal import oidc
from bot.settings import Settings
from bot.tips import qr
from bot.web import casefile
from bot.web.tip.routes import routes as tip_routes
from bot.work.loops import working

HELP = "run the service (settings are LOOP153_… variables)"

_BODY_LIMIT = 1024 * 1024  # bytes of a request; callbacks have a few kilobytes
_FINISH_SECONDS = 8.0  # for requests in flight when we are told to stop

logger = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment."""


def run(args: argparse.Namespace) -> int:
    log.set_up()
    asyncio.run(serve(Settings.load()))
    return 0


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then stop accepting, finish what is in flight, and close."""
    stop = stop_signal()
    if settings.clock_shift:
        logger.warning("the clock is moved by %s: this is a development installation", settings.clock_shift)
    async with open_office(settings) as office, serving(office):
        logger.info("serving on %s with doors: %s", settings.listen, ", ".join(office.doors) or "none")
        await stop.wait()
        logger.info("stopping")
    logger.info("stopped")


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM and SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def serving(office: Office) -> AsyncIterator[None]:
    """HTTP and background work around one office. Raises `Fault` when the address is taken."""
    health = Health(office.engine)
    runner = web.AppRunner(application(office, health), access_log=None, shutdown_timeout=_FINISH_SECONDS)
    await runner.setup()
    try:
        await _listen(runner, office.settings)
        async with working(office, health):
            try:
                yield
            finally:
                health.stopping = True
                await runner.cleanup()  # requests in flight are finished while the loops still run
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as fault:
        raise Fault(
            f"Nobody can be heard on {settings.listen} ({fault.strerror}). Is another loop153 running? "
            "LOOP153_LISTEN names another address."
        ) from fault


def application(office: Office, health: Health) -> web.Application:
    """Every door's routes, and the operators'."""
    app = web.Application(middlewares=[_referenced], client_max_size=_BODY_LIMIT)
    app.add_routes(health.routes())
    for door in office.doors.values():
        app.add_routes(door.routes())
    app.add_routes(casefile.routes(office))
    app.add_routes(qr.routes(office.settings))
    app.add_routes(tip_routes(office))
    app.add_routes(api_routes(office))
    app.add_routes(oidc.routes(office))
    app.add_routes(shell.routes(office))
    return app


@web.middleware
async def _referenced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request has a reference in the log, and none ends in a stack trace for the other side."""
    log.reference.set(log.new_reference())
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        logger.exception("a request failed: %s %s", request.method, request.path)
        return web.Response(status=500)

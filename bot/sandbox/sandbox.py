"""Opens and closes the sandbox: the cloud, its API, the login page and the phones, on one port of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.api import BODY_MOST, MESSAGES, Gate
from bot.sandbox.api_corp import CORP
from bot.sandbox.api_keys import Keys
from bot.sandbox.callbacks import Patience
from bot.sandbox.clock import Clock
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Corp, Directory
from bot.sandbox.limits import Limits
from bot.sandbox.login import Login
from bot.sandbox.outside import Outside
from bot.sandbox.phones import Phones

HOST = "127.0.0.1"  # it lends everybody's phone to whoever asks, so it never leaves this machine


@dataclass(slots=True)
class Sandbox:
    """A running sandbox. `url` is the phones page, the API base and the OAuth base of the app's settings at once."""

    url: str
    cloud: Cloud
    _runner: web.AppRunner
    _outside: Sequence[Outside] = ()

    async def stop(self) -> None:
        await self._runner.cleanup()
        await self.cloud.stop()
        for one in self._outside:
            await one.stop()


async def start_sandbox(
    config: Corp,
    directory: Directory,
    clock: Clock,
    callback_url: str,
    port: int = 0,
    *,
    limits: Limits | None = None,
    patience: Patience | None = None,
    outside: Sequence[Outside] = (),
) -> Sandbox:
    """Opens the sandbox on `port` (0 takes a free one). Raises `OSError` when the port is taken.

    `outside`: platforms beside WeCom, whose APIs are found under their own paths.
    """
    cloud = Cloud(config, directory, clock.now, callback_url, limits=limits, patience=patience)
    app = make_app(cloud, clock, outside)
    # Cancelling handlers whose caller hung up is what ends a call that was made to hang.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    await cloud.start()
    for one in outside:
        await one.start()
    cloud.base_url = f"http://{HOST}:{runner.addresses[0][1]}"
    return Sandbox(cloud.base_url, cloud, runner, outside)


def make_app(cloud: Cloud, clock: Clock, outside: Sequence[Outside] = ()) -> web.Application:
    app = web.Application(client_max_size=BODY_MOST)
    phones = Phones(cloud, clock, outside)
    for one in outside:
        one.lie_beside(cloud.chats, cloud.media, cloud.now)
        app.add_subapp(one.path, one.app())
    app.add_routes(phones.routes())
    app.add_routes(Login(cloud).routes())
    app.add_routes(Gate(cloud, {**MESSAGES, **Keys(cloud).endpoints(), **CORP}).routes())

    async def hang_up(_: web.Application) -> None:
        await phones.close()

    app.on_shutdown.append(hang_up)
    return app

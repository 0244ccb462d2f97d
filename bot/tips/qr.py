"""The QR code of the tip page: one picture for everybody, with nothing in it but the page's address."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from aiohttp import web

from bot.settings import Settings

PATH = "/tip/qr.png"


def routes(settings: Settings) -> Sequence[web.RouteDef]:
    """Nothing where the service does not know its own address."""
    if settings.public_url is None:
        return ()
    out = io.BytesIO()
    segno.make(f"{settings.public_url}/tip", error="m", micro=False).save(out, kind="png", scale=8, border=4)
    picture = out.getvalue()

    async def show(request: web.Request) -> web.Response:
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        return web.Response(body=picture, content_type="image/png", headers=headers)

    return (web.get(PATH, show),)

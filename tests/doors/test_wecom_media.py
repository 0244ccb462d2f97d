"""Photos and recordings by media id: the bytes, or the reason why there are none."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Media, MediaGone
from bot.wecom import media
from bot.wecom.api import app_client
from bot.weixin.client import Client
from bot.weixin.faults import ApiError, Unreachable
from tests.doors.standin import OK, Answer, Cloud, refusal

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


@pytest.fixture
def client(cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine) -> Client:
    return app_client(cloud.config(), http, engine)


def photo(data: bytes = JPEG) -> web.Response:
    headers = {"Content-Disposition": 'attachment; filename="photo.jpg"'}
    return web.Response(body=data, content_type="image/jpeg", headers=headers)


async def test_the_bytes_with_their_kind_and_name(client: Client, cloud: Cloud) -> None:
    cloud.answers["media/get"] = [photo()]
    assert await media.fetch(client, "1G-x_y") == Media(JPEG, "image/jpeg", "photo.jpg")
    (call,) = cloud.of("media/get")
    assert call.query == {"media_id": "1G-x_y", "access_token": "t1"}


async def test_a_dead_token_is_renewed_for_a_photo_too(client: Client, cloud: Cloud) -> None:
    async def once_dead(request: web.Request) -> web.StreamResponse:
        return web.json_response(refusal(42001)) if request.query["access_token"] == "t1" else photo()

    cloud.answers["media/get"] = [once_dead]
    assert (await media.fetch(client, "m")).data == JPEG


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "video/mp4"})
    await response.prepare(request)
    try:
        while True:
            await response.write(bytes(1024 * 1024))
    except ConnectionError:
        return response


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"x" * 10)
    assert request.transport is not None
    request.transport.close()
    return response


def disguised(code: int) -> web.Response:
    """An error under the content type of a file."""
    return web.Response(body=b'{"errcode":%d,"errmsg":"x"}' % code, content_type="application/octet-stream")


FAILURES: dict[str, tuple[Answer, type[Exception]]] = {
    "expired": (refusal(40007), MediaGone),
    "expired, in disguise": (disguised(40007), MediaGone),
    "refused kind": (refusal(40004), MediaGone),
    "larger than anything they take": (endless, MediaGone),
    "busy": (refusal(-1), ApiError),
    "too often": (refusal(45009), ApiError),
    "no file in it": (OK, Unreachable),
    "empty": (photo(b""), Unreachable),
    "a page": (web.Response(text="<html>", content_type="text/html"), Unreachable),
    "cut off": (half, Unreachable),
    "down": (web.Response(status=500), Unreachable),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_what_can_be_tried_again_and_what_cannot(case: str, client: Client, cloud: Cloud) -> None:
    answer, fault = FAILURES[case]
    cloud.answers["media/get"] = [answer]
    with pytest.raises(fault):
        await media.fetch(client, "m")

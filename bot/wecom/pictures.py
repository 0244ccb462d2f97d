"""Pictures to people: uploaded once, then shown to everybody they are for (D90253, D90236).

A letter's frozen bytes name the picture by its id in the books, because WeCom's own name for an upload lives three days
only. That name is kept in the books: the same letter sent again has the same bytes, which WeCom shows once.
"""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Media
from bot.wecom.message import message
from bot.weixin.client import Client, to_json
from bot.work import showing
from store import db
from store.words import Address

GOOD_FOR = timedelta(days=2, hours=20)
_IMAGE = b'"msgtype":"image"'


def picture_envelope(agent_id: int, to: Address, picture: str, key: str) -> bytes:
    """The body of message/send, with the id of ours in place of WeCom's."""
    return message(agent_id, to, "image", {"media_id": picture}, key)


def shows(body: bytes) -> bool:
    """Whether that is the body of a picture."""
    return _IMAGE in body[:200]


async def filled(client: Client, engine: AsyncEngine, body: bytes) -> bytes:
    """The body with WeCom's name for the picture, which is drawn and uploaded if need be.

    Raises `showing.Missing`, and what the client raises."""
    letter = json.loads(body)
    letter["image"] = {"media_id": await _media(client, engine, letter["image"]["media_id"])}
    return to_json(letter)


async def forget(engine: AsyncEngine, body: bytes) -> None:
    """WeCom does not know the upload any more: the next attempt makes a new one."""
    await showing.uploaded(engine, json.loads(body)["image"]["media_id"], None, None)


async def _media(client: Client, engine: AsyncEngine, id_: str) -> str:
    async with engine.connect() as tx:
        at = await db.now(tx)
    picture = await showing.wanted(engine, id_)
    if picture.media and picture.media_until and picture.media_until > at:
        return picture.media
    media = Media(await showing.png(engine, id_), "image/png", "report.png")
    answer = await client.upload("/cgi-bin/media/upload", {"type": "image"}, media)
    await showing.uploaded(engine, id_, str(answer["media_id"]), at + GOOD_FOR)
    return str(answer["media_id"])

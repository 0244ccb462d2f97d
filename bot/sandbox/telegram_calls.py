"""What the Telegram stand-in reads of a call: its fields, whatever form they come in, and the buttons of a message."""

from __future__ import annotations

from aiohttp import BodyPartReader, web

from store.words import Json

_DATA_LIMIT = 64  # bytes of callback_data


class Wrong(Exception):
    """The call is refused, with the code and description that Telegram uses."""

    def __init__(self, code: int, description: str, **parameters: Json) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


async def given(request: web.Request) -> Json:
    """The fields of a call: JSON, a query, or a form with files, whose bytes stand for them."""
    if request.content_type != "multipart/form-data":
        return await request.json() if request.can_read_body else dict(request.query)
    fields: dict[str, Json] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            fields[part.name] = bytes(await part.read()) if part.filename else await part.text()
    return fields


def picture(fields: Json) -> bytes:
    """The bytes of a photo that is sent."""
    data = fields.get("photo")
    if not isinstance(data, bytes) or not data.startswith((b"\x89PNG", b"\xff\xd8")):
        raise Wrong(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return data


def buttons(markup: Json) -> list[tuple[str, str]]:
    """The buttons of an inline keyboard, each within its limits."""
    buttons = [button for row in (markup or {}).get("inline_keyboard", []) for button in row]
    for button in buttons:
        if not button.get("text"):
            raise Wrong(400, "Bad Request: inline keyboard button text is empty")
        if not 1 <= len(button.get("callback_data", "").encode()) <= _DATA_LIMIT:
            raise Wrong(400, "Bad Request: BUTTON_DATA_INVALID")
    return [(button["text"], button["callback_data"]) for button in buttons]

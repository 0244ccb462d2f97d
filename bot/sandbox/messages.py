"""What message/send accepts, kind by kind (D90236): the limits, what is cut, what is refused with which code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.cards import check_card
from bot.sandbox.errors import Refusal

Json = Any
Part = Mapping[str, Json]
Check = Callable[[Part, "Known"], dict[str, Json]]


class Known:
    """What a check may ask of the cloud: which media live, whether a card can call back, which task ids are new."""

    def __init__(self, media: Callable[[str], bool], callback: bool, task_id_free: Callable[[str], bool]) -> None:
        self.media, self.callback, self.task_id_free = media, callback, task_id_free


def check_message(payload: Mapping[str, Json], known: Known) -> tuple[str, dict[str, Json]]:
    """(msgtype, content as the member will see it). Raises `Refusal`. Unknown parameters are ignored."""
    kind = payload.get("msgtype")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise Refusal(40008)
    if kind == "news" and payload.get("safe") == 1:
        raise Refusal(40074)
    part = payload.get(kind)
    return kind, CHECKS[kind](part if isinstance(part, Mapping) else {}, known)


def _text(part: Part, known: Known) -> dict[str, Json]:
    whole = _required(part, "content", 44004)
    kept = cut_bytes(whole, 2048)
    return {"content": kept} if kept == whole else {"content": kept, "cut": True}


def _markdown(part: Part, known: Known) -> dict[str, Json]:
    content = _required(part, "content", 44004)
    if len(content.encode()) > 2048:
        raise Refusal(45002, "markdown content")
    return {"content": content}


def _textcard(part: Part, known: Known) -> dict[str, Json]:
    card = {
        "title": _required(part, "title", 41016)[:128],
        "description": _required(part, "description", 41033)[:512],
        "url": _url(part, required=True),
        "btntxt": str(part.get("btntxt") or "详情")[:4],
    }
    if not card["url"].startswith(("http://", "https://")):
        raise Refusal(40058, "url without http(s)://")
    return card


def _news(part: Part, known: Known) -> dict[str, Json]:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(40035, "articles")
    if len(articles) > 8:
        raise Refusal(45008)
    return {"articles": [_article(article) for article in articles]}


def _article(part: Json) -> dict[str, Json]:
    if not isinstance(part, Mapping):
        raise Refusal(40035, "articles")
    mini_program = bool(part.get("appid")) and bool(part.get("pagepath"))
    if len(str(part.get("pagepath") or "").encode()) > 128:
        raise Refusal(40058, "pagepath")
    return {
        "title": cut_bytes(_required(part, "title", 41016), 128),
        "description": cut_bytes(str(part.get("description") or ""), 512),
        "url": _url(part, required=not mini_program),
        "picurl": _url(part, "picurl"),
    }


def _media(part: Part, known: Known) -> dict[str, Json]:
    media_id = _required(part, "media_id", 41006)
    if not known.media(media_id):
        raise Refusal(40007)
    return {"media_id": media_id}


def _video(part: Part, known: Known) -> dict[str, Json]:
    title, description = str(part.get("title") or ""), str(part.get("description") or "")
    return _media(part, known) | {"title": cut_bytes(title, 128), "description": cut_bytes(description, 512)}


def _template_card(part: Part, known: Known) -> dict[str, Json]:
    card = check_card(part)
    if "interactive" in card and not known.callback:
        raise Refusal(43012)
    if card.get("task_id") and not known.task_id_free(card["task_id"]):
        raise Refusal(42014, "task_id was used before")
    return card


CHECKS: Mapping[str, Check] = {
    "text": _text,
    "markdown": _markdown,
    "textcard": _textcard,
    "news": _news,
    "image": _media,
    "voice": _media,
    "file": _media,
    "video": _video,
    "template_card": _template_card,
}


def _required(part: Part, field: str, code: int) -> str:
    value = part.get(field)
    if value is None or value == "":
        raise Refusal(code, field)
    if not isinstance(value, str):
        raise Refusal(40035, field)
    return value


def _url(part: Part, field: str = "url", required: bool = False) -> str:
    url = str(part.get(field) or "")
    if required and not url:
        raise Refusal(41010, field)
    if len(url.encode()) > 2048:
        raise Refusal(45034, field)
    return url


def cut_bytes(text: str, most: int) -> str:
    """The longest beginning of `text` that is at most `most` bytes of UTF-8."""
    return text.encode()[:most].decode(errors="ignore")

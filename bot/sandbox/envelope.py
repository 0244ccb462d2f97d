"""Callbacks as WeCom writes them: the XML inside, the sealed envelope around, and the passive reply that comes back.

The sealing is wechatpy's, on purpose another implementation than the bot's own: each checks the other.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

from bot.sandbox.directory import Corp

Json = Any


@dataclass(frozen=True, slots=True)
class Sealed:
    """One callback as it goes over the wire, and what is inside."""

    query: Mapping[str, str]
    body: bytes
    inner: str
    encrypted: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive reply after decryption; `content` spelled as in message/send."""

    kind: str
    content: Mapping[str, Json]


class BadReply(Exception):
    """The app answered something that WeCom could not read; the text says what."""


UNREADABLE = (ParseError, DefusedXmlException, WeChatException, KeyError, ValueError, IndexError, struct.error)
"""What parsing and wechatpy's decryption raise on anything that is not a well-sealed reply."""


class Sealer:
    """Seals callbacks and opens replies with one corp's Token and EncodingAESKey."""

    def __init__(self, corp: Corp) -> None:
        self._corp = corp
        self.crypto = WeChatCrypto(corp.token, corp.aes_key, corp.corp_id)

    def seal(self, inner: str, timestamp: int, nonce: str) -> Sealed:
        encrypted = PrpCrypto(self.crypto.key).encrypt(inner, self._corp.corp_id).decode()
        body = to_xml(
            {"ToUserName": self._corp.corp_id, "AgentID": str(self._corp.agent_id), "Encrypt": encrypted}, cdata=True
        )
        return Sealed(self._query(encrypted, timestamp, nonce), body.encode(), inner, encrypted)

    def requery(self, sealed: Sealed, timestamp: int, nonce: str) -> dict[str, str]:
        """Another time and nonce around the same body, as a retry may come."""
        return self._query(sealed.encrypted, timestamp, nonce)

    def seal_echo(self, word: str, timestamp: int, nonce: str) -> dict[str, str]:
        """The query of a URL verification."""
        encrypted = PrpCrypto(self.crypto.key).encrypt(word, self._corp.corp_id).decode()
        return self._query(encrypted, timestamp, nonce) | {"echostr": encrypted}

    def _query(self, encrypted: str, timestamp: int, nonce: str) -> dict[str, str]:
        signer = WeChatSigner()
        signer.add_data(self._corp.token, str(timestamp), nonce, encrypted)
        return {"msg_signature": signer.signature, "timestamp": str(timestamp), "nonce": nonce}

    def open(self, body: bytes, userid: str) -> Reply | None:
        """What the app answered, or None for an empty body. Raises `BadReply`."""
        if not body:
            return None
        try:
            outer = {child.tag: child.text or "" for child in fromstring(body)}
            inner = self.crypto.decrypt_message(
                {"Encrypt": outer["Encrypt"]}, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
            )
            root = fromstring(inner.encode())
        except UNREADABLE as error:
            raise BadReply(f"{type(error).__name__}: {error}") from error
        if root.findtext("ToUserName", "").lower() != userid.lower():
            raise BadReply("ToUserName is not the member who wrote")
        if root.findtext("FromUserName") != self._corp.corp_id:
            raise BadReply("FromUserName is not the corp")
        return _read(root)


def _read(root: Element) -> Reply:
    kind = root.findtext("MsgType", "")
    match kind:
        case "text":
            return Reply("text", {"content": root.findtext("Content", "")})
        case "image" | "voice" | "video":
            part = root.find(kind.capitalize())
            found = {_snake(child.tag): child.text or "" for child in part} if part is not None else {}
            return Reply(kind, found)
        case "news":
            articles = [_tree(item) for item in root.iterfind("Articles/item")]
            return Reply("news", {"articles": [{_flat(k): v for k, v in article.items()} for article in articles]})
        case "update_button":
            return Reply(kind, {"replace_name": root.findtext("Button/ReplaceName", "")})
        case "update_template_card":
            card = root.find("TemplateCard")
            return Reply(kind, _tree(card) if card is not None else {})
        case _:
            raise BadReply(f"MsgType {kind!r}")


SPELLED = {"key_name": "keyname", "app_id": "appid", "page_path": "pagepath", "pic_url": "picurl"}
NUMBERS = frozenset({"type", "style", "desc_color", "mode"})


def _tree(element: Element) -> dict[str, Json]:
    """CamelCase XML to message/send's JSON: names in snake case, everything called ...List a list."""
    result: dict[str, Json] = {}
    for child in element:
        name = _flat(_snake(child.tag))
        value: Json = _tree(child) if len(child) else child.text or ""
        if name in NUMBERS and str(value).isdigit():
            value = int(value)
        if name.endswith("_list"):
            result.setdefault(name, []).append(value)
        else:
            result[name] = value
    return result


def _snake(tag: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tag).lower()


def _flat(name: str) -> str:
    return SPELLED.get(name, name)


def to_xml(fields: Mapping[str, Json], *, cdata: bool) -> str:
    """The fields as WeCom's XML. Genuine callbacks come with and without CDATA, so both can be had."""
    return "<xml>" + "".join(_element(name, value, cdata) for name, value in fields.items()) + "</xml>"


def _element(name: str, value: Json, cdata: bool) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each, cdata) for each in value)
    if isinstance(value, Mapping):
        return f"<{name}>" + "".join(_element(key, inner, cdata) for key, inner in value.items()) + f"</{name}>"
    if not isinstance(value, str):
        return f"<{name}>{value}</{name}>"
    legal = re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", value)
    if cdata:
        return f"<{name}><![CDATA[{legal.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    return f"<{name}>{escape(legal)}</{name}>"

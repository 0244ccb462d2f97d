"""XML in and out: parsing that refuses what callbacks never hold, and text that survives every character."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring as careful_fromstring

from bot.weixin.envelope import Rejected

LIMIT = 64 * 1024
"""Bytes of a callback's body. The largest documented one (a card with every option chosen) has about 30 KiB."""
DEPTH = 8
"""Levels of elements; the deepest documented callback has five."""

# What XML 1.0 cannot hold at all, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(data: bytes) -> Element:
    """The root of a small UTF-8 document. Raises `Rejected` for anything else: too long, too deep, not XML, a DTD.

    Entities need a document type, and a document type needs `<!DOCTYPE`: only where that occurs (it may be what
    somebody typed) does the slow, exact parser decide. Everything else takes the C parser, at a quarter of the cost.
    """
    if len(data) > LIMIT:
        raise Rejected("too large")
    try:
        text = data.decode()
        root: Element = careful_fromstring(text, forbid_dtd=True) if "<!DOCTYPE" in text else fromstring(text)  # noqa: S314
    except UnicodeDecodeError:
        raise Rejected("not UTF-8") from None
    except (ParseError, DefusedXmlException, ValueError):
        raise Rejected("not XML") from None
    if _deeper_than(root, DEPTH):
        raise Rejected("too deep")
    return root


def _deeper_than(root: Element, levels: int) -> bool:
    """Walked level by level: recursion is what a deep document attacks."""
    level = [root]
    for _ in range(levels):
        level = [child for element in level if len(element) for child in element]
        if not level:
            return False
    return True


def value(element: Element, tag: str) -> str:
    """The text of the child `tag` without the blanks of pretty-printing; "" when it is absent."""
    return (element.findtext(tag) or "").strip()


def cdata(text: str) -> str:
    """`text` as a CDATA section; `]]>` is split over two, and characters that XML cannot hold are left out."""
    return f"<![CDATA[{_FORBIDDEN.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def text_reply(to: str, sender: str, content: str, created: int) -> str:
    """The inner XML of a passive text reply (D90241). `created` in seconds; `content` at most 2048 bytes."""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{cdata(content)}</Content></xml>"
    )

"""Finds the options that a person means: by number (2, ２, ②, 二, 2、), by value, by label in any language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conversations.form import Alternative
from conversations.numerals import fold, spoken

_YES = {"是", "是的", "对", "对的", "有", "好", "好的", "要", "嗯", "可以", "yes", "y", "yeah", "yep", "ok", "true"}
_NO = {"否", "不", "不是", "不对", "没有", "没", "无", "不要", "不用", "不可以", "no", "n", "nope", "false"}
_ALL = {"全部", "都有", "全选", "都是", "all", "all of them"}
_NUMBERED = re.compile(
    r"(?:选|第|option|no\.?|number|#|\()?\s*([0-9]{1,3}|[一二三四五六七八九十]{1,3})\s*(?:\)|个|项|号)?[.、,:)]?"
)
_LED = re.compile(r"([0-9]{1,3})\s*[.、,:)]\s*(\S.*)")
_STRONG = re.compile(r"[,、;\n]+")
_WEAK = re.compile(r"[\s/&+]+|和|及|跟|\band\b")


def one_of(text: str, offers: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """The options that fit: exactly one is the answer, several leave it open, none is not understood."""
    said = _plain(text)
    if not said:
        return ()
    if (index := _number(said)) is not None and 1 <= index <= len(offers):
        return (offers[index - 1],)
    exact = tuple(offer for offer in offers if said in _names(offer))
    if exact:
        return exact[:1]
    if (led := _LED.fullmatch(fold(text).lower())) and 1 <= int(led[1]) <= len(offers):
        offer = offers[int(led[1]) - 1]
        return (offer,) if _plain(led[2]) in _names(offer) else ()
    return _yes_or_no(said, offers) or (_within(said, offers) if len(said) > 1 else ())


def several_of(text: str, offers: Sequence[Alternative]) -> tuple[Alternative, ...] | None:
    """The options in the order offered; None when any part of the text is not understood."""
    if _plain(text) in _ALL:
        return tuple(offers)
    for split in (None, _STRONG, _WEAK):
        pieces = [text] if split is None else _pieces(text, split)
        found = [one_of(piece, offers) for piece in pieces]
        if found and all(len(one) == 1 for one in found):
            chosen = {one[0].value for one in found}
            return tuple(offer for offer in offers if offer.value in chosen)
    return None


def _pieces(text: str, split: re.Pattern[str]) -> list[str]:
    rough = _STRONG.split(fold(text.replace("\n", "、")))
    return [piece for part in rough for piece in split.split(part) if piece.strip()]


def _plain(text: str) -> str:
    return fold(text).lower().strip(" .。!?,、~\"'“”")


def _names(offer: Alternative) -> set[str]:
    return {_plain(offer.value), *map(_plain, offer.label.values())}


def _number(said: str) -> int | None:
    match = _NUMBERED.fullmatch(said)
    if not match:
        return None
    return int(match[1]) if match[1].isdigit() else spoken(match[1])


def _yes_or_no(said: str, offers: Sequence[Alternative]) -> tuple[Alternative, ...]:
    value = "yes" if said in _YES else "no" if said in _NO else None
    return tuple(offer for offer in offers if offer.value == value)


def _within(said: str, offers: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Those whose label begins with the words, else those that have them somewhere."""
    begin = tuple(offer for offer in offers if any(name.startswith(said) for name in _names(offer)))
    return begin or tuple(offer for offer in offers if any(said in name for name in _names(offer)))

"""Numbers as people type them: 12, １２, 1,200, 十二, 两千三, 1.5万, 12条."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_DIGITS = {
    digit: value
    for value, digits in enumerate(("零〇", "一壹", "二两贰", "三叁", "四", "五", "六", "七", "八", "九"))
    for digit in digits
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_RUN = re.compile("[" + "".join(_DIGITS) + "十百千万" + "]+")
# 条 carton, 盒 pack, 件 case … and money; what is counted stands in the question already.
_MEASURE = re.compile(r"\s*(?:条|盒|包|支|件|箱|个|只|家|户|次|人|天|斤|公斤|千克|元|块|块钱|米|公里|岁)$")
_PLAIN = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(\.[0-9]+)?(万|千|百)?")
_LONGEST = 40


def fold(text: str) -> str:
    """Full-width letters, digits and punctuation as narrow ones, circled digits as digits, no keycap marks, single
    spaces."""
    narrow = unicodedata.normalize("NFKC", text)
    return " ".join(re.sub("[\ufe0f\u20e3\u200b]", "", narrow).split())


def spoken(words: str) -> int | None:
    """The whole number that Chinese numerals stand for: 二十 is 20, 两千三 is 2300, 二〇二六 is 2026."""
    if not words or not _RUN.fullmatch(words):
        return None
    if all(word in _DIGITS for word in words):
        return int("".join(str(_DIGITS[word]) for word in words))
    total = section = 0
    digit, last = None, 1
    for word in words:
        if word in _DIGITS:
            digit, last = _DIGITS[word], 1 if _DIGITS[word] == 0 else last
        elif word == "万":
            total, section, digit, last = (total + section + (digit or 0)) * 10_000, 0, None, 10_000
        else:
            section += (1 if digit is None else digit) * _TENS[word]
            digit, last = None, _TENS[word]
    # 两千三 says 2300: a last digit without a unit counts the next smaller one, unless 零 stands before it.
    return total + section + (digit or 0) * (last // 10 if last >= 100 else 1)


def arabic(text: str) -> str:
    """The text with every run of Chinese numerals written in digits: 三天前 is 3天前."""
    return _RUN.sub(lambda run: str(spoken(run[0])) if run[0] not in ("万", "千", "百") else run[0], text)


def decimal_of(text: str) -> Decimal | None:
    """The number that the whole text is, with or without a measure word; None when it is none."""
    folded = _MEASURE.sub("", fold(text))
    if len(folded) > _LONGEST:
        return None
    if (words := spoken(folded)) is not None and folded not in ("百", "千", "万"):
        return Decimal(words)
    if folded.startswith("负") and (words := spoken(folded[1:])) is not None:
        return Decimal(-words)
    match = _PLAIN.fullmatch(folded.replace("负", "-"))
    if match is None or not (match[2] or match[3]):
        return None
    times = {"万": 10_000, "千": 1_000, "百": 100}.get(match[4] or "", 1)
    return Decimal(f"{match[1]}{(match[2] or '0').replace(',', '')}{match[3] or ''}") * times


def written(value: Decimal) -> str:
    """A decimal as it is stored: no exponent, no zeros at the end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

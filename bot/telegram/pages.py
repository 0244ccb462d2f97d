"""What is said, as Telegram shows it: texts within the limit, with inline buttons where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from store.words import Json, Option, Say

LIMIT = 4096  # UTF-16 code units of one text message (Bot API, sendMessage)
_DATA = 64  # bytes of callback_data
_ROW = 26  # columns of button text that fit side by side on a phone; a Chinese character takes two
_NUMBERS = 5  # number buttons side by side


def pages(says: Sequence[Say]) -> list[str]:
    """The utterances as texts. Options become buttons when all fits into one message, else numbered lines."""
    if not says:
        return []
    options = _options(says)
    buttons_tell_all = not options or _fit_on_buttons(options)
    whole = _text(says, numbered=not buttons_tell_all)
    if _units(whole) <= LIMIT:
        return [whole]
    return list(_split(_text(says, numbered=True)))


def keyboard(says: Sequence[Say]) -> Json | None:
    """The inline keyboard of the single page of these utterances; None when there is none."""
    options = _options(says)
    if not options or len(pages(says)) != 1:
        return None
    return buttons(options)


def buttons(options: Sequence[Option]) -> Json:
    """These options as an inline keyboard."""
    return {"inline_keyboard": list(_rows(options))}


def _options(says: Sequence[Say]) -> tuple[Option, ...]:
    """What can be tapped; a turn has at most one utterance with options."""
    return next((say.options for say in reversed(says) if say.options), ())


def _fit_on_buttons(options: Sequence[Option]) -> bool:
    return all(_width(option.label) <= _ROW and _tappable(option) for option in options)


def _tappable(option: Option) -> bool:
    return len(option.token.encode()) <= _DATA


def _text(says: Sequence[Say], *, numbered: bool) -> str:
    return "\n\n".join(part for say in says if (part := _one(say, numbered)))


def _one(say: Say, numbered: bool) -> str:
    lines = [say.text] if say.text else []
    if numbered:
        lines += [f"{number}. {option.label}" for number, option in enumerate(say.options, start=1)]
    # Written out: Telegram makes an address tappable by itself, and refuses buttons to addresses without a domain.
    lines += [f"{link.label}\n{link.url}" for link in say.links]
    return "\n".join(lines)


def _rows(options: Sequence[Option]) -> Iterator[list[Json]]:
    """Short labels share a row; labels too long for a button are numbered in the text and tapped by number."""
    by_number = not _fit_on_buttons(options)
    row: list[Json] = []
    room = _ROW
    for number, option in enumerate(options, start=1):
        label = str(number) if by_number else option.label
        needs = _ROW // _NUMBERS if by_number else max(_width(label) + 4, _ROW // 3)
        if row and needs > room:
            yield row
            row, room = [], _ROW
        if _tappable(option):
            row.append({"text": label, "callback_data": option.token})
            room -= needs
    if row:
        yield row


def _split(text: str) -> Iterator[str]:
    """Pieces within the limit, cut at the end of a line where there is one in the second half."""
    while _units(text) > LIMIT:
        cut = _prefix(text, LIMIT)
        line = text.rfind("\n", cut // 2, cut)
        cut = line + 1 if line > 0 else cut
        yield text[:cut].rstrip("\n")
        text = text[cut:].lstrip("\n")
    if text:
        yield text


def _prefix(text: str, units: int) -> int:
    """How many characters fit into that many UTF-16 units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > units:
            return index
    return len(text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)

"""Utterances as plain texts for doors without buttons: numbered options, split at a byte limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from store.words import Say

LIMIT = 2000
"""Bytes of one text. WeCom cuts (or refuses, its own pages disagree) above 2048."""


def pages(says: Sequence[Say], limit: int = LIMIT) -> list[str]:
    """The utterances as texts of at most `limit` bytes each; none when nothing is said."""
    return split("\n\n".join(filter(None, map(_written, says))), limit)


_LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)


def unlinked(text: str) -> str:
    """The text with no `<a …>` in it, which WeCom would show as a link: what people say is quoted in letters, and
    nobody shall be led astray in the office's name. As many bytes as before."""
    return _LINK.sub("[", text)


def _written(say: Say) -> str:
    """An utterance as lines. Its own links are the only ones in it, each on a line, so that no cut goes through one."""
    options = (f"{number}. {option.label}" for number, option in enumerate(say.options, 1))
    links = (f'<a href="{quote(link.url, safe=_URL)}">{_label(link.label)}</a>' for link in say.links)
    return "\n".join(filter(None, (*map(unlinked, (say.text, *options)), *links)))


_URL = ":/?#[]@!$&()*+,;=%-._~"


def _label(text: str) -> str:
    return text.replace("<", "[").replace(">", "]")


def split(text: str, limit: int = LIMIT) -> list[str]:
    """`text` cut into pieces of at most `limit` bytes of UTF-8: between lines where that fills half a piece or
    more, else between characters. Blank lines at a cut are dropped, nothing else."""
    data = text.strip("\n").encode("utf-8", "replace")
    pieces: list[bytes] = []
    while len(data) > limit:
        end = _cut(data, limit)
        pieces.append(data[:end])
        data = data[end:].lstrip(b"\n")
    pieces.append(data)
    return [piece.rstrip(b"\n").decode() for piece in pieces if piece]


def _cut(data: bytes, limit: int) -> int:
    """Where the first piece ends."""
    line = data.rfind(b"\n", limit // 2, limit + 1)
    if line > 0:
        return line
    end = limit
    while data[end] & 0xC0 == 0x80:  # inside a character
        end -= 1
    return end

"""Pictures for the sample's entries, drawn here: shelves, shop fronts, counters. No photo of anybody is needed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import asdict
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from bot.work.media import original, thumbnail
from store.casefiles.evidence import Seen
from store.words import Json

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_WIDTH, _HEIGHT = 960, 720
_SCENES = 8
_PACKS = ("#9c2f2a", "#c9a13b", "#2f5d8a", "#3b7a57", "#7d4f8d", "#c9c2b4", "#31363b", "#b8552f")
Draw = ImageDraw.ImageDraw


class Album:
    """Pictures one after the other, each of its own bytes, so that none looks as if it were sent twice."""

    def __init__(self) -> None:
        self._scenes = [_jpeg(_scene(nth)) for nth in range(_SCENES)]
        self._small = [_jpeg(_scene(nth).resize((480, 360)), 70) for nth in range(_SCENES)]
        self._kept: list[tuple[str, bytes, bytes]] = []

    def __iter__(self) -> Iterator[dict[str, Json]]:
        """What the books know of each."""
        while True:
            nth = len(self._kept)
            data = _marked(self._scenes[nth % _SCENES], nth)
            digest = sha256(data).hexdigest()
            self._kept.append((digest, data, self._small[nth % _SCENES]))
            seen = Seen(digest, len(data), "image/jpeg", _WIDTH, _HEIGHT, thumb=True)
            known = ("sha256", "size", "mime", "width", "height", "thumb")
            yield {name: value for name, value in asdict(seen).items() if name in known}

    async def keep(self, objects: ObjectStore) -> None:
        """Put those that were taken where evidence lies."""
        import obstore

        for digest, data, small in self._kept:
            await obstore.put_async(objects, original(digest), data)
            await obstore.put_async(objects, thumbnail(digest), small)


def _marked(data: bytes, nth: int) -> bytes:
    """The same picture with a remark in it: other bytes, another hash."""
    remark = f"sample {nth}".encode()
    return data[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + data[2:]


def _jpeg(picture: Image.Image, quality: int = 78) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _scene(nth: int) -> Image.Image:
    chance = Random(nth)  # noqa: S311 - nothing secret: the same pictures every time
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "#cfc7b8")
    kinds: tuple[Callable[[Draw, Random], None], ...] = (_shelf, _front, _counter, _boxes)
    kinds[nth % len(kinds)](ImageDraw.Draw(picture), chance)
    return picture.rotate(chance.uniform(-2, 2), expand=False, fillcolor="#8f887b").filter(
        ImageFilter.GaussianBlur(0.8)
    )


def _shelf(draw: Draw, chance: Random) -> None:
    """Packs on boards, with gaps where something was taken out."""
    for row in range(5):
        floor = 130 + row * 140
        draw.rectangle((0, floor, _WIDTH, floor + 14), fill="#7b6a54")
        left = 14
        while left < _WIDTH - 60:
            width, colour = chance.randint(44, 62), chance.choice(_PACKS)
            for _each in range(chance.randint(1, 4)):
                if chance.random() < 0.86:
                    draw.rectangle((left, floor - 98, left + width, floor), fill=colour, outline="#222")
                    draw.rectangle((left + 6, floor - 84, left + width - 6, floor - 58), fill="#efe9dc")
                    draw.rectangle((left + 4, floor + 2, left + width - 4, floor + 12), fill="#f5f1e6")
                left += width + 5


def _front(draw: Draw, chance: Random) -> None:
    """A shop from the street."""
    draw.rectangle((0, 0, _WIDTH, 240), fill="#9fb6c6")
    draw.rectangle((60, 120, 900, 610), fill="#d8cdb8")
    draw.rectangle((60, 120, 900, 220), fill=chance.choice(_PACKS))
    for letter in range(5):
        draw.rectangle((250 + letter * 100, 145, 318 + letter * 100, 198), fill="#f3e7c4")
    draw.rectangle((120, 270, 520, 540), fill="#5b7284", outline="#3c4650", width=8)
    draw.rectangle((600, 270, 800, 610), fill="#6b5a49", outline="#3d332a", width=8)
    draw.rectangle((0, 610, _WIDTH, _HEIGHT), fill="#8a8a86")
    for box in range(chance.randint(2, 5)):
        draw.rectangle((140 + box * 70, 470, 200 + box * 70, 536), fill=chance.choice(_PACKS))


def _counter(draw: Draw, chance: Random) -> None:
    """A glass counter with a licence on the wall behind it."""
    draw.rectangle((0, 0, _WIDTH, 400), fill="#e6e0d2")
    draw.rectangle((360, 70, 600, 240), fill="#f8f5ec", outline="#a23b2d", width=6)
    for line in range(5):
        draw.rectangle((390, 110 + line * 22, 390 + chance.randint(90, 180), 118 + line * 22), fill="#6a6a6a")
    draw.rectangle((0, 400, _WIDTH, _HEIGHT), fill="#4f5f68")
    for row in range(2):
        for place in range(15):
            left, top = 24 + place * 62, 440 + row * 120
            draw.rectangle((left, top, left + 50, top + 84), fill=chance.choice(_PACKS), outline="#20262a")
    draw.line((0, 400, _WIDTH, 400), fill="#dfe8ea", width=10)


def _boxes(draw: Draw, chance: Random) -> None:
    """Cartons on the floor, one of them open."""
    draw.rectangle((0, 380, _WIDTH, _HEIGHT), fill="#a79c8a")
    for nth in range(9):
        left, top = 60 + (nth % 3) * 270 + chance.randint(-20, 20), 130 + (nth // 3) * 180
        draw.rectangle((left, top, left + 230, top + 160), fill="#b58d5c", outline="#6d5230", width=5)
        draw.rectangle((left, top + 66, left + 230, top + 88), fill="#d9c49a")
        for bar in range(18):
            draw.rectangle(
                (left + 20 + bar * 6, top + 110, left + 20 + bar * 6 + chance.randint(1, 4), top + 142), fill="#222"
            )

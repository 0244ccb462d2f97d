"""The little map on a phone: one county as SVG, its shops as dots, from our own numbers and nobody's tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from bot.sandbox.directory import County, Directory, Shop

WIDTH = 1000.0
DOTS = 800  # more would only blur; the search still finds every shop


def find_shops(directory: Directory, county: str, words: str, most: int = 30) -> list[Shop]:
    """Shops of that county whose name, licence number or address contains every word."""
    wanted = words.lower().split()
    found = []
    for shop in directory.shops.get(county, ()):
        text = f"{shop.name} {shop.licence_no} {shop.address}".lower()
        if all(word in text for word in wanted):
            found.append(shop)
            if len(found) == most:
                break
    return found


class Projection:
    """Degrees to the picture's units and back: north is up, a metre is as long east as north."""

    def __init__(self, county: County) -> None:
        self.county = county
        self._narrow = math.cos(math.radians((county.min_lat + county.max_lat) / 2))
        self._scale = WIDTH / ((county.max_lon - county.min_lon) * self._narrow)
        self.height = (county.max_lat - county.min_lat) * self._scale

    def point(self, lat: float, lon: float) -> tuple[float, float]:
        x = (lon - self.county.min_lon) * self._narrow * self._scale
        return round(x, 1), round((self.county.max_lat - lat) * self._scale, 1)

    def kilometres(self, km: float) -> float:
        """How long that is in the picture's units."""
        return km / 111.2 * self._scale


def draw(county: County, shops: tuple[Shop, ...]) -> str:
    """The SVG. Each dot carries its licence number, name and degrees, so that a tap can be answered."""
    projection = Projection(county)
    box = f"0 0 {WIDTH:.0f} {projection.height:.0f}"
    degrees = (county.min_lon, county.min_lat, county.max_lon, county.max_lat)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{escape(county.name)}"',
        f' data-box="{",".join(map(str, degrees))}">',
        f'<rect class="land" width="{WIDTH:.0f}" height="{projection.height:.0f}" rx="14"/>',
        *_grid(projection),
        f'<text class="county" x="24" y="52">{escape(county.name)}</text>',
        *_scale_bar(projection),
        *(_dot(projection, shop) for shop in shops[:DOTS]),
        '<g class="pin" hidden="hidden"><path d="M0 0c-9-14-16-20-16-30a16 16 0 1 1 32 0c0 10-7 16-16 30z"/>'
        '<circle cy="-30" r="6"/></g></svg>',
    ]
    return "".join(parts)


def _grid(projection: Projection) -> Iterator[str]:
    """A line every tenth of a degree."""
    county = projection.county
    for tenth in range(math.ceil(county.min_lon * 10), math.floor(county.max_lon * 10) + 1):
        x, _ = projection.point(county.min_lat, tenth / 10)
        yield f'<path class="grid" d="M{x} 0V{projection.height:.0f}"/>'
    for tenth in range(math.ceil(county.min_lat * 10), math.floor(county.max_lat * 10) + 1):
        _, y = projection.point(tenth / 10, county.min_lon)
        yield f'<path class="grid" d="M0 {y}H{WIDTH:.0f}"/>'


def _scale_bar(projection: Projection) -> Iterator[str]:
    x, y, length = 24.0, projection.height - 24, projection.kilometres(5)
    yield f'<path class="bar" d="M{x} {y - 8:.0f}v8h{length:.0f}v-8"/>'
    yield f'<text class="bar-text" x="{x + length + 12:.0f}" y="{y:.0f}">5 km</text>'


def _dot(projection: Projection, shop: Shop) -> str:
    x, y = projection.point(shop.lat, shop.lon)
    return (
        f'<circle class="shop" cx="{x}" cy="{y}" r="7" data-lat="{shop.lat}" data-lon="{shop.lon}"'
        f' data-licence="{escape(shop.licence_no)}" data-name="{escape(shop.name)}"><title>{escape(shop.name)}</title>'
        "</circle>"
    )

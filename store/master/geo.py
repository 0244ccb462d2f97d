"""Positions on the earth: the two datums of Chinese maps, distances, and the plane that "nearest" is judged on.

GCJ-02 is WGS-84 shifted by up to about 700 m with a published-by-use formula on the Krasovsky ellipsoid; it has
no closed inverse, so the way back is iterated. Outside the mainland's box both datums are the same.
"""

from __future__ import annotations

from math import asin, cos, hypot, isfinite, pi, radians, sin, sqrt

from store.words import Datum

EARTH_M = 6_371_008.8
"""Mean radius in metres (IUGG)."""

CHINA = (0.8293, 72.004, 55.8271, 137.8347)
"""South, west, north, east, in degrees: the box inside which GCJ-02 shifts."""

_AXIS_M = 6_378_245.0  # Krasovsky 1940, half the long axis
_ECCENTRICITY2 = 0.00669342162296594323
_CENTRE = (34.3, 115.6)  # Shangqiu: the plane of `spot` is true here, and within 1 % all over the city
_KM_PER_DEGREE = pi * EARTH_M / 180 / 1000


def on_earth(lat: float, lon: float) -> bool:
    """Whether these are degrees at all."""
    return isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180


def in_china(lat: float, lon: float) -> bool:
    """Whether a position lies in the box of mainland China (a box: neighbours near the border count as inside)."""
    south, west, north, east = CHINA
    return on_earth(lat, lon) and south <= lat <= north and west <= lon <= east


def to_wgs84(lat: float, lon: float, datum: str | Datum) -> tuple[float, float]:
    """(lat, lon) in WGS-84 of a position given in `datum`, true to well under a metre.

    Raises ValueError for an unknown datum and for numbers that are no position.
    """
    if not on_earth(lat, lon):
        raise ValueError(f"not a position: {lat}, {lon}")
    if Datum(datum) is Datum.WGS84 or not in_china(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(10):
        there_lat, there_lon = _shifted(guess_lat, guess_lon)
        miss_lat, miss_lon = lat - there_lat, lon - there_lon
        guess_lat, guess_lon = guess_lat + miss_lat, guess_lon + miss_lon
        if hypot(miss_lat, miss_lon) < 1e-9:
            break
    return guess_lat, guess_lon


def to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """(lat, lon) in GCJ-02 of a WGS-84 position. Raises ValueError for numbers that are no position."""
    if not on_earth(lat, lon):
        raise ValueError(f"not a position: {lat}, {lon}")
    return _shifted(lat, lon) if in_china(lat, lon) else (lat, lon)


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two positions of one datum along the sphere (haversine; off by 0.5 % at most)."""
    half_lat, half_lon = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(half_lon) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, chord)))


def spot(lat: float, lon: float) -> str:
    """A WGS-84 position as a PostgreSQL `point` in kilometres east and north of Shangqiu, for `<->`.

    One degree of longitude is taken as long as it is at Shangqiu, so that plain distances order shops within
    the city as they lie on the ground. Distances that people read come from `distance_m`.
    """
    if not on_earth(lat, lon):
        raise ValueError(f"not a position: {lat}, {lon}")
    east = (lon - _CENTRE[1]) * _KM_PER_DEGREE * cos(radians(_CENTRE[0]))
    north = (lat - _CENTRE[0]) * _KM_PER_DEGREE
    return f"({east:.5f},{north:.5f})"


def _shifted(lat: float, lon: float) -> tuple[float, float]:
    """The GCJ-02 formula as every map client carries it."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (waves + 20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (waves + 20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    flat = 1 - _ECCENTRICITY2 * sin(radians(lat)) ** 2
    metres_lat = _AXIS_M * (1 - _ECCENTRICITY2) / (flat * sqrt(flat)) * pi / 180
    metres_lon = _AXIS_M / sqrt(flat) * cos(radians(lat)) * pi / 180
    return lat + north / metres_lat, lon + east / metres_lon

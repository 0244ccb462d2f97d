"""Datums, distances and the plane of "nearest"."""

from __future__ import annotations

from math import hypot, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.master.geo import distance_m, in_china, spot, to_gcj02, to_wgs84

mainland = st.tuples(st.floats(18, 53), st.floats(74, 135))
city = st.tuples(st.floats(33.7, 34.9), st.floats(114.8, 116.7))


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # Tiananmen and the Oriental Pearl Tower, as the usual converters give them.
        ((39.90734, 116.39089), (39.908745, 116.397131)),
        ((31.23966, 121.49502), (31.237717, 121.499521)),
    ],
)
def test_known_positions(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert distance_m(*to_gcj02(*wgs84), *gcj02) < 20
    assert distance_m(*to_wgs84(*gcj02, "gcj02"), *wgs84) < 20


@given(mainland)
def test_there_and_back_is_the_same_place(here: tuple[float, float]) -> None:
    assert distance_m(*to_wgs84(*to_gcj02(*here), "gcj02"), *here) < 0.5


@given(mainland)
def test_the_shift_is_a_few_hundred_metres(here: tuple[float, float]) -> None:
    assert distance_m(*to_gcj02(*here), *here) < 1500


@pytest.mark.parametrize("abroad", [(48.86, 2.35), (-33.9, 151.2), (0.0, 0.0)])
def test_abroad_both_datums_agree(abroad: tuple[float, float]) -> None:
    assert not in_china(*abroad)
    assert to_gcj02(*abroad) == abroad == to_wgs84(*abroad, "gcj02")


@pytest.mark.parametrize("wrong", [(91.0, 0.0), (0.0, 181.0), (nan, 0.0), (0.0, inf)])
def test_numbers_that_are_no_position_are_refused(wrong: tuple[float, float]) -> None:
    for convert in (to_gcj02, spot, lambda lat, lon: to_wgs84(lat, lon, "wgs84")):
        with pytest.raises(ValueError, match="not a position"):
            convert(*wrong)


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="bd09"):
        to_wgs84(34.4, 115.6, "bd09")


@given(city, city)
def test_the_plane_measures_kilometres_within_the_city(here: tuple[float, float], there: tuple[float, float]) -> None:
    plane = [tuple(float(part) for part in spot(*at).strip("()").split(",")) for at in (here, there)]
    km = hypot(plane[0][0] - plane[1][0], plane[0][1] - plane[1][1])
    assert km * 1000 == pytest.approx(distance_m(*here, *there), rel=0.01, abs=1)

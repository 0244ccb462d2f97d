"""What the phones page is made of, without a browser: its words, its map, its working days."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.clock import until_next_working_day
from bot.sandbox.phones import STATIC, TROUBLES
from bot.sandbox.phrases import phrases
from bot.sandbox.shopmap import WIDTH, Projection, draw, find_shops
from tests.doors.echo import DIRECTORY

COUNTY = DIRECTORY.counties[0]


def words_of_the_page() -> set[str]:
    """Every English sentence that the markup and the scripts want translated."""
    page = (STATIC / "phones.html").read_text(encoding="utf-8")
    marked = re.findall(r'data-t(?:-label|-placeholder)="([^"]+)"', page)
    marked += [words.strip() for words in re.findall(r"data-t>([^<]+)<", page)]
    for script in STATIC.glob("*.js"):
        marked += re.findall(r'\bt\("([^"]+)"\)', script.read_text(encoding="utf-8"))
    return set(marked)


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    assert words_of_the_page() == phrases("zh_CN").keys()


def test_every_trouble_on_the_page_exists() -> None:
    page = (STATIC / "phones.html").read_text(encoding="utf-8")
    drawer = page.split('id="troubles"')[1].split("</div>")[0]
    assert set(re.findall(r'value="(\w+)"', drawer)) == TROUBLES.keys()


def test_the_map_has_a_dot_for_every_shop() -> None:
    svg = draw(COUNTY, DIRECTORY.shops[COUNTY.code])
    assert svg.count('class="shop"') == 2
    assert 'data-name="老街烟酒店"' in svg


@given(st.floats(COUNTY.min_lat, COUNTY.max_lat), st.floats(COUNTY.min_lon, COUNTY.max_lon))
def test_every_point_of_the_county_is_on_its_map(lat: float, lon: float) -> None:
    projection = Projection(COUNTY)
    x, y = projection.point(lat, lon)
    assert -0.1 <= x <= WIDTH + 0.1
    assert -0.1 <= y <= projection.height + 0.1


@pytest.mark.parametrize(
    ("words", "names"),
    [("", ["惠民超市", "老街烟酒店"]), ("老街", ["老街烟酒店"]), ("0001 惠民", ["惠民超市"]), ("nothing", [])],
)
def test_shops_are_found_by_name_licence_and_street(words: str, names: list[str]) -> None:
    assert [shop.name for shop in find_shops(DIRECTORY, COUNTY.code, words)] == names


@pytest.mark.parametrize(
    ("today", "days"),
    [
        ("2026-11-23", 1),  # Monday
        ("2026-11-27", 3),  # Friday
        ("2026-09-30", 8),  # the week of the national holiday
        ("2026-10-09", 1),  # Friday before a make-up Saturday
        ("2039-12-30", 3),  # a year without an official table: plain weekdays
    ],
)
def test_the_next_working_day_knows_holidays_and_make_up_days(today: str, days: int) -> None:
    morning = datetime.fromisoformat(today).replace(hour=2, tzinfo=UTC)
    assert until_next_working_day(morning) == timedelta(days=days)

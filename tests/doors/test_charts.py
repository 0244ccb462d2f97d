"""Charts: drawings that are whole, named, escaped, linked and in proportion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markupsafe import Markup

from bot.console.charts import NARROW, WIDE, Mark, Point, Stack, bars, both, heat, line, sparkline, stacked
from bot.console.drawing import ticks

SVG = "{http://www.w3.org/2000/svg}"
MARKS = [
    Mark("梁园区局", 12, "/console/a?county=1&x=2"),
    Mark('<b>"&', 3, tone="bad", shown="3 天"),
    Mark("虞城县局", 0),
]
POINTS = [Point("1月", 4), Point("2月", 8, href="/feb"), Point("3月", 6, 2, 10, ahead=True)]
STACKS = [Stack("梁园区局", tuple(MARKS), "/all"), Stack("永城市局", tuple(MARKS))]
DRAWN: dict[str, Callable[..., Markup]] = {
    "line": partial(line, "每月", "说明", POINTS, limit=Mark("上限", 7)),
    "bars": partial(bars, "各县", "说明", MARKS),
    "stacked": partial(stacked, "各县", "说明", STACKS),
    "heat": partial(heat, "各县各部门", "说明", ["专卖", "营销", "物流"], [("梁园区局", MARKS)]),
    "sparkline": partial(sparkline, [1, 5, 2], "近三月"),
}


def widths(drawing: Element, look: str) -> list[float]:
    return [float(one.get("width", "0")) for one in drawing.iter(f"{SVG}rect") if look in one.get("class", "").split()]


@pytest.mark.parametrize("name", sorted(DRAWN))
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_drawing_is_whole_and_named(name: str, width: int) -> None:
    drawing = fromstring(DRAWN[name](width=width))
    told = [drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")]
    ids = " ".join(one.get("id", "") for one in told if one is not None)
    assert drawing.get("aria-labelledby") == ids
    assert drawing.get("viewBox", "").split()[2] == str(width)
    assert "style" not in {key for one in drawing.iter() for key in one.attrib}  # the policy forbids them
    links = list(drawing.iter(f"{SVG}a"))
    assert drawing.get("role") == ("group" if links else "img")
    assert all(one.get("aria-label") and one.get("href") for one in links)


def test_bars_are_in_proportion_and_lead_on() -> None:
    drawing = fromstring(bars("各县", "", MARKS, width=WIDE))
    long = widths(drawing, "mark")
    assert long[1] / long[0] == pytest.approx(3 / 12, abs=0.001)
    assert long[2] == 0
    assert [one.get("href") for one in drawing.iter(f"{SVG}a")] == ["/console/a?county=1&x=2"]
    assert [one.text for one in drawing.iter(f"{SVG}text")][3] == "3 天"


def test_stacked_parts_lead_to_lists_of_their_own() -> None:
    drawing = fromstring(stacked("各县", "", STACKS, width=WIDE))
    assert [one.get("aria-label") for one in drawing.iter(f"{SVG}a")] == [
        "梁园区局: 15",
        "梁园区局, 梁园区局: 12",
        "永城市局, 梁园区局: 12",
    ]


def test_both_widths_have_names_of_their_own() -> None:
    page = fromstring(f"<p>{both(lambda width: bars('各县', '说明', MARKS, width=width))}</p>")
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(ids) == len(set(ids)) == 4


@given(some.lists(some.floats(0, 1e9), max_size=40), some.floats(0, 1e9))
def test_any_figures_can_be_drawn(values: list[float], most: float) -> None:
    levels = ticks(most)
    assert levels[0] == 0
    assert levels[-1] >= most * 0.999
    assert 2 <= len(levels) <= 7
    marks = [Mark(str(one), one) for one in values]
    for drawn in (
        line("a", "", [Point(one.label, one.value) for one in marks]),
        bars("a", "", marks),
        stacked("a", "", [Stack("x", tuple(marks))]),
        heat("a", "", ["x"] * len(marks), [("y", marks)]),
        sparkline(values, "a"),
    ):
        assert fromstring(drawn).tag == f"{SVG}svg"

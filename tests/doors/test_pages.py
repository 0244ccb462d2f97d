"""Utterances as numbered texts, split at the byte limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.weixin.pages import LIMIT, pages, split, unlinked
from store.words import Option, Say


def test_options_are_numbered_lines() -> None:
    says = (Say("已记下。"), Say("您看到了什么情况?", (Option("q|1", "串码"), Option("q|2", "假烟"))))
    assert pages(says) == ["已记下。\n\n您看到了什么情况?\n1. 串码\n2. 假烟"]


def test_nothing_said_is_no_page() -> None:
    assert pages(()) == []
    assert pages((Say(""),)) == []


def test_a_long_list_is_cut_between_lines() -> None:
    lines = [f"{number}. 商丘市睢阳区鸿运烟酒店第{number}分店" for number in range(1, 101)]
    cut = split("\n".join(lines))
    assert len(cut) > 1
    assert [line for page in cut for line in page.split("\n")] == lines


def test_one_endless_line_is_cut_between_characters() -> None:
    cut = split("烟" * 2000)
    assert [len(page.encode()) for page in cut] == [1998, 1998, 1998, 6]
    assert "".join(cut) == "烟" * 2000


def test_exactly_the_limit_is_one_page() -> None:
    assert split("a" * LIMIT) == ["a" * LIMIT]


@given(st.text(st.sampled_from("a烟é🚬\n "), max_size=400), st.integers(8, 60))
def test_nothing_but_blank_lines_at_the_cuts_is_lost(text: str, limit: int) -> None:
    cut = split(text, limit)
    assert all(0 < len(page.encode()) <= limit for page in cut)
    assert "".join(cut).replace("\n", "") == text.replace("\n", "")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('<a href="x">y</a>', '[a href="x">y[/a>'),
        ("< A\thref=x>", "[ A\thref=x>"),
        ("1 < 2, <b>, <apple>", "1 < 2, <b>, <apple>"),
    ],
)
def test_what_people_say_never_becomes_a_link(said: str, shown: str) -> None:
    assert unlinked(said) == shown
    assert pages([Say(said)]) == [shown]

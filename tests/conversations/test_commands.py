"""What counts as a command, and what is a sentence."""

from __future__ import annotations

import pytest

from conversations import tokens
from conversations.commands import Command, command, entry_number, loose, plain, typed_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上报", Command("report")),
        (" 上报。 ", Command("report")),
        ("Ｒｅｐｏｒｔ！", Command("report")),
        ("/report", Command("report")),
        ("/start abc", Command("help")),
        ("修改 3", Command("edit", "3")),
        ("修改３", Command("edit", "3")),
        ("edit 12.", Command("edit", "12")),
        ("查 惠民 超市", Command("find", "惠民 超市")),
        ("find Huimin", Command("find", "Huimin")),
        ("English", Command("english")),
        ("XS-2026-000017", Command("open", "XS-2026-000017")),
        ("xs2026-17", Command("open", "XS-2026-000017")),
        ("xs17", Command("open", "17")),
        ("查到一批假烟", None),
        ("上报 一下这家店", None),
        ("report the shop", None),
        ("17", None),
        ("", None),
    ],
)
def test_command(text: str, expected: Command | None) -> None:
    assert command(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("查张三超市", Command("find", "张三超市")),
        ("查到一批假烟", None),
        ("查获走私烟两件", None),
        ("17", Command("open", "17")),
        ("1234567", None),
        ("店里有串码烟", None),
    ],
)
def test_loose_command_outside_of_forms(text: str, expected: Command | None) -> None:
    assert loose(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", (2,)),
        ("２。", (2,)),
        ("1 3", (1, 3)),
        ("1、3", (1, 3)),
        ("1,3", (1, 3)),
        ("2条", ()),
        ("", ()),
        ("1234", ()),
    ],
)
def test_typed_numbers(text: str, expected: tuple[int, ...]) -> None:
    assert typed_numbers(text) == expected


def test_words_are_compared_folded() -> None:
    assert plain("  Ｄｏｎｅ  now！？ ") == "done now"
    assert entry_number("WT-2026-3") == "WT-2026-000003"


def test_long_parts_of_a_token_are_shortened_the_same_way_every_time() -> None:
    long = "a.very.long.userid.of.sixty.four.characters.that.wecom.would.allow"
    token = tokens.answer("aaaaaaaa", "responsible_department", long)
    assert len(token.encode()) <= 64
    assert tokens.parts(token, "q", 3) == ("aaaaaaaa", tokens.short("responsible_department"), tokens.short(long))
    assert tokens.parts("q|a|b", "q", 3) is None
    assert tokens.parts("q|a||c", "q", 3) is None

"""The code on a carton, as people type it."""

from __future__ import annotations

import pytest

from store.master.packcode import PackCode, PackCodeFault, looks_like, read

WHOLE = PackCode("61122", "000012345", "67", "HNSQ", "411421100123")


@pytest.mark.parametrize(
    "typed",
    [
        "6112200001234567HNSQ411421100123",
        "6112200001234567\nHNSQ411421100123",
        "6112200001234567 hnsq411421100123",
        "6112 2000 0123 4567 / HNSQ 4114 2110 0123",
        "６１１２２００００１２３４５６７　ＨＮＳＱ４１１４２１１００１２３",
        " 61122-000012345-67 HNSQ-411421100123 ",
    ],
)
def test_however_it_is_typed_it_is_the_same_code(typed: str) -> None:
    assert looks_like(typed)
    assert read(typed) == WHOLE


def test_the_second_line_alone_names_the_shop() -> None:
    assert read("HNSQ 411421100123") == PackCode("", "", "", "HNSQ", "411421100123")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("6112200001234567HNSQ41142110012", "32 characters in two lines of 16; 31 were typed"),
        ("6112200001234567\nHNSQ41142110012", "Line 2 of a pack code has 16 characters; 15 were typed"),
        ("611220000123456\nHNSQ411421100123", "Line 1 of a pack code has 16 characters; 15 were typed"),
        ("6112200001234567HNSQ41142110O123", "Character 13 of the second line must be a digit, not “O”. Perhaps 0?"),
        ("6112200001234567HNSQ41142110X123", "Character 13 of the second line must be a digit, not “X”."),
        ("6112200001234567", "This is the first line of a pack code."),
        ("4114211001234", "13 were typed"),
        ("6112200001234567HNSQ4114211001#3", "only letters and digits"),
    ],
)
def test_what_is_wrong_is_said_so_that_it_can_be_put_right(typed: str, reason: str) -> None:
    with pytest.raises(PackCodeFault) as fault:
        read(typed)
    assert reason in fault.value.text("en")
    assert fault.value.text("zh") != fault.value.text("en")


@pytest.mark.parametrize("typed", ["", "烟酒", "411421100123", "4114 2110 0123", "hyyj", "Lucky Convenience Store"])
def test_other_words_are_no_pack_code(typed: str) -> None:
    assert not looks_like(typed)

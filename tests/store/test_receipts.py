"""Receipts: the same bits in either script, typed by people, and keys that say nothing of each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.tips import receipts
from store.tips.receipts import Receipt

KNOWN = Receipt(bytes(range(16)))
secrets = st.binary(min_size=16, max_size=16).map(Receipt)


def test_twelve_characters_and_twelve_words() -> None:
    assert " ".join(KNOWN.words("en")) == ("abandon amount liar amount expire adjust cage candy arch gather drum buyer")
    assert "".join(KNOWN.words("zh")) == "的三欧三考于据保量损破战"


@given(secrets)
def test_either_script_gives_the_receipt_again(receipt: Receipt) -> None:
    for language in ("zh", "en"):
        assert len(receipt.words(language)) == receipts.WORDS
        assert receipts.parse(" ".join(receipt.words(language))) == receipt


@pytest.mark.parametrize(
    "typed",
    [
        "".join(KNOWN.words("zh")),
        " ".join(KNOWN.words("zh")),
        "\n".join(KNOWN.words("zh")),
        "，".join(KNOWN.words("zh")) + "。",
        "　".join(KNOWN.words("zh")),
        " ".join(KNOWN.words("en")).upper(),
        "\r\n".join(KNOWN.words("en")),
        "-".join(KNOWN.words("en")),
        "".join(chr(ord(one) + 0xFEE0) if one.isalpha() else one for one in " ".join(KNOWN.words("en"))),
        "1. " + " 2. ".join(KNOWN.words("en")),
    ],
)
def test_people_type_it_as_they_like(typed: str) -> None:
    assert receipts.parse(typed) == KNOWN


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        " ".join(KNOWN.words("en")[:-1]),
        " ".join((*KNOWN.words("en"), "abandon")),
        "abandon " * 12,
        " ".join((*KNOWN.words("en")[1:], KNOWN.words("en")[0])),
        "的" * 12,
        "".join(KNOWN.words("zh"))[:-1] + "龘",
        " ".join((*KNOWN.words("en")[:-1], "qwerty")),
        "\x00\ud800",
    ],
)
def test_what_is_no_receipt_is_none(typed: str) -> None:
    assert receipts.parse(typed) is None


@given(st.text(max_size=80))
def test_nothing_that_is_typed_raises(typed: str) -> None:
    receipts.parse(typed)


@given(secrets)
def test_the_keys_are_always_the_same_and_three_different_ones(receipt: Receipt) -> None:
    one, again = receipts.keys(receipt), receipts.keys(receipt)
    three = {one.lookup, bytes(one.box), bytes(one.proof)}
    assert three == {again.lookup, bytes(again.box), bytes(again.proof)}
    assert len(three) == 3
    assert all(receipt.secret not in key for key in three)


def test_neither_receipt_nor_keys_can_be_printed() -> None:
    receipt = receipts.new()
    for shown in (repr(receipt), repr(receipts.keys(receipt))):
        assert receipt.secret.hex() not in shown
        assert repr(receipt.secret) not in shown
    assert receipts.new() != receipt

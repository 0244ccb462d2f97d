"""Codes as a text recogniser sees them, and what is said when there is none."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.profile import photographed
from store.profile.photographed import NoRecogniser, candidates, reading

TODAY = date(2026, 11, 17)
FIRST, SECOND = "6110900001234521", "HNSQ411421100001"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(FIRST, 0.9), (SECOND, 0.8)], [(FIRST + SECOND, 0.8)]),
        ([("黄金叶", 0.9), ("61109 000012345 21", 0.9), ("HNSQ 411421100001", 0.9)], [(FIRST + SECOND, 0.9)]),
        ([(FIRST, 0.9), ("¥250", 0.9), (SECOND, 0.9)], [(FIRST + SECOND, 0.9)]),
        ([(FIRST + SECOND, 0.9)], [(FIRST + SECOND, 0.9)]),
        ([("6IIO900001234S2l", 0.9), ("HN5Q4I1421lOOOO1", 0.9)], []),  # too much of it would be a guess
        ([("6IIO900001234S2l", 0.9), ("HNSQ4I142110000l", 0.9)], [(FIRST + SECOND, 0.9)]),
        ([(SECOND, 0.9)], [(SECOND, 0.45)]),
        ([("6139900001234521", 1.0), (SECOND, 1.0)], [("6139900001234521" + SECOND, 0.7)]),  # no such month
        ([("6110900001234599", 1.0), (SECOND, 1.0)], [("6110900001234599" + SECOND, 0.7)]),  # a 99th carton of 50
        ([("ZHENGZHOU TOBACCO", 0.9), ("HUANGJINYE 20 CIGARETTES", 0.9)], []),
        ([], []),
    ],
)
def test_what_was_seen_becomes_codes(seen: list[Any], expected: list[Any]) -> None:
    found = [(one.code.text, pytest.approx(one.sure)) for one in candidates(seen, TODAY)]
    assert found == expected


@given(st.lists(st.tuples(st.text(max_size=60), st.floats(0, 1)), max_size=8))
def test_whatever_was_seen_a_candidate_is_a_code(seen: list[Any]) -> None:
    for one in candidates(seen, TODAY):
        assert len(one.code.text) in (16, 32)
        assert one.code.licence_no.isdigit()
        assert 0 <= one.sure <= 1


def test_without_the_extra_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    photographed._recogniser.cache_clear()
    with pytest.raises(NoRecogniser, match="install loop153"):
        reading(b"", TODAY)


def test_what_is_read_off_a_picture_goes_from_top_to_bottom(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recogniser tells boxes in any order; its place is taken by one that knows its answer."""

    def read(image: bytes) -> tuple[list[Any], list[float]]:
        if not image:
            raise RuntimeError("cannot decode")
        lower, upper = [[0, 90], [9, 90], [9, 99], [0, 99]], [[0, 10], [9, 10], [9, 19], [0, 19]]
        return [[lower, SECOND, 0.9], [upper, FIRST, "0.95"]], [0.1]

    monkeypatch.setattr(photographed, "_recogniser", lambda: read)
    assert [one.code.text for one in reading(b"jpeg", TODAY)] == [FIRST + SECOND]
    with pytest.raises(ValueError, match="not a picture"):
        reading(b"", TODAY)

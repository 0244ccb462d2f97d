"""No regular expression that a form may hold can keep the service busy."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.expressions.lexing import BadExpression
from conversations.expressions.patterns import REACH, read_pattern


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        ("1[3-9][0-9]{9}", "13812345678", "23812345678"),
        ("^1[3-9][0-9]{9}$", "13812345678", "1381234567"),
        ("[0-9]{12}", "411402100001", "41140210000"),
        ("(\\+86)?1[0-9]{10}", "+8613812345678", "+8713812345678"),
        ("[^@ ]+@[^@ ]+\\.[a-z]+", "a@b.cn", "a@b"),
        ("(?:豫|苏)[A-Z][A-Z0-9]{5}", "豫N12345", "皖N12345"),
        (".{10,}", "十个字的说明必须写够", "太短"),
        ("(ab|cd){2}", "abcd", "abc"),
    ],
)
def test_ordinary_patterns(pattern: str, fits: str, not_: str) -> None:
    found = read_pattern(pattern)
    assert (found.matches(fits), found.matches(not_)) == (True, False)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "(a|a)*b",
        "(a|ab)+",
        "([a-z]+[0-9]*){9}",
        "(a?){30}b",
        "a?" * 25 + "a" * 25,
        ".*.*.*.*b",
        "(\\d{1,3}){1,40}x",
        "((a{1,9}){1,9}){1,9}b",
        "(x+x+)+y",
    ],
)
def test_patterns_that_could_take_too_long(pattern: str) -> None:
    with pytest.raises(BadExpression, match="could take too long"):
        read_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a)\\1", "(?=a)b", "(?i)a", "(?P<n>a)", "a+?", "a*+", "\\bword", "[[a]", "a{,3}", "\\x41"]
)
def test_what_not_every_form_tool_reads(pattern: str) -> None:
    with pytest.raises(BadExpression, match=r"not every form tool reads|does not compile"):
        read_pattern(pattern)


def test_a_text_out_of_reach_does_not_match() -> None:
    assert read_pattern(".*").matches("a" * REACH)
    assert not read_pattern(".*").matches("a" * (REACH + 1))
    assert 40 < read_pattern("a*b*c*").reach < 200


pieces = st.sampled_from(["a", "[ab]", ".", "\\w", "(a|b)", "(ab)", "(a?b)", "(a+)", "b"])
times = st.sampled_from(["", "*", "+", "?", "{2}", "{1,4}", "{3,}"])
patterns = st.lists(st.tuples(pieces, times), min_size=1, max_size=8).map(
    lambda parts: "".join(piece + many for piece, many in parts) + "!"
)


@settings(max_examples=200, deadline=None)
@given(patterns)
def test_every_accepted_pattern_ends_soon(pattern: str) -> None:
    try:
        found = read_pattern(pattern)
    except BadExpression:
        return
    begun = time.process_time()
    found.matches("a" * found.reach)
    found.matches("ab" * (found.reach // 2))
    assert time.process_time() - begun < 2

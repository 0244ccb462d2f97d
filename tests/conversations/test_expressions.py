"""Expressions mean what XLSForm says, and none can raise or hang."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.expressions import FUNCTION_NAMES, POSITION, BadExpression, compile_expression
from conversations.expressions.functions import FUNCTIONS

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # 02:30 on the 22nd in Shanghai
ANSWERS: dict[str, Any] = {
    "kind": "service",
    "many": ["a", "c"],
    "n": 7,
    "money": "12.50",
    "empty": "",
    "none": None,
    "day": "2026-11-20",
    "at": "2026-11-20T15:00:00+08:00",
    "clock": "15:30",
    "yes": True,
    "place": {"lat": 34.4, "lon": 115.6, "datum": "gcj02"},
    "goods": [{"count": 2, "brand": "x"}, {"count": 5}],
    POSITION: 2,
}

VALUES = [
    # numbers and their signs
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 div 2", 3.5),
    ("-7 mod 3", -1),
    ("1 div 0", None),
    ("1 mod 0", None),
    ("- - 2", 2),
    ("${n} - 2", 5),
    ("${money} * 2", 25),
    # comparing; an unanswered number compares false
    ("${n} > 6", True),
    ("${missing} > 6", False),
    ("${missing} <= 6", False),
    ("${missing} = 0", False),
    ("${missing} = ''", True),
    ("${none} = ''", True),
    ("${kind} = 'service'", True),
    ('${kind} != "service"', False),
    ("${kind} > 3", False),
    ("'10' > '9'", True),
    ("1 < 2 = true()", True),
    ("${n} = 7.0", True),
    ("${yes} = true()", True),
    # logic
    ("true() and not(false())", True),
    ("${empty} or ${n}", True),
    ("1 = 1 or 1 = 2 and 1 = 2", True),
    ("boolean('false')", True),
    ("if(${n} > 5, 'many', 'few')", "many"),
    ("coalesce(${missing}, ${empty}, 'x')", "x"),
    # choices
    ("selected(${many}, 'c')", True),
    ("selected(${many}, 'b')", False),
    ("selected(${kind}, 'service')", True),
    ("count-selected(${many})", 2),
    ("count-selected(${missing})", 0),
    ("selected-at(${many}, 1)", "c"),
    ("selected-at(${many}, 9)", ""),
    ("${many} = ''", False),
    # numbers out of values
    ("number('3.50')", 3.5),
    ("number('1e5')", None),
    ("number('nan')", None),
    ("int(-3.7)", -3),
    ("round(2.5)", 3),
    ("round(-2.5)", -2),
    ("round(3.14159, 2)", 3.14),
    ("min(3, 1, ${missing})", 1),
    ("max(3, ${n})", 7),
    ("max(${missing})", None),
    # texts
    ("concat('a', 1, 2.50, ${missing}, true())", "a12.5true"),
    ("string(7 div 2)", "3.5"),
    ("string-length('假烟abc')", 5),
    ("substr('abcdef', 1, 3)", "bc"),
    ("substr('abcdef', -2)", "ef"),
    ("contains('abc', 'bc')", True),
    ("starts-with('abc', 'ab')", True),
    ("ends-with('abc', 'bc')", True),
    ("regex('13812345678', '^1[3-9][0-9]{9}$')", True),
    ("regex('138123456789', '1[3-9][0-9]{9}')", False),
    ("regex('１３８', '\\d+')", False),
    ("${place} != ''", True),
    # days
    ("today()", "2026-11-22"),
    ("now()", "2026-11-22T02:30:00+08:00"),
    ("${day} <= today()", True),
    ("${day} < ${at}", True),
    ("${at} > now()", False),
    ("today() - ${day}", 2),
    ("date(${day} + 30)", "2026-12-20"),
    ("date(${at})", "2026-11-20"),
    ("${day} >= today() - 3", True),
    ("${clock} > '08:00'", True),
    ("'2026-11-20' = '2026-11-20T00:00:00+08:00'", True),
    ("'2026-13-45' <= today()", False),
    ("decimal-date-time('1970-01-02T12:00')", 1.5),
    ("format-date(${day}, '%Y/%n/%e')", "2026/11/20"),
    ("format-date-time(${at}, '%d.%m.%y %H:%M')", "20.11.26 15:00"),
    ("format-date(${missing}, '%Y')", ""),
    # repeats, seen from outside and inside
    ("count(${goods})", 2),
    ("count(${missing})", 0),
    ("sum(${count})", 7),
    ("count(${brand})", 1),
    ("max(${count}) > 4", True),
    ("${count} > 4", True),
    ("${count} = 3", False),
    ("position(..)", 2),
]


@pytest.mark.parametrize(("source", "value"), VALUES)
def test_value(source: str, value: Any) -> None:
    expression = compile_expression(source, {"count": ("goods",), "brand": ("goods",)})
    found = expression.evaluate(ANSWERS, NOW)
    assert (found, type(found)) == (value, type(value) if not isinstance(value, float) else float)


def test_every_function_stands_in_the_table() -> None:
    seen = " ".join(source for source, _ in VALUES)
    assert [name for name in FUNCTION_NAMES if f"{name}(" not in seen] == []


def test_dot_and_columns() -> None:
    assert compile_expression(". > 5 and . < 9").evaluate({}, NOW, 7) is True
    assert compile_expression("city = ${city}").evaluate({"city": "sq"}, NOW, {"name": "a", "city": "sq"}) is True
    assert compile_expression("city = 'x'").evaluate({}, NOW, None) is False


def test_what_an_expression_reads_is_known() -> None:
    found = compile_expression("if(${a} = 'x', selected(${b}, 'y'), . > ${ c }) and town = position(..)")
    assert found.reads == {"a", "b", "c"}
    assert found.columns == {"town"}
    assert found.wants == {".", POSITION}
    assert found.expects == {("a", "x"), ("b", "y")}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "is empty"),
        ("1 +", "ends too early"),
        ("(1", "lacks a “)” at its end"),
        ("1 2", "goes on after its end with “2”"),
        ("a = = b", "lacks a value before “=”"),
        ("${a b} = 1", "cannot be read from “${a b} = 1” on"),
        ("'open", "cannot be read from “'open” on"),
        ("${a} | ${b}", "cannot be read from “| ${b}” on"),
        ("eval('1')", "uses eval(), which is not among the functions"),
        ("if(1, 2)", "gives if() 2 arguments; it takes 3"),
        ("round(1, 2, 3)", "gives round() 3 arguments; it takes 1 to 2"),
        ("concat()", "gives concat() 0 arguments; it takes at least 1"),
        ("position(1)", "may use position() only as position(..)"),
        ("regex(., ${a})", "must give regex() its pattern as a quoted text, so that it can be checked"),
        ("regex(., '(a+)+')", "has a pattern that could take too long: a repeated group may not vary inside"),
        ("regex(., '[a')", "has a pattern that does not compile: unterminated character set at position 0"),
        ("(" * 41 + "1" + ")" * 41, "is nested deeper than 40 levels"),
        ("1 + " * 600 + "1", "is longer than 2000 characters"),
    ],
)
def test_refused(source: str, reason: str) -> None:
    with pytest.raises(BadExpression) as refused:
        compile_expression(source)
    assert str(refused.value) == reason


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
leaves = st.one_of(
    st.sampled_from(["${a}", "${b}", "${c}", ".", "column", "position(..)", "''", "today()", "now()", "true()"]),
    st.integers(0, 10**20).map(str),
    st.decimals(0, 1000, places=2).map(str),
    st.text(alphabet="ab1 -:日", max_size=6).map(lambda text: f"'{text}'"),
)


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        least, most = FUNCTIONS[name].counts
        wanted = st.lists(inner, min_size=least, max_size=least + 2 if most is None else most)
        return wanted.map(lambda arguments: f"{name}({', '.join(arguments)})")

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


def signs(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.sampled_from(["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"])
    return st.tuples(inner, some, inner).map(lambda three: f"({' '.join(three)})") | inner.map(lambda one: f"-{one}")


expressions = st.recursive(leaves, lambda inner: calls(inner) | signs(inner), max_leaves=25)
answers = st.dictionaries(st.sampled_from(["a", "b", "c", "r", POSITION]), json_values)


@settings(max_examples=200, deadline=None)
@given(expressions.filter(lambda source: len(source) < 2000), answers, json_values)
def test_no_expression_raises_or_hangs(source: str, given_answers: dict[str, Any], dot: Any) -> None:
    begun = time.perf_counter()
    try:
        expression = compile_expression(source, {"c": ("r",)})
    except BadExpression as reason:
        assert "nested deeper" in str(reason)  # noqa: PT017 - the only thing that a well-formed one can be refused for
        return
    found = expression.evaluate(given_answers, NOW, dot)
    assert found == found, "NaN is no JSON"
    assert time.perf_counter() - begun < 1


@given(st.text(max_size=60) | st.text(alphabet="${}().'\"=<>!+-* abif,", max_size=60))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        compile_expression(source).evaluate({}, NOW)
    except BadExpression as reason:
        assert str(reason)  # noqa: PT017 - the reason is all there is to it

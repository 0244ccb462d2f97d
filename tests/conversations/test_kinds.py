"""What people type becomes the answer they meant, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.expressions import compile_expression
from conversations.form import Alternative, Question
from conversations.kinds import KINDS, Fault, is_answer, read, show
from conversations.moments import SHANGHAI

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=SHANGHAI)  # a Sunday
PAST = Question("datetime", "observed_at", constraint=compile_expression(". <= now()"))
OFFERS = (
    Alternative("code", {"zh": "串码", "en": "Wrong code"}),
    Alternative("fake", {"zh": "假烟", "en": "Counterfeit"}),
    Alternative("service", {"zh": "服务问题", "en": "Service"}),
    Alternative("price", {"zh": "价格问题", "en": "Price problem"}),
)
ONE = Question("select_one", "kind", choices=OFFERS)
SEVERAL = Question("select_multiple", "kinds", choices=OFFERS)
YES_NO = Question("select_one", "special", choices=(Alternative("yes", {"zh": "是"}), Alternative("no", {"zh": "否"})))

MOMENTS = [
    ("昨天 下午3点", "2026-11-21T15:00"),
    ("昨天下午三点一刻", "2026-11-21T15:15"),
    ("昨天", "2026-11-21T12:00"),
    ("今天", "2026-11-22T14:30"),
    ("今天上午", "2026-11-22T10:00"),
    ("今天下午", "2026-11-22T14:30"),
    ("今早", "2026-11-22T08:00"),
    ("昨晚8点", "2026-11-21T20:00"),
    ("昨晚", "2026-11-21T20:00"),
    ("晚上8点", "2026-11-21T20:00"),
    ("凌晨两点", "2026-11-22T02:00"),
    ("凌晨12点10分", "2026-11-22T00:10"),
    ("中午12点半", "2026-11-22T12:30"),
    ("3天前", "2026-11-19T12:00"),
    ("三天前下午", "2026-11-19T15:00"),
    ("一周前", "2026-11-15T12:00"),
    ("前天大概9点左右", "2026-11-20T09:00"),
    ("昨天3点", "2026-11-21T15:00"),
    ("11月20日", "2026-11-20T12:00"),
    ("十一月二十日", "2026-11-20T12:00"),
    ("１１月２０日　上午１０点", "2026-11-20T10:00"),
    ("11月20日 15:30", "2026-11-20T15:30"),
    ("11-20 15:30", "2026-11-20T15:30"),
    ("12月30日", "2025-12-30T12:00"),
    ("20日上午", "2026-11-20T10:00"),
    ("25号", "2026-10-25T12:00"),
    ("上个月20号", "2026-10-20T12:00"),
    ("2026-11-20", "2026-11-20T12:00"),
    ("2026/11/20 9:05", "2026-11-20T09:05"),
    ("2026年11月20日15时30分", "2026-11-20T15:30"),
    ("2026-11-20T15:00:00+08:00", "2026-11-20T15:00"),
    ("20261120", "2026-11-20T12:00"),
    ("周五上午", "2026-11-20T10:00"),
    ("上周五", "2026-11-13T12:00"),
    ("星期天", "2026-11-22T14:30"),
    ("刚才", "2026-11-22T14:30"),
    ("半小时前", "2026-11-22T14:00"),
    ("一个半小时前", "2026-11-22T13:00"),
    ("20分钟前", "2026-11-22T14:10"),
    ("yesterday 15:30", "2026-11-21T15:30"),
    ("Yesterday at 3 pm", "2026-11-21T15:00"),
    ("this morning", "2026-11-22T10:00"),
    ("last night", "2026-11-21T21:00"),
    ("two days ago", "2026-11-20T12:00"),
    ("an hour ago", "2026-11-22T13:30"),
    ("Nov 20, 2026 at 3:15pm", "2026-11-20T15:15"),
    ("20th of November", "2026-11-20T12:00"),
    ("last Friday 3 pm", "2026-11-20T15:00"),
    ("12 am", "2026-11-22T00:00"),
    ("just now", "2026-11-22T14:30"),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_moment(text: str, moment: str) -> None:
    assert read(PAST, text, "zh", NOW) == f"{moment}:00+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "昨天25点",
        "昨晚12点",
        "2026-11-20T07:00Z",
        "2月30日",
        "很久以前",
        "13",
        "yesterday maybe",
        "20日30日",
        "昨天 今天",
        "99:99",
        "日",
        "x" * 99,
    ],
)
def test_no_moment(text: str) -> None:
    wanted = Fault("Please give a day and a time, such as “yesterday 15:30”.")
    assert read(PAST, text, "zh", NOW) == wanted


@pytest.mark.parametrize(
    ("text", "day"),
    [("明天", "2026-11-23"), ("25号", "2026-11-25"), ("12月30日", "2026-12-30"), ("昨天 下午3点", "2026-11-21")],
)
def test_a_day_without_a_constraint_may_lie_ahead(text: str, day: str) -> None:
    assert read(Question("date", "day"), text, "zh", NOW) == day


def test_a_day_ahead_stays_for_the_constraint_to_refuse() -> None:
    past = Question("date", "day", constraint=compile_expression(". <= today()"))
    assert read(past, "明天", "zh", NOW) == "2026-11-23"
    assert read(past, "25号", "zh", NOW) == "2026-10-25"


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("integer", "12", 12),
        ("integer", "１２", 12),
        ("integer", "1,200", 1200),
        ("integer", "12条", 12),
        ("integer", "十", 10),
        ("integer", "十二", 12),
        ("integer", "两千三", 2300),
        ("integer", "三百零五", 305),
        ("integer", "1.5万", 15000),
        ("integer", "负3", -3),
        ("integer", "①", 1),
        ("decimal", "3.50", "3.5"),
        ("decimal", "３．５元", "3.5"),
        ("decimal", "100", "100"),
        ("decimal", ".5", "0.5"),
        ("time", "下午3点半", "15:30"),
        ("time", "9:05", "09:05"),
        ("time", "3 pm", "15:00"),
        ("text", "  多条香烟  ", "多条香烟"),
        ("merchant", "wzhs", "wzhs"),
    ],
)
def test_number_time_and_text(kind: str, text: str, answer: Any) -> None:
    found = read(Question(kind, "q"), text, "zh", NOW)
    assert found == answer
    assert is_answer(Question(kind, "q"), found)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("integer", "3.5", "Please give a whole number, such as 12."),
        ("integer", "1e5", "Please give a whole number, such as 12."),
        ("integer", "9" * 30, "Please give a whole number, such as 12."),
        ("decimal", "很多", "Please give a number, such as 3.5."),
        ("date", "不知道", "Please give a day, such as “yesterday” or “2026-11-20”."),
        ("date", "3点", "Please give a day, such as “yesterday” or “2026-11-20”."),
        ("time", "昨天", "Please give a time, such as “15:30” or “3 pm”."),
        ("image", "拍不了", "Please send a photo."),
        ("audio", "x", "Please send a recording."),
        ("file", "x", "Please send a file."),
        ("geopoint", "路口", "Please send the place itself, or type its latitude and longitude."),
        ("geopoint", "134.41412, 115.65", "Please send the place itself, or type its latitude and longitude."),
        ("text", " 　", "Please send an answer."),
        ("text", "长" * 2001, "That is longer than {most} characters. Please shorten it."),
    ],
)
def test_what_is_no_answer(kind: str, text: str, message: str) -> None:
    found = read(Question(kind, "q"), text, "en", NOW)
    assert isinstance(found, Fault)
    assert found.message == message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", "fake"),
        ("２", "fake"),
        ("②", "fake"),
        ("2️⃣", "fake"),
        ("二", "fake"),
        ("2、", "fake"),
        ("2. 假烟", "fake"),
        ("假烟", "fake"),
        ("fake", "fake"),
        ("Counterfeit.", "fake"),
        ("第二个", "fake"),
        ("选2", "fake"),
        ("option 2", "fake"),
        ("服务", "service"),
        ("价格问题！", "price"),
        ("price", "price"),
    ],
)
def test_one_choice(text: str, value: str) -> None:
    assert read(ONE, text, "zh", NOW) == value


@pytest.mark.parametrize("text", ["9", "0", "假", "真烟", "3、假烟", "1 3"])
def test_no_choice(text: str) -> None:
    assert read(ONE, text, "zh", NOW) == Fault("Please choose one of the options, by its number or its name.")


def test_a_choice_left_open_names_what_fits() -> None:
    wanted = "Several options fit: {options}. Which one is it?"
    assert read(ONE, "问题", "zh", NOW) == Fault(wanted, {"options": "服务问题、价格问题"})
    assert read(ONE, "问题", "en", NOW) == Fault(wanted, {"options": "Service, Price problem"})


def test_numbers_mean_what_was_offered() -> None:
    assert read(ONE, "1", "zh", NOW, OFFERS[2:]) == "service"
    assert isinstance(read(ONE, "3", "zh", NOW, OFFERS[2:]), Fault)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 3", ["code", "service"]),
        ("1,3", ["code", "service"]),
        ("3、1", ["code", "service"]),
        ("１，３", ["code", "service"]),
        ("一和三", ["code", "service"]),
        ("假烟、串码", ["code", "fake"]),
        ("fake and code", ["code", "fake"]),
        ("2", ["fake"]),
        ("wrong code, price problem", ["code", "price"]),
        ("全部", ["code", "fake", "service", "price"]),
    ],
)
def test_several_choices(text: str, values: list[str]) -> None:
    assert read(SEVERAL, text, "zh", NOW) == values


@pytest.mark.parametrize("text", ["1 9", "假烟和别的", "一大堆"])
def test_no_several_choices(text: str) -> None:
    assert isinstance(read(SEVERAL, text, "zh", NOW), Fault)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是", "yes"),
        ("对", "yes"),
        ("有", "yes"),
        ("Yes!", "yes"),
        ("y", "yes"),
        ("没有", "no"),
        ("不是", "no"),
        ("no", "no"),
    ],
)
def test_yes_and_no(text: str, value: str) -> None:
    assert read(YES_NO, text, "zh", NOW) == value


@pytest.mark.parametrize(
    ("question", "answer", "zh", "en"),
    [
        (Question("text", "q"), "多条", "多条", "多条"),
        (Question("integer", "q"), 12, "12", "12"),
        (Question("date", "q"), "2026-11-20", "2026年11月20日", "20 November 2026"),
        (PAST, "2026-11-20T15:00:00+08:00", "2026年11月20日 15:00", "20 November 2026, 15:00"),
        (PAST, "2026-11-20T07:00:00+00:00", "2026年11月20日 15:00", "20 November 2026, 15:00"),
        (Question("time", "q"), "15:30", "15:30", "15:30"),
        (ONE, "fake", "假烟", "Counterfeit"),
        (ONE, "gone", "gone", "gone"),
        (SEVERAL, ["code", "price"], "串码、价格问题", "Wrong code, Price problem"),
        (
            Question("geopoint", "q"),
            {"lat": 34.4, "lon": 115.65, "datum": "gcj02"},
            "34.40000, 115.65000",
            "34.40000, 115.65000",
        ),
        (Question("geopoint", "q"), {"lat": 1, "lon": 2, "label": "人民路"}, "人民路", "人民路"),
        (Question("image", "q"), ["a", "b"], "2", "2"),
        (Question("text", "q"), None, "", ""),
    ],
)
def test_show(question: Question, answer: Any, zh: str, en: str) -> None:
    assert (show(question, answer, "zh"), show(question, answer, "en")) == (zh, en)


@given(
    st.sampled_from(sorted(KINDS)), st.text(max_size=30) | st.from_regex(r"[0-9一二十前天点月日上下午/:.,、 ]{1,12}")
)
def test_any_text_is_an_answer_or_a_fault(kind: str, text: str) -> None:
    question = Question(kind, "q", choices=OFFERS if kind.startswith("select") else ())
    found = read(question, text, "zh", NOW)
    assert isinstance(found, Fault) or (is_answer(question, found) and show(question, found, "en"))

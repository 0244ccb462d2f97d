"""What reports say: the sentence of what changed, periods and what they are compared with, tips that may be told."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from store.reports.periods import Period, Span, asked, of_span
from store.reports.ranking import ranked
from store.reports.sentence import what_changed
from store.reports.tallies import Facts, Standing, Tally
from store.reports.tips import FEW, told

TODAY = date(2026, 11, 23)
DAYS = some.dates(date(2020, 1, 1), date(2028, 12, 31))


def facts(reported: int = 0, took: tuple[int, ...] = (), open_: int = 0, overdue: int = 0) -> Facts:
    closed = Tally(len(took), took=Counter(took))
    return Facts(clues=Tally(reported), closed=closed, open_problems=Standing(open_, overdue))


@pytest.mark.parametrize(
    ("now", "before", "worst", "zh", "en"),
    [
        (facts(), facts(), "", "本期没有上报，也没有在办事项。", "Nothing was reported and nothing is open."),
        (
            facts(30, (3, 3, 9), 12, 4),
            facts(20, (6, 6, 7)),
            "夏邑县局",
            "上报线索 30 条，多于上期的 20 条，销号问题 3 件，与上期持平，半数在 3 天内办结（上期 6 天），"
            "目前在办 12 项，逾期 4 项，夏邑县局最多。",
            "Clues reported: 30, up from 20; problems closed: 3, about as many as before; half of them within 3 days"
            " (before: 6); open now: 12, overdue: 4, most of them in 夏邑县局.",
        ),
        (
            facts(9, (), 2),
            facts(10, (4,) * 8),
            "",
            "上报线索 9 条，与上期持平，销号问题 0 件，少于上期的 8 件，目前在办 2 项，没有逾期。",
            "Clues reported: 9, about as many as before; problems closed: 0, down from 8; open now: 2, none overdue.",
        ),
        (
            facts(100, (1,)),
            facts(104),
            "",
            "上报线索 100 条，与上期持平，销号问题 1 件，与上期持平，目前没有在办事项。",
            "Clues reported: 100, about as many as before; problems closed: 1, about as many as before; nothing is left"
            " open.",
        ),
    ],
)
def test_the_sentence(now: Facts, before: Facts, worst: str, zh: str, en: str) -> None:
    assert what_changed(now, before, "zh", worst) == zh
    assert what_changed(now, before, "en", worst) == en


@pytest.mark.parametrize(
    ("query", "start", "end", "before"),
    [
        ({}, "2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-23")),
        ({"period": "week"}, "2026-11-23", "2026-11-29", ("2026-11-16", "2026-11-16")),
        ({"period": "quarter", "back": "1"}, "2026-07-01", "2026-09-30", ("2026-04-01", "2026-06-30")),
        ({"period": "year"}, "2026-01-01", "2026-12-31", ("2025-01-01", "2025-11-23")),
        ({"from": "2026-03-02", "to": "2026-03-11"}, "2026-03-02", "2026-03-11", ("2026-02-20", "2026-03-01")),
        ({"period": "nonsense", "back": "-1"}, "2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-23")),
    ],
)
def test_periods_of_addresses(query: dict[str, str], start: str, end: str, before: tuple[str, str]) -> None:
    period, wrong = asked(query, TODAY)
    earlier = period.before(TODAY)
    assert wrong == {}
    assert (str(period.start), str(period.end)) == (start, end)
    assert (str(earlier.start), str(earlier.end)) == before


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"from": "yesterday"}, {"from": "day"}),
        ({"from": "2026-02-30", "to": "x"}, {"from": "day", "to": "day"}),
        ({"from": "2026-05-02", "to": "2026-05-01"}, {"to": "order"}),
        ({"from": "0001-01-01", "to": "2026-05-01"}, {"from": "long"}),
        ({"from": "2026-05-01", "to": "9999-12-31"}, {"from": "long"}),
    ],
)
def test_days_that_make_no_sense_are_said_and_the_month_is_shown(query: dict[str, str], wrong: dict[str, str]) -> None:
    assert asked(query, TODAY) == (of_span(Span.MONTH, TODAY), wrong)


@given(DAYS, some.integers(0, 800))
def test_months_and_days_make_up_a_period_exactly(start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    months, rest = Period(Span.DAYS, start, end).pieces()
    days = [day for first, last in rest for day in range(first.toordinal(), last.toordinal() + 1)]
    if months:
        last = of_span(Span.MONTH, months[1]).end
        assert months[0].day == months[1].day == 1
        days += range(months[0].toordinal(), last.toordinal() + 1)
    assert sorted(days) == list(range(start.toordinal(), end.toordinal() + 1))


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-09-01", "2026-09-30", "5"),
        ("2026-10-01", "2026-10-31", "<3"),
        ("2026-08-01", "2026-08-31", "<3"),  # none at all looks the same
        ("2026-07-01", "2026-09-30", "≥9"),
        ("2026-11-01", "2026-11-30", None),  # still runs
        ("2026-09-02", "2026-09-30", None),
        ("2026-09-01", "2026-10-15", None),
    ],
)
def test_tips_are_told_by_finished_months_and_never_by_few(start: str, end: str, words: str | None) -> None:
    months = {date(2026, 7, 1): 4, date(2026, 9, 1): 5, date(2026, 10, 1): 2, date(2026, 11, 1): 9}
    found = told(months, Period(Span.DAYS, date.fromisoformat(start), date.fromisoformat(end)), TODAY)
    assert (found and found.words) == words


@given(some.dictionaries(some.integers(1, 10), some.integers(0, 9)), some.integers(1, 10), some.integers(0, FEW - 1))
def test_nobody_learns_of_few_tips_by_subtracting(counts: dict[int, int], month: int, other: int) -> None:
    """Whatever is asked, the answers are the same when a month had another small number of tips."""
    first = {date(2026, at, 1): n for at, n in counts.items()} | {date(2026, month, 1): 0}
    second = {**first, date(2026, month, 1): other}
    for start in range(1, 11):
        for end in range(start, 11):
            period = Period(Span.DAYS, date(2026, start, 1), of_span(Span.MONTH, date(2026, end, 1)).end)
            assert told(first, period, TODAY) == told(second, period, TODAY)


@given(some.lists(some.integers(0, 60), min_size=1), some.sampled_from([0.5, 0.9, 1.0]))
def test_within_how_many_days(took: list[int], part: float) -> None:
    """The smallest number of days within which that part was closed."""
    days = Tally(len(took), took=Counter(took)).days(part)
    assert days is not None
    assert sum(one <= days for one in took) >= part * len(took)
    assert sum(one < days for one in took) < part * len(took)


def test_equal_values_share_a_place() -> None:
    places = ranked({"a": 3.0, "b": 7.0, "c": 3.0, "d": None, "e": 1.0})
    assert [(one.place, one.key) for one in places] == [(1, "b"), (2, "a"), (2, "c"), (4, "e"), (5, "d")]

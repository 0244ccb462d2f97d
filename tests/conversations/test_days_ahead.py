"""Deadlines as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.days import Rest, days, working_days

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5个工作日", 5),
        ("三个工作日内", 3),
        ("10 working days", 10),
        ("１个工作日", 1),
        ("5天", 0),
        ("工作日", 0),
        ("", 0),
    ],
)
def test_working_days(text: str, expected: int) -> None:
    assert working_days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3天后", date(2026, 11, 25)), ("2周之后", date(2026, 12, 6)), ("10 days later", date(2026, 12, 2))],
)
def test_days_ahead(text: str, expected: date) -> None:
    assert next(days(Rest(text), TODAY)) == expected

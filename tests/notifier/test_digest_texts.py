"""What digests say, word for word, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from notifier.digests import Morning, listing, table
from notifier.render import text
from store.clock.workdays import Calendar
from store.reading.briefs import Standing, Waiting
from store.words import Json

MORNING = Morning(datetime(2026, 11, 17, 0, 37, tzinfo=UTC), Calendar(official=frozenset({2026})))
WRONG_CODE, SHOP = ("串码", "Cartons coded to another shop"), ("江山便利店", None)
NAMES = {
    "411400": ("city", "商丘市局", "Shangqiu bureau"),
    "411421": ("county", "民权县局", "Minquan bureau"),
    "411422": ("county", "睢县县局", "Suixian bureau"),
}


def waits(
    number: str,
    due: str,
    shop: tuple[str | None, str | None] = SHOP,
    kind: tuple[str | None, str | None] = WRONG_CODE,
    *,
    internal: bool = False,
) -> Waiting:
    return Waiting(number, datetime.fromisoformat(f"{due}T18:00+08:00"), internal, *shop, *kind)


def stands(code: str, *counts: int) -> Standing:
    return Standing(code, *NAMES[code], *counts)


def said(template: str, facts: Mapping[str, Json], language: str) -> str:
    return text(template, {**facts, "seq": "2026-11-17", "at": MORNING.at.isoformat()}, language)


BUSY = (
    waits("WT-2026-000003", "2026-11-13"),
    waits("WT-2026-000017", "2026-11-17"),
    waits("XS-2026-000005", "2026-11-17", (None, "unlicensed")),
    waits("XS-2026-000021", "2026-11-19", internal=True),
    waits("XS-2026-000009", "2026-11-24", (None, "unknown"), (None, None)),
    waits("WT-2026-000040", "2027-01-05"),
)
BUSY_ZH = """\
早上好，您有 6 件待办，其中超期 1 件、今天到期 2 件。
WT-2026-000003 · 串码 · 江山便利店 · 已超期（11月13日到期）
WT-2026-000017 · 串码 · 江山便利店 · 今天到期
XS-2026-000005 · 串码 · 无证户 · 今天到期
XS-2026-000021 · 内部事项 · 11月19日前
XS-2026-000009 · 商户不详 · 11月24日前
WT-2026-000040 · 串码 · 江山便利店 · 1月5日前（暂定）
回复“待办”逐件处理。
#2026-11-17"""
BUSY_EN = """\
Good morning. Waiting for you: 6, of them 1 overdue, 2 due today.
WT-2026-000003 · Cartons coded to another sh… · 江山便利店 · overdue since November 13
WT-2026-000017 · Cartons coded to another sh… · 江山便利店 · due today
XS-2026-000005 · Cartons coded to another sh… · unlicensed seller · due today
XS-2026-000021 · internal matter · by November 19
XS-2026-000009 · shop unknown · by November 24
WT-2026-000040 · Cartons coded to another sh… · 江山便利店 · by January 5 (provisional)
Reply “tasks” to deal with them one by one.
#2026-11-17"""
QUIET_ZH = """\
早上好，您有 1 件待办。
WT-2026-000008 · 串码 · 江山便利店 · 11月20日前
回复“待办”逐件处理。
#2026-11-17"""


@pytest.mark.parametrize(
    ("waiting", "language", "golden"),
    [
        (BUSY, "zh", BUSY_ZH),
        (BUSY, "en", BUSY_EN),
        ((waits("WT-2026-000008", "2026-11-20"),), "zh", QUIET_ZH),
    ],
)
def test_the_morning_list(waiting: Sequence[Waiting], language: str, golden: str) -> None:
    assert said("morning", listing(waiting, MORNING), language) == golden


def test_a_long_list_says_how_many_more_and_fits_into_one_message() -> None:
    long = waits("WT-2026-000003", "2026-11-13", ("大" * 40, None), ("很" * 40, "very " * 12))
    for language, more in (("zh", "……还有 20 件。"), ("en", "… and 20 more.")):
        lines = said("morning", listing([long] * 30, MORNING), language).splitlines()
        assert len(lines) == 1 + 10 + 3
        assert (lines[-3], lines[-1]) == (more, "#2026-11-17")
        assert len("\n".join(lines).encode()) <= 2000


COUNTIES = (  # new, closed, open, overdue, stuck
    stands("411400", 1, 0, 3, 0, 0),
    stands("411421", 12, 4, 31, 3, 2),
    stands("411422", 0, 2, 5, 0, 0),
)
DAILY_ZH = """\
11月17日内管简报：新增 13 件，超期 3 件，停滞 2 件。
商丘市局：新增 1，超期 0，停滞 0
民权县局：新增 12，超期 3，停滞 2
回复“预警”查看超期和停滞的。
#2026-11-17"""
DAILY_EN = """\
Supervision on November 17: 13 new, 3 overdue, 2 without progress.
Shangqiu bureau: 1 new, 0 overdue, 0 without progress
Minquan bureau: 12 new, 3 overdue, 2 without progress
Reply “warnings” to see what is late or stuck.
#2026-11-17"""
WEEKLY_ZH = """\
截至11月17日的一周：距清零还有 39 件。
新增 13 件，销号 6 件，超期 3 件。
商丘市局：未结 3，超期 0，新增 1，销号 0
民权县局：未结 31，超期 3，新增 12，销号 4
睢县县局：未结 5，超期 0，新增 0，销号 2
回复“预警”查看超期和停滞的。
#2026-11-17"""
WEEKLY_EN = """\
The week until November 17: 39 still to be brought to zero.
13 new, 6 closed, 3 overdue.
Shangqiu bureau: 3 open, 0 overdue, 1 new, 0 closed
Minquan bureau: 31 open, 3 overdue, 12 new, 4 closed
Suixian bureau: 5 open, 0 overdue, 0 new, 2 closed
Reply “warnings” to see what is late or stuck.
#2026-11-17"""
ZERO_ZH = """\
截至11月17日的一周：已全部清零。
新增 1 件，销号 1 件，超期 0 件。
回复“台账”查看。
#2026-11-17"""


@pytest.mark.parametrize(
    ("rule", "bureaus", "language", "golden"),
    [
        ("daily", COUNTIES, "zh", DAILY_ZH),
        ("daily", COUNTIES, "en", DAILY_EN),
        ("weekly", COUNTIES, "zh", WEEKLY_ZH),
        ("weekly", COUNTIES, "en", WEEKLY_EN),
        ("weekly", (stands("411422", 1, 1, 0, 0, 0),), "zh", ZERO_ZH),
    ],
)
def test_how_the_bureaus_stand(rule: str, bureaus: Sequence[Standing], language: str, golden: str) -> None:
    assert said(rule, table(bureaus, rule), language) == golden


def test_where_nothing_is_to_be_told_nothing_is_said() -> None:
    assert listing((), MORNING) == {}
    assert table((stands("411422", 0, 2, 5, 0, 0),), "daily") == {}
    assert table((stands("411422", 0, 0, 0, 0, 0),), "weekly") == {}

"""What people read: the whole entry on a phone in both languages, lists within scope, hints of duplicates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from store.db import Tx
from store.reading.lookups import ANSWERS, answer
from store.words import Found, Lookup
from tests.store.test_ledger import AT, PLACE, move, photo, report
from tests.world import CODE, CODE_INTERNAL, CODE_OTHER, SHOP, SHOP_NEAR, SHOP_SX, who


async def look(tx: Tx, kind: str, userid: str, language: str = "zh", at: datetime = AT, **query: Any) -> Found:
    return await answer(tx, Lookup(kind, query, language), who(userid), at)


async def labels(tx: Tx, kind: str, userid: str, **query: Any) -> list[str]:
    return [item.label for item in (await look(tx, kind, userid, **query)).items]


async def numbers(tx: Tx, kind: str, userid: str, **query: Any) -> list[str]:
    return [item.value for item in (await look(tx, kind, userid, **query)).items]


ZH = """\
XS-2026-000001 待县局内管研判 · 江山便利店
当前处理:民权县局内管
截止 11月19日 18:00
商户:江山便利店,许可证 411421100001,人民路 12 号
问题:W20201 串码,严重程度 3 级
情况:整箱串码
照片:1 张
位置:人民路口 · 34.64940, 115.14340 · 误差 20 米 · 距许可地址 101 米
上报人:林晓(民权县局营销 · 客户经理)
发现时间:11月16日 09:00
上报时间:11月17日 10:00(迟报)

处理经过:
· 11月17日 10:00 林晓 上报
· 11月17日 11:00 钱芳 归类转报:属实
· 11月17日 12:00 林晓 追加 [照片 1 张]"""

EN = """\
XS-2026-000001 with county supervision · 江山便利店
With: Minquan bureau, supervision
Due 19 Nov 18:00 (overdue)
Shop: 江山便利店, licence 411421100001, 人民路 12 号
What: W20201 Cartons coded to another shop, severity 3
Seen: 整箱串码
Photos: 1
Place: 人民路口 · 34.64940, 115.14340 · within 20 m · 101 m from the licensed address
Reporter: 林晓 (Minquan bureau, marketing · customer manager)
Seen at: 16 Nov 09:00
Reported at: 17 Nov 10:00 (late)

History:
· 17 Nov 10:00 林晓 report
· 17 Nov 11:00 钱芳 classify and forward: 属实
· 17 Nov 12:00 林晓 add [photos: 1]"""

FULL_WIDTH = str.maketrans({":": "\uff1a", ",": "\uff0c", "(": "\uff08", ")": "\uff09"})


async def _told(tx: Tx) -> str:
    seen = "2026-11-16T09:00:00+08:00"
    number = (await report(tx, special=True, place=PLACE, observed_at=seen)).entry.number
    await move(tx, number, "classify", "mq-yx-head", AT + timedelta(hours=1), indicator=CODE, text="属实")
    await move(tx, number, "append", "mq-cm", AT + timedelta(hours=2), photos=[await photo(tx, "mq-cm")])
    return number


async def test_an_entry_is_told_whole_in_both_languages(tx: Tx) -> None:
    number = await _told(tx)
    zh = (await look(tx, "entry", "mq-ng1", number=number)).items[0]
    # Times and coordinates keep their narrow marks; around Chinese words they are full width.
    assert _narrow(zh.detail) == ZH
    assert "\uff1a" in zh.detail
    en = (await look(tx, "entry", "sq-ng2", "en", AT + timedelta(days=3), number=number)).items[0]
    assert en.detail == EN
    assert zh.label == ZH.splitlines()[0]
    assert zh.data == {
        "ledger": "clue",
        "state": "county_review",
        "indicator": CODE,
        "merchant": SHOP,
        "internal": False,
        "severity": 3,
        "defaults": {"department": "enforcement", "due_on": "2026-11-26", "severity": 3},
        "file": True,
        "suggest": {"escalate": "", "merge": []},
        "remarks": [],
        "verbs": [
            {"verb": "ask_info", "label": "要求补充"},
            {"verb": "append", "label": "追加"},
            {"verb": "escalate", "label": "上报市局"},
            {"verb": "accept", "label": "立案转办"},
            {"verb": "merge", "label": "并案"},
            {"verb": "dismiss", "label": "不予处理"},
            {"verb": "transfer_out", "label": "移送"},
        ],
    }


def _narrow(text: str) -> str:
    return text.translate({wide: narrow for narrow, wide in ((k, ord(v)) for k, v in FULL_WIDTH.items())})


@pytest.mark.parametrize("typed", ["XS-2026-000001", "xs-2026-1", "1", "000001", " XS2026000001 "])
async def test_a_number_may_be_typed_shortly(tx: Tx, typed: str) -> None:
    number = (await report(tx)).entry.number
    assert await numbers(tx, "entry", "mq-cm", number=typed) == [number]


async def test_what_is_out_of_scope_is_not_there(tx: Tx) -> None:
    await report(tx, accused=["mq-mi"])
    for userid in ("mq-mi", "mq-ng1", "sx-ng", "mq-leader", "sq-admin"):
        hidden = await look(tx, "entry", userid, number="1")
        absent = await look(tx, "entry", userid, number="2")
        assert (hidden.items, hidden.total) == (absent.items, absent.total) == ((), 0)
        assert await numbers(tx, "find", userid, words="江山") == []
        assert await numbers(tx, "ledger", userid) == []
    told = (await look(tx, "entry", "sq-ng1", number="1")).items[0].detail
    assert "涉及人员" in told
    assert "赵刚" in told


@pytest.mark.parametrize("typed", ["", "XS-", "abc", "1234567", "%", "'; DROP TABLE clue"])
async def test_an_odd_number_finds_nothing(tx: Tx, typed: str) -> None:
    await report(tx)
    assert await numbers(tx, "entry", "mq-cm", number=typed) == []


async def test_tasks_are_what_waits_for_me_most_urgent_first(tx: Tx) -> None:
    first = (await report(tx, at=AT)).entry.number
    second = (await report(tx, at=AT - timedelta(days=1))).entry.number
    asked = (await report(tx)).entry.number
    await move(tx, asked, "ask_info", "mq-ng1", text="哪里?")
    assert await numbers(tx, "tasks", "mq-ng2") == [second, first]
    assert await numbers(tx, "tasks", "mq-cm") == [asked]
    assert await numbers(tx, "tasks", "sx-ng") == []
    assert await labels(tx, "tasks", "mq-cm") == [f"{asked} 待补充 · 江山便利店 · 截止 11月19日 18:00"]


async def test_my_reports_come_in_pages_newest_first(tx: Tx) -> None:
    made = [(await report(tx, at=AT + timedelta(minutes=n))).entry.number for n in range(10)]
    await report(tx, "mq-mi")
    assert await numbers(tx, "mine", "mq-cm") == made[:1:-1]
    assert await numbers(tx, "mine", "mq-cm", page=1) == made[1::-1]
    assert (await look(tx, "mine", "mq-cm", page=1)).total == 10


@pytest.mark.parametrize(
    "words", ["000001", "江山", "张江", SHOP, "林晓", "mq-cm", CODE, "W202", "串码", "coded to", "整箱"]
)
async def test_entries_are_found_by_what_is_known_of_them(tx: Tx, words: str) -> None:
    number = (await report(tx)).entry.number
    await report(tx, "sx-cm", merchant=SHOP_SX, indicator="W10101", text="无证")
    assert number in await numbers(tx, "find", "mq-ng1", words=words)
    assert len(await numbers(tx, "find", "sq-ng1", words=words)) == 1
    assert await numbers(tx, "find", "sx-ng", words=words) == []


async def test_wildcards_and_nothing_find_nothing(tx: Tx) -> None:
    await report(tx)
    for words in ("", "%", "_", "不存在"):
        assert await numbers(tx, "find", "sq-ng1", words=words) == []


async def test_the_ledger_counts_per_state_and_opens_each(tx: Tx) -> None:
    county = [(await report(tx)).entry.number for _ in range(2)]
    head = (await report(tx, indicator=CODE_OTHER)).entry.number
    await report(tx, "sx-cm", merchant=SHOP_SX)
    found = await look(tx, "ledger", "mq-ng1")
    assert [(item.value, item.data["count"]) for item in found.items] == [("head_review", 1), ("county_review", 2)]
    assert found.total == 3
    assert await numbers(tx, "ledger", "mq-ng1", state="head_review") == [head]
    assert sorted(await numbers(tx, "ledger", "mq-ng1", state="county_review")) == county
    assert (await look(tx, "ledger", "sq-ng1")).total == 4
    assert (await look(tx, "ledger", "sq-ng1", ledger="problem")).items == ()


NEAR = {"lat": PLACE["lat"], "lon": 115.1434 + 0.0025, "datum": "wgs84"}  # 229 m to the east
FAR = {"lat": PLACE["lat"], "lon": 115.1434 + 0.0030, "datum": "wgs84"}  # 274 m


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"merchant": SHOP, "indicator": CODE}, "同一商户"),
        ({"merchant": SHOP}, "同一商户"),
        ({"merchant": SHOP, "indicator": "W10101"}, None),
        ({"merchant": SHOP_NEAR, "indicator": CODE, "place": NEAR}, "位置相近"),
        ({"merchant": "unknown", "indicator": CODE, "place": NEAR}, "位置相近"),
        ({"merchant": SHOP_NEAR, "indicator": CODE, "place": FAR}, None),
        ({"merchant": SHOP_NEAR, "indicator": CODE}, None),
        ({"merchant": "unknown"}, None),
        ({}, None),
    ],
)
async def test_a_duplicate_is_hinted_at(tx: Tx, fields: dict[str, Any], hint: str | None) -> None:
    number = (await report(tx, place=PLACE)).entry.number
    found = await look(tx, "duplicates", "mq-cm", at=AT + timedelta(days=3), fields=fields)
    assert [item.label for item in found.items] == ([f"{number} · {hint} · 3 天前"] if hint else [])
    assert all(item.data["append"] for item in found.items)
    assert (await look(tx, "duplicates", "mq-cm", at=AT + timedelta(days=31), fields=fields)).items == ()
    assert (await look(tx, "duplicates", "sx-ng", at=AT, fields=fields)).items == ()


async def test_an_internal_clue_is_no_duplicate_for_others(tx: Tx) -> None:
    await report(tx, indicator=CODE_INTERNAL)
    fields = {"merchant": SHOP}
    assert (await look(tx, "duplicates", "mq-ng1", fields=fields)).items == ()
    assert len((await look(tx, "duplicates", "sq-ng1", fields=fields)).items) == 1


async def test_colleagues_and_units_of_ones_own_bureau_come_first(tx: Tx) -> None:
    assert (await numbers(tx, "colleague", "sx-cm", words="head"))[0].startswith("sx-")
    assert await labels(tx, "colleague", "mq-cm", words="周正") == ["周正"]
    assert (await numbers(tx, "unit", "sx-cm", words="内管"))[0] == "411422-NG"
    assert await numbers(tx, "colleague", "mq-cm", words="%") == []


async def test_every_kind_answers_nothing_politely(tx: Tx) -> None:
    for kind in ANSWERS:
        assert isinstance(await look(tx, kind, "mq-cm"), Found), kind

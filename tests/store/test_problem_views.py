"""What people read of problems: the whole case in both languages, lists over both ledgers, suggestions, the export."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from store import tables
from store.db import Tx
from store.reading import export, writers
from store.words import Ledger
from tests.store.problems import FEEDBACK, NOON, accept, act, problem
from tests.store.test_ledger import AT, PLACE, move, photo, report
from tests.store.test_problem import VERDICT, brought
from tests.store.test_views import _narrow, labels, look, numbers
from tests.world import CODE, CODE_INTERNAL, MQ, SHOP, SHOP_NEAR, SHOP_SX

ZH = """\
WT-2026-000001 整改中 · 江山便利店
当前处理:赵刚
截止 11月26日 18:00
商户:江山便利店,许可证 411421100001,人民路 12 号
问题:W20201 串码,严重程度 3 级
情况:整箱串码
🟢 按时
线索:XS-2026-000001
责任部门:专卖(协办:营销)
范围:本县一户
原因:邻县窜货
结果:查获 12 条
核定意见:属实
整改措施:停供整改
任务:
· 主办:赵刚 · 已认可 · 查获 12 条
· 协办:Amy Zhou · 已认可 · 已查订单
· 主办:赵刚 · 办理中 · 截止 11月26日 18:00
待审批:赵刚申请延期 5 个工作日:等检验
待回复:郑远批示:抓紧

处理经过(此前还有 3 条):
· 11月17日 12:00 Amy Zhou 反馈:已查订单
· 11月17日 12:00 赵刚 反馈:查获 12 条
· 11月17日 12:00 周正 核定:属实
· 11月17日 12:00 赵刚 进展:已联系店主
· 11月17日 12:00 赵刚 申请延期:5 个工作日 · 等检验
· 11月17日 12:00 郑远 批示:抓紧"""


async def told(tx: Tx) -> str:
    """A case in the middle of its life."""
    number = await problem(tx, assistants=["mq-cm2"], departments=["marketing"])
    await act(tx, number, "receive", "mq-mi")
    await act(tx, number, "receive", "mq-cm2")
    await act(tx, number, "feedback", "mq-cm2", **{**FEEDBACK, "text": "已查订单"})
    await act(tx, number, "feedback", "mq-mi", **FEEDBACK)
    await act(tx, number, "verify", "mq-ng1", **VERDICT)
    await act(tx, number, "note", "mq-mi", text="已联系店主")
    await act(tx, number, "extend", "mq-mi", days=5, text="等检验")
    await act(tx, number, "instruct", "mq-leader", text="抓紧")
    return number


async def test_a_case_is_told_whole(tx: Tx) -> None:
    number = await told(tx)
    [item] = (await look(tx, "entry", "mq-mi", number=number)).items
    assert _narrow(item.detail) == ZH
    verbs = ["reassign", "note", "rectified", "extend", "reply"]
    assert [one["verb"] for one in item.data["verbs"]] == verbs
    task = {"part": "main", "person": "mq-mi", "name": "赵刚", "department": "enforcement", "state": "received"}
    assert item.data["tasks"][-1] == {**task, "due_at": "2026-11-26T10:00:00+00:00", "mine": True, "movable": True}
    rest = {key: item.data[key] for key in ("ledger", "state", "severity", "clues", "department", "light", "asked")}
    assert rest == {
        "ledger": "problem",
        "state": "rectifying",
        "severity": 3,
        "clues": ["XS-2026-000001"],
        "department": "enforcement",
        "light": "green",
        "asked": "extend",
    }
    english = (await look(tx, "entry", "mq-mi", "en", number=number)).items[0].detail
    assert "To decide: 赵刚 asks for 5 working days more: 等检验" in english
    assert "Department: enforcement, assisted by marketing" in english
    late = (await look(tx, "entry", "mq-mi", at=NOON + timedelta(days=30), number=number)).items[0]
    assert (late.data["light"], "🔴 逾期" in late.detail) == ("red", True)


@pytest.mark.parametrize("typed", ["WT-2026-000001", "wt2026-1", "WT20261"])
async def test_a_problem_is_found_by_its_number(tx: Tx, typed: str) -> None:
    number = await problem(tx)
    assert await numbers(tx, "entry", "mq-mi", number="WT-2026-000001") == [number]
    assert await numbers(tx, "entry", "sx-mi", number=typed) == []


async def test_digits_alone_mean_the_clue_else_the_problem(tx: Tx) -> None:
    number = await problem(tx)
    assert await numbers(tx, "entry", "mq-cm", number="1") == ["XS-2026-000001"]
    assert await numbers(tx, "entry", "mq-zm-head", number="1") == [number]  # the clue is another department's


async def test_tasks_come_from_both_ledgers(tx: Tx) -> None:
    number = await problem(tx)
    clue = (await report(tx)).entry.number
    assert await numbers(tx, "tasks", "mq-mi") == [number]
    assert await labels(tx, "tasks", "mq-mi") == [f"{number} 已派发 · 江山便利店 · 截止 11月26日 18:00"]
    assert await numbers(tx, "tasks", "mq-ng1") == [clue]
    await act(tx, number, "receive", "mq-mi")
    await act(tx, number, "extend", "mq-mi", days=9, text="x")
    assert await numbers(tx, "tasks", "mq-ng1") == [number, clue]  # a decision waits
    await act(tx, number, "feedback", "mq-mi", **FEEDBACK)
    assert await numbers(tx, "tasks", "mq-mi") == []
    assert sorted(await numbers(tx, "tasks", "mq-ng1")) == [number, clue]
    await act(tx, number, "suspend", "mq-ng1", text="x", review_on="2026-12-30")
    assert await numbers(tx, "tasks", "sq-ng1") == [number]


async def test_mine_are_my_reports_and_my_work(tx: Tx) -> None:
    number = await problem(tx)
    clue = (await report(tx, "mq-mi", at=AT + timedelta(hours=1))).entry.number
    assert await numbers(tx, "mine", "mq-mi") == [clue, number]
    assert await numbers(tx, "mine", "mq-cm") == ["XS-2026-000001"]


async def test_find_spans_both_ledgers_words_and_days(tx: Tx) -> None:
    number = await problem(tx)
    later = AT + timedelta(days=3)
    other = (await report(tx, merchant=SHOP_NEAR, at=later)).entry.number
    first = "XS-2026-000001"
    for words in ("江山", SHOP, "江山 整箱", "WT-2026-000001"):
        assert number in await numbers(tx, "find", "mq-ng1", words=words)
    assert await numbers(tx, "find", "mq-ng1", words="赵刚") == [number]  # who works on it
    assert await numbers(tx, "find", "mq-ng1", words="好运来 江山") == []
    assert await numbers(tx, "find", "mq-ng1", since="2026-11-18") == [other]
    assert await numbers(tx, "find", "mq-ng1", words="整箱", until="2026-11-17") == [first, number]
    assert await numbers(tx, "find", "sx-ng", words="江山") == []


async def test_the_problem_ledger_is_counted_and_opened(tx: Tx) -> None:
    first, second = await problem(tx), await brought(tx, "verifying")
    found = await look(tx, "ledger", "mq-ng1", ledger="problem")
    assert [(item.value, item.data["count"]) for item in found.items] == [("dispatched", 1), ("verifying", 1)]
    assert await numbers(tx, "ledger", "mq-ng1", ledger="problem", state="verifying") == [second]
    assert await numbers(tx, "ledger", "mq-mi", ledger="problem", state="dispatched") == [first]
    assert (await look(tx, "ledger", "sx-ng", ledger="problem")).total == 0


# --- suggestions ----------------------------------------------------------------------------------------


async def suggested(tx: Tx, number: str, userid: str = "mq-ng1") -> dict[str, Any]:
    suggest: dict[str, Any] = (await look(tx, "entry", userid, number=number)).items[0].data["suggest"]
    return suggest


async def test_open_problems_of_the_same_shop_are_offered(tx: Tx) -> None:
    number, closed = await problem(tx), await brought(tx, "closed")
    clue = (await report(tx)).entry.number
    assert (await suggested(tx, clue))["merge"] == [number]
    assert closed != number
    assert (await suggested(tx, (await report(tx, merchant=SHOP_NEAR)).entry.number))["merge"] == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"indicator": "W10101"}, "严重程度达到 4 级"),
        ({"merchant": SHOP_NEAR}, ""),
    ],
)
async def test_escalation_is_suggested_with_its_reason(tx: Tx, fields: dict[str, Any], reason: str) -> None:
    assert (await suggested(tx, (await report(tx, **fields)).entry.number))["escalate"] == reason


async def test_a_matter_of_one_owner_in_two_counties_is_one_for_the_city(tx: Tx) -> None:
    shop = tables.merchant
    pairs = (await tx.execute(shop.select().where(shop.c.licence_no == SHOP))).one()
    same = {"owner": pairs.owner, "grams": pairs.grams}
    await tx.execute(update(shop).where(shop.c.licence_no == SHOP_SX).values(same))
    await report(tx, "sx-cm", merchant=SHOP_SX)
    clue = (await report(tx)).entry.number
    assert (await suggested(tx, clue))["escalate"] == "涉及两个及以上县"
    await move(tx, clue, "escalate", "mq-ng1", text="两县")
    assert (await suggested(tx, clue, "sq-ng1"))["escalate"] == ""  # it is there


async def test_what_only_supervision_needs_is_told_to_it_alone(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL)).entry.number
    assert "suggest" not in (await look(tx, "entry", "mq-cm", number=clue)).items[0].data
    defaults = (await look(tx, "entry", "sq-ng1", number=clue)).items[0].data["defaults"]
    assert defaults == {"department": "supervision", "due_on": "2026-11-20", "severity": 5}


async def test_members_of_a_department_of_the_bureau_at_hand(tx: Tx) -> None:
    number = await problem(tx)
    assert await numbers(tx, "colleague", "sq-ng1", department="enforcement", number=number) == ["mq-mi", "mq-zm-head"]
    assert await numbers(tx, "colleague", "mq-ng1", department="marketing", words="Amy") == ["mq-cm2"]
    assert await numbers(tx, "colleague", "sx-ng", department="logistics") == ["sx-dw", "sx-wl-head"]
    assert await numbers(tx, "colleague", "sq-ng1", unit=f"{MQ}-NG") == ["mq-ng1", "mq-ng2"]


# --- the export -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [False, True])
async def test_problems_are_exported_with_the_fields_of_the_contract(tx: Tx, lines: bool) -> None:
    clue = (await report(tx, place=PLACE, photos=[await photo(tx, "mq-cm")])).entry.number
    number = (await accept(tx, clue)).caused[0].entry.number
    out = io.StringIO()
    assert await export.export(tx, Ledger.PROBLEM, writers.JsonLines(out), lines=lines) == 1
    found = json.loads(out.getvalue())
    history = found.pop("lines") if lines else []
    assert found == {
        "number": number,
        "state": "dispatched",
        "source": "staff",
        "unit": f"{MQ}-YX",
        "reporter": "mq-cm",
        "merchant": SHOP,
        "indicator": CODE,
        "severity": 3,
        "text": "整箱串码",
        "photos": 0,
        "place": {"lat": PLACE["lat"], "lon": PLACE["lon"], "datum": "wgs84", "accuracy": 20.0},
        "reported_at": AT.isoformat(),
        "due_at": "2026-11-26T10:00:00+00:00",
        "holder": "mq-mi",
        "clues": [clue],
    }
    if lines:
        assert [(line["verb"], line["before"], line["after"]) for line in history] == [("open", None, "dispatched")]


async def test_problems_in_a_spreadsheet(tx: Tx) -> None:
    number = await problem(tx)
    out = io.StringIO()
    await export.export(tx, Ledger.PROBLEM, writers.Csv(out, Ledger.PROBLEM))
    header, row = out.getvalue().lstrip("\ufeff").splitlines()
    assert header.split(",")[-1] == "clues"
    assert (row.split(",")[0], row.split(",")[-1]) == (number, "XS-2026-000001")

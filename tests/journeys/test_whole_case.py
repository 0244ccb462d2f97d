"""Whole cases as five roles of two counties live them: the city takes one over, closes it, opens it again after a
re-check, closes it for good; the county merges a second clue. What is taken out at the end proves itself."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import aiohttp
import pytest

from bot.__main__ import main
from bot.work.ticks import strike_due
from store.casefiles.caseproof import verify
from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Town, until
from tests.store.invariants import check_books

CLUE, CASE = "XS-2026-000001", "WT-2026-000001"
EVIDENCE = photo((640, 480))
FAR = (34.70, 115.20, "城东仓库")
"""Some seven kilometres from the shop."""


async def stored(town: Town, photos: int) -> None:
    """So many photos of problems have been fetched and looked at."""

    async def there() -> bool:
        rows = await town.rows("SELECT id FROM evidence WHERE ledger = 'problem' AND state = 'stored'")
        return len(rows) == photos

    await until(there)


async def lines(town: Town, number: str) -> list[str]:
    rows = await town.rows("SELECT verb FROM line WHERE number = :number ORDER BY seq", number=number)
    return [row["verb"] for row in rows]


async def archived(town: Town) -> None:
    """More than five working days pass."""
    await town.passes(days=9)
    await strike_due(town.office)
    assert [row["state"] for row in await town.rows("SELECT state FROM problem")] == ["archived"]
    assert [row["state"] for row in await town.rows("SELECT state FROM clue")] == ["archived"]


async def link(town: Town, who: str, said: str) -> bytes:
    """What the link in an answer brings, as a phone opens it; nobody without one gets it."""
    address = re.findall(r'<a href="([^"]+)">下载', said)[0]
    async with aiohttp.ClientSession() as http:
        async with http.get(address.partition("?")[0]) as refused:
            assert refused.status == 404
        async with http.get(address) as answer:
            assert answer.status == 200
            data = await answer.read()
    taken = await town.rows("SELECT person_id, number FROM audit WHERE what = 'case_file' ORDER BY id DESC LIMIT 1")
    assert taken == [{"person_id": who, "number": CASE}]
    return data


async def reported(town: Town) -> None:
    """A customer manager sees it; the county hears, is advised to hand it up, and does."""
    await town.photographs("mq-cm", EVIDENCE)
    await town.stands_at("mq-cm", *SHOP)
    said = await town.says("mq-cm", "1", "江山便利店", "1", "无证", "1", "没有证在卖烟", "刚刚", "不需要", "提交")
    assert CLUE in said
    await town.hears("mq-ng1", f"请研判线索 {CLUE}")
    advised = await town.says("mq-ng1", f"立案 {CLUE}")
    assert "建议上报市局：严重程度达到 4 级。" in advised
    assert f"{CLUE} 已上报市局" in await town.says("mq-ng1", "上报市局", "涉及两个县", "提交")
    assert "涉及两个县" in await town.hears("sq-ng1", CLUE)


async def dispatched(town: Town) -> None:
    """The city names a main assignee in one county and assistants in both; the three of the shop hear."""
    asked = await town.says("sq-ng1", f"立案 {CLUE}", "跳过", "跳过", "情况属实", "4", "两县", "专卖")
    assert "赵刚 · 民权县局专卖" in asked
    picker = await town.says("sq-ng1", "赵刚", "营销、物流")
    assert "林晓 · 民权县局营销" in picker
    assert "孙平 · 民权县局物流" in picker
    assert "已选：孙平、王悦" in await town.says("sq-ng1", "孙平", "王悦")
    assert f"问题编号 {CASE}" in await town.says("sq-ng1", "就这些", "5个工作日", "提交")
    for worker in ("mq-mi", "mq-dw", "sx-cm"):
        assert "签收" in await town.hears(worker, f"请签收问题 {CASE} 的任务")
    assert "请配合承办人" in await town.hears("mq-cm", CASE)
    assert await town.hears("mq-ng1", f"问题 {CASE} 已生成问题")  # the county keeps sight of what the city took over
    assert not any(CASE in pushed for who in ("sx-mi", "sx-dw", "sx-ng", "sx-leader") for pushed in town.pushes(who))


async def worked_on(town: Town) -> None:
    """Signed for, instructed, nudged; the parts of the assistants first, then the main assignee's."""
    for worker in ("mq-mi", "mq-dw", "sx-cm"):
        assert f"{CASE} 已签收" in await town.says(worker, f"签收 {CASE}")
    assert "批示已送达" in await town.says("sq-leader", f"批示 {CASE} 请本周办结")
    assert CASE in await town.hears("mq-mi", "请本周办结")
    assert "回复已送达" in await town.says("mq-mi", f"回复 {CASE} 周五前办结")
    assert "周五前办结" in await town.hears("sq-leader", f"您对问题 {CASE} 的批示已有回复")

    early = await town.says("mq-mi", f"反馈 {CASE} 查获 12 条", "邻县窜货")
    assert "请发照片" in early
    await town.photographs("mq-mi", EVIDENCE)  # the very photo that the customer manager sent
    assert "孙平、王悦的协办还没有完成" in await town.says("mq-mi", "完成", "提交")
    for worker in ("mq-dw", "sx-cm"):
        await town.says(worker, f"反馈 {CASE} 已核对", "没有异常", "跳过")
        await town.stands_at(worker, *SHOP)
        assert "协办部分已完成" in await town.says(worker, "提交")
    assert "接下来由内管核定" in await town.says("mq-mi", "提交")
    await stored(town, 1)


async def judged(town: Town) -> None:
    """Nobody judges their own work, nor whoever is not in charge; the verifier is told what is odd about the proof."""
    assert "由本级内管中未经办" in await town.says("mq-ng1", f"核定 {CASE} 属实")
    assert "由本级内管中未经办" in await town.says("mq-mi", f"核定 {CASE} 属实")
    assert f"同一张照片已在 {CLUE} 中用过" in await town.says("sq-ng1", CASE)
    assert f"{CASE} 已核定" in await town.says("sq-ng1", f"核定 {CASE} 属实", "下架并停业", "跳过", "提交")
    assert "整改后的照片" in await town.says("mq-mi", f"整改完成 {CASE} 已下架")
    await town.photographs("mq-mi", photo((800, 600), quality=70))  # the same picture, saved anew
    await town.says("mq-mi", "完成")
    await town.stands_at("mq-mi", *FAR)
    assert "接下来由内管复核" in await town.says("mq-mi", "提交")
    await stored(town, 2)
    card = await town.cloud.hears("sq-ng1", f"请复核问题 {CASE}", 10)
    await town.cloud.press("sq-ng1", f"v|{CASE}|confirm", shown_id=card.id)
    warned = await town.hears("sq-ng1", "复核销号吗？")
    assert "佐证位置距商户" in warned
    assert f"{CASE} 中已有看起来相同的照片" in warned
    assert f"{CASE} 已复核销号" in await town.says("sq-ng1", "是")
    for hears in ("mq-cm", "mq-mi", "sx-cm", "mq-ng1"):
        await town.hears(hears, CASE)


async def opened_again(town: Town) -> None:
    """A leader writes what is to be learnt and takes the file; the re-check fails and opens it all again."""
    assert "复盘意见已入档" in await town.says("sq-leader", f"复盘 {CASE} 进货渠道要盯住")
    await archived(town)
    assert "现在是“已归档”，不能“催办”。可以：复盘" in await town.says("sq-leader", f"催办 {CASE}")
    assert "已列入抽评" in await town.says("sq-ng1", CASE, "抽评")
    assert "由抽评人办理" in await town.says("sq-ng1", f"不合格 {CASE} 又在卖")
    assert CASE in await town.hears("sq-ng2", CASE)
    await town.says("sq-ng2", "tasks", "1", "fail the re-check", "Sold again")
    await town.photographs("sq-ng2", photo((300, 200)))
    assert f"{CASE} has failed its re-check and is open again." in await town.says("sq-ng2", "done", "submit")
    assert [row["state"] for row in await town.rows("SELECT state FROM clue")] == ["accepted"]
    assert "Sold again" in await town.hears("mq-mi", f"请继续排查问题 {CASE}")


async def closed_for_good(town: Town) -> None:
    await town.says("mq-mi", f"反馈 {CASE} 已约谈", "店主反复")
    await town.photographs("mq-mi", photo((333, 222)))
    assert "接下来由内管核定" in await town.says("mq-mi", "完成", "提交")
    assert f"{CASE} 已核定销号" in await town.says("sq-ng1", f"核定销号 {CASE} 停业整顿到位")
    await archived(town)


async def test_two_counties_one_case_from_the_report_to_the_second_archive(
    town: Town, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await reported(town)
    await dispatched(town)
    await worked_on(town)
    await judged(town)
    await opened_again(town)
    await closed_for_good(town)
    began = "open receive receive receive instruct reply feedback feedback feedback verify rectified confirm review"
    again = "archive sample fail feedback verify_closed archive"
    assert await lines(town, CASE) == f"{began} {again}".split()
    assert await lines(town, CLUE) == ["report", "escalate", "accept", "archive", "reopen", "archive"]
    async with town.engine.connect() as connection:
        await check_books(connection)

    # What is taken out proves itself: by the link in the chat, and by command.
    data = await link(town, "sq-leader", await town.says("sq-leader", f"档案 {CASE}"))
    assert [str(check) for check in verify(io.BytesIO(data)) if not check.good] == []
    assert "档案由内管、领导和经办部门负责人调取" in await town.says("mq-mi", f"档案 {CASE}")
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path))
    file = str(tmp_path / "case.zip")
    assert await asyncio.to_thread(main, ["case", "export", CASE, "--out", file]) == 0
    assert await asyncio.to_thread(main, ["case", "verify", file]) == 0
    assert "✗" not in capsys.readouterr().out


async def test_the_county_assesses_and_a_second_clue_joins_the_open_problem(town: Town) -> None:
    await town.files("mq-cm", "柜台下有外地码")
    assert "数据核查" in await town.says("mq-ng1", f"立案 {CLUE}")  # nothing to advise
    await town.says("mq-ng1", "进货异常", "已到店", "属实", "3", "仅此一户", "专卖", "赵刚", "跳过")
    assert f"问题编号 {CASE}" in await town.says("mq-ng1", "跳过", "提交")
    second = await town.files("mq-mi", "又有一批", shop="江山")
    offered = await town.says("mq-ng2", f"立案 {second}")
    assert f"同一商户有正在办理的问题：{CASE}。" in offered
    assert "请核对：并案" in await town.says("mq-ng2", f"并入 {CASE}")
    assert f"{second} 已并入 {CASE}" in await town.says("mq-ng2", "提交")
    assert second in await town.says("mq-mi", CASE)
    rows = await town.rows("SELECT state, problem FROM clue ORDER BY number")
    assert [(row["state"], row["problem"]) for row in rows] == [("accepted", CASE), ("merged", CASE)]


async def test_tasks_change_hands_by_name_and_within_the_department(town: Town) -> None:
    await town.files("mq-cm", "柜台下有外地码")
    await town.says("mq-ng1", f"立案 {CLUE}", "跳过", "跳过", "属实", "3", "仅此一户", "专卖", "赵刚", "营销", "就这些")
    assert f"问题编号 {CASE}" in await town.says("mq-ng1", "林晓", "就这些", "跳过", "提交")
    # An assignee: within the own department, from a list.
    offered = await town.says("mq-mi", f"转办 {CASE}")
    assert "李强" in offered
    assert "钱芳" not in offered
    assert "没有找到" in await town.says("mq-mi", "钱芳")
    assert "任务已转办" in await town.says("mq-mi", "李强", "我休假", "提交")
    await town.hears("mq-zm-head", f"请签收问题 {CASE}")
    # Supervision: whose task, then to whom.
    picker = await town.says("mq-ng2", f"转办 {CASE}")
    assert "李强 · 主办 · 专卖 · 待签收" in picker
    assert "林晓 · 协办 · 营销 · 待签收" in picker
    assert "任务已转办" in await town.says("mq-ng2", "林晓", "钱芳", "片区调整", "提交")
    await town.hears("mq-yx-head", f"请签收问题 {CASE}")
    tasks = await town.rows("SELECT person_id, part, state FROM task ORDER BY id")
    assert [tuple(task.values()) for task in tasks] == [
        ("mq-mi", "main", "reassigned"),
        ("mq-cm", "assisting", "reassigned"),
        ("mq-zm-head", "main", "assigned"),
        ("mq-yx-head", "assisting", "assigned"),
    ]

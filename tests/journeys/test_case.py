"""A whole case in chat, by words alone: assessed, dispatched, fed back, verified, put right and confirmed."""

from __future__ import annotations

from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Town

CASE = "WT-2026-000001"


async def test_a_case_from_its_report_to_its_end(town: Town) -> None:
    clue = await town.files("mq-cm", "柜台下有外地码")
    assert "赵刚" in await town.says("mq-ng1", f"立案 {clue}", "跳过", "跳过", "专卖立案", "4", "仅此一户", "专卖")
    assert "5 个工作日" in await town.says("mq-ng1", "赵刚", "跳过")
    assert f"问题编号 {CASE}" in await town.says("mq-ng1", "5个工作日", "提交")

    assert f"{CASE} 已签收" in await town.says("mq-mi", f"签收 {CASE}")
    assert "由尚未签收的责任人办理。您可以：转办、进展、反馈、申请延期。" in await town.says("mq-mi", f"签收 {CASE}")
    assert f"已催办 {CASE}" in await town.says("mq-leader", f"催办 {CASE}")
    assert "4 个工作小时内已催办过" in await town.says("mq-leader", "催办 1")
    assert "批示已送达" in await town.says("mq-leader", "批示 1 请本周办结。")
    assert "回复已送达" in await town.says("mq-mi", f"回复 {CASE} 好的")

    assert "请发现场位置" in await town.says("mq-mi", f"反馈 {CASE}", "外地带货", "已封存", "跳过")
    await town.stands_at("mq-mi", *SHOP)
    assert "由内管核定" in await town.says("mq-mi", "提交")
    assert "已核定" in await town.says("mq-ng2", f"核定 {CASE} 属实", "下架", "跳过", "提交")
    assert "整改后的照片" in await town.says("mq-mi", f"整改完成 {CASE} 已下架")
    await town.photographs("mq-mi", photo())
    assert "由内管复核" in await town.says("mq-mi", "完成", "跳过", "提交")
    assert "已复核销号" in await town.says("mq-ng2", f"复核 {CASE}", "是")
    lines = await town.rows("SELECT verb FROM line WHERE number = :number ORDER BY seq", number=CASE)
    verbs = "open receive nudge instruct reply feedback verify rectified confirm"
    assert [line["verb"] for line in lines] == verbs.split()

"""What becomes of a clue: asked about, answered, sent up and down, ended, taken up again, all of it in the chat."""

import pytest

from tests.doors.test_pictures import photo
from tests.journeys.town import Town, until


async def test_a_question_goes_to_the_reporter_and_the_answer_comes_back(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.hears("mq-ng1", f"请研判线索 {number}")
    assert number in await town.says("mq-ng1", "待办", "1", "要求补充", "请拍一下喷码", "提交")
    asked = await town.hears("mq-cm", f"请补充线索 {number}")
    assert "请拍一下喷码" in asked
    assert "没有待办" in await town.says("mq-ng1", "待办")

    assert "待补充" in await town.says("mq-cm", "待办")
    await town.says("mq-cm", "1")
    assert f"补充到 {number}" in await town.photographs("mq-cm", photo())
    await town.says("mq-cm", f"补充到 {number}", "左边第二条", "提交")
    for officer in ("mq-ng1", "mq-ng2"):
        assert "左边第二条" in await town.hears(officer, f"请继续处理线索 {number}")
    assert "[照片 1 张]" in await town.says("mq-ng1", "待办", "1")
    verbs = [row["verb"] for row in await town.rows("SELECT verb FROM line ORDER BY seq")]
    assert verbs == ["report", "ask_info", "supply"]
    assert await until(lambda: town.rows("SELECT id FROM evidence WHERE state = 'stored' AND seq = 3"))


async def test_a_head_answers_directly_and_supervision_can_still_find_it(town: Town) -> None:
    number = await town.files("mq-cm", "店里新换了招牌", "不确定")
    await town.hears("mq-yx-head", number)
    assert number in await town.says("mq-yx-head", "待办", "1", "直接回复", "已知道，谢谢你。", "提交")
    heard = await town.hears("mq-cm", f"您的线索 {number} 有答复了")
    assert "钱芳答复：“已知道，谢谢你。”" in heard
    assert town.pushes("mq-ng1") == []  # told only what concerns them; it is there for whoever looks
    for who in ("mq-ng1", "sq-ng1", "mq-leader", "mq-cm"):
        assert "已知道，谢谢你。" in await town.says(who, number), who
    # The city takes it up all the same.
    assert "恢复研判" in await town.says("sq-ng1", number)
    await town.says("sq-ng1", "恢复研判", "招牌也要查", "提交")
    assert "有新进展：待市局内管研判" in await town.hears("mq-cm", f"{number} 有新进展")
    assert "Please assess" in await town.hears("sq-ng2", number)


async def test_up_to_the_city_back_to_the_county_dismissed_and_restored(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.says("mq-ng1", "待办", "1", "上报市局", "涉及两个县", "提交")
    assert "涉及两个县" in await town.hears("sq-ng1", number)
    assert "退回县局" not in await town.says("mq-ng1", number)

    await town.says("sq-ng2", "tasks", "1", "send back to the county", "Look at the till first", "submit")
    assert "Look at the till first" in await town.hears("mq-ng2", f"请重新研判线索 {number}")
    await town.says("mq-ng2", "待办", "1", "不予处理", "已核实，是本店的码", "提交")
    assert "理由：“已核实，是本店的码”" in await town.hears("mq-cm", f"您的线索 {number} 有结果了：不予处理")

    await town.says("sq-ng1", number, "恢复研判", "再看看", "提交")
    await town.says("sq-ng1", "待办", "1", "移送", "公安", "涉嫌犯罪", "提交")
    assert "已移送" in await town.hears("mq-cm", f"您的线索 {number} 有结果了：已移送")
    assert "公安 · 涉嫌犯罪" in await town.says("mq-cm", number)
    lines = await town.rows("SELECT verb, after FROM line ORDER BY seq")
    assert [(row["verb"], row["after"]) for row in lines] == [
        ("report", "county_review"),
        ("escalate", "city_review"),
        ("send_back", "county_review"),
        ("dismiss", "unfounded"),
        ("restore", "city_review"),
        ("transfer_out", "transferred"),
    ]
    assert len(await town.rows("SELECT clue FROM handling_form")) == 1


async def test_two_officers_at_once_one_acts_and_the_other_is_told_what_is_possible(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    for officer, words in (("mq-ng1", "不予处理"), ("mq-ng2", "上报市局")):
        await town.says(officer, "待办", "1", words, "理由在此")
    assert number in await town.says("mq-ng1", "提交")
    refused = await town.says("mq-ng2", "提交")
    assert "不予处理" in refused
    assert "不能“上报市局”" in refused
    assert [row["verb"] for row in await town.rows("SELECT verb FROM line ORDER BY seq")] == ["report", "dismiss"]


async def test_a_head_asks_and_whoever_may_not_is_not_offered_it(town: Town) -> None:
    number = await town.files("mq-cm", "不知道算什么", "不确定")
    other = await town.says("mq-zm-head", number)
    assert "没有查到" in other
    await town.says("mq-yx-head", "待办", "1", "要求补充", "是哪一天？", "提交")
    assert "是哪一天？" in await town.hears("mq-cm", f"请补充线索 {number}")
    await town.says("mq-cm", "待办", "1", "补充", "星期二", "提交")
    assert "星期二" in await town.hears("mq-yx-head", f"请继续处理线索 {number}")
    for who in ("mq-cm", "mq-ng1", "mq-leader"):
        shown = await town.says(who, number)
        assert "待部门归类" in shown
        assert "归类转报" not in shown


LEDGERS = [
    # who, how many of three clues (two of 民权 that differ in kind, one of 睢县) they see in the ledger
    ("mq-cm", 1),
    ("mq-mi", 1),
    ("mq-dw", 0),
    ("mq-yx-head", 1),
    ("mq-zm-head", 1),
    ("mq-ng1", 2),
    ("mq-leader", 2),
    ("sx-ng", 1),
    ("sx-leader", 1),
    ("sx-yx-head", 1),
    ("sq-yx-head", 0),
    ("sq-ng1", 3),
    ("sq-leader", 3),
    ("sq-admin", 0),
]


@pytest.fixture
async def three(town: Town) -> list[str]:
    """Three clues: by the customer manager and the inspector of 民权, and by the customer manager of 睢县."""
    first = await town.files("mq-cm", "柜台下有外地码")
    second = await town.files("mq-mi", "牌子和证不一样", "许可证", shop="好运来")
    await town.passes(days=3)
    return [first, second, await town.files("sx-cm", "也有外地码", shop="睢州商行")]


async def test_everybody_reads_the_ledger_within_their_scope(town: Town, three: list[str]) -> None:
    for who, count in LEDGERS:
        ledger = await town.says(who, "台账" if who != "sq-ng2" else "ledger")
        listed = await town.says(who, "1") if count else ""
        assert sum(number in listed for number in three) == count, (who, ledger, listed)


async def test_clues_are_found_by_number_shop_licence_person_matter_and_period(town: Town, three: list[str]) -> None:
    first, second, third = three
    for words, found in {
        first: {first},
        "江山": {first},
        "411421100002": {second},
        "赵刚": {second},
        "W20201": {first, third},
        "外地码": {first, third},
        "今天": {third},
        "11月20日": {first, second},
        "11月": {first, second, third},
        "10月": set(),
        "江山 11月": {first},
        "睢州 11月20日": set(),
        "11月19日到11月21日": {first, second},
        "最近两天": {third},
    }.items():
        listed = await town.says("sq-ng1", f"查 {words}")
        assert {number for number in three if number in listed} == found, (words, listed)
    for words, found in {"last week": {first, second}, "this month": set(three), "yesterday": set[str]()}.items():
        listed = await town.says("sq-ng2", f"find {words}")
        assert {number for number in three if number in listed} == found, (words, listed)
    assert "没有查到" in await town.says("mq-ng1", f"查 {third}")

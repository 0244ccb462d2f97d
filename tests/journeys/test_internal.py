"""A clue about a colleague: it goes to the city; the accused and their line never learn of it, whatever they try."""

import asyncio

import pytest

from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Town, number_in

LINE = ("sx-cm", "sx-yx-head", "sx-leader")
"""The accused, the head of their department and the leader of their bureau."""
OTHERS = ("sx-ng", "mq-ng1", "mq-leader", "mq-yx-head", "mq-cm", "sq-yx-head", "sq-admin")
"""Nobody else in the counties sees it either."""
CIRCLE = ("mq-dw", "sq-ng1", "sq-ng2", "sq-leader")
SECRET = "收钱放行"


@pytest.fixture
async def clue(town: Town) -> str:
    """The delivery worker of one county about the customer manager of the other."""
    await town.says("mq-dw", f"王悦{SECRET}")
    await town.photographs("mq-dw", photo())
    await town.stands_at("mq-dw", *SHOP)
    assert "本人和本部门看不到" in await town.says("mq-dw", "1", "1", "内外勾结", "1")
    review = await town.says("mq-dw", "王悦", "1", "就这些", "刚刚", "不需要")
    assert "⑤ 涉及人员：王悦" in review
    return number_in(await town.says("mq-dw", "提交"))


async def test_it_goes_to_the_city_and_the_letter_tells_nothing(town: Town, clue: str) -> None:
    told = await town.hears("sq-ng1", clue)
    assert "内部线索，详情请在聊天中查看" in told
    for hidden in ("王悦", SECRET, "孙平", "江山", "N10101"):
        assert hidden not in told
    read = await town.says("sq-ng1", "待办", "1")
    for shown in ("王悦", SECRET, "孙平", "N10101", "待市局内管研判"):
        assert shown in read
    await _nobody_else_knows(town, clue)


async def test_nobody_else_learns_of_it_through_its_whole_life(town: Town, clue: str) -> None:
    await town.says("sq-ng1", "待办", "1", "要求补充", "还有谁在场？", "提交")
    assert "还有谁在场？" in await town.hears("mq-dw", f"请补充线索 {clue}")
    await town.says("mq-dw", "待办", "1", "补充", "只有他一个人", "提交")
    await town.hears("sq-ng1", f"请继续处理线索 {clue}")
    await _nobody_hears(town, clue)

    await town.says("sq-ng1", "待办", "1", "不予处理", "证据不足", "提交")
    assert "证据不足" not in await town.hears("mq-dw", f"{clue} 有结果了")
    assert "证据不足" in await town.says("mq-dw", "我的", "1")
    await town.says("sq-ng2", clue, "reopen the review", "New witness", "submit")
    await _nobody_hears(town, clue)

    # Sent back, it reaches the supervision of the reporter's county, and nobody of the accused's.
    await town.says("sq-ng1", "待办", "1", "退回县局", "先走访", "提交")
    assert "内部线索" in await town.hears("mq-ng1", f"请重新研判线索 {clue}")
    assert SECRET in await town.says("mq-ng1", "待办", "1")
    await _nobody_hears(town, clue, (*LINE, "sx-ng", "mq-leader", "mq-yx-head", "mq-cm"))


async def test_a_clue_about_ones_own_head_passes_them_by(town: Town) -> None:
    await town.says(
        "mq-cm", "上报", "跳过", "不敢拍", "跳过", "不方便", "江山", "1", "N10101", "1", "钱芳", "1", "就这些"
    )
    number = number_in(await town.says("mq-cm", "钱芳让我改单", "刚刚", "需要", "提交"))
    await town.hears("sq-ng1", number)
    assert town.pushes("mq-yx-head") == town.pushes("mq-leader") == []
    assert "没有查到" in await town.says("mq-yx-head", number)
    # They try to report about it, too, and are not shown it as a duplicate.
    await town.says("mq-yx-head", "上报", "跳过", "不便", "跳过", "不便", "江山", "1", "N10101", "1", "跳过", "随便写")
    assert number not in await town.says("mq-yx-head", "刚刚", "不需要", "提交")


async def _nobody_else_knows(town: Town, clue: str) -> None:
    """Whatever they type, the answer is the same as if it were not there."""

    async def tries(who: str) -> None:
        for number in (str(int(clue[-6:])), f"xs{int(clue[-6:])}"):
            assert "没有查到" in await town.says(who, number), (who, number)
        for words in ("王悦", "孙平", "N10101", SECRET, "江山", "今天", clue):
            assert "没有查到" in await town.says(who, f"查 {words}"), (who, words)
        assert "没有待办" in await town.says(who, "待办"), who
        assert "还没有上报过" in await town.says(who, "我的"), who

    await asyncio.gather(*map(tries, (*LINE, *OTHERS)))
    await _nobody_hears(town, clue)


async def _nobody_hears(town: Town, clue: str, people: tuple[str, ...] = (*LINE, *OTHERS)) -> None:
    """It is not there for them, and no letter speaks of it."""

    async def looks(who: str) -> None:
        assert "没有查到" in await town.says(who, clue), who
        assert "台账还是空的" in await town.says(who, "台账"), who
        assert not any(clue in pushed for pushed in town.pushes(who)), who

    await asyncio.gather(*map(looks, people))

"""Duplicates, reordering, lost answers, refused calls: nothing twice, nothing lost, and the same answer again."""

from __future__ import annotations

import asyncio

from bot.sandbox.faults import Duplicate, Late, LostAnswer, Reset, TokenDies
from tests.doors.test_pictures import photo
from tests.journeys.reckoning import reckon
from tests.journeys.reporters import Reporter, filed_once
from tests.journeys.town import SHOP, Town, number_in


async def test_every_message_three_times_at_once(town: Town) -> None:
    town.cloud.faults.always("callback", Duplicate(3))
    reporters = [Reporter(town, who) for who in ("mq-cm", "mq-dw", "sx-mi")]
    await asyncio.gather(*(one.report() for one in reporters))
    town.cloud.faults.clear()
    assert all(len(delivery.answers) == 3 for delivery in town.cloud.courier.deliveries)
    filed_once(await reckon(town), reporters)


async def test_every_other_answer_is_lost_and_given_again(town: Town) -> None:
    town.cloud.faults.rate("callback", LostAnswer(2), 0.5)
    town.cloud.faults.next("message/send", Reset(after_accept=True), times=2)
    town.cloud.faults.next("message/send", TokenDies())
    reporters = [Reporter(town, who) for who in ("mq-cm", "mq-mi", "sx-cm")]
    await asyncio.gather(*(one.report() for one in reporters))
    town.cloud.faults.clear()
    assert sum("answer lost" in delivery.attempts for delivery in town.cloud.courier.deliveries) >= 6
    filed_once(await reckon(town), reporters)


async def test_a_submission_that_is_repeated_much_later_says_the_same(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    submitted = next(d for d in reversed(town.cloud.courier.deliveries) if d.sealed.inner.count("提交"))
    await town.files("mq-cm", "又一件事")
    await town.passes(days=2)
    await town.cloud.courier._bring(submitted, 0)
    first, again = submitted.answers
    assert first == again
    assert first is not None
    assert number_in(first.content["content"]) == number
    await reckon(town)


async def test_what_overtakes_the_rest_is_understood_all_the_same(town: Town) -> None:
    """A photo, a place and the words that begin a report, each overtaken by the next one."""
    town.cloud.faults.next("callback", Late(), times=2)
    await asyncio.gather(town.says("mq-cm", "上报"), town.photographs("mq-cm", photo()), town.stands_at("mq-cm", *SHOP))
    town.cloud.faults.clear()
    answer = await town.says("mq-cm", "上报")
    if "继续" in answer:
        answer = await town.says("mq-cm", "继续")
    if "还有的话" in answer or "照片" in answer:
        answer = await town.says("mq-cm", "完成")
    assert "1. 江山便利店" in answer
    review = await town.says("mq-cm", "1", "串码", "1", "柜台下", "刚刚", "不需要")
    assert "1 张照片" in review
    assert "江山便利店门口" in review
    await town.says("mq-cm", "提交")
    await reckon(town)


async def test_two_thousand_messages_of_one_person_in_bursts(town: Town) -> None:
    """None is lost, none is heard twice, and none overtakes those of the burst before."""
    for burst in range(80):
        answers = await asyncio.gather(*(town.says("mq-cm", f"{burst:03}阵{n:02}句") for n in range(25)))
        assert all("要上报这件事吗" in answer or "没有记下" in answer for answer in answers)
    assert len(await town.rows("SELECT key FROM inbox")) == 2000
    await town.says("mq-cm", "1", "跳过", "不让拍", "跳过", "没信号", "江山", "1", "不确定", "刚刚", "不需要", "提交")
    [clue] = await reckon(town)
    told = clue["text"].split("\n")
    assert len(told) == len(set(told)) == 2001 // len("000阵00句\n")  # 2000 characters are as many as fit
    assert [line[:3] for line in told] == sorted(line[:3] for line in told)

"""Conversations that do not go straight: going back, changing, passing over, leaving, and what nobody expects."""

from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Town, number_in, until


async def test_answers_are_changed_before_they_are_submitted(town: Town) -> None:
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", photo())
    await town.stands_at("mq-cm", *SHOP)
    assert "现在是：江山便利店" in await town.says("mq-cm", "1", "上一步")
    assert "属于哪类问题" in await town.says("mq-cm", "2")  # the neighbour's shop it was
    await town.says("mq-cm", "串码", "1", "柜台下有外地码", "刚刚", "不需要")
    assert "⑤ 情况：柜台下有三条外地码" in await town.says("mq-cm", "修改 5", "柜台下有三条外地码")
    await town.says("mq-cm", "修改", "1")
    await town.photographs("mq-cm", photo((640, 480)))
    assert "① 照片：2 张照片" in await town.says("mq-cm", "完成")
    assert "⑥ 时间：2026年11月19日" in await town.says("mq-cm", "修改６", "昨天")
    await town.says("mq-cm", "提交")
    [clue] = await town.rows("SELECT merchant, text, photos FROM clue")
    assert clue == {"merchant": "411421100002", "text": "柜台下有三条外地码", "photos": 2}


async def test_what_is_passed_over_needs_a_reason_and_what_must_be_cannot_be(town: Town) -> None:
    assert "原因" in await town.says("mq-cm", "上报", "跳过")
    assert "需要写明原因" in await town.says("mq-cm", "跳过")
    assert "请发您现在的位置" in await town.says("mq-cm", "店主不让拍")
    assert "必须有位置" in await town.says("mq-cm", "跳过", "没有信号", "无证户")
    assert "至少写一句" in await town.says("mq-cm", "江山", "1", "不确定", "跳过")
    review = await town.says("mq-cm", "听见有人议论", "刚刚", "不需要")
    assert "② 无照片原因：店主不让拍" in review
    await town.says("mq-cm", "提交")
    [line] = await town.rows("SELECT fields FROM line")
    assert (line["fields"]["no_photo_reason"], line["fields"]["no_place_reason"]) == ("店主不让拍", "没有信号")


async def test_an_unlicensed_seller_is_found_again_by_the_place(town: Town) -> None:
    await town.photographs("mq-mi", photo())
    await town.stands_at("mq-mi", *SHOP)
    await town.says("mq-mi", "1", "无证户", "无证经营", "1", "路边摆摊卖烟", "刚刚", "不需要", "提交")
    [clue] = await town.rows("SELECT number, merchant, merchant_note, indicator, datum FROM clue")
    assert clue["merchant"] is None
    assert (clue["merchant_note"], clue["indicator"], clue["datum"]) == ("unlicensed", "W10101", "gcj02")
    assert "无证户" in await town.hears("mq-ng1", clue["number"])


async def test_a_report_left_for_a_day_is_taken_up_where_it_was(town: Town) -> None:
    await town.says("mq-cm2", "report")
    await town.photographs("mq-cm2", photo())
    await town.says("mq-cm2", "done")
    await town.passes(days=1)
    back = await town.stands_at("mq-cm2", *SHOP)
    for shown in ("Noted.", "You were at “Report”: 2 of 7 answered.", "1. Continue"):
        assert shown in back
    assert "Which shop is it?" in await town.says("mq-cm2", "1")
    await town.says("mq-cm2", "1", "串码", "1", "Seen yesterday", "yesterday", "no")
    number = number_in(await town.says("mq-cm2", "submit"))
    # The photo of yesterday is there: it was fetched when it came.
    assert await until(lambda: town.rows("SELECT id FROM evidence WHERE state = 'stored' AND number = :n", n=number))


async def test_a_draft_can_be_thrown_away_and_nothing_was_reported(town: Town) -> None:
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", photo())
    assert "1 项" in await town.says("mq-cm", "取消")
    assert "没有提交" in await town.says("mq-cm", "1")
    assert "没有" in await town.says("mq-cm", "我的")
    assert await town.rows("SELECT number FROM clue") == []


async def test_an_aside_in_the_middle_is_answered_and_the_question_asked_again(town: Town) -> None:
    first = await town.files("mq-cm", "柜台下有外地码")
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", photo())
    listed = await town.says("mq-cm", "我的")
    assert first in listed
    assert "回到“上报”" in listed
    assert "请发您现在的位置" in await town.says("mq-cm", "回到“上报”", "完成")
    assert "位置" in await town.says("mq-cm", "帮助")


async def test_the_same_wish_after_submitting_says_what_became_of_it(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    assert number in await town.says("mq-cm", "1")
    assert len(await town.rows("SELECT number FROM clue")) == 1


async def test_a_likely_duplicate_is_shown_and_added_to(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.photographs("mq-cm", photo())
    await town.stands_at("mq-cm", *SHOP)
    await town.says("mq-cm", "1", "1", "串码", "1", "又多了两条", "刚刚", "不需要")
    hint = await town.says("mq-cm", "提交")
    assert number in hint
    assert "同一商户" in hint
    assert f"已追加到 {number}" in await town.says("mq-cm", f"追加到 {number}")
    assert "林晓" in await town.hears("mq-ng1", f"给线索 {number} 的补充")
    assert await town.rows("SELECT state, photos, lines FROM clue") == [
        {"state": "county_review", "photos": 1, "lines": 2}
    ]
    # A colleague's clue is not everybody's to see, so nobody else is shown it.
    await town.says("mq-dw", "上报", "跳过", "不让拍", "跳过", "没信号", "江山", "1", "串码", "1", "我也看到了", "刚刚")
    assert number not in await town.says("mq-dw", "不需要", "提交")


async def test_the_language_is_changed_at_any_time_and_for_letters_too(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    assert "English" in await town.says("mq-cm", "English")
    assert "1 that you reported" in await town.says("mq-cm", "mine")
    await town.says("mq-ng1", "待办", "1", "要求补充", "哪个柜台？", "提交")
    assert "They ask: “哪个柜台？”" in await town.hears("mq-cm", f"add what is missing to clue {number}")
    assert "以后用中文" in await town.says("mq-cm", "中文")


async def test_strangers_are_told_whom_to_ask_and_nothing_is_kept_of_them(town: Town) -> None:
    for words in ("上报", "你好"):
        answer = await town.says("nobody-known", words)
        assert "administrator" in answer
        assert "管理员" in answer
    await town.photographs("nobody-known", photo())
    assert await town.cloud.enter("nobody-known", 34.6494, 115.1423) is None
    for table in ("inbox", "dialogue", "evidence", "clue"):
        assert await town.rows(f"SELECT * FROM {table}") == []


async def test_who_left_the_office_is_a_stranger_and_hears_nothing_more(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.hears("mq-ng2", number)
    await town.rows("UPDATE person SET active = false WHERE id = 'mq-ng2' RETURNING id")
    assert "管理员" in await town.says("mq-ng2", "待办")
    await town.says("mq-ng1", "待办", "1", "要求补充", "在哪里？", "提交")
    await town.hears("mq-cm", f"请补充线索 {number}")
    await town.says("mq-cm", "待办", "1", "补充", "在柜台", "提交")
    await town.hears("mq-ng1", f"请继续处理线索 {number}")
    assert len(town.pushes("mq-ng2")) == 1  # the first, from when they were still there


async def test_menu_taps_are_words_and_opening_the_app_is_none(town: Town) -> None:
    assert "请发现场照片" in (await town.cloud.tap("mq-cm", "report") or "")
    assert await town.cloud.enter("mq-cm", 34.6494, 115.1423) is None
    assert "没有待办" in (await town.cloud.tap("mq-cm", "tasks") or "")
    # Where the phone was on entering orders the shops, though no place was given.
    assert "1. 江山便利店" in await town.says("mq-cm", "跳过", "不让拍", "跳过", "没信号")


async def test_kinds_of_message_that_nobody_can_answer(town: Town) -> None:
    before = len(town.cloud.courier.deliveries)
    assert await town.cloud.event("mq-cm", "brand_new_event", EventKey="x") is None
    for quiet in ("subscribe", "low_active", "view", "pic_weixin"):
        await town.cloud.event("mq-cm", quiet, EventKey="x")
    assert "要上报这件事吗" in (await town.cloud.link("mq-cm", "群里的消息", "https://example.com/1") or "")
    assert "1 段录音录像" in (await town.cloud.voice("mq-cm", b"#!AMR\n" + b"\0" * 64) or "")
    assert all(one.attempts == ["200"] for one in town.cloud.courier.deliveries[before:])

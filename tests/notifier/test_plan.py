"""Who is told what: the table of notices against the law, and letters that say no more than they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifier.notices import NOTICES
from notifier.plan import letters
from notifier.render import bundle, short, text
from store.law.rules import LAWS
from store.words import Address, Entry, Hearer, Holder, Ledger, Moved, Role
from tests.world import who

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
FIELDS = {
    "state": "county_review",
    "internal": False,
    "indicator": "W20201",
    "indicator_zh": "串码",
    "indicator_en": "Wrong codes",
    "merchant_name": "江山便利店",
    "reporter_name": "林晓",
    "unit_zh": "民权县局营销",
    "unit_en": "Minquan bureau, Marketing",
    "due_at": "2026-11-24T16:30:00+00:00",  # 25 November in Shanghai
    "lat": 34.6,
}


def moved(verb: str = "report", **changes: object) -> Moved:
    fields = FIELDS | changes
    entry = Entry("XS-2026-000017", Ledger.CLUE, str(fields["state"]), fields, Holder(unit="411421", role=Role.LEADER))
    return Moved(entry, verb, None, who("mq-cm"), AT, seq=3, text="12 条别人的码")


def hearer(userid: str, part: str, *doors: str) -> Hearer:
    return Hearer(who(userid), part, tuple(Address(door, userid) for door in doors or ("wecom",)))


def test_every_move_that_leaves_a_clue_open_tells_its_holder() -> None:
    law = LAWS[Ledger.CLUE]
    open_states = {name for name, state in law.states.items() if state.open}
    rules = {"routed", "classified", "back", "same"}  # targets that are rules, and lead to open states
    with_its_problem = {"archived", "linked"}
    for move in law.moves:
        if move.verb in ("tip", "close"):
            continue  # of tips nobody is told but in one constant sentence
        if move.target in open_states | rules:
            assert (Ledger.CLUE, move.verb, "holder") in NOTICES, move.verb
        if move.target not in with_its_problem | rules:
            assert (Ledger.CLUE, move.verb, "reporter") in NOTICES, move.verb


def test_nothing_is_planned_that_the_law_does_not_know() -> None:
    assert all(verb in LAWS[ledger].verbs for ledger, verb, _ in NOTICES)


def test_one_letter_for_every_address() -> None:
    planned = letters(moved(), [hearer("mq-ng1", "holder", "wecom", "telegram"), hearer("mq-leader", "watcher")], AT)
    assert [(letter.key, letter.to.door, letter.template, letter.not_before) for letter in planned] == [
        ("clue:XS-2026-000017:3:mq-ng1:wecom:review", "wecom", "review", AT),
        ("clue:XS-2026-000017:3:mq-ng1:telegram:review", "telegram", "review", AT),
        ("clue:XS-2026-000017:3:mq-leader:wecom:seen", "wecom", "seen", AT),
    ]


def test_whoever_hears_twice_is_told_what_matters_more() -> None:
    planned = letters(moved("ask_info"), [hearer("mq-cm", "watcher"), hearer("mq-cm", "holder")], AT)
    assert [letter.template for letter in planned] == ["need_info"]


def test_nobody_is_told_of_an_archived_clue() -> None:
    assert letters(moved("archive"), [hearer("mq-cm", "reporter")], AT) == []


@pytest.mark.parametrize("verb", ["report", "append", "escalate", "supply"])
def test_an_internal_matter_is_only_pointed_at(verb: str) -> None:
    [planned] = letters(moved(verb, internal=True, state="city_review"), [hearer("sq-ng1", "holder")], AT)
    said = text(planned.template, planned.facts, "zh")
    assert "内部线索，详情请在聊天中查看。" in said
    assert not [word for word in ("江山", "林晓", "串码", "营销", "条别人") if word in said]


def test_the_letter_in_both_languages() -> None:
    [planned] = letters(moved(), [hearer("mq-ng1", "holder")], AT)
    assert text(planned.template, planned.facts, "zh").splitlines() == [
        "请研判线索 XS-2026-000017。",
        "W20201 串码 · 江山便利店",
        "林晓 · 民权县局营销",
        "“12 条别人的码”",
        "回复“待办”处理，请在11月25日前完成。",
        "XS-2026-000017#3",
    ]
    assert text(planned.template, planned.facts, "en").splitlines() == [
        "Please assess clue XS-2026-000017.",
        "W20201 Wrong codes · 江山便利店",
        "林晓 · Minquan bureau, Marketing",
        "“12 条别人的码”",
        "Reply “tasks” to deal with it, by November 25.",
        "XS-2026-000017#3",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("notice", sorted({notice.template for notice in NOTICES.values()}))
def test_every_letter_is_short_and_ends_in_its_reference(notice: str, language: str) -> None:
    long = replace(moved("report", merchant_name="店" * 900), text="很长的话 " * 900)
    facts = letters(long, [hearer("mq-ng1", "holder")], AT)[0].facts
    said = text(notice, facts, language)
    assert len(said.encode()) <= 2000
    assert said.endswith("\nXS-2026-000017#3")
    assert "XS-2026-000017" in said.splitlines()[0]


def test_the_same_facts_give_the_same_text_and_other_occurrences_another() -> None:
    [first] = letters(moved(), [hearer("mq-ng1", "holder")], AT)
    [again] = letters(moved(), [hearer("mq-ng1", "holder")], AT)
    [next_] = letters(replace(moved(), seq=4), [hearer("mq-ng1", "holder")], AT)
    texts = [text(letter.template, letter.facts, "zh") for letter in (first, again, next_)]
    assert texts[0] == texts[1] != texts[2]


def test_a_bundle_lists_as_many_as_fit() -> None:
    facts = letters(moved(), [hearer("mq-ng1", "holder")], AT)[0].facts
    said, count = bundle([("review", facts)] * 100, "zh", 500)
    lines = said.splitlines()
    assert len(said.encode()) <= 500
    assert lines[0] == f"请查看以下 {count} 件事。"
    assert lines[1] == "1. 请研判线索 XS-2026-000017。 #3"
    assert len(lines) == count + 2
    assert bundle([("review", facts), ("no_such", facts), ("review", facts)], "zh")[1] == 1


def test_short_keeps_to_its_length() -> None:
    assert short("一 二\n三", 10) == "一 二 三"
    assert short("一二三四五", 4) == "一二三…"

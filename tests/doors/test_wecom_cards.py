"""Cards at WeCom: within every limit of its page, shown once, and greyed once whatever happens on the way."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.sandbox.cards import check_card
from bot.sandbox.clock import StillClock
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Corp, Department, Directory, Member
from bot.sandbox.faults import Error, Reset, TokenDies
from bot.sandbox.sandbox import start_sandbox
from bot.wecom.cards import card_envelope, card_update, task_id
from bot.wecom.config import WecomConfig
from bot.wecom.door import WecomDoor
from notifier import leases, outbox, shown
from notifier.cards import card, done
from notifier.deliver import deliver_batch
from notifier.shown import Shown
from notifier.wire import wire
from store.chosen_forms import CARDS_LEDGERS
from store.law.rules import LAWS
from store.tables import setting
from store.words import Address, Card, Entry, Ledger, Moved, Option, Receipt
from tests.doors.echo import MORNING
from tests.notifier.rounds import NOW, hire, letter
from tests.world import who

FANG = Address("wecom", "wang.fang")
UPDATE = "message/update_template_card"
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
filled = words.filter(lambda text: bool(text.split()))


# --- what is drawn ----------------------------------------------------------------------------------------


@given(
    title=filled,
    desc=words,
    lines=st.lists(st.tuples(filled, words), max_size=8),
    labels=st.lists(filled, min_size=1, max_size=8),
    key=filled,
)
def test_whatever_is_said_the_card_keeps_the_limits(
    title: str, desc: str, lines: list[tuple[str, str]], labels: list[str], key: str
) -> None:
    buttons = tuple(Option(f"v|XS-2026-000001|{number}", label) for number, label in enumerate(labels))
    drawn = Card(title, desc, tuple(lines), buttons, note=title * 2)
    body = json.loads(card_envelope(7, FANG, drawn, key))
    shown_card: dict[str, Any] = body["template_card"]
    assert check_card(shown_card)["interactive"]
    assert len(shown_card["main_title"]["title"]) <= 36
    assert len(shown_card["main_title"].get("desc", "")) <= 44
    assert len(shown_card.get("sub_title_text", "")) <= 160
    for line in shown_card.get("horizontal_content_list", []):
        assert len(line["keyname"]) <= 5
        assert len(line["value"]) <= 30
    assert 1 <= len(shown_card["button_list"]) <= 6
    assert all(len(button["text"]) <= 10 for button in shown_card["button_list"])
    assert re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", shown_card["task_id"])


def test_the_same_letter_gives_the_same_bytes_and_no_other_has_its_task_id() -> None:
    drawn = Card("请研判", "", (), (Option("e|XS-2026-000001", "看详情"),))
    assert card_envelope(7, FANG, drawn, "a") == card_envelope(7, FANG, drawn, "a")
    assert task_id("a") != task_id("b")
    assert json.loads(card_update(7, FANG, Shown("code", "m1"), "已归类 · 钱芳")) == {
        "response_code": "code",
        "agentid": 7,
        "userids": ["wang.fang"],
        "button": {"replace_name": "已归类 · 钱芳"},
    }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("ledger", [Ledger.CLUE, Ledger.PROBLEM])
def test_every_verb_fits_its_button_and_says_that_it_is_done(ledger: Ledger, language: str) -> None:
    number = "XS-2026-000001" if ledger is Ledger.CLUE else "WT-2026-000001"
    for verb in LAWS[ledger].verbs:
        drawn = card({"number": number, "verbs": [verb]}, "请处理。", language)
        assert drawn is not None
        assert len(drawn.buttons[0].label) <= 10, drawn.buttons
        assert drawn.buttons[1].token == f"e|{number}"
        assert done({"number": number, "verb": verb, "by": "钱芳"}, language).endswith(" · 钱芳")


def test_what_matters_most_is_on_the_card_when_there_is_more_than_fits() -> None:
    verbs = ["ask_info", "append", "send_back", "accept", "merge", "dismiss", "transfer_out"]
    drawn = card({"number": "XS-2026-000001", "verbs": verbs}, "请研判。", "zh")
    assert drawn is not None
    assert [option.label for option in drawn.buttons] == [
        *("立案转办", "要求补充", "退回县局", "并案", "不予处理"),
        "看详情",
    ]


# --- on the way -------------------------------------------------------------------------------------------


@dataclass
class Office:
    """A mail room with one door, whose clock moves by hand, and the cloud behind it."""

    engine: AsyncEngine
    door: WecomDoor
    cloud: Cloud
    shift: timedelta = timedelta()

    async def post(self, people: list[str]) -> None:
        """A card about clue 1 for each of them."""
        async with self.engine.begin() as tx:
            told = [self.letter(person) for person in people]
            await outbox.post(tx, await shown.follow(tx, moved("report"), told, NOW))

    def letter(self, person: str) -> Any:
        planned = letter(1, person)
        return letter(1, person, facts={**planned.facts, "verbs": ["dismiss"]})

    async def move(self) -> None:
        """Somebody acts: every card is outdated."""
        async with self.engine.begin() as tx:
            await outbox.post(tx, await shown.follow(tx, moved("dismiss"), [], NOW))

    async def deliver(self) -> None:
        """Everything that can be delivered within an hour."""
        for _round in range(12):
            self.shift += timedelta(minutes=5)
            await deliver_batch(self.engine, {"wecom": self.door}, "me", self.shift)

    async def states(self, purpose: str = "card_update") -> list[str]:
        async with wire(self.engine) as conn:
            rows = await conn.fetch("SELECT state FROM letter WHERE purpose = $1 ORDER BY id", purpose)
            return [row["state"] for row in rows]

    def on_phones(self, person: str) -> list[Any]:
        """Each card that this person sees, with what stands in place of its buttons."""
        return [one.content.get("replaced") for one in self.cloud.inbox(person) if one.kind == "template_card"]

    def codes_accepted(self) -> list[int]:
        return [call.errcode for call in self.cloud.calls if call.name == UPDATE and call.errcode == 0]


def moved(verb: str) -> Moved:
    fields = {"bureau": "411400", "unit_code": "411400", "reporter": None, "internal": False}
    return Moved(Entry("XS-2026-000001", Ledger.CLUE, "unfounded", fields, None), verb, "x", who("mq-ng1"), NOW, seq=2)


@asynccontextmanager
async def open_office(engine: AsyncEngine, http: aiohttp.ClientSession, people: int) -> AsyncIterator[Office]:
    corp, names = Corp.fresh(), await hire(engine, people)
    async with engine.begin() as tx:  # here clues are cards, too
        await tx.execute(
            insert(setting).values(key=CARDS_LEDGERS, valid_from=NOW, value=["clue", "problem"], set_by="p1")
        )
    directory = Directory(tuple(Member(name, name, (1,)) for name in names), (Department(1, "商丘", 0),))
    sandbox = await start_sandbox(corp, directory, StillClock(MORNING), "http://later")
    config = WecomConfig(corp.corp_id, corp.agent_id, corp.secret, corp.token, corp.aes_key, api_base=sandbox.url)
    door = WecomDoor(config, http, engine, _deaf)
    try:
        yield Office(engine, door, sandbox.cloud)
    finally:
        await sandbox.stop()
        await door.stop()


async def _deaf(incoming: object) -> Receipt:
    return Receipt(())


@pytest.fixture
async def office(engine: AsyncEngine, http: aiohttp.ClientSession) -> AsyncIterator[Office]:
    async with open_office(engine, http, 2) as opened:
        yield opened


async def test_thirty_cards_to_thirty_people(engine: AsyncEngine, http: aiohttp.ClientSession) -> None:
    async with open_office(engine, http, 30) as office:
        people = [f"p{number}" for number in range(1, 31)]
        await office.post(people)
        await office.deliver()
        assert [office.on_phones(person) for person in people] == [[None]] * 30
        await office.move()
        await office.move()  # what is outdated is outdated once
        await office.deliver()
        assert [office.on_phones(person) for person in people] == [["已定不予处理 · 周正"]] * 30
        assert await office.states() == ["sent"] * 30
        assert len(office.codes_accepted()) == len(office.cloud.post.codes) == 30


async def test_killed_between_the_update_and_its_verdict(office: Office) -> None:
    await office.post(["p1"])
    await office.deliver()
    await office.move()
    async with wire(office.engine) as conn:
        [claimed] = await leases.claim(conn, "wecom", "doomed", office.shift)

        def envelope(card: Shown) -> bytes:
            return office.door.update(claimed.to, card, "已归类")

        body = await shown.start(conn, "doomed", claimed, envelope, timedelta(seconds=30), office.shift)
        assert body is not None
        await office.door.send(claimed.to, body)  # and here it dies
        await conn.execute("UPDATE letter SET lease_until = clock_timestamp() - interval '1 s' WHERE owner = 'doomed'")
        assert await leases.reap(conn, "wecom", office.shift) == 1
    await office.deliver()
    assert office.on_phones("p1") == ["已归类"]
    assert await office.states() == ["sent"]
    assert len(office.codes_accepted()) == 1


@pytest.mark.parametrize("fault", [Error(-1), Reset(), Reset(after_accept=True), TokenDies(), Error(45033)], ids=repr)
@pytest.mark.parametrize("call", ["message/send", UPDATE])
async def test_bad_luck_on_the_way_loses_and_doubles_nothing(office: Office, call: str, fault: Any) -> None:
    office.cloud.faults.next(call, fault)
    await office.post(["p1", "p2"])
    await office.deliver()
    await office.move()
    await office.deliver()
    assert [office.on_phones(person) for person in ("p1", "p2")] == [["已定不予处理 · 周正"]] * 2
    assert await office.states() == ["sent", "sent"]
    assert len(office.codes_accepted()) == 2


@pytest.mark.parametrize("code", [40058, 41016, 42014, 42018, 42020, 43012])
async def test_a_refused_card_is_told_in_words_and_never_updated(office: Office, code: int) -> None:
    office.cloud.faults.next("message/send", Error(code))
    await office.post(["p1"])
    await office.deliver()
    [text] = [one for one in office.cloud.inbox("p1") if one.kind == "text"]
    assert "请研判线索 XS-2026-000001" in text.text
    await office.move()
    await office.deliver()
    assert await office.states() == ["obsolete"]


@pytest.mark.parametrize(("code", "state"), [(42015, "dead"), (42022, "sent"), (43012, "dead")])
async def test_an_update_that_is_refused_is_not_tried_again(office: Office, code: int, state: str) -> None:
    await office.post(["p1"])
    await office.deliver()
    await office.move()
    office.cloud.faults.next(UPDATE, Error(code))
    await office.deliver()
    assert await office.states() == [state]
    assert len([call for call in office.cloud.calls if call.name == UPDATE]) == 1


async def test_a_card_that_was_not_sent_when_the_matter_moved_on_is_grey_as_soon_as_it_is_there(
    office: Office,
) -> None:
    await office.post(["p1"])
    await office.move()
    await office.deliver()
    assert office.on_phones("p1") == ["已定不予处理 · 周正"]

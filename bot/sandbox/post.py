"""The cloud's own post office: message/send, update_template_card and recall, and the truth about what arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.sandbox.cards import check_card
from bot.sandbox.chats import Chats
from bot.sandbox.directory import Corp
from bot.sandbox.errors import Refusal
from bot.sandbox.faults import Dropped, Fault, Invalid
from bot.sandbox.limits import DayQuota, Limits, Pace
from bot.sandbox.messages import Known, check_message
from bot.sandbox.people import People, Receivers
from bot.sandbox.tokens import word

Json = Any
RECALL_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One call of message/send that was answered with 0: its exact bytes, and who really got it.

    `dropped` are those whom the cloud silently left out; `repeated` marks a call that the duplicate check
    recognised and did not deliver again.
    """

    msgid: str
    at: datetime
    raw: bytes
    kind: str
    to: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(slots=True)
class Code:
    """A response_code: good for one update of that message's cards."""

    msgid: str
    until: datetime
    spent: bool = False


@dataclass(slots=True)
class Post:
    """Everything that was sent, and the rules it went through."""

    corp: Corp
    people: People
    chats: Chats
    now: Callable[[], datetime]
    rng: Random
    limits: Limits
    known: Known
    sent: list[Accepted] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    task_ids: set[str] = field(default_factory=set)
    _answers: dict[bytes, tuple[datetime, dict[str, Json]]] = field(default_factory=dict)
    _minute: Pace = field(init=False)
    _hour: Pace = field(init=False)
    _day: DayQuota = field(init=False)

    def __post_init__(self) -> None:
        self._minute = Pace(self.limits.member_minute, timedelta(minutes=1))
        self._hour = Pace(self.limits.member_hour, timedelta(hours=1))
        self._day = DayQuota(self.limits.person_times_per_seat * max(1, len(self.people.members)))

    def send(self, raw: bytes, payload: Mapping[str, Json], fault: Fault | None = None) -> dict[str, Json]:
        """What message/send answers beside errcode and errmsg. Raises `Refusal`."""
        self.check_agent(payload)
        repeated = self._repeated(raw, payload)
        if repeated is not None:
            return repeated
        receivers = self.people.receivers(payload)
        kind, content = check_message(payload, self.known)
        if isinstance(fault, Invalid):
            receivers = receivers.without(fault.userids)
        if not receivers.valid:
            raise Refusal(81013)
        if not self._day.allow(len(receivers.valid), self.now()):
            raise Refusal(45009, "messages of the app per day")
        answer = self._deliver(raw, kind, content, receivers, fault)
        if payload.get("enable_duplicate_check") == 1:
            self._answers[hashlib.sha256(raw).digest()] = (self.now(), answer)
        return answer

    def _repeated(self, raw: bytes, payload: Mapping[str, Json]) -> dict[str, Json] | None:
        """The earlier answer, when the duplicate check is on and the same bytes came within the interval."""
        if payload.get("enable_duplicate_check") != 1:
            return None
        interval = payload.get("duplicate_check_interval", 1800)
        seconds = min(int(interval), 4 * 3600) if isinstance(interval, int) else 1800
        at, answer = self._answers.get(hashlib.sha256(raw).digest(), (None, {}))
        if at is None or self.now() - at >= timedelta(seconds=seconds):
            return None
        self.sent.append(Accepted(answer["msgid"], self.now(), raw, str(payload["msgtype"]), (), repeated=True))
        return answer

    def _deliver(
        self, raw: bytes, kind: str, content: dict[str, Json], receivers: Receivers, fault: Fault | None
    ) -> dict[str, Json]:
        msgid = word(self.rng, 64)
        dropped = [userid for userid in receivers.valid if self._drops(userid, fault)]
        reached = [userid for userid in receivers.valid if userid not in dropped]
        answer: dict[str, Json] = {"msgid": msgid, **receivers.failed()}
        if content.get("task_id"):
            self.task_ids.add(content["task_id"])
        if content.pop("interactive", False):
            answer["response_code"] = self.new_code(msgid)
        for userid in reached:
            self.chats.show(self.now(), userid, kind, content, "push", msgid)
        invalid = tuple(receivers.invalid)
        self.sent.append(Accepted(msgid, self.now(), raw, kind, tuple(reached), tuple(dropped), invalid))
        return answer

    def _drops(self, userid: str, fault: Fault | None) -> bool:
        """The silent part of the pace: 30 a minute and 1 000 an hour to one member, the excess just vanishes."""
        if isinstance(fault, Dropped) and (not fault.userids or userid in fault.userids):
            return True
        now = self.now()
        if not (self._minute.room(userid, now) and self._hour.room(userid, now)):
            return True
        self._minute.count(userid, now)
        self._hour.count(userid, now)
        return False

    def new_code(self, msgid: str) -> str:
        code = word(self.rng, 43)
        self.codes[code] = Code(msgid, self.now() + self.limits.response_code)
        return code

    def update(self, payload: Mapping[str, Json]) -> dict[str, Json]:
        """update_template_card: one use of a response_code, for everybody named who has that card."""
        self.check_agent(payload)
        code = self.codes.get(str(payload.get("response_code", "")))
        if code is None or code.spent or code.until <= self.now():
            raise Refusal(42022)
        receivers = self.people.update_receivers(payload)
        replace_name = _replace_name(payload)
        changed = {"replaced": replace_name} if replace_name else self._new_card(payload)
        code.spent = True
        for shown in self.chats.sent_as(code.msgid):
            if shown.userid in receivers.valid:
                self.chats.change(shown.id, content={**shown.content, **changed} if replace_name else changed)
        return {"invaliduser": list(receivers.invalid)}

    def _new_card(self, payload: Mapping[str, Json]) -> dict[str, Json]:
        card = payload.get("template_card")
        if not isinstance(card, Mapping):
            raise Refusal(40063, "button or template_card")
        return check_card(card)

    def recall(self, msgid: str) -> None:
        """Take a message back from every phone, within 24 h."""
        accepted = next((each for each in self.sent if each.msgid == msgid), None)
        if accepted is None or self.now() - accepted.at > RECALL_WITHIN:
            raise Refusal(40058, "msgid")
        for shown in self.chats.sent_as(msgid):
            self.chats.remove(shown.id)

    def check_agent(self, payload: Mapping[str, Json]) -> None:
        agent = payload.get("agentid")
        if agent is None:
            raise Refusal(41011)
        if not isinstance(agent, int):
            raise Refusal(40056)
        if agent != self.corp.agent_id:
            raise Refusal(301002)


def _replace_name(payload: Mapping[str, Json]) -> str:
    button = payload.get("button")
    return str(button.get("replace_name") or "") if isinstance(button, Mapping) else ""

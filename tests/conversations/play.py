"""Plays a conversation that is written down: what the person does, line by line, and what the interviewer says.

A transcript is a text file. `@` begins a person (userid role language time); `>` is what they do; all other lines
are what came of it and are rewritten by `pytest --rewrite-transcripts`:

    > 串码烟                         types            > [photo p1 album=a1 note=…]   sends a photo (voice, file)
    > [tap 2]                        second option    > [place 34.41 115.65]         sends a place (near: automatic)
    > [tap q|…]  [again]             any token, again > [wait 1d]                    lets time pass (m, h, d)
    > [menu report]                  the app's menu   > [sheet {…}]                  all answers of a page
    > [verbs classify answer]        what the law offers from now on
    > [known]  [refuse wrong_state]  there is a duplicate; the next ask is refused
    > [facts proof escalate merge problem file others far]   what is true of every entry
    > [card v|… question=option]     a button of a card, with what was chosen on it
    > [begin tip]                    a public form, by somebody whom nobody knows
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from conversations import public
from conversations.dialogue_json import from_json, to_json
from conversations.hear import hear
from conversations.library import Forms
from conversations.turn import Dialogue, Turn
from store.law.rules import LAWS
from store.law.rules import names as joined
from store.words import (
    Ask,
    Body,
    Choice,
    Datum,
    Department,
    Entry,
    File,
    FileKind,
    Ledger,
    Level,
    Moved,
    Option,
    Person,
    Place,
    Refused,
    Role,
    Say,
    Settled,
    Sheet,
    Silence,
    Text,
)
from tests.conversations import books

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_NEXT = {"classify": "county_review", "answer": "answered", "ask_info": "need_info", "escalate": "city_review"}
FACTS = {
    "number": books.CLUE,
    "VERB": {"zh": "归类转报", "en": "classify"},
    "STATE": {"zh": "待县局内管研判", "en": "with the county"},
    "POSSIBLE": {"zh": "追加", "en": "add"},
    "field": "merchant",
    "limit": 200,
    "WHO": {"zh": "部门负责人", "en": "the department head"},
    "until": "2026-11-23T11:30:00+08:00",
    "hours": 4,
    "name": "周伟",
    "DEPARTMENT": {"zh": "专卖", "en": "enforcement"},
}


_DEPARTMENTS = {Role.SUPERVISION_OFFICER: Department.SUPERVISION, Role.LEADER: Department.LEADERSHIP}


def person(userid: str = "li.na", role: Role = Role.FIELD_STAFF, language: str = "zh") -> Person:
    department = _DEPARTMENTS.get(role, Department.MARKETING)
    return Person(userid, "李娜", role, "41140201", department, "411402", Level.COUNTY, None, language)


@dataclass
class Stage:
    """One person, their dialogue as it is stored, and a ledger that does what it is asked."""

    forms: Forms
    who: Person
    now: datetime
    stored: dict[str, object]
    verbs: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    refuse: str = ""
    given: int = 16  # the last number of the clue ledger
    options: tuple[Option, ...] = ()
    last: str = ""
    asks: list[Ask] = field(default_factory=list)

    @property
    def dialogue(self) -> Dialogue:
        return from_json(self.stored)

    def hear(self, body: Body) -> list[Say | Ask]:
        """One message: lookups and asks are answered until the dialogue rests, as the desk does."""
        out: list[Say | Ask] = []
        for _ in range(16):
            turn = hear(self.forms, self.who, self.dialogue, body, self.now)
            self.stored = json.loads(json.dumps(to_json(turn.dialogue)))
            assert self.dialogue == turn.dialogue
            out += turn.says
            self.options = next((say.options for say in turn.says if say.options), self.options)
            if turn.lookup is None and turn.ask is None:
                return out
            out += [turn.ask] if turn.ask else []
            body = self._answer(turn)
        raise AssertionError("the dialogue does not come to rest")

    def begin(self, key: str) -> list[Say | Ask]:
        """A public form is opened."""
        turn = public.begin(self.forms, key, self.who.language, self.now)
        self.stored = json.loads(json.dumps(to_json(turn.dialogue)))
        self.options = next((say.options for say in turn.says if say.options), ())
        return list(turn.says)

    def _answer(self, turn: Turn) -> Body:
        if turn.lookup is not None:
            return books.answer(turn.lookup, self.verbs, self.facts)
        assert turn.ask is not None
        self.asks.append(turn.ask)
        if self.refuse:
            reason, self.refuse = self.refuse, ""
            return Settled(turn.ask, refused=Refused(reason, **FACTS | {"number": turn.ask.entry or books.CLUE}))
        if "asked" in turn.dialogue.browsing:  # what is not offered is asked in vain
            return Settled(turn.ask, refused=self._in_vain(turn.ask))
        return Settled(turn.ask, moved=self._moved(turn.ask))

    def _in_vain(self, ask: Ask) -> Refused:
        """What the law says of a verb that is not among `verbs`."""
        names = LAWS[ask.ledger].verbs
        if ask.entry not in (*books.CLUES, *books.PROBLEMS):
            return Refused("not_found", number=ask.entry or "")
        if ask.verb not in names:
            return Refused("unknown_verb", verb=ask.verb)
        facts = FACTS | {"number": ask.entry or "", "VERB": names[ask.verb], "STATE": {"zh": "排查中", "en": "at work"}}
        possible = [names[verb] for verb in self.verbs if verb in names]
        return Refused("wrong_state" if possible else "wrong_state_nothing", **{**facts, "POSSIBLE": joined(possible)})

    def _moved(self, ask: Ask) -> Moved:
        self.given += ask.entry is None
        number = ask.entry or f"XS-2026-{self.given:06}"
        unclear = ask.fields.get("special") or not ask.fields.get("indicator")
        state = _NEXT.get(ask.verb) or ("head_review" if ask.verb == "report" and unclear else "county_review")
        fields = {"requests": [{"kind": ask.verb}] if ask.fields.get("days", 0) > 3 else []}
        entry = Entry(number, ask.ledger, state, fields, None)
        opened = Entry(books.PROBLEMS[0], Ledger.PROBLEM, "dispatched", {}, None)
        caused = (Moved(opened, "open", None, self.who, self.now),) if ask.verb in ("accept", "merge") else ()
        return Moved(entry, ask.verb, None, self.who, self.now, caused=caused)


def replay(script: str, forms: Forms) -> str:
    """The transcript as it comes out now."""
    lines: list[str] = []
    stage: Stage | None = None
    for line in script.splitlines():
        if line.startswith("#"):
            lines.append(line)
        elif line.startswith("@"):
            stage = _stage(line, forms)
            lines += ["", line]
        elif line.startswith(">") and stage is not None:
            lines += ["", line, *_done(stage, line[1:].strip())]
    return "\n".join(lines) + "\n"


def _stage(line: str, forms: Forms) -> Stage:
    userid, role, language, day, clock = line[1:].split()
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=_SHANGHAI)
    return Stage(forms, person(userid, Role(role), language), at, {"language": language})


def _done(stage: Stage, line: str) -> Iterator[str]:
    stage.now += timedelta(seconds=5)
    command = re.fullmatch(r"\[(\w+)\s*(.*)\]", line)
    if command and command[1] == "begin":
        heard = stage.begin(command[2])
    else:
        body = _body(stage, command[1], command[2]) if command else Text(line)
        heard = stage.hear(body) if body is not None else []
    for one in heard:
        yield from _said(one) if isinstance(one, Say) else _asked(one)


def _body(stage: Stage, name: str, rest: str) -> Body | None:
    words = rest.split()
    match name:
        case "photo" | "voice" | "video" | "file":
            return _file(name, words)
        case "place" | "near":
            at = [float(word) for word in words[:2]]
            return Place(at[0], at[1], Datum.GCJ02, 20, " ".join(words[2:]), automatic=name == "near")
        case "tap":
            stage.last = stage.options[int(rest) - 1].token if rest.isdigit() else rest
            return Choice(stage.last)
        case "card":
            chosen = (word.split("=", 1) for word in words[1:])
            stage.last = words[0]
            return Choice(words[0], tuple((name, value) for name, value in chosen))
        case "again":
            return Choice(stage.last)
        case "menu":
            return Choice(f"m|{rest}")
        case "sheet":
            return Sheet(json.loads(rest))
        case "silence":
            return Silence(rest)
    _set(stage, name, rest)
    return None


def _set(stage: Stage, name: str, rest: str) -> None:
    match name:
        case "wait":
            stage.now += timedelta(**{_UNITS[rest[-1]]: int(rest[:-1])})
        case "verbs":
            stage.verbs = tuple(rest.split())
        case "known":
            stage.facts |= {"known"}
        case "facts":
            stage.facts = frozenset(rest.split())
        case "refuse":
            stage.refuse = rest
        case _:
            raise AssertionError(f"no such action: {name}")


def _file(name: str, words: list[str]) -> File:
    extra = dict(word.split("=", 1) for word in words[1:])
    kind = FileKind.IMAGE if name == "photo" else FileKind(name)
    sent = File(words[0], kind, f"media-{words[0]}", name=extra.get("name"))
    return replace(sent, album=extra.get("album"), note=extra.get("note", ""))


def _said(say: Say) -> Iterator[str]:
    yield from (f"  {line}" for line in say.text.splitlines())
    yield from (f"  <{link.label}> {link.url}" for link in say.links)
    yield from (f"    {at}. {option.label}" for at, option in enumerate(say.options, 1))


def _asked(ask: Ask) -> Iterator[str]:
    yield f"  = {ask.ledger} {ask.verb} {ask.entry or ''}".rstrip()
    for name, value in sorted(ask.fields.items()):
        yield f"    {name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"

"""Reading a case file for print: names of people and units, levels, places, what was given with a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.casefile.paper import when
from bot.texts import _, said
from store.casefiles.casefile import CaseFile
from store.law.standing import DEPARTMENTS
from store.words import CLOCK, Json, words_of

Fields = Mapping[str, Json]

SOURCES = {"staff": _("Reported by staff"), "tip": _("Public tip"), "feed": _("Provincial feed")}
ROLES = {
    "field_staff": _("Field staff"),
    "department_head": _("Department head"),
    "supervision_officer": _("Supervision officer"),
    "leader": _("Leader"),
    "administrator": _("Administrator"),
    "custodian": _("Custodian"),
    "customer_manager": _("Customer manager"),
    "market_inspector": _("Market inspector"),
    "delivery_worker": _("Delivery worker"),
}
PARTS = {"main": _("main"), "assisting": _("assisting"), "recheck": _("re-check")}
DOORS = {
    "wecom": _("WeCom"),
    "telegram": _("Telegram"),
    "wechat": _("WeChat"),
    "web": _("Web page"),
    "console": _("Console"),
    "api": _("API"),
    "cli": _("Terminal"),
}
KINDS = {"image": _("photo"), "voice": _("voice message"), "video": _("video"), "file": _("file")}
GIVEN = {
    "cause": _("Cause"),
    "measures": _("Measures"),
    "data_note": _("Data analysis"),
    "visit_note": _("Field visit"),
    "severity": _("Severity"),
    "scope": _("Scope"),
    "indicator": _("Indicator"),
    "merchant": _("Licence"),
    "authority": _("Authority"),
    "days": _("Working days"),
    "due_on": _("Due date"),
    "review_on": _("Review date"),
    "override_reason": _("Reason for another department"),
    "no_photo_reason": _("Why there is no photo"),
    "no_place_reason": _("Why there is no place"),
    "observed_at": _("Seen at"),
    "problem": _("Problem"),
    "clue": _("Clue"),
    "rung": _("Warning"),
}
"""What lines keep beside their text, in the order of print."""


class Reader:
    """One case in one language. Whatever is not known, or not for the eyes of who took the file, is empty."""

    def __init__(self, case: CaseFile, language: str) -> None:
        self.case, self.language = case, language
        self.content = case.content
        self.problem: Fields = case.content["problem"] or {}
        form = self.problem.get("form") or case.number
        self.clue: Fields = next((one for one in case.content["clues"] if one["number"] == form), {})
        self.form: Fields = ((self.clue.get("handling_form") or {}).get("fields")) or {}

    def say(self, sentence: str, **facts: Json) -> str:
        return said(sentence, self.language, **facts)

    def both(self, fields: Fields | None, stem: str = "") -> str:
        """The name that `fields` has in both languages, as zh and en or with a stem before them."""
        names = {one: (fields or {}).get(f"{stem}{one}") or "" for one in ("zh", "en")}
        return words_of(names, self.language)

    def entry(self, name: str) -> Json:
        """A column of the problem, else of the clue that it came from."""
        value = self.problem.get(name)
        return self.clue.get(name) if value in (None, "") else value

    def who(self, userid: str | None) -> str:
        """A person's name."""
        if userid == CLOCK.id:
            return self.say(_("the system"))
        return str(self.content["people"].get(userid, {}).get("name") or userid or "")

    def unit(self, userid: str | None) -> str:
        return self.both(self.content["people"].get(userid), "unit_")

    def role(self, userid: str | None) -> str:
        """The field role if they have one, else the role."""
        person = self.content["people"].get(userid, {})
        return self.say(ROLES[person["field_role"] or person["role"]]) if person else ""

    @property
    def colon(self) -> str:
        return ": " if self.language == "en" else "："

    def noted(self, name: str, note: str) -> str:
        """A name with a note in brackets."""
        return f"{name} ({note})" if self.language == "en" else f"{name}（{note}）"

    def when(self, at: str | None) -> str:
        return when(at, self.language)

    def department(self, name: str | None) -> str:
        return words_of(DEPARTMENTS[name], self.language) if name else ""

    def metres(self, metres: int | None) -> str:
        return "" if metres is None else self.say(_("{m} m from the shop"), m=metres)

    def lines(self, *verbs: str) -> list[Fields]:
        """The lines with these verbs, in the order of time."""
        return [line for line in self.content["lines"] if line["verb"] in verbs]

    def evidence(self, line: Fields) -> list[Fields]:
        """What was sent with a line."""
        rows = {row["id"]: row for row in self.content["evidence"]}
        return [rows[one] for one in line["shown"]["evidence"]]

    def given(self, line: Fields) -> Iterator[tuple[str, str]]:
        """What a line keeps beside its text: label and value."""
        fields = line["fields"]
        for name, label in GIVEN.items():
            if fields.get(name) not in (None, "", []):
                yield self.say(label), self._shown(name, fields[name])
        departments = [fields.get("department"), *fields.get("departments", ())]
        if any(departments):
            yield self.say(_("Departments")), self._listed(self.department(one) for one in departments)
        people = [fields.get("assignee"), *fields.get("assistants", ())]
        if any(people):
            yield self.say(_("Assignees")), self._listed(self.who(one) for one in people)
        place = fields.get("place") or {}
        if "lat" in place:
            yield self.say(_("Place")), self.place(place, line["shown"]["place_to_shop_m"])

    def _listed(self, names: Any) -> str:
        return (", " if self.language == "en" else "、").join(one for one in names if one)

    def _shown(self, name: str, value: Json) -> str:
        return self.when(value) if name == "observed_at" else str(value)

    def place(self, place: Fields, away: int | None) -> str:
        """Label, degrees with datum and accuracy, and how far from the shop."""
        parts = [place.get("label") or "", f"{place['lat']:.5f}, {place['lon']:.5f} ({str(place['datum']).upper()})"]
        if place.get("accuracy"):
            parts.append(f"±{round(place['accuracy'])} m")
        return " / ".join(part for part in (*parts, self.metres(away)) if part)

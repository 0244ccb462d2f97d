"""The corp's people as the cloud judges them: who exists, who is in range, who a message names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.directory import Department, Directory, Member
from bot.sandbox.errors import Refusal

Json = Any


@dataclass(frozen=True, slots=True)
class Receivers:
    """A message's receivers after judging. Userids in `valid` as in the directory, the failed ones lower-cased."""

    valid: tuple[str, ...]
    invalid: tuple[str, ...] = ()
    unlicensed: tuple[str, ...] = ()
    invalid_parties: tuple[str, ...] = ()
    invalid_tags: tuple[str, ...] = ()

    def without(self, userids: Iterable[str]) -> Receivers:
        lost = {userid.lower() for userid in userids}
        valid = tuple(userid for userid in self.valid if userid.lower() not in lost)
        gone = tuple(userid.lower() for userid in self.valid if userid.lower() in lost)
        return replace(self, valid=valid, invalid=self.invalid + gone)

    def failed(self) -> dict[str, str]:
        """The fields that message/send adds for them, with errcode 0."""
        fields = {
            "invaliduser": self.invalid,
            "unlicenseduser": self.unlicensed,
            "invalidparty": self.invalid_parties,
            "invalidtag": self.invalid_tags,
        }
        return {name: "|".join(values) for name, values in fields.items() if values}


class People:
    """Members by userid, compared without case as WeCom does, and the departments."""

    def __init__(self, directory: Directory) -> None:
        self.members: dict[str, Member] = {member.userid.lower(): member for member in directory.members}
        self.departments: dict[int, Department] = {each.id: each for each in directory.departments}

    def find(self, userid: str) -> Member | None:
        return self.members.get(userid.lower())

    def reachable(self) -> list[Member]:
        """Everybody active within the app's range, in directory order."""
        return [member for member in self.members.values() if _reachable(member)]

    def within(self, department: int, *, below: bool = True) -> list[Member]:
        """The members of a department and, with `below`, of everything under it."""
        wanted = self.subtree(department) if below else {department}
        return [member for member in self.members.values() if wanted.intersection(member.departments)]

    def subtree(self, department: int) -> set[int]:
        found, rest = {department}, [department]
        while rest:
            parent = rest.pop()
            children = [each.id for each in self.departments.values() if each.parent_id == parent]
            rest.extend(child for child in children if child not in found)
            found.update(children)
        return found

    def receivers(self, payload: Mapping[str, Json]) -> Receivers:
        """Whom message/send means: touser, toparty, totag. Raises 82001, 40031, 40032, 82002, 82003."""
        users, parties, tags = (_listed(payload, name) for name in ("touser", "toparty", "totag"))
        if not (users or parties or tags):
            raise Refusal(82001)
        if users == ["@all"]:
            return Receivers(tuple(member.userid for member in self.reachable() if member.licensed))
        _short_enough(users, parties, tags)
        return self._judge(users, parties, tags)

    def update_receivers(self, payload: Mapping[str, Json]) -> Receivers:
        """Whom update_template_card means: userids[], partyids[], tagids[] or atall."""
        if payload.get("atall") == 1:
            return Receivers(tuple(member.userid for member in self.reachable()))
        lists = [payload.get(name) or [] for name in ("userids", "partyids", "tagids")]
        if not all(isinstance(each, list) for each in lists):
            raise Refusal(40031)
        users, parties, tags = ([str(each) for each in names] for names in lists)
        if not (users or parties or tags):
            raise Refusal(82001)
        _short_enough(users, parties, tags)
        return self._judge(users, parties, tags)

    def _judge(self, users: list[str], parties: list[str], tags: list[str]) -> Receivers:
        known = [(userid, self.find(userid)) for userid in users]
        chosen = [member for _, member in known if member is not None and _reachable(member)]
        invalid = [userid.lower() for userid, member in known if member is None or not _reachable(member)]
        good_parties = [int(party) for party in parties if party.isdigit() and int(party) in self.departments]
        for party in good_parties:
            chosen += [member for member in self.within(party) if _reachable(member)]
        return Receivers(
            valid=tuple(dict.fromkeys(member.userid for member in chosen if member.licensed)),
            invalid=tuple(dict.fromkeys(invalid)),
            unlicensed=tuple(dict.fromkeys(member.userid.lower() for member in chosen if not member.licensed)),
            invalid_parties=tuple(party for party in parties if not party.isdigit() or int(party) not in good_parties),
            invalid_tags=tuple(tags),  # the sandbox has no tags
        )


def _reachable(member: Member) -> bool:
    return member.in_range and member.status in (1, 4)


def _listed(payload: Mapping[str, Json], name: str) -> list[str]:
    value = payload.get(name)
    if value is None:
        return []
    if not isinstance(value, str):
        raise Refusal(40031, name)
    return [each.strip() for each in value.split("|") if each.strip()]


def _short_enough(users: list[str], parties: list[str], tags: list[str]) -> None:
    for names, most, code in ((users, 1000, 40032), (parties, 100, 82002), (tags, 100, 82003)):
        if len(names) > most:
            raise Refusal(code)

"""The roster follows WeCom's directory: who left is switched off, who is renamed gets the new name.

Hints (`change_contact`) arrive unordered and may be lost, so `sync` runs every night, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom.directory import Member, Status, member, members
from bot.wecom.read import DOOR
from bot.weixin.client import Client
from store.db import Tx
from store.staff import roster
from store.staff.roster import Listed

_FEW = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison found. `strangers` are members who are not on the roster: an administrator imports them,
    because role and unit are the bureau's decision. `doubtful`: so many were missing that nobody was switched off."""

    members: int
    left: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # person id and new name
    strangers: tuple[Member, ...] = ()
    doubtful: bool = False


def compare(listed: Sequence[Listed], found: Mapping[str, Member]) -> Report:
    """What the directory `found` (by lower-case userid) says about the roster `listed`. Pure.

    More than half of the roster missing is a wrong range or secret far more often than a mass departure.
    """
    left = tuple(each.address for each in listed if not each.off and not _stays(found.get(each.address)))
    doubtful = len(left) > max(_FEW, sum(not each.off for each in listed) // 2)
    addresses = {each.address for each in listed}
    return Report(
        members=len(found),
        left=left,
        back=tuple(each.address for each in listed if _comes_back(each, found.get(each.address))),
        renamed=tuple(
            (each.person, name) for each in listed if (name := _name(found.get(each.address))) and name != each.name
        ),
        strangers=tuple(found[userid] for userid in sorted(found.keys() - addresses) if _stays(found[userid])),
        doubtful=doubtful,
    )


async def sync(app: Client, everybody: Client | None, engine: AsyncEngine) -> Report:
    """Compare the whole roster with the directory and write what changed. Raises `ApiError` or `Unreachable`, and
    then nothing was written. `everybody` is the client of the contacts secret, where there is one."""
    found = await members(app, everybody)
    async with engine.begin() as tx:
        report = compare(await roster.roster(tx, DOOR), found)
        await _write(tx, report)
    return report


async def reread(app: Client, engine: AsyncEngine, userid: str) -> None:
    """Do the same for one member whom a callback mentioned."""
    found = await member(app, userid)
    async with engine.begin() as tx:
        listed = [each for each in await roster.roster(tx, DOOR) if each.address == userid.lower()]
        await _write(tx, compare(listed, {userid.lower(): found} if found else {}))


async def _write(tx: Tx, report: Report) -> None:
    if report.left and not report.doubtful:
        await roster.switch_off(tx, DOOR, list(report.left))
    if report.back:
        await roster.switch_on(tx, DOOR, list(report.back))
    for person, name in report.renamed:
        await roster.rename(tx, person, name)


def _stays(found: Member | None) -> bool:
    return found is not None and found.status != Status.LEFT


def _comes_back(listed: Listed, found: Member | None) -> bool:
    """Active again in the app's range. Somebody without an API licence is active there, too, and stays off."""
    off = listed.off or ""
    return bool(off) and not off.startswith("unlicensed") and found is not None and found.status == Status.ACTIVE


def _name(found: Member | None) -> str | None:
    return found.name if found else None

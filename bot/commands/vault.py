"""`loop153 vault init|add-officer|recover|status`: the keys of the anonymous tips, in the hands of people."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings
from bot.texts import _, said
from store import db
from store.db import Tx
from store.tips import setup
from store.tips.setup import CannotSetUp
from store.vault import Broken

HELP = "set up the vault of anonymous tips: its keys, its officers, recovery"

_KINDS = {"officer": _("officer"), "custodian": _("custodian of identities"), "outside": _("outside body")}
_STATUS = {
    "received": _("received"),
    "acknowledged": _("acknowledged"),
    "working": _("being worked on"),
    "closed": _("closed"),
    "erased": _("erased"),
}
_REASONS = {
    "shares": _("Please choose 2 to 16 shares, and no more of them needed than there are."),
    "is_made": _("The vault has its key already. It is made once; to open it anew see loop153 vault recover --help."),
    "not_made": _("There is no vault yet. Please run loop153 vault init first."),
    "unknown": _("Nobody on the roster has this userid."),
    "role": _("This person's role does not allow it: officers sit in supervision, custodians are custodians."),
    "has_keys": _("This person is in the vault already."),
    "not_invited": _("This person was not invited, or has keys already."),
    "no_keys": _("This person has no keys yet: please run loop153 vault add-officer first."),
    "short": _("A passphrase has at least 8 characters. Four random words are easy to remember and hard to guess."),
}
_PENDING = _("has not chosen a passphrase yet")
_BROKEN = _("This is not the right key: a word or a character is wrong, or it belongs to another vault.")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    made = actions.add_parser("init", help="make the bureau's escrow key and show its shares, once")
    made.add_argument("--shares", type=int, default=3, help="how many people keep one (default: 3)")
    made.add_argument("--threshold", type=int, default=2, help="how many of them open the vault (default: 2)")
    new = actions.add_parser(
        "add-officer",
        help="give somebody a key",
        description="Asks for a passphrase and shows a recovery key, once. With --invite the person chooses the"
        " passphrase at the first login to the vault in the console.",
    )
    new.add_argument("userid", metavar="USERID")
    new.add_argument("--as", dest="kind", choices=tuple(_KINDS), default="officer", help="(default: officer)")
    new.add_argument("--invite", action="store_true", help="let them choose the passphrase themselves")
    _passphrase_argument(new)
    back = actions.add_parser(
        "recover",
        help="open the vault for somebody who lost their way in",
        description="By the printed recovery key: a new passphrase for the same keys. By the escrow's shares: every tip"
        " that does not concern them is opened to this officer, too.",
    )
    back.add_argument("userid", metavar="USERID")
    back.add_argument("--by", choices=("key", "shares"), default="key", help="(default: key)")
    back.add_argument("--secrets", type=Path, metavar="FILE", help="read the key or the shares, one a line, from here")
    _passphrase_argument(back)
    actions.add_parser("status", help="who has a key, and how many tips there are")


def _passphrase_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="read the passphrase from here")


def run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    act: dict[str, Callable[[Tx, argparse.Namespace, Settings], Awaitable[list[str]]]] = {
        "init": _init,
        "add-officer": _add,
        "recover": _recover,
        "status": _status,
    }
    print("\n".join(asyncio.run(_within(act[args.action], args, settings))))
    return 0


async def _within(
    act: Callable[[Tx, argparse.Namespace, Settings], Awaitable[list[str]]],
    args: argparse.Namespace,
    settings: Settings,
) -> list[str]:
    try:
        async with open_database(settings) as engine, engine.begin() as tx:
            return await act(tx, args, settings)
    except CannotSetUp as no:
        raise Fault(said(_REASONS[no.reason], settings.language)) from None
    except Broken:
        raise Fault(said(_BROKEN, settings.language)) from None


async def _init(tx: Tx, args: argparse.Namespace, settings: Settings) -> list[str]:
    at, language = await db.now(tx) + settings.clock_shift, settings.language
    phrases = await setup.init(tx, at, threshold=args.threshold, shares=args.shares)
    lines = [
        said(_("The vault has its key. Any {count} of these shares open it; they are shown this once."), language,
             count=args.threshold),
        said(_("Please write each on paper and give it to another person. None of them is kept here."), language),
    ]  # fmt: skip
    for place, phrase in enumerate(phrases, start=1):
        lines += ["", said(_("Share {place} of {all}:"), language, place=place, all=args.shares), f"    {phrase}"]
    return [*lines, "", said(_("Next: loop153 vault add-officer USERID"), language)]


async def _add(tx: Tx, args: argparse.Namespace, settings: Settings) -> list[str]:
    at, language = await db.now(tx) + settings.clock_shift, settings.language
    userid = await setup.invite(tx, args.userid, args.kind, at)
    if args.invite:
        return [said(_("{userid} may choose a passphrase at the first vault login now."), language, userid=userid)]
    new = await setup.choose(tx, userid, _passphrase(args, language), at)
    return [
        said(_("{userid} has a key to the vault as {kind}."), language, userid=userid,
             kind=said(_KINDS[args.kind], language)),
        *_recovery(new.recovery, language),
    ]  # fmt: skip


async def _recover(tx: Tx, args: argparse.Namespace, settings: Settings) -> list[str]:
    at, language = await db.now(tx) + settings.clock_shift, settings.language
    if args.by == "key":
        printed = " ".join(_secrets(args, said(_("Recovery key: "), language), 1))
        new = await setup.renew(tx, args.userid, printed, _passphrase(args, language), at)
        done = said(_("{userid} has a new passphrase; the old recovery key does not work any more."), language,
                    userid=args.userid)  # fmt: skip
        return [done, *_recovery(new.recovery, language)]
    needed = (await setup.status(tx)).threshold
    phrases = _secrets(args, said(_("Share: "), language), needed)
    opened, left_out = await setup.recover(tx, phrases, args.userid, at)
    sentence = _("{opened} tips are open to {userid} now; {left_out} concern them and stay closed.")
    return [said(sentence, language, opened=opened, userid=args.userid, left_out=left_out)]


async def _status(tx: Tx, args: argparse.Namespace, settings: Settings) -> list[str]:
    found, language = await setup.status(tx), settings.language
    if not found.shares:
        return [said(_REASONS["not_made"], language)]
    ready = _("The vault is ready: tips are taken.") if found.ready else _("No officer has a key: no tip is taken.")
    needed = _("{count} of {all} shares open it.")
    lines = [said(ready, language), said(needed, language, count=found.threshold, all=found.shares)]
    for userid, kind, chosen in found.officers:
        waiting = "" if chosen else f"  ({said(_PENDING, language)})"
        lines.append(f"    {userid}  {said(_KINDS[kind], language)}{waiting}")
    lines += [f"    {said(_STATUS[name], language)}: {count}" for name, count in found.tips.items()]
    return lines


def _recovery(printed: str, language: str) -> list[str]:
    note = _("Recovery key, shown this once. Please print it and keep it away from this machine:")
    return [said(note, language), f"    {printed}"]


def _passphrase(args: argparse.Namespace, language: str) -> str:
    """From the file that was named, else typed twice; never from the command line, which other users can read."""
    if args.passphrase_file:
        return _lines(args.passphrase_file)[0]
    if not sys.stdin.isatty():
        raise Fault(
            said(_("There is no terminal to ask for a passphrase: use --passphrase-file or --invite."), language)
        )
    typed = getpass.getpass(said(_("Passphrase: "), language))
    if getpass.getpass(said(_("Once more: "), language)) != typed:
        raise Fault(said(_("The two are not the same. Nothing was changed."), language))
    return typed


def _secrets(args: argparse.Namespace, prompt: str, count: int) -> list[str]:
    if args.secrets:
        return _lines(args.secrets)[:count]
    return [getpass.getpass(prompt) for _one in range(count)]


def _lines(file: Path) -> list[str]:
    try:
        found = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as fault:
        raise Fault(f"Cannot read {file}: {type(fault).__name__}.") from None
    if not found:
        raise Fault(f"{file} is empty.")
    return found

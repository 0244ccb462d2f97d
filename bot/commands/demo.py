"""`loop153 demo`: the whole thing on this machine: sample data, a WeCom cloud of its own, phones in the browser."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import socket
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot import log
from bot.clock import Clock
from bot.commands.serve import serving, stop_signal
from bot.demo_world import faces, sample_directory, sample_keys, sample_papers
from bot.office import furnished, open_database, open_objects
from bot.sandbox.directory import Corp, Member
from bot.sandbox.outside import TelegramPhone, WechatPhone
from bot.sandbox.sandbox import start_sandbox
from bot.sandbox.telegram import TelegramCloud
from bot.sandbox.wechat import Account, WechatCloud
from bot.settings import Settings
from bot.texts import _, said
from bot.wecom.door import WecomDoor
from bot.work.roll_call import sync_menu

HELP = "open the demo: sample data, a WeCom of its own, phones in the browser"

BOT_PORT, PHONES_PORT = 8153, 8154


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fresh", action="store_true", help="begin anew: throw away what earlier demos left")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")


def run(args: argparse.Namespace) -> int:
    log.set_up(logging.WARNING)
    asyncio.run(_demo(Settings.load(), fresh=args.fresh, browser=not args.no_browser))
    return 0


async def _demo(given: Settings, *, fresh: bool, browser: bool) -> None:
    """Only the folder and the language are taken from the settings: a demo never touches a real database or app."""
    stop, folder = stop_signal(), given.data_dir / "demo"
    if fresh:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    if not folder.exists():
        print(
            said(
                _("Preparing two thousand shops and eight weeks of work; only the first time, half a minute."),
                given.language,
            ),
            flush=True,
        )
    corp, port = Corp.fresh(), free_port(BOT_PORT)
    first = Settings(environment="development", data_dir=folder, locale=given.locale, sending_hours="always")
    clock = DemoClock(folder / "clock")
    async with open_database(first) as engine:
        directory = await sample_directory(engine, open_objects(first))
        keys = await sample_keys(engine, clock.now())
        callback = f"http://127.0.0.1:{port}/wecom/callback"
        wechat = WechatCloud(Account.fresh(), f"http://127.0.0.1:{port}/wechat/callback")
        telegram = TelegramCloud("153000:demo")
        outside = (WechatPhone(wechat), TelegramPhone(telegram))
        sandbox = await start_sandbox(corp, directory, clock, callback, free_port(PHONES_PORT), outside=outside)
        try:
            settings = demo_settings(first, corp, sandbox.url, port)
            settings = settings.model_copy(update=outside_settings(wechat.account, telegram.token, sandbox.url))
            async with furnished(settings, engine, clock.office) as office, serving(office):
                await sample_papers(engine, office.objects, clock.now())
                door = office.doors["wecom"]
                assert isinstance(door, WecomDoor)
                await sync_menu(office, door)
                shown = banner(sandbox.url, faces(directory), given.language)
                print(shown + tip_banner(f"http://127.0.0.1:{port}", keys, given.language), flush=True)
                if browser:
                    _open(sandbox.url)
                await stop.wait()
        finally:
            await sandbox.stop()
    print(said(_("The demo has stopped. What was done in it is kept."), given.language))


def demo_settings(first: Settings, corp: Corp, cloud: str, port: int) -> Settings:
    """The settings an administrator would copy out of the sandbox's console."""
    return first.model_copy(
        update={
            "listen": f"127.0.0.1:{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "wecom_corp_id": corp.corp_id,
            "wecom_agent_id": corp.agent_id,
            "wecom_secret": SecretStr(corp.secret),
            "wecom_contacts_secret": SecretStr(corp.contacts_secret),
            "wecom_token": SecretStr(corp.token),
            "wecom_aes_key": SecretStr(corp.aes_key),
            "wecom_api_base": cloud,
            "wecom_oauth_base": cloud,
        }
    )


def outside_settings(account: Account, bot: str, cloud: str) -> dict[str, object]:
    """The same for the doors of people outside: a tipster's WeChat and Telegram."""
    return {
        "wechat_app_id": account.app_id,
        "wechat_secret": SecretStr(account.secret),
        "wechat_token": SecretStr(account.token),
        "wechat_aes_key": SecretStr(account.aes_key),
        "wechat_api_base": cloud + WechatPhone.path,
        "telegram_token": SecretStr(bot),
        "telegram_api_base": cloud + TelegramPhone.path,
        "telegram_mode": "polling",
    }


class DemoClock:
    """The office's clock in the sandbox's hands. It stays moved from one demo to the next, as the data does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            ahead = float(file.read_text())
        except (OSError, ValueError):
            ahead = 0.0
        self.office = Clock(timedelta(seconds=ahead))

    def now(self) -> datetime:
        return self.office.now()

    async def shift(self, delta: timedelta) -> None:
        self.office.shift += delta
        self._file.write_text(str(self.office.shift.total_seconds()))


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or any free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def banner(phones: str, people: Sequence[Member], language: str) -> str:
    """What the terminal shows: where to look, who is who, how to stop."""
    lines = ["", said(_("loop153 is open. The phones are at:"), language), f"    {phones}", ""]
    lines.append(said(_("Pick a phone, tap 上报 in the menu, and watch who hears of it:"), language))
    lines += [f"    {one.name}  {one.role if language == 'zh' else one.role_en}  ({one.userid})" for one in people]
    lines += ["", said(_("The clock on the page moves time forward. Ctrl-C stops the demo."), language), ""]
    return "\n".join(lines)


def tip_banner(address: str, keys: Mapping[str, str], language: str) -> str:
    """The tip line and the console in it: where a tip is filed, and with which passphrases it is read."""
    lines = [
        "",
        said(_("Anonymous tips, in any browser, or on the phones 微信 and Telegram of somebody outside:"), language),
    ]
    lines += [f"    {address}/tip", ""]
    lines.append(
        said(_("To read them: say 控制台 on one of these phones, tap the link, and open the vault with:"), language)
    )
    lines += [f"    {userid}: {passphrase}" for userid, passphrase in keys.items()]
    return "\n".join([*lines, ""])


def _open(url: str) -> None:
    """Show the phones where there is a screen; a browser inside the terminal would only be in the way."""
    if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)

"""The words that people say to the bot itself, in both languages at any time (DESIGN §6)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORDS = {
    "report": "上报 我要上报 report",
    "tip": "举报 匿名举报 tip",
    "tasks": "待办 我的待办 tasks todo",
    "mine": "我的 我的上报 mine",
    "find": "查 查询 查找 find search",
    "ledger": "台账 线索台账 线索清单 ledger",
    "problems": "问题台账 问题清单 problems",
    "warnings": "预警 预警台账 warnings",
    "nudge": "催办 nudge",
    "instruct": "批示 instruct",
    "documents": "文件 documents",
    "announcements": "公告 announcements",
    "read": "已阅 read",
    "console": "控制台 console",
    "figures": "报表 领导报表 figures",
    "help": "帮助 help start 菜单 menu",
    "back": "上一步 返回 back",
    "skip": "跳过 略过 skip",
    "edit": "修改 edit",
    "cancel": "取消 cancel",
    "submit": "提交 submit",
    "done": "完成 好了 发完了 done",
    "chinese": "中文 汉语 chinese",
    "english": "英文 英语 english",
}
_COMMANDS = {word: command for command, words in _WORDS.items() for word in words.split()}

_DEEDS = {
    "receive": "签收 receive",
    "feedback": "反馈 feedback",
    "note": "进展 note",
    "rectified": "整改完成 rectified",
    "decline": "退回派遣 decline",
    "reassign": "转办 改派 reassign",
    "extend": "申请延期 延期 extend",
    "verify": "核定 verify",
    "verify_closed": "核定销号",
    "rule_unfounded": "查无实据 unfounded",
    "return": "退回重查 退回 return",
    "confirm": "复核销号 复核 confirm",
    "grant": "同意 grant",
    "deny": "不同意 deny",
    "suspend": "挂账 suspend",
    "resume": "恢复办理 恢复 resume",
    "nudge": "催办 nudge",
    "instruct": "批示 instruct",
    "reply": "回复批示 回复 reply",
    "pass": "抽评合格 合格 pass",
    "fail": "抽评不合格 不合格 fail",
    "accept": "立案转办 立案 accept",
    "merge": "并案 merge",
    "review": "复盘 review",
    "file": "档案 案卷 file",
}
"""Verbs that can be said with a number: everything a card offers works in words, too."""
_VERBS = {word: verb for verb, words in _DEEDS.items() for word in words.split()}
_BARE = ("nudge", "instruct")
"""Verbs after which plain digits are a problem's number; after others they may be part of a sentence."""

NAVIGATION = frozenset({"help", "back", "skip", "edit", "done", "submit"})
"""Words that a prompt itself names and that lose nothing: they work even where free text is awaited."""

_NUMBER = re.compile(r"(xs|wt)-?(?:(\d{4})-?)?(\d{1,6})")
_DIGITS = re.compile(r"\d{1,6}")
_BETWEEN = re.compile(r"[\s,、，]+")
_NUMBERS = re.compile(rf"\d{{1,3}}(?:{_BETWEEN.pattern}\d{{1,3}})*")
# "查到一批假烟" is a sentence of a report, "查张三超市" is a search.
_SEARCH = re.compile(r"(?:查询|查找|查)(?![到获处出实明封扣验看])(\S{2,15})")
_DEED = re.compile(
    rf"({'|'.join(sorted(_VERBS, key=len, reverse=True))})\s*"
    r"((?:xs|wt)-?(?:\d{4}-?)?\d{1,6}|\d{1,6})(?!\d)[\s:：,，]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING = "。.!！?？~～,，;；、"


@dataclass(frozen=True, slots=True)
class Command:
    """A recognised word and what follows it: "find" with "Wang", "edit" with "3", "open" with an entry's number. With a
    `number` it is a verb on that entry, and `rest` its text as it was typed."""

    name: str
    rest: str = ""
    number: str = ""


def plain(text: str) -> str:
    """As it is compared: full-width folded, lower case, one space between words, no punctuation at the end."""
    return _trimmed(text).lower()


def _trimmed(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    return folded.rstrip(_TRAILING + " ").removeprefix("/")


def command(text: str) -> Command | None:
    """The command that the whole text is, or begins with before a space."""
    heard = plain(text)
    if heard in _COMMANDS:
        return Command(_COMMANDS[heard])
    number = entry_number(heard)
    if number:
        return Command("open", number)
    if said := deed(text):
        return said
    head, _, rest = heard.partition(" ")
    name = _COMMANDS.get(head)
    if name == "edit" and _DIGITS.fullmatch(rest):
        return Command(name, rest)
    if name in ("find", "documents") and rest:
        return Command(name, _trimmed(text).partition(" ")[2])  # names keep their capitals
    if name == "read" and _DIGITS.fullmatch(rest):
        return Command(name, rest)
    if heard.startswith("start "):  # how Telegram opens a chat from a link
        return Command("help")
    close = re.fullmatch(r"修改\s*(\d{1,3})", heard)
    return Command("edit", close.group(1)) if close else None


def deed(text: str) -> Command | None:
    """A verb with the number of an entry, and perhaps a text: "催办 WT-2026-000012", "批示 12 请本周内办结"."""
    said = _DEED.fullmatch(" ".join(text.split()).removeprefix("/"))
    if said is None:
        return None
    verb, number = _VERBS[said[1].lower()], plain(said[2])
    if number.isdigit() and (verb not in _BARE or text.split()[0].lower() not in _VERBS):
        return None
    return Command(verb, said[3].strip(), entry_number(f"wt{number}" if number.isdigit() else number) or "")


def loose(text: str) -> Command | None:
    """What only counts while no form is open: a search without a space, and the last digits of a number."""
    heard = plain(text)
    search = _SEARCH.fullmatch(heard)
    if search:
        return Command("find", search.group(1))
    return Command("open", heard) if _DIGITS.fullmatch(heard) else None


def entry_number(text: str) -> str | None:
    """ "XS-2026-000017" of "xs-2026-000017", "17" of "xs17" (the newest year's); None for anything else."""
    found = _NUMBER.fullmatch(plain(text))
    if not found:
        return None
    ledger, year, digits = found.groups()
    if year:
        return f"{ledger.upper()}-{year}-{digits.zfill(6)}"
    return digits if ledger == "xs" else f"{ledger.upper()}-{digits}"


def typed_numbers(text: str) -> tuple[int, ...]:
    """The numbers of a choice: "2", "２。", "1 3", "1、3"; empty for anything else."""
    heard = plain(text)
    return tuple(map(int, _BETWEEN.split(heard))) if _NUMBERS.fullmatch(heard) else ()

"""The note that lies in every case file: what it is and how to check it, in both languages."""

from __future__ import annotations

from store.casefiles.casefile import CaseFile

_ZH = """\
档案 {number}

这是一份从两本台账中导出的完整档案。内容：
  case.pdf            全部经过，按时间顺序，附照片缩略图
  handling-form.pdf   内管信息处理单
  case.json           同样的内容，供程序读取
  lines.jsonl         台账记录原文，每行一条；每条的哈希值涵盖本条内容和上一条的哈希值
  evidence/           照片和录音原件，文件名就是原件的 SHA-256
  manifest.json       每个文件的 SHA-256 和大小，以及每条记录链的末端
{left_out_zh}
怎样核验：
  loop153 case verify 本文件.zip
不需要数据库，也不需要联网。逐项说明哪些相符；如有改动，会指出是哪个文件、哪一条。

手工核验：记录的 hash 等于该行 JSON 去掉 hash 一项后（键排序、无空格、UTF-8）的 SHA-256；
prev_hash 等于同一编号上一条的 hash，第一条的 prev_hash 是 64 个 0。

核验能证明档案内部完整一致。要证明整份档案没有被重新制作，请把下面的链末端与台账
（loop153 ledger export … --lines）或已签字的内管信息处理单上所印的值比对：
"""

_EN = """\
Case {number}

This is a complete case as it stands in the two ledgers. In it:
  case.pdf            everything in the order of time, with small photos
  handling-form.pdf   the supervision handling form
  case.json           the same for programs
  lines.jsonl         the ledger lines themselves, one a row; each hash covers the line and the hash before it
  evidence/           the original photos and recordings, each named by its SHA-256
  manifest.json       SHA-256 and size of every file, and the end of every chain
{left_out_en}
To check it:
  loop153 case verify THIS-FILE.zip
No database and no network are needed. It says what holds, and which file or line was changed if one was.

By hand: the hash of a line is the SHA-256 of its JSON without "hash" (keys sorted, no spaces, UTF-8); its prev_hash
is the hash of the line before it of the same number, 64 zeros for the first.

This proves that the file is whole in itself. To prove that nobody made all of it anew, compare the ends of the chains
with the ledger (loop153 ledger export ... --lines) or with the signed handling form, where they are printed:
"""


def readme(case: CaseFile) -> str:
    """Chinese first, then English, then the heads of the chains."""
    left_out = "、".join(case.content["left_out"])
    facts = {
        "number": case.number,
        "left_out_zh": f"不在导出人权限内、因而未附的线索：{left_out}\n" if left_out else "",
        "left_out_en": f"Clues left out because whoever took this file may not see them: {left_out}\n"
        if left_out
        else "",
    }
    heads = "".join(f"  {number}  {head['lines']:>4}  {head['hash']}\n" for number, head in case.heads.items())
    return _ZH.format_map(facts) + heads + "\n" + "-" * 100 + "\n\n" + _EN.format_map(facts) + heads

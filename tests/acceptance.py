"""The acceptance script as a paper to tick: `python -m tests.acceptance --update` draws `docs/acceptance.md` from the
rows of the console's guide (bot/console/running/guide.py)."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.console.running.guide import ROLES, STEPS
from bot.texts import said

PAPER = Path(__file__).parent.parent / "docs/acceptance.md"
_HEADS = {
    "en": (
        "Acceptance",
        "Start the demo with `make run`; its phones and the console are in the browser. Tick what you saw.",
    ),
    "zh": ("验收清单", "用 `make run` 启动演示，在浏览器里打开手机和控制台。看到预期结果后打勾。"),
}


def drawn() -> str:
    """The paper in both languages."""
    return "\n".join(line for language in ("en", "zh") for line in _part(language)).rstrip() + "\n"


def _part(language: str) -> list[str]:
    title, lead = _HEADS[language]
    lines = [f"# {title}", "", lead, ""]
    for key, (role, who) in ROLES.items():
        lines += [f"## {said(role, language)} ({said(who, language)})", ""]
        lines += [f"- [ ] {said(do, language)}\n  {said(see, language)}" for one, do, see in STEPS if one == key]
        lines.append("")
    return lines


if __name__ == "__main__" and "--update" in sys.argv:
    PAPER.write_text(drawn(), "utf-8")

"""The law of the two ledgers as people read it: docs/law.md, drawn from the tables of moves.

`python -m tests.diagrams` fails when the page is not what the tables say; `--update` draws it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from store.law.moves import Law, Move
from store.law.rules import LAWS, TARGETS
from store.law.standing import STANDINGS
from store.words import Ledger, Level, Person, Role

PAGE = Path(__file__).resolve().parents[1] / "docs" / "law.md"
_LANGUAGES = ("en", "zh")
_TITLES = {"en": "The law of the two ledgers", "zh": "两本台账的规则"}
_ABOUT = {
    "en": "Drawn from `store/law/clue_law.py` and `store/law/problem_law.py`: the service reads the same\n"
    "tables. A verb that has no row for a state is refused there, with a sentence that names what is possible\n"
    "instead.\n\n"
    "Arrows show what changes the state; what leaves it as it is stands in the table only.",
    "zh": "本页由 `store/law/clue_law.py` 和 `store/law/problem_law.py` 生成，系统运行用的是同一张表。\n"
    "表里没有的操作一律拒绝，并说明可以做什么。\n\n"
    "箭头是会改变状态的操作；不改变状态的操作只列在表中。",
}
_HEADS = {"en": "| verb | from | to | who | must give |", "zh": "| 操作 | 从 | 到 | 谁可以 | 需要提供 |"}
_SAME = {"en": "stays", "zh": "不变"}
_BEGIN = {"en": "new", "zh": "新建"}
_NEEDS = {
    "text_or_photo": ("text or photo", "文字或照片"),
    "text": ("text", "文字"),
    "merchant": ("shop, “unlicensed” or “unknown”", "商户，或“无证户”“不清楚”"),
    "place": ("a place when there is no licensed shop", "没有许可证商户时的位置"),
    "indicator": ("indicator", "指标"),
    "authority": ("authority", "移送单位"),
    "problem": ("problem number", "问题编号"),
    "opinion": ("opinion", "研判意见"),
    "severity": ("severity", "严重程度"),
    "scope": ("scope", "影响范围"),
    "department": ("department", "主办部门"),
    "assignee": ("assignee", "责任人"),
    "cause": ("cause", "原因"),
    "proof": ("photo or place when the indicator asks for it", "指标要求的照片或位置"),
    "measures": ("measures", "整改措施"),
    "photos": ("photo", "照片"),
    "days": ("working days", "工作日数"),
    "review_on": ("review date", "复查日期"),
    "photo_or_reason": ("photo, or why there is none", "照片，或没有照片的原因"),
    "rung": ("rung of the ladder", "预警级次"),
    "task": ("whose task", "原责任人"),
}


_OUTCOMES = ("answered", "unfounded", "transferred")


def main(update: bool) -> int:
    """0 when the page says what the tables say."""
    if update:
        PAGE.write_text(page(), "utf-8")
    if PAGE.exists() and PAGE.read_text("utf-8") == page():
        return 0
    print("docs/law.md is not what the tables say: python -m tests.diagrams --update", file=sys.stderr)
    return 1


def page() -> str:
    """The whole page, English first."""
    parts = [f"# {_TITLES['en']}", "[两本台账的规则（中文）](#两本台账的规则)"]
    for language in _LANGUAGES:
        parts += ["---", f"# {_TITLES['zh']}"] if language == "zh" else []
        parts.append(_ABOUT[language])
        for ledger, law in LAWS.items():
            parts += [f"## {_named(law, language, ledger)}", *_diagram(law, ledger, language), *_table(law, language)]
    return "\n\n".join(parts) + "\n"


def _named(law: Law, language: str, ledger: Ledger) -> str:
    name = law.name[language]
    return f"{name[:1].upper()}{name[1:]} ({ledger.prefix})" if language == "en" else f"{name}（{ledger.prefix}）"


def _diagram(law: Law, ledger: Ledger, language: str) -> Iterator[str]:
    """The states and what leads from one to another, as Mermaid."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{_state(law, name, language)}" as {name}' for name in law.states]
    edges: dict[tuple[str, str], list[str]] = {}
    for move in law.moves:
        for source in move.sources:
            for target in leads(ledger, law, move, source):
                if target != source:
                    edges.setdefault((source or "[*]", target), []).append(law.verbs[move.verb][language])
    separator = " / "
    lines += [f"    {a} --> {b}: {separator.join(dict.fromkeys(verbs))}" for (a, b), verbs in edges.items()]
    yield "\n".join([*lines, "```"])


def _table(law: Law, language: str) -> Iterator[str]:
    rows = [_HEADS[language], "|---|---|---|---|---|"]
    ledger = next(one for one, other in LAWS.items() if other is law)
    for move in law.moves:
        reached = dict.fromkeys(
            to for source in move.sources for to in leads(ledger, law, move, source) if to != source
        )
        stays = any(source in leads(ledger, law, move, source) for source in move.sources)
        to = [*(_state(law, name, language) for name in reached), *([_SAME[language]] if stays else [])]
        sources = (_state(law, one, language) if one else _BEGIN[language] for one in move.sources)
        needs = (_NEEDS[need][language == "zh"] for need in move.needs)
        who = (STANDINGS[one][language] for one in move.who)
        cells = (law.verbs[move.verb][language], *(_row(some, language) for some in (sources, to, who, needs)))
        rows.append(f"| {' | '.join(cells)} |")
    yield "\n".join(rows)


def leads(ledger: Ledger, law: Law, move: Move, source: str | None) -> list[str]:
    """Where a row may lead from a state: asked of the rule itself, whatever is given by whoever may."""
    if move.target not in TARGETS:
        return [move.target]
    back = [one.sources for one in law.moves if source in (one.target, {"suspending": "suspended"}.get(one.target))]
    came_from = dict.fromkeys(name for sources in back for name in sources if name) or {"": None}
    found: dict[str, None] = {}
    truths = (False, True)
    for level, internal, has_head, code, last in product(Level, truths, truths, (None, "W20201"), came_from):
        for main, asked, linked, outcome in product(truths, ("suspend", "extend"), ("accepted", "merged"), _OUTCOMES):
            given = {"internal": internal, "has_head": has_head, "indicator": code, "came_from": last, "linked": linked}
            given |= {"main_received": main, "asked": asked, "outcome": outcome}
            found[TARGETS[move.target](source or "", _somebody(level), given)] = None
    return sorted(found, key=list(law.states).index)


def _somebody(level: Level) -> Person:
    return Person("x", "x", Role.FIELD_STAFF, "x", None, "x", level)


def _state(law: Law, name: str, language: str) -> str:
    return getattr(law.states[name], language)  # type: ignore[no-any-return]


def _row(words: Iterator[str] | list[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(words) or "–"


if __name__ == "__main__":
    sys.exit(main("--update" in sys.argv[1:]))

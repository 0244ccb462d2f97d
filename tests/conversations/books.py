"""A handful of shops, indicators, colleagues and clues that answer the lookups of a dialogue under test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from store.law.rules import LAWS
from store.words import Found, Item, Json, Ledger, Lookup, ledger_of

Facts = frozenset[str]

SHOPS = (
    Item("411421100001", "惠民超市", "王桂兰 · 人民路 12 号"),
    Item("411421100002", "惠民烟酒店", "李建国 · 府前街 3 号"),
    Item("411421100003", "好又多便利店", "赵丽 · 人民路 40 号"),
    Item("411421100004", "老街副食", "孙强 · 老街 7 号"),
)
DISTANCES = ("30 m", "120 m", "260 m", "400 m")

TREE: Mapping[str | None, tuple[tuple[str, bool], ...]] = {
    None: (("W", False), ("N", False)),
    "W": (("W102", False),),
    "W102": (("W10201", True), ("W10202", True)),
    "N": (("N20101", True),),
}
NAMES = {
    "W": ("外部管控", "External control"),
    "N": ("内部监督", "Internal supervision"),
    "W102": ("进货渠道违法", "Illegal supply channel"),
    "W10201": ("未在当地烟草专卖批发企业进货", "Buying outside the local wholesaler"),
    "W10202": ("经营非本店喷码卷烟（串码烟）", "Holding packs coded to another retailer"),
    "N20101": ("替商户代订货", "Ordering in a merchant's name"),
}
WORDS = {"W10201": "渠道 外购 wholesaler", "W10202": "串码 别人家的码 code coded", "N20101": "代订 ordering"}

COLLEAGUES = (
    Item("zhou.wei", "周伟", "梁园区局营销部", {"department": "marketing"}),
    Item("zhou.min", "周敏", "睢阳区局物流部", {"department": "logistics"}),
    Item("ma.chao", "马超", "梁园区局专卖科", {"department": "enforcement"}),
    Item("lin.hai", "林海", "梁园区局专卖科", {"department": "enforcement"}),
)

CLUE = "XS-2026-000017"
PROBLEMS = tuple(f"WT-2026-{number:06}" for number in (12, 13))
CLUES = tuple(f"XS-2026-{number:06}" for number in range(17, 29))


def answer(lookup: Lookup, verbs: tuple[str, ...] = (), facts: Facts = frozenset()) -> Found:
    """What the books say. `verbs` may be used on every entry; `facts` are what is true of it: known (a report looks
    like one that is there), proof (is asked for), escalate, merge (is suggested), problem (it became one), file (it is
    for the asker), others (two others have tasks), far (from where the proof was sent)."""
    items, total = KINDS[lookup.kind](dict(lookup.query), lookup.language, verbs, facts)
    return Found(lookup, tuple(items), total)


Query = Mapping[str, Json]
Page = tuple[list[Item], int]


def _merchant(query: Query, _language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    words = str(query.get("words", ""))
    if not words and not query.get("place"):
        return [], 0  # no code was read off the photos
    found = [shop for shop in SHOPS if words in f"{shop.label} {shop.detail} {shop.value}"]
    if query.get("place"):
        near = dict(zip((shop.value for shop in SHOPS), DISTANCES, strict=True))
        found = [Item(shop.value, shop.label, f"{shop.detail} · {near[shop.value]}") for shop in found]
    return found, len(found)


def _indicator(query: Query, language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    if "parent" in query:
        found = [_node(code, leaf, language) for code, leaf in TREE.get(query["parent"], ())]
    elif "code" in query:
        found = [_node(code, True, language) for code in WORDS if code == query["code"]]
    else:
        words = str(query["words"])
        found = [
            _node(code, True, language)
            for code, known in WORDS.items()
            if words == code or any(word in words for word in known.split())
        ]
    return found, len(found)


def _node(code: str, leaf: bool, language: str) -> Item:
    return Item(code, f"{code} {NAMES[code][language == 'en']}", "", {"code": code, "leaf": leaf})


def _colleague(query: Query, _language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    found = [one for one in COLLEAGUES if str(query.get("words", "")) in f"{one.label} {one.value}"]
    if "department" in query:
        wanted = query["department"]
        found = [one for one in found if one.data["department"] in ([wanted] if isinstance(wanted, str) else wanted)]
    if "tasks" in query:
        found = found[:2]
    return found, len(found)


def _unit(_query: Query, _language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    return [Item("411402", "梁园区局")], 1


def _duplicates(_query: Query, language: str, _verbs: tuple[str, ...], facts: Facts) -> Page:
    label = f"{CLUE} · 同一商户，3 天前" if language == "zh" else f"{CLUE} · same shop, 3 days ago"
    return ([Item(CLUE, label)], 1) if "known" in facts else ([], 0)


def _entry(query: Query, language: str, verbs: tuple[str, ...], facts: Facts) -> Page:
    number = str(query["number"]).upper()
    known = (*CLUES, *PROBLEMS)
    full = next((one for one in known if one == number or one.endswith(f"-{number.zfill(6)}")), None)
    if full is None:
        return [], 0
    ledger = ledger_of(full)
    names = LAWS[ledger].verbs
    labels = [{"verb": verb, "label": names[verb][language]} for verb in verbs if verb in names]
    text = "烟柜里有两条别人家的串码烟" if language == "zh" else "two cartons coded to another shop"
    state = {"zh": "排查中", "en": "being investigated"}[language] if ledger is Ledger.PROBLEM else ""
    head = f"{full}{state and f' {state}'} · 惠民超市"
    data: dict[str, Json] = {"ledger": ledger.value, "text": text, "verbs": labels}
    if ledger is Ledger.PROBLEM:
        mine = {"part": "main", "department": "marketing", "mine": "others" not in facts, "movable": True}
        data |= {"needs_photo": "proof" in facts, "tasks": [mine, mine] if "others" in facts else [mine]}
    else:
        data |= {"defaults": {"department": "enforcement", "due_on": "2026-11-27", "severity": 4}}
        escalate = {"zh": "严重程度 4 级以上", "en": "severity 4 or above"}[language] if "escalate" in facts else ""
        data |= {"suggest": {"escalate": escalate, "merge": list(PROBLEMS[:1]) if "merge" in facts else []}}
        data |= {"problem": PROBLEMS[0]} if "problem" in facts else {}
    odd = {"zh": "⚠ 佐证位置距商户 900 米。", "en": "⚠ The proof was sent 900 m away from the shop."}
    data |= {"file": "file" in facts, "remarks": [odd[language]] if "far" in facts else []}
    return [Item(full, head, f"{head}\n{text}", data)], 1


def _case_file(query: Query, _language: str, _verbs: tuple[str, ...], facts: Facts) -> Page:
    path = f"/case/{query['number']}.zip?token=x.y"
    return ([Item(path, "", data={"minutes": 30})], 1) if "file" in facts else ([], 0)


PAPERS = {
    "3": ("卷烟零售市场检查办法", "检查零售户须两人以上，出示检查证，全程记录。"),
    "7": ("真烟外流处置规程", "发现外流卷烟，先核喷码，再查订单，三日内反馈来源。"),
}


def _documents(query: Query, language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    about = "制度 · 11月20日 09:30" if language == "zh" else "Rule · 20 Nov, 09:30"
    words = str(query.get("words") or "")
    found = [Item(key, title, about) for key, (title, text) in PAPERS.items() if words in title + text]
    return found, len(found)


def _document(query: Query, language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    if query["number"] not in PAPERS:
        return [], 0
    title, text = PAPERS[str(query["number"])]
    about = "制度 · 11月20日 09:30" if language == "zh" else "Rule · 20 Nov, 09:30"
    data = {"about": about, "path": f"/console/sharing/documents/{query['number']}"}
    return [Item(str(query["number"]), title, text, data)], 1


def _announcements(_query: Query, language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    return [Item("5", "双节市场检查安排", "未读" if language == "zh" else "not read yet")], 1


def _announcement(query: Query, _language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    if query["number"] != "5":
        return [], 0
    data = {"about": "何川 · 11月20日 09:30", "path": "/console/sharing/announcements/5"}
    return [Item("5", "双节市场检查安排", "十二月起每周两次联合检查。", data)], 1


VERBS = ("classify", "answer", "ask_info", "supply", "append", "escalate", "archive", "accept", "merge")
PROBLEM_VERBS = tuple(verb for verb in LAWS[Ledger.PROBLEM].verbs if verb not in ("open", "warn", "hand_over"))


def _workday(query: Query, _language: str, _verbs: tuple[str, ...], _facts: Facts) -> Page:
    """Weekends are free, and nothing else."""
    day, left = date(2026, 11, 22), int(query.get("days", 1))
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return [Item(day.isoformat(), day.isoformat())], 1


def _warnings(query: Query, language: str, verbs: tuple[str, ...], facts: Facts) -> Page:
    if "by" in query:
        return [Item("zhou.wei", "周伟", "3")], 1
    if "group" in query:
        return _listed(query, language, verbs or ("nudge",), facts)
    names = {"near": ("临期", "due soon"), "overdue": ("超期", "overdue"), "stuck": ("停滞", "stuck")}
    return [Item(name, texts[language == "en"], "2") for name, texts in names.items()], 3


def _listed(query: Query, _language: str, verbs: tuple[str, ...], _facts: Facts) -> Page:
    if query.get("words") == "没有这个":
        return [], 0
    page = int(query.get("page", 0))
    shown = (*PROBLEMS, *CLUES) if "receive" in verbs or "nudge" in verbs else CLUES if verbs else ()
    return [Item(number, f"{number} · 惠民超市") for number in shown[page * 8 : page * 8 + 8]], len(shown)


def _ledger(query: Query, language: str, verbs: tuple[str, ...], facts: Facts) -> Page:
    if "state" in query:
        return _listed(query, language, verbs or ("append",), facts)
    if query.get("ledger") == Ledger.PROBLEM:
        return [Item("investigating", "排查中" if language == "zh" else "being investigated", "3")], 1
    names = ("待部门归类", "待县局内管研判") if language == "zh" else ("with the head", "with the county")
    counts = zip(("head_review", "county_review"), names, ("2", "10"), strict=True)
    return [Item(state, name, count) for state, name, count in counts], 2


KINDS = {
    "merchant": _merchant,
    "indicator": _indicator,
    "colleague": _colleague,
    "unit": _unit,
    "duplicates": _duplicates,
    "entry": _entry,
    "tasks": _listed,
    "mine": _listed,
    "find": _listed,
    "ledger": _ledger,
    "workday": _workday,
    "warnings": _warnings,
    "case_file": _case_file,
    "documents": _documents,
    "document": _document,
    "announcements": _announcements,
    "announcement": _announcement,
}

"""A handful of shops, indicators, colleagues and clues that answer the lookups of a dialogue under test."""

from __future__ import annotations

from collections.abc import Mapping

from store.words import Found, Item, Json, Lookup

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

COLLEAGUES = (Item("zhou.wei", "周伟", "梁园区局营销部"), Item("zhou.min", "周敏", "睢阳区局物流部"))

CLUE = "XS-2026-000017"
CLUES = tuple(f"XS-2026-{number:06}" for number in range(17, 29))


def answer(lookup: Lookup, verbs: tuple[str, ...] = (), known: bool = False) -> Found:
    """What the books say. `verbs` may be used on every clue; `known`: a report looks like one that is there."""
    items, total = KINDS[lookup.kind](dict(lookup.query), lookup.language, verbs, known)
    return Found(lookup, tuple(items), total)


Query = Mapping[str, Json]
Page = tuple[list[Item], int]


def _merchant(query: Query, _language: str, _verbs: tuple[str, ...], _known: bool) -> Page:
    words = str(query.get("words", ""))
    found = [shop for shop in SHOPS if words in f"{shop.label} {shop.detail} {shop.value}"]
    if query.get("place"):
        near = dict(zip((shop.value for shop in SHOPS), DISTANCES, strict=True))
        found = [Item(shop.value, shop.label, f"{shop.detail} · {near[shop.value]}") for shop in found]
    return found, len(found)


def _indicator(query: Query, language: str, _verbs: tuple[str, ...], _known: bool) -> Page:
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


def _colleague(query: Query, _language: str, _verbs: tuple[str, ...], _known: bool) -> Page:
    found = [one for one in COLLEAGUES if str(query.get("words", "")) in f"{one.label} {one.value}"]
    return found, len(found)


def _unit(_query: Query, _language: str, _verbs: tuple[str, ...], _known: bool) -> Page:
    return [Item("411402", "梁园区局")], 1


def _duplicates(_query: Query, language: str, _verbs: tuple[str, ...], known: bool) -> Page:
    label = f"{CLUE} · 同一商户，3 天前" if language == "zh" else f"{CLUE} · same shop, 3 days ago"
    return ([Item(CLUE, label)], 1) if known else ([], 0)


def _entry(query: Query, language: str, verbs: tuple[str, ...], _known: bool) -> Page:
    number = str(query["number"]).upper()
    full = next((clue for clue in CLUES if clue == number or clue.endswith(f"-{number.zfill(6)}")), None)
    if full is None:
        return [], 0
    text = "烟柜里有两条别人家的串码烟" if language == "zh" else "two cartons coded to another shop"
    labels = [{"verb": verb, "label": {"zh": VERBS[verb], "en": verb.replace("_", " ")}} for verb in verbs]
    body = f"{full} · 惠民超市\n{text}"
    return [Item(full, full, body, {"ledger": "clue", "text": text, "verbs": labels})], 1


VERBS = {
    "classify": "归类转报",
    "answer": "直接回复",
    "ask_info": "要求补充",
    "supply": "补充",
    "append": "追加",
    "escalate": "上报市局",
    "archive": "归档",
}


def _listed(query: Query, _language: str, verbs: tuple[str, ...], _known: bool) -> Page:
    if query.get("words") == "没有这个":
        return [], 0
    page = int(query.get("page", 0))
    shown = CLUES if verbs else ()
    return [Item(number, f"{number} · 惠民超市") for number in shown[page * 8 : page * 8 + 8]], len(shown)


def _ledger(query: Query, language: str, verbs: tuple[str, ...], known: bool) -> Page:
    if "state" in query:
        return _listed(query, language, verbs or ("append",), known)
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
}

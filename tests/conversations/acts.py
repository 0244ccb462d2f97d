"""Everything that may come in, for hypothesis: words, taps, photos, places, pages, and time that passes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from conversations.turn import Dialogue
from store.words import (
    Ask,
    Choice,
    Datum,
    File,
    FileKind,
    Found,
    Item,
    Ledger,
    Lookup,
    Place,
    Refused,
    Settled,
    Sheet,
    Silence,
    Text,
)
from tests.conversations import books
from tests.conversations.play import Stage

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_COMMANDS = "上报 举报 待办 我的 查 台账 催办 帮助 上一步 跳过 修改 取消 提交 完成 English 中文 report back skip done"
_ANSWERS = "1 2 3 ４ 9 17 惠民 串码 代订 周 不确定 刚刚 明天 昨天 是 否 两条串码烟 XS-2026-000017 xs17 cancel"
_ODD = ["修改 2", "edit 1", "查 惠民", "1 2", "34.4147, 115.6561", "", " ", "。", "{n}", "/start x", "|", "12 条"]
WORDS = st.one_of(
    st.sampled_from(_COMMANDS.split()), st.sampled_from(_ANSWERS.split()), st.sampled_from(_ODD), st.text(max_size=30)
)
FILES = st.builds(
    File,
    st.sampled_from([f"p{n}" for n in range(12)]),
    st.sampled_from(FileKind),
    st.just("media"),
    name=st.sampled_from([None, "a.JPG", "b.pdf"]),
    album=st.sampled_from([None, "a1"]),
    note=st.sampled_from(["", "柜台下面"]),
)
PLACES = st.builds(
    Place,
    st.floats(-91, 91) | st.just(float("nan")),
    st.floats(-181, 181),
    st.sampled_from(Datum),
    label=st.sampled_from(["", "人民路"]),
    automatic=st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["photos", "place", "merchant", "indicator", "text", "observed_at", "special", "accused", "zz"])
SHEETS = st.builds(Sheet, st.dictionaries(NAMES, JSON, max_size=5))
_TOKENS = ["m|report", "m|tasks", "m|zz", "e|XS-2026-000017", "p|next", "p|list", "p|home", "p|state|zz", "q|a|b|c"]
_VERBS = [f"v|XS-2026-000018|{verb}" for verb in (*books.VERBS, "zz")]
TAPS = st.builds(Choice, st.sampled_from([*_TOKENS, *_VERBS]) | st.text(max_size=20))
OPTIONS = st.integers(0, 12)  # the option of that number among the last ones
WAITS = st.sampled_from([timedelta(minutes=31), timedelta(days=3)])
SILENCES = st.builds(Silence, st.sampled_from(["", "link"]))
ACTS = st.one_of(WORDS, WORDS, OPTIONS, OPTIONS, TAPS, FILES, PLACES, SHEETS, SILENCES, WAITS)

LOOKUPS = st.builds(Lookup, st.sampled_from(sorted(books.KINDS)), st.just({}), st.just("zh"))
ITEMS = st.lists(st.builds(Item, st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=3).map(tuple)
OWN = [
    f"a|aaaaaaaa|{rest}" for rest in ("review|submit", "review|edit", "begin|yes", "duplicates|add0", "resume|review")
]
BODIES = st.one_of(
    st.builds(Text, WORDS),
    TAPS,
    st.builds(Choice, st.sampled_from(OWN)),
    FILES,
    PLACES,
    SHEETS,
    st.builds(Found, LOOKUPS, ITEMS, st.integers(0, 20)),
    st.just(Settled(Ask(Ledger.CLUE, "report"), refused=Refused("zz"))),
    st.just(Settled(Ask(Ledger.CLUE, "report"))),
)

_PENDING = [{}, {"kind": "begin", "kept": {}}, {"kind": "resume"}, {"kind": "find"}, {"kind": "quoted"}, {"kind": "zz"}]
_BROWSING = [{}, {"kind": "tasks", "page": 0}, {"kind": "entry", "number": "XS-2026-000017"}, {"kind": "zz"}]
_TIMES = ["", "2026-11-01T00:00:00+08:00", "2026-11-22T09:59:00+08:00", "2026-11-22T09:59:00", "?"]
_OFFERED = ["q|aaaaaaaa|merchant|x", "a|aaaaaaaa|review|submit", "zz"]
STATES = st.builds(
    dict,  # not Dialogue itself: every field of a named tuple would be made up
    id=st.sampled_from(["", "aaaaaaaa"]),
    language=st.sampled_from(["zh", "en", "fr"]),
    form=st.sampled_from([None, "report", "classify", "supply"]),
    subject=st.sampled_from([None, "XS-2026-000017"]),
    answers=st.dictionaries(NAMES, JSON, max_size=5),
    skipped=st.lists(NAMES, max_size=3).map(tuple),
    collecting=st.none() | NAMES,
    editing=st.none() | NAMES,
    reviewing=st.booleans(),
    offered=st.lists(st.sampled_from(_OFFERED), max_size=3).map(tuple),
    pending=st.sampled_from(_PENDING),
    browsing=st.sampled_from(_BROWSING),
    touched_at=st.sampled_from(_TIMES),
).map(lambda fields: Dialogue(**fields))


def play(stage: Stage, act: object) -> None:
    """One act on the stage."""
    match act:
        case timedelta():
            stage.now += act
        case int():
            if act < len(stage.options):
                stage.hear(Choice(stage.options[act].token))
        case str():
            stage.hear(Text(act))
        case File() | Place() | Sheet() | Silence() | Choice():
            stage.hear(act)

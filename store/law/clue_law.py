"""The law of the clue ledger (信息线索清单): lifecycle.md §1 as data. To change what may happen, change a row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from store.law.moves import Law, Move, State
from store.law.standing import Standing, Texts

S = Standing

_REVIEWS = ("head_review", "county_review", "city_review")
_SUPERVISED = ("county_review", "city_review")
_RESTING = ("answered", "unfounded", "transferred")
_LINKED = ("accepted", "merged")

CLUE_STATES: Mapping[str, State] = MappingProxyType(
    {
        "head_review": State("待部门归类", "with the department head", frozenset({S.HOLDER, S.HEAD})),
        "county_review": State(
            "待县局内管研判", "with county supervision", frozenset({S.HOLDER, S.SUPERVISION, S.COUNTY_SUPERVISION})
        ),
        "city_review": State(
            "待市局内管研判", "with city supervision", frozenset({S.HOLDER, S.SUPERVISION, S.CITY_SUPERVISION})
        ),
        "need_info": State("待补充", "more information needed", frozenset({S.HOLDER, S.REPORTER})),
        "answered": State("已直接回复", "answered"),
        "accepted": State("已转问题", "accepted as a problem"),
        "merged": State("已并案", "merged into a problem"),
        "unfounded": State("不予处理", "dismissed"),
        "transferred": State("已移送", "handed to another authority"),
        "archived": State("已归档", "archived"),
    }
)

CLUE_VERBS: Mapping[str, Texts] = MappingProxyType(
    {
        "report": {"zh": "上报", "en": "report"},
        "tip": {"zh": "举报", "en": "tip"},
        "classify": {"zh": "归类转报", "en": "classify and forward"},
        "answer": {"zh": "直接回复", "en": "answer"},
        "ask_info": {"zh": "要求补充", "en": "ask for more"},
        "supply": {"zh": "补充", "en": "supply what was asked"},
        "append": {"zh": "追加", "en": "add"},
        "escalate": {"zh": "上报市局", "en": "escalate to the city"},
        "send_back": {"zh": "退回县局", "en": "send back to the county"},
        "accept": {"zh": "立案转办", "en": "accept as a problem"},
        "merge": {"zh": "并案", "en": "merge into a problem"},
        "dismiss": {"zh": "不予处理", "en": "dismiss"},
        "transfer_out": {"zh": "移送", "en": "hand to another authority"},
        "restore": {"zh": "恢复研判", "en": "reopen the review"},
        "warn": {"zh": "预警", "en": "warn"},
        "recount": {"zh": "重算时限", "en": "count the deadline anew"},
        "hand_over": {"zh": "离岗交接", "en": "hand over"},
        "archive": {"zh": "归档", "en": "archive"},
        "close": {"zh": "办结举报", "en": "close the tip"},
        "reopen": {"zh": "随问题重办", "en": "reopen with its problem"},
        "recode": {"zh": "重新编码", "en": "recode"},
    }
)

CLUE_MOVES: tuple[Move, ...] = (
    # verb, from, to, who, must give
    Move("report", (None,), "routed", (S.STAFF,), ("text_or_photo", "merchant", "place")),
    # What provincial data show of a licensed shop; nobody's head classifies it.
    Move("report", (None,), "classified", (S.CLOCK,), ("text", "merchant", "indicator")),
    Move("tip", (None,), "city_review", (S.CLOCK,)),
    Move("classify", ("head_review",), "classified", (S.HEAD,), ("indicator",)),
    Move("answer", ("head_review",), "answered", (S.HEAD,), ("text",)),
    Move("ask_info", _REVIEWS, "need_info", (S.HOLDER,), ("text",)),
    Move("supply", ("need_info",), "back", (S.REPORTER,), ("text_or_photo",)),
    Move("append", (*_REVIEWS, "need_info", *_RESTING, *_LINKED), "same", (S.REPORTER, S.HOLDER), ("text_or_photo",)),
    Move("escalate", ("county_review",), "city_review", (S.COUNTY_SUPERVISION,), ("text",)),
    Move("send_back", ("city_review",), "county_review", (S.CITY_SUPERVISION,), ("text",)),
    Move(
        "accept",
        _SUPERVISED,
        "accepted",
        (S.SUPERVISION,),
        # The finished handling form; assistants and the due date have defaults.
        ("opinion", "severity", "scope", "department", "assignee"),
    ),
    Move("merge", _SUPERVISED, "merged", (S.SUPERVISION,), ("problem",)),
    Move("dismiss", _SUPERVISED, "unfounded", (S.SUPERVISION,), ("text",)),
    Move("transfer_out", _SUPERVISED, "transferred", (S.SUPERVISION,), ("authority", "text")),
    # A tip is handled in the vault; the ledger learns only how it ended.
    Move("close", ("city_review",), "told", (S.VAULT,)),
    Move("restore", ("unfounded", "answered"), "city_review", (S.CITY_SUPERVISION,), ("text",)),
    Move("warn", (*_REVIEWS, "need_info"), "same", (S.CLOCK,), ("rung",)),
    Move("recount", (*_REVIEWS, "need_info"), "same", (S.CLOCK,)),
    Move("hand_over", ("need_info",), "same", (S.CLOCK,), ("assignee",)),
    Move("archive", _RESTING, "archived", (S.CLOCK,)),
    Move("archive", _LINKED, "archived", (S.ITS_PROBLEM,)),
    Move("reopen", ("archived",), "linked", (S.ITS_PROBLEM,)),
    # An "other" that recurred got a code of its own: how a matter is found changes, not what was done in it, so also
    # where it is archived. The line keeps the old code.
    Move("recode", tuple(CLUE_STATES), "same", (S.LIBRARY,), ("indicator",)),
)

CLUE_LAW = Law({"zh": "信息线索清单", "en": "clue ledger"}, CLUE_STATES, CLUE_VERBS, CLUE_MOVES)

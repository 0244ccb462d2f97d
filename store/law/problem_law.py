"""The law of the problem ledger (问题清单台账): lifecycle.md §2 as data. To change what may happen, change a row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from store.law.moves import Law, Move, State
from store.law.standing import Standing, Texts

S = Standing

_HANDLED = ("dispatched", "investigating", "rectifying")
_RUNNING = ("dispatched", "investigating", "verifying", "rectifying", "rechecking")
_OPEN = (*_RUNNING, "suspended")
_CLOSED = ("closed", "closed_unfounded")
_DECIDING = frozenset({S.HOLDER, S.SUPERVISION, S.VERIFIER})

PROBLEM_STATES: Mapping[str, State] = MappingProxyType(
    {
        "dispatched": State("已派发", "dispatched", frozenset({S.HOLDER})),
        "investigating": State("排查中", "being investigated", frozenset({S.HOLDER})),
        "verifying": State("待核定", "waiting for a verdict", _DECIDING),
        "rectifying": State("整改中", "being put right", frozenset({S.HOLDER})),
        "rechecking": State("待复核", "waiting for the final check", _DECIDING),
        "suspended": State("挂账", "suspended", frozenset({S.HOLDER, S.SUPERVISION})),
        "closed": State("已销号", "closed"),
        "closed_unfounded": State("查无实据", "closed as unfounded"),
        "archived": State("已归档", "archived"),
    }
)

PROBLEM_VERBS: Mapping[str, Texts] = MappingProxyType(
    {
        "open": {"zh": "生成问题", "en": "open"},
        "merge": {"zh": "并入线索", "en": "take another clue in"},
        "receive": {"zh": "签收", "en": "receive"},
        "decline": {"zh": "退回派遣", "en": "decline the task"},
        "reassign": {"zh": "转办", "en": "reassign"},
        "note": {"zh": "进展", "en": "note progress"},
        "feedback": {"zh": "反馈", "en": "feed back"},
        "return": {"zh": "退回重查", "en": "return"},
        "verify": {"zh": "核定", "en": "verify"},
        "verify_closed": {"zh": "核定销号", "en": "verify and close"},
        "rule_unfounded": {"zh": "查无实据", "en": "rule it unfounded"},
        "rectified": {"zh": "整改完成", "en": "report it put right"},
        "confirm": {"zh": "复核销号", "en": "confirm and close"},
        "extend": {"zh": "申请延期", "en": "ask for more time"},
        "grant": {"zh": "同意", "en": "grant"},
        "deny": {"zh": "不同意", "en": "deny"},
        "suspend": {"zh": "挂账", "en": "suspend"},
        "resume": {"zh": "恢复办理", "en": "resume"},
        "nudge": {"zh": "催办", "en": "nudge"},
        "instruct": {"zh": "批示", "en": "instruct"},
        "reply": {"zh": "回复批示", "en": "answer the instruction"},
        "warn": {"zh": "预警", "en": "warn"},
        "recount": {"zh": "重算时限", "en": "count the deadline anew"},
        "hand_over": {"zh": "离岗交接", "en": "hand over"},
        "archive": {"zh": "归档", "en": "archive"},
        "review": {"zh": "复盘", "en": "write a review"},
        "sample": {"zh": "抽评", "en": "draw for a re-check"},
        "pass": {"zh": "抽评合格", "en": "pass the re-check"},
        "fail": {"zh": "抽评不合格", "en": "fail the re-check"},
        "recode": {"zh": "重新编码", "en": "recode"},
    }
)

PROBLEM_MOVES: tuple[Move, ...] = (
    # verb, from, to, who, must give
    Move("open", (None,), "dispatched", (S.HANDLING_FORM,)),
    Move("merge", _OPEN, "same", (S.HANDLING_FORM,)),
    # The first main task received begins the work; assistants and later assignees only say that they have it.
    Move("receive", _HANDLED, "received", (S.NEW_ASSIGNEE,)),
    Move("decline", ("dispatched",), "same", (S.NEW_ASSIGNEE,), ("text",)),
    Move("reassign", _HANDLED, "same", (S.SUPERVISION, S.ASSIGNEE), ("assignee", "text")),
    Move("note", ("investigating", "rectifying"), "same", (S.ASSIGNEE,), ("text_or_photo",)),
    Move("feedback", ("investigating",), "verifying", (S.MAIN_ASSIGNEE,), ("cause", "text", "proof")),
    Move("feedback", ("investigating",), "same", (S.ASSISTANT,), ("cause", "text", "proof")),
    Move("return", ("verifying",), "investigating", (S.SUPERVISION,), ("text",)),
    Move("return", ("rechecking",), "rectifying", (S.SUPERVISION,), ("text",)),
    Move("verify", ("verifying",), "rectifying", (S.VERIFIER,), ("text", "measures")),
    Move("verify_closed", ("verifying",), "closed", (S.VERIFIER,), ("text",)),
    Move("rule_unfounded", ("verifying",), "closed_unfounded", (S.VERIFIER,), ("text",)),
    Move("rectified", ("rectifying",), "rechecking", (S.MAIN_ASSIGNEE,), ("measures", "photos")),
    Move("confirm", ("rechecking",), "closed", (S.VERIFIER,)),
    Move("extend", _RUNNING, "same", (S.ASSIGNEE,), ("days", "text")),
    Move("suspend", _RUNNING, "suspending", (S.SUPERVISION,), ("text", "review_on")),
    Move("grant", _RUNNING, "granted", (S.DECIDER,)),
    Move("deny", _RUNNING, "same", (S.DECIDER,), ("text",)),
    Move("resume", ("suspended",), "back", (S.SUPERVISION,)),
    Move("nudge", _RUNNING, "same", (S.REPORTER, S.COUNTY_SUPERVISION, S.CITY_SUPERVISION, S.LEADER)),
    Move("instruct", (*_OPEN, *_CLOSED), "same", (S.LEADER,), ("text",)),
    Move("reply", (*_OPEN, *_CLOSED), "same", (S.INSTRUCTED,), ("text",)),
    # An archived one is warned of while its re-check waits.
    Move("warn", (*_OPEN, "archived"), "same", (S.CLOCK,), ("rung",)),
    Move("recount", (*_OPEN, "archived"), "same", (S.CLOCK,)),
    Move("hand_over", (*_OPEN, "archived"), "same", (S.CLOCK,), ("task", "assignee")),
    Move("archive", _CLOSED, "archived", (S.CLOCK,)),
    # What is to be learnt of it (features.md D08). Not a note: that is the assignee's, about open work.
    Move("review", (*_CLOSED, "archived"), "same", (S.SUPERVISION, S.LEADER), ("text",)),
    Move("sample", ("archived",), "same", (S.CLOCK, S.CITY_SUPERVISION)),
    Move("pass", ("archived",), "same", (S.RECHECKER,), ("text", "photo_or_reason")),
    Move("fail", ("archived",), "investigating", (S.RECHECKER,), ("text", "photo_or_reason")),
    Move("recode", tuple(PROBLEM_STATES), "same", (S.HANDLING_FORM,), ("indicator",)),  # follows its clue
)

PROBLEM_LAW = Law({"zh": "问题清单台账", "en": "problem ledger"}, PROBLEM_STATES, PROBLEM_VERBS, PROBLEM_MOVES)

"""What can go wrong when calling Tencent's API, as the two kinds that callers tell apart."""

from __future__ import annotations

_SHOWN = 300


class ApiError(Exception):
    """The other side answered, with an error code. `hint` is its errmsg: for the log and the administrator, never
    to decide by (D90313)."""

    def __init__(self, code: int, hint: str) -> None:
        super().__init__(f"{code} {hint[:_SHOWN]}")
        self.code = code
        self.hint = hint[:_SHOWN]


class Unreachable(Exception):
    """No answer that means anything: time-out, reset, 5xx, a page of HTML. With `doubt` the call may still have had
    its effect; without, it never got there."""

    def __init__(self, why: str, *, doubt: bool = True) -> None:
        super().__init__(why)
        self.doubt = doubt

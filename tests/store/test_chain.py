"""The chain of lines shows every later change, and is the same before and after the database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.moving.chain import KEYS, START, line_hash, verify_chain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _chain(count: int, fields: Any = None) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for seq in range(1, count + 1):
        line: dict[str, Any] = dict.fromkeys(KEYS)
        line |= {"ledger": "clue", "number": "XS-2026-000001", "seq": seq, "verb": "append", "after": "answered"}
        line |= {"by": "mq-cm", "at": datetime(2026, 11, 17, 2, tzinfo=UTC), "text": "看到了", "fields": fields or {}}
        line["prev_hash"] = lines[-1]["hash"] if lines else START
        lines.append({**line, "hash": line_hash(line)})
    return lines


def test_the_format_is_the_documented_one() -> None:
    line = _chain(1, {"accuracy": 12.0})[0]
    text = (
        '{"after":"answered","at":"2026-11-17T02:00:00.000000+00:00","before":null,"by":"mq-cm","door":null,'
        '"fields":{"accuracy":12},"ledger":"clue","number":"XS-2026-000001","prev_hash":"' + START + '",'
        '"seq":1,"text":"看到了","verb":"append"}'
    )
    assert line["hash"] == sha256(text.encode()).hexdigest()


def test_a_whole_chain_is_whole() -> None:
    assert verify_chain(_chain(4)) is None
    assert verify_chain([]) is None


@pytest.mark.parametrize("key", [*KEYS, "hash"])
def test_any_change_is_found_where_it_is(key: str) -> None:
    lines = _chain(4)
    lines[1] = {**lines[1], key: 7 if key == "seq" else "other"} if key != "at" else {**lines[1], "at": "other"}
    assert verify_chain(lines) == 2


def test_a_missing_or_moved_line_is_found() -> None:
    lines = _chain(4)
    assert verify_chain(lines[1:]) == 1
    assert verify_chain([lines[0], lines[2], lines[3]]) == 2
    assert verify_chain([lines[0], lines[2], lines[1], lines[3]]) == 2


@given(VALUES)
def test_a_hash_survives_json(value: Any) -> None:
    before = _chain(1, {"value": value})[0]
    assert (
        line_hash(json.loads(json.dumps(before, default=datetime.isoformat)) | {"at": before["at"]}) == before["hash"]
    )

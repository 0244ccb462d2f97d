"""The page that people read of the law is drawn from the tables, and is current."""

from __future__ import annotations

from store.law.rules import LAWS
from store.words import Ledger
from tests.diagrams import PAGE, leads, page


def test_the_page_of_the_law_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.diagrams --update"


def test_a_rule_that_decides_leads_to_every_state_it_can() -> None:
    reached: dict[tuple[Ledger, str, str | None], list[str]] = {}
    for ledger, law in LAWS.items():
        for move in law.moves:
            for source in move.sources:
                reached.setdefault((ledger, move.verb, source), leads(ledger, law, move, source))
    assert reached[Ledger.CLUE, "report", None] == ["head_review", "county_review", "city_review"]
    assert reached[Ledger.CLUE, "supply", "need_info"] == ["head_review", "county_review", "city_review"]
    assert reached[Ledger.CLUE, "close", "city_review"] == ["answered", "unfounded", "transferred"]
    assert reached[Ledger.CLUE, "reopen", "archived"] == ["accepted", "merged"]
    assert reached[Ledger.PROBLEM, "receive", "dispatched"] == ["dispatched", "investigating"]
    assert reached[Ledger.PROBLEM, "suspend", "rectifying"] == ["rectifying", "suspended"]
    running = ["dispatched", "investigating", "verifying", "rectifying", "rechecking"]
    assert reached[Ledger.PROBLEM, "resume", "suspended"] == running

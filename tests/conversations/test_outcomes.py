"""Every reason to refuse and every outcome has a sentence, in both languages, filled with the facts of the law."""

from __future__ import annotations

import pytest

from conversations.catalogue import LANGUAGES, speech
from conversations.outcomes import REFUSED, refused
from store.law.rules import REASONS
from store.words import Refused


def test_every_reason_has_a_sentence_and_no_other() -> None:
    assert set(REFUSED) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(REASONS))
def test_the_facts_of_the_law_fill_the_sentence(reason: str, language: str) -> None:
    facts = {name: {"zh": "甲", "en": "A"} if name.isupper() else "7" for name in REASONS[reason]}
    words = {name: value[language] if isinstance(value, dict) else value for name, value in facts.items()}
    said = refused(speech(language), Refused(reason, **facts))
    assert said == speech(language)(REFUSED[reason], **words)
    assert "{" not in said


def test_an_unknown_reason_or_missing_facts_still_get_an_answer() -> None:
    assert refused(speech("en"), Refused("never_heard_of")) == "That is not possible just now."
    assert refused(speech("en"), Refused("not_found")) == "That is not possible just now."

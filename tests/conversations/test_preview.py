"""A questionnaire can be played to its end with made-up answers, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conversations.library import Forms
from conversations.preview import play

FORMS = Forms.shipped()
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("key", sorted(form.key for form in FORMS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_shipped_form_comes_to_its_review(key: str, language: str) -> None:
    bubbles, rested = play(FORMS, FORMS.current(key), language, AT)
    assert rested
    assert [one.mine for one in bubbles][:2] == [False, True]


def test_a_form_that_never_rests_is_left() -> None:
    source = FORMS.current("note").source
    stubborn = source.replace('appearance = "multiline"', 'constraint = "1 = 2"')
    bubbles, rested = play(FORMS, Forms.of({"note": stubborn}).current("note"), "zh", AT)
    assert (rested, len(bubbles) < 30) == (False, True)

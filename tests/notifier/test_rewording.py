"""Wording that administrators choose: sound starts, and never a letter that is held up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifier import render, rewording
from notifier.catalogue import LANGUAGES

FACTS = {"number": "XS-2026-000001", "seq": 3, "verb": "report", "state": "county_review", "internal": True}


@pytest.fixture(autouse=True)
def nothing_chosen() -> Iterator[None]:
    yield
    rewording.use({})


@pytest.mark.parametrize("template", rewording.templates())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wording_to_begin_with_is_sound_and_reads_as_shipped(template: str, language: str) -> None:
    source = rewording.start(template, language)
    assert rewording.check(template, language, source) is None
    assert rewording.preview(template, language, source) == rewording.preview(template, language)


def test_a_chosen_wording_counts_in_its_language_only() -> None:
    shipped = render.text("seen", FACTS, "en")
    rewording.use({("seen", "zh"): "看到了\n#{{ seq }}"})
    assert (render.text("seen", FACTS, "zh"), render.text("seen", FACTS, "en")) == ("看到了\n#3", shipped)


@pytest.mark.parametrize("source", ["{{ nothing }}", "{% broken", "{{ seq / 0 }}", "", "{{ (1).__class__.mro() }}"])
def test_what_cannot_be_filled_falls_back_to_the_shipped_wording(source: str) -> None:
    shipped = render.text("seen", FACTS, "zh")
    rewording.use({("seen", "zh"): source})
    assert render.text("seen", FACTS, "zh") == shipped

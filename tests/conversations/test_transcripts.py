"""Every conversation in tests/transcripts goes exactly as it is written there."""

from __future__ import annotations

from pathlib import Path

import pytest

from conversations.library import Forms
from tests.conversations.play import replay

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"
FORMS = Forms.shipped()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_transcript(file: Path, request: pytest.FixtureRequest) -> None:
    written = file.read_text("utf-8")
    played = replay(written, FORMS)
    if request.config.getoption("--rewrite-transcripts"):
        file.write_text(played, "utf-8")
    else:
        assert played == written

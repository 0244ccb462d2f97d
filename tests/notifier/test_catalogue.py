"""Every sentence of the mail room is there in Chinese, with the same gaps."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOM = Path(__file__).parents[2] / "notifier"


def test_the_catalogue_is_complete_and_has_nothing_else() -> None:
    found = extract_from_dir(ROOM, method_map=[("**.py", "python"), ("templates/**.j2", "jinja2.ext:babel_extract")])
    sentences = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}
    with (ROOM / "locale/zh_CN/LC_MESSAGES/notifier.po").open("rb") as file:
        catalogue = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    assert set(catalogue) == sentences
    assert [sentence for sentence, chinese in catalogue.items() if not chinese] == []
    gaps = re.compile(r"%\(\w+\)s")
    assert [s for s, chinese in catalogue.items() if sorted(gaps.findall(s)) != sorted(gaps.findall(chinese))] == []

"""`loop153 form` says “ok” or what is wrong, and carries forms to Excel and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from conversations.loading import load_form

FORM = """\
[settings]
form_id = "visit"
version = "1"
title = {zh = "走访", en = "Visit"}

[[survey]]
type = "merchant"
name = "shop"
label = {zh = "哪家店?", en = "Which shop?"}
"""


@pytest.fixture
def form_file(tmp_path: Path) -> Path:
    path = tmp_path / "visit.toml"
    path.write_text(FORM, "utf-8")
    return path


def test_the_shipped_forms_are_ok(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["form", "lint"]) == 0
    assert all(line.endswith(": ok") for line in capsys.readouterr().out.splitlines())


def test_lint_names_every_fault(form_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = form_file.with_name("bad.toml")
    bad.write_text(FORM.replace(', en = "Which shop?"', "").replace("merchant", "shop"), "utf-8")
    assert main(["form", "lint", str(form_file), str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out == "visit: ok\n"
    assert [line.split(";")[0] for line in said.err.splitlines()] == [
        "bad.toml:6: survey row 1 (shop): there is no type “shop”",
        "bad.toml:6: survey row 1 (shop): label is missing in en",
        "2 faults.",
    ]


def test_to_excel_and_back(form_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workbook, back = form_file.with_name("visit.xlsx"), form_file.with_name("back.toml")
    assert main(["form", "export", str(form_file), str(workbook)]) == 0
    assert main(["form", "lint", str(workbook)]) == 0
    assert main(["form", "import", str(workbook), "--out", str(back)]) == 0
    assert load_form(back.read_text("utf-8"), "visit.toml").questions == load_form(FORM, "visit.toml").questions
    capsys.readouterr()
    assert main(["form", "import", str(workbook)]) == 0
    assert capsys.readouterr().out == back.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lint", "nowhere.toml"], "nowhere.toml: No such file or directory."),
        (["import", "nowhere.xlsx"], "nowhere.xlsx: No such file or directory."),
        (["export", "nothing", "x.xlsx"], "There is no form “nothing”. There are: "),
    ],
)
def test_one_sentence_when_it_cannot(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["form", *words]) == 1
    assert capsys.readouterr().err.startswith(sentence)

"""Forms leave as real XLSForm and come back the same; workbooks made by others come in, or are told why not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook

from conversations.faults import FormFault
from conversations.form import Form, every
from conversations.kinds import TYPES
from conversations.library import Forms
from conversations.loading import load_form
from conversations.xlsform import check_workbook, export_workbook, import_workbook
from tests.conversations.random_forms import forms

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def bare(form: Form) -> Form:
    """Without the wording of its file: comments and the order of keys do not travel."""
    return replace(form, source="", hash="")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(forms())
def test_a_form_comes_back_from_excel_as_it_left(form: Form) -> None:
    workbook = export_workbook(form)
    imported = import_workbook(workbook, "form.xlsx")
    assert bare(imported.form) == bare(form)
    assert imported.form == load_form(imported.source, "form.toml")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(forms())
def test_pyxform_takes_what_we_export(form: Form) -> None:
    assert check_workbook(export_workbook(form)) is None


@pytest.mark.parametrize("form", Forms.shipped(), ids=lambda form: form.key)
def test_shipped_forms_travel(form: Form) -> None:
    workbook = export_workbook(form)
    assert check_workbook(workbook) is None
    assert bare(import_workbook(workbook, "form.xlsx").form) == bare(form)


Rows = Sequence[Sequence[Any]]


def workbook(survey: Rows, choices: Rows = (), form: Rows = ()) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (("survey", survey), ("choices", choices), ("settings", form), ("notes of the author", [["x"]])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ZH, EN = "label::中文 (zh)", "label::English (en)"
VISIT: list[list[Any]] = [
    [
        "type",
        "name",
        ZH,
        EN,
        "hint::English (en)",
        "hint::中文 (zh)",
        "required",
        "relevance",
        "constraint",
        "constraint_message::中文 (zh)",
        "constraint_message::English (en)",
        "choice_filter",
        "calculation",
        "count",
    ],
    ["start", "start"],
    ["begin group", "shop", "商户", "The shop"],
    ["select_one county", "county", "哪个县?", "Which county?", "As on the licence", "以许可证为准", "yes"],
    [
        "select one town",
        "town",
        "哪个乡镇?",
        "Which town?",
        None,
        None,
        True,
        None,
        None,
        None,
        None,
        "county=${county}",
    ],
    ["end group"],
    [],
    ["integer", "count", "几件?", "How many cases?", None, None, None, None, ". > 0 and . <= 50", "1 到 50", "1 to 50"],
    ["begin repeat", "cases", "每一件", "Each case"] + [None] * 9 + ["${count}"],
    ["string", "code", "喷码", "Pack code", None, None, "TRUE", None, "regex(., ‘^[0-9]{32}$’)", "32 位", "32 digits"],
    ["end repeat"],
    ["photo", "photo", "照片", "Photo", None, None, None, "${count} > 0"],
    [
        "dateTime",
        "seen",
        "何时看到?",
        "Seen when?",
        None,
        None,
        None,
        None,
        ". <= now()",
        "不能晚于现在",
        "Not in the future",
    ],
    ["calculate", "codes"] + [None] * 10 + ["count(${code})"],
]
TOWNS: list[list[Any]] = [
    ["list name", "name", ZH, EN, "county"],
    ["county", "yc", "虞城", "Yucheng"],
    ["county", "zc", "柘城", "Zhecheng"],
    ["town", 1, "利民", "Limin", "yc"],
    ["town", 2, "慈圣", "Cisheng", "zc"],
]
SETTINGS: list[list[Any]] = [
    ["form_title", "form_id", "version", "default_language"],
    ["门店走访", "visit", 2026112201, "中文 (zh)"],
]


def test_a_workbook_made_by_others() -> None:
    imported = import_workbook(
        workbook(VISIT, TOWNS, [[*SETTINGS[0], "title::English (en)"], [*SETTINGS[1], "Shop visit"]]), "v.xlsx"
    )
    form = imported.form
    named = {question.name: question for question in every(form.questions)}
    assert imported.notes == ("Left out, because it is known anyway: start.",)
    assert (form.key, form.version, form.title) == ("visit", "2026112201", {"zh": "门店走访", "en": "Shop visit"})
    assert [(one.type, one.name) for one in form.questions] == [
        ("group", "shop"),
        ("integer", "count"),
        ("repeat", "cases"),
        ("image", "photo"),
        ("datetime", "seen"),
        ("calculate", "codes"),
    ]
    assert named["county"].hint == {"zh": "以许可证为准", "en": "As on the licence"}
    assert [one.value for one in named["town"].choices] == ["1", "2"]
    assert named["town"].required
    assert named["code"].required
    fits = named["town"].choice_filter
    assert fits
    offered = [one.value for one in named["town"].choices if fits.evaluate({"county": "zc"}, NOW, one.columns)]
    assert offered == ["2"]
    assert named["code"].constraint
    assert named["code"].constraint.evaluate({}, NOW, "1" * 32) is True
    assert named["codes"].calculation
    assert named["codes"].calculation.evaluate({"cases": [{"code": "1"}, {"code": "2"}]}, NOW) == 2


def test_faults_name_sheet_and_row() -> None:
    survey: list[list[Any]] = [
        ["type", "name", "label::French", ZH, "relevant", "read_only"],
        ["text", "a", None, "甲", "${b} = 'x'"],
        [],
        ["barcode", "c d", None, "丙", None, "yes"],
        ["select_one gone", "e", None, "戊"],
    ]
    assert faults(workbook(survey, [], SETTINGS)) == [
        "v.xlsx: survey: the column “label::French” needs the code of its language, such as label::English (en)"
    ]
    survey[0][2] = "hint"
    assert [fault.replace(KNOWN, "…") for fault in faults(workbook(survey, [], SETTINGS))] == [
        "v.xlsx: survey row 2 (a): relevant reads ${b}, which is no question of this form: ${b} = 'x'",
        "v.xlsx: survey row 4 (c d): there is no column “read_only”",
        "v.xlsx: survey row 4 (c d): there is no type “barcode”; the types are …",
        "v.xlsx: survey row 4 (c d): a question needs a name of letters, digits, “_” and “-”, beginning with a letter",
        "v.xlsx: survey row 5 (e): there is no list of choices “gone”",
    ]


KNOWN = ", ".join(sorted(TYPES | {"begin_group", "begin_repeat"}))


def faults(data: bytes) -> list[str]:
    with pytest.raises(FormFault) as refused:
        import_workbook(data, "v.xlsx")
    return [str(fault) for fault in refused.value.faults]


def packed(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "v.xlsx: this is not an Excel workbook (.xlsx)"),
        (b"type,name\ntext,a\n", "v.xlsx: this is not an Excel workbook (.xlsx)"),
        (packed(10), "v.xlsx: this is not an Excel workbook (.xlsx)"),
        (packed(60_000_000), "v.xlsx: the workbook is larger than 5 MB"),
        (workbook([]), "v.xlsx: survey: the form has no questions"),
    ],
    ids=["empty", "text", "no sheets", "bomb", "no rows"],
)
def test_what_is_no_form(data: bytes, fault: str) -> None:
    assert faults(data) == [fault]


def test_a_label_is_never_a_formula() -> None:
    source = """
[settings]
form_id = "f"
version = "1"
title = {zh = "=1+1"}
[[survey]]
type = "text"
name = "a"
label = {zh = "=HYPERLINK(1)"}
"""
    form = load_form(source, "f.toml")
    assert bare(import_workbook(export_workbook(form), "f.xlsx").form) == bare(form)

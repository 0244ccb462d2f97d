"""`loop153 form`: check questionnaires, and exchange them with Excel, Kobo and ODK as XLSForm workbooks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.fault import Fault
from conversations.faults import FormFault
from conversations.form import Form
from conversations.library import SHIPPED_LANGUAGES, Forms
from conversations.loading import load_form

HELP = "check questionnaires, and exchange them as XLSForm workbooks"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    lint = actions.add_parser("lint", help="check the shipped forms, or the files given (.toml or .xlsx)")
    lint.add_argument("files", nargs="*", type=Path, metavar="FILE")
    importing = actions.add_parser("import", help="make a form's TOML file from an XLSForm workbook")
    importing.add_argument("file", type=Path, metavar="FILE.xlsx")
    importing.add_argument("--out", type=Path, metavar="FILE.toml", help="where to write it (default: print it)")
    exporting = actions.add_parser("export", help="write a form as an XLSForm workbook")
    exporting.add_argument("form", metavar="FORM", help="the name of a shipped form, or a .toml file")
    exporting.add_argument("out", type=Path, metavar="OUT.xlsx")


def run(args: argparse.Namespace) -> int:
    try:
        match args.action:
            case "lint":
                return _lint(args.files)
            case "import":
                return _import(args.file, args.out)
        return _export(args.form, args.out)
    except FormFault as refused:
        print(refused, file=sys.stderr)
        return _count(len(refused.faults))
    except OSError as reason:
        raise Fault(f"{reason.filename}: {reason.strerror}.") from reason


def _lint(files: list[Path]) -> int:
    """Prints each form's name and “ok”, or every fault."""
    if not files:
        for form in Forms.shipped():
            print(f"{form.key}: ok")
        return 0
    found = 0
    for file in files:
        try:
            print(f"{_read(file).key}: ok")
        except FormFault as refused:
            print(refused, file=sys.stderr)
            found += len(refused.faults)
    return _count(found) if found else 0


def _import(file: Path, out: Path | None) -> int:
    from conversations.xlsform import import_workbook

    imported = import_workbook(file.read_bytes(), file.name)
    for note in imported.notes:
        print(note, file=sys.stderr)
    if out is None:
        print(imported.source, end="")
    else:
        out.write_text(imported.source, "utf-8")
        print(f"{imported.form.key}: written to {out}.")
    return 0


def _export(name: str, out: Path) -> int:
    """Where pyxform is installed it judges the workbook first; what it refuses is not written."""
    from conversations.xlsform import NoPyxform, check_workbook, export_workbook

    data = export_workbook(_named(name))
    try:
        if reason := check_workbook(data):
            raise Fault(f"pyxform does not take this form: {reason}")
    except NoPyxform:
        print("Not checked: pyxform is not installed here (pip install 'loop153[xlsform]').", file=sys.stderr)
    out.write_bytes(data)
    print(f"{name}: written to {out}.")
    return 0


def _named(name: str) -> Form:
    if name.endswith(".toml"):
        return _read(Path(name))
    forms = Forms.shipped()
    if name not in forms:
        raise Fault(f"There is no form “{name}”. There are: {', '.join(sorted(form.key for form in forms))}.")
    return forms.current(name)


def _read(file: Path) -> Form:
    if file.suffix.lower() == ".xlsx":
        from conversations.xlsform import import_workbook

        return import_workbook(file.read_bytes(), file.name).form
    try:
        return load_form(file.read_text("utf-8"), file.name, SHIPPED_LANGUAGES)
    except UnicodeDecodeError as reason:
        raise Fault(f"{file}: the file is not UTF-8.") from reason


def _count(faults: int) -> int:
    print(f"{faults} fault{'s' if faults != 1 else ''}.", file=sys.stderr)
    return 1

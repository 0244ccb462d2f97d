"""Asks pyxform whether a workbook is good XLSForm. It is an extra (`pip install loop153[xlsform]`)."""

from __future__ import annotations

import io


class NoPyxform(RuntimeError):
    """pyxform is not installed here."""


def check_workbook(data: bytes) -> str | None:
    """None when pyxform makes an XForm of the workbook, else its reason. Raises `NoPyxform`."""
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2xform import convert
    except ImportError as missing:
        raise NoPyxform("pyxform is not installed") from missing
    try:
        convert(io.BytesIO(data), validate=False, file_type=".xlsx")
    except PyXFormError as reason:
        return str(reason)
    return None

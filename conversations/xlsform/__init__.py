"""Real XLSForm workbooks in and out, for people who design forms in Excel, Kobo or ODK. Not part of serving."""

from conversations.xlsform.checking import NoPyxform, check_workbook
from conversations.xlsform.exporting import export_workbook
from conversations.xlsform.importing import Imported, import_workbook

__all__ = ["Imported", "NoPyxform", "check_workbook", "export_workbook", "import_workbook"]

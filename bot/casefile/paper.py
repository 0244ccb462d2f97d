"""Paper: A4, the type of official forms, ruled tables. The Chinese font is the readers' own, so no file is needed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, TableStyle

FONT = "STSong-Light"
WIDTH = A4[0] - 36 * mm
"""Of the text between the margins, in points."""

INK, GREY, SHADE = colors.black, colors.HexColor("#666666"), colors.HexColor("#f2f2f2")
COMPRESSED = True
"""Whether page contents are packed; tests read them plain."""

_SHANGHAI = ZoneInfo("Asia/Shanghai")
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.45, wordWrap="CJK", **more)


TITLE = _style("title", 20, alignment=TA_CENTER, spaceAfter=4 * mm)
HEADING = _style("heading", 12.5, spaceBefore=5 * mm, spaceAfter=2 * mm)
LABEL = _style("label", 10, alignment=TA_CENTER)
TEXT = _style("text", 10)
SMALL = _style("small", 8, textColor=GREY)
TINY = _style("tiny", 6.5, textColor=GREY)

RULED = (
    ("GRID", (0, 0), (-1, -1), 0.6, INK),
    ("BOX", (0, 0), (-1, -1), 1.2, INK),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 2.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
)


def ruled(*more: Sequence[Any]) -> TableStyle:
    """The lines of a form."""
    return TableStyle([*RULED, *more])


def para(text: object, style: ParagraphStyle = TEXT) -> Paragraph:
    """Text as it was written, whatever signs it has; its line breaks stay."""
    return Paragraph(escape(printable(str(text))).replace("\n", "<br/>"), style)


def printable(text: str) -> str:
    """What the readers' font can show: signs beyond the basic plane (emoji) become a box, control characters go."""
    kept = (sign if ord(sign) <= 0xFFFF else "□" for sign in text if sign >= " " or sign == "\n")
    return "".join(kept)


def picture(data: bytes, wide: float, high: float) -> Image | None:
    """A photo scaled into that box, in points; None for bytes that are no picture."""
    try:
        image = Image(io.BytesIO(data), lazy=0)
    except Exception:  # whatever a broken picture makes the decoder raise: the row says what was sent
        return None
    scale = min(wide / image.imageWidth, high / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    return image


def when(at: str | None, language: str) -> str:
    """An ISO moment as it is written on forms, in Shanghai's time."""
    if not at:
        return ""
    local = datetime.fromisoformat(at).astimezone(_SHANGHAI)
    return (
        f"{local:%Y-%m-%d %H:%M}" if language == "en" else f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    )


def pdf(story: Sequence[Flowable], title: str, foot: str, page: Callable[[int], str]) -> bytes:
    """The finished document. `foot` stands left below every page, `page(number)` right. Same story, same bytes."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=15 * mm,
        bottomMargin=17 * mm,
        title=title,
        author="loop153",
        invariant=1,
        pageCompression=int(COMPRESSED),
    )

    def below(canvas: Any, doc: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 7)
        canvas.setFillColor(GREY)
        canvas.drawString(18 * mm, 10 * mm, printable(foot))
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, page(doc.page))
        canvas.restoreState()

    document.build(list(story), onFirstPage=below, onLaterPages=below)
    return out.getvalue()


Pictures = Mapping[str, bytes]
"""Thumbnails (JPEG) by the SHA-256 of their originals."""

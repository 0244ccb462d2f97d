"""Drawings as pictures (PNG): the same charts, in the colours of paper, with a Chinese font of our own.

The font is a subset of Noto Sans CJK SC (fonts/OFL.txt), so a picture looks the same on every machine. Drawing takes
tenths of a second: call it in a thread.
"""

from __future__ import annotations

import re
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-Subset.otf"
FAMILY = "Noto Sans CJK SC"
PAPER = "#fffdf9"
_INK, _RULE, _SUNK, _PINE, _WASH = "#22262a", "#e0dace", "#f0ece3", "#14564f", "#d5e6e2"
_SEAL, _AMBER, _GOOD, _INFO, _STRONG = "#a92e22", "#b97a0e", "#276239", "#2a5480", "#a59f91"
_HEATS = ("#f0ece3", "#dde6e1", "#bccfca", "#a0bab6", "#3e756f", "#14564f")
_SHEET = f"""
text {{ font-family: "{FAMILY}"; font-size: 13px; fill: {_INK}; }}
text.end {{ text-anchor: end; }}
text.middle {{ text-anchor: middle; }}
text.value {{ font-weight: 600; }}
text.limit-words {{ fill: {_SEAL}; }}
text.on-4, text.on-5 {{ fill: #ffffff; }}
text.title {{ font-size: 24px; }}
text.small {{ font-size: 12px; fill: #5c6066; }}
text.big {{ font-size: 27px; }}
.axis {{ stroke: {_RULE}; fill: none; }}
.reach {{ fill: none; }}
.track {{ fill: {_SUNK}; }}
.sheet {{ fill: {PAPER}; }}
.box {{ fill: #ffffff; stroke: {_RULE}; }}
.mark {{ fill: {_PINE}; }}
.tone-soft {{ fill: {_STRONG}; }}
.tone-good {{ fill: {_GOOD}; }}
.tone-info {{ fill: {_INFO}; }}
.tone-warn {{ fill: {_AMBER}; }}
.tone-bad {{ fill: {_SEAL}; }}
.line {{ fill: none; stroke: {_PINE}; stroke-width: 2.2; }}
.line.ahead {{ stroke-dasharray: 2 6; stroke-linecap: round; }}
.dot {{ fill: {_PINE}; stroke: {PAPER}; stroke-width: 1.5; }}
.dot.ahead {{ fill: {PAPER}; stroke: {_PINE}; }}
.band {{ fill: {_WASH}; stroke: none; }}
.band-edge {{ stroke: {_WASH}; stroke-width: 14; }}
.limit {{ stroke: {_SEAL}; stroke-width: 1.6; stroke-dasharray: 6 4; fill: none; }}
""" + "".join(f".heat-{at} {{ fill: {colour}; }}\n" for at, colour in enumerate(_HEATS))
_LINKS = re.compile(r"<(/?)a\b[^>]*>")


def png(drawing: str, zoom: int = 2) -> bytes:
    """A chart (`charts.py`, or several in one drawing) as a picture, `zoom` pixels for each of its units."""
    from resvg_py import svg_to_bytes

    bare = _LINKS.sub(lambda found: f"<{found[1]}g>", drawing)
    return bytes(
        svg_to_bytes(
            svg_string=bare,
            background=PAPER,
            zoom=zoom,
            style_sheet=_SHEET,
            skip_system_fonts=True,
            font_files=[str(FONT)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )

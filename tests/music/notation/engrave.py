"""Engraves a page of sheet music with Verovio, to be looked at.

    pip install verovio resvg_py fonttools brotli pillow
    deep-jammer render pieces/study-in-d.mid -o study.musicxml
    python tests/music/notation/engrave.py study.musicxml docs/pictures/study-in-d-engraved.png

A third argument is the number of the page, 1 if not given. Texts stand in DejaVu Serif.
"""

import base64
import io
import pathlib
import re
import sys
import tempfile

import resvg_py
import verovio
from fontTools.ttLib import TTFont
from PIL import Image

OPTIONS = {
    "pageWidth": 2100,
    "pageHeight": 2970,
    "scale": 40,
    "adjustPageHeight": True,
    "footer": "none",
    "font": "Leipzig",
}


def music_font(folder):
    """Verovio's own signs as a file: the note in a tempo is a letter of that font."""
    style = pathlib.Path(verovio.__file__).parent / "data" / "Leipzig.css"
    packed = re.search(r"base64,([A-Za-z0-9+/=]+)", style.read_text()).group(1)
    font = TTFont(io.BytesIO(base64.b64decode(packed)))
    font.flavor = None
    path = f"{folder}/Leipzig.ttf"
    font.save(path)
    return path


def plain(svg):
    """Without what resvg does not understand: space between parts of a text, and a place and an
    anchor that are not the whole text's."""
    svg = re.sub(r"<title[^>]*>[^<]*</title>", "", svg)
    place = r'x="[\d.-]+" y="[\d.-]+" text-anchor="\w+"'
    svg = re.sub(rf'<text font-size="0px">\s*<tspan[^>]*? ({place})>', r'<text font-size="0px" \1><tspan>', svg)
    svg = re.sub(r"(<text [^>]*>|<tspan[^>]*>)\s+(?=<tspan)", r"\1", svg)
    return re.sub(r"</tspan>\s+(?=</t)", "</tspan>", svg)


if __name__ == "__main__":
    source, target = sys.argv[1:3]
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    assert toolkit.loadFile(source), source
    svg = plain(toolkit.renderToSVG(int(sys.argv[3]) if len(sys.argv) > 3 else 1))
    with tempfile.TemporaryDirectory() as folder:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            background="white",
            font_files=[music_font(folder)],
            serif_family="DejaVu Serif",
        )
    # Black on white: 16 greys suffice.
    Image.open(io.BytesIO(bytes(png))).convert("L").quantize(16).save(target, optimize=True)
    print(target, "of", toolkit.getPageCount(), "pages")

"""Cut the certificate's two fonts out of the portal's web font.

typst reads no WOFF2 and no variable font, so the ends of the variable font are written
as TTF. Run it when `static/fonts/build.py` has made a new font; it needs fonttools.
"""

import shutil
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "static" / "fonts" / "onest"

for weight, style in ((400, "Regular"), (700, "Bold")):
    font = instancer.instantiateVariableFont(
        TTFont(SOURCE / "onest-wght-400-700.woff2"),
        {"wght": weight},
        updateFontNames=False,
    )
    font.flavor = None
    font["OS/2"].usWeightClass = weight
    for record in list(font["name"].names):
        if record.nameID in (16, 17, 25):
            font["name"].names.remove(record)
    for name_id, text in ((1, "Onest"), (2, style), (4, f"Onest {style}")):
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font.save(HERE / f"Onest-{style}.ttf")
shutil.copy(SOURCE / "OFL.txt", HERE / "OFL.txt")

"""Build the portal's one font file and the stylesheet that loads it.

Maintainers run this when the family or its letters change; the portal only
serves what it writes. In an empty folder:

    npm install @expo-google-fonts/onest@0.4.2 @expo-google-fonts/arimo@0.4.3
    npm install @expo-google-fonts/roboto@0.4.3
    pip install "fonttools[woff]==4.68.0"
    python <repository>/static/fonts/build.py node_modules

Onest (OFL 1.1) is published for the web in one file for each script, so that a
Kazakh page loads four and kerning ends where files meet. The package above has
the whole family as static fonts, drawn from one variable source with the same
points in each. This script cuts Regular and Bold down to the letters of Kazakh,
Russian, English and their neighbours and makes them the two ends of one variable
font again: one request for every page, every weight from 400 to 700.

Arimo has the widths of Arial and Liberation Sans. With Roboto it stands for what
readers see before the font arrives: the fallback faces are scaled so that a line
breaks where it will break afterwards.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from fontTools import subset, varLib
from fontTools.designspaceLib import DesignSpaceDocument
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
STATIC = HERE.parent
DATA = STATIC.parent / "data"
FONT = HERE / "onest" / "onest-wght-400-700.woff2"
STYLESHEET = STATIC / "css" / "fonts.css"
MANIFEST = STATIC / "vendor" / "MANIFEST.sha256"

ENDS = {400: "onest/400Regular/Onest_400Regular", 700: "onest/700Bold/Onest_700Bold"}
SOURCE_SHA256 = {
    400: "f458233e46d263854831b6602ccb3d1d41c1b05bdf9ce1dbeabcafbd6967e5d3",
    700: "0cdd13c9a77421d88993abefc20eb90a6f9bee6d8df76480bccbd3571ad5dd59",
}

# Latin with the letters of Europe, Turkey and the Latin drafts for Kazakh; Cyrillic
# of the Slavic languages; the letters that Kazakh adds.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x400, 0x460),
    *map(ord, "ҒғҚқҢңҮүҰұҺһӘәӨө"),
]
SIGNS = "\u2009\u202f–—‘’‚“”„•…‰‹›⁄€₸₽№™←↑→↓−≈≠≤≥"
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "pnum", "tnum"]

# The faces a reader may have, each with what it stands for in the package folder.
FALLBACKS = {
    "Arial": ("arimo/{}/Arimo_{}", ["Arial", "Liberation Sans", "Arimo"]),
    "Roboto": ("roboto/{}/Roboto_{}", ["Roboto"]),
}
WEIGHTS = {400: "400Regular", 700: "700Bold"}

HEAD = """\
/* Written by static/fonts/build.py. One file holds all letters of Kazakh, Russian
   and English from weight 400 to 700. The other faces are local: what shows first,
   scaled to the same widths and line height, so that nothing moves. Use it as

     font-family: var(--font-text);

   and font-variant-numeric: tabular-nums where numbers stand in columns. */
:root {
  --font-text: Onest, "Onest on Arial", "Onest on Roboto", system-ui, sans-serif;
}

@font-face {
  font-family: Onest;
  src: url("../fonts/onest/onest-wght-400-700.woff2") format("woff2");
  font-weight: 400 700;
  font-style: normal;
  font-display: swap;
}
"""
FACE = """
@font-face {{
  font-family: "Onest on {name}";
  src: {sources};
  font-weight: {weight};
  size-adjust: {size:.2f}%;
  ascent-override: {ascent:.2f}%;
  descent-override: {descent:.2f}%;
  line-gap-override: 0%;
}}
"""


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("Name the node_modules folder")
    packages = Path(sys.argv[1]) / "@expo-google-fonts"

    build_font(packages)
    STYLESHEET.write_text(HEAD + "".join(fallback_faces(packages)), encoding="utf-8")
    shutil.copyfile(packages / "onest" / "LICENSE_FONT", FONT.parent / "OFL.txt")
    write_manifest()
    sys.stdout.write(f"{FONT.name}: {FONT.stat().st_size:,} bytes\n")


def build_font(packages: Path) -> None:
    """Write the variable font, the same bytes on every run."""
    with tempfile.TemporaryDirectory() as folder:
        space = DesignSpaceDocument()
        space.addAxisDescriptor(
            name="Weight", tag="wght", minimum=400, default=400, maximum=700
        )
        for weight, name in ENDS.items():
            source = packages / f"{name}.ttf"
            if digest(source) != SOURCE_SHA256[weight]:
                raise SystemExit(f"{source} is not the file of version 0.4.2")
            end = Path(folder) / f"{weight}.ttf"
            cut(source).save(end)
            space.addSourceDescriptor(path=str(end), location={"Weight": weight})
        space.write(Path(folder) / "onest.designspace")
        font, _, _ = varLib.build(str(Path(folder) / "onest.designspace"))
    font.recalcTimestamp = False
    # Glyph names serve editors only.
    font["post"].formatType = 3.0
    font.flavor = "woff2"
    FONT.parent.mkdir(exist_ok=True)
    font.save(FONT)


def cut(source: Path) -> TTFont:
    """Return the font with the letters, signs and features that pages use."""
    options = subset.Options(
        layout_features=FEATURES, name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], glyph_names=True
    )
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS, text=SIGNS)
    subsetter.subset(font)
    return font


def fallback_faces(packages: Path) -> list[str]:
    """Return @font-face rules that give local fonts the measures of Onest."""
    sample = sample_text()
    faces = []
    for name, (pattern, local) in FALLBACKS.items():
        for weight, file in WEIGHTS.items():
            onest = TTFont(packages / f"{ENDS[weight]}.ttf")
            other = TTFont(packages / f"{pattern.format(file, file)}.ttf")
            size = mean_width(onest, sample) / mean_width(other, sample)
            line, em = onest["hhea"], onest["head"].unitsPerEm
            bold = " Bold" if weight == 700 else ""
            faces.append(
                FACE.format(
                    name=name,
                    sources=", ".join(f'local("{family}{bold}")' for family in local),
                    weight=weight,
                    size=100 * size,
                    ascent=100 * line.ascent / em / size,
                    descent=-100 * line.descent / em / size,
                )
            )
    return faces


def sample_text() -> Counter[str]:
    """Return how often each letter stands in the names of bodies, three languages."""
    with (DATA / "public_bodies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Counter(
        "".join(
            row[f"name_{language}"] for row in rows for language in ("kk", "ru", "en")
        )
    )


def mean_width(font: TTFont, sample: Counter[str]) -> float:
    """Return the mean advance in ems over the letters that the font has."""
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    known = {letter: n for letter, n in sample.items() if ord(letter) in glyphs}
    total = sum(advances[glyphs[ord(letter)]][0] * n for letter, n in known.items())
    return float(total / sum(known.values()) / font["head"].unitsPerEm)


def write_manifest() -> None:
    """List what is served from here but was not written here, with its hash."""
    files = [
        path
        for folder in (STATIC / "vendor", HERE)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in (MANIFEST, Path(__file__))
    ]
    lines = [
        f"{digest(path)}  {path.relative_to(STATIC).as_posix()}\n" for path in files
    ]
    MANIFEST.parent.mkdir(exist_ok=True)
    MANIFEST.write_text("".join(lines), encoding="utf-8")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()

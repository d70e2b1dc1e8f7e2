import hashlib
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

STATIC = Path(__file__).parents[1] / "static"
MANIFEST = STATIC / "vendor" / "MANIFEST.sha256"
STYLESHEET = STATIC / "css" / "fonts.css"
BUILD_SCRIPTS = {STATIC / "fonts" / "build.py"}

KAZAKH = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIGNS = "0123456789₸№«»—–„“”‘’…%‰×−§·→← \u00a0\u202f"


def manifest() -> dict[str, str]:
    lines = MANIFEST.read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def third_party_files() -> set[Path]:
    return {
        path
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).rglob("*")
        if path.is_file()
        and path != MANIFEST
        and path not in BUILD_SCRIPTS
        and "__pycache__" not in path.parts
    }


def letters_without_glyph(font: TTFont, letters: str) -> set[str]:
    return {letter for letter in letters if ord(letter) not in font.getBestCmap()}


def feature_tags(font: TTFont, table: str) -> set[str]:
    return {record.FeatureTag for record in font[table].table.FeatureList.FeatureRecord}


def loaded_fonts() -> list[Path]:
    addresses = re.findall(r'url\("(.+?)"\)', STYLESHEET.read_text())
    return [(STYLESHEET.parent / address).resolve() for address in addresses]


@pytest.fixture
def font():
    (path,) = loaded_fonts()
    with TTFont(path) as opened:
        yield opened


def test_manifest_lists_every_file_and_no_other():
    assert {STATIC / name for name in manifest()} == third_party_files()


@pytest.mark.parametrize("name", manifest())
def test_file_is_the_one_that_was_vendored(name):
    content = (STATIC / name).read_bytes()

    assert hashlib.sha256(content).hexdigest() == manifest()[name]


def test_every_vendored_folder_has_a_licence():
    folders = {path.parent for path in third_party_files()}

    assert {
        folder
        for folder in folders
        if not [*folder.glob("LICENSE*"), *folder.glob("OFL.txt")]
    } == set()


def test_kazakh_has_42_letters():
    assert len(set(KAZAKH)) == 42


def test_missing_letter_is_noticed(font):
    assert letters_without_glyph(font, "Җ漢") == {"Җ", "漢"}


@pytest.mark.parametrize(
    "letters",
    [KAZAKH, KAZAKH.lower(), RUSSIAN, RUSSIAN.lower(), LATIN, LATIN.lower(), SIGNS],
)
def test_font_has_every_letter(font, letters):
    assert letters_without_glyph(font, letters) == set()


def test_font_has_tabular_figures_and_kerning(font):
    assert "tnum" in feature_tags(font, "GSUB")
    assert "kern" in feature_tags(font, "GPOS")


def test_tabular_figures_have_one_width(font):
    glyphs = [font.getBestCmap()[ord(figure)] for figure in "0123456789"]
    tabular = next(
        subtable.mapping
        for record in font["GSUB"].table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
        for subtable in font["GSUB"].table.LookupList.Lookup[index].SubTable
    )

    assert len({font["hmtx"][tabular[glyph]][0] for glyph in glyphs}) == 1


def test_font_has_weights_from_text_to_bold(font):
    (axis,) = font["fvar"].axes

    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 700)


def test_a_page_loads_one_small_font_file():
    (path,) = loaded_fonts()

    assert path.stat().st_size <= 40_000


def test_text_shows_before_the_font_arrives():
    css = STYLESHEET.read_text()
    web = [face for face in css.split("@font-face")[1:] if "url(" in face]
    local = [face for face in css.split("@font-face")[1:] if "local(" in face]

    assert all("font-display: swap" in face for face in web)
    assert all("size-adjust" in face and "ascent-override" in face for face in local)
    assert len(local) >= 2

"""What a cell looks like on a page."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from foundation.languages import Text
from surveys.crossing import CrossTable, Level
from surveys.results import Cell

WORDS = Text("<b>иә</b>", "kk")


def cell(n, percent):
    return Cell("1", WORDS, n, percent)


def test_a_share_is_its_number_and_a_bar_of_its_width():
    with override("kk"):
        share = cell(1_234, 1234 / 99).share

    assert share.startswith("12,5 <svg ")
    assert share.count('width="12.46"') == 1
    assert isinstance(share, SafeString)


def test_what_is_hidden_looks_like_what_nobody_chose():
    assert cell(None, None).share == "–"
    assert Cell("2", WORDS, None, None, is_missing=True).share == "–"


def test_a_table_by_groups_shows_bars_and_escapes_words():
    levels = [Level("1", WORDS, 99, [cell(12, 12.1)]), Level("2", WORDS, None, [])]
    cross = CrossTable("q", WORDS, None, "sex", WORDS, levels)

    with override("en"):
        page = render_to_string("surveys/_cross.html", {"cross": cross})

    assert "12.1 <svg " in page
    assert 'rect width="12.10"' in page
    assert "<b>" not in page

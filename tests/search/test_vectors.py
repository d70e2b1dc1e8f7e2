import pytest

from foundation.search.vectors import kazakh_query, kazakh_vector


def test_stems_of_a_word_stand_at_one_place():
    vector = kazakh_vector("Пара", "өңірде пара")

    assert "'пара':1A,3B" in vector
    assert "'онир':2B" in vector
    assert "'онирде':2B" in vector


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ""),
        ("!&|:*()<->\\'", ""),
        ("пара", "(('пара'))"),
        ("пара сот", "(('пара')) & (('сот'))"),
        ('"пара сот"', "(('пара') <-> ('сот'))"),
        ("пара -сот", "(('пара')) & !(('сот'))"),
        ('""', ""),
        ('"пара', "(('пара'))"),
    ],
)
def test_query(text, query):
    assert kazakh_query(text) == query


def test_word_that_is_very_long_is_cut_alike():
    assert "'" + "б" * 200 + "'" in kazakh_query("б" * 5000)
    assert "'" + "б" * 200 + "'" in kazakh_vector("б" * 5000, "")


def test_text_that_is_very_long_has_no_place_beyond_the_last():
    vector = kazakh_vector("", " ".join(f"сөз{n}" for n in range(20_000)))

    assert "16383B" in vector
    assert "16384B" not in vector

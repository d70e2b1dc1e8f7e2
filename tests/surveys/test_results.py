"""What a cell looks like on a page, and what percentages are of."""

import json

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from foundation.languages import Text
from surveys.crossing import CrossTable, Level
from surveys.exports import aggregate_file
from surveys.flushing import add_counts
from surveys.results import Cell, tables
from surveys.tally import count
from tests.factories.surveys import fielded, option, question

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


def counted(item, people):
    wave = fielded([item])
    definition = wave.questionnaire.definition
    add_counts(wave, count(definition, [], ((person, set()) for person in people)))
    return wave


@pytest.mark.django_db
def test_who_chose_none_of_several_answers_stays_in_the_base():
    people = [{"q": [1, 2]}] * 20 + [{"q": [1]}] * 10 + [{}] * 20

    [table] = tables(counted(question("q", "multiple"), people))

    assert (table.base, table.of) == (50, 50)
    assert [cell.percent for cell in table.cells] == [60, 40, None]


def several(*codes):
    refused = option(99, missing="refused")
    choices = [*(option(code) for code in codes), refused]
    return question("q", "multiple") | {"choices": choices}


def shown(wave):
    """Return what readers get of the only table: the page's part and the file."""
    [table] = tables(wave)
    with override("en"):
        page = render_to_string("surveys/_table.html", {"table": table})
    return page, aggregate_file(wave, "csv").decode()


@pytest.mark.django_db
def test_several_answers_are_shares_of_all_answers_given_too():
    people = [{"q": [1, 2]}] * 20 + [{"q": [1]}] * 10 + [{"q": {"missing": 99}}] * 20

    wave = counted(several(1, 2), people)
    page, file = shown(wave)

    assert [share for _cell, share in tables(wave)[0].lines] == [60, 40, None]
    assert "per cent of all 50 answers given" in page
    assert page.count("Per cent of answers") == 1
    assert [line.split(",")[-1] for line in file.splitlines()[1:]] == [
        "60.0",
        "40.0",
        "",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("few", [1, 4, 9])
def test_no_share_of_answers_tells_of_a_hidden_one(few):
    most = [{"q": [1, 2]}] * 20 + [{"q": [1]}] * 20
    people = [{"q": [1, 2, 3]}] * few + most[few:]
    hidden = shown(counted(several(1, 2, 3), people))

    assert hidden == shown(counted(several(1, 2, 3), most))
    assert "Per cent of answers" not in hidden[0]
    assert {line.split(",")[-1] for line in hidden[1].splitlines()[1:]} == {""}


@pytest.mark.django_db
def test_shares_of_answers_are_for_several_answers_alone():
    [table] = tables(counted(question("q"), [{"q": 1}] * 40 + [{"q": 2}] * 30))

    assert table.given is None


@pytest.mark.django_db
def test_hidden_and_empty_are_the_same_in_files():
    wave = counted(question("q"), [{"q": 1}] * 40 + [{"q": 2}] * 3)

    hidden, empty = aggregate_file(wave, "csv").decode().splitlines()[2:]
    file = json.loads(aggregate_file(wave, "json"))

    assert hidden.replace(",2,", ",3,") == empty
    assert {**file["cells"][1], "code": "3"} == file["cells"][2]

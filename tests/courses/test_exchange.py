from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.exchange.gift import escape, read_gift, unescape, write_gift
from courses.exchange.moodle_xml import read_moodle, write_moodle
from courses.exchange.plain import Plain, flatten, spread
from courses.models import QuestionVersion
from courses.question_check import faults_of
from courses.reading import read_questions
from courses.services.exchange import export_bank, import_bank
from courses.shipped import FOLDER
from tests.factories.courses import BankFactory


def shipped(language):
    """Return the shipped questions of a language as a file would hold them."""
    found = []
    for path in sorted(Path(FOLDER).glob(f"*/questions.*.{language}.txt")):
        for key, row in read_questions(path.read_text("utf-8")).items():
            body = dict(row["body"])
            if row["kind"] == "short":
                body["answers"] = [
                    text.strip() for text in body["answers"][0].split("|")
                ]
            found.append(Plain(key, row["kind"], "partial", body, ["m1"]))
    return found


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_questions_of_eight_kinds_go_out_and_come_back_equal(language):
    questions = [q for q in shipped(language) if q.kind != "cloze"]

    text, lost = write_gift(questions)
    back, not_read = read_gift(text)

    assert len(questions) > 30
    assert len({question.kind for question in questions}) == 8
    assert lost == not_read == []
    assert back == questions


def test_what_gift_cannot_say_is_listed():
    questions = [q for q in shipped("en") if q.kind == "cloze"]

    _text, lost = write_gift(questions)

    assert len(lost) == len(questions) > 0


def test_what_is_not_understood_is_listed_by_its_line():
    text = "::a::Which? {=Yes ~No}\n\n$CATEGORY: old\n\nAn essay {}\n"

    questions, lost = read_gift(text)

    assert [q.key for q in questions] == ["a"]
    assert [loss.line for loss in lost] == [3, 5]


@given(st.text(alphabet="a~=#{}:\\ ", max_size=20))
def test_every_text_survives_escaping(text):
    assert unescape(escape(text)) == " ".join(text.split())


@given(st.text(max_size=200))
def test_no_file_is_an_error(text):
    read_gift(text)


def test_one_language_is_put_back_where_it_came_from():
    body = {"stem": "Q", "choices": [{"key": "c0", "fraction": "1", "text": "A"}]}

    assert flatten(spread(body, "ru"), "ru") == body
    assert spread(body, "ru")["choices"][0]["text"] == {"ru": "A"}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_moodle_xml_brings_nine_kinds_back_equal(language):
    questions = shipped(language)

    back, lost = read_moodle(write_moodle(questions))

    assert len({question.kind for question in questions}) == 9
    assert lost == []
    assert back == questions


@pytest.mark.parametrize(
    "text",
    [
        "<quiz",
        "<!DOCTYPE q [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><quiz>&x;</quiz>",
        "<quiz><question type='essay'><name><text>E</text></name></question></quiz>",
    ],
)
def test_xml_that_is_broken_hostile_or_unknown_is_listed(text):
    questions, lost = read_moodle(text)

    assert questions == []
    assert len(lost) == 1


def test_a_bank_takes_a_file_and_waits_for_its_translations(db):
    bank = BankFactory()

    taken, lost = import_bank(
        bank=bank, language="ru", text="::a::Какой? {=Этот ~Тот}\n"
    )
    text, _lost = export_bank(bank=bank, language="ru", file_format="gift")

    version = QuestionVersion.objects.get()
    assert (taken, lost) == (1, [])
    assert faults_of(version.kind, version.body)
    assert "Какой?" in text

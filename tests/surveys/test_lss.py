"""Questionnaires of LimeSurvey: what is read, lost and refused."""

from xml.sax.saxutils import escape

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.checking import problems
from surveys.models import Item, Questionnaire
from tests.surveys.foreign import bases, loaded, told

pytestmark = pytest.mark.django_db


def rows(section, found):
    cells = "".join(
        "<row>"
        + "".join(f"<{key}>{escape(str(v))}</{key}>" for key, v in row.items())
        + "</row>"
        for row in found
    )
    return f"<{section}><rows>{cells}</rows></{section}>"


def lss(questions, parts=(), answers=(), attributes=(), language="ru", **sections):
    listed = [
        {"qid": n, "parent_qid": 0, "gid": 1, "title": f"Q{n}", "language": language,
         "question": f"Text {n}", "question_order": n, **row}
        for n, row in enumerate(questions, start=1)
    ]  # fmt: skip
    told_parts = [
        {"qid": 100 + n, "parent_qid": parent, "title": title, "language": language,
         "question": f"Part {title}", "question_order": n}
        for n, (parent, title) in enumerate(parts)
    ]  # fmt: skip
    told_answers = [
        {"qid": qid, "code": code, "answer": f"Answer {code}", "sortorder": n,
         "language": language, "scale_id": 0}
        for n, (qid, code) in enumerate(answers)
    ]  # fmt: skip
    found = {
        "questions": listed,
        "subquestions": told_parts,
        "answers": told_answers,
        "question_attributes": [
            {"qid": qid, "attribute": name, "value": value}
            for qid, name, value in attributes
        ],
        **sections,
    }
    body = "".join(rows(name, own) for name, own in found.items())
    return (
        "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>"
        f"<languages><language>{language}</language></languages>{body}</document>"
    )


BOMB = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>&b;</document>"
)
OUTSIDE = (
    '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>&a;</document>"
)


@pytest.mark.parametrize(
    "content",
    [
        "", "<", "<document/>", "{}", BOMB, OUTSIDE, "<!DOCTYPE d><document/>",
        '<?xml version="1.0" encoding="none"?><document/>',
        "<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>",
    ],
)  # fmt: skip
def test_what_is_no_file_of_limesurvey_is_refused(content):
    with pytest.raises(ValidationError, match="LimeSurvey"):
        loaded(content, "form.lss")

    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize(
    ("letter", "kind", "codes"),
    [
        ("L", "single", [1, 2]),
        ("!", "single", [1, 2]),
        ("R", "ranking", [1, 2]),
        ("M", "multiple", [1, 2]),
        ("F", "matrix", [1, 2]),
        ("5", "scale", [1, 2, 3, 4, 5]),
        ("Y", "single", [1, 2]),
        ("E", "matrix", [1, 2, 3]),
        ("N", "number", []),
        ("D", "date", []),
        ("T", "text", []),
        ("X", "info", []),
    ],
)
def test_kinds_of_limesurvey(letter, kind, codes):
    file = lss([{"type": letter}], [(1, "1"), (1, "2")], [(1, "1"), (1, "2")])

    draft, _losses = loaded(file, "form.lss")

    item = draft.items.get()
    assert item.kind == kind
    assert [c.code for c in item.choices.filter(is_row=False)] == codes
    assert item.choices.filter(is_row=True).count() == 2 * (kind == "matrix")


@pytest.mark.parametrize("letter", ["1", ";", ":", "K", "Q", "|", "*", "I", "?", ""])
def test_an_unknown_kind_of_limesurvey_is_named(letter):
    draft, losses = loaded(lss([{"type": letter}]), "form.lss")

    assert not draft.items.exists()
    assert f"Q1: the whole item, of the type “{letter}”" in told(losses)


def test_a_hidden_question_of_limesurvey_is_not_asked():
    draft, losses = loaded(
        lss([{"type": "T"}], attributes=[(1, "hidden", "1")]), "form.lss"
    )

    assert not draft.items.exists()
    assert "Q1: the whole item, which is hidden" in told(losses)


def test_answers_of_limesurvey_keep_limits_and_words_become_codes():
    file = lss(
        [{"type": "M", "mandatory": "Y", "help": "A <i>hint</i>"}],
        [(1, "SQ1"), (1, "2")],
        attributes=[
            (1, "exclude_all_others", "SQ1"),
            (1, "max_answers", "1"),
            (1, "random_order", "1"),
        ],
    )

    draft, losses = loaded(file, "form.lss")

    item = draft.items.get()
    found = [(c.code, c.label_ru, c.is_exclusive) for c in item.choices.all()]
    assert found == [(1, "Part SQ1", True), (2, "Part 2", False)]
    assert (item.is_required, item.is_random, item.limits) == (True, True, {"most": 1})
    assert item.hint_ru == "A hint"
    assert told(losses) == "Q1: the code “SQ1”, which becomes 1"


def test_a_number_of_limesurvey_has_its_bounds():
    bounds = [(1, "min_num_value_n", "16"), (1, "max_num_value_n", "120")]
    whole = (1, "num_value_int_only", "1")

    draft, losses = loaded(
        lss([{"type": "N"}], attributes=[*bounds, whole]), "form.lss"
    )

    assert draft.items.get().limits == {"min": 16, "max": 120}
    assert losses == []


def test_languages_of_limesurvey_in_old_and_new_files():
    kazakh = {"qid": 1, "parent_qid": 0, "title": "Q1", "language": "kk"}
    old = lss([{"type": "L"}, {**kazakh, "question": "Сұрақ"}], answers=[(1, "1")])
    new = lss(
        [{"type": "L", "question": ""}],
        question_l10ns=[
            {"qid": 1, "language": "ru", "question": "Text 1"},
            {"qid": 1, "language": "kk", "question": "Сұрақ"},
        ],
        answers=(),
    ).replace(
        rows("answers", []),
        rows("answers", [{"aid": 5, "qid": 1, "code": "1", "sortorder": 1}])
        + rows("answer_l10ns", [{"aid": 5, "language": "ru", "answer": "Answer 1"}]),
    )

    found = [loaded(file, "form.lss")[0].items.get() for file in (old, new)]

    for item in found:
        assert (item.text_kk, item.text_ru, item.text_en) == ("Сұрақ", "Text 1", "")
        assert [c.label_ru for c in item.choices.all()] == ["Answer 1"]


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("1", None),
        ('((Q1.NAOK == "A1"))', ["=", "Q1", 1]),
        ("Q1.NAOK eq 'A2' or Q1 == \"A1\"", ["or", ["=", "Q1", 2], ["=", "Q1", 1]]),
        ('Q1.NAOK != "A1"', ["not", ["=", "Q1", 1]]),
        ('!(Q2_2.NAOK == "Y")', ["not", ["has", "Q2", 2]]),
        ("Q3.NAOK >= 18 && Q3.NAOK > 2.5", ["and", [">=", "Q3", 18], [">", "Q3", 2.5]]),
        ('Q4_1.NAOK == "A2"', ["=", "Q4.1", 2]),
        (
            'Q3 == 1 and Q3 == 2 or Q3 == 3',
            ["or", ["and", ["=", "Q3", 1], ["=", "Q3", 2]], ["=", "Q3", 3]],
        ),
    ],
)  # fmt: skip
def test_conditions_of_limesurvey(text, base):
    draft, losses = loaded(branching(text), "form.lss")

    assert bases(draft)["Q5"] == base
    assert "asked of everybody" not in told(losses)
    assert not any("broken" in p.text for p in problems(draft.definition))


def branching(text):
    kinds = [{"type": letter} for letter in "LMNF"]
    return lss(
        [*kinds, {"type": "T", "relevance": text}, {"type": "N"}],
        [(2, "1"), (2, "2"), (4, "1")],
        [(1, "A1"), (1, "A2"), (4, "A1"), (4, "A2")],
    )


@pytest.mark.parametrize(
    "text",
    [
        "0",
        'Q1.NAOK == "A9"',
        'Q6.NAOK == 3',
        'Q5.NAOK == "x"',
        "Q3.NAOK < 18",
        "Q1.NAOK == Q3.NAOK",
        'Q2_1.NAOK == ""',
        'Q2.NAOK == "Y"',
        "is_empty(Q1.NAOK)",
        "count(Q2_1, Q2_2) > 1",
        'Q1.NAOK == "A1" and',
        'Q1.NAOK == "A1" "A2"',
        '(Q1.NAOK == "A1"',
        "(" * 5_000,
        "!" * 5_000,
        'Q1.NAOK == "A1',
        "; drop",
    ],
)  # fmt: skip
def test_a_condition_of_limesurvey_with_no_equal_is_named(text):
    draft, losses = loaded(branching(text), "form.lss")

    assert bases(draft)["Q5"] is None
    assert "asked of everybody" in told(losses)


def test_a_condition_of_a_group_holds_for_its_questions():
    groups = [
        {"gid": 2, "group_order": 2, "grelevance": 'Q1 == "A1"'},
        {"gid": 1, "group_order": 1, "grelevance": ""},
    ]
    file = lss(
        [{"type": "L", "gid": 1, "question_order": 9}, {"type": "T", "gid": 2}],
        answers=[(1, "A1")],
        groups=groups,
    )

    draft, _losses = loaded(file, "form.lss")

    assert list(bases(draft).items()) == [("Q1", None), ("Q2", ["=", "Q1", 1])]


@pytest.mark.parametrize(
    ("more", "loss"),
    [
        ({"other": "Y"}, "the answer “other”"),
        ({"type": "O"}, "beside an answer"),
        ({"mandatory": "S"}, "once more"),
        ({"preg": "/^a/"}, "the check /^a/"),
        ({"title": "Q 1"}, "the name “Q 1”"),
        ({"question": "<video src='x'></video>"}, "pictures"),
    ],
)
def test_what_is_lost_of_limesurvey_is_named(more, loss):
    draft, losses = loaded(lss([{"type": "L"} | more], answers=[(1, "1")]), "form.lss")

    assert draft.items.count() == 1
    assert loss in told(losses)


def test_an_earlier_answer_is_repeated_where_its_words_are_the_same():
    words = "{Q1.shown}, {Q2.NAOK}, {Q1.NAOK}, {TOKEN:NAME}"
    file = lss(
        [{"type": "L"}, {"type": "N"}, {"type": "T", "question": words}],
        answers=[(1, "1")],
    )

    draft, losses = loaded(file, "form.lss")

    assert draft.items.get(code="Q3").text_ru == "{Q1}, {Q2}, …, …"
    assert "repeated from “Q1.NAOK”" in told(losses)
    assert "repeated from “TOKEN:NAME”" in told(losses)


@pytest.mark.parametrize(
    ("sections", "loss"),
    [
        ({"quota": [{"id": 1}]}, "quotas"),
        ({"defaultvalues": [{"qid": 1}]}, "filled in beforehand"),
        ({"conditions": [{"qid": 1}]}, "its conditions"),
    ],
)
def test_what_stands_beside_the_questions_is_named(sections, loss):
    _draft, losses = loaded(lss([{"type": "T"}], **sections), "form.lss")

    assert loss in told(losses)


marks = st.text(st.sampled_from("<>&;\"'\x00aЖ1/"), max_size=20)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["qid", "parent_qid", "title", "type", "question", "relevance",
                             "question_order", "scale_id", "language"]),
            st.sampled_from(["", "0", "1", "L", "M", "F", "Q1", "x" * 400, "-1", "9e9", "kk"]),
        ),
        max_size=5,
    ),
    marks,
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_a_malformed_file_of_limesurvey_is_a_draft_or_a_clear_refusal(found, mark):
    before = (Questionnaire.objects.count(), Item.objects.count())
    file = lss([{"type": "M"}, {"type": "F"}, *found], [(1, "1"), (2, "1")])
    file = file.replace("</document>", f"<answers>{mark}</answers></document>")

    try:
        draft, _losses = loaded(file, "form.lss")
    except ValidationError:
        assert (Questionnaire.objects.count(), Item.objects.count()) == before
    else:
        problems(draft.definition)

import json
import random

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as often
from hypothesis import strategies as st

from reports.questionnaires import SchemaError, read_schema

SHIPPED = json.loads((settings.BASE_DIR / "data/questionnaires/1.json").read_text())
FORM = read_schema(SHIPPED)
IDS = [question.id for question in FORM.questions()]


def test_what_ships_is_in_three_languages():
    texts = [s.titles for s in FORM.sections]
    texts += [t for q in FORM.questions() for t in (q.labels, q.hints or q.labels)]
    texts += [t for q in FORM.questions() for _value, t in q.choices]

    assert all(set(text) == {"kk", "ru", "en"} and all(text.values()) for text in texts)


@often(max_examples=1000, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(IDS), st.sampled_from(["yes", "no", "told", "x", ""])
    )
)
def test_no_answer_of_a_hidden_branch_is_kept(answers):
    kept = FORM.kept(answers)

    assert all(q.is_asked(kept) for q in FORM.questions() if q.id in kept)
    assert FORM.kept(kept) == kept
    assert ("amount" in kept) <= (answers.get("money") == "yes")


def question(**more):
    return {"id": "q", "kind": "text", "label": {"en": "Q"}, **more}


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [question(kind="magic")],
        [question(label={})],
        [question(kind="choice")],
        [question(), question()],
        [question(when=[{"question": "later", "is": ["x"]}])],
        [question(id="a"), question(when=[{"question": "a", "is": ["x"]}])],
    ],
)
def test_a_questionnaire_that_cannot_be_asked_is_refused(questions):
    section = {"id": "s", "title": {"en": "S"}, "questions": questions}

    with pytest.raises(SchemaError):
        read_schema({"sections": [section]})


def test_a_hundred_thousand_broken_questionnaires_are_refused_politely():
    source = random.Random(3)
    junk = [None, 1, "x", [], {}, [1], {"id": 1}, {"en": "x"}, [[]], True]

    for _ in range(100_000):
        entry = question(when=[{"question": "q", "is": ["x"]}], choices=[])
        entry[source.choice(list(entry))] = source.choice(junk)
        section = {"id": "s", "title": {"en": "S"}, "questions": [entry]}
        section[source.choice(list(section))] = source.choice([[entry], *junk])
        try:
            read_schema({"sections": [section]})
        except SchemaError:
            continue

"""Questionnaires of Qualtrics: what is read, lost and refused."""

import json

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.checking import problems
from surveys.foreign import MOST, MOST_BYTES
from surveys.models import Item, Questionnaire
from tests.surveys.foreign import bases, loaded, told

pytestmark = pytest.mark.django_db


def asked(qid, kind="MC", selector="SAVR", sub="TX", **more):
    shown = {"1": {"Display": "Yes"}, "2": {"Display": "No"}}
    return {
        "QuestionID": f"QID{qid}", "DataExportTag": f"Q{qid}", "QuestionType": kind,
        "Selector": selector, "SubSelector": sub, "QuestionText": f"Text {qid}",
        "Choices": shown, "ChoiceOrder": ["1", "2"], "Language": [],
        "Validation": {"Settings": {"ForceResponse": "OFF", "Type": "None"}}, **more,
    }  # fmt: skip


def qsf(*questions, language="EN", others=()):
    elements = [
        {"Element": "SQ", "PrimaryAttribute": q["QuestionID"], "Payload": q}
        for q in questions
    ]
    entry = {"SurveyName": "S", "SurveyLanguage": language}
    return json.dumps({"SurveyEntry": entry, "SurveyElements": [*elements, *others]})


def logic(*parts, join="And", **more):
    found = {
        str(n): {"LogicType": "Question", "Conjuction": join, **part}
        for n, part in enumerate(parts)
    }
    return {"0": {**found, "Type": "If"}, "Type": "BooleanExpression", **more}


def chosen(qid, choice, operator="Selected"):
    left = f"q://QID{qid}/SelectableChoice/{choice}"
    return {"LeftOperand": left, "Operator": operator, "Description": f"If {qid}"}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"{", b"[]", b"7", b"null", b"{}", b'{"SurveyElements": 7',
        b"[" * 100_000, b'{"SurveyEntry": {}, "Elements": []}',
    ],
)  # fmt: skip
def test_what_is_no_file_of_qualtrics_is_refused(content):
    with pytest.raises(ValidationError, match="Qualtrics"):
        loaded(content, "form.qsf")

    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize("name", ["form.qsf", "form.lss"])
def test_a_huge_file_is_refused(name):
    with pytest.raises(ValidationError, match="5 MB"):
        loaded(b" " * (MOST_BYTES + 1), name)


def test_more_questions_or_answers_than_anybody_reads_are_refused():
    many = {str(n): {"Display": "x"} for n in range(MOST + 1)}

    with pytest.raises(ValidationError, match="answers"):
        loaded(qsf(asked(1, Choices=many)), "form.qsf")
    with pytest.raises(ValidationError, match="questions"):
        loaded(qsf(*(asked(n, "DB", "TB") for n in range(MOST + 1))), "form.qsf")


def test_an_unknown_file_is_refused():
    with pytest.raises(ValidationError, match=r"\.qsf"):
        loaded(b"", "form.doc")


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (asked(1), "single"),
        (asked(1, selector="MAVR"), "multiple"),
        (asked(1, "RO", "DND"), "ranking"),
        (asked(1, "TE", "ML"), "text"),
        (asked(1, "DB", "TB"), "info"),
        (asked(1, "Matrix", "Likert", "SingleAnswer", Answers={"1": {}}), "matrix"),
    ],
)
def test_kinds_of_qualtrics(payload, kind):
    draft, losses = loaded(qsf(payload), "form.qsf")

    assert draft.items.get().kind == kind
    assert losses == []


@pytest.mark.parametrize(
    "payload",
    [
        asked(1, "Slider", "HBAR"),
        asked(1, "Matrix", "Likert", "MultipleAnswer"),
        asked(1, "Matrix", "MaxDiff"),
        asked(1, "TE", "FORM"),
        asked(1, "MC", "NEW"),
        asked(1, "DB", "GRB"),
        asked(1, [], {}, 7),
    ],
)
def test_an_unknown_kind_of_qualtrics_is_named(payload):
    draft, losses = loaded(qsf(payload), "form.qsf")

    assert not draft.items.exists()
    assert "Q1: the whole item, of the type" in told(losses)


def test_answers_of_qualtrics_keep_order_codes_and_limits():
    payload = asked(
        1, selector="MAVR", ChoiceOrder=["2", "1"],
        Choices={"1": {"Display": "<b>None</b>", "ExclusiveAnswer": True}, "2": {"Display": "A&amp;B"}},
        RecodeValues={"1": "99", "2": "-3"}, Randomization={"Type": "All"},
        Validation={"Settings": {"ForceResponse": "ON", "Type": "MaxChoices", "MaxChoices": "1"}},
    )  # fmt: skip

    draft, losses = loaded(qsf(payload), "form.qsf")

    item = draft.items.get()
    found = [(c.code, c.label_en, c.is_exclusive) for c in item.choices.all()]
    assert found == [(1, "A&B", False), (99, "None", True)]
    assert (item.is_required, item.is_random, item.limits) == (True, True, {"most": 1})
    assert told(losses) == "Q1: the code “-3”, which becomes 1"


def test_a_number_of_qualtrics_has_its_bounds():
    number = {"Min": "16", "Max": "99.5", "NumDecimals": "1"}
    checks = {
        "Type": "ContentType",
        "ContentType": "ValidNumber",
        "ValidNumber": number,
    }

    draft, losses = loaded(
        qsf(asked(1, "TE", "SL", Validation={"Settings": checks})), "form.qsf"
    )

    item = draft.items.get()
    assert (item.kind, losses) == ("number", [])
    assert item.limits == {"min": 16, "max": 99.5, "decimals": 1}


def test_languages_of_qualtrics():
    own = {"QuestionText": "Сұрақ", "Choices": {"1": {"Display": "Иә"}}}
    payload = asked(1, Language={"KAZ": own, "FR": {"QuestionText": "Texte"}})

    draft, losses = loaded(qsf(payload), "form.qsf")

    item = draft.items.get()
    assert (item.text_kk, item.text_ru, item.text_en) == ("Сұрақ", "", "Text 1")
    assert [c.label_kk for c in item.choices.all()] == ["Иә", ""]
    assert "the words in the language “fr”" in told(losses)
    assert any("ru" in problem.text for problem in problems(draft.definition))


def test_a_foreign_language_stands_for_all():
    draft, losses = loaded(qsf(asked(1), language="DE"), "form.qsf")

    item = draft.items.get()
    assert (item.text_kk, item.text_ru, item.text_en) == ("Text 1",) * 3
    assert "the words in the language “de”" in told(losses)


@pytest.mark.parametrize(
    ("shown", "base"),
    [
        (logic(chosen(1, 2)), ["=", "Q1", 2]),
        (logic(chosen(1, 2, "NotSelected")), ["not", ["=", "Q1", 2]]),
        (logic(chosen(2, 1)), ["has", "Q2", 1]),
        (
            logic(chosen(1, 1), chosen(2, 2), join="Or"),
            ["or", ["=", "Q1", 1], ["has", "Q2", 2]],
        ),
        (
            logic({"LeftOperand": "q://QID3/ChoiceTextEntryValue",
                   "Operator": "GreaterThan", "RightOperand": "17"}),
            [">", "Q3", 17],
        ),
    ],
)  # fmt: skip
def test_conditions_of_qualtrics(shown, base):
    checks = {"Type": "ContentType", "ContentType": "ValidNumber"}
    number = asked(3, "TE", "SL", Validation={"Settings": checks})
    file = qsf(
        asked(1), asked(2, selector="MAVR"), number, asked(4, DisplayLogic=shown)
    )

    draft, losses = loaded(file, "form.qsf")

    assert bases(draft)["Q4"] == base
    assert losses == []
    assert not any("broken" in p.text for p in problems(draft.definition))


@pytest.mark.parametrize(
    "shown",
    [
        logic(chosen(1, 7)),
        logic(chosen(5, 1)),
        logic(chosen(4, 1)),
        logic(chosen(1, 1, "Displayed")),
        logic(chosen(1, 1), chosen(2, 1) | {"Conjuction": "Or"}, chosen(1, 2)),
        logic(chosen(1, 1), {"LogicType": "EmbeddedField", "Operator": "EqualTo"}),
        {**logic(chosen(1, 1)), "1": logic(chosen(1, 2))["0"]},
        {"0": 7},
        7,
    ],
)
def test_a_condition_of_qualtrics_with_no_equal_is_named(shown):
    file = qsf(asked(1), asked(2), asked(4, DisplayLogic=shown), asked(5))

    draft, losses = loaded(file, "form.qsf")

    assert bases(draft)["Q4"] is None
    assert "asked of everybody" in told(losses)


def test_the_flow_of_qualtrics_orders_branches_and_leaves_out_the_trash():
    blocks = [
        {
            "Type": "Standard",
            "ID": "B1",
            "BlockElements": [{"Type": "Question", "QuestionID": "QID3"}],
        },
        {
            "Type": "Standard",
            "ID": "B2",
            "BlockElements": [{"Type": "Question", "QuestionID": "QID1"}],
        },
        {
            "Type": "Trash",
            "ID": "B3",
            "Description": "Bin",
            "BlockElements": [{"Type": "Question", "QuestionID": "QID2"}],
        },
    ]
    branch = {
        "Type": "Branch",
        "BranchLogic": logic(chosen(3, 1)),
        "Flow": [
            {"Type": "Standard", "ID": "B2"},
            {"Type": "EndSurvey", "FlowID": "F9"},
        ],
    }
    flow = [{"Type": "Block", "ID": "B1"}, branch]
    others = [
        {"Element": "BL", "Payload": blocks},
        {"Element": "FL", "Payload": {"Flow": flow}},
        {"Element": "QO", "Payload": {}},
    ]  # fmt: skip

    draft, losses = loaded(qsf(asked(1), asked(2), asked(3), others=others), "form.qsf")

    assert bases(draft) == {"Q3": None, "Q1": ["=", "Q3", 1]}
    for loss in ("quotas", "F9: the step “EndSurvey”", "Q2: the whole item, which"):
        assert loss in told(losses)


@pytest.mark.parametrize(
    ("more", "loss"),
    [
        ({"QuestionJS": "x()"}, "its script"),
        ({"SkipLogic": [{}]}, "what is skipped after it"),
        ({"DynamicChoices": {"Locator": "q"}}, "carried over"),
        ({"DefaultChoices": {"1": {}}}, "filled in beforehand"),
        ({"Randomization": {"Type": "Advanced"}}, "random order of some"),
        ({"Choices": {"1": {"Display": "x", "TextEntry": "true"}}}, "beside an answer"),
        ({"Choices": {"1": {"DisplayLogic": {"0": {}}}}}, "condition of an answer"),
        ({"QuestionText": "See <img src='x'>"}, "pictures"),
        ({"QuestionText": "Dear ${e://Field/name}"}, "repeated from “e://Field/name”"),
        ({"DataExportTag": "1.1"}, "the name “1.1”"),
        ({"Validation": {"Settings": {"Type": "CustomValidation"}}}, "the check"),
        (
            {"Validation": {"Settings": {"ForceResponse": "RequestResponse"}}},
            "once more",
        ),
    ],
)
def test_what_is_lost_of_qualtrics_is_named(more, loss):
    draft, losses = loaded(qsf(asked(1, **more)), "form.qsf")

    assert draft.items.count() == 1
    assert loss in told(losses)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>One</p><p>two<br>three</p>", "One two three"),
        ("Under 18: age &lt; 18 &amp; more", "Under 18: age < 18 & more"),
        ("a <script>x()</script>b<style>i{}</style>", "a b"),
        ("<" * 500 + " b", "<" * 500 + " b"),
        ("<i " * 500 + "deep", "Q1"),
    ],
)
def test_texts_are_plain(html, words):
    draft, _losses = loaded(qsf(asked(1, QuestionText=html)), "form.qsf")

    assert draft.items.get().text_en == words


def test_an_earlier_answer_is_repeated():
    words = "You said ${q://QID1/ChoiceGroup/SelectedChoices}. Why?"

    draft, losses = loaded(qsf(asked(1), asked(2, QuestionText=words)), "form.qsf")

    assert draft.items.get(code="Q2").text_en == "You said {Q1}. Why?"
    assert losses == []


scraps = st.recursive(
    st.sampled_from(
        [None, "", 7, -1.5, True, "1", "QID1", "Q1", "MC", "ON", "x" * 40, "If", "All"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["0", "1", "Display", "Type", "Flow", "Settings", "EN", "Choices"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from([*asked(1), "DisplayLogic", "Answers"]), scraps),
    st.lists(st.tuples(st.sampled_from(["BL", "FL", "SQ", "QO"]), scraps), max_size=3),
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_a_malformed_file_of_qualtrics_is_a_draft_or_a_clear_refusal(more, others):
    before = (Questionnaire.objects.count(), Item.objects.count())
    elements = [{"Element": kind, "Payload": scrap} for kind, scrap in others]
    file = json.loads(qsf(asked(1), asked(2), others=elements))
    file["SurveyElements"][0]["Payload"] |= more

    try:
        draft, _losses = loaded(json.dumps(file), "form.qsf")
    except ValidationError:
        assert (Questionnaire.objects.count(), Item.objects.count()) == before
    else:
        problems(draft.definition)

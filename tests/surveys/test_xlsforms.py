"""Forms as other tools write them: in, out again, and nothing falls over."""

from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from surveys.checking import problems
from surveys.models import Item, Questionnaire
from surveys.services.exchanging import import_questionnaire
from surveys.xlsform import write
from tests.factories.surveys import SurveyFactory

pytestmark = pytest.mark.django_db

HEAD = ["type", "name", "label"]
YES_NO = [["yn", "yes", "Yes"], ["yn", "no", "No"]]
AGES = [["age", "1", "Young"], ["age", "2", "Old"]]
ONE = ["select_one yn", "q", "Really?"]
FORMS = {
    "one question": ([HEAD, ["text", "name", "Your name"]], []),
    "numbers": (
        [
            [*HEAD, "constraint", "required"],
            ["integer", "age", "Age", ". >= 16 and . <= 120", "yes"],
            ["decimal", "share", "Share", ". <= 1", ""],
            ["range", "mark", "Mark", "", ""],
        ],
        [],
    ),
    "words as codes": ([HEAD, ONE], YES_NO),
    "several": ([HEAD, ["select_multiple age", "q", "Which?"]], AGES),
    "ranking": ([HEAD, ["rank age", "q", "Order?"]], AGES),
    "branch": (
        [[*HEAD, "relevant"], [*ONE, ""], ["text", "why", "Why?", "${q} = 'no'"]],
        YES_NO,
    ),
    "branch by number": (
        [[*HEAD, "relevant"], ["integer", "n", "N", ""], ["text", "t", "T", "${n} > 17"]],
        [],
    ),
    "branch by several": (
        [
            [*HEAD, "relevant"],
            ["select_multiple age", "q", "Which?", ""],
            ["text", "t", "T", "selected(${q}, '2') or not(selected(${q}, '1'))"],
        ],
        AGES,
    ),
    "group": (
        [
            [*HEAD, "relevant"],
            [*ONE, ""],
            ["begin_group", "g", "Group", "${q} = 'yes'"],
            ["text", "t", "T", ""],
            ["end_group", "", "", ""],
        ],
        YES_NO,
    ),
    "groups in groups": (
        [
            HEAD,
            ["begin group", "a", "A"],
            ["begin group", "b", "B"],
            ["text", "t", "T"],
            ["end group", "", ""],
            ["end group", "", ""],
        ],
        [],
    ),
    "repeat": (
        [HEAD, ["begin_repeat", "r", "R"], ["text", "t", "T"], ["end_repeat", "", ""]],
        [],
    ),
    "matrix": (
        [
            [*HEAD, "appearance"],
            ["begin_group", "m", "How?", "field-list"],
            ["select_one age", "m_1", "One", "likert"],
            ["select_one age", "m_2", "Two", "likert"],
            ["end_group", "", "", ""],
        ],
        AGES,
    ),
    "languages": (
        [
            ["type", "name", "label::Қазақша (kk)", "label::Русский (ru)"],
            ["text", "t", "Неге?", "Почему?"],
        ],
        [],
    ),
    "a foreign language": (
        [["type", "name", "label::Français (fr)"], ["text", "t", "Pourquoi ?"]],
        [],
    ),
    "calculation": (
        [
            [*HEAD, "calculation"],
            ["integer", "n", "N", ""],
            ["calculate", "double", "", "${n} * 2"],
        ],
        [],
    ),
    "media and places": (
        [HEAD, ["geopoint", "p", "P"], ["image", "i", "I"], ["text", "t", "T"]],
        [],
    ),
    "what a phone knows": (
        [HEAD, ["start", "start", ""], ["deviceid", "device", ""], ["text", "t", "T"]],
        [],
    ),
    "note and piping": (
        [HEAD, ["text", "n", "Name"], ["note", "hello", "Hello"], ["text", "t", "T"]],
        [],
    ),
    "dates": (
        [[*HEAD, "constraint"], ["date", "d", "When?", ". <= today()"]],
        [],
    ),
    "random and other": (
        [[*HEAD, "parameters"], ["select_one age or_other", "q", "Q", "randomize=true"]],
        AGES,
    ),
    "hints and messages": (
        [
            [*HEAD, "hint", "constraint", "constraint_message"],
            ["integer", "n", "N", "A hint", ". > 3 and . != 7", "More than 3"],
        ],
        [],
    ),
    "unknown columns": (
        [[*HEAD, "default", "bind::esri:type"], ["text", "t", "T", "x", "y"]],
        [],
    ),
}  # fmt: skip


def workbook(survey, choices, name="survey"):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in survey:
        book.active.append(row)
    sheet = book.create_sheet("choices")
    for row in [["list_name", "name", "label"], *choices]:
        sheet.append(row)
    held = BytesIO()
    book.save(held)
    return BytesIO(held.getvalue())


def loaded(content):
    return import_questionnaire(
        survey=SurveyFactory(), file=content, name="form.xlsx", by=None
    )


@pytest.mark.parametrize("name", FORMS)
def test_a_form_comes_in_and_goes_out(name):
    draft, _losses = loaded(workbook(*FORMS[name]))

    out = write(draft.definition).content

    assert draft.items.exists()
    found = convert(xlsform=BytesIO(out), file_type=".xlsx", validate=False)
    assert found.xform.startswith("<")


LOSSES = {
    "repeat": "again and again",
    "calculation": "calculate",
    "media and places": "geopoint",
    "what a phone knows": "deviceid",
    "dates": "today()",
    "random and other": "other",
    "hints and messages": ". != 7",
    "unknown columns": "default",
    "words as codes": "yes",
}


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_lost_of_a_form_is_named(name):
    _draft, losses = loaded(workbook(*FORMS[name]))

    assert LOSSES[name] in " ".join(loss.text for loss in losses)


cells = st.sampled_from(
    [
        None, "", " ", 0, -1, 1e400, True, "q", "q", "1", "yn", "select_one yn", "text",
        "select_multiple", "rank", "begin_group", "end_group", "begin_repeat", "note",
        "${q} = 'yes'", "${q} = ", "((((", "not(", "selected(${q}", ". >= 5", "x" * 500,
        "field-list", "likert", "ұзақ сөз", "yes", "randomize=true",
        "9" * 40, "{q}", "${nobody} > 3", "a and b or c", "'",
    ]
)  # fmt: skip
heads = st.lists(
    st.sampled_from(
        ["type", "name", "label", "relevant", "constraint", "appearance", "label::kk",
         "hint", "", None, 7, "required", "parameters", "label::Русский (ru)"]
    ),
    max_size=8,
)  # fmt: skip


@given(
    heads,
    st.lists(st.lists(cells, max_size=8), max_size=8),
    st.lists(st.lists(cells, max_size=4), max_size=4),
)
@settings(max_examples=12, deadline=None)
def test_a_malformed_form_is_a_draft_or_a_clear_refusal(head, rows, choices):
    before = (Questionnaire.objects.count(), Item.objects.count())

    try:
        draft, _losses = loaded(workbook([head, *rows], choices))
    except ValidationError:
        assert (Questionnaire.objects.count(), Item.objects.count()) == before
    else:
        write(draft.definition)


def test_a_workbook_without_questions_says_so():
    with pytest.raises(ValidationError, match="survey"):
        loaded(workbook([HEAD], [], name="other"))


def test_a_language_may_be_missing_in_a_draft_and_is_told_before_fielding():
    draft, _losses = loaded(workbook(*FORMS["languages"]))

    assert draft.items.get().text_ru == "Почему?"
    assert any("en" in problem.text for problem in problems(draft.definition))

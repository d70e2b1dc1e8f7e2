"""Questionnaires out and in: JSON without a loss, XLSForm with every loss named."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pyxform.xls2xform import convert

from foundation.tables.mistakes import FileRefusedError
from surveys.models import Questionnaire, Survey
from surveys.services.exchanging import import_questionnaire
from surveys.services.fielding import open_wave
from surveys.shipped import NAMES
from surveys.xlsform import write
from surveys.xlsform_reader import read
from tests.factories.accounts import UserFactory
from tests.factories.surveys import WaveFactory, fielded, option, question, texts
from tests.surveys.test_formats import EVERY

pytestmark = pytest.mark.django_db

LOGIC = [
    question("contact", codes=(1, 2)),
    question("age", "number", codes=(), limits={"min": 16, "max": 120}),
    question("who", "multiple", limits={"most": 2})
    | {"choices": [option(1), option(2), option(9, exclusive=True)]},
    question("trust", "matrix") | {"rows": [option(1), option(2)]},
    question("one", base=["and", ["=", "contact", 1], [">", "age", 17]]),
    question("two", base=["or", ["has", "who", 2], ["in", "contact", [1, 2]]]),
    question("three", base=["not", ["=", "trust.2", 3]]),
    question("four", "text", codes=(), base=["answered", "age"]),
    question("five", text=texts("You said {contact}"), base=["!=", "contact", 2]),
]


def definition(items=LOGIC):
    return fielded(items).questionnaire.definition


def is_accepted(content):
    found = convert(xlsform=BytesIO(content), file_type=".xlsx", validate=False)
    return found.xform.startswith("<"), found.warnings


@pytest.mark.parametrize("items", [LOGIC, EVERY])
def test_pyxform_accepts_what_is_written(items):
    is_read, warnings = is_accepted(write(definition(items)).content)

    assert is_read
    assert warnings == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_pyxform_accepts_the_shipped_questionnaires(shipped, name):
    row = Questionnaire.objects.get(survey__code=name)

    assert is_accepted(write(row.definition).content)[0]


def test_conditions_come_back_as_they_went():
    asked = definition()

    found = {item["code"]: item for item in read(BytesIO(write(asked).content)).items}

    for question_ in asked.items:
        assert found[question_.code]["kind"] == question_.kind
        assert found[question_.code]["text"] == question_.text
    assert found["one"]["base"] == ["and", ["=", "contact", 1], [">", "age", 17]]
    assert found["two"]["base"] == [
        "or", ["has", "who", 2], ["or", ["=", "contact", 1], ["=", "contact", 2]],
    ]  # fmt: skip
    assert found["three"]["base"] == ["not", ["=", "trust.2", 3]]
    assert found["four"]["base"] == ["answered", "age"]
    assert found["five"]["base"] == ["!=", "contact", 2]
    assert found["age"]["limits"] == {"min": 16, "max": 120}
    assert found["who"]["limits"] == {"most": 2}
    assert [o.get("exclusive", False) for o in found["who"]["choices"]] == [
        False, False, True,
    ]  # fmt: skip
    assert [row["code"] for row in found["trust"]["rows"]] == [1, 2]


def test_what_comes_back_can_be_fielded(shipped):
    content = write(definition()).content
    survey = Survey.objects.get(code="portal-useful")

    made, losses = import_questionnaire(
        survey=survey, file=BytesIO(content), name="form.xlsx", by=None
    )

    wave = open_wave(wave=WaveFactory(questionnaire=made), by=None)
    assert losses == []
    assert wave.questionnaire.number == 2


def test_every_loss_of_writing_is_named():
    item = question("gave", sensitive=True, short=texts("short")) | {
        "choices": [option(1), option(99, missing="refused")]
    }

    losses = {loss.text for loss in write(definition([item])).losses}

    assert losses == {
        "that it is sensitive",
        "short labels",
        "which answers are no substantive ones",
    }


def workbook(survey, choices=(), head=("type", "name", "label")):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    for row in (head, *survey):
        sheet.append(row)
    listed = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), *choices):
        listed.append(row)
    held = BytesIO()
    book.save(held)
    held.seek(0)
    return held


def test_every_loss_of_reading_is_named():
    form = workbook(
        [
            ("start", "start", "", "", ""),
            ("geopoint", "where", "Where", "", ""),
            ("begin_repeat", "child", "Child", "", ""),
            ("select_one yn", "ok", "Fine?", "", "x.png"),
            ("end_repeat", "", "", "", ""),
            ("integer", "2age", "Age", "string-length(${ok}) > 1", ""),
        ],
        [("yn", "yes", "Yes"), ("yn", "no", "No")],
        head=("type", "name", "label", "relevant", "media::image"),
    )

    found = read(form)

    assert [item["code"] for item in found.items] == ["ok", "q2_2age"]
    assert found.items[0]["choices"][1] == {"code": 2, "label": texts("No")}
    assert {(loss.item, loss.text) for loss in found.losses} == {
        ("yn", "the code “yes”, which becomes 1"),
        ("yn", "the code “no”, which becomes 2"),
        ("start", "the whole item, of the type “start”"),
        ("where", "the whole item, of the type “geopoint”"),
        ("child", "that it is asked again and again"),
        ("ok", "the column “media::image”"),
        ("2age", "the name “2age”, which becomes “q2_2age”"),
        (
            "2age",
            "the condition string-length(${ok}) > 1: it is asked of everybody",
        ),
    }


@pytest.mark.parametrize("content", [b"", b"PK", b"no workbook", b"{}"])
def test_what_is_no_workbook_is_refused(content):
    with pytest.raises(FileRefusedError):
        read(BytesIO(content))


def test_a_workbook_that_unpacks_to_a_hundred_times_its_size_is_not_opened():
    bomb = BytesIO()
    openpyxl.Workbook().save(bomb)
    with ZipFile(bomb, "a", ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet9.xml", b" " * 90_000_000)

    with pytest.raises(FileRefusedError) as refused:
        read(BytesIO(bomb.getvalue()))

    assert "unpacks to far more" in str(refused.value.mistakes[0])


def test_json_loses_nothing(shipped):
    row = Questionnaire.objects.get(survey__code="corruption-experience")
    content = json.dumps(row.whole_body()).encode()

    made, losses = import_questionnaire(
        survey=row.survey, file=BytesIO(content), name="q.json", by=None
    )

    assert losses == []
    assert made.written_body() == {**row.whole_body(), "number": 2}


@pytest.mark.parametrize(
    "body",
    [
        "[]", "{}", '{"items": 1}', '{"items": [1]}', '{"items": [{"code": "a"}]}',
        '{"items": [{"code": "a b", "kind": "single", "text": {}}]}',
        '{"items": [{"code": "a", "kind": "nothing", "text": {"kk": "a"}}]}',
    ],
)  # fmt: skip
def test_json_that_is_no_questionnaire_is_refused_and_leaves_nothing(shipped, body):
    survey = Survey.objects.get(code="portal-useful")

    with pytest.raises(ValidationError):
        import_questionnaire(
            survey=survey, file=BytesIO(body.encode()), name="q.json", by=None
        )

    assert survey.questionnaires.count() == 1


@pytest.mark.parametrize("kind", ["json", "xlsform"])
def test_a_fielded_wording_is_public_and_a_draft_is_not(client, shipped, kind):
    row = Questionnaire.objects.get(survey__code="portal-useful")
    address = reverse("surveys:questionnaire_file", args=[row.survey.code, 1, kind])

    assert client.get(address).status_code == 200
    Questionnaire.objects.create(survey=row.survey, number=2)
    assert client.get(address.replace("/1/", "/2/")).status_code == 404
    assert client.get(address.replace(kind, "pdf")).status_code == 404


@pytest.fixture
def desk(client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    return client


@pytest.mark.parametrize(
    ("language", "words"), [("kk", "Сұрақ"), ("ru", "Вопрос"), ("en", "Question")]
)
def test_staff_see_a_draft_in_each_language(desk, language, words):
    label = {"kk": "Сұрақ", "ru": "Вопрос", "en": "Question"}
    row = fielded([question("a", text=label), question("b", base=["=", "a", 1])])

    page = desk.get(
        reverse("admin:surveys_questionnaire_preview", args=[row.questionnaire_id])
        + f"?language={language}"
    ).content.decode()

    assert words in page
    assert "[&quot;=&quot;, &quot;a&quot;, 1]" in page


def test_staff_load_a_form_and_see_what_was_lost(desk, shipped):
    survey = Survey.objects.get(code="portal-useful")
    form = workbook([("geopoint", "where", "Where"), ("text", "why", "Why?")])
    form.name = "form.xlsx"

    page = desk.post(
        reverse("admin:surveys_survey_load", args=[survey.pk]), {"file": form}
    ).content.decode()

    assert survey.questionnaires.count() == 2
    assert "geopoint" in page


def test_who_may_not_write_questionnaires_loads_none(client, shipped, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(is_staff=True))
    survey = Survey.objects.get(code="portal-useful")
    row = survey.questionnaires.get()

    for address in (
        reverse("admin:surveys_survey_load", args=[survey.pk]),
        reverse("admin:surveys_questionnaire_preview", args=[row.pk]),
        reverse("admin:surveys_questionnaire_file", args=[row.pk, "json"]),
    ):
        assert client.get(address).status_code == 403

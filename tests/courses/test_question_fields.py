"""Questions are written in fields, and opening one changes nothing of it."""

import pytest
from django.urls import reverse

from courses.models import Question, QuestionVersion
from courses.question_check import faults_of
from courses.question_fields import body_from, fields_for, fieldsets_for, values_of
from courses.shipped import load_courses
from tests.factories.accounts import UserFactory
from tests.factories.courses import QuestionFactory, QuestionVersionFactory

pytestmark = pytest.mark.django_db
KINDS = QuestionVersion.Kind.values


@pytest.fixture
def editor(client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_opening_and_saving_changes_no_shipped_question():
    load_courses()

    changed = [
        str(row)
        for row in QuestionVersion.objects.all()
        if body_from(row.kind, values_of(row.kind, row.body), row.body) != row.body
    ]

    assert changed == []
    assert QuestionVersion.objects.count() > 80


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_has_its_place(kind):
    boxes = fieldsets_for(kind, {})
    placed = [name for _t, box in boxes for row in box["fields"] for name in row]

    assert sorted(placed) == sorted(fields_for(kind, {}))


def three(prefix, text):
    return {f"{prefix}_{code}": f"{text} {code}" for code in ("kk", "ru", "en")}


TYPED = {
    "single": three("stem", "?")
    | three("row1_text", "A")
    | three("row2_text", "B")
    | {"row2_is_right": "on"},
    "true_false": three("stem", "?")
    | three("row1_text", "Yes")
    | three("row2_text", "No")
    | {"row1_is_right": "on"},
    "multiple": three("stem", "?")
    | three("row1_text", "A")
    | three("row2_text", "B")
    | three("row3_text", "C")
    | {"row1_is_right": "on", "row2_is_right": "on"},
    "dilemma": three("stem", "?")
    | three("row1_text", "A")
    | three("row2_text", "B")
    | three("row1_feedback", "It costs")
    | {"row1_share": "1/2", "row2_share": "1"},
    "short": three("stem", "?") | three("answers", "A\nB"),
    "numeric": three("stem", "?") | {"value": "60", "tolerance": "0"},
    "matching": three("stem", "?")
    | three("row1_left", "A")
    | three("row1_right", "1")
    | three("row2_left", "B")
    | three("row2_right", "2"),
    "ordering": three("stem", "?")
    | three("row1_text", "Second")
    | three("row2_text", "First")
    | {"row1_place": "2", "row2_place": "1"},
    "cloze": three("text", "It is {1}") | three("gap1", "* right\nwrong"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_trainer_writes_each_kind_without_json(client, editor, kind):
    question = QuestionFactory()
    address = f"{reverse('admin:courses_questionversion_add')}?kind={kind}"
    assert client.get(address).status_code == 200
    first = {"question": question.pk, "number": 1, "scoring": "all_or_nothing"}

    client.post(address, first | {"tags": "m1"} | TYPED[kind])

    version = QuestionVersion.objects.get(question=question)
    assert version.kind == kind
    assert faults_of(kind, version.body) == []
    assert body_from(kind, values_of(kind, version.body), version.body) == version.body


def test_the_kind_is_asked_for_first(client, editor):
    page = client.get(reverse("admin:courses_questionversion_add"))

    assert b"?kind=matching" in page.content
    assert b"<textarea" not in page.content


def test_ticks_become_shares(client, editor):
    body = body_from("multiple", {**TYPED["multiple"]}, {})

    shares = [choice["fraction"] for choice in body["choices"]]
    assert shares == ["1/2", "1/2", "-1"]


def test_steps_stand_by_their_numbers():
    typed = TYPED["ordering"] | {"row1_place": 2, "row2_place": 1}

    body = body_from("ordering", typed, {})

    assert [step["text"]["en"] for step in body["steps"]] == ["First en", "Second en"]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("single", {"row2_is_right": ""}),
        ("single", {"stem_ru": ""}),
        ("multiple", {"row1_share": "1/0"}),
        ("dilemma", {"row2_share": "much"}),
        ("cloze", {"gap1_ru": "верно"}),
        ("numeric", {"value": "many"}),
    ],
)
def test_a_question_with_a_fault_is_not_kept(client, editor, kind, wrong):
    question = QuestionFactory()
    address = f"{reverse('admin:courses_questionversion_add')}?kind={kind}"
    first = {"question": question.pk, "number": 1, "scoring": "all_or_nothing"}

    page = client.post(address, first | {"tags": "m1"} | TYPED[kind] | wrong)

    assert page.status_code == 200
    assert b"errornote" in page.content
    assert not QuestionVersion.objects.exists()


def test_a_used_question_is_read_and_corrected_by_a_copy(client, editor):
    version = QuestionVersionFactory()
    client.post(
        reverse("admin:courses_questionversion_changelist"),
        {"action": "new_version", "_selected_action": [version.pk]},
    )

    assert Question.objects.count() == 1
    copy = QuestionVersion.objects.get(number=2)
    assert copy.body == version.body
    page = client.get(reverse("admin:courses_questionversion_change", args=[copy.pk]))
    assert page.status_code == 200

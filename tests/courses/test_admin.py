import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from courses.models import Certificate, CourseVersion, Employment, QuestionVersion
from courses.question_check import faults_of
from courses.services.certificates import issue_certificate
from courses.shipped import load_courses
from tests.courses.test_certificates import complete
from tests.factories.accounts import UserFactory
from tests.factories.courses import EnrolmentFactory
from tests.factories.territory import PublicBodyFactory


@pytest.fixture
def editor(client, settings, db):
    settings.TWO_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


MODELS = [
    "course", "courseversion", "module", "lesson", "block", "media", "questionbank",
    "question", "questionversion", "quiz", "itemstatistic", "quizstatistic", "regrade",
    "employment", "requirement", "obligation", "extension", "enrolment", "attempt",
    "trainedshare", "certificate",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens(client, editor, course_version, model):
    assert client.get(reverse(f"admin:courses_{model}_changelist")).status_code == 200


def test_a_published_version_is_shown_and_not_editable(client, editor, course_version):
    address = reverse("admin:courses_courseversion_change", args=[course_version.pk])

    page = client.get(address).content.decode()

    assert 'name="_save"' not in page


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_preview_opens_in_each_language(client, editor, draft, language):
    address = reverse("admin:courses_courseversion_preview", args=[draft.pk])

    assert client.get(address, {"language": language}).status_code == 200


def test_an_editor_publishes_a_draft(client, editor, draft):
    client.post(
        reverse("admin:courses_courseversion_changelist"),
        {"action": "publish", "_selected_action": [draft.pk]},
    )

    draft.refresh_from_db()
    assert draft.state == CourseVersion.State.PUBLISHED


def test_a_certificate_is_revoked_with_its_reason(client, editor, course_version):
    enrolment = complete(EnrolmentFactory(version=course_version))
    row = issue_certificate(enrolment=enrolment, name="A")

    client.post(
        reverse("admin:courses_certificate_change", args=[row.pk]),
        {"revoke_because": "Another sat it", "right_name": ""},
    )

    row.refresh_from_db()
    assert (row.status, row.reason) == (Certificate.Status.REVOKED, "Another sat it")


def test_staff_are_loaded_from_a_table(client, editor):
    body = PublicBodyFactory()
    text = (
        "email,name,body,position_group,from,until\n"
        f"a@example.org,A,{body.code},,2026-01-01,\n"
    )

    client.post(
        reverse("admin:courses_employment_load"),
        {"file": SimpleUploadedFile("staff.csv", text.encode())},
    )

    assert Employment.objects.get().body == body


@given(
    st.sampled_from(["single", "multiple", "numeric", "matching", "cloze", "short"]),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
        ),
    ),
)
def test_a_broken_question_is_a_fault_and_never_an_error(kind, body):
    assert faults_of(kind, body)


def test_every_shipped_question_has_no_fault(db):
    load_courses()
    found = [faults_of(q.kind, q.body) for q in QuestionVersion.objects.all()]

    assert [faults for faults in found if faults] == []


def test_a_bank_is_given_out_and_taken_in(client, editor, course_version):
    bank = QuestionVersion.objects.first().question.bank
    address = reverse("admin:courses_questionbank_exchange", args=[bank.pk])

    out = client.get(address, {"format": "xml", "language": "kk"})
    back = client.post(
        address, {"language": "kk", "file": SimpleUploadedFile("b.xml", out.content)}
    )

    assert back.context["taken"] == 1
    assert back.context["lost"] == []

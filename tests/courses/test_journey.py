"""A learner's whole way, on the course that ships."""

import re

import pytest

from courses.grading import CHOICES, options
from courses.models import Attempt, Course, Enrolment, QuestionVersion
from courses.services.testing import save_answers
from tests.factories.accounts import UserFactory

SLUG = "anti-corruption-standard"


def right_answers(attempt):
    """Return the form that a learner who knows everything sends."""
    sent = {"submit": "1"}
    for item in attempt.items.select_related("question"):
        name, body, kind = f"q{item.position}", item.question.body, item.question.kind
        sent[f"{name}.shown"] = "1"
        if kind in CHOICES:
            best = max(float(eval_share(c)) for c in body["choices"])
            wanted = {
                n
                for n, c in enumerate(body["choices"])
                if (eval_share(c) > 0 if kind == "multiple" else eval_share(c) == best)
            }
            places = [
                str(n) for n, row in enumerate(item.option_order) if row in wanted
            ]
            sent[name] = places if kind == "multiple" else places[0]
        elif kind == "numeric":
            sent[name] = body["value"]
        elif kind == "short":
            sent[name] = body["answers"]["en"][0]
        elif kind in ("matching", "ordering"):
            for n in range(len(item.option_order)):
                sent[f"{name}.{n}"] = str(item.option_order.index(n))
        else:
            for n, gap in enumerate(body["gaps"]):
                right = [o["is_right"] for o in gap["options"]].index(True)
                sent[f"{name}.{n}"] = str(right)
    return sent


def eval_share(choice):
    numerator, _, denominator = choice["fraction"].partition("/")
    return float(numerator) / float(denominator or 1)


def read_all(client, language="en"):
    enrolment = Enrolment.objects.get()
    base = f"/{language}/courses/learn/{enrolment.public_id}/"
    page = client.get(base).content.decode()
    for number in sorted(set(re.findall(rf"{base}(\d+)/", page)), key=int):
        client.post(f"{base}{number}/")
        lesson = client.get(f"{base}{number}/").content.decode()
        for block in re.findall(r"choose/(\d+)/", lesson):
            for key in ("b", "b", "b", "b"):
                client.post(f"{base}choose/{block}/", {"choice": key})
        for quiz in re.findall(r"test/(\d+)/", lesson):
            client.post(f"{base}test/{quiz}/")
            attempt = Attempt.objects.get(state="open")
            page = f"/{language}/courses/attempts/{attempt.public_id}/"
            client.post(page, right_answers(attempt))
            assert client.get(f"{page}result/").status_code == 200
    enrolment.refresh_from_db()
    return enrolment


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("page", ["", f"{SLUG}/"])
def test_public_pages_set_no_cookie(client, real_data, language, page):
    answer = client.get(f"/{language}/courses/{page}")

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db
def test_a_person_learns_passes_and_gets_a_certificate(client, real_data):
    client.force_login(UserFactory(name="Әлия Ғабит"))
    client.post(f"/kk/courses/{SLUG}/start/")

    enrolment = read_all(client, "kk")
    answer = client.post(
        f"/kk/courses/learn/{enrolment.public_id}/certificate/", {"name": "Әлия Ғабит"}
    )

    assert enrolment.progress_bp == 10000
    assert enrolment.completed_at
    client.logout()
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "Әлия Ғабит" in page.content.decode()
    assert not page.cookies


@pytest.mark.django_db
def test_a_guest_comes_back_with_a_code_and_takes_his_progress_along(client, real_data):
    client.post(f"/en/courses/{SLUG}/start/")
    code = client.cookies["learner"].value
    enrolment = Enrolment.objects.get()
    client.post(f"/en/courses/learn/{enrolment.public_id}/1/")
    before = Enrolment.objects.get().progress_bp
    client.cookies.clear()

    client.post("/en/courses/mine/resume/", {"code": code.lower()})
    user = UserFactory()
    client.force_login(user)
    client.post("/en/courses/mine/claim/")

    after = Enrolment.objects.get()
    assert after.learner.user == user
    assert after.progress_bp == before > 0


@pytest.mark.django_db
def test_a_wrong_code_opens_nothing(client, real_data):
    client.post("/en/courses/mine/resume/", {"code": "0" * 20})

    assert "learner" not in client.cookies


@pytest.mark.django_db
def test_strangers_do_not_see_what_others_learn(client, real_data):
    client.force_login(UserFactory())
    client.post(f"/en/courses/{SLUG}/start/")
    enrolment = Enrolment.objects.get()
    client.force_login(UserFactory())

    answer = client.get(f"/en/courses/learn/{enrolment.public_id}/")

    assert answer.status_code == 404


@pytest.mark.django_db
def test_every_shipped_text_is_in_three_languages(real_data):
    version = Course.objects.get(slug=SLUG).versions.get()

    for field in ("title", "summary"):
        assert len({getattr(version, f"{field}_{c}") for c in ("kk", "ru", "en")}) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("answered", [True, False])
def test_answers_of_every_kind_can_be_looked_at_afterwards(client, real_data, answered):
    client.post(f"/en/courses/{SLUG}/start/")
    enrolment = Enrolment.objects.get()
    quiz = enrolment.version.quizzes.filter(role="final").get()
    attempt = Attempt.objects.create(
        enrolment=enrolment, quiz=quiz, number=1, seed=1, mark=80, max_mark=80,
        pass_num=60, pass_den=100,
    )  # fmt: skip
    for n, question in enumerate(QuestionVersion.objects.all(), start=1):
        attempt.items.create(
            position=n, question=question, max_mark=1,
            option_order=list(range(len(options(question.kind, question.body)))),
        )  # fmt: skip
    sent = right_answers(attempt) if answered else {}
    save_answers(attempt=attempt, sent=sent)
    Attempt.objects.update(state="submitted", submitted_at=attempt.started_at)

    page = client.get(f"/en/courses/attempts/{attempt.public_id}/result/")

    assert page.status_code == 200
    assert len(page.context["review"]) == QuestionVersion.objects.count()
